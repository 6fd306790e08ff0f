"""A CONSTRUCT's answer as a part of the built graph."""

from __future__ import annotations

import pytest

from kg.graph import build_graph
from kg.query import Ask, QueryRefusedError, Runner
from kg.query.network import to_network
from kg.vocab import BASE
from tests.folders import make_records


@pytest.fixture(scope="module")
def graph():
    return build_graph(*make_records(60))


def part(runner: Runner, graph, query: str):
    return to_network(runner.ask(Ask(query)).body, graph, BASE)


def test_only_the_edges_of_the_answer_are_kept(runner: Runner, graph) -> None:
    found = part(runner, graph, "CONSTRUCT WHERE { ?p kg:uses ?m }")
    wanted = {(a, b) for a, b, key in graph.edges(keys=True) if key == "uses"}
    assert {(a, b) for a, b in found.edges()} == wanted
    assert {key for *_, key in found.edges(keys=True)} == {"uses"}
    assert all("record" in data for _, data in found.nodes(data=True))


def test_kg_mentions_and_own_properties_keep_every_edge(runner: Runner, graph) -> None:
    everything = {(a, b) for a, b, d in graph.edges(data=True) if d["kind"] == "claim"}
    for name in ("kg:mentions", "<http://e/own>"):
        query = f"CONSTRUCT {{ ?m {name} ?p }} WHERE {{ ?p kg:mentions ?m }}"
        assert set(part(runner, graph, query).edges()) == everything


def test_concepts_without_papers_cannot_be_drawn(runner: Runner, graph) -> None:
    with pytest.raises(QueryRefusedError, match="no paper is in the answer"):
        part(runner, graph, "CONSTRUCT { ?a skos:related ?b } { ?p kg:uses ?a . ?p kg:uses ?b }")


def test_an_answer_without_resources_cannot_be_drawn(runner: Runner, graph) -> None:
    with pytest.raises(QueryRefusedError, match="nothing to draw"):
        part(runner, graph, "CONSTRUCT { <http://e/a> <http://e/b> 'c' } WHERE {}")
