"""One query on one store, in this process: text to bytes in a format."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyoxigraph as ox

from kg import vocab
from kg.errors import QueryError, UsageError
from kg.query.entities import prefixes_of
from kg.query.errors import QuerySizeError, QuerySyntaxError
from kg.query.kept import find_kept
from kg.query.tokens import check_query, to_syntax_error

#: Name -> (format, media type) for rows and for truth values.
ROW_FORMATS: dict[str, tuple[ox.QueryResultsFormat, str]] = {
    "json": (ox.QueryResultsFormat.JSON, "application/sparql-results+json"),
    "xml": (ox.QueryResultsFormat.XML, "application/sparql-results+xml"),
    "csv": (ox.QueryResultsFormat.CSV, "text/csv; charset=utf-8"),
    "tsv": (ox.QueryResultsFormat.TSV, "text/tab-separated-values; charset=utf-8"),
}
#: Name -> (format, media type) for graphs.
GRAPH_FORMATS: dict[str, tuple[ox.RdfFormat, str]] = {
    "turtle": (ox.RdfFormat.TURTLE, "text/turtle; charset=utf-8"),
    "ntriples": (ox.RdfFormat.N_TRIPLES, "application/n-triples"),
    "jsonld": (ox.RdfFormat.JSON_LD, "application/ld+json"),
    "rdfxml": (ox.RdfFormat.RDF_XML, "application/rdf+xml"),
}
#: In the place of a graph's format: its triples as rows of these columns.
AS_ROWS, TRIPLE = "rows", ("subject", "predicate", "object")

MEGABYTE = 1024 * 1024
LONGEST_QUERY = 1_000_000


@dataclass(frozen=True, slots=True)
class Ask:
    """What to ask: the query and how its answer should look.

    ``rows`` and ``graph`` name the formats for rows (or yes and no) and for
    triples (or :data:`AS_ROWS`).  ``limit``: at most so many rows or triples.  ``largest``: at most
    so many bytes.  ``default_graphs`` and ``named_graphs``: the protocol's
    data set, empty for the store's own.  ``kept``: whether an answer that the
    store keeps (:mod:`kg.query.kept`) may be given.
    """

    text: str
    rows: str = "json"
    graph: str = "ntriples"
    limit: int | None = None
    largest: int = 256 * MEGABYTE
    longest: int = LONGEST_QUERY
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    kept: bool = True

    def __post_init__(self) -> None:
        if self.limit is not None and not 0 <= self.limit < sys.maxsize:
            raise UsageError(f"limit {self.limit}: expected a number from 0 to {sys.maxsize - 1}")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: its kind (rows, boolean, graph), format name, media type and bytes.

    ``cut`` tells that the limit left something out; ``count`` is the number of
    rows or triples, -1 where nobody counted; ``cpu`` the seconds of processor
    time that a worker took.
    """

    kind: str
    format: str
    media: str
    body: bytes
    cut: bool = False
    count: int = -1
    cpu: float = 0.0


