"""Step one, a map over papers: what each paper says about names.

Nothing here looks at a second paper, so an engine can run it on shards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from kg.abbreviations import Abbreviation, find_abbreviations, matches
from kg.link.guesses import find_guesses
from kg.model import FIELDS, Mention, Paper
from kg.names import name_key, singular

#: Words right behind a name that say what it is (annotation guidelines, rule 1).
_CUES = {
    "dataset": "Dataset", "datasets": "Dataset", "corpus": "Dataset", "corpora": "Dataset",
    "benchmark": "Benchmark", "benchmarks": "Benchmark", "challenge": "Benchmark",
    "suite": "Benchmark", "leaderboard": "Benchmark",
}  # fmt: skip
_COLON = re.compile(r"\s?[:—–]\s")
_NEXT_WORD = re.compile(r"\s([a-z]+)")
_COINED = re.compile(
    r"\s?,?\s(?:which\s)?(?:(?:we|is|are)\s)?(?:also\s)?(?:dubbed|termed|called|named|coined"
    r"|known as|referred to as|short for|a\.?k\.?a\.?)\s[\"'“‘]?"
)
_SUCH_AS = re.compile(r",?\s\(?(?:such as|like|including|e\.g\.,?|for example,?|for instance,?)\s")
_AND_OTHER = re.compile(r",?\s(?:and|or)\sother\s")
_LIST = re.compile(r"(?:,\s|,?\s(?:and|or|&)\s)(?:the\s)?")


@dataclass(frozen=True, slots=True, order=True)
class Definition:
    """One paper's word that a short and a long name are one.

    ``reason`` is "abbreviation", "apposition" or "initials", the last where the
    paper uses both and one spells the other, but never says so.  ``introduces``
    says whether the paper introduces what it names.
    """

    short: str
    long: str
    short_text: str
    long_text: str
    reason: str
    introduces: bool = False


@dataclass(frozen=True, slots=True)
class Names:
    """What one paper says about names.

    ``keys`` has one key per mention, in order.  ``narrower`` pairs keys
    (narrow, broad) that a hyponym pattern joins; ``cues`` pairs a key with the
    type that the word behind it names.  ``coined`` holds the keys of what the
    title introduces before its colon: nobody coins a name for another's thing.
    """

    paper: Paper
    keys: tuple[str, ...]
    definitions: tuple[Definition, ...]
    narrower: tuple[tuple[str, str], ...]
    cues: tuple[tuple[str, str], ...]
    coined: tuple[str, ...]


def find_names(paper: Paper) -> Names:
    """Return keys, definitions and hints of one paper."""
    keys = tuple(name_key(mention.text) for mention in paper.mentions)
    known = set(keys)
    stated = [d for d in _definitions(paper) if d.short in known or d.long in known]
    guessed = _initials(paper, keys, {d.short for d in stated})
    return Names(
        paper,
        keys,
        tuple(sorted({*stated, *guessed})),
        tuple(sorted(set(_narrower(paper)))),
        tuple(sorted(set(_cues(paper)))),
        tuple(sorted(set(_coined(paper)))),
    )


def _of_field(paper: Paper, field: str) -> list[Mention]:
    return [mention for mention in paper.mentions if mention.field == field]


def _definitions(paper: Paper) -> Iterator[Definition]:
    for field in FIELDS:
        mentions, text = _of_field(paper, field), paper.text(field)
        for found in find_abbreviations(text):
            if defined := _define(found, mentions):
                yield defined
        yield from _appositions(mentions, text)


def _define(found: Abbreviation, mentions: list[Mention]) -> Definition | None:
    """Prefer the mentions' spans to the pattern's own: they were found with more context.

    Where a long form ends behind a title's colon only a mention can tell.
    """
    short, long, introduces = found.short, found.long, False
    open_end = found.pattern == "short: long"
    for mention in mentions:
        if mention.start <= found.short_start and found.short_end <= mention.end:
            if name_key(mention.text) == name_key(found.short):
                short, introduces = mention.text, mention.role == "introduces"
        elif _is_long(mention, found, open_end) and matches(short, mention.text):
            long, open_end = mention.text, False
    if open_end:
        return None
    return Definition(name_key(short), name_key(long), short, long, "abbreviation", introduces)


def _is_long(mention: Mention, found: Abbreviation, open_end: bool) -> bool:
    """Whether a mention ends (or, where the end is open, begins) where the long form does."""
    if open_end:
        return mention.start == found.long_start
    return abs(mention.end - found.long_end) <= 1


def _appositions(mentions: list[Mention], text: str) -> Iterator[Definition]:
    """Yield pairs that stand in apposition: coined by a word, or about a title's colon."""
    for first, second in pairwise(mentions):
        between = text[first.end : second.start]
        coined = bool(_COINED.fullmatch(between))
        colon = first.start == 0 and second.field == "title" and between in (": ", " : ")
        if (coined or colon) and _is_apposition(first, second, coined):
            pair = sorted((first, second), key=lambda m: (len(m.text), m.start))
            short, long = (mention.text for mention in pair)
            yield Definition(name_key(short), name_key(long), short, long, "apposition", True)


