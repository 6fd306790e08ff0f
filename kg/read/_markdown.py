"""Lines of Markdown taken apart: list marks, headings, links, images, bold."""

from __future__ import annotations

import re

from kg.read._furniture import UI_WORDS

#: What stands before the text of a line: a time, a heading's mark, a list's mark or number.
_LEAD = re.compile(
    r"(?:\d?\d:\d\d(?:\s*[-–—]\s*\d?\d:\d\d)?\s+(?=\S+\s)|#{1,6}\s+|[-*•·‣▪–]\s+"
    r"|\[?\(?\d{1,4}[\].)]\s+|\[(?:PDF|HTML|BOOK|CITATION|B|C|DOC)\]\s*)+"
)
_LINK = re.compile(
    r"\[((?:[^\[\]]|\[[^\[\]]{0,200}\]){0,500}?)\]\(((?:https?://|#|\.{0,2}/|mailto:)[^\s()]*)"
    r"(?:\s+\"[^\"]*\")?\)"
)
_IMAGE = re.compile(r"\[?!\[[^\[\]]*\]\([^\s()]*\)(?:\]\([^\s()]*\))?")
_EMPTY = re.compile(r"\[[\s,|/]*\]|\([\s,|/]*\)")
#: What stands in brackets before a title: a venue, a date.
_TAGGED = re.compile(r"^([\[(][^\[\]()]*\d{2,4}[^\[\]()]*[\])])\s+(?=\S)")
_BRACKETED = re.compile(r"[\[(].*[\])]")
_BOLD = re.compile(r"\*\*(\S+(?:\s+\S+){2,}?)\*\*")


def from_markdown(text: str) -> list[str]:
    """Return what a line of a list in Markdown says: the title, its addresses, then the rest.

    >>> from_markdown("- [A Title](https://arxiv.org/abs/1) - Hu et al. [[code](https://x.y)]")
    ['A Title', 'https://arxiv.org/abs/1', 'https://x.y', 'Hu et al.']
    """
    text = plain(_IMAGE.sub("", text))
    urls = [url for _, url in _LINK.findall(text) if "://" in url]
    if not urls:
        return [] if _LINK.search(text) or not text.strip() else [text]
    flat = _BOLD.sub(r"\n\1\n", _EMPTY.sub("", _LINK.sub(_link_text, text)))
    flat = re.sub(r"<br\s*/?>|\s\|\s|^\||\|$", "\n", flat.replace("**", ""))
    lines = [part for line in flat.split("\n") for part in _TAGGED.split(line.strip(), maxsplit=1)]
    pieces = [text for text in (line.strip(" ,;:|*_-–—•") for line in lines) if text]
    at = next((i for i, piece in enumerate(pieces) if not _BRACKETED.fullmatch(piece)), 0)
    return [*pieces[: at + 1], *urls, *pieces[at + 1 :]]


def _link_text(match: re.Match[str]) -> str:
    """A link's text on a line of its own; nothing of a button."""
    words = re.findall(r"[a-z]+", match[1].lower())
    return "" if UI_WORDS.issuperset(words) else f"\n{match[1]}\n"


def plain(raw: str) -> str:
    """Return a line without list marks, numbering, Markdown's heading and bold marks.

    >>> plain("3. **A Title of Words**"), plain("## A Title")
    ('A Title of Words', 'A Title')
    """
    text = _LEAD.sub("", raw, count=1) if _LEAD.match(raw) else raw
    if text.startswith("**") and text.endswith("**") and len(text) > 4:
        text = text[2:-2]
    return text.strip() or raw


def drop_addresses(text: str) -> str:
    """Return ``text`` with the words of its links alone.

    >>> drop_addresses("[A Title](https://x.y), 2024")
    'A Title, 2024'
    """
    return _LINK.sub(r"\1", text)
