"""The lines of a page put together again: paragraphs, titles and names that were broken.

A page from a mail or an editor is broken at a fixed width; others break a title
where it grows too long, and print a label on a line above its value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from kg.read._base import Source
from kg.read._furniture import drop_button, find_year
from kg.read._lines import Kind, Line, find_label, is_abstract_heading, to_line
from kg.read._markdown import drop_addresses, from_markdown
from kg.read._people import is_names, is_person
from kg.read._prose import capital_share, is_closed, is_prose
from kg.read._replies import without_replies
from kg.text import squeeze

_BREAKS_OFF = re.compile(
    r"(?:[:,–—-]|\b(?:of|for|and|the|with|in|to|via|a|an|on|from|by|using|or|as))$", re.IGNORECASE
)
#: Hugging Face prints a summary, this, and then the abstract.
_MADE_SUMMARY = re.compile(r"(?:✨\s*)?AI-generated summary", re.IGNORECASE)
_BLOCK = 4000
_SAMPLE = 600  # lines that tell whether a page is broken at a fixed width
_NARROWEST, _WIDEST = 40, 160  # a column of a paper, an editor
#: The end of a line that breaks a word.
_HYPHEN = re.compile(r"[^\W\d_]{2}-$")


def to_items(source: Source) -> Iterator[Line]:
    """Yield the lines of a page, wrapped paragraphs and titles joined, each with its kind."""
    awaited = False
    last: Line | None = None
    for line in _with_values(_unwrapped(source)):
        if last and last.kind is Kind.PROSE and _MADE_SUMMARY.fullmatch(line.text):
            last = replace(last, kind=Kind.META, details={"tldr": last.text})
            awaited = True
            continue
        if is_abstract_heading(line.text):
            awaited = True
            continue
        item = to_line(line.number, line.text)
        if awaited and item.kind in {Kind.TEXT, Kind.PROSE, Kind.NAMES} and not item.labelled:
            item = Line(line.number, drop_button(line.text), Kind.PROSE, labelled=True)
        awaited = False
        if last:
            yield last
        last = item
    if last:
        yield last


def _with_values(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield ``lines``, a label that stands alone with the line after it as its value."""
    label: Line | None = None
    for line in lines:
        found = find_label(line.text)
        if label is not None:
            joined = found is None and _fits(label.text, line.text)
            yield replace(label, text=f"{label.text} {line.text}") if joined else label
            label = None
            if joined:
                continue
        if found and not found[1] and not is_abstract_heading(line.text):
            label = line
        else:
            yield line
    if label is not None:
        yield label


def _fits(label: str, value: str) -> bool:
    """Whether ``value`` may be what a label on a line of its own announces."""
    field = (find_label(label) or ("", ""))[0]
    if is_abstract_heading(value) or len(value) > 600 or (field and is_prose(value)):
        return False
    return field not in {"url", "doi", "date"} or bool(re.search(r"\d|://", value))


def _unwrapped(source: Source) -> Iterator[Line]:
    """Yield the lines, those joined that an editor or a mail has broken at a fixed width."""
    blocks = _blocks(source)
    first: list[list[Line]] = []
    for block in blocks:
        first.append(block)
        if sum(map(len, first)) > _SAMPLE:
            break
    width = find_width([line.text for block in first for line in block])
    for block in chain(first, blocks):
        yield from _join(block, width)


def find_width(lines: list[str]) -> int | None:
    """Return the number of columns at which ``lines`` were broken; None if they were not.

    >>> find_width(["word " * 15 + "end"] * 9 + ["A title"])
    78
    """
    lengths = sorted(map(len, lines))
    if len(lengths) < 4 or not _NARROWEST <= lengths[-1] <= _WIDEST:
        return None
    full = [at for at, line in enumerate(lines) if len(line) >= lengths[-1] - 14]
    # Where lines were broken many go on in lower case; a list of titles has none of these.
    next_lines = [lines[at + 1] for at in full if at + 1 < len(lines)]
    going_on = sum(line[0].isalpha() and not line[0].isupper() for line in next_lines)
    broken = len(full) >= 0.3 * len(lengths) and going_on >= 0.2 * len(next_lines)
    return lengths[-1] if broken else None


