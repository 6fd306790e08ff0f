"""The shapes in which scholarly services give a work as JSON, turned into plain fields."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from typing import Any

Record = Mapping[str, Any]

#: What an object may hold beside the value that it wraps.
_WRAPPING = frozenset({"value", "readers"})

#: An inverted abstract may not name positions beyond this.
_MAX_WORDS = 2_000_000

_TAG = re.compile(r"</?[A-Za-z][\w:.-]*(?:\s[^<>]{0,2000})?/?>")
_TYPE = re.compile(r"</?(?:i|b|em|strong|sub|sup|sc|scp|span)(?:\s[^<>]{0,200})?>", re.IGNORECASE)
_JATS_TITLE = re.compile(
    r"<(?:jats:)?title>\s*(?:abstract|summary)\s*:?\s*</(?:jats:)?title>", re.IGNORECASE
)


def is_paper(record: Record) -> bool:
    """Whether ``record`` has a field that only a paper has."""
    return any(
        str(name).lower() in {"title", "abstract", "abstract_inverted_index"} for name in record
    )


def flatten(record: Record) -> Record:
    """Return the fields of ``record`` under usual names, whichever service it is from."""
    record = unwrap(record)
    for knows, convert in _FLAVOURS.values():
        if knows(record):
            return _with_key(convert(record), record)
    return record


def unwrap(record: Record) -> Record:
    """Return ``record`` with the fields of the paper that it holds within, if it holds one.

    >>> unwrap({"id": "x", "content": {"title": {"value": "LoRA"}}})
    {'id': 'x', 'title': 'LoRA'}
    """
    names = ["paper"] if is_paper(record) else list(record)
    inner = next((n for n in names if _is_paper_object(record.get(n))), None)
    if inner is None:
        return record
    outer = {name: value for name, value in record.items() if name != inner}
    return {**outer, **{name: _value(value) for name, value in record[inner].items()}}


def _is_paper_object(value: Any) -> bool:
    return isinstance(value, Mapping) and is_paper(value)


def _value(value: Any) -> Any:
    """OpenReview wraps every value into an object of its own."""
    alone = isinstance(value, Mapping) and "value" in value and value.keys() <= _WRAPPING
    return value["value"] if alone else value


def flatten_as(record: Record, flavour: str) -> Record:
    """Like :func:`flatten` for a service that the user named."""
    record = unwrap(record)
    return _with_key(_FLAVOURS[flavour][1](record), record)


def _with_key(fields: Record, record: Record) -> Record:
    """Add what the service calls the work: the tail of OpenAlex's address, DBLP's key."""
    key = _any(record, "key", "paperId", "corpusId", "corpusid", "id")
    return {**fields, "key": key.rsplit("openalex.org/", 1)[-1] if isinstance(key, str) else key}


def from_openalex(record: Record) -> Record:
    """An OpenAlex work."""
    inverted = record.get("abstract_inverted_index")
    place = record.get("primary_location") or record.get("host_venue") or {}
    ids = record.get("ids") or {}
    return {
        "title": without_type(record.get("title") or record.get("display_name")),
        "abstract": to_text(inverted) if inverted else record.get("abstract"),
        "authors": record.get("authorships"),
        "year": record.get("publication_year") or record.get("publication_date"),
        "venue": _inner(place, "source", "display_name") or _inner(place, "display_name"),
        "doi": record.get("doi") or _inner(ids, "doi"),
        "arxiv_id": _inner(ids, "arxiv"),
        "url": [
            text
            for text in (
                *(
                    _inner(where, "landing_page_url")
                    for where in [place, *_dicts(record.get("locations"))]
                ),
                record.get("id"),
            )
            if isinstance(text, str)
        ],
    }


def to_text(inverted: Any) -> str:
    """Return the abstract of an inverted index {word: positions}.

    >>> to_text({"it": [1, 3], "Does": [0], "work?": [2]})
    'Does it work? it'
    """
    if not isinstance(inverted, Mapping):
        return str(inverted or "")
    words = [
        (position, str(word))
        for word, places in inverted.items()
        if isinstance(places, list)
        for position in places
        if isinstance(position, int)
    ]
    return " ".join(word for _, word in sorted(words)[:_MAX_WORDS])


def from_semantic_scholar(record: Record) -> Record:
    """A Semantic Scholar paper."""
    ids = _any(record, "externalIds", "externalids")
    pdf = _inner(record.get("openAccessPdf") or {}, "url")
    return {
        **{name: record.get(name) for name in ("title", "abstract", "authors")},
        "year": record.get("year")
        or record.get("publicationDate")
        or record.get("publicationdate"),
        "venue": record.get("venue") or record.get("publicationVenue") or record.get("journal"),
        "doi": _inner(ids, "DOI"),
        "arxiv_id": _inner(ids, "ArXiv"),
        "url": record.get("url") or pdf,
    }


def from_crossref(record: Record) -> Record:
    """A Crossref work: lists of titles, a JATS abstract, dates in parts."""
    dates = ("published", "issued", "published-print", "published-online", "created")
    title = _first(record.get("title"))
    subtitle = _first(record.get("subtitle"))
    return {
        "title": without_tags(f"{title}: {subtitle}" if title and subtitle else title),
        "abstract": without_tags(record.get("abstract")),
        "authors": record.get("author"),
        "year": next((record[d] for d in dates if _has_date(record.get(d))), None),
        "venue": without_tags(_first(record.get("container-title")) or _first(record.get("event"))),
        "doi": record.get("DOI"),
        "url": record.get("URL"),
    }


def _has_date(value: Any) -> bool:
    parts = _inner(value, "date-parts") if isinstance(value, Mapping) else None
    return bool(parts and _first(parts) and _first(_first(parts)))


def without_tags(value: Any) -> Any:
    """Return JATS or HTML text without its tags and entities, and without a heading "Abstract".

    >>> without_tags("<jats:title>Abstract</jats:title><jats:p>A &lt; H<sub>2</sub>O.</jats:p>")
    '  A < H2O. '
    """
    if not isinstance(value, str) or not ("<" in value or "&" in value):
        return value
    text = _JATS_TITLE.sub(" ", value)
    text = re.sub(r"</?(?:jats:)?(?:p|sec|title|list|list-item|div|br)\b[^<>]{0,2000}>", " ", text)
    return html.unescape(_TAG.sub("", text))


def without_type(title: Any) -> Any:
    """Return a title without the tags that set its words in another type.

    >>> without_type("The <unk> of <i>E. coli</i>, H<sub>2</sub>O")
    'The <unk> of E. coli, H2O'
    """
    return _TYPE.sub("", title) if isinstance(title, str) else title


def from_csl(record: Record) -> Record:
    """A CSL-JSON item (Zotero, Mendeley, pandoc)."""
    names = {"title": "title", "abstract": "abstract", "authors": "author", "year": "issued"}
    fields = {ours: record.get(theirs) for ours, theirs in names.items()}
    number = record.get("number")
    is_arxiv = "arxiv" in str(number).lower()
    return {
        **fields,
        "title": without_type(fields["title"]),
        "abstract": without_tags(fields["abstract"]),
        "venue": record.get("container-title") or record.get("event-title") or record.get("event"),
        "doi": record.get("DOI"),
        "url": record.get("URL"),
        "arxiv_id": number if is_arxiv else None,
    }


def from_kaggle(record: Record) -> Record:
    """A line of arXiv's bulk metadata (the Kaggle snapshot)."""
    return {
        "title": record.get("title"),
        "abstract": record.get("abstract"),
        "authors": record.get("authors_parsed") or record.get("authors"),
        "venue": record.get("journal-ref"),
        "doi": record.get("doi"),
        "arxiv_id": record.get("id"),
        "year": _first_version(record) or record.get("update_date"),
    }


