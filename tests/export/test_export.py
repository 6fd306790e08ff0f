"""Every export, read back by somebody else's reader, is the same graph."""

from __future__ import annotations

import csv
import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import pyoxigraph as ox
import pytest
import rdflib
import yaml
from click.testing import CliRunner
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.compare import isomorphic

from kg.cli.export import command
from kg.errors import KGError, MissingExtraError, UsageError
from kg.export import FORMATS, Source, export, find_format
from kg.export.jsonld import to_context
from kg.export.tables import COLUMNS, to_rows
from kg.graph import build_graph
from kg.model import Concept, Paper
from kg.rdf import BuildInfo, to_rdf
from kg.vocab import KG, PREFIXES, schemas_folder
from tests.folders import write_folder
from tests.rdf.conftest import build, hostile, rich  # noqa: F401 - fixtures
from tests.rdf.test_serialise import by_oxigraph, by_rdflib, expected

Records = tuple[tuple[Paper, ...], tuple[Concept, ...]]
kg, void, dcat, prov = (
    Namespace(x) for x in (KG, *(PREFIXES[p] for p in ("void", "dcat", "prov")))
)
OA = Namespace("http://www.w3.org/ns/oa#")

#: Format -> (rdflib's name for it, Oxigraph's).
GRAPHS = {
    "turtle": ("turtle", ox.RdfFormat.TURTLE),
    "ntriples": ("nt", ox.RdfFormat.N_TRIPLES),
    "nquads": ("nquads", ox.RdfFormat.N_QUADS),
    "trig": ("trig", ox.RdfFormat.TRIG),
    "jsonld": ("json-ld", ox.RdfFormat.JSON_LD),
    "rdfxml": ("xml", ox.RdfFormat.RDF_XML),
}


@pytest.fixture(params=["rich", "hostile"])
def source(request: pytest.FixtureRequest, build: BuildInfo) -> Source:  # noqa: F811
    papers, concepts = request.getfixturevalue(request.param)
    return Source(papers=papers, concepts=concepts, build=build)


@pytest.fixture
def good(rich: Records, build: BuildInfo) -> Source:  # noqa: F811
    return Source(papers=rich[0], concepts=rich[1], build=build)


@pytest.mark.parametrize("name", GRAPHS)
def test_both_parsers_read_the_same_graph(name: str, source: Source, tmp_path: Path) -> None:
    path = tmp_path / f"graph{FORMATS[name].suffix}"
    export(source, name, path)
    wanted = expected(source)
    assert by_oxigraph(path, GRAPHS[name][1]) == wanted
    assert by_rdflib(path, GRAPHS[name][0]) == wanted


@pytest.mark.parametrize("name", FORMATS)
def test_same_bytes_twice_and_for_lazy_records(name: str, good: Source, tmp_path: Path) -> None:
    """Records that are iterated anew each time, as the command gives them, do as well."""

    class Lazy:
        def __init__(self, rows: Any) -> None:
            self.rows = rows

        def __iter__(self) -> Iterator[Any]:
            return iter(self.rows)

    lazy = replace(good, papers=Lazy(good.papers), concepts=Lazy(good.concepts))
    assert export(good, name, tmp_path / "a") == export(lazy, name, tmp_path / "b") > 0
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b"]


def contents(path: Path) -> dict[str, bytes]:
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return {file.name if path.is_dir() else "": file.read_bytes() for file in files}


@pytest.mark.parametrize("name", [n for n, f in FORMATS.items() if "(.gz)" in f.about])
def test_packed_is_the_same_text(name: str, good: Source, tmp_path: Path) -> None:
    export(good, name, tmp_path / "a")
    export(good, name, tmp_path / "a.gz")
    assert gzip.decompress((tmp_path / "a.gz").read_bytes()) == (tmp_path / "a").read_bytes()


# --- JSON-LD ---------------------------------------------------------------------------


def test_the_context_file_is_the_code_s() -> None:
    text = (schemas_folder() / "context.jsonld").read_text(encoding="utf-8")
    assert json.loads(text) == {"@context": to_context()}, "run scripts/make_schemas.py"


