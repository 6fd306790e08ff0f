"""``kg read`` as a user meets it."""

# ruff: noqa: E501 - texts stand on one line, as the readers meet them
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kg.read import FORMATS


def kg(*args: str, stdin: bytes = b"", cwd: Path | None = None):
    return subprocess.run(
        [sys.executable, "-m", "kg", "read", *args], input=stdin, capture_output=True, cwd=cwd, check=False
    )  # fmt: skip


def test_papers_to_stdout_and_a_summary_that_adds_up(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"title": "One"}\n{"title": "one."}\n{"titel": "Two"}\n')
    done = kg("a.jsonl", cwd=tmp_path)
    assert done.returncode == 0
    [row] = map(json.loads, done.stdout.splitlines())
    assert row["title"] == "One"
    assert row["source"] == "a.jsonl:1"
    assert b"3 read: 1 kept, 1 duplicate, 1 refused" in done.stderr
    assert b"refused: a.jsonl:3: no title; the record has titel" in done.stderr


def test_strict(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"title": "One"}\n{}\n')
    assert kg("a.jsonl", "--strict", cwd=tmp_path).returncode == 1
    (tmp_path / "a.jsonl").write_text('{"title": "One"}\n')
    assert kg("a.jsonl", "--strict", cwd=tmp_path).returncode == 0


def test_output_round_trips(tmp_path):
    (tmp_path / "a.bib").write_text(
        "@misc{a, title={One}, eprint={2101.00001}, author={A B}}\n@misc{b, title={Two}}\n"
    )
    first = kg("a.bib", cwd=tmp_path).stdout
    again = kg("-", stdin=first).stdout
    assert first == again
    assert len(first.splitlines()) == 2


def test_mapping_and_format(tmp_path):
    (tmp_path / "t.txt").write_text("heading,body\nOne,Text\n")
    done = kg(
        "t.txt", "--from", "csv", "--map", "title=heading", "--map", "abstract=body", cwd=tmp_path
    )
    assert json.loads(done.stdout)["abstract"] == "Text"


@pytest.mark.parametrize(
    ("args", "data", "code", "words"),
    [
        (["x"], b"", 1, "empty"),
        (["x"], b"%PDF-1.4", 1, "a PDF"),
        (["x"], b"\x00\x01", 1, "binary"),
        (["x"], b"Sign in\n", 1, "no papers found"),
        (
            ["x"],
            b'{"titel": 1}\n',
            1,
            "no paper could be read, 1 refused; the first: x:1: no title",
        ),
        (["missing"], b"", 2, "no such file"),
        ([""], b"", 2, "an input's name is empty"),
        (["x", "--from", "nope"], b"a", 2, "unknown format"),
        (["x", "--map", "nope"], b"a", 2, "FIELD=COLUMN"),
        (["x", "--map", "nope=a"], b"a", 2, "unknown field"),
        (["folder"], b"a", 1, "no papers found"),
    ],
)
def test_mistakes_get_one_line(args, data, code, words, tmp_path):
    (tmp_path / "x").write_bytes(data)
    (tmp_path / "folder").mkdir()
    done = kg(*args, cwd=tmp_path)
    lines = done.stderr.decode().splitlines()
    assert (done.returncode, len(lines), done.stdout) == (code, 1, b"")
    assert words in lines[0]


def test_help_has_examples_and_formats_are_listed():
    assert b"Examples:" in kg("--help").stdout
    listed = kg("--formats").stdout.decode()
    assert [line.split()[0] for line in listed.splitlines()] == list(FORMATS)


def test_quiet_reader_goes_away(tmp_path):
    (tmp_path / "a.jsonl").write_text("".join(f'{{"title": "Paper {n}"}}\n' for n in range(20000)))
    command = f"{sys.executable} -m kg read a.jsonl | head -1"
    done = subprocess.run(command, shell=True, capture_output=True, cwd=tmp_path, check=False)
    assert b"Traceback" not in done.stderr
    assert len(done.stdout.splitlines()) == 1