def _is_apposition(first: Mention, second: Mention, coined: bool) -> bool:
    if first.type != second.type or first.role != second.role:
        return False
    short, long = sorted((first.text, second.text), key=len)
    if matches(short, long):
        return True
    return coined and first.role == "introduces" and " " not in short and short != short.lower()


def _initials(paper: Paper, keys: tuple[str, ...], defined: set[str]) -> Iterator[Definition]:
    """Yield the pairs that a paper uses side by side without saying that they are one."""
    for short, long, short_text, long_text in find_guesses(paper, keys, defined):
        yield Definition(short, long, short_text, long_text, "initials")


def _narrower(paper: Paper) -> Iterator[tuple[str, str]]:
    """Yield (narrow, broad) from "B such as N1, N2 and N3" and "N1, N2 and other B".

    The patterns are those of Hearst, "Automatic acquisition of hyponyms from large
    text corpora" (COLING 1992).  The broad term must be a plural: "self-driving,
    including planning" lists parts, not kinds.
    """
    for field in FIELDS:
        mentions, text = _of_field(paper, field), paper.text(field)
        for i, mention in enumerate(mentions[:-1]):
            between = text[mention.end : mentions[i + 1].start]
            if _SUCH_AS.fullmatch(between):
                listed = _listed(mentions[i + 1 :], text)
                yield from _pairs(listed, mention)
            elif _AND_OTHER.fullmatch(between):
                listed = _listed(mentions[i::-1], text)
                yield from _pairs(listed, mentions[i + 1])


def _listed(mentions: list[Mention], text: str) -> list[Mention]:
    """Return the head of ``mentions`` that forms one enumeration, in either direction."""
    kept = mentions[:1]
    for mention in mentions[1:]:
        first, second = sorted((kept[-1], mention))
        if not _LIST.fullmatch(text[first.end : second.start]):
            break
        kept.append(mention)
    return kept


def _pairs(narrow: list[Mention], broad: Mention) -> Iterator[tuple[str, str]]:
    last = broad.text.split()[-1]
    if singular(last) == last:
        return
    for mention in narrow:
        if mention.type == broad.type and name_key(mention.text) != name_key(broad.text):
            yield name_key(mention.text), name_key(broad.text)


def _coined(paper: Paper) -> Iterator[str]:
    for mention in paper.mentions:
        leads = mention.field == "title" and mention.start == 0
        if leads and mention.role == "introduces" and _COLON.match(paper.title, mention.end):
            yield name_key(mention.text)


def _cues(paper: Paper) -> Iterator[tuple[str, str]]:
    for mention in paper.mentions:
        if mention.type in ("Dataset", "Benchmark"):
            after = _NEXT_WORD.match(paper.text(mention.field), mention.end)
            if after and after[1] in _CUES:
                yield name_key(mention.text), _CUES[after[1]]
