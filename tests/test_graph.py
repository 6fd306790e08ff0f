"""The graph is a projection of the records, with an exact inverse."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import pytest

from kg.errors import RecordError
from kg.graph import build_graph, to_records, write_gexf, write_graphml, write_node_link
from kg.model import Concept, Link, Mention, Paper

Records = tuple[tuple[Paper, ...], tuple[Concept, ...]]


@pytest.fixture
def graph(papers: tuple[Paper, ...], concepts: tuple[Concept, ...]) -> nx.MultiDiGraph:
    return build_graph(papers, concepts)


def test_records_come_back_whole(
    graph: nx.MultiDiGraph, papers: tuple[Paper, ...], concepts: tuple[Concept, ...]
) -> None:
    assert to_records(graph) == (papers, concepts)


def test_the_records_of_a_part_are_those_of_its_nodes_and_edges(
    graph: nx.MultiDiGraph,
) -> None:
    """What is gone from the graph is gone from its records, and they make the same part again."""
    parts = [graph.subgraph(set(graph) - {node}) for node in graph]
    parts += [graph.edge_subgraph(set(graph.edges) - {edge}) for edge in graph.edges(keys=True)]
    for part in parts:
        papers, concepts = to_records(part)
        again = build_graph(papers, concepts)
        kept = [n for n, d in part.nodes(data=True) if d["kind"] != "link" or part.in_degree(n)]
        assert set(again) == set(kept)
        assert set(again.edges) == set(part.edges)
        assert to_records(again) == (papers, concepts)
        ids = {paper.id for paper in papers}
        for concept in concepts:
            assert concept.papers == sum(
                d["kind"] == "claim" for *_, d in again.in_edges(concept.id, data=True)
            )
            assert ids.issuperset(concept.introduced_by)
            assert all(ids.issuperset(merge.papers) for merge in concept.merges)


def test_nodes_of_ones_own_are_no_records(
    graph: nx.MultiDiGraph, papers: tuple[Paper, ...], concepts: tuple[Concept, ...]
) -> None:
    graph.add_edge("author/ada", papers[0].node)
    assert to_records(graph) == (papers, concepts)


def test_a_concept_that_is_not_given_is_told(
    papers: tuple[Paper, ...], concepts: tuple[Concept, ...]
) -> None:
    with pytest.raises(RecordError, match=r"paper .* mentions 'method/fizz', which is not among"):
        build_graph(papers, [c for c in concepts if c.id != "method/fizz"])
    with pytest.raises(RecordError, match="falls under 'method/buzz', which is not among"):
        build_graph([], [c for c in concepts if c.id != "method/buzz"])


def test_edges_carry_role_confidence_and_evidence(graph: nx.MultiDiGraph) -> None:
    data = graph.edges["paper/arxiv:2401.00001", "method/fizz", "introduces"]
    assert (data["kind"], data["role"], len(data["mentions"])) == ("claim", "introduces", 2)
    assert graph.edges["method/fizz", "method/buzz", "broader"]["score"] == 0.8
    link = next(t for _, t, d in graph.edges(data=True) if d["kind"] == "link")
    assert graph.nodes[link]["url"] == "https://github.com/a/fizz"


HOSTILE = 'x\x00\x0b<script>alert("1")</script> & \ud800 ‮evil \U0001f600'


def _hostile_graph() -> nx.MultiDiGraph:
    paper = Paper(
        "h",
        HOSTILE,
        HOSTILE,
        mentions=(Mention("title", 3, 9, HOSTILE[3:9], "Method", "uses", concept="method/h"),),
        links=(Link("title", 0, 1, "x", "https://x.y/?a=<b>&c"),),
    )
    return build_graph([paper], [Concept("method/h", "Method", HOSTILE)])


@pytest.mark.parametrize("hostile", [False, True])
def test_file_formats_open_again(graph: nx.MultiDiGraph, hostile: bool, tmp_path: Path) -> None:
    source = _hostile_graph() if hostile else graph
    graphml, gexf = tmp_path / "g.graphml", tmp_path / "g.gexf"
    write_graphml(source, graphml)
    write_gexf(source, gexf)
    for read in (
        nx.read_graphml(graphml, force_multigraph=True),
        nx.read_gexf(gexf),
    ):
        assert set(read) == set(source)
        assert read.number_of_edges() == source.number_of_edges()
    ElementTree.parse(gexf)


def test_the_same_graph_gives_the_same_bytes(graph: nx.MultiDiGraph, tmp_path: Path) -> None:
    for write in (write_graphml, write_gexf, write_node_link):
        write(graph, tmp_path / "a")
        write(graph, tmp_path / "b")
        assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_abstracts_can_be_left_out(graph: nx.MultiDiGraph, tmp_path: Path) -> None:
    for write in (write_graphml, write_gexf, write_node_link):
        write(graph, tmp_path / "g", abstracts=False)
        assert "trained on" not in (tmp_path / "g").read_text(encoding="utf-8")
