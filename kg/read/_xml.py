"""Atom (arXiv's API), RSS, OAI-PMH and EndNote's XML records, parsed safely and as a stream.

Entities, external references and document types with declarations are refused
(defusedxml): no "billion laughs", no file or network access.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kg.read._base import Row, Source
from kg.read._bibtex import without_braces
from kg.read._decode import BROKEN, find_encoding
from kg.read._flavours import without_tags
from kg.read._mail import without_places

#: An entry with more characters than this is refused.
MAX_ENTRY = 64 * 1024 * 1024

#: How arXiv's feeds begin what they say of a paper.
_ANNOUNCED = re.compile(
    r"\s*(?:arXiv:\S+\s+)?Announce Type:\s*[\w-]+\s+(?:Abstract:\s*)?", re.IGNORECASE
)
_PARAGRAPH = re.compile(r"</p>|<p>|<br\s*/?>", re.IGNORECASE)

#: Elements that set words of a value in another type.
_TYPE = frozenset({"style", "i", "b", "em", "sub", "sup"})
_ENTRIES = frozenset({"entry", "item", "record"})
_MAX_DEPTH = 200


def read_atom(source: Source) -> Iterator[Row]:
    """Yield the entries of an Atom, RSS, OAI-PMH or EndNote document."""
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser

    entries = _Entries(source)
    parser = DefusedXMLParser(target=entries)
    entries.locate = lambda: int(parser.parser.CurrentLineNumber)
    narrow = find_encoding(source.stream).startswith("utf-8")
    try:
        while data := source.stream.read(1 << 16):
            parser.feed(_without_nul(source, data, entries.locate()) if narrow else data)
            yield from entries.take()
        parser.close()
        if not entries.seen:
            source.refuse(
                0, f"no Atom, RSS, OAI-PMH or EndNote entry; XML of another kind: {entries.root}"
            )
    except ParseError as error:
        source.refuse(error.position[0], f"broken XML: {error}")
    except DefusedXmlException as error:
        source.refuse(entries.locate(), f"XML with entities or external references: {error}")
    except BROKEN as error:
        source.refuse(entries.locate(), f"the data breaks off or is no XML ({error})")
    yield from entries.take()


def _without_nul(source: Source, data: bytes, line: int) -> bytes:
    """Replace NUL, which no XML may hold, by U+FFFD as any encoding of bytes can write it."""
    if b"\x00" not in data:
        return data
    source.notice(line, "NUL characters became U+FFFD")
    return data.replace(b"\x00", b"&#xFFFD;")


class _Entries:
    """A parser's target: collects the fields of each entry, never a tree."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.locate: Any = lambda: 0
        self.done: list[Row] = []
        self.path: list[str] = []
        self.text: list[str] = []
        self.size = 0
        self.entry: dict[str, Any] | None = None
        self.line = 0
        self.root = ""
        self.seen = False

    def take(self) -> list[Row]:
        """Return the finished entries and forget them."""
        done, self.done = self.done, []
        return done

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rsplit("}", 1)[-1].lower()
        if len(self.path) > _MAX_DEPTH:
            raise ValueError("elements nested too deeply")
        self.root = self.root or name
        self.path.append(name)
        if name in _TYPE:
            return
        self.text = []
        if self.entry is not None and attributes.get("status") == "deleted":
            self.entry["deleted"] = True
        if self.entry is None and name in _ENTRIES:
            self.seen = True
            self.entry, self.line, self.size = {}, self.locate(), 0
        elif self.entry is not None and name == "author":
            self.entry.setdefault("authors", []).append({})
        elif self.entry is not None and name == "link" and attributes.get("href"):
            _add_link(self.entry.setdefault("links", []), attributes)

    def data(self, data: str) -> None:
        if self.entry is None:
            return
        self.size += len(data)
        if self.size <= MAX_ENTRY:
            self.text.append(data)

    def end(self, tag: str) -> None:
        name = self.path.pop()
        if self.entry is None or name in _TYPE:
            return
        if name in _ENTRIES and not _ENTRIES & set(self.path):
            self._finish(self.entry)
            self.entry = None
        else:
            self._field(name, "".join(self.text).strip())
        self.text = []

    def _field(self, name: str, text: str) -> None:
        entry = self.entry
        if entry is None or not text or self.size > MAX_ENTRY:
            return
        if "author" in self.path and name in {"name", "keyname", "forenames"}:
            key = {"name": "name", "keyname": "family", "forenames": "given"}[name]
            entry["authors"][-1][key] = text
        elif name in {"creator", "author"} and "secondary-authors" not in self.path:
            entry.setdefault("creators", []).append(text)
        elif name == "authors":  # arXivRaw has all in one
            entry["listed"] = text
        else:
            entry.setdefault(name, []).append(text)

    def _finish(self, entry: dict[str, Any]) -> None:
        if self.size > MAX_ENTRY:
            self.source.refuse(self.line, f"an entry of more than {MAX_ENTRY:,} characters")
        elif entry.get("deleted"):
            self.source.refuse(self.line, "a record that the repository has deleted")
        else:
            self.done.append(Row(self.line, _fields(entry)))

    def close(self) -> None:
        """Nothing to return: the rows were taken."""


def _add_link(links: list[str], attributes: dict[str, str]) -> None:
    """Add an Atom link; the page itself ("alternate") comes before the PDF and others."""
    place = 0 if attributes.get("rel", "alternate") == "alternate" else len(links)
    if len(links) < 50:
        links.insert(place, attributes["href"])


def _fields(entry: dict[str, Any]) -> dict[str, Any]:
    def first(*names: str) -> Any:
        return next((entry[name][0] for name in names if entry.get(name)), None)

    identifiers = [*entry.get("identifier", []), *entry.get("id", []), *entry.get("guid", [])]
    return {
        "title": first("title"),
        "abstract": to_abstract(
            first("summary", "abstract", "description", "content", "encoded") or ""
        ),
        "authors": [a for a in entry.get("authors", []) if a] or _listed(entry) or _creators(entry),
        "year": first("year", "published", "created", "pubdate", "date", "issued", "updated"),
        "doi": first("doi", "electronic-resource-num")
        or next((i for i in identifiers if "10." in i and "doi" in i.lower()), None),
        "venue": first(
            "journal_ref", "journal-ref", "publicationname", "secondary-title", "full-title"
        ),
        "arxiv_id": next(iter(identifiers), None),
        "url": [
            *entry.get("links", []),
            *entry.get("link", []),
            *entry.get("url", []),
            *identifiers,
        ],
    }


def to_abstract(text: str) -> str:
    """Return the text of a feed's description without what is not the abstract.

    >>> to_abstract("arXiv:2401.00001v1 Announce Type: new \\nAbstract: We fold.")
    'We fold.'
    >>> to_abstract("<p>We fold, if a < b.</p>").strip()
    'We fold, if a < b.'
    """
    text = _ANNOUNCED.sub("", text)
    return str(without_tags(text)) if _PARAGRAPH.search(text) else text


def _listed(entry: dict[str, Any]) -> str:
    """The people of a record that has them in one text, with their places in brackets."""
    return without_braces(without_places(entry.get("listed", "")))


def _creators(entry: dict[str, Any]) -> Any:
    creators = entry.get("creators", [])
    return creators[0] if len(creators) == 1 else creators
