"""CSV and TSV with a header line."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kg.read._base import MAX_LINE, Row, Source
from kg.read._paper import NAMES, name_key
from kg.text import counted

DELIMITERS = (",", "\t", ";", "|")

#: The line by which Excel names the delimiter.
_SEP = re.compile(r"\s*\"?sep=(.)\"?\s*", re.IGNORECASE)

#: The header is sought in so many lines.
_TOP = 3


def read_csv(source: Source) -> Iterator[Row]:
    """Yield the rows of a table; the delimiter is found from the header."""
    yield from _read_table(source, None)


def read_tsv(source: Source) -> Iterator[Row]:
    """Yield the rows of a table whose columns tabs divide."""
    yield from _read_table(source, "\t")


def find_delimiter(header: str, columns: tuple[str, ...] = ()) -> str | None:
    """Return the delimiter that makes ``header`` name a title, None if none does.

    >>> find_delimiter("id;Title;Abstract"), find_delimiter("A title, or not a header")
    (';', None)
    """
    wanted = {*NAMES["title"], *map(name_key, columns)}
    found = [mark for mark in DELIMITERS if _names(header, mark) & wanted]
    return max(found, key=header.count, default=None)


def find_header(lines: list[str], columns: tuple[str, ...] = ()) -> tuple[int, str] | None:
    """Return which of the first ``lines`` is the header of a table, and the delimiter.

    A line "sep=;" or a remark may stand above it.  A header of one cell counts where no line
    has more, so that a page that starts with "Title" is no table,
    and Markdown's tables are none either.

    >>> find_header(["sep=;", "Title;Year", "LoRA;2021"]), find_header(["Title", "Hu, E."])
    ((1, ';'), None)
    """
    for at, line in enumerate(lines[:_TOP]):
        mark = None if line.startswith("|") else find_delimiter(line, columns)
        single = mark and len(_cells(line, mark)) == 1
        if mark and not (single and any(len(_cells(x, y)) > 1 for x in lines for y in DELIMITERS)):
            return at, mark
    return None


def _names(header: str, mark: str) -> set[str]:
    cells = _cells(header, mark)
    return {name_key(cell) for cell in cells} if len(cells) > 1 or len(header) < 40 else set()


def _cells(line: str, mark: str) -> list[str]:
    try:
        return next(csv.reader([line.removeprefix("\ufeff")], delimiter=mark), [])
    except csv.Error:
        return []


def _read_table(source: Source, delimiter: str | None) -> Iterator[Row]:
    csv.field_size_limit(MAX_LINE)
    lines = _Lines(source)
    columns = tuple(source.mapping.values())
    header = _take_header(lines, delimiter, columns)
    delimiter = header.delimiter
    rows = csv.reader(lines, delimiter=delimiter)
    while True:
        start = lines.number + 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            source.refuse(start, f"broken table row: {error}")
            continue
        if lines.ended:  # only an open quote makes csv ask for a line beyond the last
            source.refuse(start, f"a quote opens here and never closes, up to line {lines.number}")
        elif cells and _is_header(cells):  # of a table that was put below another one
            header = replace(header, cells=cells)
        elif any(cell.strip() for cell in cells):
            yield from _row(source, start, header.cells, cells)


def _is_header(cells: list[str]) -> bool:
    """Whether a row names columns: a title's and others of a paper's, whatever their order.

    >>> _is_header(["Title", "Authors", "Year", "x"]), _is_header(["Title", "Ada", "2024"])
    (True, False)
    """
    if max(map(len, cells)) > 60:
        return False
    names = set(map(name_key, cells))
    known = [field for field, usual in NAMES.items() if not names.isdisjoint(usual)]
    return "title" in known and len(known) > 2


@dataclass(frozen=True, slots=True)
class _Header:
    cells: list[str]
    delimiter: str


def _take_header(lines: _Lines, delimiter: str | None, columns: tuple[str, ...]) -> _Header:
    """Take the header off ``lines``, and what stands above it."""
    top = lines.peek(_TOP)
    told = next((found[1] for found in map(_SEP.fullmatch, top[:1]) if found), None)
    at, mark = find_header(top, columns) or (int(told is not None), None)
    line = [next(lines, "") for _ in range(at + 1)][-1]
    delimiter = delimiter or told or mark or max(DELIMITERS, key=line.count)
    return _Header(_cells(line, delimiter), delimiter)


class _Lines:
    """The lines of a source as csv wants them, the number of the last one, whether it was that."""

    def __init__(self, source: Source) -> None:
        self.number, self.ended = 0, False
        self._lines = source.lines()
        self._ahead: deque[tuple[int, str]] = deque()

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        try:
            self.number, line = self._ahead.popleft() if self._ahead else next(self._lines)
        except StopIteration:
            self.ended = True
            raise
        return line + "\n"

    def peek(self, count: int) -> list[str]:
        """Skip blank lines and return the next ``count`` lines without taking them."""
        for number, line in self._lines:
            if self._ahead or line.strip():
                self._ahead.append((number, line))
            if len(self._ahead) >= count:
                break
        return [line for _, line in self._ahead]


def _row(source: Source, line: int, header: list[str], cells: list[str]) -> Iterator[Row]:
    if any(cell.strip() for cell in cells[len(header) :]):
        source.refuse(
            line, f"{counted(len(cells), 'column')}, the header has {len(header)}; a missing quote?"
        )
        return
    fields: dict[str, str] = {}
    for column, cell in zip(header, cells, strict=False):
        name = column.strip().removeprefix("\ufeff")
        if fields.get(name, "").strip():
            continue
        if cell.strip() or name_key(name) in NAMES["title"]:  # an empty title is told as such
            fields[name] = cell
    yield Row(line, fields)
