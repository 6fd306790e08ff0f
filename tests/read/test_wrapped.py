"""Lines of a page that were broken: at which width, if any."""

from __future__ import annotations

from kg.read._wrapped import find_width


def test_width_of_unwrapped_text_is_none():
    assert find_width(["short", "line", "x" * 900]) is None
