"""``kg validate`` as a user meets it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rdflib import RDF, Graph, Namespace

from kg.cli.validate import command
from kg.errors import BuildError, KGError, UsageError
from kg.files import sha256
from kg.vocab import KG, PREFIXES
from tests.folders import write_folder

sh = Namespace(PREFIXES["sh"])


def run(*words: object) -> Any:
    return CliRunner().invoke(command, [str(word) for word in words])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "out", 5)


@pytest.fixture
def broken(folder: Path) -> Path:
    """A folder whose graph has a paper without evidence for what it says."""
    path = folder / "graph.ttl"
    graph = Graph().parse(path)
    mention = min(graph.subjects(RDF.type, Namespace(KG).Mention))
    graph.remove((mention, Namespace(KG).exact, None))
    graph.serialize(path, format="turtle")
    return folder


@pytest.mark.parametrize("engine", ["sparql", "pyshacl"])
def test_good_graph_conforms(engine: str, folder: Path, tmp_path: Path) -> None:
    found = run(folder, "--engine", engine, "--report", tmp_path / "r.ttl")
    assert found.exit_code == 0, found.output
    assert found.stdout == ""
    report = Graph().parse(tmp_path / "r.ttl")
    (node,) = report.subjects(RDF.type, sh.ValidationReport)
    assert report.value(node, sh.conforms).toPython() is True


@pytest.mark.parametrize("engine", ["sparql", "pyshacl"])
def test_violations_are_told_and_reported(engine: str, broken: Path, tmp_path: Path) -> None:
    found = run(broken, "--engine", engine, "--report", tmp_path / "r.ttl")
    assert found.exit_code == 1
    (line,) = found.stdout.splitlines()
    assert f"{PREFIXES['id']}mention/" in line
    assert f"{KG}exact: A mention has its exact words once, a text that is not empty." in line
    report = Graph().parse(tmp_path / "r.ttl")
    (row,) = report.subjects(RDF.type, sh.ValidationResult)
    assert str(report.value(row, sh.focusNode)) in line
    assert report.value(row, sh.resultPath) == Namespace(KG).exact
    assert report.value(row, sh.sourceConstraintComponent) == sh.MinCountConstraintComponent


def _with_hashes(folder: Path) -> Path:
    """Give the folder the manifest that a build would have written."""
    files = {path.name: sha256(path) for path in folder.iterdir() if path.name != "manifest.json"}
    (folder / "manifest.json").write_text(json.dumps({"format": 1, "files": files}))
    return folder


def test_a_folder_as_it_was_built_has_no_findings(folder: Path) -> None:
    found = run(_with_hashes(folder))
    assert (found.exit_code, found.stdout) == (0, "")


@pytest.mark.parametrize("name", ["graph.ttl", "papers.jsonl", "concepts.jsonl"])
def test_a_file_changed_by_hand_is_named(name: str, folder: Path) -> None:
    path = _with_hashes(folder) / name
    path.write_bytes(path.read_bytes() + b"\n")
    found = run(folder)
    (line,) = found.stdout.splitlines()
    assert line.startswith(f"{path}: changed by hand or half-written")
    assert found.exit_code == 1
    assert "conforms" not in found.stderr


def test_a_lost_file_is_named(folder: Path) -> None:
    (_with_hashes(folder) / "concepts.jsonl").unlink()
    found = run(folder)
    assert found.stdout.startswith(f"{folder / 'concepts.jsonl'}: missing")
    assert found.exit_code == 1


def test_a_lost_graph_is_named_before_it_is_missed(folder: Path) -> None:
    (_with_hashes(folder) / "graph.ttl").unlink()
    found = run(folder)
    assert found.stdout.startswith(f"{folder / 'graph.ttl'}: missing")
    assert isinstance(found.exception, BuildError)


def test_a_folder_that_is_no_build_gets_the_error_alone(tmp_path: Path) -> None:
    found = run(tmp_path)
    assert (found.stdout, found.stderr) == ("", "")
    assert "holds no graph.ttl or graph.nt.gz" in str(found.exception)


def test_a_half_written_graph_is_named_before_the_parser_gives_up(folder: Path) -> None:
    path = _with_hashes(folder) / "graph.ttl"
    path.write_bytes(path.read_bytes()[:-50])
    found = run(folder)
    assert found.stdout.startswith(f"{path}: changed by hand or half-written")
    assert isinstance(found.exception, BuildError)


def test_a_change_that_breaks_the_shapes_is_told_with_its_violations(broken: Path) -> None:
    found = run(_with_hashes(broken))
    assert len(found.stdout.splitlines()) == 1
    (broken / "graph.ttl").write_bytes((broken / "graph.ttl").read_bytes() + b" ")
    found = run(broken)
    assert len(found.stdout.splitlines()) == 2
    assert found.exit_code == 1


def test_corrections_are_the_user_s_to_edit(folder: Path) -> None:
    (folder / "corrections.yaml").write_text("drop:\n- a\n")
    (_with_hashes(folder) / "corrections.yaml").write_text("drop:\n- b\n")
    found = run(folder)
    assert (found.exit_code, found.stdout) == (0, "")
    assert "kg correct" in found.stderr


def test_without_a_manifest_it_says_what_it_cannot_tell(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    found = run(folder)
    assert (found.exit_code, found.stdout) == (0, "")
    assert "no manifest.json" in found.stderr


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 99}'])
def test_a_broken_manifest_in_one_line(text: str, folder: Path) -> None:
    (folder / "manifest.json").write_text(text)
    found = run(folder)
    assert isinstance(found.exception, BuildError)
    assert "\n" not in str(found.exception)


@pytest.mark.parametrize("files", [[], "x", {"graph.ttl": None}, {"../up": "x"}])
def test_an_odd_list_of_files_does_no_harm(files: Any, folder: Path) -> None:
    (folder / "manifest.json").write_text(json.dumps({"format": 1, "files": files}))
    assert run(folder).exit_code in (0, 1)


def test_packed_ntriples_are_found(folder: Path) -> None:
    data = Graph().parse(folder / "graph.ttl").serialize(format="nt").encode()
    (folder / "graph.ttl").unlink()
    (folder / "graph.nt.gz").write_bytes(gzip.compress(data))
    assert run(folder).exit_code == 0
    (folder / "graph.nt.gz").write_bytes(gzip.compress(data)[:-200])
    assert isinstance(run(folder).exception, KGError)


@pytest.mark.parametrize(
    "words",
    [
        ("--engine", "other"),
        ("--shapes", "/nowhere/shapes.ttl"),
        ("--report", "/nowhere/report.ttl"),
    ],
)
def test_mistakes_in_one_line(words: tuple[str, str], folder: Path) -> None:
    found = run(folder, *words)
    assert isinstance(found.exception, KGError)
    assert words[1] in str(found.exception)
    assert "\n" not in str(found.exception)


def test_a_report_replaces_nothing_that_is_read(folder: Path, tmp_path: Path) -> None:
    shapes = tmp_path / "shapes.ttl"
    shapes.write_text("")
    before = (folder / "graph.ttl").read_bytes()
    for report in (folder / "graph.ttl", folder / "store" / "CURRENT", folder, shapes):
        found = run(folder, "--shapes", shapes, "--report", report)
        assert isinstance(found.exception, UsageError), report
        assert f"--report {report}: is " in str(found.exception)
    assert shapes.read_text() == ""
    assert (folder / "graph.ttl").read_bytes() == before


def test_no_build_in_one_line(tmp_path: Path) -> None:
    assert "kg build" in str(run(tmp_path).exception)
