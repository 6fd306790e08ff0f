"""Graphs and pages for the explorer's tests."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kg.graph import build_graph
from kg.model import Concept, Link, Mention, Merge, Paper
from kg.view import write_html

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

from synthetic import make_papers  # noqa: E402

#: Text that breaks pages: markup, handlers, bidi overrides, emoji, templates, length.
NASTY = (
    "</script><script>window.hacked=1</script>",
    '<img src=x onerror="window.hacked=2">',
    "href='javascript:window.hacked=3' <a href=\"javascript:window.hacked=4\">",
    "{{ 7*7 }} {% raw %} ${window.hacked=5} <!-- <script",
    "\u202egnp.exe\u202c \u2066isolate\u2069 \u200f\u200e\u0000\u0007",
    "👩‍🔬 émoji 🧪 中文 العربية עברית",
    "\"quotes\" 'single' `ticks` \\ & &amp; ]]> \u2028 \u2029",
    "W" * 5000,
    "constructor",
    "__proto__",
)


def make_graph(count: int, **options: Any) -> Any:
    """Return a made-up graph of ``count`` papers."""
    return build_graph(*make_papers(count, **options))


def hostile_graph() -> Any:
    """Return a graph whose every text is hostile: titles, names, ids, links, venues."""
    concepts, papers = [], []
    for n, text in enumerate(NASTY):
        concepts.append(
            Concept(f"method/x{n}{text[:60]}", "Method", text, (text[::-1],), papers=3,
                    merges=(Merge(text[::-1], text[:200], 0.5),))
        )  # fmt: skip
    for n in range(30):
        own = [NASTY[(n + step) % len(NASTY)] for step in range(3)]
        papers.append(_hostile_paper(n, own))
    return build_graph(papers, concepts)


def _hostile_paper(number: int, texts: list[str]) -> Paper:
    abstract, mentions = "", []
    for text in texts:
        start = len(abstract) + 4
        abstract += f"See {text} here. "
        at = NASTY.index(text)
        mentions.append(
            Mention("abstract", start, start + len(text), text, "Method", "uses", 0.9,
                    text[:20], f"method/x{at}{text[:60]}")
        )  # fmt: skip
    address = "javascript:window.hacked=6//"
    abstract += address
    link = Link("abstract", len(abstract) - len(address), len(abstract), address, address, "code")
    return Paper(
        f"p{number}{texts[0][:80]}", f"{texts[0]} {number}", abstract, (texts[1], texts[2]), 2020,
        texts[1], doi=texts[0][:50], url="javascript:window.hacked=7//",
        mentions=tuple(sorted(mentions)), links=(link,),
    )  # fmt: skip


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return the path of a page by name, each written once: small, large, hostile, ..."""
    folder = tmp_path_factory.mktemp("pages")
    makers: dict[str, Callable[[], tuple[Any, dict[str, Any]]]] = {
        "small": lambda: (make_graph(80), {"title": "Eighty papers"}),
        "large": lambda: (make_graph(3000), {"title": "Three thousand papers"}),
        "hostile": lambda: (hostile_graph(), {"title": NASTY[0] + NASTY[2]}),
        "empty": lambda: (build_graph([], []), {}),
        "sentences": lambda: (make_graph(80), {"abstracts": False}),
        "bare": lambda: (make_graph(80), {"abstracts": False, "sentences": False}),
    }

    def page(name: str) -> Path:
        path = folder / f"{name}.html"
        if not path.exists():
            graph, options = makers[name]()
            write_html(graph, path, **options)
        return path

    return page
