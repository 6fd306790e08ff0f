"""Lines of Markdown taken apart."""

from __future__ import annotations

from kg.read import read_papers
from kg.read._markdown import from_markdown


def test_a_line_of_badges_says_nothing():
    assert from_markdown("[![stars](https://img.example/a.svg)](https://example.org) ") == []


def test_badges_below_a_long_heading_are_read(tmp_path):
    badge = "[![stars](https://img.example/a.svg)](https://example.org)\n"
    path = tmp_path / "page.md"
    path.write_text("# Papers on reading, writing and on whatever else may be of use\n" + badge * 3)
    assert list(read_papers(path)) == []
