"""The names most like one that a user typed and nothing has: for messages and for search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kg.text import fold

#: Least likeness, 0 to 100, of a name that is worth offering.
LEAST = 70
#: Characters of a wrong name that are compared: the time goes with the square.
_LONGEST = 200
#: What full marks are worth by each of rapidfuzz' scorers: for the same letters, the same words in
#: another order, words in common, a part of the name.
_WORTH = {
    "ratio": 1.0,
    "token_sort_ratio": 0.95,
    "token_set_ratio": 0.9,
    "partial_ratio": 0.85,
}


def find_nearest(name: str, names: Iterable[str], *, limit: int = 3) -> list[str]:
    """Return those of ``names`` that are like ``name``, best first, none if nothing is near.

    Like is what differs by a few letters, shares its words or begins so; case and
    punctuation aside.

    >>> find_nearest("LoAR", ["LoRA", "BERT"]), find_nearest("imagenet data", ["ImageNet"])
    (['LoRA'], ['ImageNet'])
    """
    known = sorted(set(names))
    scores = find_likeness(fold(name), [fold(other) for other in known])
    return [known[at] for at in sorted(scores, key=lambda at: (-scores[at], at))[:limit]]


def find_likeness(wanted: str, folded: Sequence[str]) -> dict[int, float]:
    """Return index -> likeness, :data:`LEAST` to 100, of those of ``folded`` that are near.

    Args:
        wanted: the name looked for, folded (:func:`kg.text.fold`).
        folded: the names there are, folded.
    """
    from rapidfuzz import fuzz, process

    found: dict[int, float] = {}
    wanted = wanted[:_LONGEST]
    for scorer, worth in _WORTH.items():
        close = process.extract(
            wanted, folded, scorer=getattr(fuzz, scorer), score_cutoff=LEAST / worth, limit=None
        )
        for other, score, at in close:
            if _is_telling(scorer, wanted, other):
                found[at] = max(found.get(at, 0.0), worth * score)
    return found


def _is_telling(scorer: str, wanted: str, other: str) -> bool:
    """Whether a score says something: nearly every name has an "A" in common, or as a part."""
    if scorer == "token_set_ratio":
        return len(other) > 2
    return scorer != "partial_ratio" or 4 <= len(wanted) < len(other)


def nearest_hint(name: str, names: Iterable[str], *, limit: int = 3) -> str:
    """Return the tail of a message that offers the nearest names, "" if there is none.

    >>> nearest_hint("LoAR", ["LoRA", "BERT"])
    "; nearest: 'LoRA'"
    """
    near = find_nearest(name, names, limit=limit)
    return f"; nearest: {', '.join(map(repr, near))}" if near else ""