def from_dblp(record: Record) -> Record:
    """A hit of DBLP's search: a title that ends in a full stop, authors with numbers."""
    title = record.get("title")
    authors = _inner(record.get("authors"), "author")
    listed = authors if isinstance(authors, list) else [authors]
    return {
        **{name: record.get(name) for name in ("year", "venue", "doi")},
        "title": title.removesuffix(".") if isinstance(title, str) else title,
        "authors": [without_number(name) for name in map(_dblp_name, listed) if name],
        "url": [record.get("ee"), record.get("url")],
    }


def _dblp_name(author: Any) -> str | None:
    name = _inner(author, "text") if isinstance(author, Mapping) else author
    return name if isinstance(name, str) else None


def without_number(name: str) -> str:
    """Return a name without the number by which DBLP tells namesakes apart.

    >>> without_number("Wei Zhang 0001")
    'Wei Zhang'
    """
    return re.sub(r"\s+\d{4}$", "", name)


def _first_version(record: Record) -> Any:
    versions = _dicts(record.get("versions"))
    return versions[0].get("created") if versions else None


def _inner(value: Any, *path: str) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _any(record: Record, *names: str) -> Any:
    return next((record[name] for name in names if record.get(name)), None)


def _first(value: Any) -> Any:
    if isinstance(value, list):
        return value[0] if value else None
    return _inner(value, "name") if isinstance(value, Mapping) else value


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _is_openalex(record: Record) -> bool:
    return "abstract_inverted_index" in record or "authorships" in record


def _is_semantic_scholar(record: Record) -> bool:
    names = ("externalIds", "externalids", "paperId", "corpusId", "corpusid")
    return any(name in record for name in names)


def _is_crossref(record: Record) -> bool:
    return "DOI" in record and (
        isinstance(record.get("title"), list) or "is-referenced-by-count" in record
    )


def _is_csl(record: Record) -> bool:
    dates = _inner(record.get("issued"), "date-parts")
    return dates is not None or ("container-title" in record and "title" in record)


def _is_dblp(record: Record) -> bool:
    return isinstance(_inner(record.get("authors"), "author"), list | Mapping | str)


def _is_kaggle(record: Record) -> bool:
    return "authors_parsed" in record or ("update_date" in record and "id" in record)


_FLAVOURS: dict[str, tuple[Callable[[Record], bool], Callable[[Record], Record]]] = {
    "openalex": (_is_openalex, from_openalex),
    "semanticscholar": (_is_semantic_scholar, from_semantic_scholar),
    "crossref": (_is_crossref, from_crossref),
    "csl": (_is_csl, from_csl),
    "arxiv-bulk": (_is_kaggle, from_kaggle),
    "dblp": (_is_dblp, from_dblp),
}