def test_every_json_name_is_in_the_context(good: Source, tmp_path: Path) -> None:
    export(good, "jsonld", tmp_path / "g")
    data = json.loads((tmp_path / "g").read_text(encoding="utf-8"))
    used: set[str] = set()

    def walk(node: Any) -> None:
        for item in node if isinstance(node, list) else [node]:
            if isinstance(item, dict):
                used.update(item)
                for value in item.values():
                    walk(value)

    walk(data["@graph"])
    assert used <= set(data["@context"])


def test_one_object_a_paper_with_its_evidence(good: Source, tmp_path: Path) -> None:
    export(good, "jsonld", tmp_path / "g")
    found = json.loads((tmp_path / "g").read_text(encoding="utf-8"))["@graph"]
    papers = {o["id"]: o for o in found if "Paper" in o["type"]}
    assert len(papers) == len(list(good.papers))
    first = papers["paper:arxiv:2401.00001"]
    assert first["introduces"] == "method:fizz"
    exact = [e["exact"] for e in first["evidence"]]
    assert sorted(exact) == ["Buzz", "Fizz", "Fizz", "PicData", "github.com/a/fizz"]
    assert not any("Mention" in str(o["type"]) for o in found)


@pytest.mark.parametrize("base", ["https://e.org/x/", "https://e.org/x#"])
def test_jsonld_of_another_base(base: str, good: Source, tmp_path: Path) -> None:
    moved = replace(good, base=base)
    export(moved, "jsonld", tmp_path / "g")
    wanted = expected(replace(good, base=base))
    assert by_oxigraph(tmp_path / "g", ox.RdfFormat.JSON_LD) == wanted


# --- evidence ----------------------------------------------------------------------------


def test_annotations_hold_words_and_places(good: Source, tmp_path: Path) -> None:
    export(good, "oa", tmp_path / "g.ttl")
    graph = Graph().parse(tmp_path / "g.ttl")
    assert len(list(ox.parse(path=str(tmp_path / "g.ttl")))) == len(graph)
    texts = {f"{PREFIXES['id']}paper/{p.id}": p for p in good.papers}
    notes = list(graph.subjects(RDF.type, OA.Annotation))
    assert len(notes) == sum(len(p.mentions) + len(p.links) for p in good.papers)
    for note in notes:
        target = graph.value(note, OA.hasTarget)
        paper = texts[str(graph.value(target, OA.hasSource))]
        quote, place = sorted(graph.objects(target, OA.hasSelector), reverse=True)
        begin, end = (graph.value(place, OA[x]).toPython() for x in ("start", "end"))
        field = str(graph.value(target, kg.field))
        assert paper.text(field)[begin:end] == str(graph.value(quote, OA.exact))
        assert graph.value(note, OA.hasBody) is not None


def test_rdf12_adds_a_triple_term_a_mention(source: Source, tmp_path: Path) -> None:
    export(source, "rdf12", tmp_path / "g")
    rows = list(ox.parse(path=str(tmp_path / "g"), format=ox.RdfFormat.N_TRIPLES))
    terms = [r for r in rows if isinstance(r.object, ox.Triple)]
    count = sum(len(p.mentions) + len(p.links) for p in source.papers)
    assert len(terms) == count
    assert {r.predicate.value for r in terms} == {f"{PREFIXES['rdf']}reifies"}
    stated = {(r.subject, r.predicate, r.object) for r in rows if r not in terms}
    for row in terms:
        inner = row.object
        everything = {ox.NamedNode(KG + x) for x in ("mentions", "hasLink")}
        assert any((inner.subject, p, inner.object) in stated for p in everything)
    assert len(rows) - count == len(expected(source))


# --- tables --------------------------------------------------------------------------------


