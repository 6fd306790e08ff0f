"""Spans never start with a determiner or end in an empty head noun."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.extract.tidy import find_borders, tidy
from kg.model import Mention


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("the BERT model", "BERT"),
        ("our proposed CLIP", "CLIP"),
        ("The COCO dataset", "COCO"),
        ("FIRE corpus", "FIRE"),
        ("AFA with", "AFA"),
        ("segmentation of", "segmentation"),
        ("Mean Error (", "Mean Error"),
        ("R-CNN-", "R-CNN"),
        ("novel view synthesis", "novel view synthesis"),
        ("diffusion model", "diffusion model"),
        ("THE COLOSSEUM", "THE COLOSSEUM"),
        ("domain (OOD) shift", "domain (OOD) shift"),
        ("C++", "C++"),
        ("NN) compression", "compression"),
        ("(a) and b) planning", "planning"),
        (r"\emph{FooNet", "FooNet"),
        (r"\textit{the FooNet", "FooNet"),
        (r"\textbf{F}oo \textbf{N}et", r"\textbf{F}oo \textbf{N}et"),
        ("mAP@", "mAP"),
        ("BirdsEye Corpus", "BirdsEye"),
        ("FooSum family", "FooSum"),
        ("multi-agent family", "multi-agent family"),
        ("Vision-Language Models", "Vision-Language Models"),
        ("3D models", "3D models"),
        ("LLM-based agents", "LLM-based agents"),
        ("L1 loss", "L1 loss"),
        ("virtual try-on", "virtual try-on"),
        ("virtual try on", "virtual try"),
        ("GPT-4, model", "GPT-4"),
        ("R-CNN- framework", "R-CNN"),
        ("FOO-1 model", "FOO-1"),
    ],
)
def test_borders(text: str, name: str) -> None:
    start, end = find_borders(text)
    assert text[start:end] == name


@pytest.mark.parametrize(
    "text", ["model", "the", "document-", "large", "---", "data", "BACKGROUND", "Conclusions"]
)
def test_what_is_no_name_goes(text: str) -> None:
    assert tidy([Mention("title", 0, len(text), text, "Method", "uses")]) == ()


@pytest.mark.parametrize("text", ["AIM", "ART", "DEEP"])
def test_a_word_in_capitals_is_a_name(text: str) -> None:
    assert [m.text for m in tidy([Mention("title", 0, len(text), text, "Method", "uses")])] == [
        text
    ]


@given(st.text(alphabet="ab the-(),.of modelGX4", min_size=1, max_size=30))
def test_borders_lie_within_and_settle(text: str) -> None:
    once = tidy([Mention("title", 5, 5 + len(text), text, "Method", "uses")])
    assert all(5 <= m.start < m.end <= 5 + len(text) for m in once)
    assert all(m.text == text[m.start - 5 : m.end - 5] for m in once)
    assert tidy(once) == once


def test_no_two_overlap_afterwards() -> None:
    one = Mention("title", 0, 10, "abcd efghi", "Method", "uses")
    two = Mention("title", 5, 10, "efghi", "Method", "uses")
    assert len(tidy([one, two])) == 1
