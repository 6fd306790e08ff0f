"""``kg validate`` as a user meets it."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rdflib import RDF, Graph, Namespace

from kg.cli.validate import command
from kg.errors import KGError
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


def test_no_build_in_one_line(tmp_path: Path) -> None:
    assert "kg build" in str(run(tmp_path).exception)
