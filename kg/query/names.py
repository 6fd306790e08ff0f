"""Every name of a graph, folded once: search as you type, and the nearest name to a wrong one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

import pyoxigraph as ox

from kg import vocab
from kg.nearest import find_likeness
from kg.text import fold

KINDS = ("paper", "method", "dataset", "benchmark", "task", "metric")


def term(curie: str) -> ox.NamedNode:
    """Return the node of a prefixed name: ``term("kg:uses")``."""
    return ox.NamedNode(vocab.expand(curie))


TYPE, PAPER_COUNT = term("rdf:type"), term("kg:paperCount")
#: Predicate -> whether it gives the preferred name.
NAMES = {term("skos:prefLabel"): True, term("dcterms:title"): True, term("skos:altLabel"): False}


def find_quads(
    store: ox.Store, subject: Any = None, predicate: Any = None, object: Any = None
) -> Iterator[Any]:
    """Yield the default graph's quads that match; None matches anything."""
    return iter(store.quads_for_pattern(subject, predicate, object, ox.DefaultGraph()))


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """One name of one resource; ``papers`` counts those that mention it (0 for papers)."""

    folded: str
    name: str
    iri: str
    kind: str
    preferred: bool
    papers: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A resource found by one of its names."""

    iri: str
    kind: str
    label: str
    matched: str
    papers: int


def kind_class(kind: str) -> ox.NamedNode:
    """Return the class of a kind: ``kg:Method`` of "method"."""
    return term(f"kg:{kind.capitalize()}")


class NameIndex:
    """The names of a store; build it with :func:`name_index`, which keeps it."""

    def __init__(self, store: ox.Store) -> None:
        self.names: tuple[Name, ...] = tuple(sorted(_names(store)))
        preferred = sorted(
            (n for n in self.names if n.preferred), key=lambda n: n.name, reverse=True
        )
        self.labels = {n.iri: n.name for n in preferred}

    def exact(self, name: str, kinds: tuple[str, ...]) -> list[Name]:
        """Return the names that fold like ``name``: preferred first, by papers, by IRI."""
        key = fold(name)
        found = [n for n in self.names if n.folded == key and n.kind in kinds and key]
        return sorted(found, key=lambda n: (not n.preferred, -n.papers, n.iri))

    def search(self, text: str, kinds: tuple[str, ...], *, limit: int) -> list[Hit]:
        """Return resources with ``text`` in a name: whole names, then starts, words, parts.

        Where no name has it: the resources with the nearest names.
        """
        key = fold(text)
        found = [
            (_rank(n.folded, key), -n.papers, len(n.name), n)
            for n in self.names
            if key and key in n.folded and n.kind in kinds
        ]
        hits = self._hits(name for *_, name in sorted(found))
        return list(islice(hits, limit)) if found else self.nearest(text, kinds, limit=limit)

    def _hits(self, names: Iterator[Name]) -> Iterator[Hit]:
        seen = set()
        for name in names:
            if name.iri not in seen:
                seen.add(name.iri)
                label = self.labels.get(name.iri, name.name)
                yield Hit(name.iri, name.kind, label, name.name, name.papers)

    def nearest(self, text: str, kinds: tuple[str, ...], *, limit: int) -> list[Hit]:
        """Return the resources with the most similar names, best first; none if nothing is near."""
        names = [name for name in self.names if name.kind in kinds]
        scores = find_likeness(fold(text), [name.folded for name in names])
        found = sorted((-score, -names[at].papers, names[at]) for at, score in scores.items())
        return list(islice(self._hits(name for *_, name in found), limit))


def _rank(folded: str, key: str) -> int:
    if folded == key:
        return 0
    if folded.startswith(key):
        return 1
    return 2 if f" {key}" in folded else 3


def _names(store: ox.Store) -> Iterator[Name]:
    kinds = dict(_kinds(store))
    counts = {q.subject: q.object.value for q in find_quads(store, None, PAPER_COUNT)}
    for predicate, preferred in NAMES.items():
        for quad in find_quads(store, None, predicate):
            kind, name = kinds.get(quad.subject), quad.object.value
            if kind:
                papers = int(counts.get(quad.subject, 0))
                yield Name(fold(name), name, quad.subject.value, kind, preferred, papers)


def _kinds(store: ox.Store) -> Iterator[tuple[ox.NamedNode, str]]:
    for kind in KINDS:
        for quad in find_quads(store, None, TYPE, kind_class(kind)):
            yield quad.subject, kind


@lru_cache(maxsize=2)
def name_index(store: ox.Store) -> NameIndex:
    """Return the index of a store that does not change, built on first use."""
    return NameIndex(store)
