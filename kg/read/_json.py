"""JSON Lines and JSON: whole records, cut out of the stream one by one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kg.read._base import Row, Source
from kg.read._flavours import flatten, flatten_as, is_paper

#: An object of at most so many characters is parsed whole to find its list of papers.
WHOLE = 32 * 1024 * 1024

#: A record of more characters than this is refused.
MAX_RECORD = 64 * 1024 * 1024

#: Where the papers of a longer object are sought.
LIST_NAMES = (
    "papers", "items", "results", "data", "works", "records", "entries", "documents",
    "publications",
)  # fmt: skip

#: Lists of objects within a record that are never lists of papers.
_NOT_PAPERS = frozenset({
    "authors", "author", "mentions", "links", "references", "reference", "authorships", "concepts",
    "locations", "topics", "keywords", "versions", "citations", "editor", "creators", "grants",
})  # fmt: skip

_CHUNK = 1 << 16
#: A string, which the end of the text may cut, or what opens or closes an object or a list.
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[{}\[\]]', re.DOTALL)
_OPENS = {"{": 1, "[": 1, "}": -1, "]": -1}
_DECODER = json.JSONDecoder()
_KEY = re.compile(r'\{\s*("(?:[^"\\]|\\.){1,100}")\s*:')
_MAX_KEYS = 50
#: How far ahead the next record is looked for at a time, and what of it a match may need again.
_AHEAD, _OVERLAP = 2 * _CHUNK, 1000
_NOTHING, _END = object(), object()


def read_jsonl(source: Source, flavour: str | None = None) -> Iterator[Row]:
    """Yield the record of each line; a broken line is refused and the next one read."""
    yield from _value_rows(source, _line_values(source), flavour)


def _line_values(source: Source) -> Iterator[tuple[int, Any]]:
    for number, line in source.lines():
        text = line.strip().removeprefix("\ufeff")
        if not text:
            continue
        try:
            yield number, json.loads(text)
        except json.JSONDecodeError as error:
            source.refuse(number, f"broken JSON: {error.msg} (column {error.pos + 1})")
        except ValueError as error:
            source.refuse(number, f"broken JSON: {error}")
        except RecursionError:
            source.refuse(number, "JSON nested too deeply")


def _value_rows(
    source: Source, values: Iterable[tuple[int, Any]], flavour: str | None
) -> Iterator[Row]:
    for number, value in values:
        for record in find_records(value):
            if isinstance(record, dict):
                yield Row(number, flatten_as(record, flavour) if flavour else flatten(record))
            else:
                source.refuse(number, f"found {_shown(record)}, expected an object")


def _shown(value: Any) -> str:
    return json.dumps(value)[:60]


def find_records(value: Any) -> Iterator[Any]:
    """Yield the records of a JSON value: itself, its items, or the list of papers within it.

    >>> list(find_records({"message": {"items": [{"title": "LoRA"}]}}))
    [{'title': 'LoRA'}]
    """
    if not isinstance(value, dict):
        yield from value if isinstance(value, list) else [value]
    elif _is_record(value):
        yield from to_rows(value) or [value]
    else:
        inner = _paper_list(value)
        yield from [value] if inner is None else inner


def _is_record(value: dict[str, Any]) -> bool:
    """Whether an object is one paper, itself or within an envelope, and no list of them."""
    return is_paper(value) or len(_papers_within(value)) == 1


def _papers_within(value: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(n, item) for n, item in value.items() if isinstance(item, dict) and is_paper(item)]


def to_rows(table: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the records of a table that is stored by columns; none if it is no such table.

    >>> to_rows({"title": {"0": "LoRA", "1": "GPT"}, "year": {"0": 2021, "1": 2018}})
    [{'title': 'LoRA', 'year': 2021}, {'title': 'GPT', 'year': 2018}]
    """
    if len(table) < 2 or not all(isinstance(value, dict | list) for value in table.values()):
        return []
    columns = [v if isinstance(v, dict) else dict(enumerate(v)) for v in table.values()]
    keys = columns[0].keys()
    if any(column.keys() != keys for column in columns):
        return []
    return [
        {name: column[key] for name, column in zip(table, columns, strict=True)} for key in keys
    ]


