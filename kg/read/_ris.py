"""RIS, by rispy, one record at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kg.read._base import Row, Source

_TAG = re.compile(r"([A-Z][A-Z0-9])  ?-(?: |$)")


def read_ris(source: Source) -> Iterator[Row]:
    """Yield the records of a RIS file ("TY  - " to "ER  - ")."""
    part: list[str] = []
    start = 0
    for number, line in source.lines():
        tag = _tag(line)
        if tag == "TY":
            if part:
                yield from _record(source, start, part)
            part, start = [line], number
        elif part and tag == "ER":
            yield from _record(source, start, part)
            part = []
        elif part:
            part.append(line)
        elif line.strip() and tag != "ER":
            source.refuse(number, "text outside a RIS record; a record starts with 'TY  - '")
    if part:
        yield from _record(source, start, part)


def _tag(line: str) -> str | None:
    match = _TAG.match(line.lstrip("\ufeff"))
    return match[1] if match else None


def _record(source: Source, line: int, part: list[str]) -> Iterator[Row]:
    import rispy

    text = (
        "\n".join(_TAG.sub(r"\1  - ", one, count=1) for one in part if one.strip()) + "\nER  - \n"
    )
    try:
        records = rispy.loads(text)
    except (ValueError, KeyError, IndexError, TypeError, OSError) as error:
        source.refuse(line, f"broken RIS record: {error}")
        return
    for record in records:
        yield Row(line, _fields(record))


def _fields(record: dict[str, Any]) -> dict[str, Any]:
    def first(*names: str) -> Any:
        return next((record[name] for name in names if record.get(name)), None)

    return {
        "key": first("id"),
        "title": first("primary_title", "title", "translated_title"),
        "abstract": first("abstract", "notes_abstract"),
        "authors": first("authors", "first_authors", "secondary_authors"),
        "year": first("year", "publication_year", "date", "access_date"),
        "venue": first(
            "journal_name", "secondary_title", "alternate_title1", "alternate_title2",
            "alternate_title3", "tertiary_title",
        ),
        "doi": first("doi"),
        "url": first("urls", "url", "file_attachments1", "file_attachments2"),
        "arxiv_id": first("number", "accession_number") if _says_arxiv(record) else None,
    }  # fmt: skip


def _says_arxiv(record: dict[str, Any]) -> bool:
    return any("arxiv" in str(record.get(name, "")).lower() for name in (
        "number", "accession_number", "journal_name", "secondary_title", "publisher",
        "name_of_database",
    ))  # fmt: skip