def test_csv_is_the_records(source: Source, tmp_path: Path) -> None:
    count = export(source, "csv", tmp_path / "tables")
    total = 0
    for table, columns in COLUMNS.items():
        with (tmp_path / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        assert header == list(columns)
        wanted = list(to_rows(source, table))
        assert len(rows) == len(wanted)
        total += len(rows)
    assert total == count
    ids = [row[0] for row in to_rows(source, "papers")]
    assert ids == [p.id for p in source.papers]


def test_mentions_table_fits_its_papers(good: Source) -> None:
    texts = {p.id: p for p in good.papers}
    names = list(COLUMNS["mentions"])
    rows = [dict(zip(names, row, strict=True)) for row in to_rows(good, "mentions")]
    assert len(rows) == sum(len(p.mentions) for p in good.papers)
    for row in rows:
        assert texts[row["paper"]].text(row["field"])[row["start"] : row["end"]] == row["text"]


def test_links_table_tells_the_urls_of_the_edges(good: Source) -> None:
    names = list(COLUMNS["links"])
    rows = [dict(zip(names, row, strict=True)) for row in to_rows(good, "links")]
    assert len(rows) == sum(len(p.links) for p in good.papers) > 0
    texts = {p.id: p for p in good.papers}
    for row in rows:
        assert texts[row["paper"]].text(row["field"])[row["start"] : row["end"]] == row["text"]
        assert row["url"].startswith("http")
    ends = {row[2] for row in to_rows(good, "edges") if row[2].startswith("link/")}
    assert ends == {row["id"] for row in rows}


def test_edges_table_is_the_graph(good: Source) -> None:
    graph = build_graph(good.papers, good.concepts)
    rows = [(r[0], r[2]) for r in to_rows(good, "edges")]
    assert sorted(rows) == sorted((a, b) for a, b, _ in graph.edges(keys=True))


def test_parquet_is_the_csv(source: Source, tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    export(source, "parquet", tmp_path / "p")
    for table, columns in COLUMNS.items():
        found = pq.read_table(tmp_path / "p" / f"{table}.parquet")
        assert found.column_names == list(columns)
        assert found.num_rows == len(list(to_rows(source, table)))
        for name, kind in columns.items():
            values = [v for v in found.column(name).to_pylist() if v is not None]
            assert all(isinstance(v, kind) for v in values)


def test_parquet_without_pyarrow_in_one_line(
    good: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"paperkg\[parquet\]"):
        export(good, "parquet", tmp_path / "p")
    assert not list(tmp_path.iterdir())


def test_neo4j_edges_join_nodes(good: Source, tmp_path: Path) -> None:
    export(good, "neo4j", tmp_path / "n")
    nodes: list[str] = []
    for file in sorted((tmp_path / "n").glob("nodes-*.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        nodes += [row["node:ID"] for row in rows]
        assert all(row[":LABEL"] for row in rows)
    assert len(nodes) == len(set(nodes))
    with (tmp_path / "n" / "edges.csv").open(encoding="utf-8", newline="") as lines:
        edges = list(csv.DictReader(lines))
    assert {e[":START_ID"] for e in edges} | {e[":END_ID"] for e in edges} <= set(nodes)
    assert {"INTRODUCES", "COMPARES_WITH", "HAS_CODE", "BROADER"} <= {e[":TYPE"] for e in edges}


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("graphml", lambda path: nx.read_graphml(path, force_multigraph=True)),
        ("gexf", nx.read_gexf),
        ("node-link", lambda path: nx.node_link_graph(json.loads(path.read_text()), edges="links")),
    ],
)
def test_networkx_reads_the_graph(name: str, read: Any, source: Source, tmp_path: Path) -> None:
    count = export(source, name, tmp_path / "g")
    found, graph = read(tmp_path / "g"), build_graph(source.papers, source.concepts)
    assert found.number_of_nodes() == graph.number_of_nodes()
    assert found.number_of_edges() == graph.number_of_edges() == count


# --- descriptions ---------------------------------------------------------------------------


def test_void_counts_are_right(good: Source, tmp_path: Path) -> None:
    (tmp_path / "graph.ttl").write_text("x")
    described = replace(
        good, license="https://e.org/licence", authors=("A", "B"), files=(tmp_path / "graph.ttl",)
    )
    count = export(described, "void", tmp_path / "void.ttl")
    about = Graph().parse(tmp_path / "void.ttl")
    data = to_rdf(build_graph(good.papers, good.concepts), build=good.build)
    assert len(about) == count
    (node,) = about.subjects(RDF.type, void.Dataset)
    assert about.value(node, void.triples).toPython() == len(data)
    assert about.value(node, void.entities).toPython() == len(set(data.subjects()))
    parts = list(about.objects(node, void.classPartition))
    assert {about.value(p, void["class"]) for p in parts} == set(data.objects(None, RDF.type))
    for part in parts:
        kind = about.value(part, void["class"])
        assert about.value(part, void.entities).toPython() == len(
            set(data.subjects(RDF.type, kind))
        )
    parts = list(about.objects(node, void.propertyPartition))
    assert {about.value(p, void.property) for p in parts} == set(data.predicates())
    for part in parts:
        triples = len(list(data.subject_objects(about.value(part, void.property))))
        assert about.value(part, void.triples).toPython() == triples
    assert about.value(node, prov.wasGeneratedBy) == URIRef(good.build.iri())
    assert len(list(about.objects(URIRef(good.build.iri()), prov.used))) == 2
    assert about.value(about.value(node, dcat.distribution), dcat.byteSize).toPython() == 1
    assert not any(isinstance(t, rdflib.BNode) for row in about for t in row)


def test_citation_is_yaml_with_what_cff_wants(good: Source, tmp_path: Path) -> None:
    titled = replace(good, title='A "title": # odd\n', authors=("Ünal: A", "B"))
    export(titled, "citation", tmp_path / "c")
    found = yaml.safe_load((tmp_path / "c").read_text(encoding="utf-8"))
    assert {"cff-version", "title", "message", "authors", "version", "type"} <= set(found)
    assert found["title"] == 'A "title": # odd\n'
    assert [a["name"] for a in found["authors"]] == ["Ünal: A", "B"]


def cff(path: Path) -> dict[str, Any]:
    """Return a citation file, checked by cffconvert against the schema of CFF 1.2.0."""
    cffconvert = pytest.importorskip("cffconvert")
    cffconvert.Citation(path.read_text(encoding="utf-8")).validate()
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "about",
    [
        {},
        {"title": 'A "title": # odd\n', "authors": ("Ünal: A", "B", "- c", "@d", "null", "1.0")},
        {"title": "yes", "license": "https://creativecommons.org/publicdomain/zero/1.0/"},
        {"base": "https://data.example.org/things#"},
    ],
)
def test_citation_is_valid_cff(about: dict[str, Any], good: Source, tmp_path: Path) -> None:
    export(replace(good, **about), "citation", tmp_path / "c")
    found = cff(tmp_path / "c")
    assert found["title"] == about.get("title", good.title)
    assert [a["name"] for a in found["authors"]] == [*about.get("authors", ("Anonymous",))]
    assert found.get("license-url") == about.get("license")


def test_the_schema_of_cff_would_notice(good: Source, tmp_path: Path) -> None:
    pytest.importorskip("cffconvert")
    export(replace(good, title=""), "citation", tmp_path / "c")
    with pytest.raises(Exception, match="too short"):
        cff(tmp_path / "c")


@pytest.mark.parametrize("format", ["citation", "void"])
@pytest.mark.parametrize(
    ("option", "value"),
    [("--license", "CC0-1.0"), ("--license", "javascript:x"), ("--license", "https://"),
     ("--author", ""), ("--author", " "), ("--title", " ")],
)  # fmt: skip
def test_what_describes_the_graph_must_say_something(
    option: str, value: str, format: str, folder: Path, tmp_path: Path
) -> None:
    found = run(folder, "--format", format, "--out", tmp_path / "x", option, value)
    assert isinstance(found.exception, UsageError)
    assert option in str(found.exception)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "told"),
    [(("citation",), True), (("citation", "--author", "A"), False), (("void",), False)],
)
def test_an_anonymous_author_is_told(
    words: tuple[str, ...], told: bool, folder: Path, tmp_path: Path
) -> None:
    found = run(folder, "--out", tmp_path / "x", "--format", *words)
    assert ("Anonymous; say who publishes the graph with --author NAME" in found.stderr) is told


