"""Pages pasted from a browser: titles, abstracts, and whatever stands around them.

No list of titles and no layout of a certain site is known here.  Each line gets
a kind from its own form (:mod:`kg.read._lines`); paragraphs of prose are the
fixed points; the lines between two of them are the end of one paper and the
start of the next.  Among these the title is sought: a line that looks like one,
and that stands as far from its abstract as titles on this page usually do.

A title without an abstract is kept where something else shows that it is one: a
label, an arXiv id, people below it, or a page of nothing but titles and abstracts.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from kg.read._base import Row, Source
from kg.read._furniture import AUTHOR_COUNT
from kg.read._lines import Kind, Line, find_details
from kg.read._people import has_affiliation, is_names
from kg.read._titles import Shapes
from kg.read._wrapped import to_items

#: So many lines are looked at before the first paper is given out.
_AHEAD = 4000

#: The most lines kept between two abstracts; more are furniture.
_MAX_GAP = 2000

_CONVINCING = 2.0

#: Kinds, in tuples: sets would hash them, for every line.
_WORDS = (Kind.TEXT, Kind.NAMES)
_TITLES = (Kind.TEXT, Kind.TITLE)
_AROUND = (Kind.META, Kind.NAMES, Kind.UI)

_LEFT_OUT = "looks like a title, no abstract follows; left out"
_NO_TITLE = "kg asks no server: read an export of these papers, of arXiv's API say"


@dataclass(slots=True)
class _Draft:
    """A paper being put together; without a title, what stands after the last one."""

    title: Line | None = None
    below: Line | None = None
    lines: list[Line] = field(default_factory=list)
    abstract: list[Line] = field(default_factory=list)

    def row(self) -> Row | None:
        """The finished record, None for lines that belong to no paper."""
        if self.title is None:
            return None
        details = find_details([self.title, *self.lines])
        if "authors" not in details and self.below and is_names(self.below.text, single=True):
            details["authors"] = self.below.text
        tldr = details.pop("tldr", "")
        abstract = "\n".join(line.text for line in self.abstract) or tldr
        return Row(self.title.number, {**details, "title": self.title.text, "abstract": abstract})


@dataclass(slots=True)
class _Page:
    """What the page as a whole looks like."""

    shapes: Shapes = field(default_factory=Shapes)
    offsets: Counter[int] = field(default_factory=Counter)
    abstracts: int = 0
    texts: int = 0
    others: int = 0
    people: int = 0
    ids_above: bool = False

    @property
    def offset(self) -> int:
        """How many lines usually stand between a title and its abstract."""
        return max(self.offsets, key=lambda o: (self.offsets[o], -o), default=0)

    @property
    def bare(self) -> bool:
        """Whether the page holds hardly more than titles and abstracts."""
        return self.others <= max(2, (self.abstracts or self.texts) // 3)

    def note(self, line: Line, gap: list[Line]) -> None:
        """Count a line that follows the ``gap`` since the last abstract."""
        self.shapes.note(line)
        self.texts += line.kind in _TITLES
        self.others += line.kind in _AROUND
        above = next((x for x in reversed(gap[-3:]) if x.kind is not Kind.UI), line)
        self.people += line.kind is Kind.NAMES and above.kind is Kind.TEXT
        if line.kind is Kind.PROSE and gap:
            self.abstracts += 1
            best = _best(gap, self.shapes)
            if best is not None:
                self.offsets[len(gap) - 1 - best] += 1


def read_listing(source: Source) -> Iterator[Row]:
    """Yield the papers of a pasted page."""
    page = _Page()
    draft, gap, first = _Draft(), list[Line](), True
    for item in _look_ahead(_retitle(to_items(source)), page):
        if item.kind is not Kind.PROSE:
            gap.append(item)
            del gap[:-_MAX_GAP]
        elif draft.abstract and not gap:
            draft.abstract.append(item)
        else:
            drafts = _split(gap, page, first=first, last=False)
            _tell_left_out(source, gap, drafts, page)
            yield from _rows([_give(draft, drafts[0]), *drafts[1:-1]])
            draft, gap, first = drafts[-1], [], False
            if draft.title is None:
                source.refuse(
                    item.number, f"a paragraph without a title above it: {item.text[:50]!r}"
                )
                draft = _Draft()
            draft.abstract.append(item)
    drafts = _split(gap, page, first=first, last=True)
    _tell_left_out(source, gap, drafts, page)
    rows = list(_rows([_give(draft, drafts[0]), *drafts[1:]]))
    yield from rows
    if first and not rows:
        for item in gap:
            if "arxiv_id" in item.details:
                source.refuse(item.number, f"{item.text[:60]!r} has no title; {_NO_TITLE}")


def _retitle(items: Iterable[Line]) -> Iterator[Line]:
    """Take a single sentence for a title where an abstract follows after people and dates."""
    held: list[Line] = []
    for item in items:
        if held and item.kind in _AROUND and len(held) < 8:
            held.append(item)
            continue
        if len(held) > 1 and item.kind is Kind.PROSE and len(item.text) > len(held[0].text):
            held[0] = replace(held[0], kind=Kind.TEXT)
        yield from held
        held = [item] if _is_sentence(item) else []
        if not held:
            yield item
    yield from held


def _is_sentence(line: Line) -> bool:
    short = line.kind is Kind.PROSE and not line.labelled and len(line.text) < 250
    return short and len(re.findall(r"[.!?](?:\s|$)", line.text)) < 2


def _look_ahead(items: Iterable[Line], page: _Page) -> Iterator[Line]:
    """Yield ``items`` some thousand lines after the page has seen them."""
    waiting: deque[Line] = deque()
    gap: list[Line] = []
    for item in items:
        page.note(item, gap)
        gap = [] if item.kind is Kind.PROSE else [*gap[-50:], item]
        waiting.append(item)
        if len(waiting) > _AHEAD:
            yield waiting.popleft()
    yield from waiting


def _give(draft: _Draft, rest: _Draft) -> _Draft:
    """Add the lines after an abstract to its paper."""
    if draft.title is not None:
        draft.lines.extend(rest.lines)
    return draft


def _rows(drafts: Iterable[_Draft]) -> Iterator[Row]:
    yield from (row for row in (draft.row() for draft in drafts) if row is not None)


def _split(gap: list[Line], page: _Page, *, first: bool, last: bool) -> list[_Draft]:
    """Divide the lines between two abstracts: what ends the last paper, then new ones.

    The first draft has no title; the last one, unless ``last``, is the paper
    whose abstract follows.
    """
    if first:
        page.ids_above = _are_ids_above(gap, page, last=last)
    titles = _titles(gap, page, first=first, last=last)
    starts = [_start(gap, at, page) for at in titles]
    drafts = [_Draft(lines=gap[: starts[0]] if starts else list(gap))]
    ends = [*starts, len(gap)][1:]
    for at, start, end in zip(titles, starts, ends, strict=True):
        below = next((x for x in gap[at + 1 : min(end, at + 4)] if x.kind in _WORDS), None)
        drafts.append(_Draft(gap[at], below, gap[start:at] + gap[at + 1 : end]))
    return drafts


def _are_ids_above(gap: list[Line], page: _Page, *, last: bool) -> bool:
    """Whether the first paper of a page has its arXiv id above its title, not below."""
    titles = _titles(gap, page, first=True, last=last)
    if not titles:
        return False
    title = titles[0] if last else titles[-1]
    below = [] if last else gap[title:]
    return _holds_id(gap[:title]) and not _holds_id(below)


def _holds_id(lines: Iterable[Line]) -> bool:
    return any("arxiv_id" in line.details for line in lines)


def _tell_left_out(source: Source, gap: list[Line], drafts: list[_Draft], page: _Page) -> None:
    """Tell of the lines at the page's edges that would be titles between two abstracts.

    There its own heading and foot stand, or the title of a paper that was not copied whole.
    """
    taken = {draft.title.number for draft in drafts if draft.title}
    for at in _places(gap, Kind.TEXT):
        line = gap[at]
        if line.number not in taken and _stands_alone(gap, at, page, edge=False):
            source.notice(line.number, f"{line.text[:60]!r} {_LEFT_OUT}")


def _start(gap: list[Line], title: int, page: _Page) -> int:
    """Where the lines of a paper start: on some pages its arXiv id stands above the title."""
    if not page.ids_above:
        return title
    for above in range(title - 1, max(-1, title - 4), -1):
        if gap[above].kind not in {Kind.META, Kind.UI}:
            break
        if "arxiv_id" in gap[above].details:
            return above
    return title


def _titles(gap: list[Line], page: _Page, *, first: bool, last: bool) -> list[int]:
    """Places of the titles in a gap, in order; the last is that of the abstract that follows."""
    labelled = _places(gap, Kind.TITLE)
    if labelled:
        return labelled
    main = None if last else _main(gap, page)
    edge = first or last
    alone = [at for at in _places(gap, Kind.TEXT) if _stands_alone(gap, at, page, edge=edge)]
    if main is None or sum(at > main for at in alone) > 1:  # a list of titles, then a remark
        return alone
    return [*(at for at in alone if at < main), main]


def _main(gap: list[Line], page: _Page) -> int | None:
    """The title of the abstract after ``gap``: good-looking, at the usual place, early."""
    best = _best(gap, page.shapes)
    if best is None:
        return None
    limit = page.shapes.score(gap[best]) - 1.0
    usual = len(gap) - 1 - page.offset
    kind = gap[best].kind
    near = [at for at, x in enumerate(gap) if x.kind is kind and page.shapes.score(x) >= limit]
    return min(near, key=lambda at: (abs(at - usual), at))


def _best(gap: list[Line], shapes: Shapes) -> int | None:
    """The best-looking line, the first of equals; people only where nothing else is."""
    texts = _places(gap, Kind.TITLE) or _places(gap, Kind.TEXT)
    best = max(texts, key=lambda at: (shapes.score(gap[at]), -at), default=None)
    people = [at for at in _places(gap, Kind.NAMES) if not gap[at].labelled]
    if best is None or (len(people) > 1 and shapes.score(gap[best]) < 0):
        return people[0] if people else None
    return best


def _places(gap: list[Line], kind: Kind) -> list[int]:
    return [at for at, line in enumerate(gap) if line.kind is kind]


def _stands_alone(gap: list[Line], at: int, page: _Page, *, edge: bool) -> bool:
    """Whether a line is the title of a paper that has no abstract on this page."""
    score = page.shapes.score(gap[at])
    if _has_evidence(gap, at, page):
        return score >= 1.0
    if not page.bare or page.offset:
        return False
    if not page.abstracts:
        return score >= (1.0 if page.texts > 2 else _CONVINCING)
    return score >= (_CONVINCING + 1.0 if edge else _CONVINCING)


def _has_evidence(gap: list[Line], at: int, page: _Page) -> bool:
    """Whether the line at ``at`` or those below it show that it is the title of a paper."""
    if gap[at].details.keys() & {"arxiv_id", "authors"} or _start(gap, at, page) < at:
        return True
    below = [line for line in gap[at + 1 : at + 5] if line.kind is not Kind.UI][:3]
    if below and page.people > 1 and _is_author(below[0]) and page.shapes.score(gap[at]) >= 1.5:
        return True
    for line in below:
        if line.kind in _TITLES:
            break
        if "arxiv_id" in line.details and page.ids_above:
            break
        if line.kind is Kind.NAMES or line.details.keys() & {"arxiv_id", "authors"}:
            return True
    return _is_counted(gap, at, page)


def _is_author(line: Line) -> bool:
    return line.kind in _WORDS and is_names(line.text, single=True)


def _is_counted(gap: list[Line], at: int, page: _Page) -> bool:
    """Whether a line such as "12 authors" below belongs to this one, not to one between."""
    run = [gap[at]]
    for line in gap[at + 1 : at + 6]:
        if AUTHOR_COUNT.fullmatch(line.text):
            return max(map(page.shapes.score, run)) == page.shapes.score(gap[at])
        if line.kind is Kind.TEXT:
            run.append(line)
        elif any(map(str.isalnum, line.text)) and not has_affiliation(line.text):
            return False
    return False
