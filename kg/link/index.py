"""Step two, a reduce per key: what all papers together say about each name.

The indexes of two shards add up to the index of both (:meth:`Index.update`), so
an engine can build one per shard and merge them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from kg.link.keys import Definition, Names
from kg.link.rules import is_proper
from kg.model import Mention
from kg.names import name_words

K = TypeVar("K", bound=Hashable)

#: How many supporting papers a merge or a broader link names: enough to check it.
EVIDENCE = 5

#: An introducing paper knows best what it introduces.
_INTRODUCES = 2.0
_CUE = 2.0


@dataclass(slots=True)
class Evidence:
    """Papers behind a long form, how many state it, how many introduce the thing themselves."""

    papers: list[str] = field(default_factory=list)
    stated: int = 0
    introduced: int = 0
    short_text: str = ""
    long_text: str = ""
    reasons: set[str] = field(default_factory=set)

    def update(self, other: Evidence) -> None:
        """Add the evidence of another shard."""
        self.papers += other.papers
        self.stated += other.stated
        self.introduced += other.introduced
        self.reasons |= other.reasons
        if not self.short_text:
            self.short_text, self.long_text = other.short_text, other.long_text

    @property
    def reason(self) -> str:
        """The strongest of the reasons: alphabetical order happens to be that of strength."""
        return min(self.reasons)


@dataclass(frozen=True, slots=True)
class Coinage:
    """A paper that introduces a thing by the name before its title's colon."""

    paper: str
    type: str
    words: frozenset[str]
    authors: frozenset[str]


@dataclass(slots=True)
class Index:
    """Per key: forms, types, number of papers; per short key: its long forms.

    ``forms[key][form]`` counts papers; ``types[key][type]`` sums confidences
    over papers; ``senses[short][long]`` holds who says so; ``coined[key]`` who made the name up.
    """

    papers: dict[str, int] = field(default_factory=dict)
    forms: dict[str, dict[str, int]] = field(default_factory=dict)
    types: dict[str, dict[str, float]] = field(default_factory=dict)
    cased: dict[str, dict[tuple[str, bool], int]] = field(default_factory=dict)
    senses: dict[str, dict[str, Evidence]] = field(default_factory=dict)
    coined: dict[str, list[Coinage]] = field(default_factory=dict)

    def update(self, other: Index) -> None:
        """Add the index of another shard, whose paper ids all come after this one's."""
        _add_counts(self.papers, other.papers)
        tables: list[tuple[dict[str, Any], dict[str, Any]]] = [
            (self.forms, other.forms),
            (self.types, other.types),
            (self.cased, other.cased),
        ]
        for mine, theirs in tables:
            for key, counts in theirs.items():
                _add_counts(mine.setdefault(key, {}), counts)
        for short, longs in other.senses.items():
            own = self.senses.setdefault(short, {})
            for long, evidence in longs.items():
                own.setdefault(long, Evidence()).update(evidence)
        for key, coinages in other.coined.items():
            self.coined.setdefault(key, []).extend(coinages)

    def form(self, key: str) -> str:
        """Return the most frequent form of ``key``; ties go to the first in alphabetical order."""
        forms = self.forms[key]
        return min(forms, key=lambda form: (-forms[form], form))

    def type(self, key: str) -> str:
        """Return the type with the most evidence for ``key``."""
        types = self.types[key]
        return min(types, key=lambda name: (-round(types[name], 6), name))


def merge_names(names: Iterable[Names]) -> Index:
    """Return the index of all ``names``; their order must be that of the paper ids."""
    index = Index()
    for found in names:
        _add_mentions(index, found)
        for definition in found.definitions:
            _add_sense(index, definition, found.paper.id)
        for key in found.coined:
            index.coined.setdefault(key, []).append(_coinage(found, key))
        for key, cue in found.cues:
            types = index.types[key]
            types[cue] = types.get(cue, 0.0) + _CUE
    return index


def _add_counts(mine: dict[K, Any], theirs: Mapping[K, Any]) -> None:
    for key, count in theirs.items():
        mine[key] = mine.get(key, 0) + count


def _add_mentions(index: Index, found: Names) -> None:
    forms: set[tuple[str, str]] = set()
    weights: dict[tuple[str, str], float] = {}
    cased: set[tuple[str, str, bool]] = set()
    for mention, key in zip(found.paper.mentions, found.keys, strict=True):
        forms.add((key, mention.text))
        if mention.text.islower() or is_proper(mention.text):
            cased.add((key, mention.type, mention.text.islower()))
        pair = (key, mention.type)
        weights[pair] = max(weights.get(pair, 0.0), weight_of(mention))
    for key in set(found.keys):
        index.papers[key] = index.papers.get(key, 0) + 1
    for key, form in forms:
        counts = index.forms.setdefault(key, {})
        counts[form] = counts.get(form, 0) + 1
    for key, type, lower in cased:
        cases = index.cased.setdefault(key, {})
        cases[type, lower] = cases.get((type, lower), 0) + 1
    for (key, type), weight in weights.items():
        types = index.types.setdefault(key, {})
        types[type] = types.get(type, 0.0) + weight


def _coinage(found: Names, key: str) -> Coinage:
    paper = found.paper
    types = [m.type for m, k in zip(paper.mentions, found.keys, strict=True) if k == key]
    return Coinage(
        paper.id,
        min(types, key=lambda type: (-types.count(type), type)),
        frozenset(name_words(paper.title)) - {key},
        frozenset(author.casefold() for author in paper.authors),
    )


def weight_of(mention: Mention) -> float:
    """Return how much a mention says about its concept's type."""
    return mention.confidence * (_INTRODUCES if mention.role == "introduces" else 1.0)


def _add_sense(index: Index, definition: Definition, paper: str) -> None:
    longs = index.senses.setdefault(definition.short, {})
    evidence = longs.setdefault(definition.long, Evidence())
    evidence.reasons.add(definition.reason)
    if not evidence.papers or evidence.papers[-1] != paper:
        evidence.papers.append(paper)
        evidence.stated += definition.reason != "initials"
        evidence.introduced += definition.introduces
    if not evidence.short_text:
        evidence.short_text, evidence.long_text = definition.short_text, definition.long_text
