"""Records of tagged lines: EndNote's ("%T ..."), PubMed's ("TI  - ..."), Web of Science's.

They have much in common with RIS, and no library reads all three.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kg.read._base import Row, Source


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How a program writes records: a line with its tag, the tag that starts a record.

    ``names`` are the fields whose tags are no usual name; ``people`` the tags under which
    each further line is another person.
    """

    line: re.Pattern[str]
    start: str
    names: Mapping[str, str]
    people: tuple[str, ...] = ()


_ENDNOTE = _Dialect(
    re.compile(r"%(\S)(?:\s+(.*))?$"),
    "0",
    {"T": "title", "X": "abstract", "A": "authors", "D": "year", "J": "venue", "B": "booktitle",
     "R": "doi", "U": "url", "F": "key"},
)  # fmt: skip
_PUBMED = _Dialect(
    re.compile(r"([A-Z]{2,4}) *-(?: (.*))?$"),
    "PMID",
    {"FAU": "authors", "DP": "year", "JT": "journal", "LID": "doi", "AID": "doi"},
)
_WOS = _Dialect(re.compile(r"([A-Z][A-Z0-9])(?: (.*))?$"), "PT", {}, ("AU", "AF"))


def read_endnote(source: Source) -> Iterator[Row]:
    """Yield the records of an EndNote export (.enw)."""
    yield from _read(source, _ENDNOTE)


def read_pubmed(source: Source) -> Iterator[Row]:
    """Yield the records of a PubMed export (MEDLINE, .nbib)."""
    yield from _read(source, _PUBMED)


def read_wos(source: Source) -> Iterator[Row]:
    """Yield the records of a plain-text export of Web of Science."""
    yield from _read(source, _WOS)


def _read(source: Source, dialect: _Dialect) -> Iterator[Row]:
    start, last, tags = 0, "", dict[str, list[list[str]]]()
    for number, line in source.lines():
        match = dialect.line.match(line)
        if match and match[1] == dialect.start:
            if tags:
                yield _row(start, tags, dialect)
            start, tags = number, {}
        if match and start:
            last = match[1]
            tags.setdefault(last, []).append([match[2] or ""])
        elif last and line.strip() and last in dialect.people:
            tags[last].append([line])
        elif last and line.strip():
            tags[last][-1].append(line)
    if tags:
        yield _row(start, tags, dialect)


def _row(line: int, tags: dict[str, list[list[str]]], dialect: _Dialect) -> Row:
    fields: dict[str, list[str]] = {}
    for tag, values in tags.items():
        texts = (" ".join(map(str.strip, parts)) for parts in values)
        fields.setdefault(dialect.names.get(tag, tag), []).extend(texts)
    # PubMed gives identifiers of several kinds under one tag.
    fields["doi"] = [value for value in fields.get("doi", []) if value.startswith("10.")]
    return Row(line, fields)
