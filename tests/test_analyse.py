"""Graph analysis, against small graphs by hand and networkx as the oracle."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import networkx as nx
import pytest

import kg
from kg.analyse import find_node
from kg.errors import NotFoundError, UsageError
from kg.graph import build_graph
from kg.model import Concept, Mention, Paper
from kg.view import show


@pytest.fixture
def graph(papers: tuple[Paper, ...], concepts: tuple[Concept, ...]) -> nx.MultiDiGraph:
    return build_graph(papers, concepts)


@pytest.fixture(scope="module")
def two_fields() -> nx.MultiDiGraph:
    """Two groups of six papers, each with concepts of its own, joined by one metric."""
    papers, names = [], set()
    for field in ("a", "b"):
        for number in range(6):
            own = [f"{field}{number % 3}", f"{field}{(number + 1) % 3}", "m"]
            names |= set(own)
            mentions = tuple(
                Mention("title", i, i + 1, "x", "Method", "uses", 0.9, concept=f"method/{name}")
                for i, name in enumerate(own)
            )
            year = 2020 + number % 2
            papers.append(Paper(f"{field}{number}", "xxx", year=year, mentions=mentions))
    concepts = [Concept(f"method/{n}", "Method", n.upper(), papers=4) for n in sorted(names)]
    return build_graph(papers, concepts)


@pytest.mark.parametrize(
    ("name", "node"),
    [
        ("method/fizz", "method/fizz"),
        ("arxiv:2401.00001", "paper/arxiv:2401.00001"),
        ("fizz: A METHOD", "paper/arxiv:2401.00001"),
        ("pic data", "dataset/picdata"),
        ("Buzz", "method/buzz"),
        ("2401.00001", "paper/arxiv:2401.00001"),
        ("10.5555/XYZ", "paper/buzz-00000000"),
        ("buzz24", "paper/buzz-00000000"),
        ("BUZZ-00000000", "paper/buzz-00000000"),
    ],
)
def test_a_node_is_found_by_key_id_title_label_and_alias(
    papers: tuple[Paper, ...], concepts: tuple[Concept, ...], name: str, node: str
) -> None:
    known = replace(papers[1], doi="10.5555/xyz", source="refs.bib:5#buzz24")
    assert find_node(build_graph((papers[0], known), concepts), name) == node


def test_an_unknown_name_is_answered_with_the_nearest(graph: nx.MultiDiGraph) -> None:
    with pytest.raises(NotFoundError, match=r"nearest: .*PicData"):
        kg.similar(graph, "PicDatta")


@pytest.mark.parametrize("ask", [kg.describe, kg.similar, lambda g, n: kg.trends(g, [n])])
def test_a_link_is_no_paper_and_no_concept(graph: nx.MultiDiGraph, ask: Any) -> None:
    (link,) = (node for node in graph if node.startswith("link/"))
    for name in (link, link.replace("/", ":")):
        with pytest.raises(NotFoundError, match="is no paper or concept"):
            ask(graph, name)
    with pytest.raises(NotFoundError, match="is no paper or concept"):
        kg.path(graph, link, "Fizz")


def test_similar_papers_name_what_they_share(graph: nx.MultiDiGraph) -> None:
    (row,) = kg.similar(graph, "Learning with Buzz")
    assert row.id == "paper/arxiv:2401.00001"
    assert set(row.shared) == {"Buzz", "PicData"}
    assert 0 < row.score < 1


def test_similarity_is_symmetric_and_bounded(two_fields: nx.MultiDiGraph) -> None:
    scores = {
        (paper, row.id.removeprefix("paper/")): row.score
        for paper in ("a0", "a1", "b0")
        for row in kg.similar(two_fields, paper, limit=99)
    }
    assert scores["a0", "a1"] == scores["a1", "a0"]
    assert all(0 <= score <= 1 for score in scores.values())
    assert scores["a0", "a3"] == 1.0, "the same concepts in the same roles"
    assert scores["a0", "b0"] < scores["a0", "a1"]


def test_the_path_goes_through_what_is_shared(graph: nx.MultiDiGraph) -> None:
    (steps,) = kg.path(graph, "Fizz: a method", "accuracy")
    assert steps[0].id == "paper/arxiv:2401.00001"
    assert steps[-1].id == "metric/accuracy"
    assert steps[0].relation == ""
    assert steps[-1].relation == "reports"
    with pytest.raises(NotFoundError, match="no path joins"):
        kg.path(graph, "Fizz", "Nothing in here")


def test_pagerank_agrees_with_networkx_run_to_the_end(two_fields: nx.MultiDiGraph) -> None:
    rows = kg.top(two_fields, by="pagerank", limit=100)
    flat = nx.Graph((s, t) for s, t in two_fields.edges())
    oracle = nx.pagerank(flat, tol=1e-14, max_iter=10_000)
    assert [row.score for row in rows] == pytest.approx([oracle[row.id] for row in rows], abs=1e-6)


def test_top_counts_papers_and_roles(graph: nx.MultiDiGraph) -> None:
    assert [r.label for r in kg.top(graph, type="Dataset")] == ["PicData"]
    introduced = kg.top(graph, role="introduces")
    assert {(r.label, r.score) for r in introduced} == {("Fizz", 1), ("Buzz", 1)}
    assert kg.top(graph, type="Paper", by="betweenness")[0].score > 0


@pytest.mark.parametrize("wrong", [{"by": "fame"}, {"type": "Gadget"}, {"role": "eats"}])
def test_wrong_words_are_usage_errors(graph: nx.MultiDiGraph, wrong: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="expected"):
        kg.top(graph, **wrong)


def test_a_role_goes_with_papers_alone_and_a_slip_is_told(graph: nx.MultiDiGraph) -> None:
    with pytest.raises(UsageError, match="pagerank knows no roles"):
        kg.top(graph, by="pagerank", role="uses")
    with pytest.raises(UsageError, match="nearest: 'comparesWith'"):
        kg.top(graph, role="compareswith")


def test_communities_find_the_two_fields(two_fields: nx.MultiDiGraph) -> None:
    groups = [{m.split("/")[1][0] for m in g.members} - {"m"} for g in kg.communities(two_fields)]
    assert groups == [{"a"}, {"b"}]
    assert kg.communities(two_fields) == kg.communities(two_fields)


def test_no_community_is_named_by_a_metric() -> None:
    places = (Mention("title", n, n + 1, "x", "Method", "uses", concept=f"t/{n}") for n in (0, 1))
    mentions = tuple(places)
    papers = [Paper(f"p{n}", "xx", mentions=mentions) for n in range(3)]
    concepts = [Concept("t/0", "Metric", "accuracy", papers=3), Concept("t/1", "Task", "kiting")]
    [found] = kg.communities(build_graph(papers, concepts))
    assert (found.name, found.concepts) == ("kiting", 2)


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), 0, -1])
def test_a_resolution_is_a_number_above_0(graph: nx.MultiDiGraph, wrong: float) -> None:
    with pytest.raises(UsageError, match="expected a number above 0"):
        kg.communities(graph, resolution=wrong)


def test_trends_count_papers_a_year(two_fields: nx.MultiDiGraph) -> None:
    rows = kg.trends(two_fields, ["m"])
    assert [(row.year, row.papers, row.share) for row in rows] == [(2020, 6, 1.0), (2021, 6, 1.0)]


def test_describe_gives_the_sentences(graph: nx.MultiDiGraph) -> None:
    facts = kg.describe(graph, "PicData")
    assert facts["aliases"] == ["Pic Data"]
    sentences = [e["sentence"] for claim in facts["claims"] for e in claim["evidence"]]
    assert "We propose Fizz, trained on PicData." in sentences
    paper = kg.describe(graph, "Fizz: a method")
    assert paper["links"] == [{"url": "https://github.com/a/fizz", "kind": "code"}]


def test_an_empty_graph_has_answers_too() -> None:
    empty = build_graph([], [])
    assert kg.communities(empty) == []
    assert kg.top(empty) == []
    assert kg.trends(empty) == []


def test_trends_take_one_name_as_it_is(graph: nx.MultiDiGraph) -> None:
    # Each letter was looked up as a name.
    assert kg.trends(graph, "Fizz") == kg.trends(graph, ["Fizz"])


def test_the_nearest_type_is_offered_as_it_is_written(graph: nx.MultiDiGraph) -> None:
    with pytest.raises(UsageError, match=r"; nearest: 'Dataset'$"):
        kg.top(graph, type="dataset")


@pytest.mark.parametrize(
    "ask",
    [
        kg.top,
        lambda g, limit: kg.similar(g, "Fizz", limit=limit),
        lambda g, limit: kg.path(g, "Fizz", "Buzz", limit=limit),
        lambda g, limit: kg.trends(g, ["Fizz"], limit=limit),
    ],
)
def test_a_limit_below_zero_is_refused(graph: nx.MultiDiGraph, ask: Any) -> None:
    with pytest.raises(UsageError, match="limit -1: expected a number from 0"):
        ask(graph, limit=-1)


@pytest.mark.parametrize(
    "call",
    [
        lambda graph: kg.top(graph),
        lambda graph: kg.similar(graph, "Fizz"),
        lambda graph: kg.path(graph, "Fizz", "Buzz"),
        lambda graph: kg.describe(graph, "Fizz"),
        lambda graph: kg.trends(graph),
        lambda graph: kg.communities(graph),
        lambda graph: kg.to_records(graph),
        lambda graph: kg.to_rdf(graph),
        lambda graph: kg.show(graph),
    ],
)
def test_what_is_no_graph_of_ours_is_told(call: Any, graph: nx.MultiDiGraph) -> None:
    """kg.ask takes a folder, the others a graph: each is handed to the other sooner or later."""
    with pytest.raises(UsageError, match=r"found 'out', expected the graph that kg\.build"):
        call("out")
    with pytest.raises(UsageError, match="found an undirected graph"):
        call(graph.to_undirected())
    with pytest.raises(UsageError, match="found a MultiDiGraph, expected a built folder"):
        kg.ask(graph, "counts")  # type: ignore[arg-type]


def test_what_others_add_to_a_graph_changes_no_answer(graph: nx.MultiDiGraph) -> None:
    """People as nodes, similarities as edges: what one does with networkx."""
    more = graph.copy()
    more.add_edge("person/ada", "paper/arxiv:2401.00001", wrote=True)
    more.add_edge("paper/arxiv:2401.00001", "paper/buzz-00000000", similarity=0.5)
    more.add_edge("method/fizz", "dataset/picdata")
    for call in (
        kg.top,
        kg.communities,
        kg.trends,
        kg.to_records,
        lambda g: kg.similar(g, "Fizz"),
        lambda g: kg.path(g, "Fizz", "PicData"),
        lambda g: kg.describe(g, "Buzz"),
        lambda g: kg.top(g, by="pagerank"),
        lambda g: show(g).page,
    ):
        assert call(more) == call(graph)
    with pytest.raises(NotFoundError):
        find_node(more, "person/ada")
    assert "person/ada" in more
