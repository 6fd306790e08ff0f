"""Mentions of several extractors become one list without overlaps, agreement recorded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from kg.model import Mention


def merge_mentions(known: Iterable[Mention], more: Iterable[Mention]) -> tuple[Mention, ...]:
    """Return ``known`` with those of ``more`` that overlap none of it, sorted.

    Where both have the same span and type the mention stays as it is known, and
    its extractor becomes both names.  Where spans overlap otherwise, the known one
    stays; among new ones the surer, then the longer, then the earlier.
    """
    spans = {(m.field, m.start, m.end): m for m in known}
    taken = _Taken(spans.values())
    for mention in sorted(more, key=_rank):
        place = (mention.field, mention.start, mention.end)
        same = spans.get(place)
        if same is not None:
            if same.type == mention.type:
                spans[place] = replace(same, extractor=_both(same.extractor, mention.extractor))
        elif taken.add(mention):
            spans[place] = mention
    return tuple(sorted(spans.values()))


def _rank(mention: Mention) -> tuple[object, ...]:
    return (-mention.confidence, mention.start - mention.end, mention)


def _both(one: str, other: str) -> str:
    return "+".join(sorted({*one.split("+"), *other.split("+")}))


class _Taken:
    """The characters that mentions hold already."""

    def __init__(self, mentions: Iterable[Mention]) -> None:
        self._held: dict[str, set[int]] = defaultdict(set)
        for mention in mentions:
            self._held[mention.field].update(range(mention.start, mention.end))

    def add(self, mention: Mention) -> bool:
        """Hold the mention's characters unless one of them is held; say whether it was done."""
        wanted = range(mention.start, mention.end)
        held = self._held[mention.field]
        if not held.isdisjoint(wanted):
            return False
        held.update(wanted)
        return True


def unify_types(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    """Give all mentions of one spelling the type that is most probable over the paper."""
    votes: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    found = tuple(mentions)
    for mention in found:
        votes[mention.text.lower()][mention.type] += mention.confidence
    return tuple(_retyped(m, votes[m.text.lower()]) for m in found)


def _retyped(mention: Mention, votes: dict[str, float]) -> Mention:
    best = max(sorted(votes), key=lambda kind: votes[kind])
    return mention if best == mention.type else replace(mention, type=best)
