"""Communities and their names: networkx is the oracle, sameness the promise."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from kg.view.regions import Network, find_communities, modularity, name_regions


def network_of(graph: nx.Graph) -> Network:
    """Return the same graph as columns."""
    rows = [(a, b, int(d.get("weight", 1))) for a, b, d in graph.edges(data=True)]
    source, target, weight = (np.array(c, dtype=np.int64) for c in zip(*rows, strict=True))
    return Network(graph.number_of_nodes(), source, target, weight)


GRAPHS = {
    "karate": nx.karate_club_graph(),
    "planted": nx.planted_partition_graph(6, 25, 0.4, 0.02, seed=3),
    "caveman": nx.relaxed_caveman_graph(12, 8, 0.15, seed=1),
    "sparse": nx.gnm_random_graph(400, 600, seed=2),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_modularity_is_networkx_own(name: str) -> None:
    graph = GRAPHS[name]
    network = network_of(graph)
    labels = find_communities(network)
    groups = [set(np.flatnonzero(labels == c).tolist()) for c in range(labels.max() + 1)]
    ours = modularity(network, labels)
    assert ours == pytest.approx(nx.community.modularity(graph, groups), abs=1e-9)


@pytest.mark.parametrize("name", GRAPHS)
def test_communities_are_as_good_as_networkx_louvain(name: str) -> None:
    graph = GRAPHS[name]
    theirs = nx.community.louvain_communities(graph, seed=7)
    ours = modularity(network_of(graph), find_communities(network_of(graph)))
    assert ours >= nx.community.modularity(graph, theirs) - 0.02


def test_planted_communities_are_found_whole() -> None:
    labels = find_communities(network_of(GRAPHS["planted"]))
    parts = labels.reshape(6, 25)
    assert (parts == parts[:, :1]).all()
    assert len(set(parts[:, 0].tolist())) == 6


def test_communities_are_numbered_by_size_and_repeat() -> None:
    network = network_of(GRAPHS["sparse"])
    labels = find_communities(network)
    sizes = np.bincount(labels)
    assert (np.diff(sizes) <= 0).all()
    assert (labels == find_communities(network)).all()


def test_a_graph_without_edges_is_all_communities_of_one() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert find_communities(Network(4, none, none, none)).tolist() == [0, 1, 2, 3]
    assert find_communities(Network(0, none, none, none)).tolist() == []


def test_regions_are_named_by_what_is_theirs_alone() -> None:
    """Ten papers in two regions: both use "hub", each has a task of its own."""
    region = np.array([0] * 5 + [1] * 5)
    papers = np.repeat(np.arange(10), 2)
    concepts = np.array([0, 1] * 5 + [0, 2] * 5)
    regions, number = name_regions(
        region, (papers, concepts), ["Method", "Task", "Task"], ["hub", "parsing", "driving"]
    )
    assert [r.label.split(" · ")[0] for r in regions] == ["parsing", "driving"]
    assert [r.papers for r in regions] == [5, 5]
    assert number.tolist() == [1, 2]


def test_a_metric_names_a_region_only_if_nothing_else_can() -> None:
    region = np.zeros(4, dtype=np.int64)
    papers, concepts = np.repeat(np.arange(4), 2), np.array([0, 1] * 4)
    regions, _ = name_regions(region, (papers, concepts), ["Metric", "Task"], ["accuracy", "QA"])
    assert regions[0].label.startswith("QA")
