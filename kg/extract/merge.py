"""Mentions of several extractors become one list without overlaps, agreement recorded."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from kg.abbreviations import find_abbreviations
from kg.extract.pieces import LIGATURES
from kg.model import DEFAULT_ROLE, FIELDS, Mention, Paper, Role

#: What mentions of one name within a paper share.
Key = Callable[[str], str]

#: What is less probable than this, before calibration, is not reported.
LEAST = 0.5
#: A mention less probable than this gives way to what a rule finds across it.
WEAK = 0.3
#: A piece of a longer name that is surer than this stays by itself.
PIECE = 0.9
#: A name as probable as this in one place is reported in all of its places.
FIRM = 0.7
#: The rules whose names are plain, whatever a model makes of them.
PLAIN = ("coined", "measure")
#: What stands for a hyphen in typeset text.
HYPHENS = str.maketrans("\u2010\u2011\u2013\u2212", "----")
#: Where what makes a variant of a name begins.
_VARIANT = re.compile(r"(?<=\w)[-+*_]")
_SPELLED = HYPHENS | str.maketrans(LIGATURES)
#: Weight of a mention's own probability beside its name's over the paper.
OWN = 0.3


def merge_mentions(known: Iterable[Mention], more: Iterable[Mention]) -> tuple[Mention, ...]:
    """Return ``known`` with those of ``more`` that overlap none of it, sorted.

    Where both have the same span and type the mention stays as it is known, and
    its extractor becomes both names.  Where spans overlap otherwise, the known one
    stays unless it is :data:`WEAK` and the new one is not, or no more than a piece of
    a longer name; among new ones the surer, then the longer, then the earlier.
    """
    new = sorted(more, key=_rank)
    spans = {(m.field, m.start, m.end): m for m in _firm(_grown(known, new), new)}
    taken = _Taken(spans.values())
    for mention in new:
        place = (mention.field, mention.start, mention.end)
        same = spans.get(place)
        if same is not None:
            if same.type == mention.type:
                spans[place] = replace(same, extractor=_both(same.extractor, mention.extractor))
        elif taken.add(mention):
            spans[place] = mention
    return tuple(sorted(spans.values()))


def _grown(known: Iterable[Mention], new: Iterable[Mention]) -> tuple[Mention, ...]:
    """Return the known mentions; one that is a piece of a longer name has become that name.

    Of "support vector machine (SVM)" a model that knows "SVM" may have seen "vector machine",
    and "R-CNN" of a "Faster R-CNN" that it is sure of elsewhere.
    """
    found = list(known)
    #: Which mention holds a character: looked up, for a text may have many thousands of them.
    at = {place: number for number, m in enumerate(found) for place in _places(m)}
    least = {"abbreviation": LEAST, "repeat": PIECE}
    for whole in new:
        if whole.confidence >= least.get(whole.extractor, 2):
            touched = {at[place] for place in _places(whole) if place in at}
            number = touched.pop() if len(touched) == 1 else None
            if number is not None and _is_piece(found[number], whole):
                found[number] = _joined(found[number], whole)
                at.update(dict.fromkeys(_places(whole), number))
    return tuple(found)


def _places(mention: Mention) -> Iterator[tuple[str, int]]:
    return ((mention.field, at) for at in range(mention.start, mention.end))


def _is_piece(mention: Mention, whole: Mention) -> bool:
    within = whole.start <= mention.start and mention.end <= whole.end
    return within and mention.text != whole.text and mention.confidence < PIECE


def _joined(mention: Mention, whole: Mention) -> Mention:
    sure = max(mention.confidence, PIECE * whole.confidence)
    return replace(whole, confidence=sure, extractor=_both(mention.extractor, whole.extractor))


def _firm(known: Iterable[Mention], new: Iterable[Mention]) -> Iterator[Mention]:
    """Yield the known mentions without the weak ones that a firm new one stands across."""
    firm = _Taken(())
    exact = set()
    for mention in new:
        exact.add((mention.field, mention.start, mention.end))
        if mention.confidence >= LEAST and mention.extractor not in PLAIN:
            firm.add(mention)
    for mention in known:
        same = (mention.field, mention.start, mention.end) in exact
        if mention.confidence >= WEAK or same or firm.is_free(mention):
            yield mention


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

    def is_free(self, mention: Mention) -> bool:
        """Return whether none of the mention's characters is held."""
        return self._held[mention.field].isdisjoint(range(mention.start, mention.end))

    def add(self, mention: Mention) -> bool:
        """Hold the mention's characters unless one of them is held; say whether it was done."""
        free = self.is_free(mention)
        if free:
            self._held[mention.field].update(range(mention.start, mention.end))
        return free


@lru_cache(maxsize=1 << 16)
def name_key(text: str) -> str:
    """Return what the spellings of a name within one paper share: no plural, one kind of
    hyphen, and no case unless case makes it a name.

    >>> name_key("Vision Transformers"), name_key("LLMs"), name_key("MoE")
    ('vision transformer', 'LLM', 'MoE')
    """
    single = re.sub(r"(?<=[a-zA-Z]{2})s$", "", text.translate(_SPELLED))
    return single if is_name(single) else single.lower()


