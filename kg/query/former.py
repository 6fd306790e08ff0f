"""Ids that a concept had in an earlier build: where they lead now.

A concept's id is made of the name in its oldest paper (:mod:`kg.link`).  When papers
come or go, concepts are merged or a type turns over, the id may change; the former
one is still made of one of the names, which the graph holds.
"""

from __future__ import annotations

from functools import lru_cache

import pyoxigraph as ox

from kg.names import concept_id
from kg.query.names import KINDS, name_index

#: More evidence may turn a kind into the other one of its pair, never into a third
#: (docs/linking.md, "The guards").
_TURNS = {"method": "task", "task": "method", "dataset": "benchmark", "benchmark": "dataset"}


@lru_cache(maxsize=2)
def _claims(store: ox.Store) -> dict[str, str]:
    """Return every id that a name makes -> IRI of the only concept of that name, "" if several."""
    found: dict[str, str] = {}
    for name in name_index(store).names:
        if name.kind != "paper":
            id = concept_id(name.kind, name.name)
            found[id] = name.iri if found.get(id, name.iri) == name.iri else ""
    return found


def find_former(store: ox.Store, id: str) -> str | None:
    """Return the IRI of the concept that had ``id``; None if there is none or more than one.

    Ask for an ``id`` that the graph does not hold.  One kind's names go before the
    other's of its pair: ``dataset/glue`` may lead to ``benchmark/glue``.
    """
    kind, _, key = id.partition("/")
    if kind not in KINDS or kind == "paper":
        return None
    claims, other = _claims(store), _TURNS.get(kind, kind)
    found = claims.get(id)
    return (claims.get(f"{other}/{key}") if found is None else found) or None
