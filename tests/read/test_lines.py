"""A single line of a page: its kind from its form alone."""

from __future__ import annotations

import pytest

from kg.read._lines import Kind, to_line


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("57 upvotes", Kind.UI),
        ("57", Kind.META),
        ("1.2k", Kind.META),
        ("·", Kind.META),
        ("Mar 12", Kind.META),
        ("Published on Oct 3, 2024", Kind.META),
        ("2024-03-12", Kind.META),
        ("3 days ago", Kind.META),
        ("arXiv:2401.00001v2 [cs.CL]", Kind.META),
        ("2401.00001", Kind.META),
        ("https://doi.org/10.1234/abc", Kind.META),
        ("NeurIPS 2024", Kind.META),
        ("Journal of Machine Reading, 2024", Kind.META),
        ("View on arXiv", Kind.UI),
        ("Sign up", Kind.UI),
        ("PDF", Kind.UI),
        ("Ada Lovelace, Alan Turing", Kind.NAMES),
        ("Ada Lovelace¹, Alan Turing², and Kurt Gödel*", Kind.NAMES),
        ("by Ada Lovelace", Kind.NAMES),
        ("Amara Okafor, Neil Lawrence", Kind.NAMES),
        ("Can Xu · Nguyen Van An · Wei Zhang · Ada Lovelace", Kind.NAMES),
        ("Computer Science > Machine Learning", Kind.UI),
        ("Can Models Read? On Being Sure", Kind.TEXT),
        ("Title: On Things", Kind.TITLE),
        ("On the Measure of Reading", Kind.TEXT),
        ("Planning, Acting, and Learning with Robots", Kind.TEXT),
        ("Reading at 2024 Words a Minute: Limits of Fast Models", Kind.TEXT),
    ],
)
def test_kinds_of_lines(text, kind):
    assert to_line(1, text).kind is kind
