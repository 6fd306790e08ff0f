"""CSV and TSV with a header line."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from kg.read._base import MAX_LINE, Row, Source
from kg.read._paper import NAMES, name_key

DELIMITERS = (",", "\t", ";", "|")


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


def _names(header: str, mark: str) -> set[str]:
    try:
        cells = next(csv.reader([header], delimiter=mark), [])
    except csv.Error:
        return set()
    return {name_key(cell) for cell in cells} if len(cells) > 1 or len(header) < 40 else set()


def _read_table(source: Source, delimiter: str | None) -> Iterator[Row]:
    csv.field_size_limit(MAX_LINE)
    lines = _Lines(source)
    header_line = next((line for line in lines if line.strip()), "")
    columns = tuple(source.mapping.values())
    delimiter = delimiter or find_delimiter(header_line, columns) or ","
    header = next(csv.reader([header_line], delimiter=delimiter), [])
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
        elif any(cell.strip() for cell in cells):
            yield from _row(source, start, header, cells)


class _Lines:
    """The lines of a source as csv wants them, the number of the last one, whether it was that."""

    def __init__(self, source: Source) -> None:
        self.number, self.ended = 0, False
        self._lines = source.lines()

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        try:
            self.number, line = next(self._lines)
        except StopIteration:
            self.ended = True
            raise
        return line + "\n"


def _row(source: Source, line: int, header: list[str], cells: list[str]) -> Iterator[Row]:
    if any(cell.strip() for cell in cells[len(header) :]):
        source.refuse(line, f"{len(cells)} columns, the header has {len(header)}; a missing quote?")
        return
    fields: dict[str, str] = {}
    for name, cell in zip(header, cells, strict=False):
        if cell.strip() and name not in fields:
            fields[name.strip().removeprefix("\ufeff")] = cell
    yield Row(line, fields)