def _paper_list(value: dict[str, Any], depth: int = 3) -> list[Any] | None:
    """The longest list of objects up to ``depth`` objects down, None without one."""
    lists = [
        item for name, item in value.items()
        if isinstance(item, list) and str(name).lower() not in _NOT_PAPERS
        and any(isinstance(x, dict) for x in item)
    ]  # fmt: skip
    if not lists and depth > 1:
        inner = (_paper_list(item, depth - 1) for item in value.values() if isinstance(item, dict))
        lists = [item for item in inner if item is not None]
    if lists:
        return max(lists, key=len)
    return [{"id": name, **item} for name, item in _papers_within(value)] or None


def read_json(source: Source, flavour: str | None = None) -> Iterator[Row]:
    """Yield the records of a JSON document: an array, or an object that holds one.

    Arrays are decoded item by item and never held whole.  An object is, if it
    has at most :data:`WHOLE` characters; in a longer one the records are sought
    in the list under one of the usual names (:data:`LIST_NAMES`).
    """
    buffer = _Buffer(source.chunks())
    buffer.skip_space()
    if buffer.peek() == "{":
        yield from _object_rows(source, buffer, flavour)
    else:
        yield from _value_rows(source, _items(source, buffer), flavour)
        yield from _more_rows(source, buffer, flavour)


def _more_rows(source: Source, buffer: _Buffer, flavour: str | None) -> Iterator[Row]:
    """Rows of the documents that stand below the first, as when files were put together."""
    buffer.skip_space()
    while buffer.peek():
        if buffer.peek() not in "[{":
            source.refuse(buffer.line, "text after the end of the JSON; the rest is lost")
            return
        yield from _value_rows(source, _items(source, buffer), flavour)
        buffer.skip_space()


def _object_rows(source: Source, buffer: _Buffer, flavour: str | None) -> Iterator[Row]:
    """Rows of a document that starts with an object, or of several in a row."""
    whole = buffer.fill(WHOLE)
    value, end = _first_value(buffer.text) if whole else (None, 0)
    if value is not None and buffer.text[end:].strip():
        # Several documents: the list of each is found when the whole of it is read.
        yield from _value_rows(source, _items(source, buffer), flavour)
        yield from _more_rows(source, buffer, flavour)
        return
    name = _list_name(buffer.text, value) if whole else None
    opening = _list_start(buffer, [name] if name else [] if whole else LIST_NAMES)
    if opening is None:
        yield from _value_rows(source, _items(source, buffer), flavour)
        return
    depth = sum(_OPENS.get(mark, 0) for mark in _TOKEN.findall(buffer.text, buffer.at, opening))
    buffer.move(opening)
    yield from _value_rows(source, _items(source, buffer), flavour)
    if not whole:
        _leave(buffer, depth)
        yield from _more_rows(source, buffer, flavour)


def _leave(buffer: _Buffer, depth: int) -> None:
    """Go on to the end of the document, which is ``depth`` objects further out."""
    ended = False
    while depth > 0:
        match = _TOKEN.search(buffer.text, buffer.at)
        if match and not (match[0][0] == '"' and match.end() == len(buffer.text)):
            buffer.move(match.end())
            depth += _OPENS.get(match[0], 0)
        elif ended:
            return
        else:  # a string may go on in what follows
            buffer.move(match.start() if match else len(buffer.text))
            ended = buffer.fill(2 * (len(buffer.text) - buffer.at) + _CHUNK)


def _first_value(text: str) -> tuple[Any, int]:
    """The value that ``text`` starts with and its end; None where it is broken."""
    try:
        return _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return None, 0


def _list_name(text: str, value: Any) -> str | None:
    """The key of the list of papers in a JSON object; a broken one is judged by usual names."""
    if value is None:
        return next((n for n in LIST_NAMES if f'"{n}"' in text[:100_000]), None)
    if _is_record(value):
        return None
    items = _paper_list(value)
    return _name_of(value, items) if items is not None else None


def _name_of(value: dict[str, Any], items: list[Any]) -> str | None:
    for name, item in value.items():
        if item is items:
            return name
        found = _name_of(item, items) if isinstance(item, dict) else None
        if found is not None:
            return found
    return None


def _list_start(buffer: _Buffer, names: Iterable[str]) -> int | None:
    """Where the list under one of ``names`` opens."""
    for name in names:
        match = re.compile(re.escape(json.dumps(name)) + r"\s*:\s*(?=\[)").search(
            buffer.text, buffer.at
        )
        if match:
            return match.end()
    return None


