"""The names of people and of the places they work at, told from other words by form alone."""

from __future__ import annotations

import re

from kg.read._prose import SMALL_WORDS
from kg.text import word_set

_PARTICLES = word_set(
    "de del della der den di da do dos du la le van von ter ten bin ibn al el y e zu zur"
)
_NAME_TOKEN = re.compile(r"(?:[^\W\d_]\.?-?)+(?:['’`-][^\W\d_]+\.?)*[*†‡§¶]*\d{0,2}\Z")
_NOT_IN_NAMES = re.compile(
    r"\w\w(?:tion|tions|ment|ments|ness|ology|ence|ity|ized|ised|ingly)\Z"
    r"|(?:\A|-)(?:learning|training|modeling|reasoning|models?|networks?|data|language|robots?"
    r"|vision|agents?|neural|deep|large|towards?|using|with|from|for|via|systems?|images?"
    r"|video)\Z",
    re.IGNORECASE,
)
#: Names that end as nouns do, and small words that are names, too.
_NAMES_AS_NOUNS = word_set(
    "clement clément lawrence laurence terence terrence clarence florence spence prudence"
)
_NAMES_AS_SMALL = word_set("an to in on do can be how")
#: Of a list of people at least half must be free of these.
_DOUBTFUL = _NAMES_AS_SMALL - _PARTICLES
_NAMES_SPLIT = re.compile(r"\s*(?:[,;·⋅•|&\n]|\band\b)\s*")
_NAMES_EXTRA = re.compile(
    r"(?:et al\.?|\+?\s*\d+\s+(?:more|other|others|authors?)(?: authors?)?(?: [A-Z]\D{2,60})?"
    r"|others|jr\.?|sr\.?"
    r"|ii+|phd|\d{1,2}|\W*)\Z",
    re.IGNORECASE,
)
_MARKS = re.compile(
    r"\s*\([^()]{0,200}\)|[*†‡§¶]|(?<=\w) 0\d{3}(?=\s*(?:[,;:|]|$))|\+\d+ authors?\b"
)
_AFFILIATION = re.compile(
    r"\b(?:university|universit[àäéy]t?|institute of|college|school of|department of"
    r"|laborator(?:y|ies)|academy of"
    r"|inc\.|ltd\.|gmbh|corporation|research center|research centre)|@\w",
    re.IGNORECASE,
)


def is_names(text: str, *, single: bool = False) -> bool:
    """Whether ``text`` lists people; with ``single`` one person is enough.

    >>> is_names("Ada Lovelace, Alan M. Turing and Kurt Gödel")
    True
    >>> is_names("Planning, Acting, and Learning")
    False
    """
    if len(text) > 20_000 or (":" in text and len(text) < 300):
        return False
    clean = re.sub(r"\s+et al\b\.?|[…_*]", "", drop_marks(text)).strip(" .,;")
    parts = [part for part in _NAMES_SPLIT.split(clean) if part and not _NAMES_EXTRA.match(part)]
    if not parts or (len(parts) == 1 and not single and "et al" not in text):
        return False
    people = [part for part in parts if is_person(part)]
    if len(people) < (len(parts) if len(parts) < 4 else 0.8 * len(parts)):
        return False
    sure = sum(_DOUBTFUL.isdisjoint(part.lower().split()) for part in people)
    return sure >= 0.5 * len(parts)


def is_person(part: str) -> bool:
    """Whether ``part`` may be a name.

    >>> is_person("John von Neumann"), is_person("Deep Learning")
    (True, False)
    """
    tokens = part.split()
    if not 2 <= len(tokens) <= 6:
        return False
    proper = [t for t in tokens if t.lower() not in _PARTICLES]
    return bool(proper) and all(map(_is_name, proper))


def _is_name(token: str) -> bool:
    if token[0].islower() or not _NAME_TOKEN.match(token):
        return False
    word = token.lower()
    if word in SMALL_WORDS:
        return word == "a" or word in _NAMES_AS_SMALL
    return word in _NAMES_AS_NOUNS or not _NOT_IN_NAMES.search(token)


def drop_marks(authors: str) -> str:
    """Return ``authors`` without what stands in brackets after a name, and without footnote marks
    or numbers: DBLP's of namesakes, those of people who are not shown.

    >>> drop_marks("Ada Lovelace* (London), Alan Turing 0002")
    'Ada Lovelace, Alan Turing'
    """
    return _MARKS.sub("", authors)


def has_affiliation(text: str) -> bool:
    """Whether ``text`` names a place where people work, or the address of their mail."""
    return bool(_AFFILIATION.search(text))