def _blocks(source: Source) -> Iterator[list[Line]]:
    """Yield runs of lines between blank ones."""
    block: list[Line] = []
    for number, raw in without_replies(source):
        texts = _parts(raw)
        block.extend(Line(number, text) for text in texts)
        if block and (not texts or len(block) >= _BLOCK):
            yield block
            block = []
    if block:
        yield block


def _parts(raw: str) -> list[str]:
    """The lines that one line holds: title and abstract with a tab between, Markdown's links."""
    text = squeeze(raw)
    if "\t" in raw.strip():
        cells = [squeeze(cell) for cell in raw.split("\t")]
        if len(cells) == 2 and is_prose(cells[1]) and not is_prose(cells[0]):
            return [cell for cell in cells if cell]
    if "](" in text and not is_prose(drop_addresses(text)):
        return from_markdown(text)
    return [text] if text else []


def _join(block: list[Line], width: int | None) -> Iterator[Line]:
    """Yield the lines of a block, broken ones joined."""
    width = _block_width(block) or width
    done = block[0]
    for line, last in zip(block[1:], block, strict=False):
        if _goes_on(done.text, last.text, line.text, width):
            done = replace(done, text=f"{done.text} {line.text}")
        else:
            yield done
            done = line
    yield done


def _block_width(block: list[Line]) -> int | None:
    """The width of a single wrapped paragraph, which may be another than that of its page."""
    lengths = [len(line.text) for line in block[:-1]]
    full = sum(length >= max(lengths) - 14 for length in lengths) if len(lengths) > 3 else 0
    return find_width([line.text for line in block]) if full > 0.7 * len(lengths) else None


def _goes_on(whole: str, last: str, text: str, width: int | None) -> bool:
    """Whether ``text`` continues ``whole``, whose last line is ``last``."""
    if text[0].islower() and _HYPHEN.search(last):
        return True
    if width and len(last) <= width:
        first = text.split(" ", 1)[0]
        if len(last) + 1 + len(first) <= width or len(text) > width:
            return False
        return not _starts_anew(whole, text)
    return _names_go_on(whole, text) or _title_goes_on(whole, text)


def _names_go_on(whole: str, text: str) -> bool:
    """Whether both lines hold people, a comma between them."""
    if whole.endswith(":"):  # DBLP prints people, a colon, and all the rest in the next line
        return is_names(whole[:-1], single=True)
    if text in {",", ";"}:
        return is_names(whole, single=True)
    comma = whole.endswith((",", ";")) and len(text) < 60
    return comma and is_person(text.rstrip(",; ")) and is_names(whole, single=True)


def _starts_anew(whole: str, text: str) -> bool:
    """Whether a line is something else than what stands before it, though that was full."""
    if find_label(text) or is_abstract_heading(text):
        return True
    kind, kind_before = to_line(0, text).kind, to_line(0, whole).kind
    if kind_before is Kind.PROSE or text[0].islower():
        return False
    if kind in {Kind.META, Kind.UI}:
        return True
    if kind is Kind.NAMES:
        return kind_before is not Kind.NAMES
    is_title = kind_before is not Kind.NAMES and capital_share(whole) >= 0.6
    return is_title and capital_share(text) < 0.4 and len(text.split()) > 4


def _title_goes_on(first: str, second: str) -> bool:
    if not 25 <= len(first) <= 160 or len(second) > 120:
        return False
    small = second[0].islower() and " " in second
    if not (small or _BREAKS_OFF.search(first)) or is_closed(first):
        return False
    if re.match(r"by\b", second) or find_year(second):
        return False
    return to_line(0, first).kind is to_line(0, second).kind is Kind.TEXT
