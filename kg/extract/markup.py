r"""Borders of a learned span where a text is not plain: LaTeX, quotes, broken lines, dashes.

The model was shown plain words nearly always, and may cut a name within its markup:
"ResNet$_{50" for "ResNet$_{50}$".  What the text around a span says of its borders is
settled here; what the span's own words say, in :mod:`kg.extract.tidy`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace

from kg.model import Mention, Paper

#: Opens a group around a name: "\textbf{", "{\sc ", "\sc ".
_GROUP = re.compile(
    r"\\(?:emph|underline|text\w{2,6}|math\w{2,4})(?:\s?\{|(?=[A-Z]))"
    r"|\{\s?\\[a-z]{2,6}\s+|\\(?:sc|bf|it|tt|em|sf|rm)\s+"
)
#: HTML that a cleaner left: "FooNet</b>".
_TAG = re.compile(r"<(/?)(\w{1,10})>")
#: A dash that stands free joins no name: in 26,000 annotated mentions one has it inside.
_DASH = re.compile(r"\s+(?:[-–]{1,3}|—)\s+(?!\d)")
#: As a tokeniser leaves text: its hyphens stand free as well.
_TOKENISED = re.compile(r"\w\s[.,](?=\s|$)")
_PLAIN = re.compile(r"\w[.,](?=\s|$)")
_MATH = re.compile(r"[\\^_]")
#: What marks a footnote or a trademark, and the kinds of character that emoji are written with.
_FOOTNOTES = "†‡§¶¹"
_SIGNS = ("So", "Cf", "Mn")
_ANY_QUOTE = "\"'`“”‘’"
#: The second half of a word that a line break has split: "net- works", but not "pre- and".
_BROKEN_AFTER = re.compile(r"(?<=[a-z])-\s(?!(?:and|or|to|as|nor|versus|vs|but)\b)[a-z]+")
_BROKEN_BEFORE = re.compile(r"(?<![\w-])[A-Za-z]{2,20}-\s$")


def mend(mentions: Iterable[Mention], paper: Paper) -> tuple[Mention, ...]:
    """Return the mentions with borders that halve no markup, quote, word or dash."""
    dashes = None if _is_tokenised(paper) else _DASH
    return tuple(part for m in mentions for part in _mended(m, paper.text(m.field), dashes))


def _mended(mention: Mention, text: str, dashes: re.Pattern[str] | None) -> Iterator[Mention]:
    start, end = find_whole(text, mention.start, mention.end)
    for begin, stop in _parts(text, start, end, dashes):
        yield replace(mention, start=begin, end=stop, text=text[begin:stop])


def _is_tokenised(paper: Paper) -> bool:
    whole = f"{paper.title} {paper.abstract}"
    return len(_TOKENISED.findall(whole)) > len(_PLAIN.findall(whole))


def _parts(
    text: str, start: int, end: int, dashes: re.Pattern[str] | None
) -> Iterator[tuple[int, int]]:
    for match in dashes.finditer(text, start, end) if dashes else ():
        if start < match.start():
            yield start, match.start()
        start = match.end()
    if start < end:
        yield start, end


def find_whole(text: str, start: int, end: int) -> tuple[int, int]:
    r"""Return where what ``text[start:end]`` names begins and ends as a whole.

    >>> def whole(text, part):
    ...     start = text.index(part)
    ...     return text[slice(*find_whole(text, start, start + len(part)))]
    >>> whole("a ResNet$_{50}$ net", "ResNet$_{50"), whole("the $F_1$ score", "F_1$ score")
    ('ResNet$_{50}$', '$F_1$ score')
    >>> whole(r"{\sc FooNet} wins", r"{\sc FooNet"), whole("neural net- works", "neural net")
    ('FooNet', 'neural net- works')
    """
    start, end = _over_line_breaks(text, start, end)
    start, end = _without_signs(text, start, _before_tag(text, start, end))
    start = skip_group(text, start, end)
    end = _closed(text, start, end)
    start, end = _with_dollars(text, start, end)
    return _with_quotes(text, start, end)


def _over_line_breaks(text: str, start: int, end: int) -> tuple[int, int]:
    after = _BROKEN_AFTER.match(text, end)
    if after:
        end = after.end()
    before = _BROKEN_BEFORE.search(text[max(0, start - 24) : start])
    if before and text[start].islower():
        start -= len(before[0])
    return start, end


def _before_tag(text: str, start: int, end: int) -> int:
    """Return the end before a closing HTML tag whose opening one the span does not hold."""
    opened = set()
    for tag in _TAG.finditer(text, start, end):
        if not tag[1]:
            opened.add(tag[2])
        elif tag[2] not in opened and tag.start() > start:
            return tag.start()
    return end


def _without_signs(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without emoji and the marks of footnotes at its ends."""
    while start < end - 1 and _is_sign(text[start]):
        start += 1
    while start < end - 1 and _is_sign(text[end - 1]):
        end -= 1
    return start, end


def _is_sign(letter: str) -> bool:
    """Return whether a character stands beside a name without being part of it.

    >>> [_is_sign(c) for c in "\u2020\U0001f680\u2122+*\u00b0A"]
    [True, True, True, False, False, False, False]
    """
    return letter in _FOOTNOTES or (unicodedata.category(letter) in _SIGNS and letter != "°")


def skip_group(text: str, start: int, end: int) -> int:
    r"""Return the start of a span without a command whose group it does not close.

    >>> [t[skip_group(t, 0, len(t)) :] for t in (r"\emph{FooNet", r"\textbf{F}oo \textbf{N}et")]
    ['FooNet', '\\textbf{F}oo \\textbf{N}et']
    """
    while (group := _GROUP.match(text, start, end)) and group.end() < end:
        closed = text.count("{", start, end) <= text.count("}", start, end)
        if "{" in group[0] and closed:
            break
        start = group.end()
    return start


def _closed(text: str, start: int, end: int) -> int:
    """Return the end with the braces that close what the span opens, where they follow."""
    opened = text.count("{", start, end) - text.count("}", start, end)
    while opened > 0 and text.startswith("}", end):
        opened, end = opened - 1, end + 1
    return end


def _with_dollars(text: str, start: int, end: int) -> tuple[int, int]:
    r"""Return the span with both marks of a formula, "$\pi_0$", that it is part of or all of."""
    held = text[start:end].replace(r"\$", "")
    before, after = start > 0 and text[start - 1] == "$", text.startswith("$", end)
    if held.count("$") % 2:
        if before and not held.startswith("$"):
            return start - 1, end
        return (start, end + 1) if after else (start, end)
    alone = "$" not in held and _MATH.search(held)
    return (start - 1, end + 1) if before and after and alone else (start, end)


def _with_quotes(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span with both quotes of a word that it begins in, and none alone at an end."""
    held = text[start:end]
    inner = held.strip(_ANY_QUOTE)
    for opening, closing in ('""', "“”"):
        lacks = inner.count(closing) == 1 and (opening == closing or opening not in inner)
        if lacks and start and text[start - 1] == opening != held[0]:
            return start - 1, end
    if not inner or any(quote in inner for quote in _ANY_QUOTE):
        return start, end
    start += len(held) - len(held.lstrip(_ANY_QUOTE))
    return start, start + len(inner)
