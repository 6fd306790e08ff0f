"""The whole way, on the bundled sample and on hostile input."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

import kg
from kg.build_info import BuildInfo
from kg.errors import BuildError, ReadError
from kg.files import FILES
from kg.folder import load
from kg.graph import build_graph, to_records
from kg.model import claims
from kg.pipeline import Options
from tests.test_cli import kg as run

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "kg" / "data" / "sample.jsonl"
REPEATED = ("papers.jsonl", "concepts.jsonl", "graph.ttl", "graph.graphml", "graph.gexf")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, built once by the command line."""
    out = tmp_path_factory.mktemp("built") / "out"
    done = run("build", str(SAMPLE), "--out", str(out))
    assert done.returncode == 0, done.stderr.decode()
    return out


def test_the_folder_holds_every_form(built: Path) -> None:
    files = {path.name for path in built.iterdir()}
    assert files >= {*REPEATED, "graph.html", "manifest.json"}
    assert files <= {*FILES}, "a rebuild would refuse what is not listed"


def test_the_manifest_counts_add_up(built: Path) -> None:
    manifest = load(built).manifest
    counts = manifest["counts"]
    assert counts["papers_read"] == sum(
        counts[name] for name in ("papers_kept", "duplicates", "refused")
    )
    assert counts["concepts"] == sum(counts["concepts_by_type"].values())
    assert manifest["conforms"] is True
    assert manifest["inputs"][0]["sha256"]
    assert counts["triples"] > 1000


