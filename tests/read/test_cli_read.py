"""``kg read`` as a user meets it."""

# ruff: noqa: E501 - texts stand on one line, as the readers meet them
from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kg.read import FORMATS

#: Root reads everything, unless told otherwise.
AS_USER = [] if os.geteuid() else ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
needs_user = pytest.mark.skipif(
    bool(AS_USER) and not shutil.which("setpriv"), reason="root reads everything"
)


def kg(*args: str, stdin: bytes = b"", cwd: Path | None = None, command: str = "read", before=()):
    return subprocess.run(
        [*before, sys.executable, "-m", "kg", command, *args], input=stdin, capture_output=True, cwd=cwd, check=False
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


@pytest.mark.skipif(not Path("/dev/stdin").exists(), reason="no /dev here")
def test_standard_input_under_the_name_of_a_file():
    done = kg("/dev/stdin", stdin=b'{"title": "One"}\n{"title": "one."}\n')
    assert [json.loads(line)["source"] for line in done.stdout.splitlines()] == ["/dev/stdin:1"]
    assert b"2 read: 1 kept, 1 duplicate, 0 refused" in done.stderr


@pytest.fixture
def locked(tmp_path):
    """A folder with a paper and, in it, a file and a folder that may not be read."""
    inner = tmp_path / "d" / "inner"
    inner.mkdir(parents=True)
    for path in (inner / "x.jsonl", tmp_path / "d" / "a.jsonl", tmp_path / "d" / "b.jsonl"):
        path.write_text('{"title": "One", "abstract": "We propose FooNet."}\n')
    inner.chmod(0)
    (tmp_path / "d" / "b.jsonl").chmod(0)
    yield tmp_path
    inner.chmod(0o755)


@needs_user
def test_a_folder_that_cannot_be_read_is_told(locked):
    done = kg("d", cwd=locked, before=AS_USER)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1
    assert b"refused: d/inner: cannot be read: Permission denied" in done.stderr
    assert b"3 read: 1 kept, 0 duplicates, 2 refused" in done.stderr


@needs_user
@pytest.mark.parametrize("name", ["d/inner", "d/inner/x.jsonl"])
def test_a_folder_that_was_named_must_be_readable(name, locked):
    done = kg("d/a.jsonl", name, cwd=locked, before=AS_USER)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode() == f"kg: {name}: cannot be read: Permission denied\n"


@needs_user
def test_what_could_not_be_read_hinders_no_build(locked):
    done = kg("d", "--out", "out", cwd=locked, before=AS_USER, command="build")
    assert done.returncode == 0, done.stderr
    manifest = json.loads((locked / "out" / "manifest.json").read_text())
    assert [row["path"] for row in manifest["inputs"]] == ["d/a.jsonl"]
    assert manifest["counts"]["refused"] == 2
