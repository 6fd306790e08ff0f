"""What a single line of a pasted page is, judged by its own form.

A label at its start decides; then each finder is asked in turn, each of which
knows one thing that a line may be; what none of them knows may be a title.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from kg.read._furniture import HAS_DATE, UI_WORDS, drop_button, find_count_or_date, find_ui
from kg.read._ids import find_arxiv_id, link_details, to_arxiv_id
from kg.read._markdown import plain
from kg.read._people import drop_marks, has_affiliation, is_names, is_person
from kg.read._prose import is_prose
from kg.read._references import find_reference, find_source_line, find_venue
from kg.text import squeeze


class Kind(Enum):
    """What a line is."""

    PROSE = "a paragraph of an abstract"
    TITLE = "a line labelled as title"
    TEXT = "a line that may be a title"
    NAMES = "a list of people"
    META = "a date, a counter, an id, a venue"
    UI = "a button, a heading of the page"


@dataclass(frozen=True, slots=True)
class Line:
    """A line, or several joined: its number, its text, its kind, and what it says of a paper."""

    number: int
    text: str
    kind: Kind = Kind.TEXT
    details: dict[str, Any] = field(default_factory=dict)
    labelled: bool = False


_LABELS = {
    "title": r"(?:paper\s+)?title",
    "authors": r"authors?(?:\(s\))?|by",
    "abstract": r"abstract|summary",
    "tldr": r"tl;?\s?dr",
    "doi": r"(?:related\s+)?doi",
    "venue": r"journal[\s-]?ref(?:erence)?|venue|conference|journal|published\s+in"
             r"|book\s?title|in\s+proceedings",
    "date": r"date|year|first\s+online|published(?:\s+on)?|submitted(?:\s+on)?|publication\s+date",
    "arxiv_id": r"arxiv(?:\s+id)?|cite\s+as",
    "url": r"url|link|pdf|paper\s+link|paper|project(?:\s+page)?|code|website|github|demo",
    "": r"comments?|subjects?|categor(?:y|ies)|keywords?|key\s+words|primary\s+area"
        r"|(?:msc|acm)[\s-]class(?:es)?"
        r"|report\s+(?:no|number)|license|readers|tags?|topics?|volume|pages?|editors?|month"
        r"|address|publisher"
        r"|note|anthology\s+id|language|bibkey|submission\s+number"
        r"|supplementary\s+material"
        r"|reviewed\s+on\s+\w+|signatures?|last\s+modified|sig|bib\s+export\s+formats"
        r"|code\s+of\s+ethics|submission\s+guidelines|reciprocal\s+reviewing"
        r"|cite\s+\(\w+\)|copy\s+citation|from",
}  # fmt: skip
_LABEL = re.compile(
    "|".join(rf"(?P<_{i}>{pattern})" for i, pattern in enumerate(_LABELS.values())), re.IGNORECASE
)
_LABEL_LINE = re.compile(
    r"\s*\**\s*([A-Za-z][A-Za-z;() -]{1,28}?)\s*\**\s*[:：]\s*\**\s*(.*)", re.DOTALL
)
_LABEL_NAMES = tuple(_LABELS)
_ALONE = re.compile(r"[#*\s]*(?:abstract|summary)[*\s:.]*", re.IGNORECASE)
_GLUED = re.compile(
    r"[#*\s]*abstract\s*(?:[:：.—–―-]+\**\s*(?=\S)|(?=(?:We|This|In|The|Our|A|An|Recent|Large"
    r"|Existing|While|Although)\s))",
    re.IGNORECASE,
)  # fmt: skip
_ONLY_LINK = re.compile(
    r"(?:\S{0,12}\s)?(?:https?://|www\.|doi\.org/|arxiv\.org/)\S+", re.IGNORECASE
)
_ARXIV_PART = re.compile(
    r"[\[(]?\barxiv\s*:\s*[\w.-]*/?\d{4}[\d.]*(?:v\d+)?[\])]?"
    r"(?:\s*[\[(][^\])]{0,40}[\])])*(?:\s+[a-z-]{2,8}\.[A-Z]{2})*",
    re.IGNORECASE,
)


def to_line(number: int, raw: str) -> Line:
    """Return the line with its kind and details.

    >>> to_line(1, "12 upvotes").kind.name, to_line(1, "Ada Lovelace, Alan Turing").kind.name
    ('UI', 'NAMES')
    """
    text = plain(raw)
    labelled = _labelled(number, text)
    if labelled:
        return labelled
    reference = find_reference(text)
    if reference:
        return Line(number, reference[0], Kind.TEXT, reference[1])
    for kind, finder in _FINDERS:
        details = finder(text)
        if details is not None:
            return Line(number, text, kind, details)
    if is_prose(text):
        return Line(number, drop_button(text), Kind.PROSE)
    return _with_inline_id(Line(number, text))


def _labelled(number: int, text: str) -> Line | None:
    glued = _GLUED.match(text)
    if glued and len(text) - glued.end() > 40:
        return Line(number, drop_button(text[glued.end() :]), Kind.PROSE, labelled=True)
    found = find_label(text)
    if not found:
        return None
    name, rest = found
    if name == "abstract":
        return Line(number, drop_button(rest), Kind.PROSE, labelled=True) if rest else None
    if name == "title" and rest:
        return Line(number, rest, Kind.TITLE, labelled=True)
    kind = Kind.NAMES if name == "authors" else Kind.META
    return Line(number, text, kind, _label_details(name, rest), labelled=True)


def find_label(text: str) -> tuple[str, str] | None:
    """Return the field and the rest of a line such as "Authors: ...".

    >>> find_label("Authors: Ada Lovelace"), find_label("LoRA: Low-Rank Adaptation")
    (('authors', 'Ada Lovelace'), None)
    """
    match = _LABEL_LINE.match(text) if ":" in text[:60] or "：" in text[:60] else None
    named = _LABEL.fullmatch(match[1].strip()) if match else None
    if not match or not named or named.lastgroup is None:
        return None
    return _LABEL_NAMES[int(named.lastgroup[1:])], match[2].strip()


def is_abstract_heading(text: str) -> bool:
    """Whether a line says but that an abstract follows.

    >>> is_abstract_heading("## Abstract"), is_abstract_heading("Abstract: We read.")
    (True, False)
    """
    return bool(_ALONE.fullmatch(text))


def _label_details(name: str, rest: str) -> dict[str, Any]:
    if name == "url":
        return link_details(rest)
    if name == "arxiv_id":
        found = find_arxiv_id(rest) or find_arxiv_id(f"arXiv:{rest}")
        return {"arxiv_id": found} if found else link_details(rest)
    if name == "date":
        return {"year": rest}
    return {name: drop_marks(rest) if name == "authors" else rest} if name and rest else {}


def _find_id(text: str) -> dict[str, Any] | None:
    if len(text) > 300:
        return None
    alone = to_arxiv_id(text) if len(text) < 100 else None
    if alone:
        return {"arxiv_id": alone, **link_details(text)}
    if _ONLY_LINK.fullmatch(text) or re.fullmatch(
        r"(?:doi:?\s*)?10\.\d{4,9}/\S+", text, re.IGNORECASE
    ):
        return link_details(text)
    found = find_arxiv_id(text)
    rest = _ARXIV_PART.sub("", text) if found else text
    words = [w for w in re.findall(r"[^\W\d_]{2,}", rest) if w.lower() not in UI_WORDS]
    return {"arxiv_id": found} if found and len(words) < 3 else None


def _find_names(text: str) -> dict[str, Any] | None:
    byline = re.match(r"by\s+(?=[A-Z])", text, re.IGNORECASE)
    rest = text[byline.end() :] if byline else text
    return {"authors": drop_marks(rest)} if is_names(rest, single=bool(byline)) else None


def _find_submitter(text: str) -> dict[str, Any] | None:
    """A person and a day ("Ada Lovelace on Nov 13"): who handed a paper in, not who wrote it."""
    name, on, day = text.partition(" on ")
    return find_count_or_date(day) if on and HAS_DATE.match(day) and is_person(name) else None


def _find_affiliation(text: str) -> dict[str, Any] | None:
    found = has_affiliation(text)
    return {} if found and ":" not in text and len(text) < 200 and not is_prose(text) else None


_FINDERS = (
    (Kind.UI, find_ui),
    (Kind.META, find_count_or_date),
    (Kind.META, _find_id),
    (Kind.META, find_source_line),
    (Kind.META, _find_submitter),
    (Kind.NAMES, _find_names),
    (Kind.META, find_venue),
    (Kind.META, _find_affiliation),
)


def _with_inline_id(line: Line) -> Line:
    """Take an arXiv id that stands beside a title out of it."""
    found = find_arxiv_id(line.text) if "arxiv" in line.text.lower() else None
    if not found:
        return line
    rest = squeeze(_ARXIV_PART.sub(" ", line.text)).strip(" -–—·|,;")
    return replace(line, text=rest, details={"arxiv_id": found}) if len(rest.split()) > 2 else line


def find_details(lines: Iterable[Line]) -> dict[str, Any]:
    """Return what ``lines`` say of one paper; the first line to name a field wins."""
    found: dict[str, Any] = {}
    for line in lines:
        for name, value in line.details.items():
            if value:
                found.setdefault(name, value)
    return found
