"""The links of a paper: the URLs in its title and abstract, and what each leads to."""

from __future__ import annotations

from collections.abc import Iterator

from kg.extract.link_kinds import find_kinds
from kg.extract.urls import find_urls
from kg.model import FIELDS, Link, Paper


def find_links(paper: Paper) -> tuple[Link, ...]:
    """Return the links in the paper's title and abstract, in order, with exact offsets.

    >>> links = find_links(Paper(id="p", title="T", abstract="Code is at github.com/a/b."))
    >>> [(link.url, link.text, link.kind) for link in links]
    [('https://github.com/a/b', 'github.com/a/b', 'code')]
    """
    return tuple(link for field in FIELDS for link in _find_in(field, paper.text(field)))


def _find_in(field: str, text: str) -> Iterator[Link]:
    found = list(find_urls(text))
    for one, kind in zip(found, find_kinds(text, found), strict=True):
        yield Link(field, one.start, one.end, text[one.start : one.end], one.url, kind)
