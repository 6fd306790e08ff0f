"""What the server says of itself in RDF: SPARQL Service Description, VoID, DCAT's distributions.

https://www.w3.org/TR/sparql11-service-description/ and https://www.w3.org/TR/void/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from kg import vocab
from kg.query import GRAPH_FORMATS, ROW_FORMATS, Runner
from kg.query.kept import COUNTS
from kg.serve.dataset import Download
from kg.text import digest

_SD = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS = "http://www.w3.org/ns/formats/"
_RESULT_FORMATS = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
    "Turtle", "N-Triples", "JSON-LD", "RDF_XML",
)  # fmt: skip
_TEXTS = ("dcterms:title", "void:uriSpace")
_MEDIA = "https://www.iana.org/assignments/media-types/"
_BUILDS = "SELECT ?build { ?build a kg:Build } ORDER BY ?build"
_PREFIXES = {**vocab.PREFIXES, "sd": _SD}


def _node(name: str) -> ox.NamedNode:
    prefix, colon, local = name.partition(":")
    known = _PREFIXES.get(prefix)
    return ox.NamedNode(known + local if colon and known is not None else name)


def _triples(rows: Iterable[tuple[str, str, str | int]]) -> Iterator[ox.Triple]:
    for subject, predicate, value in rows:
        text = isinstance(value, str)
        plain = not text or predicate in _TEXTS
        term = ox.Literal(value) if plain else _node(str(value))
        yield ox.Triple(_node(subject), _node(predicate), term)


def serialize(triples: Iterable[ox.Triple], format: str) -> bytes:
    """Return triples in a graph format (a name of :data:`kg.query.GRAPH_FORMATS`)."""
    kind, _ = GRAPH_FORMATS[format]
    return bytes(ox.serialize(sorted(triples, key=str), format=kind, prefixes=_PREFIXES) or b"")


def service_description(endpoint: str, void: str, graphs: Iterable[str]) -> list[ox.Triple]:
    """Return the Service Description of the endpoint at the URL ``endpoint``.

    Args:
        endpoint: the endpoint's URL.
        void: the URL of the data set's description.
        graphs: the IRIs of the named graphs.
    """
    rows: list[tuple[str, str, str | int]] = [
        (endpoint, "rdf:type", "sd:Service"),
        (endpoint, "sd:endpoint", endpoint),
        (endpoint, "sd:supportedLanguage", "sd:SPARQL11Query"),
        (endpoint, "sd:defaultDataset", endpoint + "#dataset"),
        (endpoint + "#dataset", "rdf:type", "sd:Dataset"),
        (endpoint + "#dataset", "sd:defaultGraph", void + "#graph"),
        (void + "#graph", "rdf:type", "sd:Graph"),
    ]
    for graph in graphs:
        part = f"{endpoint}#{graph.rsplit('/', 1)[-1]}"
        rows += [
            (endpoint + "#dataset", "sd:namedGraph", part),
            (part, "rdf:type", "sd:NamedGraph"),
            (part, "sd:name", graph),
        ]
    rows += [(endpoint, "sd:resultFormat", _FORMATS + name) for name in _RESULT_FORMATS]
    assert len(_RESULT_FORMATS) == len(ROW_FORMATS) + len(GRAPH_FORMATS)
    return list(_triples(rows))


def void_description(
    runner: Runner,
    *,
    dataset: str,
    endpoint: str,
    base: str,
    triples: int,
    title: str,
    page: str,
    dump: str = "",
    files: Iterable[tuple[str, Download]] = (),
    license: str = "",
) -> list[ox.Triple]:
    """Return the VoID description of the graph, with counts per class and property.

    Args:
        dataset: the data set's own IRI.
        endpoint: the SPARQL endpoint's URL.
        base: what the resources' IRIs begin with.
        triples: how many there are.
        title: the data set's name.
        page: the URL of its page for people.
        dump: the URL of the whole graph as one file; "" where there is none.
        files: the URL of each file on offer, and the file.
        license: the URL of its licence; "" where none is stated.
    """
    rows: list[tuple[str, str, str | int]] = [
        (dataset, "rdf:type", "void:Dataset"),
        (dataset, "rdf:type", "dcat:Dataset"),
        (dataset, "dcterms:title", title),
        (dataset, "dcat:landingPage", page),
        (dataset, "void:sparqlEndpoint", endpoint),
        (dataset, "void:uriSpace", base),
        (dataset, "void:triples", triples),
        (dataset, "void:vocabulary", vocab.KG.rstrip("#")),
    ]
    rows += [(dataset, "void:dataDump", dump)] if dump else []
    rows += [(dataset, "dcterms:license", license)] if license else []
    for row in runner.rows(_BUILDS):
        rows.append((dataset, "prov:wasGeneratedBy", row["build"]["value"]))
    for url, file in files:
        rows += _distribution(dataset, url, file)
    for row in runner.rows(COUNTS):
        rows += _partition(dataset, row["kind"]["value"], row["what"]["value"], row["count"])
    return list(_triples(rows))


def _distribution(dataset: str, url: str, file: Download) -> list[tuple[str, str, str | int]]:
    part = f"{dataset.partition('#')[0]}#file-{file.name}"
    return [
        (dataset, "dcat:distribution", part),
        (part, "rdf:type", "dcat:Distribution"),
        (part, "dcterms:title", file.what),
        (part, "dcat:downloadURL", url),
        (part, "dcat:mediaType", _MEDIA + file.media),
        (part, "dcat:byteSize", file.path.stat().st_size),
    ]


def _partition(
    dataset: str, kind: str, iri: str, count: dict[str, str]
) -> list[tuple[str, str, str | int]]:
    part = f"{dataset.partition('#')[0]}#{kind}-{vocab_name(iri)}"
    size = "void:entities" if kind == "class" else "void:triples"
    link = "void:class" if kind == "class" else "void:property"
    return [
        (dataset, f"void:{kind}Partition", part),
        (part, link, iri),
        (part, size, int(count["value"])),
    ]


def vocab_name(iri: str) -> str:
    """Return a short name for a term, fit for a fragment.

    >>> vocab_name("https://w3id.org/paperkg/ontology#uses")
    'kg-uses'
    """
    for prefix, start in vocab.PREFIXES.items():
        if iri.startswith(start):
            return f"{prefix}-{iri.removeprefix(start)}"
    return digest(iri)
