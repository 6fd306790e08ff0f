"""A built folder: writing every form of the graph, and loading it again."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import kg
from kg.build_info import BuildInfo
from kg.errors import BuildError
from kg.files import MANIFEST, read_jsonl, sha256, write_jsonl
from kg.model import Concept, Paper

if TYPE_CHECKING:
    import networkx as nx

    from kg.pipeline import Build

#: Changes when a folder of an older version can no longer be read.
FORMAT = 1

#: Above this many triples the RDF is written as N-Triples, gzipped: Turtle of
#: that size opens nowhere.
TURTLE_LIMIT = 3_000_000


@dataclass(frozen=True)
class Folder:
    """A built folder, read lazily and once.

    Raises:
        BuildError: the folder is no build, or one of another version.
    """

    path: Path

    def __post_init__(self) -> None:
        found = self.manifest.get("format")
        if found != FORMAT:
            raise BuildError(
                f"{self.path}: built in format {found}, this version reads {FORMAT}; build it again"
            )

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The manifest's object."""
        path = self.path / MANIFEST
        if not path.is_file():
            raise BuildError(
                f"{self.path}: not a built folder (no {MANIFEST}); make one with "
                f"'kg build INPUT --out {self.path}'"
            )
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except (ValueError, OSError) as error:
            raise BuildError(f"{path}: cannot be read ({error}); build it again") from None
        if not isinstance(data, dict):
            raise BuildError(f"{path}: not a manifest; build it again")
        return data

    @cached_property
    def papers(self) -> tuple[Paper, ...]:
        """The annotated papers, sorted by id."""
        return tuple(Paper.from_dict(row) for row in read_jsonl(self.path / "papers.jsonl"))

    @cached_property
    def concepts(self) -> tuple[Concept, ...]:
        """The concepts, sorted by id."""
        return tuple(Concept.from_dict(row) for row in read_jsonl(self.path / "concepts.jsonl"))

    @cached_property
    def graph(self) -> nx.MultiDiGraph:
        """The networkx graph (:mod:`kg.graph`); it knows its build, for :func:`kg.to_rdf`."""
        from kg.graph import build_graph

        graph = build_graph(self.papers, self.concepts)
        graph.graph["build"] = BuildInfo.from_manifest(self.manifest)
        return graph


def load(path: str | Path) -> Folder:
    """Return the built folder at ``path``.

    Raises:
        BuildError: there is none, or it is of another version.
    """
    return Folder(Path(path))


def find_changes(path: Path) -> list[tuple[str, str]]:
    """Return (file name, what happened to it) for files that are not as the build wrote them.

    Sorted; "missing" or "changed by hand or half-written".  Where the
    manifest holds no hashes nothing can be said.

    Raises:
        BuildError: ``path`` is no build.
    """
    hashes = load(path).manifest.get("files")
    rows = sorted(hashes.items()) if isinstance(hashes, dict) else []
    found = ((name, _change(path / name, str(hash))) for name, hash in rows)
    return [(name, change) for name, change in found if change]


def _change(path: Path, hash: str) -> str:
    if not path.is_file():
        return "missing"
    return "" if sha256(path) == hash else "changed by hand or half-written"


def load_graph(path: str | Path) -> nx.MultiDiGraph:
    """Return the networkx graph of the built folder at ``path``."""
    return load(path).graph


def write_folder(build: Build, folder: Path) -> nx.MultiDiGraph:
    """Write every form of ``build`` into the empty ``folder``; the manifest comes last.

    Returns:
        the graph that was written.
    """
    with build.timed("write"):
        _write_records(build, folder)
        graph = build.graph()
        _write_graphs(graph, build, folder)
    with build.timed("rdf"):
        rdf = _write_rdf(build, folder)
    with build.timed("html"):
        _write_html(graph, build, folder)
    if build.options.store:
        with build.timed("store"):
            _write_store(folder)
    _write_manifest(build, folder, rdf)
    return graph


def _write_records(build: Build, folder: Path) -> None:
    write_jsonl((paper.to_extracted_dict() for paper in build.papers), folder / "papers.jsonl")
    write_jsonl((concept.to_dict() for concept in build.concepts), folder / "concepts.jsonl")


def _write_graphs(graph: nx.MultiDiGraph, build: Build, folder: Path) -> None:
    from kg.graph import write_gexf, write_graphml

    abstracts = build.options.abstracts
    write_graphml(graph, folder / "graph.graphml", abstracts=abstracts)
    write_gexf(graph, folder / "graph.gexf", abstracts=abstracts)


def _write_rdf(build: Build, folder: Path) -> dict[str, Any]:
    from kg.rdf import RdfSource, count_triples, validate, write_ntriples, write_turtle

    info, options = build_info(build), build.options
    source = RdfSource(
        build.papers,
        build.concepts,
        info,
        base=options.base,
        abstracts=options.abstracts,
        sentences=options.sentences,
    )
    triples = count_triples(source)
    small = triples <= TURTLE_LIMIT
    path = folder / ("graph.ttl" if small else "graph.nt.gz")
    (write_turtle if small else write_ntriples)(source, path)
    build.conforms = validate(path).conforms
    return {"build": info.id, "triples": triples}


def build_info(build: Build) -> BuildInfo:
    """Return what the RDF says of how the graph was made: no times, so that bytes repeat."""
    return BuildInfo.make(
        version=kg.__version__,
        model=build.model,
        inputs=tuple((row["path"], row["sha256"]) for row in build.inputs),
        options=asdict(build.options),
    )


def _write_html(graph: nx.MultiDiGraph, build: Build, folder: Path) -> None:
    from kg.view import write_html

    options = build.options
    write_html(
        graph,
        folder / "graph.html",
        title=options.title,
        abstracts=options.abstracts,
        sentences=options.sentences,
    )


def _write_store(folder: Path) -> None:
    from kg.query import build_store

    build_store(folder)


def _write_manifest(build: Build, folder: Path, rdf: dict[str, Any]) -> None:
    manifest = {
        "paperkg": kg.__version__,
        "format": FORMAT,
        "build": rdf["build"],
        "python": platform.python_version(),
        "model": build.model,
        "inputs": build.inputs,
        "options": asdict(build.options),
        "counts": {**build.counts(), "triples": rdf["triples"]},
        "conforms": build.conforms,
        "linking": build.linking,
        "refusals": [asdict(refusal) for refusal in build.refusals],
        "notices": [asdict(notice) for notice in build.notices],
        "nothing_found": build.nothing_found(),
        "seconds": build.seconds,
        "files": {path.name: sha256(path) for path in _files(folder)},
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file())
