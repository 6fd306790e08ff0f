"""Where a paper came out: venues, and lines that hold people, venue and year in one.

Search engines print such lines below a title; lists of references put the title
between.
"""

from __future__ import annotations

import re
from typing import Any

from kg.read._furniture import HAS_DATE, date_details, find_year
from kg.read._ids import link_details
from kg.read._people import drop_marks, is_names

_VENUE = re.compile(
    r"(?:in:?\s+|part of\s+|published (?:in|at)|accepted (?:at|to|by|for)|to appear (?:in|at)"
    r"|appeared (?:in|at)|presented at)?\s*"
    r"(?:[a-z][\w/&-]*\s?['’]?\d{2,4}:\s+)?(?:the\s+)?(?:\d+(?:st|nd|rd|th)\s+)?(?:annual\s+|\d{4}\s+)?"
    r"(?:proceedings of|proc\.|findings of|advances in neural|transactions (?:on|of)"
    r"|journal of|[a-z/ ]{0,40}"
    r"(?:international |annual |european |joint )?(?:conference|workshop|symposium"
    r"|meeting) (?:on|of|for)\b"
    r"|arxiv(?:\.org)?(?: preprint)?\b|corr abs)"
    r"|(?:published (?:in|at)|accepted (?:at|to|by|for)|to appear|appeared in|presented at)\b",
    re.IGNORECASE,
)
_VENUE_YEAR = re.compile(r"[A-Z][A-Za-z&'’/.,() -]{0,60}?[ ,'’]*\b(?:(?:19|20)\d\d|'\d\d)\b.{0,30}")
#: Words of titles that no venue has which is told by its year alone.
_OF_TITLES = frozenset({"by", "for", "from", "to", "using", "via", "with"})
_GOOGLE = re.compile(
    r"(?P<names>[^–]+?)\s+[-–]\s+(?:(?P<venue>[^–]{2,120}?),\s+)?(?P<year>(?:19"
    r"|20)\d\d)(?:\s+[-–]\s+\S.{0,60})?"
)
_ET_AL = re.compile(r"(?P<names>.{4,80}? et al)\.?,?\s*\(?(?P<year>(?:19|20)\d\d)\)?\.?")
_CITATION = re.compile(
    r"(?P<names>[^:]+?[^\W\d_]{2})\.\s+(?P<venue>[^.:]{2,90}?)[\s,]+(?P<year>(?:19|20)\d\d)\.?"
)
_QUOTED = re.compile(
    r"(?P<names>[^“\"]{5,400}),\s*[“\"](?P<title>[^”\"]{10,300}?)[,.]?[”\"],?\s*(?P<rest>.{4,300})"
)
_TITLED = re.compile(
    r"(?:\(?(?:19|20)\d\d[a-z]?\)?\.\s+)?(?P<title>(?:[^.]|\.(?=\S)){10,300}[.?])\s+"
    r"(?P<rest>.{0,200}\b(?:19|20)\d\d\b.{0,80}|[A-Z].{4,200})"
)


def find_source_line(text: str) -> dict[str, Any] | None:
    """Return what a line with people, venue and year in one says, as search engines print it."""
    if len(text) > 400:
        return None
    match = _GOOGLE.fullmatch(text) or _CITATION.fullmatch(text)
    if match and is_names(match["names"], single=True):
        return {
            "authors": drop_marks(match["names"]).rstrip("… "),
            "venue": match["venue"],
            "year": match["year"],
        }
    few = _ET_AL.fullmatch(text)
    if few and is_names(few["names"], single=True):
        return {"authors": few["names"], "year": few["year"]}
    names, mark, place = text.partition("; ")
    if mark and _VENUE.match(place) and is_names(names, single=True):
        return {"authors": drop_marks(names), "venue": place, **date_details(place)}
    parts = re.split(r"\s+[·•|]\s+", text)
    if (
        len(parts) > 1
        and (HAS_DATE.search(text) or re.search(r"\b\d+\s+authors?\b", text))
        and len(parts[0]) < 200
    ):
        people = drop_marks(parts[0]) if is_names(parts[0], single=True) else None
        venue = next((p for p in parts[1:] if _VENUE.match(p)), None)
        return {
            k: v for k, v in {"authors": people, "venue": venue, **date_details(text)}.items() if v
        }
    return None


def find_reference(text: str) -> tuple[str, dict[str, Any]] | None:
    """Return the title of an entry of a list of references, and its people, venue and year."""
    if not 30 <= len(text) <= 700 or not find_year(text):
        return None
    quoted = _QUOTED.fullmatch(text)
    ends = (match.end() for match in re.finditer(r"(?:[^\W\d_]{2}| 0\d{3})[.:]\s+", text[:500]))
    dotted = (_TITLED.fullmatch(text, end) for end in ends if _are_people(text[:end]))
    found = quoted if quoted and _are_people(quoted["names"]) else next(filter(None, dotted), None)
    if found is None or len(found["title"].split()) < 3:
        return None
    names = quoted["names"] if found is quoted and quoted else text[: found.start()]
    return found["title"].rstrip(".,"), {
        "authors": drop_marks(names).strip(" .:,"),
        "venue": found["rest"].strip(" .,"),
        **date_details(text),
        **link_details(found["rest"]),
    }


def _are_people(text: str) -> bool:
    return is_names(text.strip(" .:,"), single=True)


def find_venue(text: str) -> dict[str, Any] | None:
    """Return the venue, and the year and addresses beside it, of a line that names no more."""
    words = text.split()
    if len(text) > 250 or len(words) > 30:
        return None
    year = find_year(text)
    short = len(words) <= 7 and ":" not in text and _OF_TITLES.isdisjoint(words)
    by_year = short and bool(year) and _VENUE_YEAR.fullmatch(text)
    if by_year or (_VENUE.match(text) and (year or len(words) > 2 or "arxiv" in text.lower())):
        venue = re.sub(
            r"^(?:in:?|part of|published (?:in|at)|accepted (?:at|to|by|for))\s+",
            "",
            text,
            flags=re.IGNORECASE,
        )
        return {"venue": venue, **date_details(text), **link_details(text)}
    return None
