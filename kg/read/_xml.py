"""Atom (arXiv's API), RSS, OAI-PMH and EndNote's XML records, parsed safely and as a stream.

Entities, external references and document types with declarations are refused
(defusedxml): no "billion laughs", no file or network access.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Any

from kg.read._base import Row, Source
from kg.read._bibtex import without_braces
from kg.read._decode import BROKEN, find_encoding, to_pieces, without
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
_MAX_PREFIXES = 50

_ENCODING = re.compile(rb"\s*<\?xml[^>]*?\sencoding\s*=\s*[\"']([\w.-]+)")
#: No XML may hold them; NUL, too, but that is gone when text is decoded.
_CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
#: Where reading can go on: a document, or an entry.
_NEXT = re.compile(rb"<\?xml\s|<(?:[\w.-]{1,50}:)?(?:entry|item|record)[\s/>]", re.IGNORECASE)
_LONGEST = 60


def read_atom(source: Source) -> Iterator[Row]:
    """Yield the entries of Atom, RSS, OAI-PMH or EndNote documents, one after another.

    What breaks a document costs the entry that it is in, no others.
    """
    from defusedxml.common import DefusedXmlException

    entries = _Entries(source)
    documents = _Documents(source, entries)
    try:
        for line, text in to_pieces(source, _find_encoding(source)):
            documents.feed(line, without(source, line, text, _CONTROL, "control").encode())
            yield from entries.take()
        documents.close()
        if not entries.seen:
            source.refuse(
                0, f"no Atom, RSS, OAI-PMH or EndNote entry; XML of another kind: {entries.root}"
            )
    except DefusedXmlException as error:
        source.refuse(entries.locate(), f"XML with entities or external references: {error}")
    except BROKEN as error:
        source.refuse(entries.locate(), f"the data breaks off or is no XML ({error})")
    yield from entries.take()


def _find_encoding(source: Source) -> str:
    """Return what a byte order mark says, else the XML declaration, else UTF-8."""
    found = find_encoding(source.stream)
    told = _ENCODING.match(source.stream.peek(1024))  # type: ignore[attr-defined]
    if found != "utf-8" or not told:
        return found
    name = told[1].decode("ascii")
    try:
        known = codecs.lookup(name).name
        if "<?xml".encode(known) == b"<?xml":
            return "utf-8" if known == "ascii" else known
    except (LookupError, UnicodeError):
        pass
    source.notice(1, f"this is not written in {name}, as it says: read as UTF-8")
    return "utf-8"


class _Documents:
    """Feeds the parsers, one for each document, and one more after each break.

    After a break the next entry is looked for, and read within a root of our own that binds
    the prefixes met so far.
    """

    def __init__(self, source: Source, entries: _Entries) -> None:
        self.source, self.entries = source, entries
        entries.locate = self.locate
        self.held = b""
        self.open(1)

    def open(self, line: int, head: bytes = b"") -> None:
        """Begin a document, or what follows a break in one, in that line of the stream."""
        from defusedxml.ElementTree import DefusedXMLParser

        self.entries.reset()
        self.line, self.resumed = line, bool(head)
        self.parser: Any = DefusedXMLParser(target=self.entries, encoding="utf-8")
        self.parser.feed(head)
        self.fed = self.begun = len(head)

    def locate(self) -> int:
        """Return the number of the line that is parsed now."""
        return self.line + (int(self.parser.parser.CurrentLineNumber) - 1 if self.parser else 0)

    def feed(self, line: int, data: bytes) -> None:
        """Parse a piece of the stream, UTF-8, which begins in that line."""
        line, data = line - self.held.count(b"\n"), self.held + data
        self.held, at = b"", 0
        while at < len(data):
            to = self._parse(data, at) if self.parser else self._resume(line, data, at)
            line, at = line + data.count(b"\n", at, to), to

    def close(self) -> None:
        """End the last document."""
        from xml.etree.ElementTree import ParseError

        try:
            if self.parser:
                self.parser.close()
        except ParseError as error:
            self._refuse(error)

    def _parse(self, data: bytes, at: int) -> int:
        """Parse from ``at``; return where parsing broke, or the end."""
        from xml.etree.ElementTree import ParseError

        first, rest = self.fed == self.begun, memoryview(data)[at:]
        try:
            self.parser.feed(rest)
            self.fed += len(rest)
            return len(data)
        except ParseError as error:
            place = at + max(0, int(self.parser.parser.ErrorByteIndex) - self.fed)
            if not self._is_end(data, place):
                self._refuse(error)
        self.parser = None
        # What broke the parser at once must not be what it begins with again.
        return max(place, at + 1) if first else place

    def _is_end(self, data: bytes, place: int) -> bool:
        """Whether a document ends here, and nothing is broken."""
        if not self.entries.path:
            return data[place : place + 1] == b"<"
        # The end tags of elements whose start tags were before the break.
        return self.resumed and not self.entries.entry and data.endswith(b"</", 0, place)

    def _refuse(self, error: Any) -> None:
        line = self.line + error.position[0] - 1
        what = str(error).partition(": line ")[0]  # where that is it counts from the last break
        self.source.refuse(line, f"broken XML: {what}")

    def _resume(self, line: int, data: bytes, at: int) -> int:
        """Begin again at the next entry or document; return where that is, or the end."""
        found = _NEXT.search(data, at)
        if not found:
            self.held = data[max(at, len(data) - _LONGEST) :]
            return len(data)
        line += data.count(b"\n", at, found.start())
        self.open(line, b"" if found[0].startswith(b"<?") else self.entries.head())
        return found.start()


class _Entries:
    """A parser's target: collects the fields of each entry, never a tree."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.locate: Any = lambda: 0
        self.done: list[Row] = []
        self.path: list[str] = []
        self.text: list[str] = []
        self.size = self.depth = 0
        self.entry: dict[str, Any] | None = None
        self.line = 0
        self.root = ""
        self.seen = False
        self.prefixes: set[str] = set()

    def reset(self) -> None:
        """Forget what is half read."""
        self.path, self.text, self.entry = [], [], None

    def head(self) -> bytes:
        """Return the start tag of an element that binds every prefix met so far."""
        bound = (f' xmlns:{prefix}="{n}"' for n, prefix in enumerate(sorted(self.prefixes)))
        return f"<r{''.join(bound)}>".encode()

    def start_ns(self, prefix: str, address: str) -> None:
        if prefix and prefix != "xml" and len(self.prefixes) < _MAX_PREFIXES:
            self.prefixes.add(prefix)

    def take(self) -> list[Row]:
        """Return the finished entries and forget them."""
        done, self.done = self.done, []
        return done

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rsplit("}", 1)[-1].lower()
        if len(self.path) > _MAX_DEPTH:
            raise ValueError("elements nested too deeply")
        self.root = self.root or name
        # An entry within its like, not deeper: the end tag of the one around it is missing.
        unended = len(self.path) == self.depth and self.path[-1:] == [name]
        self.path.append(name)
        if name in _TYPE:
            return
        self.text = []
        if self.entry is not None and attributes.get("status") == "deleted":
            self.entry["deleted"] = True
        if name in _ENTRIES and (self.entry is None or unended):
            if self.entry is not None:
                self._finish(self.entry)
            self.seen, self.depth = True, len(self.path)
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
        if len(self.path) < self.depth:
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