def is_name(text: str) -> bool:
    """Return whether a spelling is a proper name's: one word, short or with capitals inside."""
    return len(text) < 3 or (" " not in text and any(c.isupper() for c in text[1:]))


def find_key(paper: Paper) -> Key:
    """Return the key of a name in this paper: a short form has that of its long form.

    >>> paper = Paper("p", "Low-Rank Adaptation (LoRA)", "LoRA is small.")
    >>> find_key(paper)("LoRA"), find_key(paper)("GPT")
    ('low-rank adaptation', 'GPT')
    """
    longs: dict[str, str] = {}
    for field in FIELDS:
        for pair in find_abbreviations(paper.text(field)):
            longs.setdefault(name_key(pair.short), name_key(pair.long))

    def key(text: str) -> str:
        own = name_key(text)
        return longs.get(own, own)

    return key


def unify_types(mentions: Iterable[Mention], key: Key = name_key) -> tuple[Mention, ...]:
    """Give all mentions of one name the type that is most probable over the paper."""
    found = tuple(mentions)
    votes: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for mention in found:
        votes[key(mention.text)][mention.type] += mention.confidence
    return tuple(_retyped(m, votes[key(m.text)]) for m in found)


def _retyped(mention: Mention, votes: dict[str, float]) -> Mention:
    best = _best(votes)
    return mention if best == mention.type else replace(mention, type=best)


def unify_roles(mentions: Iterable[Mention], key: Key = name_key) -> tuple[Mention, ...]:
    """Give all mentions of one name the role that is most probable over the paper.

    A role that only another type can have becomes the type's usual one.
    """
    found = tuple(_possible(m) for m in mentions)
    votes: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for mention in found:
        votes[key(mention.text), mention.type][mention.role] += mention.confidence
    return tuple(replace(m, role=_best(votes[key(m.text), m.type])) for m in found)


def introduce_variants(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    """Give the variants of a name that the paper introduces, "FOO-S", "FOO+", its role.

    So it is with all 36 such names in the annotated papers.
    """
    found = tuple(mentions)
    own = {m.text for m in found if m.role == Role.INTRODUCES and is_name(m.text)}
    return tuple(
        replace(m, role=Role.INTRODUCES.value) if _is_variant(m.text, own) else m for m in found
    )


def _is_variant(name: str, own: set[str]) -> bool:
    """Return whether a name is one of ``own`` with something after it.

    >>> [_is_variant(name, {"Foo-X"}) for name in ("Foo-X-Large", "Foo-X+", "Foo-X", "Foo-Xs")]
    [True, True, False, False]
    """
    if not own or " " in name:
        return False
    return any(name[: mark.start()] in own for mark in _VARIANT.finditer(name))


def _possible(mention: Mention) -> Mention:
    usual = DEFAULT_ROLE.get(mention.type)
    foreign = mention.role in DEFAULT_ROLE.values() and mention.role != usual
    return replace(mention, role=usual) if usual and foreign else mention


def _best(votes: dict[str, float]) -> str:
    return max(sorted(votes), key=lambda name: votes[name])


def pool_evidence(
    mentions: Iterable[Mention], source: str, key: Key = name_key
) -> tuple[Mention, ...]:
    """Give each mention the confidence that its name has earned over the whole paper.

    A name's standing is the mean of what ``source`` believes of its occurrences; one
    that ``source`` overlooked counts as 0.  A mention gets ``OWN`` of its own
    probability and the rest of its name's.
    """
    found = tuple(mentions)
    names: dict[tuple[str, str], list[float]] = defaultdict(list)
    for mention in found:
        names[key(mention.text), mention.type].append(_own(mention, source))
    mean = {name: sum(values) / len(values) for name, values in names.items()}
    return tuple(
        replace(
            m,
            confidence=OWN * _own(m, source) + (1 - OWN) * mean[key(m.text), m.type],
        )
        for m in found
    )


def find_reported(mentions: Iterable[Mention], key: Key = name_key) -> tuple[Mention, ...]:
    """Return the mentions that are probable enough, and every place of a name that is sure.

    "We call it FOO" is plain to the rules, whatever a model makes of a word it never saw:
    such a name is given the least probability that is reported, as are the places that a
    model overlooked of a name that is :data:`FIRM` in another.
    """
    found = tuple(mentions)
    given = {
        (key(m.text), m.type)
        for m in found
        if m.confidence >= FIRM or any(_is_by(m, rule) for rule in PLAIN)
    }
    raised = (
        replace(m, confidence=max(m.confidence, LEAST)) if (key(m.text), m.type) in given else m
        for m in found
    )
    return tuple(m for m in raised if m.confidence >= LEAST)


def _own(mention: Mention, source: str) -> float:
    return mention.confidence if _is_by(mention, source) else 0.0


def _is_by(mention: Mention, source: str) -> bool:
    return source in mention.extractor.split("+")
