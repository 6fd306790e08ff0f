"""``kg.ask``: SPARQL from Python, with plain values."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
import rdflib

import kg
from kg.cli.query import command as query_command
from kg.errors import BuildError, NotFoundError, UsageError
from kg.model import Paper
from kg.query import (
    QueryMemoryError,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTimeoutError,
    list_questions,
)
from kg.rdf import RdfSource, write_turtle


def test_rows_hold_plain_values(folder: Path) -> None:
    text = 'SELECT ?a ?b ?c ?d ?e { VALUES (?a ?b ?c ?d ?e) { (3 1.5 true "x" UNDEF) } }'
    assert kg.ask(str(folder), text) == [{"a": 3, "b": 1.5, "c": True, "d": "x", "e": None}]
    wrong = 'SELECT ?a { VALUES ?a { "three"^^xsd:integer } }'
    assert kg.ask(folder, wrong) == [{"a": "three"}]


def test_a_bundled_question_takes_its_parameters_and_a_limit(folder: Path) -> None:
    rows = kg.ask(folder, "shared-concepts", limit=2)
    assert isinstance(rows, list)
    assert len(rows) == 2
    assert isinstance(rows[0]["papers"], int)
    with pytest.raises(UsageError, match="no parameter --nonsense"):
        kg.ask(folder, "shared-concepts", nonsense=1)


def test_no_parameter_has_the_name_of_an_argument() -> None:
    names = {parameter.name for question in list_questions() for parameter in question.parameters}
    assert not names & {"folder", "query", "limit", "timeout", "memory"}


def test_ask_is_a_truth_value_and_construct_a_graph(folder: Path) -> None:
    assert kg.ask(folder, "ASK { ?p a kg:Paper }") is True
    assert kg.ask(folder, "ASK { ?p a kg:Nothing }") is False
    graph = kg.ask(folder, "CONSTRUCT WHERE { ?p kg:uses ?m }", limit=3)
    assert isinstance(graph, rdflib.Graph)
    assert len(graph) == 3


def test_what_goes_wrong_is_told(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(QuerySyntaxError):
        kg.ask(folder, "SELECT ?x {")
    with pytest.raises(QueryRefusedError):
        kg.ask(folder, "DELETE WHERE { ?s ?p ?o }")
    file = tmp_path / "mine.rq"
    file.write_text("SELECT ?x {", encoding="utf-8")
    with pytest.raises(UsageError, match=r"mine\.rq: "):
        kg.ask(folder, f"@{file}")
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    with pytest.raises(QueryTimeoutError):
        kg.ask(folder, endless, timeout=1)
    with pytest.raises(BuildError):
        kg.ask(tmp_path / "nowhere", "ASK {}")
    with pytest.raises(UsageError, match="memory 0: expected"):
        kg.ask(folder, "ASK {}", memory=0)


def test_memory_is_that_of_the_command(folder: Path) -> None:
    (option,) = (o for o in query_command.params if o.name == "memory")
    assert inspect.signature(kg.ask).parameters["memory"].default == option.default
    text = "SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?b), STR(?c))) AS ?all) { ?s ?p ?a, ?b, ?c }"
    much = text.replace("{ ?s ?p ?a, ?b, ?c }", "{ ?a ?p ?q . ?b ?r ?s . ?c ?t ?u }")
    with pytest.raises(QueryMemoryError, match="more than 32 MB"):
        kg.ask(folder, much, memory=32)


def test_a_paper_without_concepts_is_not_denied(tmp_path: Path) -> None:
    file = tmp_path / "bare.ttl"
    write_turtle(RdfSource([Paper("a", "On walking")], []), file)
    with pytest.raises(NotFoundError, match="no paper with concepts; name one"):
        kg.ask(file, "related-papers")
    with pytest.raises(NotFoundError, match=r"^the graph has no task, and the question asks"):
        kg.ask(file, "methods-for-task")
    assert kg.ask(file, "paper-concepts", paper="On walking") == []
