"""A built graph in other forms: RDF, JSON-LD, tables, property graphs, descriptions.

>>> from kg.export import FORMATS
>>> FORMATS["turtle"].suffix
'.ttl'
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.errors import UsageError
from kg.export.describe import write_citation, write_void
from kg.export.evidence import write_annotations, write_rdf12
from kg.export.jsonld import write_jsonld
from kg.export.rdfxml import write_rdfxml
from kg.export.source import Source
from kg.export.tables import write_csv, write_neo4j, write_parquet
from kg.nearest import find_nearest
from kg.rdf import write_nquads, write_ntriples, write_trig, write_turtle

__all__ = ["FORMATS", "Format", "Source", "export", "find_format"]


@dataclass(frozen=True, slots=True)
class Format:
    """One form of the graph.

    Attributes:
        about: what it is, in one line.
        suffix: how its file's name ends; "" for a folder.
        unit: what ``write`` counts, one of them.
        write: writes a :class:`Source` to a path and returns the count.
        file: the file's name where others look for one name; "" for ``graph`` and the suffix.
    """

    about: str
    suffix: str
    unit: str
    write: Callable[[Source, Path], int]
    file: str = ""


def _graph(function: str) -> Callable[[Source, Path], int]:
    """Return a writer by one of :mod:`kg.graph`'s, whole or not at all."""

    def written(source: Source, path: Path) -> int:
        import tempfile

        from kg import graph

        found = graph.build_graph(source.papers, source.concepts)
        write: Any = getattr(graph, function)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
            draft = Path(folder) / "draft"
            write(found, draft, abstracts=source.abstracts)
            draft.replace(path)
        return int(found.number_of_edges())

    return written


#: Every format by name; a file name that ends in ``.gz`` is packed where it says "(.gz)".
FORMATS: dict[str, Format] = {
    "turtle": Format("RDF, Turtle (.gz)", ".ttl", "triple", write_turtle),
    "ntriples": Format("RDF, N-Triples, sorted (.gz)", ".nt", "triple", write_ntriples),
    "nquads": Format(
        "RDF, N-Quads, sorted, in a graph named by the build (.gz)", ".nq", "quad",
        write_nquads,
    ),
    "trig": Format("RDF, TriG: a named graph per build (.gz)", ".trig", "quad", write_trig),
    "jsonld": Format(
        "RDF, JSON-LD: one object a paper and a concept (.gz)", ".jsonld", "object", write_jsonld
    ),
    "rdfxml": Format("RDF/XML (.gz)", ".rdf", "triple", write_rdfxml),
    "oa": Format(
        "the evidence as Web Annotations, Turtle (.gz)", ".oa.ttl", "annotation",
        write_annotations,
    ),
    "rdf12": Format(
        "N-Triples 1.2: mentions reify what they support (.gz)", ".12.nt", "triple", write_rdf12
    ),
    "csv": Format("tables: papers, concepts, mentions, links, edges", "", "row", write_csv),
    "parquet": Format("the same tables as Parquet", "", "row", write_parquet),
    "neo4j": Format("CSV for neo4j-admin database import", "", "row", write_neo4j),
    "graphml": Format(
        "GraphML for Gephi, Cytoscape, yEd, networkx", ".graphml", "edge", _graph("write_graphml")
    ),
    "gexf": Format("GEXF for Gephi", ".gexf", "edge", _graph("write_gexf")),
    "node-link": Format(
        "node-link JSON for d3 and networkx", ".json", "edge", _graph("write_node_link")
    ),
    "void": Format(
        "description: VoID, DCAT and PROV, Turtle", ".void.ttl", "triple", write_void
    ),
    "citation": Format("CITATION.cff", ".cff", "line", write_citation, "CITATION.cff"),
}  # fmt: skip


def find_format(name: str) -> Format:
    """Return the format called ``name``.

    Raises:
        UsageError: there is none; names the one meant, if it can be told, and all.
    """
    if name in FORMATS:
        return FORMATS[name]
    suffixed = [known for known, format in FORMATS.items() if format.suffix == f".{name.lower()}"]
    near = suffixed or find_nearest(name, FORMATS, limit=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise UsageError(f"--format {name!r}: {hint}expected one of {', '.join(FORMATS)}")


def export(source: Source, name: str, path: Path) -> int:
    """Write ``source`` in the format called ``name``; return the count of its unit.

    Raises:
        UsageError: no such format, or ``path`` cannot be written.
    """
    format = find_format(name)
    try:
        return format.write(source, path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from None