def test_chosen_extractors_and_only_they_find_mentions(built: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run("-q", "build", str(SAMPLE), "--out", str(out), "--extractors", "coined,repeat")
    assert done.returncode == 0, done.stderr.decode()
    folder, whole = load(out), load(built)
    used = {name for p in folder.papers for m in p.mentions for name in m.extractor.split("+")}
    assert used
    assert used <= {"coined", "repeat"}
    assert folder.manifest["options"]["extractors"] == "coined,repeat"
    assert folder.manifest["model"]["extractors"].keys() == {"coined", "repeat"}
    assert set(whole.manifest["model"]["extractors"]) > {"model", "coined"}
    info = [BuildInfo.from_manifest(manifest) for manifest in (folder.manifest, whole.manifest)]
    assert info[0].id != info[1].id


def test_an_unknown_extractor_is_told_before_anything_is_read(tmp_path: Path) -> None:
    done = run("build", "absent.txt", "--out", str(tmp_path / "out"), "--extractors", "magic")
    assert done.returncode == 2
    assert b"unknown extractor 'magic'" in done.stderr


def test_every_mention_is_where_it_says_and_has_its_concept(built: Path) -> None:
    folder = load(built)
    known = {concept.id for concept in folder.concepts}
    for paper in folder.papers:
        paper.check()
        assert all(mention.concept in known for mention in paper.mentions)


def test_every_claim_of_the_graph_has_its_evidence(built: Path) -> None:
    folder = load(built)
    graph = folder.graph
    stated = {(s, t) for s, t, d in graph.edges(data=True) if d["kind"] == "claim"}
    assert stated == {(p.node, c.concept) for p in folder.papers for c in claims(p)}
    assert all(d["mentions"] for _, _, d in graph.edges(data=True) if d["kind"] == "claim")


def test_concepts_count_their_papers(built: Path) -> None:
    graph = load(built).graph
    for node, data in graph.nodes(data=True):
        if data["kind"] == "concept":
            papers = {s for s, _, d in graph.in_edges(node, data=True) if d["kind"] == "claim"}
            assert data["papers"] == len(papers), node


def test_concepts_are_shared(built: Path) -> None:
    """A graph of islands would pass every other test."""
    shared = [concept for concept in load(built).concepts if concept.papers >= 3]
    assert len(shared) >= 15


def test_the_same_bytes_whatever_the_hash_seed_and_the_order(built: Path, tmp_path: Path) -> None:
    rows = SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
    for number, part in enumerate((rows[20:], rows[:20])):
        (tmp_path / f"{number}.jsonl").write_text("".join(part), encoding="utf-8")
    one = run("-q", "build", "0.jsonl", "1.jsonl", "--out", "a", cwd=tmp_path, PYTHONHASHSEED="1")
    two = run("-q", "build", "1.jsonl", "0.jsonl", "--out", "b", cwd=tmp_path, PYTHONHASHSEED="2")
    assert (one.returncode, two.returncode) == (0, 0), one.stderr + two.stderr
    for name in REPEATED:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name
    graph_html = (tmp_path / "a" / "graph.html").read_bytes()
    assert graph_html == (tmp_path / "b" / "graph.html").read_bytes()


def test_the_python_way_is_the_same_graph(built: Path) -> None:
    graph = kg.build(SAMPLE)
    other = load(built).graph
    assert isinstance(graph, nx.MultiDiGraph)
    assert set(graph) == set(other)
    assert set(graph.edges(keys=True)) == set(other.edges(keys=True))


def test_to_rdf_of_a_loaded_graph_is_the_file(built: Path) -> None:
    """The triples about the build included, and in a part of the graph as well."""
    from rdflib import Graph, URIRef

    graph = kg.load_graph(built)
    assert set(kg.to_rdf(graph)) == set(Graph().parse(built / "graph.ttl"))
    part = graph.subgraph(list(graph)[:5])
    node = URIRef(graph.graph["build"].iri())
    assert node in set(kg.to_rdf(part).subjects())
    assert kg.build(SAMPLE).graph["build"].id == load(built).manifest["build"]


def test_to_rdf_and_back_whatever_the_options_of_the_build(tmp_path: Path) -> None:
    """Base, abstracts and sentences are those of the build; another word goes before them."""
    from rdflib import Graph

    from kg.rdf import from_rdf

    (tmp_path / "few.jsonl").write_text("".join(SAMPLE.read_text("utf-8").splitlines(True)[:3]))
    options = {"base": "https://example.org/kg/", "abstracts": False, "sentences": False}
    graph = kg.build(tmp_path / "few.jsonl", tmp_path / "out", **options)
    rdf = kg.to_rdf(graph)
    assert set(rdf) == set(Graph().parse(tmp_path / "out" / "graph.ttl"))
    papers, concepts = from_rdf(rdf)
    assert concepts == to_records(graph)[1]
    assert [paper.mentions for paper in papers] == [p.mentions for p in to_records(graph)[0]]
    full = kg.to_rdf(graph, base="https://example.org/other/", abstracts=True)
    assert from_rdf(full)[1] == concepts
    assert all(paper.abstract for paper in from_rdf(full)[0])
    with pytest.raises(kg.errors.RecordError, match=r"expected an IRI under https://example.org/k"):
        from_rdf(full, base="https://example.org/kg/")


def test_the_rdf_of_a_part_keeps_to_its_shapes(built: Path) -> None:
    """Filters that an analyst would use: by type, by year, by confidence of the claims."""
    from kg.rdf import validate

    graph = kg.load_graph(built)
    nodes = dict(graph.nodes(data=True))
    sure = [key for *key, d in graph.edges(keys=True, data=True) if d.get("confidence", 1) > 0.95]
    parts = [
        graph.subgraph(n for n, d in nodes.items() if d["type"] in ("Paper", "Method")),
        graph.subgraph(n for n, d in nodes.items() if d.get("year", 2020) == 2020),
        graph.edge_subgraph(map(tuple, sure)),
    ]
    for part in parts:
        rdf = kg.to_rdf(part)
        assert validate(rdf).conforms
        assert len(rdf) < len(kg.to_rdf(graph))


def test_options_take_paths_and_one_vocabulary(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("rename:\n  fine-tuning: finetuning\n", "utf-8")
    (tmp_path / "few.jsonl").write_text('{"title": "T", "abstract": "We study fine-tuning."}\n')
    model = ROOT / "kg" / "models" / "ai-abstracts"
    mine = tmp_path / "mine.yaml"
    kg.build(tmp_path / "few.jsonl", tmp_path / "out", model=model, corrections=mine)
    options = load(tmp_path / "out").manifest["options"]
    assert (options["model"], options["corrections"]) == (str(model), str(mine))
    assert Options(vocabularies="a.ttl").vocabularies == ("a.ttl",)
    assert Options(vocabularies=[Path("a.ttl"), "b.ttl"]).vocabularies == ("a.ttl", "b.ttl")


def test_with_out_the_graph_is_made_once_and_is_the_one_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[nx.MultiDiGraph] = []

    def spy(*records: Any) -> nx.MultiDiGraph:
        made.append(build_graph(*records))
        return made[-1]

    monkeypatch.setattr("kg.graph.build_graph", spy)
    few = tmp_path / "few.jsonl"
    few.write_text("".join(SAMPLE.read_text("utf-8").splitlines(True)[:3]), encoding="utf-8")
    graph = kg.build(few, tmp_path / "out")
    written = load(tmp_path / "out")
    assert len(made) == 1
    assert made[0] is graph
    assert to_records(graph) == (written.papers, written.concepts)


HOSTILE = [
    {
        "title": "<script>alert(1)</script>: a \"quoted\" 'title'",
        "abstract": "We propose <b>X</b>.",
    },
    {"title": "‮evil bidi‬ and 🎉 emoji", "abstract": "Uses $\\pi_0$ \\textbf{and} `code`."},
    {"title": "Only a title"},
    {"title": "Zero\u200bwidth and \ud83d lone surrogate", "abstract": "A\u0000B"},
    {"title": "Long", "abstract": "word " * 200_000},
    {"title": "x" * 5000, "abstract": "A title of five thousand letters."},
    {"title": "Ein Titel", "abstract": "Diese Arbeit stellt ein neues Verfahren vor. " * 4},
]


def test_hostile_input_builds_and_nothing_is_lost(tmp_path: Path) -> None:
    lines = [json.dumps(row) for row in HOSTILE]
    lines += ['{"title": "half', '{"abstract": "no title"}', "42", ""]
    (tmp_path / "hostile.jsonl").write_text("\n".join(lines), encoding="utf-8")
    done = run("build", "hostile.jsonl", "--out", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    assert b"Traceback" not in done.stderr
    manifest = load(tmp_path / "out").manifest
    assert (
        manifest["counts"]["papers_kept"]
        + manifest["counts"]["duplicates"]
        + manifest["counts"]["refused"]
        == len(HOSTILE) + 3
    )
    assert {row["line"] for row in manifest["refusals"]} >= {len(HOSTILE) + 1, len(HOSTILE) + 2}
    html = (tmp_path / "out" / "graph.html").read_text(encoding="utf-8")
    assert "<script>alert(1)</script>" not in html


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_build_that_is_stopped_leaves_the_old_folder(
    built: Path, tmp_path: Path, how: signal.Signals
) -> None:
    out = tmp_path / "out"
    assert run("-q", "build", str(SAMPLE), "--out", str(out)).returncode == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    process = subprocess.Popen(
        [sys.executable, "-m", "kg", "build", str(SAMPLE), "--out", str(out)],
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        if any(".building-" in path.name for path in tmp_path.iterdir()):
            break
        time.sleep(0.002)
    process.send_signal(how)
    _, error = process.communicate(timeout=120)
    assert b"Traceback" not in error
    assert {
        path.name: path.read_bytes() for path in out.iterdir()
    } == before or process.returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_full_disk_leaves_the_old_folder(tmp_path: Path) -> None:
    """/dev/full answers every write with "no space left"."""
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    code = f"""
import kg.files, kg.folder, pathlib
from kg.cli import main
real = kg.folder.write_jsonl
def write(rows, path):
    return real(rows, pathlib.Path("/dev/full"))
kg.folder.write_jsonl = write
main(["-q", "build", {str(SAMPLE)!r}, "--out", "out"])
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 1
    assert b"No space left" in done.stderr
    assert b"Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.shared
def test_the_seed_page_has_its_74_papers(shared: Path, tmp_path: Path) -> None:
    page = shared / "seed" / "hf-papers-listing.txt"
    done = run("build", str(page), "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr.decode()
    folder = load(tmp_path / "out")
    assert len(folder.papers) == 74
    assert folder.manifest["conforms"] is True
    assert sum(not paper.mentions for paper in folder.papers) <= 2


def test_the_demo_names_no_folder_of_the_machine_it_was_made_on(tmp_path: Path) -> None:
    done = run("demo", "--out", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    folder = load(tmp_path / "out")
    assert {str(p.source).split(":")[0] for p in folder.papers} == {"sample/sample.jsonl"}
    assert [row["path"] for row in folder.manifest["inputs"]] == ["sample/sample.jsonl"]
    texts = [path for path in (tmp_path / "out").iterdir() if path.is_file()]
    assert not [path.name for path in texts if os.fsencode(ROOT) in path.read_bytes()]


def test_a_folder_not_to_be_replaced_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work", encoding="utf-8")
    with pytest.raises(BuildError, match=r"holds files but no manifest\.json"):
        kg.build(tmp_path / "not-there.jsonl", out=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_an_input_within_the_earlier_build_is_not_lost(built: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(built, tmp_path / "out"))
    mine = Path(shutil.copyfile(SAMPLE, out / "mine.jsonl"))
    done = run("build", str(mine), "--out", str(out))
    assert done.returncode == 1
    assert b"holds 'mine.jsonl'" in done.stderr
    assert mine.read_bytes() == SAMPLE.read_bytes()


def test_no_input_at_all_is_told() -> None:
    with pytest.raises(ReadError, match=r"^no input was given: no papers found"):
        kg.build([])
