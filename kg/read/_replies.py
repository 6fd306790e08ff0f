"""What readers write below a paper on its page: reviews, comments, not the paper's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.read._base import Source

#: The line above the replies of a page.
_REPLIES = re.compile(
    r"\s*(?:Filter by reply type|\d+ */ *\d+ replies shown).{0,40}", re.IGNORECASE
)
#: A heading of replies, and the button of a paper that it stands below: each alone is any page's.
_HEADING = re.compile(r"\s*Community\s*", re.IGNORECASE)
_BUTTON = re.compile(r"\s*Add to collection\s*", re.IGNORECASE)
#: Where the page goes on below its replies, or another one starts.
_ON = re.compile(
    r"\s*(?:.{0,20}\bGo to .{2,80} homepage|OpenReview\.net|About OpenReview"
    r"|Models citing this paper.{0,20}|Hugging Face's logo|Skip to main content"
    r"|.{4,40} > .{4,60})\s*",
    re.IGNORECASE,
)
#: A reply, unlike a button, has so many words in a line.
_SAYS = 12


def without_replies(source: Source) -> Iterator[tuple[int, str]]:
    """Yield the lines of a page but those of its readers; that they are left out is told."""
    start, number, written = 0, 0, 0
    above = ""
    for number, line in source.lines():
        if start and _ON.fullmatch(line):
            _tell(source, start, number - 1, written)
            start = 0
        elif not start and _opens(above, line):
            start, written = number, 0
        above = line if line.strip() else above
        if not start:
            yield number, line
        else:
            written += len(line.split()) >= _SAYS
    if start:
        _tell(source, start, number, written)


def _opens(above: str, line: str) -> bool:
    """Whether replies stand below ``line``, the last line before which is ``above``."""
    if _REPLIES.fullmatch(line):
        return True
    return bool(_HEADING.fullmatch(line) and _BUTTON.fullmatch(above))


def _tell(source: Source, start: int, end: int, written: int) -> None:
    if written:
        source.notice(start, f"replies to a paper, up to line {end}, are left out")
