"""Answering the costly questions once, when a store is built (:mod:`kg.query.kept`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any

import pyoxigraph as ox

from kg import vocab
from kg.query.bundled import ENTITY_KINDS
from kg.query.entities import ORDERS, find_prefixes, in_order, is_kind, rank_predicate, ranking
from kg.query.kept import (
    GRAPH,
    KEEPS,
    PER_CONCEPT,
    POSITION,
    SUMMARY,
    TERMS,
    TRIPLES,
    WHOLE,
    Kept,
    list_kept,
    year_node,
)
from kg.query.names import PAPER_COUNT, find_quads, term
from kg.query.tokens import bind

#: Papers that make a concept a frequent one: below, its questions need no more than some 20 ms.
FREQUENT = 200
#: Narrower concepts, at any depth, that make a concept a broad one: below, some 50 ms.
BROAD = 1000
#: Triples from which on a question may take 100 ms: some 2,000 papers.
LARGE = 300_000
#: A limit that leaves nothing out, by the operator between it and a column.
_NO_LIMIT = {"<=": 0, "<": 0, ">=": 10**9, ">": 10**9}


def summarise(
    store: ox.Store, *, triples: int, frequent: int = FREQUENT, broad: int = BROAD
) -> int:
    """Add to ``store`` what it keeps of its bundled questions; return the number of triples.

    Args:
        store: a store that can be written, with the graph in it.
        triples: how many triples the graph has.
        frequent: papers that make a concept frequent.
        broad: narrower concepts, at any depth, that make a concept broad.
    """
    found = [ox.Quad(WHOLE, TRIPLES, ox.Literal(triples), GRAPH)]
    found += _default_quads(store)
    # Not the function that remembers: a store that somebody remembers is never closed.
    prefixes = find_prefixes(store)
    many = {"frequent": _frequent(store, frequent), "if broad": _broad(store, broad)}
    for kept in list_kept():
        found += _kept_quads(store, kept, many.get(kept.how, []), prefixes)
    store.bulk_extend(found)
    return len(found)


def _default_quads(store: ox.Store) -> Iterator[ox.Quad]:
    """What the defaults of parameters mean in this graph."""
    ordered = cache(partial(in_order, store))  # gone with this function, and the store with it
    for kind in ENTITY_KINDS:
        for order in ORDERS:
            for place, node in enumerate(ranking(store, kind, order, ordered)):
                yield ox.Quad(WHOLE, rank_predicate(kind, order, place), node, GRAPH)


def _kept_quads(
    store: ox.Store, kept: Kept, concepts: list[ox.NamedNode], prefixes: dict[str, str]
) -> Iterator[ox.Quad]:
    number = 0
    for about, values in _values(store, kept, concepts):
        yield ox.Quad(about, KEEPS, kept.predicate, GRAPH)
        for position, row in enumerate(_rows(store, kept, values, prefixes)):
            if kept.is_list:
                yield ox.Quad(about, kept.predicate, row[kept.question.columns[0]], GRAPH)
                continue
            node = ox.NamedNode(f"{SUMMARY}/{kept.question.name}/{number}")
            number += 1
            yield ox.Quad(about, kept.predicate, node, GRAPH)
            yield ox.Quad(node, POSITION, ox.Literal(position), GRAPH)
            for name, value in row.items():
                yield ox.Quad(node, ox.NamedNode(TERMS + name), value, GRAPH)


def _rows(
    store: ox.Store, kept: Kept, values: dict[str, str], prefixes: dict[str, str]
) -> Iterator[dict[str, Any]]:
    """Yield the rows to keep, without what is unbound; a list's one column under the first name."""
    found: Any = store.query(bind(kept.keep, values), prefixes=prefixes)
    names = [variable.value for variable in found.variables]
    if kept.is_list:
        names = [kept.question.columns[0]]
    for row in found:
        yield {n: value for n, value in zip(names, row, strict=True) if value is not None}


def _values(
    store: ox.Store, kept: Kept, concepts: list[ox.NamedNode]
) -> Iterator[tuple[ox.NamedNode, dict[str, str]]]:
    """Yield what answers are kept about, and the terms to ask the question with."""
    parameter = kept.parameter
    if kept.how == "rows":
        operator = kept.condition.split()[1:2]
        limit = _NO_LIMIT[operator[0]] if operator else 0
        yield WHOLE, ({parameter.name: str(ox.Literal(limit))} if parameter else {})
    elif kept.how in PER_CONCEPT:
        assert parameter is not None
        others = {p.name: f"?{p.name}" for p in kept.question.parameters if p.name != kept.per}
        for node in concepts:
            if is_kind(store, node, parameter.kind):
                yield node, {**others, parameter.name: str(node)}
    else:
        years = _years(store)
        # The year after the last answers for all later ones: nothing is there, either.
        for year in [*years, *(year + 1 for year in years[-1:])]:
            yield year_node(year), {kept.per: str(ox.Literal(year))}


def _frequent(store: ox.Store, papers: int) -> list[ox.NamedNode]:
    """Return the concepts in at least so many papers, in the order of their IRIs."""
    counts: Any = find_quads(store, None, PAPER_COUNT)
    found = (quad.subject for quad in counts if int(quad.object.value) >= papers)
    return sorted(found, key=lambda node: str(node.value))


def _broad(store: ox.Store, number: int) -> list[ox.NamedNode]:
    """Return the concepts that so many fall under, at any depth, in the order of their IRIs."""
    below: dict[ox.NamedNode, list[ox.NamedNode]] = defaultdict(list)
    steps: Any = find_quads(store, None, term("skos:broader"))
    for quad in steps:
        below[quad.object].append(quad.subject)
    found = (node for node in list(below) if _reaches(below, node, number))
    return sorted(found, key=lambda node: str(node.value))


def _reaches(
    below: Mapping[ox.NamedNode, Sequence[ox.NamedNode]], top: ox.NamedNode, number: int
) -> bool:
    """Whether at least ``number`` nodes are below ``top``; looks no further than that."""
    seen, left = {top}, [top]
    while left and len(seen) <= number:
        fresh = set(below.get(left.pop(), ())) - seen
        seen |= fresh
        left += fresh
    return len(seen) > number


def _years(store: ox.Store) -> list[int]:
    rows: Any = store.query("SELECT DISTINCT ?y { ?p dcterms:issued ?y }", prefixes=vocab.PREFIXES)
    texts = (row["y"].value for row in rows)
    return sorted(int(text) for text in texts if text.isdecimal())
