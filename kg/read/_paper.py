"""A row of any format becomes a paper: field names, authors, years, identifiers."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeVar

from kg.errors import RecordError, kind_of
from kg.model import Link, Mention, Paper
from kg.read._base import Row, Source
from kg.read._decode import to_valid
from kg.read._ids import arxiv_year, find_arxiv_id, paper_id, to_arxiv_id, to_doi
from kg.text import squeeze

#: Field -> the names it goes by, best first; compared without case, spaces, "_", "-".
NAMES: dict[str, tuple[str, ...]] = {
    "title": (
        "title", "articletitle", "documenttitle", "itemtitle", "displayname", "fulltitle", "ti",
    ),
    "abstract": (
        "abstract", "summary", "description", "abstracttext", "abstractnote", "ab", "tldr",
    ),
    "authors": (
        "authorfullnames", "af", "authors", "author", "authorlist", "authornames", "authorships",
        "authorstring", "creators", "creator", "au",
    ),
    "year": (
        "year", "publicationyear", "pubyear", "yearpublished", "date", "published",
        "publicationdate", "publishedat",
        "publisheddate", "datepublished", "issued", "submitted", "created", "updatedate", "py",
    ),
    "doi": ("doi", "itemdoi", "doinumber", "digitalobjectidentifier", "di"),
    "arxiv_id": ("arxivid", "arxiv", "eprint", "eprintid", "arxivurl", "arxivnumber"),
    "url": (
        "url", "link", "urlabs", "articleurl", "pdf", "urls", "pdfurl", "paperurl",
        "openaccesspdf", "abstracturl", "landingpage", "fulltexturl",
    ),
    "venue": (
        "venue", "journal", "booktitle", "conference", "containertitle", "publicationtitle",
        "sourcetitle", "journaltitle", "journalname", "journalref", "publicationvenue",
        "journalbook", "so",
    ),
}  # fmt: skip

FIELDS = tuple(NAMES)

#: Names of the fields by which an input tells its own records apart, best first.
_KEYS = (
    "key", "id", "paperid", "citationkey", "citekey", "recordid", "identifier", "uid", "eid",
    "ut", "pmid", "corpusid",
)  # fmt: skip
_ID_NAMES = frozenset({"id", "paperid", "identifier"})
_KEY = re.compile(r"[^\s#]{1,200}")

_NOT_NAME = re.compile(r"[^a-z0-9]+")
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_AND = re.compile(r"\s+and\s+|\s*\n\s*", re.IGNORECASE)
_SEMICOLON = re.compile(r"\s*[;|·⋅•]\s*")
Span = TypeVar("Span", Mention, Link)

_MARKS = "*†‡§¶"
_NUMBER = re.compile(r"\s*\(\d{4,}\)")


class Refused(Exception):
    """A row is not a paper; the argument says why."""


@lru_cache(4096)
def name_key(name: str) -> str:
    """Return the key under which a field name is compared.

    >>> name_key("Publication Year"), name_key("arxiv_id")
    ('publicationyear', 'arxivid')
    """
    return _NOT_NAME.sub("", name.casefold())


def to_paper(row: Row, source: Source) -> Paper:
    """Return the paper that ``row`` describes.

    Raises:
        Refused: it has no title, or its mentions do not stand where they say.
    """
    found = find_fields(row.fields, source.mapping)
    title, abstract = (_text(found.get(name), name) for name in ("title", "abstract"))
    if not title:
        raise Refused(_no_title(row.fields, source.mapping))
    if title.noted or abstract.noted:
        source.notice(row.line, "characters that no text file can hold became U+FFFD")
    doi, arxiv_id = _identifiers(found, row.fields)
    year, venue = to_year(found.get("year")), _short(found.get("venue"))
    for name, unread in (("year", year is None), ("doi", not (doi or arxiv_id))):
        if unread and not _empty(found.get(name)):
            source.notice(row.line, f"{name} {_short(found[name])!r} is none, and left out")
    paper = Paper(
        id=paper_id(title, doi, arxiv_id),
        title=str(title),
        abstract=str(abstract),
        authors=to_authors(found.get("authors")),
        year=year or (arxiv_year(arxiv_id) if arxiv_id else to_year(venue)),
        venue=venue,
        doi=doi,
        arxiv_id=arxiv_id,
        url=to_url(found.get("url")),
        source=f"{source.name}:{row.line}{_own_key(row.fields, doi, arxiv_id)}",
    )
    raw = {"title": title.raw, "abstract": abstract.raw}
    return _with_own_fields(paper, row.fields, raw, lambda text: source.notice(row.line, text))


def find_fields(fields: Mapping[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    """Return {record field: raw value}, by the user's ``mapping``, else by usual names."""
    filled = [(name_key(str(name)), value) for name, value in fields.items() if not _empty(value)]
    by_key: dict[str, Any] = {}
    for name, value in filled:
        by_key.setdefault(name, value)
    for name, value in filled:
        by_key.setdefault(name.removeprefix("paper"), value)
    found: dict[str, Any] = {}
    for field, names in NAMES.items():
        values = (by_key[name] for name in names if name in by_key)
        found[field] = next(values, None)
    if any(found[field] for field in ("abstract", "authors", "year", "venue", "url")):
        # "Name" heads the titles of many a table of papers, and the people of others.
        found["title"] = found["title"] or by_key.get("name")
    for field, column in mapping.items():
        value = dig(fields, column)
        if not _empty(value):
            found[field] = value
    return found


