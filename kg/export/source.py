"""What an export is made from: the records of a built graph, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kg.rdf import RdfSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(RdfSource):
    """A graph as records, with the options that shape its exports.

    Papers and concepts are sorted by id; they may be iterated again and again, and need
    not be in memory.

    Attributes:
        title: name of the graph, for descriptions.
        authors: names of those who publish it, for descriptions.
        license: URL of its licence, for descriptions; "" to state none.
        files: files of the graph to be described as its distributions.
    """

    title: str = "Knowledge graph of papers"
    authors: tuple[str, ...] = ()
    license: str = ""
    files: tuple[Path, ...] = ()