class _Bounded:
    """A sink of at most so many bytes."""

    def __init__(self, largest: int) -> None:
        self.parts: list[bytes] = []
        self.left = largest
        self.largest = largest

    def write(self, data: bytes) -> int:
        self.left -= len(data)
        if self.left < 0:
            raise QuerySizeError(
                f"the answer has more than {self.largest:,} bytes; add a LIMIT to the query"
            )
        self.parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing to flush."""


def evaluate(store: ox.Store, ask: Ask) -> Answer:
    """Return the answer to ``ask``.

    Raises:
        QuerySyntaxError: not SPARQL 1.1, with the place.
        QueryRefusedError: an update, SERVICE, a text that is too long.
        QuerySizeError: an answer that is too large.
        QueryError: what went wrong while it ran.
    """
    check_query(ask.text, longest=ask.longest)
    found = _query(store, ask)
    if isinstance(found, ox.QueryTriples):
        return _graph(found, ask, prefixes_of(store))
    if isinstance(found, ox.QueryBoolean):
        return _rows(found, ask, "boolean")
    return _rows(found, ask, "rows") if ask.limit is None else _limited(found, ask)


def _query(store: ox.Store, ask: Ask) -> Any:
    try:
        return store.query(
            _text(store, ask),
            prefixes=prefixes_of(store),
            default_graph=_nodes(ask.default_graphs) or ([] if ask.named_graphs else None),
            named_graphs=_nodes(ask.named_graphs) or ([] if ask.default_graphs else None),
        )
    except SyntaxError as error:
        raise to_syntax_error(str(error), ask.text, prefixes_of(store)) from None
    except (OSError, RuntimeError, ValueError) as error:
        raise QueryError(f"the query failed: {error}") from error


def _text(store: ox.Store, ask: Ask) -> str:
    """The query, or the one that finds its answer ready (:mod:`kg.query.kept`)."""
    if ask.default_graphs or ask.named_graphs or not ask.kept:
        return ask.text
    return find_kept(store, ask.text, prefixes_of(store)) or ask.text


def _nodes(iris: Sequence[str]) -> Any:
    try:
        return [ox.NamedNode(iri) for iri in iris] or None
    except ValueError as error:
        raise QuerySyntaxError(f"not a graph's IRI: {error}") from None


def _rows(found: Any, ask: Ask, kind: str) -> Answer:
    format, media = ROW_FORMATS[ask.rows]
    return Answer(kind, ask.rows, media, _serialize(found, ask, format))


def _serialize(found: Any, ask: Ask, format: Any) -> bytes:
    sink = _Bounded(ask.largest)
    try:
        found.serialize(sink, format=format)
    except (OSError, RuntimeError, ValueError) as error:
        raise QueryError(f"the query failed: {error}") from error
    return b"".join(sink.parts)


def _limited(found: Any, ask: Ask) -> Answer:
    assert ask.limit is not None
    names = [variable.value for variable in found.variables]
    rows = list(islice(_running(found), ask.limit + 1))
    cut = len(rows) > ask.limit
    return _answer_of(names, rows[: ask.limit], ask, cut)


def _answer_of(names: Sequence[str], rows: Sequence[Any], ask: Ask, cut: bool) -> Answer:
    """Return rows of terms, by name, in the format that was asked for."""
    format, media = ROW_FORMATS[ask.rows]
    if ask.rows == "json":
        body = _bounded(to_json(names, rows), ask)
    else:
        again = ox.parse_query_results(to_json(names, rows), format=ox.QueryResultsFormat.JSON)
        body = _serialize(again, ask, format)
    return Answer("rows", ask.rows, media, body, cut, len(rows))


def _bounded(body: bytes, ask: Ask) -> bytes:
    sink = _Bounded(ask.largest)
    sink.write(body)
    return body


def _running(found: Any) -> Any:
    try:
        yield from found
    except (OSError, RuntimeError, ValueError) as error:
        raise QueryError(f"the query failed: {error}") from error


def to_json(names: Sequence[str], rows: Iterable[Any]) -> bytes:
    """Return rows of terms as SPARQL 1.1 Query Results JSON."""
    bindings = [
        {name: _to_json_term(row[name]) for name in names if row[name] is not None} for row in rows
    ]
    data = {"head": {"vars": list(names)}, "results": {"bindings": bindings}}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _to_json_term(term: Any) -> dict[str, Any]:
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if not isinstance(term, ox.Literal):
        parts = {n: _to_json_term(getattr(term, n)) for n in ("subject", "predicate", "object")}
        return {"type": "triple", "value": parts}
    data = {"type": "literal", "value": term.value}
    if term.language:
        data["xml:lang"] = term.language
    elif term.datatype.value != vocab.expand("xsd:string"):
        data["datatype"] = term.datatype.value
    return data


def _graph(found: Any, ask: Ask, prefixes: Mapping[str, str]) -> Answer:
    # Sorted and without repetitions: an answer is the same bytes whatever the plan was.
    triples = sorted(set(_take(_running(found), ask)), key=str)
    cut = ask.limit is not None and len(triples) > ask.limit
    triples = triples[: ask.limit]
    if ask.graph == AS_ROWS:
        rows = [{part: getattr(triple, part) for part in TRIPLE} for triple in triples]
        return _answer_of(TRIPLE, rows, ask, cut)
    format, media = GRAPH_FORMATS[ask.graph]
    sink: Any = _Bounded(ask.largest)
    ox.serialize(triples, sink, format=format, prefixes=_used(triples, prefixes))
    return Answer("graph", ask.graph, media, b"".join(sink.parts), cut, len(triples))


def _take(triples: Iterable[ox.Triple], ask: Ask) -> Iterable[ox.Triple]:
    return triples if ask.limit is None else islice(triples, ask.limit + 1)


def _used(triples: Sequence[ox.Triple], prefixes: Mapping[str, str]) -> dict[str, str]:
    seen = "\n".join(sorted({str(t) for t in triples[:100_000]}))
    # "id:" would need its slashes escaped; there is a prefix per kind.
    return {p: iri for p, iri in prefixes.items() if p != "id" and f"<{iri}" in seen}
