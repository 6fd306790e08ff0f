"""The store on disk: made whole or not at all, never used when it does not fit."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg import vocab
from kg.errors import BuildError
from kg.query import Ask, Runner, build_store, check_store, load_store, open_rdflib, open_store
from kg.query import store as stores
from kg.query.store import MARKER, ONTOLOGY_GRAPH, STORE, usable_store
from tests.folders import write_folder

ALL = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A small folder with a store."""
    folder = write_folder(tmp_path / "out", 10)
    build_store(folder)
    return folder


def count(folder: Path) -> int:
    with Runner(folder) as runner:
        return int(runner.rows(ALL)[0]["n"]["value"])


def test_the_store_holds_the_graph_and_the_ontology_apart(built: Path) -> None:
    store, memory = open_store(built), load_store(built / "graph.ttl")
    assert set(store) == set(memory)
    named = {str(graph.value) for graph in store.named_graphs()}
    assert named <= {ONTOLOGY_GRAPH}


def test_a_store_is_read_only(built: Path) -> None:
    node = ox.NamedNode("http://e/")
    with pytest.raises((RuntimeError, OSError)):
        open_store(built).add(ox.Quad(node, node, node))


def test_any_number_of_processes_read_one_store(built: Path) -> None:
    with Runner(built, workers=3) as one, Runner(built) as other:
        one.start()
        other.start()
        assert one.rows(ALL) == other.rows(ALL)


def test_a_half_written_store_is_not_used(built: Path) -> None:
    (built / STORE / MARKER).unlink()
    path, line = usable_store(built)
    assert path is None
    assert "half-written" in line
    assert "\n" not in line
    assert count(built) > 0


@pytest.mark.parametrize(("name", "value"), [("layout", 0), ("layout", 99), ("oxigraph", "0.1")])
def test_a_store_of_another_version_is_told_by_its_marker(
    name: str, value: object, built: Path
) -> None:
    path = built / STORE / MARKER
    marker = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**marker, name: value}), encoding="utf-8")
    assert check_store(built) == "it was made by another version"
    path.write_text(json.dumps(marker), encoding="utf-8")
    assert check_store(built) == ""


@pytest.mark.parametrize(
    "content", ["{", "[]", "null", '{"layout": 0}', '{"layout": 2, "oxigraph": "0.1"}']
)
def test_a_store_of_another_version_is_not_used(content: str, built: Path) -> None:
    (built / STORE / MARKER).write_text(content, encoding="utf-8")
    assert usable_store(built)[0] is None
    assert count(built) > 0


def test_a_store_of_another_graph_is_not_used(built: Path) -> None:
    before = count(built)
    with (built / "graph.ttl").open("a", encoding="utf-8") as out:
        out.write("<http://e/a> <http://e/b> <http://e/c> .\n")
    assert check_store(built) == "the graph has changed since it was made"
    assert count(built) == before + 1
    build_store(built)
    assert check_store(built) == ""
    assert count(built) == before + 1


def test_a_copied_folder_keeps_its_store(built: Path, tmp_path: Path) -> None:
    """Copying changes times, not content."""
    copy = tmp_path / "copy"
    shutil.copytree(built, copy, copy_function=shutil.copy)
    os.utime(copy / "graph.ttl", (1, 1))
    assert check_store(copy) == ""


def test_a_store_alone_is_enough(built: Path) -> None:
    before = count(built)
    (built / "graph.ttl").unlink()
    assert count(built) == before


def test_a_damaged_store_says_so(built: Path) -> None:
    for file in (built / STORE).iterdir():
        if file.name.startswith(("MANIFEST", "CURRENT")):
            file.write_bytes(b"rubbish")
    with pytest.raises(BuildError, match="damaged"):
        count(built)


