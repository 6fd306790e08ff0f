"""What a store keeps ready: the same answers as from the graph itself, byte for byte."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.query import Ask, Question, Runner, build_store, find_question, list_questions, open_store
from kg.query.entities import prefixes_of
from kg.query.explain import explain
from kg.query.kept import (
    COUNTS,
    GRAPH,
    KEEPS,
    PAPERS,
    PER_CONCEPT,
    RELATED,
    SUMMARY,
    find_kept,
    list_kept,
)
from kg.query.store import ONTOLOGY_GRAPH, count_triples
from kg.query.tokens import bind
from kg.serve.resources import PAGE
from tests.folders import write_folder

KEPT = {kept.question.name: kept for kept in list_kept()}
YEARS = ("1", "1900", "2014", "2015", "2019", "2025", "2026", "2030", "9999")
NUMBERS = {"since": YEARS, "year": YEARS, "least": ("0", "1", "3", "50", "-1"),
           "below": ("0", "0.6", "0.75", "1", "2")}  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose store takes three papers for many."""
    folder = write_folder(tmp_path_factory.mktemp("kept") / "out", 90)
    build_store(folder, large=0, frequent=3, broad=2)
    return folder


@pytest.fixture(scope="module")
def store(built: Path) -> ox.Store:
    """The store, opened here."""
    return open_store(built)


@pytest.fixture(scope="module")
def runner(built: Path) -> Iterator[Runner]:
    """Asks the store."""
    with Runner(built, timeout=60) as found:
        assert found.note == ""
        yield found


def values(store: ox.Store, question: Question) -> Iterator[dict[str, str]]:
    """Every frequent concept, some that are not, and numbers at and beyond every edge."""
    yield {}
    for parameter in question.parameters:
        for number in NUMBERS.get(parameter.name, ()):
            yield {parameter.name: number}
    kept = KEPT[question.name]
    if kept.how in PER_CONCEPT:
        concepts = [q.subject.value for q in store.quads_for_pattern(None, KEEPS, None, GRAPH)]
        kind = "" if kept.parameter.kind == "concept" else f"/{kept.parameter.kind}/"
        yield from ({kept.per: iri} for iri in sorted({c for c in concepts if f"{kind}" in c}))


@pytest.mark.parametrize("name", KEPT)
def test_what_is_kept_is_what_the_graph_says(name: str, runner: Runner, store: ox.Store) -> None:
    question, used = KEPT[name].question, 0
    for chosen in values(store, question):
        if any("summary#" in value for value in chosen.values()):
            continue
        text, _ = runner.bind(question, chosen)
        used += bool(find_kept(store, text, prefixes_of(store)))
        assert runner.ask(Ask(text)).body == runner.ask(Ask(text, kept=False)).body, chosen
    assert used >= 1


def test_only_what_is_frequent_is_kept(built: Path, store: ox.Store, runner: Runner) -> None:
    rows = runner.rows("SELECT ?c ?n { ?c a kg:Task ; kg:paperCount ?n }")
    assert {int(row["n"]["value"]) >= 3 for row in rows} == {True, False}
    text = find_question("datasets-for-task").text
    for row in rows:
        asked = bind(text, {"task": f"<{row['c']['value']}>"})
        found = find_kept(store, asked, prefixes_of(store))
        assert bool(found) == (int(row["n"]["value"]) >= 3)


def test_layout_comments_and_known_prefixes_do_not_matter(store: ox.Store, runner: Runner) -> None:
    text, _ = runner.bind(find_question("datasets-for-task"), {})
    known = prefixes_of(store)
    flat = " ".join(re.sub(r"(?m)^#.*$", "", text).split())
    declared = f"PREFIX kg: <{known['kg']}>\n# why\nprefix skos: <{known['skos']}>\n{text}"
    iri = re.search(r"<(.*?)>", flat)[1]
    short = text.replace(f"<{iri}>", f"task:{iri.rsplit('/', 1)[1]}")
    for same in (text, flat, declared, short):
        assert find_kept(store, same, known), same
        assert runner.ask(Ask(same)).body == runner.ask(Ask(text)).body


@pytest.mark.parametrize(
    "change",
    [
        ("LIMIT 100", "LIMIT 10"),
        ("kg:Dataset", "kg:Method"),
        ("SELECT", "PREFIX kg: <http://elsewhere/> SELECT"),
        ("SELECT", "BASE <http://elsewhere/> SELECT"),
        ("kg:mentions", "kg:uses"),
    ],
)
def test_another_query_is_another_query(
    change: tuple[str, str], store: ox.Store, runner: Runner
) -> None:
    text, _ = runner.bind(find_question("datasets-for-task"), {})
    assert change[0] in text
    assert find_kept(store, text.replace(*change), prefixes_of(store)) == ""


