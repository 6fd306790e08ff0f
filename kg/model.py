"""The records that pass between the stages, and the invariants they hold.

Every stage takes and returns these frozen, slotted, sortable values; no stage
imports another.  ``to_dict`` and ``from_dict`` are inverses of each other and
define the JSON Lines form (absent fields are omitted, never empty).

Offsets count Unicode code points and are half-open: for every mention and link
``paper.text(field)[start:end] == text``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, ClassVar, Self, TypeAlias

from kg.errors import RecordError, kind_of
from kg.text import digest


class ConceptType(StrEnum):
    """The five kinds of concept that papers share."""

    METHOD = "Method"
    DATASET = "Dataset"
    BENCHMARK = "Benchmark"
    TASK = "Task"
    METRIC = "Metric"


class Role(StrEnum):
    """A paper's stance to a concept, strongest first (see :data:`ROLE_STRENGTH`)."""

    INTRODUCES = "introduces"
    EVALUATES_ON = "evaluatesOn"
    ADDRESSES = "addresses"
    USES = "uses"
    REPORTS = "reports"
    COMPARES_WITH = "comparesWith"
    MENTIONS = "mentions"


#: Role -> rank, 0 the strongest.  Where a paper mentions a concept in several
#: roles the strongest becomes the paper's edge; every mention keeps its own.
ROLE_STRENGTH: dict[str, int] = {role.value: rank for rank, role in enumerate(Role)}

#: The role of an unmarked mention (annotation guidelines).
DEFAULT_ROLE: dict[str, str] = {
    "Method": "uses",
    "Dataset": "uses",
    "Benchmark": "evaluatesOn",
    "Task": "addresses",
    "Metric": "reports",
}


class LinkKind(StrEnum):
    """What stands behind a URL."""

    CODE = "code"
    PROJECT = "project"
    DATASET = "dataset"
    MODEL = "model"
    DEMO = "demo"
    VIDEO = "video"
    PAPER = "paper"
    OTHER = "other"


FIELDS = ("title", "abstract")

_BY_LINE = re.compile(r"(.*?)(:\d+(?:#[^\s#]+)?)", re.ASCII | re.DOTALL)
_BY_KEY = re.compile(r"(.*)(#[^#]*)", re.DOTALL)
_CONCEPT_TYPES = frozenset(ConceptType)
_LINK_KINDS = frozenset(LinkKind)


_TEXTS = {"mention": ("text", "type", "role", "extractor"), "link": ("text", "url", "kind")}


_Nested: TypeAlias = "dict[str, type[_Record]]"


