"""How a query will be read: its algebra, and how many triples each pattern matches.

Oxigraph shows its plan to Rust only.  The algebra is rdflib's (the same standard,
another reader); the counts come from the store, and tell which pattern is costly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import pyoxigraph as ox

from kg.query.names import find_quads
from kg.query.runner import Runner
from kg.query.table import to_curie
from kg.text import counted

#: Counting stops here: "many" is all that a reader needs to know.
MANY = 1_000_000


def count_patterns(store: ox.Store, patterns: Iterable[Sequence[str | None]]) -> list[int]:
    """Return how many triples match each pattern, :data:`MANY` at most.

    A pattern is subject, predicate and object in N-Triples syntax, None for a variable.
    """
    return [_count(store, [_term(text) for text in pattern]) for pattern in patterns]


def _count(store: ox.Store, terms: list[Any]) -> int:
    found = find_quads(store, *terms)
    return sum(1 for _ in islice(found, MANY))


def _term(text: str | None) -> Any:
    if text is None:
        return None
    triple = f"<x:s> <x:p> {text} ."
    return next(iter(ox.parse(triple, format=ox.RdfFormat.N_TRIPLES))).object


def explain(runner: Runner, text: str) -> str:
    """Return the algebra of a query as an indented tree, with a count beside every pattern.

    Raises:
        QuerySyntaxError: rdflib cannot read it.
    """
    lines = list(_lines(_algebra(text, runner.about()["prefixes"]), 0))
    patterns = [pattern for _, pattern in lines if pattern is not None]
    counts = iter(runner.count(patterns))
    shown = [line if p is None else f"{line}   # {_amount(next(counts))}" for line, p in lines]
    kept = ["# the store keeps this answer: it is looked up, not worked out as below"]
    return "\n".join([*(kept if runner.keeps(text) else []), *shown])


def _amount(count: int) -> str:
    return f"{count:,} or more triples" if count >= MANY else counted(count, "triple")


def _algebra(text: str, prefixes: dict[str, str]) -> Any:
    from rdflib.plugins.sparql import prepareQuery

    from kg.query.errors import QuerySyntaxError

    try:
        return prepareQuery(text, initNs=prefixes).algebra
    except Exception as error:
        if not _is_about_the_query(error):
            raise
        raise QuerySyntaxError(f"rdflib cannot read this query to explain it: {error}") from error


def _is_about_the_query(error: Exception) -> bool:
    """Whether rdflib says that it cannot read a query, and not that somebody's code is wrong.

    Its grammar is pyparsing's, which recurses; a code point or a base that cannot be is a
    ValueError; and an unknown prefix is an Exception of no class of its own.
    """
    from pyparsing import ParseBaseException

    known = (ParseBaseException, RecursionError, ValueError)
    return isinstance(error, known) or type(error) is Exception


_Line = tuple[str, "list[str | None] | None"]


def _lines(node: Any, depth: int) -> Iterator[_Line]:
    from rdflib.plugins.sparql.parserutils import CompValue

    if isinstance(node, CompValue):
        yield "  " * depth + node.name + _details(node), None
        yield from _triples(node, depth + 1)
        for child in _children(node):
            yield from _lines(child, depth + 1)


def _details(node: Any) -> str:
    words = [
        f"{key}={_show(_part(node, key))}" for key in ("PV", "length", "start") if _part(node, key)
    ]
    if node.name == "Filter":
        words.append(_expression(node.expr))
    if node.name == "OrderBy":
        words += [_expression(c.expr) + (" desc" if c.order == "DESC" else "") for c in node.expr]
    return " " + " ".join(words) if words else ""


def _part(node: Any, key: str) -> Any:
    return node[key] if key in node else None  # noqa: SIM401 - its get() evaluates


def _expression(value: Any) -> str:
    from rdflib.plugins.sparql.parserutils import CompValue

    if not isinstance(value, CompValue):
        return _show(value)
    if "op" in value and "expr" in value:
        others = value.other if isinstance(value.other, list) else [value.other]
        ops = value.op if isinstance(value.op, list) else [value.op]
        rest = " ".join(f"{o} {_expression(x)}" for o, x in zip(ops, others, strict=False))
        return f"{_expression(value.expr)} {rest}"
    return value.name.removeprefix("Builtin_").lower() + "(...)"


def _children(node: Any) -> Iterator[Any]:
    for key in ("p", "p1", "p2", "A", "where", "part"):
        child = _part(node, key)
        yield from child if isinstance(child, list) else [child] if child is not None else []


def _triples(node: Any, depth: int) -> Iterator[_Line]:
    for triple in _part(node, "triples") or ():
        pattern = [_constant(term) for term in triple]
        # A path is no single term: what it matches is not a matter of one look-up.
        is_path = not hasattr(triple[1], "n3") or pattern[1] == ""
        line = "  " * depth + " ".join(_show(term) for term in triple)
        yield line, None if is_path else pattern


def _constant(term: Any) -> str | None:
    from rdflib.term import BNode, Identifier, Variable

    if isinstance(term, Variable | BNode):
        return None
    return term.n3() if isinstance(term, Identifier) else ""


def _show(term: Any) -> str:
    from rdflib.term import Identifier, URIRef

    if isinstance(term, URIRef):
        return to_curie(str(term))
    if isinstance(term, Identifier):
        return term.n3()
    if isinstance(term, list | tuple | set):
        return ",".join(sorted(map(_show, term)))
    return str(term.n3()) if hasattr(term, "n3") else str(term)
