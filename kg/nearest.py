"""The names most like one that a user typed and nothing has: for messages."""

from __future__ import annotations

from collections.abc import Iterable

from kg.text import fold

#: Least likeness, 0 to 100, of a name that is worth offering.
LEAST = 70


def find_nearest(name: str, names: Iterable[str], *, limit: int = 3) -> list[str]:
    """Return those of ``names`` that are like ``name``, best first, none if nothing is near.

    Like is what differs by a few letters, or shares its words; case and punctuation aside.

    >>> find_nearest("LoAR", ["LoRA", "BERT"]), find_nearest("imagenet data", ["ImageNet"])
    (['LoRA'], ['ImageNet'])
    """
    from rapidfuzz import fuzz

    wanted = fold(name)[:300]

    def likeness(other: str) -> float:
        letters = fuzz.ratio(wanted, other)
        return max(letters, 0.9 * fuzz.token_set_ratio(wanted, other) if len(other) > 2 else 0)

    scored = ((-likeness(fold(other)[:300]), other) for other in set(names))
    return [other for score, other in sorted(scored) if -score >= LEAST][:limit]


def nearest_hint(name: str, names: Iterable[str], *, limit: int = 3) -> str:
    """Return the tail of a message that offers the nearest names, "" if there is none.

    >>> nearest_hint("LoAR", ["LoRA", "BERT"])
    "; nearest: 'LoRA'"
    """
    near = find_nearest(name, names, limit=limit)
    return f"; nearest: {', '.join(map(repr, near))}" if near else ""
