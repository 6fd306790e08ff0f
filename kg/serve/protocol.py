"""SPARQL 1.1 Protocol: requests to queries, answers to responses.

https://www.w3.org/TR/sparql11-protocol/ -- the query operation in its three
forms; the update operation is refused, the graph being read-only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from starlette.requests import Request

from kg.query import Ask
from kg.query.tokens import find_tokens
from kg.serve.faults import Fault
from kg.serve.negotiate import GRAPHS, ROWS, agree
from kg.serve.reading import query_pairs, read_body, to_pairs
from kg.serve.settings import Settings

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")


@dataclass(frozen=True, slots=True)
class Operation:
    """A query operation: the query, its data set, and a format asked for by name."""

    query: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    format: str = ""


async def read_operation(request: Request, settings: Settings) -> Operation | None:
    """Return the operation that a request asks for; None for a GET without a query.

    Raises:
        Fault: 400, 403, 405, 413, 415 with the reason.
    """
    if request.method in ("GET", "HEAD"):
        return to_operation(query_pairs(request))
    # A character may take four bytes, and three more in percent-encoding.
    body = await read_body(request, most=12 * settings.longest)
    return _posted(request, body)


def _posted(request: Request, body: bytes) -> Operation:
    media, _, parameters = request.headers.get("content-type", "").partition(";")
    media, text = media.strip().lower(), _decode(body, parameters)
    pairs = query_pairs(request)
    if media == QUERY:
        found = to_operation([*pairs, ("query", text)])
    elif media == FORM:
        found = to_operation([*pairs, *to_pairs(text)])
    elif media == UPDATE:
        raise Fault(403, "this endpoint is read-only: no updates")
    else:
        raise Fault(415, f"Content-Type {media or '(none)'!r}: expected {QUERY} or {FORM}")
    if found is None:
        raise Fault(400, "no query in the request: expected a 'query' field")
    return found


def _decode(body: bytes, parameters: str) -> str:
    charset = parameters.lower().replace(" ", "").replace('"', "").partition("charset=")[2]
    if charset.split(";")[0] not in ("", "utf-8", "utf8", "us-ascii"):
        raise Fault(415, f"charset {charset}: a query is sent in UTF-8")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise Fault(400, "the query is not UTF-8") from None


def to_operation(pairs: Iterable[tuple[str, str]]) -> Operation | None:
    """Return the operation of name-value pairs; None where there is no query.

    >>> to_operation([("query", "ASK {}"), ("default-graph-uri", "http://e/g")]).default_graphs
    ('http://e/g',)
    """
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    if "update" in fields or "using-graph-uri" in fields:
        raise Fault(403, "this endpoint is read-only: no updates")
    queries = fields.get("query", [])
    if len(queries) > 1:
        raise Fault(400, f"found {len(queries)} queries, expected one")
    if not queries:
        return None
    return Operation(
        queries[0],
        tuple(fields.get("default-graph-uri", ())),
        tuple(fields.get("named-graph-uri", ())),
        fields.get("format", [""])[-1],
    )


def query_form(text: str) -> str:
    """Return which of SELECT, ASK, CONSTRUCT, DESCRIBE a query is; "" if none.

    >>> query_form("PREFIX select: <http://e/> # ASK\\nconstruct { } where { }")
    'CONSTRUCT'
    """
    words = (token.upper() for kind, token in find_tokens(text) if kind == "word")
    return next((word for word in words if word in _FORMS), "")


def to_ask(operation: Operation, accept: str, settings: Settings) -> Ask:
    """Return what to ask the store, in the format that the client wants.

    Raises:
        Fault: 406 if no format suits both the client and the query.
    """
    graph = query_form(operation.query) in ("CONSTRUCT", "DESCRIBE")
    offers = GRAPHS if graph else ROWS
    chosen = agree(operation.format, accept, offers, "this query's answer")
    return Ask(
        operation.query,
        rows="json" if graph else chosen,
        graph=chosen if graph else "turtle",
        largest=settings.largest,
        longest=settings.longest,
        default_graphs=operation.default_graphs,
        named_graphs=operation.named_graphs,
    )
