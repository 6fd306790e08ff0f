"""Exports of several files are the old ones or the new ones, never half of each."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kg.errors import UsageError
from kg.export import FORMATS, Source, export
from kg.model import Paper
from kg.rdf import BuildInfo
from tests.folders import make_records, write_folder

ROOT = Path(__file__).parents[2]
FOLDERS = [name for name, format in FORMATS.items() if not format.suffix]
PAPERS, CONCEPTS = make_records(8)


@pytest.fixture
def source() -> Source:
    return Source(papers=PAPERS, concepts=CONCEPTS, build=BuildInfo(version="9.9.9"))


class Failing:
    """Papers that can be read so many times; then reading breaks off after the third."""

    def __init__(self, times: int, error: BaseException) -> None:
        self.times, self.error = times, error

    def __iter__(self) -> Iterator[Paper]:
        self.times -= 1
        for number, paper in enumerate(PAPERS):
            if self.times < 0 and number == 3:
                raise self.error
            yield paper


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_there_are_three() -> None:
    assert FOLDERS == ["csv", "parquet", "neo4j"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("times", [0, 1])
@pytest.mark.parametrize("name", FOLDERS)
def test_a_failure_in_the_middle_leaves_what_was_there(
    name: str, times: int, error: BaseException, source: Source, tmp_path: Path
) -> None:
    broken = replace(source, papers=Failing(times, error))
    with pytest.raises((UsageError, KeyboardInterrupt)):
        export(broken, name, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
    export(source, name, tmp_path / "out")
    before = contents(tmp_path / "out")
    with pytest.raises((UsageError, KeyboardInterrupt)):
        export(replace(broken, papers=Failing(times, error)), name, tmp_path / "out")
    assert contents(tmp_path / "out") == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("name", FOLDERS)
def test_a_later_export_replaces_an_earlier_one_whole(
    name: str, source: Source, tmp_path: Path
) -> None:
    export(source, name, tmp_path / "out")
    first = contents(tmp_path / "out")
    export(replace(source, papers=PAPERS[:2]), name, tmp_path / "out")
    second = contents(tmp_path / "out")
    assert first.keys() == second.keys()
    assert first != second


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_with_anything_else_is_left_alone(
    name: str, source: Source, tmp_path: Path
) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(UsageError, match=r"thesis\.tex"):
        export(source, name, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_through_a_symbolic_link(source: Source, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real", target_is_directory=True)
    export(source, "csv", tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert len(contents(tmp_path / "real")) == 5


#: Exports; in the middle of the table that is named, says so and waits to be killed.
_PROGRAM = """
import signal, sys, time
# A shell's background job, and all that it starts, is deaf to an interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)
from kg.cli import main
from kg.export import tables

def stop(source, made=tables._mentions):
    for number, row in enumerate(made(source)):
        if number == 5:
            print("in the middle", flush=True)
            time.sleep(60)
        yield row

def edges(source, made=tables._edges):
    for number, row in enumerate(made(source)):
        if number == 5:
            print("in the middle", flush=True)
            time.sleep(60)
        yield row

tables._ROWS.update(mentions=stop)
tables._edges = edges
main(["export", sys.argv[1], "--format", sys.argv[2], "--out", sys.argv[3]])
"""


def killed(folder: Path, name: str, out: Path, how: signal.Signals) -> None:
    """Run an export and kill it in the middle."""
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, folder, name, out],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdout
    assert process.stdout.readline() == b"in the middle\n"
    process.send_signal(how)
    _, error = process.communicate(timeout=120)
    assert process.returncode
    assert b"Traceback" not in error


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("name", FOLDERS)
def test_killed_in_the_middle_for_real(name: str, how: signal.Signals, tmp_path: Path) -> None:
    folder, out = write_folder(tmp_path / "built", 10), tmp_path / "place" / "out"
    out.parent.mkdir()
    killed(folder, name, out, how)
    assert not out.exists()
    source = Source(papers=PAPERS, concepts=CONCEPTS, build=BuildInfo(version="9.9.9"))
    export(source, name, out)
    before = contents(out)
    killed(folder, name, out, how)
    assert contents(out) == before
    # Nothing can be tidied up after a SIGKILL; what is left over is hidden and in nobody's way.
    left = [path for path in out.parent.iterdir() if path != out]
    assert all(path.name.startswith(".out.building-") for path in left)
    assert bool(left) == (how == signal.SIGKILL)
    export(source, name, out)
    assert contents(out) == before


@pytest.mark.skipif(os.name != "posix", reason="a limit on file sizes")
def test_a_full_disk_in_one_line(tmp_path: Path) -> None:
    folder, out = write_folder(tmp_path / "built", 10), tmp_path / "out"
    code = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000));"
    code += "from kg.cli import main; main(sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-B", "-c", code, "export", folder, "--format", "csv", "--out", out],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "File too large" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["built"]
