"""A name that somebody typed to the resource it means: by id, label or alias."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import islice
from typing import Any

import pyoxigraph as ox

from kg import vocab
from kg.errors import NotFoundError, UsageError
from kg.model import own_key
from kg.query.bundled import Parameter
from kg.query.kept import GRAPH, TERMS, WHOLE
from kg.query.names import KINDS, NAMES, PAPER_COUNT, TYPE, find_quads, kind_class, name_index, term

_LABELS = tuple(predicate for predicate, preferred in NAMES.items() if preferred)
_NUMBERS, _READ_FROM = (term("kg:doi"), term("kg:arxivId")), term("kg:readFrom")
_CONCEPTS = tuple(kind for kind in KINDS if kind != "paper")
#: Defaults in a question's header: which order, and which place in it.
_RANKS = {
    "most": ("papers", 0),
    "second": ("papers", 1),
    "introduced": ("introduced", 0),
    "compared": ("compared", 0),
    "broadest": ("narrower", 0),
    "narrowest": ("broader", 0),
}
#: The orders, each once.
ORDERS = tuple(sorted({order for order, _ in _RANKS.values()}))
_ABSOLUTE = re.compile(r"[A-Za-z][\w+.-]*://\S+")


@dataclass(frozen=True, slots=True, order=True)
class Entity:
    """A resource of the graph: its IRI and the name it goes by."""

    iri: str
    label: str


def find_entity(store: ox.Store, kind: str, name: str) -> Entity:
    """Return the resource that ``name`` means.

    Args:
        kind: paper, concept, method, dataset, benchmark, task or metric.
        name: an IRI, an id ("method/lora", "arxiv:2106.09685"), a label or an
            alias, in any case; a paper's DOI, arXiv id or key in its input; or a
            default of a question's header (``most``, ``second``, ``introduced``, ...).

    Raises:
        NotFoundError: nothing of that name; offers the nearest.
    """
    if name in _RANKS:
        return ranked(store, kind, *_RANKS[name])
    found = _by_id(store, kind, name) or _by_name(store, kind, name)
    if not found and kind == "paper":
        found = _by_number(store, name)
    if not found:
        raise NotFoundError(_nearest(store, kind, name))
    return Entity(found[0].value, label_of(store, found[0]))


def _by_id(store: ox.Store, kind: str, name: str) -> list[ox.NamedNode]:
    base = base_of(store)
    tries = [name] if _ABSOLUTE.fullmatch(name) else []
    key = name.removeprefix("id:")
    head, _, tail = key.partition("/")
    if tail and head in KINDS:
        tries.append(vocab.iri(head, tail, base))
    tries += [vocab.iri(one, key, base) for one in _kinds(kind)]
    nodes = [node for node in map(_node, tries) if node]
    return [node for node in nodes if is_kind(store, node, kind)]


def _node(iri: str) -> ox.NamedNode | None:
    try:
        return ox.NamedNode(iri)
    except ValueError:
        return None


def _by_name(store: ox.Store, kind: str, name: str) -> list[ox.NamedNode]:
    """Best first: by preferred label, then by number of papers, then by IRI."""
    exact = {node: rank for rank, node in _exact(store, name) if is_kind(store, node, kind)}
    if exact:
        return sorted(exact, key=lambda n: (exact[n], -_papers(store, n), n.value))
    return [ox.NamedNode(n.iri) for n in name_index(store).exact(name, _kinds(kind))]


def _by_number(store: ox.Store, name: str) -> list[ox.NamedNode]:
    """A paper by its bare DOI or arXiv id, or by what its input calls it."""
    number = ox.Literal(name.lower())
    quads = [q for of in _NUMBERS for q in find_quads(store, None, of, number)]
    quads = quads or [
        q for q in find_quads(store, None, _READ_FROM) if own_key(q.object.value) == name
    ]
    return sorted({quad.subject for quad in quads}, key=lambda node: node.value)


def _exact(store: ox.Store, name: str) -> Iterator[tuple[int, ox.NamedNode]]:
    """By the store's own index: no reading of all names where the name is right."""
    for predicate, preferred in NAMES.items():
        for quad in find_quads(store, None, predicate, ox.Literal(name)):
            yield int(not preferred), quad.subject


