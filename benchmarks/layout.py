"""Layouts compared: seconds and quality on maps of about 1,000, 10,000 and 100,000 nodes.

    python benchmarks/layout.py                    # all sizes, 200 s for each run
    python benchmarks/layout.py --nodes 1000 --limit 60

Ours (`kg.view.layout`, its communities included) against networkx' spring and
ForceAtlas2 and, where python-igraph is installed (GPL: for this comparison only),
igraph's DrL and Fruchterman-Reingold.

Quality, on made-up papers whose topic is known:

- ``purity``: share of a paper's ten nearest papers that have its topic; 1 is best,
  chance is 1 / topics.
- ``edge``: median distance of a concept to its papers, by that of two random nodes;
  lower is better.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
from scipy.spatial import cKDTree

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent))

from synthetic import make_papers

from kg.graph import build_graph
from kg.louvain import Network, find_communities
from kg.view import payload
from kg.view.layout import place

Method = Callable[[Network], np.ndarray]

PAPERS = {1_000: 740, 10_000: 8_500, 100_000: 93_000}


def main() -> None:
    """Print a JSON line per size and method."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--nodes", type=int, nargs="*", default=list(PAPERS), choices=list(PAPERS))
    parser.add_argument("--limit", type=float, default=200.0, help="seconds per run")
    parser.add_argument("--method", default="", help="only methods whose name holds this")
    options = parser.parse_args()
    for nodes in options.nodes:
        network, topics = made(PAPERS[nodes])
        for name, method in METHODS.items():
            if options.method not in name:
                continue
            row = run(method, network, topics, options.limit)
            size = {"nodes": network.size, "edges": len(network.source)}
            print(json.dumps({**size, "method": name, **row}), flush=True)


def made(papers: int) -> tuple[Network, np.ndarray]:
    """Return the map's network and the topic of each paper."""
    graph = build_graph(*make_papers(papers))
    content = payload._content(graph, payload.Limits(papers=papers))
    concepts = content.columns()[1]
    spread = np.bincount(concepts, minlength=len(content.concepts))
    network = payload._network(content, spread >= 2, spread)
    named = [paper.title.split(" ", 2)[2] for paper in content.papers]
    return network, np.unique(named, return_inverse=True)[1]


def run(method: Method, network: Network, topics: Any, limit: float) -> Any:
    """Run a method in a process of its own, for at most ``limit`` seconds."""
    there, here = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_work, args=(method, network, here))
    process.start()
    try:
        if not there.poll(limit):
            return {"seconds": None, "note": f"not done in {limit:.0f} s"}
        seconds, points = there.recv()
    except EOFError:
        return {"seconds": None, "note": "failed"}
    finally:
        process.kill()
        process.join()
    if isinstance(points, str):
        return {"seconds": None, "note": points}
    return {"seconds": round(seconds, 2), **quality(network, points, topics)}


def _work(method: Method, network: Network, pipe: Any) -> None:
    start = time.process_time()
    try:
        points: Any = method(network)
    except ImportError as error:
        points = f"not installed: {error.name}"
    pipe.send((time.process_time() - start, points))


def quality(network: Network, points: np.ndarray, topics: np.ndarray) -> dict[str, float]:
    """Return purity and relative edge length."""
    papers = points[: len(topics)]
    near = cKDTree(papers).query(papers, k=11)[1][:, 1:]
    edges = np.hypot(*(points[network.source] - points[network.target]).T)
    rng = np.random.default_rng(1)
    one, two = rng.integers(0, network.size, (2, 20_000))
    apart = np.median(np.hypot(*(points[one] - points[two]).T))
    return {
        "purity": round(float((topics[near] == topics[:, None]).mean()), 3),
        "edge": round(float(np.median(edges) / apart), 3),
    }


def ours(network: Network) -> np.ndarray:
    """The product's own."""
    return place(network, find_communities(network))


def _networkx(network: Network) -> nx.Graph:
    graph = nx.Graph()
    graph.add_nodes_from(range(network.size))
    columns = (c.tolist() for c in (network.source, network.target, network.weight))
    graph.add_weighted_edges_from(zip(*columns, strict=True))
    return graph


def _points(found: dict[int, Any]) -> np.ndarray:
    return np.array([found[node] for node in range(len(found))])


def spring(network: Network) -> np.ndarray:
    """networkx.spring_layout."""
    return _points(nx.spring_layout(_networkx(network), seed=7))


def forceatlas2(network: Network) -> np.ndarray:
    """networkx.forceatlas2_layout, its LinLog mode."""
    return _points(nx.forceatlas2_layout(_networkx(network), linlog=True, seed=7))


def _igraph(network: Network, name: str) -> np.ndarray:
    import igraph

    pairs = list(zip(network.source.tolist(), network.target.tolist(), strict=True))
    graph = igraph.Graph(network.size, pairs)
    return np.array(graph.layout(name).coords)


def drl(network: Network) -> np.ndarray:
    """igraph's DrL."""
    return _igraph(network, "drl")


def fruchterman_reingold(network: Network) -> np.ndarray:
    """igraph's Fruchterman-Reingold, on its grid."""
    return _igraph(network, "fr")


METHODS = {
    "ours (LinLog, particle mesh)": ours,
    "networkx spring": spring,
    "networkx ForceAtlas2": forceatlas2,
    "igraph DrL": drl,
    "igraph Fruchterman-Reingold": fruchterman_reingold,
}

if __name__ == "__main__":
    main()
