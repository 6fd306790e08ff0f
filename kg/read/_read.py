"""The one way from inputs to papers: open, detect, read rows, make papers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path

from kg.errors import ReadError, UsageError
from kg.model import Paper
from kg.read._base import Notice, Reader, Refusal, Source
from kg.read._detect import detect
from kg.read._duplicates import group_keys, stream_unique, to_key
from kg.read._paper import FIELDS, Refused, dig, to_paper
from kg.read._sources import (
    PACKED,
    Input,
    Inputs,
    copy_pipe,
    is_pipe,
    list_inputs,
    open_input,
    passed_over,
    to_list,
)

#: Name of a format -> what it is; the names are what ``--from`` takes.
FORMATS: dict[str, str] = {
    "listing": "a listing page pasted from a browser, or plain titles and abstracts",
    "jsonl": "JSON Lines: one object a line, usual field names; also what kg itself writes",
    "json": "JSON: an array of objects, or an object that holds one; also OpenReview, DBLP",
    "csv": "CSV with a header line (comma, semicolon, tab or | between columns)",
    "tsv": "tab-separated values with a header line",
    "bibtex": "BibTeX or BibLaTeX",
    "ris": "RIS (EndNote, Zotero, publishers)",
    "endnote": "EndNote export (.enw)",
    "pubmed": "PubMed export (MEDLINE, .nbib)",
    "wos": "Web of Science, plain text",
    "csl": "CSL-JSON (Zotero, Mendeley, pandoc)",
    "atom": "arXiv API export (Atom); also RSS, OAI-PMH and EndNote's XML",
    "arxiv-bulk": "arXiv bulk metadata, JSON Lines (the Kaggle snapshot)",
    "arxiv-mail": "arXiv listing mail, plain text",
    "openalex": "OpenAlex works, JSON or JSON Lines",
    "semanticscholar": "Semantic Scholar papers, JSON or JSON Lines",
    "crossref": "Crossref works, JSON or JSON Lines",
}

_READERS = {
    "listing": ("_listing", "read_listing"),
    "jsonl": ("_json", "read_jsonl"),
    "json": ("_json", "read_json"),
    "csv": ("_tables", "read_csv"),
    "tsv": ("_tables", "read_tsv"),
    "bibtex": ("_bibtex", "read_bibtex"),
    "ris": ("_ris", "read_ris"),
    "endnote": ("_tagged", "read_endnote"),
    "pubmed": ("_tagged", "read_pubmed"),
    "wos": ("_tagged", "read_wos"),
    "atom": ("_xml", "read_atom"),
    "arxiv-mail": ("_mail", "read_mail"),
}
_JSON_FLAVOURS = ("csl", "arxiv-bulk", "openalex", "semanticscholar", "crossref")
_HEAD = 1 << 16


def read_papers(
    inputs: Inputs,
    *,
    format: str | None = None,
    mapping: Mapping[str, str] | None = None,
    on_refusal: Callable[[Refusal], None] | None = None,
    on_notice: Callable[[Notice], None] | None = None,
) -> Iterator[Paper]:
    """Yield every paper of ``inputs``, duplicates included, in constant memory.

    Args:
        inputs: files, folders, globs or "-"; one or several.
        format: a name of :data:`FORMATS`, instead of detecting it from the content.
        mapping: record field -> column or (dotted) key that holds it.
        on_refusal: called with each record or file that is not taken.
        on_notice: called where something was changed or left out: text that is not valid,
            a year that is none, a mapped column that is not there.

    Raises:
        UsageError: an unknown format or field, a file that does not exist.
        ReadError: a file that the user named is empty, binary or unreadable; in
            a folder or glob such files are refused instead.
    """
    check_options(format, mapping)
    options = _Options(format, mapping or {}, on_refusal or _ignore, on_notice or _ignore)
    names = to_list(inputs)
    items = list_inputs(names)
    _tell_passed_over(names, options)
    yield from _read_items(items, options)


def _tell_passed_over(inputs: Inputs, options: _Options) -> None:
    for folder, text in passed_over(inputs):
        options.notice(Notice(folder, 0, text))


def read_unique(
    inputs: Inputs,
    *,
    format: str | None = None,
    mapping: Mapping[str, str] | None = None,
    on_refusal: Callable[[Refusal], None] | None = None,
    on_notice: Callable[[Notice], None] | None = None,
    on_duplicates: Callable[[int], None] | None = None,
) -> Iterator[Paper]:
    """Yield the papers of ``inputs`` in their order, each once, duplicates merged.

    The inputs are read twice, first for the keys that tell duplicates apart, then
    for the papers: only records that have a duplicate are held in memory.

    Args:
        on_duplicates: called once with the number of records merged into others.
        inputs, format, mapping, on_refusal, on_notice: see :func:`read_papers`,
            which also says what is raised.
    """
    check_options(format, mapping)
    with ExitStack() as stack:
        names = to_list(inputs)
        items = [_rereadable(item, stack) for item in list_inputs(names)]
        options = _Options(format, mapping or {}, on_refusal or _ignore, on_notice or _ignore)
        _tell_passed_over(names, options)
        groups = group_keys(map(to_key, _read_items(items, options)))
        if on_duplicates:
            on_duplicates(len(groups) - len(set(groups)))
        again = _read_items(items, replace(options, refuse=_ignore, notice=_ignore))
        yield from stream_unique(again, groups)


def _rereadable(item: Input, stack: ExitStack) -> Input:
    """A pipe can be read once only: it is copied, unless it was met in a folder."""
    return copy_pipe(item, stack) if item.named and is_pipe(item) else item


@dataclass(frozen=True, slots=True)
class _Options:
    format: str | None
    mapping: Mapping[str, str]
    refuse: Callable[[Refusal], None]
    notice: Callable[[Notice], None]


def _read_items(items: list[Input], options: _Options) -> Iterator[Paper]:
    for item in items:
        try:
            stream = open_input(item)
            source = Source(item.name, stream, options.refuse, options.notice, options.mapping)
            reader = find_reader(source, options.format)
        except ReadError as error:
            if item.named:
                raise
            options.refuse(Refusal(item.name, 0, str(error).removeprefix(f"{item.name}: ")))
            continue
        with stream:
            yield from _read_source(source, reader)


def nothing_read(inputs: Sequence[str | Input], refusals: Sequence[Refusal]) -> ReadError:
    """Return the error that tells why ``inputs`` gave no paper at all."""
    names = [item.name if isinstance(item, Input) else item for item in inputs[:3]]
    where = ", ".join(names) + (", ..." if len(inputs) > 3 else "") or "no input was given"
    if refusals:
        count, first = len(refusals), refusals[0]
        return ReadError(f"{where}: no paper could be read, {count:,} refused; the first: {first}")
    return ReadError(
        f"{where}: no papers found; expected a listing page, BibTeX, JSON Lines, ... "
        "(kg read --formats lists all)"
    )


def check_options(format: str | None, mapping: Mapping[str, str] | None) -> None:
    """Raise :class:`UsageError` for a format or a field that does not exist."""
    if format is not None and format not in FORMATS:
        raise UsageError(f"--from {format}: unknown format; known are {', '.join(FORMATS)}")
    for field in mapping or {}:
        if field not in FIELDS:
            raise UsageError(f"--map {field}: unknown field; known are {', '.join(FIELDS)}")


def _ignore(_: object) -> None:
    """Where refusals go when nobody asked for them."""


def find_reader(source: Source, format: str | None = None) -> Reader:
    """Return the reader for an opened source.

    Raises:
        ReadError: it is an HTML page.
    """
    head = source.stream.peek(_HEAD)[:_HEAD]  # type: ignore[attr-defined]
    found = format or detect(head, source.mapping)
    if found == "listing" and not format:
        # Text that looks like nothing else: the ending may know better.
        found = _by_ending(source.name, head) or found
    return _reader(source, found, head)


def _by_ending(name: str, head: bytes) -> str | None:
    endings = [e for e in Path(name.lower()).suffixes if e not in PACKED]
    format = endings[-1].removeprefix(".") if endings else ""
    marks = {"csv": b",;|\t", "tsv": b"\t"}.get(format, b"")
    first = head.lstrip().split(b"\n", 1)[0]
    return format if any(mark in first for mark in marks) else None


def _read_source(source: Source, reader: Reader) -> Iterator[Paper]:
    unseen = dict(source.mapping)
    for row in reader(source):
        if unseen:
            unseen = {f: name for f, name in unseen.items() if dig(row.fields, name) is None}
        try:
            yield to_paper(row, source)
        except Refused as refused:
            source.refuse(row.line, str(refused))
    for field, name in unseen.items():
        source.notice(0, f"no record has {name!r}, which --map names for {field}")


def _reader(source: Source, name: str, head: bytes) -> Reader:
    if name == "html":
        raise ReadError(
            f"{source.name}: an HTML page; open it in a browser, copy all and paste it as text"
        )
    if name in _JSON_FLAVOURS:
        framing = detect(head)
        module, function = _READERS["json" if framing == "json" else "jsonl"]
        return partial(getattr(import_module(f"kg.read.{module}"), function), flavour=name)
    module, function = _READERS[name]
    reader: Reader = getattr(import_module(f"kg.read.{module}"), function)
    return reader
