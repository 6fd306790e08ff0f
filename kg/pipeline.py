"""The whole way: read, extract, link, then the graph in every form.

The only module, with the command line, that knows all stages.  A build is made
in a folder beside its target and swapped in whole, so that the target is always
either the old build or the new one.
"""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from kg.files import CORRECTIONS, check_replaceable, replace_folder, sha256, to_json
from kg.folder import build_info, write_folder
from kg.model import Concept, Paper
from kg.text import digest
from kg.vocab import BASE

if TYPE_CHECKING:
    import networkx as nx

    from kg.read import Input, Notice, Refusal

T = TypeVar("T")


class Tracker(Protocol):
    """Wraps an iterable to show progress; yields the items unchanged."""

    def __call__(
        self, items: Iterable[Any], label: str, *, total: int | None = None
    ) -> Iterator[Any]:
        """Yield ``items``; ``total`` is their number, if known."""


def no_progress(items: Iterable[T], label: str, *, total: int | None = None) -> Iterator[T]:
    """The silent :class:`Tracker`."""
    yield from items


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a build may be told; the defaults are the command line's, too.

    A ``Path`` does for the name of a file or folder, and one vocabulary for several.

    Attributes:
        format: name of a reader, instead of detecting it from the content.
        mapping: record field -> column or key that holds it.
        model: folder of a trained extractor; None for the shipped one.
        extractors: names of extractors joined by commas, to use only these; None for all.
        corrections: the user's own ``corrections.yaml``.
        vocabularies: SKOS or OWL files to match concepts against.
        base: IRI under which papers and concepts are named.
        abstracts: whether the exports hold the abstracts.
        sentences: whether RDF, and HTML without abstracts, holds the evidence sentences.
        store: whether to build the on-disk SPARQL store as well.
        title: heading of the HTML view.
    """

    format: str | None = None
    mapping: dict[str, str] | None = None
    model: str | None = None
    extractors: str | None = None
    corrections: str | None = None
    vocabularies: tuple[str, ...] = ()
    base: str = BASE
    abstracts: bool = True
    sentences: bool = True
    store: bool = False
    title: str | None = None

    def __post_init__(self) -> None:
        """Keep names as text: the manifest holds the options, as JSON."""
        given: Any = self.vocabularies  # a lone name is no row of letters
        several = [given] if isinstance(given, str | os.PathLike) else given
        values = {
            "model": self.model and os.fspath(self.model),
            "corrections": self.corrections and os.fspath(self.corrections),
            "vocabularies": tuple(os.fspath(name) for name in several),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)


@dataclass(slots=True)
class Build:
    """Everything a build made, from what it read to what it counted.

    ``conforms`` says whether the RDF keeps to its SHACL shapes, once it is written.
    """

    options: Options
    papers: tuple[Paper, ...] = ()
    concepts: tuple[Concept, ...] = ()
    inputs: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    duplicates: int = 0
    model: dict[str, Any] = field(default_factory=dict)
    linking: dict[str, Any] = field(default_factory=dict)
    conforms: bool | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add the wall-clock seconds of the block to ``seconds[stage]``."""
        start = time.perf_counter()
        yield
        spent = time.perf_counter() - start
        self.seconds[stage] = round(self.seconds.get(stage, 0.0) + spent, 3)

    def graph(self) -> nx.MultiDiGraph:
        """Return the networkx graph of the build; it knows its build, for :func:`kg.to_rdf`."""
        from kg.graph import build_graph

        graph = build_graph(self.papers, self.concepts)
        graph.graph["build"] = build_info(self)
        return graph

    def nothing_found(self) -> list[str]:
        """Return the ids of papers without a single mention, sorted."""
        return [paper.id for paper in self.papers if not paper.mentions]

    def counts(self) -> dict[str, Any]:
        """Return the counts of the manifest; read = kept + duplicates + refused."""
        by_type = Counter(concept.type for concept in self.concepts)
        return {
            "papers_read": len(self.papers) + self.duplicates + len(self.refusals),
            "papers_kept": len(self.papers),
            "duplicates": self.duplicates,
            "refused": len(self.refusals),
            "nothing_found": len(self.nothing_found()),
            "mentions": sum(len(paper.mentions) for paper in self.papers),
            "concepts": len(self.concepts),
            "concepts_by_type": dict(sorted(by_type.items())),
            "links": sum(len(paper.links) for paper in self.papers),
        }


def build(
    inputs: str | Path | Sequence[str | Path],
    out: str | Path | None = None,
    *,
    progress: Tracker = no_progress,
    **options: Any,
) -> nx.MultiDiGraph:
    """Build the graph of the papers in ``inputs``; with ``out`` also write the folder.

    Args:
        inputs: files, folders, globs or "-", one or several.
        out: folder to write; an earlier build there is replaced whole.
        progress: see :class:`Tracker`.
        options: the fields of :class:`Options`.

    Returns:
        a ``networkx.MultiDiGraph``; :mod:`kg.graph` documents its attributes.

    Raises:
        KGError: nothing could be read, or ``out`` cannot be written.
    """
    if out is None:
        return run(inputs, progress=progress, **options).graph()
    return build_into(inputs, Path(out), progress=progress, **options)[1]


