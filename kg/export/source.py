"""What an export is made from: the records of a built graph, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kg.model import Concept, Paper
from kg.rdf import BuildInfo, blocks
from kg.rdf.blocks import Block
from kg.vocab import BASE


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A graph as records, with the options that shape its exports.

    Attributes:
        papers: linked papers, sorted by id; may be iterated again and again, and need
            not be in memory.
        concepts: their concepts, sorted by id; likewise.
        build: how the graph was made.
        base: IRI under which everything is named.
        abstracts: whether abstracts are exported.
        sentences: whether evidence sentences are exported.
        title: name of the graph, for descriptions.
        authors: names of those who publish it, for descriptions.
        license: URL of its licence, for descriptions; "" to state none.
        files: files of the graph to be described as its distributions.
    """

    papers: Iterable[Paper]
    concepts: Iterable[Concept]
    build: BuildInfo
    base: str = BASE
    abstracts: bool = True
    sentences: bool = True
    title: str = "Knowledge graph of papers"
    authors: tuple[str, ...] = ()
    license: str = ""
    files: tuple[Path, ...] = ()

    def blocks(self) -> Iterator[Block]:
        """Return the RDF of the graph, subject by subject."""
        return blocks(
            self.papers,
            self.concepts,
            self.build,
            base=self.base,
            abstracts=self.abstracts,
            sentences=self.sentences,
        )
