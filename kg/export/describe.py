"""What the graph is, for catalogues and readers: VoID, DCAT, PROV, CITATION.cff."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from kg.export.source import Source
from kg.files import replace_file, sha256
from kg.rdf.blocks import Block, Pair
from kg.rdf.terms import integer, literal, name, resource
from kg.rdf.turtle import prefixes, to_turtle
from kg.vocab import PREFIXES

_MEDIA = {
    ".ttl": "text/turtle",
    ".gz": "application/n-triples",
    ".graphml": "application/graphml+xml",
    ".gexf": "application/gexf+xml",
    ".html": "text/html",
    ".jsonl": "application/jsonl",
}


def write_void(source: Source, path: Path) -> int:
    """Write a description of the graph in VoID and DCAT as Turtle; return its triples.

    Triples, entities, and counts per class and property; vocabularies, licence,
    publishers; the files as distributions with size and hash; and the build in PROV.
    """
    found = list(_description(source))
    known = {**prefixes(source.base), **{p: PREFIXES[p] for p in ("void", "dcat", "owl", "rdf")}}
    with replace_file(path) as out:
        out.write(to_turtle(found, known))
    return sum(len(pairs) for _, pairs in found)


def _description(source: Source) -> Iterator[Block]:
    counts = _Counts(source.blocks())
    yield f"<{_root(source)}>", [*_about(source), *_numbers(source, counts)]
    yield from _partitions(source, counts)
    for file in source.files:
        yield f"<{_file(source, file)}>", _distribution(file)
    yield from counts.provenance


class _Counts:
    """Triples by predicate, instances by class, and the blocks that tell of the build."""

    def __init__(self, stream: Iterable[Block]) -> None:
        self.properties: Counter[str] = Counter()
        self.classes: Counter[str] = Counter()
        self.entities = 0
        self.provenance: list[Block] = []
        for subject, pairs in stream:
            self.entities += 1
            self.properties.update(predicate for predicate, _ in pairs)
            self.classes.update(
                value for predicate, value in pairs if predicate == name("rdf:type")
            )
            if pairs[0][1] in (name("kg:Build"), name("prov:Entity")):
                self.provenance.append((subject, pairs))


def _root(source: Source) -> str:
    return f"{source.build.iri(source.base)}/dataset"


def _file(source: Source, file: Path) -> str:
    return resource(f"{_root(source)}/file/{file.name}")[1:-1]


def _about(source: Source) -> Iterator[Pair]:
    yield name("rdf:type"), name("void:Dataset")
    yield name("rdf:type"), name("dcat:Dataset")
    yield name("dcterms:title"), literal(source.title)
    yield (
        name("dcterms:description"),
        literal("Papers, the concepts they share, and the words that prove each statement."),
    )
    for author in source.authors:
        yield name("dcterms:creator"), literal(author)
    if source.license:
        yield name("dcterms:license"), resource(source.license)
    yield name("prov:wasGeneratedBy"), f"<{source.build.iri(source.base)}>"
    yield name("dcat:version"), literal(source.build.id)


def _numbers(source: Source, counts: _Counts) -> Iterator[Pair]:
    yield name("void:triples"), integer(counts.properties.total())
    yield name("void:entities"), integer(counts.entities)
    yield name("void:classes"), integer(len(counts.classes))
    yield name("void:properties"), integer(len(counts.properties))
    yield name("void:uriSpace"), literal(source.base)
    for prefix in ("kg", "skos", "dcterms", "prov", "foaf", "schema", "fabio"):
        full = PREFIXES[prefix]
        yield name("void:vocabulary"), f"<{full.rstrip('#') if prefix == 'kg' else full}>"
    for node, _ in _partitions(source, counts):
        kind = "class" if "/class/" in node else "property"
        yield name(f"void:{kind}Partition"), node
    for file in source.files:
        yield name("dcat:distribution"), f"<{_file(source, file)}>"


def _partitions(source: Source, counts: _Counts) -> Iterator[Block]:
    for term, count in sorted(counts.classes.items()):
        pairs = [(name("void:class"), term), (name("void:entities"), integer(count))]
        yield _partition(source, "class", term), pairs
    for term, count in sorted(counts.properties.items()):
        pairs = [(name("void:property"), term), (name("void:triples"), integer(count))]
        yield _partition(source, "property", term), pairs


def _partition(source: Source, kind: str, term: str) -> str:
    full = term[1:-1]
    prefix, start = next(p for p in PREFIXES.items() if full.startswith(p[1]))
    return f"<{_root(source)}/{kind}/{prefix}/{full[len(start) :]}>"


def _distribution(file: Path) -> list[Pair]:
    media = _MEDIA.get(file.suffix, "application/octet-stream")
    return [
        (name("rdf:type"), name("dcat:Distribution")),
        (name("dcterms:title"), literal(file.name)),
        (name("dcat:mediaType"), f"<https://www.iana.org/assignments/media-types/{media}>"),
        (name("dcat:byteSize"), integer(file.stat().st_size)),
        (name("kg:sha256"), literal(sha256(file))),
    ]


def write_citation(source: Source, path: Path) -> int:
    """Write ``CITATION.cff`` (Citation File Format 1.2.0) of the graph; return its lines.

    The file states no date: the same graph gives the same bytes.
    """
    lines = list(_citation(source))
    with replace_file(path) as out:
        out.write("\n".join(lines) + "\n")
    return len(lines)


def _citation(source: Source) -> Iterator[str]:
    yield "cff-version: 1.2.0"
    yield "type: dataset"
    yield f"title: {_quoted(source.title)}"
    yield f"message: {_quoted('If you use this knowledge graph, please cite it as below.')}"
    yield "authors:"
    for author in source.authors or ("Anonymous",):
        yield f"  - name: {_quoted(author)}"
    yield f"version: {_quoted(source.build.id)}"
    if source.license:
        yield f"license-url: {_quoted(source.license)}"
    yield "identifiers:"
    yield "  - type: other"
    yield f"    value: {_quoted(source.build.iri(source.base))}"
    yield "references:"
    yield "  - type: software"
    yield "    title: paperkg"
    yield f"    version: {_quoted(source.build.version)}"
    yield "    authors:"
    yield "      - name: The paperkg developers"


def _quoted(text: str) -> str:
    """A JSON string is a YAML string; escaped, so that it is one in every YAML."""
    return json.dumps(text)