def _papers(store: ox.Store, node: ox.NamedNode) -> int:
    found = next(find_quads(store, node, PAPER_COUNT), None)
    return int(found.object.value) if found else 0


def _kinds(kind: str) -> tuple[str, ...]:
    return _CONCEPTS if kind == "concept" else (kind,)


def is_kind(store: ox.Store, node: ox.NamedNode, kind: str) -> bool:
    """Return whether ``node`` is a resource of ``kind`` ("concept": of any of the five)."""
    found = (find_quads(store, node, TYPE, kind_class(k)) for k in _kinds(kind))
    return any(next(quads, None) for quads in found)


def base_of(store: ox.Store) -> str:
    """Return the base that the graph's resources stand under (``--base`` when it was built)."""
    for kind in KINDS:
        for quad in find_quads(store, None, TYPE, kind_class(kind)):
            return str(quad.subject.value).rsplit(f"/{kind}/", 1)[0] + "/"
    return vocab.BASE


@lru_cache(maxsize=2)
def prefixes_of(store: ox.Store) -> dict[str, str]:
    """Return :func:`find_prefixes` of a store that does not change, found on first use."""
    return find_prefixes(store)


def find_prefixes(store: ox.Store) -> dict[str, str]:
    """Return the prefixes that a query on this graph need not declare.

    Those of :data:`kg.vocab.PREFIXES`, and one per kind of resource (``method:lora``).
    """
    base = base_of(store)
    return {**vocab.PREFIXES, "id": base, **{kind: f"{base}{kind}/" for kind in vocab.KINDS}}


def label_of(store: ox.Store, node: ox.NamedNode) -> str:
    """Return the preferred label or title, or else the IRI."""
    for predicate in _LABELS:
        for quad in find_quads(store, node, predicate):
            return str(quad.object.value)
    return str(node.value)


def nearest(store: ox.Store, kind: str, name: str, *, limit: int = 3) -> list[Entity]:
    """Return the resources whose names are most like ``name``, best first."""
    hits = name_index(store).nearest(name, _kinds(kind), limit=limit)
    return [Entity(hit.iri, hit.label) for hit in hits]


def _nearest(store: ox.Store, kind: str, name: str) -> str:
    close = nearest(store, kind, name)
    if not close:
        return f"no {kind} is called {name!r}"
    base = base_of(store)
    offers = (f"{e.label!r} ({e.iri.removeprefix(base)})" for e in close)
    return f"no {kind} is called {name!r}; the nearest: {', '.join(offers)}"


def ranked(store: ox.Store, kind: str, order: str, place: int) -> Entity:
    """Return the resource of ``kind`` at ``place`` (from 0) when sorted by ``order``.

    Args:
        order: the most papers (a paper: concepts) first; or of those introduced
            in the collection; or by number of comparisons, of narrower concepts,
            of broader ones.  By papers where the graph has nothing of the order.

    Raises:
        NotFoundError: the graph has fewer.
    """
    nodes = _ranking(store, kind, order)
    if place >= len(nodes):
        raise NotFoundError(_too_few(kind, len(nodes)))
    return Entity(nodes[place].value, label_of(store, nodes[place]))


def _too_few(kind: str, count: int) -> str:
    """Tell that there is no default; a paper without concepts is none, but can be named."""
    if kind == "paper":
        return f"the graph has {count or 'no'} paper with concepts; name one that you mean"
    if not count:
        return f"the graph has no {kind}, and the question asks about one"
    return f"the graph has {count} {kind}; name one that you mean"


