"""Communities: networkx is the oracle, sameness the promise."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from kg.louvain import Ints, Network, find_communities


def network_of(graph: nx.Graph) -> Network:
    """Return the same graph as columns."""
    edges = ((a, b, int(data.get("weight", 1))) for a, b, data in graph.edges(data=True))
    return Network.from_edges(graph.number_of_nodes(), edges)


def modularity(graph: nx.Graph, labels: Ints, **options: float) -> float:
    """Return networkx' modularity of a partition given as a label per node."""
    groups = [set(np.flatnonzero(labels == c).tolist()) for c in range(labels.max() + 1)]
    return float(nx.community.modularity(graph, groups, **options))


GRAPHS = {
    "karate": nx.karate_club_graph(),
    "planted": nx.planted_partition_graph(6, 25, 0.4, 0.02, seed=3),
    "caveman": nx.relaxed_caveman_graph(12, 8, 0.15, seed=1),
    "sparse": nx.gnm_random_graph(400, 600, seed=2),
}


@pytest.mark.parametrize("resolution", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("name", GRAPHS)
def test_communities_are_as_good_as_networkx_louvain(name: str, resolution: float) -> None:
    graph = GRAPHS[name]
    theirs = nx.community.louvain_communities(graph, seed=7, resolution=resolution)
    least = nx.community.modularity(graph, theirs, resolution=resolution) - 0.02
    labels = find_communities(network_of(graph), resolution=resolution)
    assert modularity(graph, labels, resolution=resolution) >= least


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
