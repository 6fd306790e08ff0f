"""The rule extractors: a paper's own words carry a name from where it is plain to everywhere.

Each reads the paper and the mentions known so far and returns mentions of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.abbreviations import find_abbreviations
from kg.extract.merge import name_key
from kg.extract.occurrences import find_names
from kg.extract.registry import register
from kg.model import FIELDS, Mention, Paper

#: A name must be known at least this surely to be looked for elsewhere in the paper.
SURE = 0.5

_NAME = r"[A-Z0-9][\w+*^-]*(?:[A-Z0-9][\w+*^.-]*\w|\d|[A-Z])[+*]?"
_VERBS = r"(?:introduce|propose|present|develop|release|build|design|describe|contribute|construct)"
_COINED = (
    re.compile(rf"\b[Ww]e (?:\w+ )?{_VERBS} (?P<name>{_NAME})(?=[,:;.]| \(|$)"),
    re.compile(
        rf"\b(?:called|dubbed|termed|named|coined|denoted as|referred to as) [\"'“‘]?"
        rf"(?P<name>{_NAME})(?=[,:;.\"'”’]| \(|$)"
    ),
)
_TITLE = re.compile(rf"(?P<name>{_NAME})\s*:\s")
_KINDS = (
    (
        "Benchmark",
        re.compile(r"\b(?:benchmark(?:s|ing)?|challenge|leaderboard|test suite)\b", re.I),
    ),
    ("Dataset", re.compile(r"\b(?:data ?sets?|corpus|corpora)\b", re.I)),
)


@register("coined", version=1)
def find_coined(paper: Paper, known: tuple[Mention, ...]) -> Iterator[Mention]:
    """Names that the paper gives: "FOO: a ..." titles, "we introduce FOO", "dubbed FOO"."""
    title = _TITLE.match(paper.title)
    if title:
        kind = _kind_after(paper.title[title.end() :])
        yield _coined("title", title, kind)
    for pattern in _COINED:
        for match in pattern.finditer(paper.abstract):
            yield _coined("abstract", match, _kind_after(paper.abstract[match.end() :][:60]))


def _coined(field: str, match: re.Match[str], kind: str) -> Mention:
    start, end = match.span("name")
    return Mention(field, start, end, match["name"], kind, "introduces", 0.5, "coined")


def _kind_after(text: str) -> str:
    """Return the type that the words after a new name give it; a method unless they say more."""
    clause = re.split(r"[.;]", text, maxsplit=1)[0]
    return next((kind for kind, words in _KINDS if words.search(clause)), "Method")


@register("abbreviation", version=1)
def find_short_and_long(paper: Paper, known: tuple[Mention, ...]) -> Iterator[Mention]:
    """The long form of a known short form, and the short form of a known long form."""
    spans = {(m.field, m.start, m.end): m for m in known}
    for field in FIELDS:
        for pair in find_abbreviations(paper.text(field)):
            short = (field, pair.short_start, pair.short_end)
            long = (field, pair.long_start, pair.long_end)
            for here, there, text in ((short, long, pair.long), (long, short, pair.short)):
                seed = spans.get(here)
                if seed:
                    yield Mention(
                        *there, text, seed.type, seed.role, seed.confidence, "abbreviation"
                    )


@register("repeat", version=1)
def find_repeats(paper: Paper, known: tuple[Mention, ...]) -> Iterator[Mention]:
    """Every other occurrence of a name that is known in one place: plural and case aside."""
    best: dict[str, Mention] = {}
    for mention in known:
        key = name_key(mention.text)
        if key not in best or mention.confidence > best[key].confidence:
            best[key] = mention
    sure = {key: seed for key, seed in best.items() if seed.confidence >= SURE}
    for field in FIELDS:
        text = paper.text(field)
        for key, start, end in find_names(text, sure):
            seed = sure[key]
            if (start, end) != (seed.start, seed.end) or field != seed.field:
                yield Mention(
                    field,
                    start,
                    end,
                    text[start:end],
                    seed.type,
                    seed.role,
                    seed.confidence,
                    "repeat",
                )