# --- command ---------------------------------------------------------------------------------


def run(*words: object) -> Any:
    return CliRunner().invoke(command, [str(word) for word in words])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("built") / "out", 10)


@pytest.mark.parametrize("name", FORMATS)
def test_command_writes_every_format(name: str, folder: Path, tmp_path: Path) -> None:
    found = run(folder, "--format", name, "--out", tmp_path / "x")
    assert found.exit_code == 0, found.output
    assert all(contents(tmp_path / "x").values())


def test_command_leaves_out_what_it_is_told(folder: Path, tmp_path: Path) -> None:
    run(folder, "--format", "turtle", "--out", tmp_path / "a")
    run(folder, "--format", "turtle", "--out", tmp_path / "b", "--no-abstracts", "--no-sentences")
    whole, less = (Graph().parse(tmp_path / n, format="turtle") for n in "ab")
    gone = {str(p) for _, p, _ in whole} - {str(p) for _, p, _ in less}
    assert gone == {f"{KG}sentence", f"{PREFIXES['dcterms']}abstract"}
    assert isomorphic(less, less - Graph())


@pytest.mark.parametrize("words", [("any", "--list"), ("--list",)])
def test_command_lists_the_formats(words: tuple[str, ...]) -> None:
    found = run(*words)
    assert [line.split()[0] for line in found.output.splitlines()] == list(FORMATS)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "wants --format NAME; see kg export --list"),
        (("--format", "jsonl", "--out", "x"), "did you mean 'jsonld'"),
        (("--format", "zzzzzz", "--out", "x"), "expected one of turtle"),
        (("--format", "turtle", "--out", "/nowhere/at/all"), "there is no folder /nowhere/at"),
        (("--format", "turtle", "--out", "x", "--base", "no"), "--base"),
        (("--sparql-page", "/nowhere/at/all"), "there is no folder /nowhere/at"),
    ],
)
def test_mistakes_in_one_line(words: tuple[str, ...], message: str, folder: Path) -> None:
    found = run(folder, *words)
    assert isinstance(found.exception, UsageError)
    assert message in str(found.exception)
    assert "\n" not in str(found.exception)