@dataclass(slots=True)
class _Buffer:
    """A window on a stream of text that knows its line."""

    chunks: Iterator[str]
    text: str = ""
    at: int = 0
    line: int = 1

    def fill(self, size: int) -> bool:
        """Make the window reach at least ``size`` beyond ``at``; True when the stream has ended."""
        parts, length = [self.text[self.at :]], len(self.text) - self.at
        ended = False
        while length < size and not ended:
            chunk = next(self.chunks, None)
            ended = chunk is None
            parts.append(chunk or "")
            length += len(parts[-1])
        self.text, self.at = "".join(parts), 0
        return ended

    def move(self, end: int) -> None:
        """Go on to ``end``."""
        self.line += self.text.count("\n", self.at, end)
        self.at = end

    def peek(self) -> str:
        """The next character, "" at the end of the stream."""
        if self.at >= len(self.text):
            self.fill(_CHUNK)
        return self.text[self.at : self.at + 1]

    def skip_space(self, marks: str = " \t\r\n\ufeff") -> None:
        """Go on to the next character that is not one of ``marks``."""
        while self.peek() and self.peek() in marks:
            match = re.compile(f"[{re.escape(marks)}]+").match(self.text, self.at)
            self.move(match.end() if match else self.at + 1)


@dataclass(slots=True)
class _Beginnings:
    """How the records of a list begin: what tells the next one from an object within a record.

    Indentation alone where there is some, else the first key.
    """

    keys: dict[str, None] = field(default_factory=dict)
    space: str = ""

    def see(self, buffer: _Buffer) -> None:
        """Take note of the record here."""
        found = _KEY.match(buffer.text, buffer.at)
        if found and len(self.keys) < _MAX_KEYS:
            self.keys[found[1]] = None
        before = buffer.text[max(0, buffer.at - 100) : buffer.at]
        space = before[len(before.rstrip()) :]
        if "\n" in space:
            self.space = space

    def to_pattern(self) -> re.Pattern[str]:
        """Return what matches from the end of a record to where the next one begins."""
        known = "|".join(map(re.escape, self.keys))
        keys = rf"\s*(?:{known})\s*:" if known and not self.space else ""
        # Brackets between: the list ends there, and another document begins.
        return re.compile(rf"\}}[\s,\[\]]*{re.escape(self.space)}(?=\{{{keys})")


def _items(source: Source, buffer: _Buffer) -> Iterator[tuple[int, Any]]:
    """Yield (line, value) of the items of the array here, or of the values one after the other."""
    within = buffer.peek() == "["
    if within:
        buffer.move(buffer.at + 1)
    beginnings = _Beginnings()
    while True:
        buffer.skip_space(" \t\r\n,\ufeff")
        mark = buffer.peek()
        if not mark:
            if within:
                source.refuse(buffer.line, "the JSON list breaks off here")
            return
        if within and mark == "]":
            buffer.move(buffer.at + 1)
            return
        beginnings.see(buffer)
        line, value = buffer.line, _decode(source, buffer, beginnings)
        if value is _END:
            return
        if value is not _NOTHING:
            yield line, value


def _decode(source: Source, buffer: _Buffer, beginnings: _Beginnings) -> Any:
    """The value at the buffer's place; `_NOTHING` or `_END` when it was refused and skipped."""
    size = _CHUNK
    while True:
        try:
            value, end = _DECODER.raw_decode(buffer.text, buffer.at)
        except json.JSONDecodeError as error:
            near_end = error.pos >= len(buffer.text) - 16 or error.msg.startswith("Unterminated")
            if near_end and size < MAX_RECORD:
                size *= 2
                if not buffer.fill(size) or size == 2 * _CHUNK:
                    continue
                size = MAX_RECORD
                continue
            line = buffer.line + buffer.text.count("\n", buffer.at, error.pos)
            source.refuse(line, f"broken JSON: {error.msg}")
        except ValueError as error:
            source.refuse(buffer.line, f"broken JSON: {error}")
        except RecursionError:
            source.refuse(buffer.line, "JSON nested too deeply")
        else:
            buffer.move(end)
            return value
        return _NOTHING if _find_next(buffer, beginnings.to_pattern()) else _END


def _find_next(buffer: _Buffer, pattern: re.Pattern[str]) -> bool:
    """Go on to what looks like the next record; False at the end of the stream."""
    while True:
        ended = len(buffer.text) - buffer.at < _CHUNK and buffer.fill(_AHEAD)
        found = pattern.search(buffer.text, buffer.at + 1)
        if found or ended:
            buffer.move(found.end() if found else len(buffer.text))
            return bool(found)
        buffer.move(max(buffer.at + 1, len(buffer.text) - _OVERLAP))