def build_into(
    inputs: str | Path | Sequence[str | Path | Input],
    out: Path,
    *,
    progress: Tracker = no_progress,
    **options: Any,
) -> tuple[Build, nx.MultiDiGraph]:
    """Build and write the folder ``out``: refused at once if it may not be replaced.

    Corrections that an earlier build in ``out`` holds stay in force.
    """
    check_replaceable(out)
    options["corrections"] = options.get("corrections") or kept_corrections(out)
    made = run(inputs, progress=progress, **options)
    return made, write(made, out)


def run(
    inputs: str | Path | Sequence[str | Path | Input],
    *,
    progress: Tracker = no_progress,
    **options: Any,
) -> Build:
    """Read, extract and link ``inputs``; write nothing.

    An :class:`kg.read.Input` has a name of its own, which the records and the manifest then
    hold instead of its path.
    """
    made = Build(Options(**options))
    _check_files(made.options)
    names = [inputs] if isinstance(inputs, str | Path) else list(inputs)
    with made.timed("read"):
        made.papers = _read(made, [str(n) if isinstance(n, Path) else n for n in names], progress)
    with made.timed("extract"):
        made.papers = _extract(made, made.papers, progress)
    with made.timed("link"):
        _link(made, made.papers)
    return made


def _check_files(options: Options) -> None:
    """Raise if what extraction or linking needs cannot be used: now, not when it comes to it."""
    from kg.extract.registry import choose
    from kg.link.corrections import read_corrections
    from kg.link.vocabulary import check_vocabulary

    choose(options.extractors)
    if options.corrections:
        read_corrections(options.corrections)
    for path in options.vocabularies:
        check_vocabulary(path)


def relink(made: Build, papers: Iterable[Paper], *, progress: Tracker = no_progress) -> Build:
    """Link ``papers``, some of which may be extracted already; the rest of the way of `run`.

    What growing a graph needs: papers that kept their text keep their mentions,
    and everything after extraction is recomputed over all of them.
    """
    _check_files(made.options)
    known = tuple(papers)
    fresh = [paper for paper in known if not paper.mentions]
    with made.timed("extract"):
        found = {paper.id: paper for paper in _extract(made, fresh, progress)}
    with made.timed("link"):
        _link(made, tuple(found.get(paper.id, paper) for paper in known))
    return made


def write(made: Build, out: Path) -> nx.MultiDiGraph:
    """Write a build to the folder ``out``, replacing an earlier build there whole.

    Returns:
        the graph that was written.
    """
    with replace_folder(out) as folder:
        _keep_corrections(made, out, folder)
        return write_folder(made, folder)


def kept_corrections(out: Path) -> str | None:
    """Return the corrections that an earlier build in ``out`` holds: they stay in force."""
    kept = out / CORRECTIONS
    return str(kept) if kept.is_file() else None


def _keep_corrections(made: Build, out: Path, folder: Path) -> None:
    """Copy the user's corrections into the new folder; a rebuild must not lose them."""
    source = made.options.corrections or kept_corrections(out)
    if source:
        shutil.copyfile(source, folder / CORRECTIONS)


def _read(made: Build, names: list[str | Input], progress: Tracker) -> tuple[Paper, ...]:
    from kg.read import list_inputs, merge_duplicates, nothing_read, read_papers

    options = made.options
    found = read_papers(
        names,
        format=options.format,
        mapping=options.mapping,
        on_refusal=made.refusals.append,
        on_notice=made.notices.append,
    )
    papers, made.duplicates = merge_duplicates(progress(found, "reading"))
    if not papers:
        raise nothing_read(names, made.refusals)
    made.inputs = describe_inputs(list_inputs(names), papers)
    return papers


def describe_inputs(items: list[Input], papers: Iterable[Paper]) -> list[dict[str, Any]]:
    """Return name and hash of every input that could be read; a pipe by what it gave."""
    from kg.read import is_pipe

    pipes = [item for item in items if item.named and is_pipe(item)]
    files = [item for item in items if not is_pipe(item) and _is_readable(item.path)]
    rows = [{"path": item.name, "sha256": sha256(item.path)} for item in files]
    if pipes:
        text = "\n".join(to_json(paper.to_dict()) for paper in papers)
        rows += [{"path": item.name, "sha256": digest(text, 64)} for item in pipes]
    return rows


def _is_readable(path: Path) -> bool:
    return os.access(path, os.R_OK) and path.is_file()


def _extract(made: Build, papers: Sequence[Paper], progress: Tracker) -> tuple[Paper, ...]:
    from kg.extract import load_extractor

    extractor = load_extractor(made.options.model, extractors=made.options.extractors)
    made.model = extractor.info()
    return tuple(progress(extractor.extract(papers), "extracting", total=len(papers)))


def _link(made: Build, papers: Sequence[Paper]) -> None:
    from kg.link import link_papers

    options = made.options
    linked = link_papers(papers, corrections=options.corrections, vocabularies=options.vocabularies)
    made.papers, made.concepts, made.linking = linked.papers, linked.concepts, linked.report