def dig(fields: Mapping[str, Any], column: str) -> Any:
    """Return the value at ``column``: a name as it stands, without case, or a dotted path.

    >>> dig({"Meta": {"Name": "LoRA"}}, "meta.name")
    'LoRA'
    """
    if column in fields:
        return fields[column]
    for name, value in fields.items():
        if str(name).strip().casefold() == column.casefold():
            return value
    head, dot, rest = column.partition(".")
    inner = dig(fields, head) if dot else None
    return dig(inner, rest) if isinstance(inner, Mapping) else None


class _Text(str):
    """Clean text; ``noted`` when characters had to be replaced; ``raw`` has all white space."""

    noted = False
    raw = ""


def _text(value: Any, name: str) -> _Text:
    raw = _raw_text(value, name)
    valid = to_valid(raw)
    text = _Text(squeeze(valid))
    text.noted, text.raw = valid is not raw, valid
    return text


def _raw_text(value: Any, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return " ".join(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise Refused(f"{name}: found {kind_of(value)}, expected text")


def _no_title(fields: Mapping[str, Any], mapping: Mapping[str, str]) -> str:
    titles = {*NAMES["title"], name_key(mapping.get("title", "title"))}
    own = [v for name, v in fields.items() if name_key(str(name)).removeprefix("paper") in titles]
    if own:
        return "no title" if own == [None] * len(own) else "the title is empty"
    names = [name for name, value in fields.items() if not _empty(value)]
    shown = ", ".join(str(name)[:30] for name in names[:8]) + (", ..." if len(names) > 8 else "")
    hint = "; name its column with --map title=COLUMN" if names else ""
    return to_valid(f"no title; the record has {shown or 'no fields'}{hint}")


def _empty(value: Any) -> bool:
    return (
        value is None
        or value == ""
        or value == []
        or value == {}
        or (isinstance(value, str) and not value.strip())
    )


def _short(value: Any) -> str | None:
    """A one-line value: the first of a list, the name of an object."""
    if isinstance(value, list):
        value = next((item for item in value if not _empty(item)), None)
    if isinstance(value, Mapping):
        value = value.get("name") or value.get("display_name") or value.get("title")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return squeeze(to_valid(str(value))) or None


def _identifiers(
    found: Mapping[str, Any], fields: Mapping[str, Any]
) -> tuple[str | None, str | None]:
    doi = to_doi(_short(found.get("doi")) or "") or _doi_of_url(_strings(found.get("url")))
    own = (_short(found.get("arxiv_id")), *_own_ids(fields), doi)
    arxiv_id = next(filter(None, (to_arxiv_id(text) for text in own if text)), None)
    if not arxiv_id:
        one_line = (_short(found.get(name)) or "" for name in ("arxiv_id", "venue"))
        loose = (*_strings(found.get("url")), *one_line)
        arxiv_id = next(filter(None, map(find_arxiv_id, loose)), None)
    return doi, arxiv_id


def _own_ids(fields: Mapping[str, Any]) -> Iterator[str | None]:
    """What the input calls the record by names under which arXiv ids often stand."""
    return (_short(value) for name, value in fields.items() if name_key(name) in _ID_NAMES)


def _own_key(fields: Mapping[str, Any], *known: str | None) -> str:
    """What the input calls the record, to end its source ("#KEY"); "" where that says no more.

    >>> _own_key({"paper_id": "P1"}), _own_key({"id": "2106.09685v2"}, "2106.09685")
    ('#P1', '')
    """
    by_key = {name_key(str(name)): value for name, value in fields.items()}
    key = next((text for text in map(_short, map(by_key.get, _KEYS)) if text), "")
    told = {key, to_doi(key), to_arxiv_id(key)} & {name for name in known if name}
    return f"#{key}" if _KEY.fullmatch(key) and not told else ""


def _doi_of_url(urls: Iterable[str]) -> str | None:
    return next((to_doi(url) for url in urls if "doi.org/10." in url.lower()), None)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (v for v in value.values() if isinstance(v, str))
    elif isinstance(value, list):
        for item in value[:20]:
            yield from _strings(item) if not isinstance(item, list) else ()


def to_url(value: Any) -> str | None:
    """Return the first absolute web address in ``value``.

    >>> to_url([{"URL": "https://aclanthology.org/N19-1423"}])
    'https://aclanthology.org/N19-1423'
    """
    for text in _strings(value):
        match = _URL.search(text[:4000])
        if match:
            return to_valid(match[0])
    return None


def to_year(value: Any) -> int | None:
    """Return the year (CE, 1800 to 2099) that a number, a date text or CSL date-parts name.

    >>> to_year("12 Jun 2017"), to_year({"date-parts": [[2019, 6]]}), to_year(1e99)
    (2017, 2019, None)
    """
    if isinstance(value, Mapping):
        known = (
            value.get(k) for k in ("date-parts", "year", "raw", "literal", "date", "date-time")
        )
        value = next((v for v in known if not _empty(v)), None)
    while isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    match = _YEAR.search(str(value)[:200])
    return int(match[1]) if match else None


def to_authors(value: Any) -> tuple[str, ...]:
    """Return author names, given name first, in the order of the source.

    >>> to_authors("Lovelace, Ada and Turing, Alan M."), to_authors("Ada Lovelace, Alan Turing")
    (('Ada Lovelace', 'Alan M. Turing'), ('Ada Lovelace', 'Alan Turing'))
    >>> to_authors([{"given": "Ada", "family": "Lovelace"}, {"name": "Alan Turing"}, "Kurt Gödel"])
    ('Ada Lovelace', 'Alan Turing', 'Kurt Gödel')
    """
    if isinstance(value, str):
        names = _split_authors(value)
    elif isinstance(value, list):
        names = [name for item in value for name in _author(item)]
    else:
        names = _author(value)
    return tuple(name for name in (_clean_name(name) for name in names) if name)


def _author(item: Any) -> list[str]:
    if isinstance(item, str):
        return [_flip(item)]
    if isinstance(item, list) and item and all(isinstance(part, str) for part in item):
        return [" ".join(part for part in (*item[1:2], item[0], *item[2:]) if part)]
    if isinstance(item, Mapping):
        return _author_object(item)
    return []


def _author_object(item: Mapping[str, Any]) -> list[str]:
    inner = item.get("author")
    if isinstance(inner, Mapping):
        return _author_object(inner)
    for key in ("name", "display_name", "full_name", "fullname", "literal", "raw_author_name"):
        if isinstance(item.get(key), str) and item[key].strip():
            return [_flip(item[key])]
    parts = [
        next((item[k] for k in keys if isinstance(item.get(k), str)), "")
        for keys in (
            ("given", "first", "firstName", "first_name", "given_name"),
            ("middle", "middle_name"),
            ("non-dropping-particle", "dropping-particle"),
            ("family", "last", "lastName", "last_name", "family_name", "surname"),
            ("suffix",),
        )
    ]
    return [" ".join(part for part in parts if part)]


def _split_authors(text: str) -> list[str]:
    # Scopus puts a number behind each of its authors.
    text = _NUMBER.sub("", text.strip()).removesuffix(" et al.").removesuffix(" et al")
    if _SEMICOLON.search(text):
        return [_flip(name) for name in _SEMICOLON.split(text)]
    parts = [part.strip() for part in text.split(",")]
    several = len(parts) > 2 or (len(parts) == 2 and all(_full_name(part) for part in parts))
    commas = [part for part in _AND.sub(",", text).split(",") if part.strip()]
    if several and (not _AND.search(text) or all(map(_full_name, commas))):
        return commas
    if _AND.search(text):
        return [_flip(name) for name in _AND.split(text)]
    return [_flip(text)]


def _full_name(part: str) -> bool:
    return " " in part.strip() or "." in part


def _flip(name: str) -> str:
    """Turn "Last, First" round; other names stay as they are."""
    last, comma, first = name.partition(",")
    if comma and first.strip() and "," in first:
        suffix, _, first = first.partition(",")
        return f"{first.strip()} {last.strip()} {suffix.strip()}"
    return f"{first.strip()} {last.strip()}" if comma else name


def _clean_name(name: str) -> str:
    text = squeeze(to_valid(html.unescape(name)))
    return text.strip(" ,;" + _MARKS)


def _with_own_fields(
    paper: Paper,
    fields: Mapping[str, Any],
    raw: Mapping[str, str],
    notice: Callable[[str], None],
) -> Paper:
    """Take over what only this project's own records hold: source, language, mentions, links.

    Args:
        raw: title and abstract as the record has them, in which its offsets count.
    """
    try:
        mentions = tuple(Mention.from_dict(m) for m in _spans(fields.get("mentions"), "type"))
        links = tuple(Link.from_dict(x) for x in _spans(fields.get("links"), "url"))
        places = tuple(_moved(m, raw, paper) for m in mentions)
        urls = tuple(_moved(x, raw, paper) for x in links)
        if None in places or None in urls:
            notice("mentions or links of white space alone are left out")
        own = paper.with_extraction(_there(places), _there(urls), _language(fields))
        own.check()
    except (RecordError, TypeError) as error:
        raise Refused(f"mentions or links do not fit the text: {error}") from None
    return _with_source(own, fields)


def _moved(item: Span, raw: Mapping[str, str], paper: Paper) -> Span | None:
    """Return ``item`` where its words stand once white space is squeezed; None if it has no words.

    What does not stand in the record where it says stays as it is, to be refused.
    """
    text = raw[item.field]
    words = text[item.start : item.end]
    if text == paper.text(item.field) or words != to_valid(item.text):
        return item
    if not words.strip():
        return None
    before = text[: item.start + len(words) - len(words.lstrip())]
    start = len(squeeze(f"{before}x")) - 1
    words = squeeze(words)
    return replace(item, start=start, end=start + len(words), text=words)


def _there(items: Iterable[Span | None]) -> tuple[Span, ...]:
    return tuple(item for item in items if item is not None)


def _spans(value: Any, needed: str) -> list[dict[str, Any]]:
    items = value if isinstance(value, list) else []
    names = {"field", "start", "end", "text", needed}
    return [item for item in items if isinstance(item, dict) and names <= item.keys()]


def _language(fields: Mapping[str, Any]) -> str | None:
    value = fields.get("language")
    own = "source" in fields and isinstance(value, str) and (len(value) == 2 or value == "und")
    return str(value) if own else None


def _with_source(paper: Paper, fields: Mapping[str, Any]) -> Paper:
    source = fields.get("source")
    if (
        fields.get("id") != paper.id
        or not isinstance(source, str)
        or not re.search(r"[:#]\S+$", source)
    ):
        return paper
    return replace(paper, source=to_valid(source))
