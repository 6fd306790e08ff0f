"""``kg query`` as a user meets it."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
import rdflib
from click.testing import CliRunner

from kg.cli.query import command
from kg.errors import UsageError
from kg.vocab import BASE, KG
from tests.folders import HOSTILE

BOMB = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i"


def kg(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kg", *args],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_bundled_question_by_name(folder: Path) -> None:
    found = kg("query", str(folder), "shared-concepts", "--least=3", "--format", "csv")
    rows = list(csv.DictReader(found.stdout.splitlines()))
    assert found.returncode == 0
    assert all(int(row["papers"]) >= 3 for row in rows)
    assert rows


def test_a_default_is_told_and_can_be_chosen(folder: Path) -> None:
    found = kg("query", str(folder), "co-used-methods")
    assert found.stderr.startswith("method: ")
    assert "--method" in found.stderr
    label = found.stderr.split(": ")[1].split(" (")[0]
    chosen = kg("query", str(folder), "co-used-methods", "--method", label.upper())
    assert (chosen.stdout, chosen.stderr) == (found.stdout, "")


def test_an_id_with_its_slash_is_told(folder: Path) -> None:
    found = kg("query", str(folder), "SELECT ?p { ?p kg:uses id:method/fizz }")
    assert found.returncode == 2
    assert "the slash of id:method/... for a path: write method:..." in found.stderr
    assert "slash" not in kg("query", str(folder), "SELECT ?p { ?p kg:uses/kg:x 'id:task/a'").stderr


def test_a_question_of_years_tells_that_no_paper_has_one(tmp_path: Path) -> None:
    file = tmp_path / "undated.nt"
    file.write_text(f"<{BASE}paper/a> <{KG}mentions> <{BASE}method/b> .\n", encoding="utf-8")
    said = "no paper of this graph has a year, and the query asks for years\n"
    for query in ("rising-concepts", "SELECT ?p { ?p dcterms:issued ?y }"):
        assert kg("query", str(file), query).stderr.endswith(said)
        assert kg("query", str(file), query, "-f", "csv").stderr.endswith(said)
    optional = "SELECT ?p { ?p kg:mentions ?c OPTIONAL { ?p dcterms:issued ?y } }"
    assert kg("query", str(file), optional).stderr == ""
    assert kg("query", str(file), "SELECT ?p { ?p kg:uses ?y } # dcterms:issued").stderr == ""


@pytest.mark.parametrize("form", ["table", "csv", "tsv", "json", "xml"])
def test_rows_in_every_format(form: str, folder: Path) -> None:
    query = "SELECT ?l { ?c skos:prefLabel ?l ; a kg:Method FILTER(CONTAINS(?l, 'Neil')) }"
    found = kg("query", str(folder), query, "-f", form)
    assert (found.returncode, found.stderr) == (0, "")
    if form == "json":
        assert json.loads(found.stdout)["results"]["bindings"][0]["l"]["value"] == HOSTILE
    if form == "csv":
        assert next(csv.DictReader(found.stdout.splitlines()))["l"] == HOSTILE
    if form == "table":
        assert HOSTILE in found.stdout


@pytest.mark.parametrize("form", ["turtle", "ntriples", "jsonld", "rdfxml"])
def test_graphs_in_every_format_are_one_graph(form: str, folder: Path) -> None:
    found = kg("query", str(folder), "CONSTRUCT WHERE { ?c skos:prefLabel ?l }", "-f", form)
    names = {"ntriples": "nt", "jsonld": "json-ld", "rdfxml": "xml"}
    graph = rdflib.Graph().parse(data=found.stdout, format=names.get(form, form))
    assert rdflib.Literal(HOSTILE) in set(graph.objects())


@pytest.mark.parametrize("form", ["table", "csv", "tsv", "json", "xml"])
def test_a_graph_as_rows_has_its_triples(form: str, folder: Path) -> None:
    query = "CONSTRUCT WHERE { ?c skos:prefLabel ?l }"
    graph = rdflib.Graph().parse(data=kg("query", str(folder), query).stdout, format="turtle")
    found = kg("query", str(folder), query, "-f", form)
    assert (found.returncode, found.stderr) == (0, "")
    if form == "table":
        assert HOSTILE in found.stdout
        return
    rows = rdflib.query.Result.parse(source=io.BytesIO(found.stdout.encode()), format=form)
    assert [str(name) for name in rows.vars or ()] == ["subject", "predicate", "object"]
    got = {tuple(str(term) for term in row) for row in rows if isinstance(row, tuple)}
    assert got == {tuple(map(str, triple)) for triple in graph}


def test_a_syntax_error_shows_line_and_caret(folder: Path) -> None:
    found = kg("query", str(folder), "SELECT *\n{ ?s kg:uses }")
    lines = found.stderr.splitlines()
    assert found.returncode == 2
    assert lines[0] == "  2 | { ?s kg:uses }"
    assert lines[1].index("^") > 6
    assert lines[2].startswith("kg: line 2, column ")
    assert found.stdout == ""


def test_a_syntax_error_in_a_file_names_the_file(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "broken.rq"
    file.write_text("SELECT *\n{ ?s kg:uses }")
    found = kg("query", str(folder), f"@{file}")
    assert found.returncode == 2
    assert found.stderr.splitlines()[-1].startswith(f"kg: {file}: line 2, column ")


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["shared-concept"], 2, "did you mean shared-concepts"),
        (["shared-concepts", "--lest", "3"], 2, "it has: --least"),
        (["shared-concepts", "--least"], 2, "expected a value"),
        (["ASK {}", "*", "{}"], 2, "quote the query"),
        (["@nothing.rq"], 2, "cannot be read"),
        (["ASK {}", "-f", "turtle"], 2, "gives rows"),
        (["ASK { SERVICE <http://127.0.0.1/> {} }"], 2, "SERVICE"),
        (["DELETE WHERE { ?s ?p ?o }"], 2, "read-only"),
        (["concept-papers", "--concept", "nothing of that name"], 1, "no concept is called"),
        ([BOMB, "--timeout", "0.5"], 1, "0.5 seconds"),
        (["ASK {}", "--timeout", "inf"], 2, "inf is not in the range 0<x<=604800"),
        (["ASK {}", "--limit", "9" * 20], 2, "is not in the range 0<=x<=1000000000"),
        (["ASK {}", "--memory", "9" * 20], 2, "is not in the range 16<=x<=10000000"),
        ([], 2, "DIR and QUERY"),
    ],
)  # fmt: skip
def test_mistakes_get_one_line(args: list[str], code: int, message: str, folder: Path) -> None:
    found = kg("query", str(folder), *args)
    assert found.returncode == code
    assert message in found.stderr
    assert found.stderr.count("\n") == 1
    assert "Traceback" not in found.stderr
    assert found.stdout == ""


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT * { ?p kg:use ?m }", "the schema has no kg:use; nearest: kg:uses\n"),
        ("SELECT (COUNT(*) AS ?n) { ?m a kg:method. }",
         "the schema has no kg:method; nearest: kg:Method\n"),
        ("PREFIX o: <https://w3id.org/paperkg/ontology#> ASK { ?p o:qqq ?m }",
         "the schema has no kg:qqq\n"),
        ("PREFIX kg: <http://example.org/> ASK { ?p kg:use ?m }", ""),
        ("ASK { ?p kg:uses 'kg:use' } # kg:use", ""),
    ],
)  # fmt: skip
def test_terms_that_the_schema_lacks_are_told(query: str, said: str, folder: Path) -> None:
    found = kg("query", str(folder), query)
    assert (found.returncode, found.stderr) == (0, said)


def test_the_list_names_every_question(tmp_path: Path) -> None:
    from kg.query import list_questions

    found = kg("query", "--list").stdout
    assert [line.split()[0] for line in found.splitlines()] == [q.name for q in list_questions()]
    one = kg("query", "--list", "evidence").stdout
    folder = str(tmp_path)
    assert kg("query", folder, "--list").stdout == found
    assert kg("query", folder, "evidence", "--list").stdout == one
    assert "columns: title, role" in one
    assert "SELECT" in one


def test_the_row_limit_is_told(folder: Path) -> None:
    found = kg("query", str(folder), "SELECT ?s { ?s ?p ?o }", "--limit", "2", "-f", "csv")
    assert len(found.stdout.splitlines()) == 3
    assert "2 shown, there are more" in found.stderr


def test_explain_shows_and_does_not_run(folder: Path) -> None:
    found = kg("query", str(folder), "shared-concepts", "--explain")
    assert "kg:paperCount" in found.stdout
    assert "triples" in found.stdout


def test_a_file_with_parameters_of_its_own(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.rq"
    file.write_text(
        "# param: least integer 1 -- at least\n"
        "SELECT ?n { ?c kg:paperCount ?n FILTER(?n >= $least) }"
    )
    many = kg("query", str(folder), f"@{file}", "-f", "csv").stdout.splitlines()
    few = kg("query", str(folder), f"@{file}", "--least", "5", "-f", "csv").stdout.splitlines()
    assert len(many) > len(few) > 1


def test_a_construct_can_be_looked_at(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    found = kg("query", str(folder), "task-landscape", "--html", str(page))
    assert found.returncode == 0
    assert f"wrote {page}: " in found.stderr
    assert "<!doctype html>" in page.read_text(encoding="utf-8")[:200].lower()
    for query, message in (
        ("counts", "--html wants a graph"),
        ("CONSTRUCT { <http://e/a> <http://e/b> 1 } WHERE {}", "nothing to draw"),
    ):
        refused = kg("query", str(folder), query, "--html", str(tmp_path / "no.html"))
        assert refused.returncode == 2
        assert message in refused.stderr
    assert not (tmp_path / "no.html").exists()


def test_a_prefix_per_kind_is_known(folder: Path) -> None:
    found = kg("query", str(folder), "SELECT ?l { method:hostile skos:prefLabel ?l }", "-f", "csv")
    assert found.stdout.count("Neil") == 1
    table = kg("query", str(folder), "SELECT ?m { ?m a kg:Method } LIMIT 3").stdout
    assert all(line.startswith("method:") for line in table.splitlines()[2:])


def test_a_page_replaces_nothing_that_is_read(folder: Path, tmp_path: Path) -> None:
    query = tmp_path / "q.rq"
    query.write_text("CONSTRUCT WHERE { ?s ?p ?o }")
    before = (folder / "papers.jsonl").read_bytes()
    graph = folder / "graph.ttl"
    for source, page in ((folder, folder / "papers.jsonl"), (folder, query), (graph, graph)):
        words = [str(source), f"@{query}", "--html", str(page)]
        found = CliRunner().invoke(command, words)
        assert isinstance(found.exception, UsageError)
        assert f"--html {page}: is " in str(found.exception)
    assert (folder / "papers.jsonl").read_bytes() == before
    assert query.read_text().startswith("CONSTRUCT")
