"""Files are either the old one or the new one, never half of each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kg.errors import BuildError
from kg.files import (
    FILES,
    MANIFEST,
    _exchange,
    check_replaceable,
    read_jsonl,
    replace_file,
    replace_folder,
    to_json,
    write_jsonl,
)


def earlier_build(folder: Path) -> Path:
    folder.mkdir()
    (folder / MANIFEST).write_text('{"paperkg": "0.1.0"}')
    (folder / "graph.ttl").write_text("old")
    return folder


@pytest.fixture(params=["in one step", "in two"])
def swap(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways to swap folders: Linux has one that no kill can come between."""
    if request.param == "in two":
        monkeypatch.setattr("kg.files._exchange", lambda one, other: False)


@pytest.mark.usefixtures("swap")
def test_a_new_folder_replaces_the_old_one_whole(tmp_path: Path) -> None:
    out = earlier_build(tmp_path / "out")
    with replace_folder(out) as work:
        (work / "new").write_text("new")
        assert (out / "graph.ttl").exists()
    assert [p.name for p in out.iterdir()] == ["new"]
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="renameat2 is Linux's")
def test_folders_are_exchanged_in_one_step(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    if not _exchange(tmp_path / "a", tmp_path / "b"):
        pytest.skip("this file system cannot")
    assert (tmp_path / "a" / "b").exists()
    assert (tmp_path / "b" / "a").exists()
    assert not _exchange(tmp_path / "a", tmp_path / "nothing")


def test_only_files_of_the_same_kind_are_replaced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for _ in range(2):  # empty at first, then with the own files of an earlier time
        with replace_folder(out, ours={"a", "b"}) as work:
            (work / "a").write_text("a")
    (out / "thesis.tex").write_text("years of work")
    with pytest.raises(BuildError, match=r"thesis\.tex"), replace_folder(out, ours={"a", "b"}):
        pass
    assert sorted(p.name for p in out.iterdir()) == ["a", "thesis.tex"]


@pytest.mark.usefixtures("swap")
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_after_a_failure_the_old_folder_stands(tmp_path: Path, error: type[BaseException]) -> None:
    out = earlier_build(tmp_path / "out")
    with pytest.raises(error), replace_folder(out) as work:
        (work / "new").write_text("half")
        raise error
    assert (out / "graph.ttl").read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_folder_that_is_no_build_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(BuildError, match="not an earlier build"), replace_folder(tmp_path):
        pass
    with pytest.raises(BuildError, match="is a file"), replace_folder(tmp_path / "thesis.tex"):
        pass
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


def test_what_is_there_only_after_the_work_is_not_replaced(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file.txt").write_text("keep", encoding="utf-8")
    behind = tmp_path / "new" / ".." / "precious"
    with pytest.raises(BuildError, match="not an earlier build"), replace_folder(behind) as work:
        (work / "graph.ttl").write_text("new", encoding="utf-8")
    late = tmp_path / "late"
    with pytest.raises(BuildError, match="not an earlier build"), replace_folder(late):
        late.mkdir()
        (late / "file.txt").write_text("keep", encoding="utf-8")
    for folder in (precious, late):
        assert [path.name for path in folder.iterdir()] == ["file.txt"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["late", "new", "precious"]


def test_a_manifest_of_something_else_makes_no_build(tmp_path: Path) -> None:
    """A browser extension, say; records beside it make no difference."""
    (tmp_path / MANIFEST).write_text('{"manifest_version": 3}')
    (tmp_path / "concepts.jsonl").touch()
    with pytest.raises(BuildError, match="not one of kg"):
        check_replaceable(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"paperkg": "0.1", "format": 99}'])
def test_a_build_with_a_damaged_manifest_can_be_made_again(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST).write_text(text)
    (tmp_path / "concepts.jsonl").touch()
    check_replaceable(tmp_path)


def test_damaged_text_alone_makes_no_build(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text("{")
    with pytest.raises(BuildError, match="not one of kg"):
        check_replaceable(tmp_path)


@pytest.mark.parametrize("name", ["mine.jsonl", ".git", "corrections.yaml.orig", "graph.nt"])
def test_what_no_build_writes_is_not_lost_with_one(tmp_path: Path, name: str) -> None:
    out = earlier_build(tmp_path / "out")
    (out / name).write_text("precious")
    with pytest.raises(BuildError, match=f"holds '{name}'"):
        check_replaceable(out)


@pytest.mark.parametrize(
    "name", [*FILES, ".store.x8f2", ".corrections.yaml.swp", "corrections.yaml~", ".DS_Store"]
)
def test_what_is_a_builds_or_left_over_does_not_hinder_the_next(tmp_path: Path, name: str) -> None:
    out = earlier_build(tmp_path / "out")
    (out / name).touch()
    check_replaceable(out)


def test_the_folder_one_is_in_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (".", str(tmp_path), "/"):
        with pytest.raises(BuildError, match="the folder you are in, or a mount point"):
            check_replaceable(Path(name))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_unwritable_place_is_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    with pytest.raises(BuildError, match="cannot be written"), replace_folder(tmp_path / "out"):
        pass


def test_a_place_below_a_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(BuildError, match="cannot be written"),
        replace_folder(tmp_path / "file" / "out"),
    ):
        pass


def test_a_file_is_written_beside_and_renamed(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(ValueError, match="stop"), replace_file(path) as out:
        out.write("half")
        raise ValueError("stop")
    assert path.read_text() == "old"
    with replace_file(path) as out:
        out.write("new")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o644  # others may read it: a web server, say
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_in_no_folder_is_named_as_the_user_named_it(tmp_path: Path) -> None:
    path = tmp_path / "none" / "a.txt"
    with pytest.raises(FileNotFoundError) as caught, replace_file(path):
        pass
    assert caught.value.filename == str(path)


def test_a_full_disk_is_told_with_the_place(tmp_path: Path) -> None:
    """The system names no file then; a limit on file sizes is as good as a full disk."""
    code = """
import resource, signal, sys
from pathlib import Path
from kg.files import replace_file, replace_folder
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    if sys.argv[1] == "file":
        with replace_file(Path("page.html")) as out:
            out.write("x" * 100_000)
    else:
        with replace_folder(Path("out")) as folder:
            (folder / "graph.ttl").write_text("x" * 100_000)
except OSError as error:
    print(error.filename)
"""
    for kind, name in (("file", "page.html"), ("folder", "out")):
        command = [sys.executable, "-c", code, kind]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.stdout == f"{name}\n", done.stderr
    assert not list(tmp_path.iterdir())


def test_broken_lines_name_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "papers.jsonl"
    path.write_text('{"id": "a"}\n{"id": \n')
    rows = read_jsonl(path)
    assert next(rows) == {"id": "a"}
    with pytest.raises(BuildError, match=r"papers\.jsonl:2: broken JSON"):
        next(rows)


def test_any_string_can_be_written(tmp_path: Path) -> None:
    row = {"title": 'é \ud800 "quoted" \u2028'}
    assert json.loads(to_json(row)) == row
    write_jsonl([row], tmp_path / "x.jsonl")
    assert list(read_jsonl(tmp_path / "x.jsonl")) == [row]
