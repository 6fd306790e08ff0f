"""A name that somebody typed to the resource it means: by id, label or alias."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import pyoxigraph as ox

from kg import vocab
from kg.errors import NotFoundError, UsageError
from kg.query.bundled import Parameter
from kg.text import fold

_TYPE = ox.NamedNode(vocab.expand("rdf:type"))
_MENTIONS = ox.NamedNode(vocab.expand("kg:mentions"))
_NAMES = tuple(
    ox.NamedNode(vocab.expand(c)) for c in ("skos:prefLabel", "skos:altLabel", "dcterms:title")
)
_CONCEPTS = ("method", "dataset", "benchmark", "task", "metric")
#: Defaults in a question's header: which order, and which place in it.
_RANKS = {"most": ("papers", 0), "second": ("papers", 1), "broadest": ("narrower", 0),
          "narrowest": ("broader", 0)}  # fmt: skip
_ORDERS = {
    "concepts": "?x kg:mentions ?y",
    "papers": "?y kg:mentions ?x",
    "narrower": "?y skos:broader ?x",
    "broader": "?x skos:broader+ ?y",
}
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
            alias, in any case; or a default of a question's header
            (``most``, ``second``, ``broadest``, ``narrowest``).

    Raises:
        NotFoundError: nothing of that name; offers the nearest.
    """
    if name in _RANKS:
        return ranked(store, kind, *_RANKS[name])
    found = [*_by_id(store, kind, name), *_by_name(store, kind, name)]
    if not found:
        raise NotFoundError(_nearest(store, kind, name))
    return Entity(found[0].value, label_of(store, found[0]))


def _by_id(store: ox.Store, kind: str, name: str) -> list[ox.NamedNode]:
    base = base_of(store)
    tries = [name] if _ABSOLUTE.fullmatch(name) else []
    key = name.removeprefix("id:")
    head, _, tail = key.partition("/")
    if tail and head in (*_CONCEPTS, "paper"):
        tries.append(vocab.iri(head, tail, base))
    kinds = _CONCEPTS if kind == "concept" else (kind,)
    tries += [vocab.iri(one, key, base) for one in kinds]
    nodes = [node for node in map(_node, tries) if node]
    return [node for node in nodes if is_kind(store, node, kind)]


def _node(iri: str) -> ox.NamedNode | None:
    try:
        return ox.NamedNode(iri)
    except ValueError:
        return None


def _by_name(store: ox.Store, kind: str, name: str) -> list[ox.NamedNode]:
    exact = _ranked_matches(store, kind, _exact(store, name))
    return exact or _ranked_matches(store, kind, _folded(store, fold(name)))


def _exact(store: ox.Store, name: str) -> Iterator[tuple[int, ox.NamedNode]]:
    for rank, predicate in enumerate(_NAMES):
        for literal in (ox.Literal(name), ox.Literal(name, language="en")):
            for quad in store.quads_for_pattern(None, predicate, literal, None):
                yield rank, quad.subject


def _folded(store: ox.Store, key: str) -> Iterator[tuple[int, ox.NamedNode]]:
    if not key:
        return
    for rank, predicate in enumerate(_NAMES):
        for quad in store.quads_for_pattern(None, predicate, None, None):
            if fold(quad.object.value) == key:
                yield rank, quad.subject


def _ranked_matches(
    store: ox.Store, kind: str, found: Iterator[tuple[int, ox.NamedNode]]
) -> list[ox.NamedNode]:
    """Best first: by preferred label, then by number of papers, then by IRI."""
    kept = {node: rank for rank, node in found if is_kind(store, node, kind)}
    return sorted(kept, key=lambda node: (kept[node], -_papers(store, node), node.value))


def _papers(store: ox.Store, node: ox.NamedNode) -> int:
    return sum(1 for _ in store.quads_for_pattern(None, _MENTIONS, node, None))


def is_kind(store: ox.Store, node: ox.NamedNode, kind: str) -> bool:
    """Return whether ``node`` is a resource of ``kind`` ("concept": of any of the five)."""
    kinds = _CONCEPTS if kind == "concept" else (kind,)
    return any(next(store.quads_for_pattern(node, _TYPE, _class(k), None), None) for k in kinds)


def _class(kind: str) -> ox.NamedNode:
    return ox.NamedNode(vocab.expand(f"kg:{kind.capitalize()}"))


def base_of(store: ox.Store) -> str:
    """Return the base that the graph's resources stand under (``--base`` when it was built)."""
    for kind in ("paper", *_CONCEPTS):
        for quad in store.quads_for_pattern(None, _TYPE, _class(kind), None):
            return str(quad.subject.value).rsplit(f"/{kind}/", 1)[0] + "/"
    return vocab.BASE


def label_of(store: ox.Store, node: ox.NamedNode) -> str:
    """Return the preferred label or title, or else the IRI."""
    for predicate in (_NAMES[0], _NAMES[2]):
        for quad in store.quads_for_pattern(node, predicate, None, None):
            return str(quad.object.value)
    return str(node.value)


def nearest(store: ox.Store, kind: str, name: str, *, limit: int = 3) -> list[Entity]:
    """Return the resources whose names are most like ``name``, best first."""
    from rapidfuzz import fuzz, process, utils

    names = _all_names(store, kind)
    labels = [label for label, _ in names]
    close = process.extract(
        name, labels, scorer=fuzz.WRatio, processor=utils.default_process, limit=4 * limit,
        score_cutoff=60,
    )  # fmt: skip
    found = {names[index][1]: None for _, _, index in close}
    return [Entity(iri, label_of(store, ox.NamedNode(iri))) for iri in list(found)[:limit]]


@lru_cache(maxsize=8)
def _all_names(store: ox.Store, kind: str) -> list[tuple[str, str]]:
    quads = (q for p in _NAMES for q in store.quads_for_pattern(None, p, None, None))
    return sorted((q.object.value, q.subject.value) for q in quads if is_kind(store, q.subject, kind))


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
        order: papers (a paper is ranked by its concepts), narrower or broader:
            the most of them first.

    Raises:
        NotFoundError: the graph has fewer.
    """
    nodes = _ranking(store, kind, "concepts" if kind == "paper" else order)
    if place >= len(nodes):
        which = kind if order == "papers" else f"{kind} with anything {order}"
        raise NotFoundError(f"the graph has {len(nodes) or 'no'} {which}; name one that you mean")
    return Entity(nodes[place].value, label_of(store, nodes[place]))


@lru_cache(maxsize=32)
def _ranking(store: ox.Store, kind: str, order: str) -> list[ox.NamedNode]:
    kinds = _CONCEPTS if kind == "concept" else (kind,)
    classes = " ".join(str(_class(k)) for k in kinds)
    query = (
        f"SELECT ?x (COUNT(?y) AS ?n) {{ VALUES ?t {{ {classes} }} ?x a ?t . {_ORDERS[order]} }} "
        "GROUP BY ?x ORDER BY DESC(?n) ?x LIMIT 2"
    )
    return [row["x"] for row in store.query(query, prefixes=vocab.PREFIXES)]


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