def test_a_data_set_of_ones_own_is_not_answered_from_what_is_kept(runner: Runner) -> None:
    text, _ = runner.bind(find_question("counts"), {})
    other = runner.ask(Ask(text, default_graphs=("https://w3id.org/paperkg/ontology",)))
    assert json.loads(other.body)["results"]["bindings"] == []


def test_evidence_in_one_paper_is_looked_up(runner: Runner, store: ox.Store) -> None:
    question = find_question("evidence")
    paper = runner.rows("SELECT ?p { ?p a kg:Paper } ORDER BY ?p LIMIT 1")[0]["p"]["value"]
    everywhere, _ = runner.bind(question, {})
    here, _ = runner.bind(question, {"paper": paper})
    assert find_kept(store, everywhere, prefixes_of(store))
    assert find_kept(store, here, prefixes_of(store)) == ""


def test_a_small_graph_keeps_nothing(built: Path, tmp_path: Path) -> None:
    shutil.copy(built / "graph.ttl", tmp_path)
    small = open_store(build_store(tmp_path).parent)
    assert {graph.value for graph in small.named_graphs()} == {ONTOLOGY_GRAPH}


def test_the_graph_is_told_apart_from_what_is_kept(built: Path, store: ox.Store) -> None:
    memory = open_store(built / "graph.ttl")
    assert {quad for quad in store if quad.graph_name != GRAPH} == set(memory)
    assert {graph.value for graph in store.named_graphs()} == {ONTOLOGY_GRAPH, SUMMARY}
    assert count_triples(store) == count_triples(memory)


def test_a_graph_without_a_store_keeps_nothing(built: Path) -> None:
    memory = open_store(built / "graph.ttl")
    text = find_question("counts").text
    assert find_kept(memory, text, prefixes_of(memory)) == ""


def test_a_page_of_a_frequent_concept_asks_what_is_kept(store: ox.Store, runner: Runner) -> None:
    iri = (
        runner.bind(find_question("concept-papers"), {})[0].split("kg:mentions <")[1].split(">")[0]
    )
    first = f"{PAPERS} LIMIT {PAGE + 1} OFFSET 0"
    for text in (first, RELATED):
        assert find_kept(store, bind(text, {"it": f"<{iri}>"}), prefixes_of(store))


def test_the_defaults_of_parameters_are_the_same_with_and_without(
    built: Path, runner: Runner
) -> None:
    with Runner(built / "graph.ttl") as memory:
        for question in list_questions():
            assert memory.bind(question, {}) == runner.bind(question, {})
        assert memory.about() == runner.about()
        assert memory.ask(Ask(COUNTS)).body == runner.ask(Ask(COUNTS)).body


def test_explaining_says_that_an_answer_is_kept(built: Path, runner: Runner) -> None:
    text = find_question("counts").text
    assert explain(runner, text).startswith("# the store keeps this answer")
    assert not explain(runner, text.replace("kg:Paper ", "")).startswith("#")
    with Runner(built / "graph.ttl") as memory:
        assert not explain(memory, text).startswith("#")


def test_what_is_kept_can_be_asked_by_anybody(runner: Runner) -> None:
    rows = runner.rows(
        f"PREFIX s: <{SUMMARY}#> SELECT ?task ?dataset ?papers {{ GRAPH <{SUMMARY}> "
        "{ ?task s:datasets-for-task [ s:dataset ?dataset ; s:papers ?papers ] } }"
    )
    assert len({row["task"]["value"] for row in rows}) > 1


def test_the_same_graph_keeps_the_same(built: Path, store: ox.Store, tmp_path: Path) -> None:
    shutil.copy(built / "graph.ttl", tmp_path)
    build_store(tmp_path, large=0, frequent=3, broad=2)
    again = open_store(tmp_path)
    first, second = (set(one.quads_for_pattern(None, None, None, GRAPH)) for one in (store, again))
    assert first == second


def test_nothing_is_kept_of_an_empty_graph(tmp_path: Path) -> None:
    (tmp_path / "graph.ttl").write_text("", encoding="utf-8")
    build_store(tmp_path, large=0)
    with Runner(tmp_path) as runner:
        assert runner.about()["triples"] == 0
        for name in ("counts", "rising-concepts", "benchmarks-by-year"):
            text, _ = runner.bind(find_question(name), {})
            assert runner.ask(Ask(text)).body == runner.ask(Ask(text, kept=False)).body
