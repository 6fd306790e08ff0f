"""The same paper twice becomes one, whatever the order in which the two come.

Two records are one paper when they share a DOI, an arXiv id, or the folded
title.  The title alone does not join records that contradict each other: where
DOIs or arXiv ids differ *and* the abstracts do, they stay two ("Introduction" of
two books); a preprint and its journal version, whose abstracts agree, become one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, fields, replace

from kg.model import Paper
from kg.read._ids import paper_id, title_key
from kg.text import digest, fold


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What decides whether a record is the same paper as another, small enough to keep."""

    doi: str
    arxiv_id: str
    title: str
    words: int  # bits of the abstract's opening and size, 0 without an abstract


def to_key(paper: Paper) -> Key:
    """Return the duplicate key of ``paper``."""
    folded = fold(paper.abstract[:2000])
    return Key(
        paper.doi or "",
        paper.arxiv_id or "",
        digest(title_key(paper.title), 16),
        int(digest(folded[:200], 12), 16) if folded else 0,
    )


def group_keys(keys: Iterable[Key]) -> list[int]:
    """Return for each key the number of its group; groups do not depend on the order of keys."""
    listed = list(keys)
    unique = sorted(set(listed))
    groups = _Groups(len(unique))
    for name in ("doi", "arxiv_id"):
        _join(groups, ((getattr(key, name), at) for at, key in enumerate(unique)))
    _join_titles(groups, unique)
    where = {key: groups.find(at) for at, key in enumerate(unique)}
    return [where[key] for key in listed]


def _join(groups: _Groups, pairs: Iterable[tuple[Hashable, int]]) -> None:
    first: dict[Hashable, int] = {}
    for value, at in pairs:
        if value:
            groups.join(first.setdefault(value, at), at)


def _join_titles(groups: _Groups, unique: list[Key]) -> None:
    titles: dict[str, list[int]] = {}
    for at, key in enumerate(unique):
        titles.setdefault(key.title, []).append(at)
    for members in titles.values():
        if len(members) > 1 and _agree([unique[at] for at in members]):
            _join(groups, ((1, at) for at in members))
        elif len(members) > 1:
            _join(groups, ((unique[at].words, at) for at in members))
            _join(groups, ((1, at) for at in _nameless(unique, members)))


def _nameless(unique: list[Key], members: list[int]) -> list[int]:
    """Those without DOI and arXiv id whose abstract is not that of one with such."""
    named = {unique[at].words for at in members if unique[at].doi or unique[at].arxiv_id}
    return [
        at for at in members
        if not (unique[at].doi or unique[at].arxiv_id or unique[at].words in named)
    ]  # fmt: skip


def _agree(keys: list[Key]) -> bool:
    """Whether no two records of one title name different DOIs, or different arXiv ids."""
    dois = {key.doi for key in keys if key.doi and not key.doi.startswith("10.48550/")}
    return len(dois) < 2 and len({key.arxiv_id for key in keys if key.arxiv_id}) < 2


class _Groups:
    """Union-find; the smallest member names the group."""

    def __init__(self, size: int) -> None:
        self.parent = list(range(size))

    def find(self, at: int) -> int:
        while self.parent[at] != at:
            self.parent[at] = self.parent[self.parent[at]]
            at = self.parent[at]
        return at

    def join(self, one: int, other: int) -> None:
        one, other = self.find(one), self.find(other)
        self.parent[max(one, other)] = min(one, other)


def merge_duplicates(papers: Iterable[Paper]) -> tuple[tuple[Paper, ...], int]:
    """Return the papers, each once and sorted by id, and how many were duplicates.

    The richest record wins (most fields, longest abstract, most mentions; then
    alphabetically); what it lacks is taken from the others.
    """
    listed = list(papers)
    members: dict[int, list[Paper]] = {}
    for paper, group in zip(listed, group_keys(map(to_key, listed)), strict=True):
        members.setdefault(group, []).append(paper)
    merged = sorted(map(merge, members.values()), key=_order)
    return tuple(merged), len(listed) - len(members)


def merge(papers: list[Paper]) -> Paper:
    """Return one paper of several records of it; the order of ``papers`` does not matter."""
    if len(papers) == 1:
        return papers[0]
    ranked = sorted(papers, key=_rank)
    best = ranked[0]
    gaps = {
        field.name: next((v for v in (getattr(p, field.name) for p in ranked) if v), None)
        for field in fields(Paper)
        if field.name not in {"id", "title", "mentions", "links"} and not getattr(best, field.name)
    }
    filled = replace(best, **{name: value for name, value in gaps.items() if value})
    return replace(filled, id=paper_id(filled.title, filled.doi, filled.arxiv_id))


def _rank(paper: Paper) -> tuple[object, ...]:
    known = sum(bool(getattr(paper, field.name)) for field in fields(Paper))
    return (
        -bool(paper.abstract),
        -len(paper.mentions),
        -known,
        -len(paper.abstract),
        *_order(paper),
    )


def _order(paper: Paper) -> tuple[object, ...]:
    return (paper.id, paper.title, paper.abstract, paper.source or "", repr(paper))


def stream_unique(papers: Iterable[Paper], groups: list[int]) -> Iterator[Paper]:
    """Yield ``papers``, each group merged into one where its last record stands."""
    left = Counter(groups)
    sizes = dict(left)
    held: dict[int, list[Paper]] = {}
    for paper, group in zip(papers, groups, strict=True):
        left[group] -= 1
        if sizes[group] == 1:
            yield paper
            continue
        held.setdefault(group, []).append(paper)
        if not left[group]:
            yield merge(held.pop(group))
