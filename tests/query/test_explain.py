"""How a query is read: its algebra with counts."""

from __future__ import annotations

import re

import pytest

from kg.query import QuerySyntaxError, Runner, list_questions
from kg.query.explain import explain


def test_the_tree_has_counts_of_the_store(runner: Runner) -> None:
    shown = explain(runner, "SELECT ?p { ?p kg:uses ?m . ?m a kg:Method }")
    wanted = runner.rows("SELECT (COUNT(*) AS ?n) { ?p kg:uses ?m }")[0]["n"]["value"]
    assert re.search(rf"\?p kg:uses \?m +# {int(wanted):,} triples", shown)
    assert shown.splitlines()[0].startswith("SelectQuery")


@pytest.mark.parametrize("question", list_questions(), ids=lambda q: q.name)
def test_every_bundled_question_can_be_explained(question, runner: Runner) -> None:
    text, _ = runner.bind(question, {})
    assert "# " in explain(runner, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SELECT nonsense",
        "SELECT ?x { ?x ?y",
        "SELECT ?x { ?x unknown:prefix ?y }",
        "SELECT ?x { ?x ?y '\\U00110000' }",
        "BASE <http://[no> SELECT ?x { ?x <y> ?z }",
        "SELECT ?x " + "{" * 3000 + "}" * 3000,
    ],
)
def test_what_rdflib_cannot_read_is_a_syntax_error(text: str, runner: Runner) -> None:
    with pytest.raises(QuerySyntaxError, match="rdflib cannot read"):
        explain(runner, text)


@pytest.mark.parametrize("slip", [TypeError, KeyError, AttributeError, AssertionError])
def test_a_slip_in_the_code_is_not_called_the_users(
    slip: type[Exception], runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise slip("a bug")

    monkeypatch.setattr("rdflib.plugins.sparql.prepareQuery", fail)
    with pytest.raises(slip, match="a bug"):
        explain(runner, "ASK {}")