def test_no_build_and_odd_targets(folder: Path, tmp_path: Path) -> None:
    assert isinstance(run(tmp_path, "--format", "turtle", "--out", "x").exception, KGError)
    assert isinstance(run(folder, "--format", "csv", "--out", folder).exception, UsageError)
    assert isinstance(run(folder, "--format", "turtle", "--out", tmp_path).exception, UsageError)
    (tmp_path / "file").write_text("mine")
    found = run(folder, "--format", "csv", "--out", tmp_path / "file")
    assert isinstance(found.exception, UsageError)
    assert (tmp_path / "file").read_text() == "mine"


def test_files_of_the_build_are_left_alone(folder: Path) -> None:
    before = (folder / "manifest.json").read_text()
    found = run(folder, "--format", "turtle", "--out", folder / "manifest.json")
    assert isinstance(found.exception, UsageError)
    assert (folder / "manifest.json").read_text() == before
    before = (folder / "papers.jsonl").read_text()
    found = run(folder, "--sparql-page", folder / "papers.jsonl")
    assert "--sparql-page" in str(found.exception)
    assert "is a file of the built folder" in str(found.exception)
    assert (folder / "papers.jsonl").read_text() == before


_PROGRAM = """
import sys
from pathlib import Path
from click.testing import CliRunner
from kg.cli.export import command
from kg.export import FORMATS
for name in FORMATS:
    words = [sys.argv[1], "--format", name, "--out", str(Path(sys.argv[2]) / name)]
    CliRunner().invoke(command, words, catch_exceptions=False)
"""


def test_same_bytes_whatever_the_hash_seed(folder: Path, tmp_path: Path) -> None:
    for seed in ("1", "2"):
        (tmp_path / seed).mkdir()
        subprocess.run(
            [sys.executable, "-c", _PROGRAM, folder, tmp_path / seed],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[2],
            check=True,
        )
    for name in FORMATS:
        assert contents(tmp_path / "1" / name) == contents(tmp_path / "2" / name), name


def test_sparql_page_is_written(folder: Path, tmp_path: Path) -> None:
    found = run(folder, "--sparql-page", tmp_path / "ask.html", "--title", "My page")
    assert found.exit_code == 0, found.output
    assert "My page" in (tmp_path / "ask.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Turtel", "turtle"),
        ("parket", "parquet"),
        ("nodelink", "node-link"),
        ("nt", "ntriples"),
        ("CFF", "citation"),
    ],
)
def test_unknown_format_names_the_one_meant(typed: str, meant: str) -> None:
    with pytest.raises(UsageError, match=f"did you mean '{meant}'"):
        find_format(typed)


@pytest.mark.parametrize("typed", ["foo", "x", "", "excel"])
def test_no_format_is_offered_for_noise(typed: str) -> None:
    with pytest.raises(UsageError, match="expected one of") as caught:
        find_format(typed)
    assert "did you mean" not in str(caught.value)


def test_left_out_names_are_those_that_others_look_for(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for format in ("citation", "void", "csv"):
        found = run(folder, "--format", format)
        assert found.exit_code == 0, found.output
    assert {path.name for path in tmp_path.iterdir()} == {
        "CITATION.cff", "graph.void.ttl", "graph-csv",
    }  # fmt: skip