@lru_cache(maxsize=32)
def _ranking(store: ox.Store, kind: str, order: str) -> list[ox.NamedNode]:
    kept = [next(_kept_rank(store, kind, order, place), None) for place in (0, 1)]
    return [quad.object for quad in kept if quad] or ranking(
        store, kind, order, partial(in_order, store)
    )


def _kept_rank(store: ox.Store, kind: str, order: str, place: int) -> Iterator[Any]:
    return iter(store.quads_for_pattern(WHOLE, rank_predicate(kind, order, place), None, GRAPH))


def rank_predicate(kind: str, order: str, place: int) -> ox.NamedNode:
    """Return the property under which a store keeps what stands at a place of an order."""
    return ox.NamedNode(f"{TERMS}{kind}-by-{order}-{place}")


def ranking(
    store: ox.Store, kind: str, order: str, ordered: Callable[[str], list[ox.NamedNode]]
) -> list[ox.NamedNode]:
    """Return the first two resources of ``kind`` in an order (see :func:`ranked`).

    Args:
        ordered: gives all resources in an order; :func:`in_order`, or one that remembers.
    """
    for name in ("concepts",) if kind == "paper" else (order, "papers"):
        found = list(islice((node for node in ordered(name) if is_kind(store, node, kind)), 2))
        if found:
            return found
    return []


def in_order(store: ox.Store, order: str) -> list[ox.NamedNode]:
    """Return all resources in an order.

    Counted here, which is ten times faster than an aggregate in SPARQL.
    """
    counts = Counter(_ORDERS[order](store))
    return sorted(counts, key=lambda node: (-counts[node], node.value))


def _by_papers(store: ox.Store) -> dict[ox.NamedNode, int]:
    return {quad.subject: int(quad.object.value) for quad in find_quads(store, None, PAPER_COUNT)}


def _by_introduced(store: ox.Store) -> dict[ox.NamedNode, int]:
    introduced = {quad.subject for quad in find_quads(store, None, term("kg:introducedBy"))}
    return {node: n for node, n in _by_papers(store).items() if node in introduced}


def _by_compared(store: ox.Store) -> Iterator[ox.NamedNode]:
    """Methods as often as the papers that introduce them compare."""
    compared = Counter(quad.subject for quad in find_quads(store, None, term("kg:comparesWith")))
    for quad in find_quads(store, None, term("kg:introducedBy")):
        yield from [quad.subject] * compared[quad.object]


_ORDERS: dict[str, Callable[[ox.Store], Any]] = {
    "papers": _by_papers,
    "introduced": _by_introduced,
    "compared": _by_compared,
    "concepts": lambda store: (q.subject for q in find_quads(store, None, term("kg:mentions"))),
    "narrower": lambda store: (q.object for q in find_quads(store, None, term("skos:broader"))),
    "broader": lambda store: (q.subject for q in find_quads(store, None, term("skos:broader"))),
}


def to_term(store: ox.Store, parameter: Parameter, value: str) -> tuple[str, str]:
    """Return (term in N-Triples syntax, how to show it) of a parameter's value.

    ``any`` stays the variable that it is: every resource fits.

    Raises:
        UsageError: not a number where one is wanted.
        NotFoundError: no resource of that name.
    """
    if parameter.kind == "text":
        return str(ox.Literal(value)), value
    if parameter.kind in ("integer", "number"):
        return _number(parameter, value), value
    if value == "any":
        return f"?{parameter.name}", value
    entity = find_entity(store, parameter.kind, value)
    return str(ox.NamedNode(entity.iri)), entity.label


def _number(parameter: Parameter, value: str) -> str:
    try:
        number = int(value) if parameter.kind == "integer" else float(value)
    except ValueError:
        problem = f"{parameter.option} {value!r}: expected a {parameter.kind}"
        raise UsageError(problem.replace("a integer", "an integer")) from None
    return str(ox.Literal(number))