class _Record:
    """Shared conversion: a record to a plain dict without its absent fields."""

    __slots__ = ()

    #: Field -> the record type of its items.
    _NESTED: ClassVar[_Nested] = {}

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form; absent fields (None, "", empty tuple) are omitted."""
        pairs = ((f.name, getattr(self, f.name)) for f in fields(self))  # type: ignore[arg-type]
        return {name: _plain(value) for name, value in pairs if not _absent(value)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Inverse of :meth:`to_dict`; unknown fields are ignored."""
        known = (f.name for f in fields(cls))  # type: ignore[arg-type]
        return cls(
            **{name: cls._thaw(name, data[name]) for name in known if data.get(name) is not None}
        )

    @classmethod
    def _thaw(cls, name: str, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        kind = cls._NESTED.get(name)
        return tuple(kind.from_dict(item) if kind else item for item in value)


def _absent(value: Any) -> bool:
    return value is None or value == "" or value == ()


def _plain(value: Any) -> Any:
    if isinstance(value, _Record):
        return value.to_dict()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


@dataclass(frozen=True, slots=True, order=True)
class Mention(_Record):
    """One occurrence of a concept's name in a paper: the evidence of an edge.

    ``confidence`` is a calibrated probability in [0, 1] that span and type are
    right.  ``extractor`` names who found it; agreeing extractors are joined by
    "+" in alphabetical order.  ``concept`` is set once linked.  ``type`` is one
    of :class:`ConceptType` for the shipped model; a user's own trained model may
    carry types of its own through extraction and scoring.
    """

    field: str
    start: int
    end: int
    text: str
    type: str
    role: str
    confidence: float = 1.0
    extractor: str = ""
    concept: str | None = None

    def overlaps(self, other: Mention) -> bool:
        """Return whether both hold one and the same character."""
        return self.field == other.field and self.start < other.end and other.start < self.end

    def node(self, paper: str) -> str:
        """The mention's key within the graph: made of where it stands."""
        place = f"{paper}|{self.field}|{self.start}|{self.end}|{self.type}"
        return f"mention/{digest(place, 16)}"

    def __post_init__(self) -> None:
        # Spelt out: a large input makes hundreds of thousands, and a loop takes thrice the time.
        if not (
            isinstance(self.text, str)
            and isinstance(self.type, str)
            and isinstance(self.role, str)
            and isinstance(self.extractor, str)
        ):
            raise RecordError(_not_text(self, "mention"))
        _check_place(self, "mention")
        sure = self.confidence
        if not isinstance(sure, (float, int)) or isinstance(sure, bool) or not 0 <= sure <= 1:
            raise RecordError(f"mention confidence {sure!r}: expected a number from 0 to 1")
        if self.concept is not None and not isinstance(self.concept, str):
            raise RecordError(f"mention concept: found {kind_of(self.concept)}, expected text")


@dataclass(frozen=True, slots=True, order=True)
class Link(_Record):
    """A URL that a paper gives: normalised and absolute, with the words as written."""

    field: str
    start: int
    end: int
    text: str
    url: str
    kind: str = "other"

    @property
    def node(self) -> str:
        """The URL's key in the graph and the tail of its IRI."""
        return f"link/{digest(self.url, 12)}"

    def __post_init__(self) -> None:
        if not (
            isinstance(self.text, str) and isinstance(self.url, str) and isinstance(self.kind, str)
        ):
            raise RecordError(_not_text(self, "link"))
        _check_place(self, "link")
        if self.kind not in _LINK_KINDS:
            raise RecordError(f"link kind {self.kind!r}: expected one of {', '.join(LinkKind)}")


def _not_text(item: Mention | Link, what: str) -> str:
    name = next(name for name in _TEXTS[what] if not isinstance(getattr(item, name), str))
    return f"{what} {name}: found {kind_of(getattr(item, name))}, expected text"


def _check_place(item: Mention | Link, what: str) -> None:
    start, end = item.start, item.end
    if item.field not in FIELDS:
        raise RecordError(f"{what} field {item.field!r}: expected {' or '.join(FIELDS)}")
    if type(start) is not int or type(end) is not int:
        raise RecordError(f"{what} span [{start!r}, {end!r}): start and end must be integers")
    if not 0 <= start < end:
        raise RecordError(f"{what} span [{start}, {end}) is empty or negative")


@dataclass(frozen=True, slots=True)
class Paper(_Record):
    """A paper as read, and after extraction with its mentions and links.

    ``year`` is an int (CE).  ``source`` says where it was read: ``FILE:LINE``, relative to
    what the user typed, then ``#KEY`` where the input names its records itself
    (:func:`source_parts`).  ``language`` is an ISO 639-1 code, or "und" where it is none that
    we know; set only when the abstract is not English.
    """

    id: str
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    venue: str | None = None
    doi: str | None = None
    arxiv_id: str | None = None
    url: str | None = None
    source: str | None = None
    language: str | None = None
    mentions: tuple[Mention, ...] = ()
    links: tuple[Link, ...] = ()

    _NESTED: ClassVar[_Nested] = {"mentions": Mention, "links": Link}

    def __post_init__(self) -> None:
        if not self.id:
            raise RecordError("paper without an id")

    def to_extracted_dict(self) -> dict[str, Any]:
        """The JSON form after extraction: mentions and links are there, if only as empty lists."""
        return {**self.to_dict(), **{name: _plain(getattr(self, name)) for name in self._NESTED}}

    def text(self, field: str) -> str:
        """Return the text of ``field`` ("title" or "abstract")."""
        return self.title if field == "title" else self.abstract

    @property
    def texts(self) -> tuple[str, str]:
        """Title and abstract: what mentions are read from."""
        return self.title, self.abstract

    @property
    def names(self) -> tuple[str, ...]:
        """What people call the paper: title, id, DOI, arXiv id, its key in the input."""
        known = (self.title, self.id, self.doi, self.arxiv_id, own_key(self.source))
        return tuple(name for name in known if name)

    def check(self) -> None:
        """Raise :class:`RecordError` unless every mention and link is where it says."""
        spans: tuple[Mention | Link, ...] = (*self.mentions, *self.links)
        for item in spans:
            found = self.text(item.field)[item.start : item.end]
            if found != item.text:
                raise RecordError(
                    f"paper {self.id}: {item.field}[{item.start}:{item.end}] is {found!r}, "
                    f"the record says {item.text!r}"
                )

    @property
    def node(self) -> str:
        """The paper's key in the graph and the tail of its IRI."""
        return f"paper/{self.id}"

    def with_extraction(
        self, mentions: tuple[Mention, ...], links: tuple[Link, ...], language: str | None = None
    ) -> Paper:
        """Return a copy with mentions and links, sorted."""
        return replace(
            self,
            mentions=tuple(sorted(mentions)),
            links=tuple(sorted(links)),
            language=language or self.language,
        )


@dataclass(frozen=True, slots=True, order=True)
class Merge(_Record):
    """Why a name belongs to a concept: the reason's name and a score in [0, 1].

    ``papers`` are the ids of papers (a few, sorted) whose sentences support it.
    """

    name: str
    reason: str
    score: float
    papers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Broader(_Record):
    """A step up the hierarchy: the broader concept's id, and why."""

    id: str
    reason: str
    score: float
    papers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Match(_Record):
    """A mapping to a concept of an external vocabulary: skos relation and IRI."""

    relation: str
    iri: str
    reason: str
    score: float


@dataclass(frozen=True, slots=True, order=True)
class Concept(_Record):
    """One thing that papers talk about, under all its names.

    ``papers`` counts the papers that mention it.  ``broader`` holds ids of
    broader concepts (the JSON form the contract promises); ``broader_why`` the
    evidence behind each.  ``introduced_by`` holds paper ids.
    """

    id: str
    type: str
    label: str
    aliases: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    papers: int = 0
    introduced_by: tuple[str, ...] = ()
    merges: tuple[Merge, ...] = ()
    broader_why: tuple[Broader, ...] = ()
    matches: tuple[Match, ...] = ()

    _NESTED: ClassVar[_Nested] = {
        "merges": Merge,
        "broader_why": Broader,
        "matches": Match,
    }

    def __post_init__(self) -> None:
        if self.type not in _CONCEPT_TYPES:
            raise RecordError(
                f"concept type {self.type!r}: expected one of {', '.join(ConceptType)}"
            )

    def to_dict(self) -> dict[str, Any]:
        """The JSON form: the fields the contract names are always there."""
        data = _Record.to_dict(self)
        always = ("aliases", "broader", "introduced_by", "merges")
        return {**data, "papers": self.papers, **{k: data.get(k, []) for k in always}}


def source_parts(source: str) -> tuple[str, str]:
    """Return the file of a paper's ``source``, and the place within it.

    >>> source_parts("lists/a#b.jsonl:12#P1"), source_parts("refs.bib#conf/nips/Vaswani17")
    (('lists/a#b.jsonl', ':12#P1'), ('refs.bib', '#conf/nips/Vaswani17'))
    """
    match = _BY_LINE.fullmatch(source) or _BY_KEY.fullmatch(source)
    return (match[1], match[2]) if match else (source, "")


def own_key(source: str | None) -> str:
    """Return what the input calls a paper of that ``source``, "" if it does not name it.

    >>> own_key("refs.bib:5#hu2021"), own_key("papers.txt:12")
    ('hu2021', '')
    """
    return source_parts(source or "")[1].partition("#")[2]


def strongest_role(roles: set[str]) -> str:
    """Return the strongest of ``roles`` by :data:`ROLE_STRENGTH`.

    >>> strongest_role({"mentions", "introduces", "uses"})
    'introduces'
    """
    return min(roles, key=lambda role: (ROLE_STRENGTH.get(role, len(ROLE_STRENGTH)), role))


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """A paper's stance to a concept, with the mentions that support it.

    ``role`` is the strongest of the mentions' roles; ``confidence`` is computed
    from theirs and never stored: merging two runs is regrouping.
    """

    paper: str
    concept: str
    role: str
    mentions: tuple[Mention, ...]

    @property
    def confidence(self) -> float:
        """Probability that the paper has the concept: that of its surest mention.

        Mentions of one name are no independent evidence, each already knows of the others:
        1 - (1 - p)(1 - q)... has two and a half times the calibration error of this.
        """
        return max(mention.confidence for mention in self.mentions)


def claims(paper: Paper) -> tuple[Claim, ...]:
    """Return the claims of a linked paper, sorted by concept; unlinked mentions are left out."""
    groups: dict[str, list[Mention]] = {}
    for mention in paper.mentions:
        if mention.concept:
            groups.setdefault(mention.concept, []).append(mention)
    return tuple(
        Claim(paper.id, concept, strongest_role({m.role for m in found}), tuple(sorted(found)))
        for concept, found in sorted(groups.items())
    )