def test_a_store_made_meanwhile_by_another_process_stays(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(built / STORE)
    load = stores._load

    def load_slowly(made: ox.Store, source: Path) -> None:
        load(made, source)
        monkeypatch.setattr(stores, "_load", load)
        build_store(built)

    monkeypatch.setattr(stores, "_load", load_slowly)
    build_store(built)
    first = (built / STORE / MARKER).stat().st_ino
    assert count(built) > 0
    build_store(built)
    assert (built / STORE / MARKER).stat().st_ino != first
    assert [p.name for p in built.iterdir() if "store" in p.name] == [STORE]


def test_a_failed_build_leaves_the_old_store(built: Path) -> None:
    marker = (built / STORE / MARKER).read_bytes()
    (built / "graph.ttl").write_text("this is not Turtle", encoding="utf-8")
    with pytest.raises(BuildError, match=r"graph\.ttl: is not the RDF its name promises"):
        build_store(built)
    assert (built / STORE / MARKER).read_bytes() == marker
    assert not [p for p in built.iterdir() if p.name.startswith(".store")]


def test_the_marker_tells_what_the_store_was_made_of(built: Path) -> None:
    marker = json.loads((built / STORE / MARKER).read_text())
    assert marker["source"] == "graph.ttl"
    assert marker["bytes"] == (built / "graph.ttl").stat().st_size
    assert len(marker["sha256"]) == 64


@pytest.mark.parametrize("name", ["graph.nt.gz", "graph.nt"])
def test_n_triples_packed_or_not(name: str, built: Path, tmp_path: Path) -> None:
    lines = b"".join(
        f"{q.subject} {q.predicate} {q.object} .\n".encode()
        for q in load_store(built / "graph.ttl")
        if isinstance(q.graph_name, ox.DefaultGraph)
    )
    other = tmp_path / "other"
    other.mkdir()
    (other / name).write_bytes(gzip.compress(lines) if name.endswith("gz") else lines)
    assert count(other) == count(built)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("graph.nt.gz", b"not gzip"),
        ("graph.nt.gz", gzip.compress(b"<a", mtime=0)),
        ("graph.ttl", b"\xff"),
    ],
    ids=["not gzip", "half a line", "not UTF-8"],
)
def test_broken_files_are_named(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BuildError, match=name):
        count(tmp_path)


def test_a_truncated_gzip_is_named(tmp_path: Path) -> None:
    whole = gzip.compress(b"<http://a> <http://b> <http://c> .\n" * 10000)
    (tmp_path / "graph.nt.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BuildError, match=r"graph\.nt\.gz"):
        count(tmp_path)


def test_a_folder_without_a_graph_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="kg build"):
        Runner(tmp_path)
    with pytest.raises(BuildError, match="is not there"):
        Runner(tmp_path / "nowhere")


def test_one_rdf_file_will_do(built: Path) -> None:
    assert count(built / "graph.ttl") == count(built)
    with pytest.raises(BuildError, match="expected a built folder or an RDF file"):
        count(Path(__file__))


def test_rdflib_over_the_store_answers_like_rdflib(built: Path) -> None:
    rdflib = pytest.importorskip("rdflib")
    pytest.importorskip("oxrdflib")
    ours, theirs = open_rdflib(built), rdflib.Graph().parse(built / "graph.ttl")
    query = "SELECT ?s ?o { ?s kg:mentions ?o }"
    assert set(ours.query(query)) == set(theirs.query(query, initNs=dict(vocab.PREFIXES)))
    assert set(ours.query(query))


def test_the_ontology_can_be_asked_as_a_graph_of_its_own(built: Path) -> None:
    with Runner(built) as runner:
        asked = "ASK { GRAPH <https://w3id.org/paperkg/ontology> { kg:uses rdfs:label ?l } }"
        assert runner.ask(Ask(asked)).body == b'{"head":{},"boolean":true}'
        outside = "ASK { kg:uses rdfs:label ?l }"
        assert runner.ask(Ask(outside)).body == b'{"head":{},"boolean":false}'
