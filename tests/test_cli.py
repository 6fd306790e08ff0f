"""The command line as a user meets it: every live command, found by enumeration."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from kg.cli import cli, main
from kg.cli._common import print_table, to_table
from kg.graph import build_graph
from kg.model import Concept, Mention, Paper
from kg.text import display_width

ROOT = Path(__file__).parent.parent
COMMANDS = cli.list_commands(click.Context(cli))


def kg(*args: str, stdin: bytes | None = None, cwd: Path | None = None, **env: str):
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "kg", *args],
        input=stdin,
        capture_output=True,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        check=False,
        timeout=300,
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_examples(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.help
    assert command.help.split("\n")[0].endswith((".", "and")), command.help
    assert "Example" in (command.epilog or "") or "Example" in command.help
    assert f"kg {name}" in (command.epilog or command.help)
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts}"


@pytest.mark.parametrize("name", COMMANDS)
def test_no_number_may_be_inf_or_nan(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    numbers = (click.types.FloatParamType, click.FloatRange)
    for kind in {p.type for p in command.params if isinstance(p.type, numbers)}:
        for word in ("inf", "-inf", "nan"):
            with pytest.raises(click.BadParameter, match="is not in the range"):
                kind.convert(word, None, None)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme(name: str) -> None:
    assert f"kg {name}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_one_is_told_in_the_singular(tmp_path: Path) -> None:
    """Whatever a command counts, of one paper with one link and of what joins it."""
    (tmp_path / "a.jsonl").write_text(
        '{"title": "A study of nets", "abstract": "We propose FooNet for image classification. '
        'Code: https://github.com/a/b."}'
    )
    (tmp_path / "c.jsonl").write_bytes((tmp_path / "a.jsonl").read_bytes())
    (tmp_path / "b.jsonl").write_text('{"title": "Another study", "abstract": "None of it."}')
    said = b""
    for command in (
        "read a.jsonl c.jsonl",
        "build a.jsonl --out out",
        "add out b.jsonl",
        "remove out another-study",
        "correct out rename FooNet FuNet",
        "export out --format csv --out tables",
        "export out --format void --out void.ttl",
        "validate out",
    ):
        done = kg(*command.split(), cwd=tmp_path)
        assert done.returncode == 0, done.stderr.decode()
        said += done.stderr
    # "2.1 seconds" is none.
    assert not re.search(rb"(?<![\w.])1 [a-z]+s\b", said), said.decode()
    for words in (b"1 paper (1 read, ", b"1 duplicate", b"1 link", b"1 paper added",
                  b"1 paper removed; now 1 paper", b"1 concept differs"):  # fmt: skip
        assert words in said


def test_help_answers_at_once() -> None:
    """The promise is 300 ms; CPU time, three tries and twice the time, for a machine under load."""
    took = []
    for _ in range(3):
        start = cpu_of_children()
        done = kg("--help")
        took.append(cpu_of_children() - start)
        assert b"kg build" in done.stdout
    assert min(took) < 0.6


def cpu_of_children() -> float:
    """Return the CPU seconds of the processes that this one has started and that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def test_version_and_completion() -> None:
    assert b"paperkg, version" in kg("--version").stdout
    for shell in ("bash", "zsh", "fish"):
        assert b"_KG_COMPLETE" in kg("completion", shell).stdout


def test_a_shell_without_completion_is_told_with_those_that_have_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["completion", "tcsh"])
    said = capsys.readouterr().err
    assert said.startswith("kg: Invalid value for 'SHELL': 'tcsh' is not one of 'bash', 'zsh', ")
    assert said.count("bash") == 1


def test_rows_stay_aligned_whatever_their_script_and_steer_no_terminal() -> None:
    rows = [{"label": "知識 グラフ", "papers": 1}, {"label": "e\u0301toile\x1b[2J", "papers": 12}]
    head, *lines = to_table(rows).splitlines()
    assert {display_width(line) for line in lines} == {display_width(head)}
    assert "\x1b" not in "".join(lines)
    cut = to_table([{"label": "知" * 90, "papers": 1}]).splitlines()[1]
    assert display_width(cut) <= 60 + 2 + len("papers")


def test_ids_are_whole_in_every_table_and_a_pipe_cuts_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {"id": "paper/" + "x" * 90, "label": "y" * 90}
    print_table([row])
    assert capsys.readouterr().out.split() == ["id", "label", *row.values()]
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    print_table([row])
    assert capsys.readouterr().out.split() == ["id", "label", row["id"], "y" * 59 + "…"]


