"""Annotations without their texts: written, found again by digest, refused when they do not fit."""

from __future__ import annotations

import json
import lzma
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from kg.errors import ReadError, UsageError
from kg.model import FIELDS, Mention, Paper
from kg.read._decode import to_valid
from kg.train import train
from kg.train.standoff import digest_of, read_standoff, write_standoff

OWN = Path(__file__).parent.parent / "annotations" / "abstracts.jsonl"
MARK = re.compile(r"([ta])(\d+)-(\d+)[mdbtx][+~?]?")

PAPERS = [
    Paper(
        "a",
        "FooNet: naïve parsing",
        "We beat BarNet on MyBench with 3 F1.",
        mentions=(
            Mention("title", 0, 6, "FooNet", "Method", "introduces"),
            Mention("title", 8, 21, "naïve parsing", "Task", "addresses"),
            Mention("abstract", 8, 14, "BarNet", "Method", "comparesWith"),
            Mention("abstract", 18, 25, "MyBench", "Benchmark", "evaluatesOn"),
            Mention("abstract", 33, 35, "F1", "Metric", "reports"),
        ),
    ),
    Paper("b", "No concept here", "Nor here."),
]
RAW = [replace(paper, mentions=()) for paper in reversed(PAPERS)]


def written(folder: Path, *lines: str) -> Path:
    path = folder / "standoff.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_annotations_are_found_again_in_their_order_and_hold_no_text(tmp_path: Path) -> None:
    lines = list(write_standoff(PAPERS))
    assert read_standoff(written(tmp_path, *lines), RAW) == PAPERS
    assert '"t0-6m+ t8-21t a8-14m~ a18-25b a33-35x"' in lines[0]
    assert "FooNet" not in "".join(lines)


def test_a_type_or_role_without_a_mark_is_not_written() -> None:
    own = Mention("title", 0, 6, "FooNet", "Gadget", "introduces")
    with pytest.raises(ValueError, match="no mark for"):
        list(write_standoff([replace(PAPERS[0], mentions=(own,))]))
    odd = Mention("title", 0, 6, "FooNet", "Method", "reports")
    with pytest.raises(ValueError, match="no mark for"):
        list(write_standoff([replace(PAPERS[0], mentions=(odd,))]))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", r"standoff\.jsonl:1: not an annotation without text"),
        ("[]", r"standoff\.jsonl:1: not an annotation without text"),
        ('{"text": "x", "mentions": 3}', r":1: not an annotation without text"),
        ('{"text": "0123456789abcdef", "mentions": ""}', r":1: its text is not in the raw corpus"),
        ('{"text": "KEY", "mentions": "t0-6q"}', r":1: not a mention: 't0-6q'"),
        ('{"text": "KEY", "mentions": "t0-99m"}', r":1: t0-99m lies outside the title"),
        ('{"text": "KEY", "mentions": "t6-6m"}', r":1: t6-6m lies outside the title"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, line: str, message: str) -> None:
    key = next(write_standoff(PAPERS)).split('"')[3]
    with pytest.raises(ReadError, match=message):
        read_standoff(written(tmp_path, line.replace("KEY", key)), RAW)


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(ReadError, match=r"x\.jsonl:1: not UTF-8"):
        read_standoff(tmp_path / "x.jsonl", RAW)


def test_training_with_them_needs_the_texts(tmp_path: Path) -> None:
    path = written(tmp_path, *write_standoff(PAPERS))
    with pytest.raises(UsageError, match="--standoff holds no texts: give the --raw corpus"):
        train(path, path, tmp_path / "m", recipe="encoder", standoff=path)
    with pytest.raises(UsageError, match="--standoff is for the encoder"):
        train(path, path, tmp_path / "m", recipe="cnn", standoff=path)


def test_the_annotations_of_our_own_are_well_formed_and_hold_no_words() -> None:
    keys = set()
    lines = OWN.read_text(encoding="utf-8").splitlines()
    for line in lines:
        data = json.loads(line)
        assert set(data) == {"text", "mentions"}
        assert re.fullmatch(r"[0-9a-f]{16}", data["text"])
        spans = [MARK.fullmatch(mark) for mark in data["mentions"].split()]
        assert all(spans), data
        places = sorted((m[1], int(m[2]), int(m[3])) for m in spans if m)
        assert all(start < end for _, start, end in places)
        assert all(a[0] != b[0] or a[2] <= b[1] for a, b in pairwise(places)), data
        keys.add(data["text"])
    assert len(keys) == len(lines) == 11_300


def test_the_annotations_of_our_own_are_of_the_raw_corpus(shared: Path) -> None:
    wanted = {json.loads(line)["text"] for line in OWN.read_text(encoding="utf-8").splitlines()}
    corpus = shared / "corpus" / "papers.jsonl.xz"
    with lzma.open(corpus, "rt", encoding="utf-8") as lines:
        papers = (json.loads(line) for line in lines)  # quicker than the reader, and the same
        texts = ([to_valid(p[name]) for name in FIELDS] for p in papers)
        known = {digest_of(Paper("p", *text)) for text in texts}
    assert wanted <= known