@pytest.mark.parametrize(
    ("years", "said"),
    [
        ((2020, 2021), ""),
        ((2020, None), "1 of 2 papers has no year and is not counted\n"),
        ((2020, None, None), "2 of 3 papers have no year and are not counted\n"),
        ((None, None), "no paper has a year, so there are no trends\n"),
    ],
)
def test_trends_tell_of_papers_without_a_year(
    years: tuple[int | None, ...],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    mention = Mention("title", 0, 1, "x", "Method", "uses", concept="method/x")
    papers = [Paper(f"p{n}", "x", year=y, mentions=(mention,)) for n, y in enumerate(years)]
    graph = build_graph(papers, [Concept("method/x", "Method", "x", papers=len(papers))])
    monkeypatch.setattr("kg.folder.load_graph", lambda _: graph)
    with pytest.raises(SystemExit) as end:
        main(["trends", "out"])
    assert (end.value.code, capsys.readouterr().err) == (0, said)


def test_a_page_with_abstracts_has_their_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["view", "out", "--out", "slim.html", "--no-sentences"])
    assert end.value.code == 2
    assert "--no-sentences needs --no-abstracts" in capsys.readouterr().err


def test_an_unknown_command_is_answered_with_the_nearest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["bild"])
    assert end.value.code == 2
    assert "Did you mean build?" in capsys.readouterr().err


@pytest.mark.parametrize("level", [[], ["-vv"]])
def test_a_bug_is_one_line_and_with_vv_a_traceback(
    level: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by\nzero")

    monkeypatch.setattr("kg.read.read_unique", broken)
    with pytest.raises(ZeroDivisionError if level else SystemExit) as end:
        main([*level, "read", "papers.txt"])
    if not level:
        assert end.value.code == 1
        told = "kg: a bug, please report it: ZeroDivisionError: by zero (kg -vv ... says where)\n"
        assert capsys.readouterr().err == told


def test_v_lists_every_refusal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"title": "One"}\n' + "{}\n" * 30)
    for level, shown in (([], 10), (["-v"], 30)):
        with pytest.raises(SystemExit):
            main([*level, "read", str(path)])
        assert capsys.readouterr().err.count(f"refused: {path}") == shown


@pytest.mark.parametrize("command", ["read", "extract"])
def test_refusals_and_changes_are_listed_alike(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.jsonl").write_bytes(b'{"title": "O\x00ne"}\n' + b"{}\n" * 12)
    told = {}
    for level in ("", "-q", "-v"):
        with pytest.raises(SystemExit) as end:
            main([*level.split(), command, "a.jsonl"])
        out, told[level] = capfd.readouterr()
        assert (end.value.code, out.count("\n")) == (0, 1)
    assert told["-q"] == ""
    assert told[""].count("refused: a.jsonl:") == 10
    assert f"refused: ... and 2 more (kg -v {command} ... lists them)" in told[""]
    assert "changed: a.jsonl:1: NUL characters became U+FFFD" in told[""]
    assert told["-v"].count("refused: a.jsonl:") == 12


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("{}\n[]\n", "a.jsonl: no paper could be read, 1 refused; the first: a.jsonl:1: "),
        ("[]\n", "a.jsonl: no papers found; expected a listing page"),
    ],
)
def test_no_papers_at_all_is_an_error_of_one_line(
    data: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path("a.jsonl").write_text(data)
    told = []
    for command in ("read", "extract"):
        with pytest.raises(SystemExit) as end:
            main([command, "a.jsonl"])
        out, err = capfd.readouterr()
        assert (end.value.code, out, err.count("\n")) == (1, "", 1)
        told.append(err)
    assert told[0] == told[1]
    assert told[0].startswith(f"kg: {words}")


MISSING = (
    "build good.jsonl --out out --vocabulary nowhere",
    "build good.jsonl --out out --corrections nowhere",
    "build good.jsonl --out good.jsonl",
    "build nowhere --out out",
    "demo --out good.jsonl",
    "add out good.jsonl --corrections nowhere",
)


@pytest.mark.parametrize("words", MISSING)
def test_what_is_missing_or_no_folder_is_wrong_usage(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("good.jsonl").write_text('{"title": "A title", "abstract": "An abstract."}\n')
    with pytest.raises(SystemExit) as ended:
        main(words.split())
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert ("nowhere" if "nowhere" in words else "good.jsonl") in line


def test_a_viewed_page_replaces_no_records(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "papers.jsonl").write_text("precious")
    with pytest.raises(SystemExit) as ended:
        main(["view", str(out), "--no-open", "--out", str(out / "papers.jsonl")])
    assert ended.value.code == 2
    assert "is a file of the built folder" in capsys.readouterr().err
    assert (out / "papers.jsonl").read_text() == "precious"


WRONG = {
    "missing input": (["build", "nowhere.txt", "--out", "out"], b"nowhere.txt"),
    "empty input": (["build", "empty.txt", "--out", "out"], b"empty.txt"),
    "binary input": (["build", "binary.bin", "--out", "out"], b"binary.bin"),
    "folder without papers": (["build", "folder", "--out", "out"], b"folder"),
    "out is a file": (["build", "good.jsonl", "--out", "empty.txt"], b"empty.txt"),
    "out is somebody's folder": (["build", "good.jsonl", "--out", "folder"], b"folder"),
    "unknown format": (["build", "good.jsonl", "--from", "docx", "--out", "out"], b"docx"),
    "wrong map": (["build", "good.jsonl", "--map", "abstract", "--out", "out"], b"FIELD=COLUMN"),
    "missing gold": (["evaluate", "nowhere.jsonl"], b"nowhere.jsonl"),
    "missing labels": (
        ["train", "good.jsonl", "--dev", "nowhere.jsonl", "--out", "m"],
        b"nowhere.jsonl",
    ),
    "missing model": (["extract", "good.jsonl", "--model", "no-model"], b"no-model"),
    "not a build": (["show", "folder", "x"], b"not a built folder"),
    "no such folder": (["top", "nowhere"], b"nowhere"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_users_mistake_is_one_line(case: str, tmp_path: Path) -> None:
    args, expected = WRONG[case]
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "binary.bin").write_bytes(bytes(range(256)) * 64)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "notes.xyz").write_bytes(b"\x00\x01")
    (tmp_path / "good.jsonl").write_text('{"title": "A title", "abstract": "An abstract."}\n')
    before = sorted(tmp_path.rglob("*"))
    done = kg(*args, cwd=tmp_path)
    assert done.returncode in (1, 2), done.stderr
    assert b"Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr.decode()
    assert expected in done.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    rows = "".join(f'{{"title": "Paper number {i}", "abstract": "Text."}}\n' for i in range(3000))
    (tmp_path / "many.jsonl").write_text(rows)
    for command in ("-q read many.jsonl", "--help", "read --help"):
        done = in_shell(f"kg {command} | head -1; exit ${{PIPESTATUS[0]}}", tmp_path)
        assert (done.returncode, done.stdout.count(b"\n"), done.stderr) == (0, 1, b""), command
    done = in_shell("kg -q read many.jsonl | true; exit ${PIPESTATUS[0]}", tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def in_shell(line: str, folder: Path, **env: str) -> subprocess.CompletedProcess[bytes]:
    """Run a line of bash in which kg is the command line."""
    return subprocess.run(
        ["bash", "-c", f'kg() {{ "{sys.executable}" -m kg "$@"; }}; {line}'],
        capture_output=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        check=False,
        timeout=300,
    )


@pytest.mark.skipif(os.name == "nt", reason="POSIX shells close streams")
@pytest.mark.parametrize(
    ("closed", "status", "out", "err"),
    [
        ("- <&-", 2, 0, b"kg: -: the standard input is closed"),
        ("one.jsonl <&-", 0, 1, b"1 read"),
        ("one.jsonl >&-", 0, 0, b"1 read"),
        ("one.jsonl 2>&-", 0, 1, b""),
        ("one.jsonl <&- >&- 2>&-", 0, 0, b""),
    ],
)
def test_a_stream_may_be_closed(
    closed: str, status: int, out: int, err: bytes, tmp_path: Path
) -> None:
    (tmp_path / "one.jsonl").write_text('{"title": "One"}')
    done = in_shell(f"kg read {closed}", tmp_path)
    assert (done.returncode, done.stdout.count(b"\n")) == (status, out)
    assert done.stderr.startswith(err)
    assert done.stderr.count(b"\n") == bool(err)


def test_a_narrow_locale_narrows_no_output(tmp_path: Path) -> None:
    sample = str(ROOT / "graphs" / "sample")
    for form in ([], ["--json"]):
        done = kg("show", sample, "ε-greedy behaviour policy", *form, PYTHONIOENCODING="cp1252")
        assert (done.returncode, done.stderr) == (0, b"")
        assert "ε-greedy" in done.stdout.decode("utf-8")
    done = kg("top", str(tmp_path / "知識"), PYTHONIOENCODING="cp1252")
    assert "知識" in done.stderr.decode("utf-8")


@pytest.mark.parametrize(
    "words",
    [
        ("query", "DIR", "DESCRIBE id:method/lora", "--html"),
        ("validate", "DIR", "--report"),
        ("view", "DIR", "--no-open", "--out"),
        ("export", "DIR", "--format", "turtle", "--out"),
        ("export", "DIR", "--sparql-page"),
        ("evaluate", "DIR/papers.jsonl", "--html"),
        ("evaluate", "DIR/papers.jsonl", "--plot"),
    ],
)
def test_a_file_to_write_where_no_folder_is_is_wrong_usage(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    sample = str(Path(__file__).parent.parent / "graphs/sample")
    target = tmp_path / "no" / "file"
    done = kg(*(word.replace("DIR", sample) for word in words), str(target))
    said = f"kg: {words[-1]} {target}: there is no folder {target.parent}\n"
    assert (done.returncode, done.stderr.decode()) == (2, said)
