"""Communities: the Louvain method over plain arrays, for the explorer's map and ``kg communities``.

Blondel et al., "Fast unfolding of communities in large networks" (2008), with the
work queue of the Leiden algorithm (Traag et al., "From Louvain to Leiden", 2019)
instead of full sweeps: networkx' own takes ten times as long at 45,000 nodes and
finds nothing better.  Weights are integers and nodes are visited in a seeded order,
so the result is the same on every machine.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

#: Of the order in which nodes are visited.
_SEED = 7


@dataclass(frozen=True, slots=True)
class Network:
    """An undirected weighted graph of ``size`` nodes as three parallel edge columns.

    Weights are positive integers; an edge is listed once, in either direction.
    """

    size: int
    source: Ints
    target: Ints
    weight: Ints

    @classmethod
    def from_edges(cls, size: int, edges: Iterable[tuple[int, int, int]]) -> Self:
        """Return the graph of ``edges``, each (node, node, weight)."""
        columns = np.array(list(edges), dtype=np.int64).reshape(-1, 3).T
        return cls(size, *columns)

    def neighbours(self) -> tuple[list[int], list[int], list[int]]:
        """Return (start, neighbour, weight): both directions, grouped by node."""
        ends = np.concatenate([self.source, self.target])
        others = np.concatenate([self.target, self.source])
        order = np.argsort(ends, kind="stable")
        counts = np.bincount(ends, minlength=self.size)
        start = np.concatenate([[0], np.cumsum(counts)])
        weights = np.concatenate([self.weight, self.weight])[order]
        return start.tolist(), others[order].tolist(), weights.tolist()


def find_communities(network: Network, *, resolution: float = 1.0) -> Ints:
    """Return a community number per node, 0 the largest; equal sizes by lowest node.

    Args:
        network: the graph; its weights are integers.
        resolution: above 1 more and smaller communities, below 1 fewer.
    """
    labels = np.arange(network.size, dtype=np.int64)
    level, loops = network, np.zeros(network.size, dtype=np.int64)
    while True:
        moved = _move_nodes(level, loops, resolution)
        names, moved = np.unique(moved, return_inverse=True)
        labels = moved[labels]
        if len(names) == level.size:
            return _by_size(labels)
        level, loops = _aggregate(level, loops, moved, len(names))


def _move_nodes(network: Network, loops: Ints, resolution: float) -> Ints:
    """One level: move nodes to the neighbouring community of most gain until none gains."""
    start, neighbour, weight = network.neighbours()
    strength = (_strengths(network) + 2 * loops).tolist()
    community, total = list(range(network.size)), list(strength)
    scale = resolution / max(1, sum(strength))
    order = list(range(network.size))
    random.Random(_SEED).shuffle(order)
    queue, waiting = deque(order), [True] * network.size
    while queue:
        node = queue.popleft()
        waiting[node] = False
        own = community[node]
        towards: dict[int, int] = {}
        for at in range(start[node], start[node + 1]):
            name = community[neighbour[at]]
            towards[name] = towards.get(name, 0) + weight[at]
        total[own] -= strength[node]
        best = _best(towards, own, total, strength[node] * scale)
        total[best] += strength[node]
        if best == own:
            continue
        community[node] = best
        for at in range(start[node], start[node + 1]):
            other = neighbour[at]
            if not waiting[other] and community[other] != best:
                waiting[other] = True
                queue.append(other)
    return np.array(community, dtype=np.int64)


def _best(towards: dict[int, int], own: int, total: list[int], penalty: float) -> int:
    best, most = own, towards.get(own, 0) - penalty * total[own] + 1e-9
    for name, weight in towards.items():
        gain = weight - penalty * total[name]
        if gain > most:
            best, most = name, gain
    return best


def _strengths(network: Network) -> Ints:
    ends = np.concatenate([network.source, network.target])
    weights = np.concatenate([network.weight, network.weight])
    return np.bincount(ends, weights=weights, minlength=network.size).astype(np.int64)


def _aggregate(network: Network, loops: Ints, labels: Ints, size: int) -> tuple[Network, Ints]:
    """Return the graph of communities and the weight inside each."""
    one, two = labels[network.source], labels[network.target]
    inner = one == two
    inside = np.bincount(labels, weights=loops, minlength=size)
    inside += np.bincount(one[inner], weights=network.weight[inner], minlength=size)
    low, high = np.minimum(one, two)[~inner], np.maximum(one, two)[~inner]
    keys, position = np.unique(low * size + high, return_inverse=True)
    weight = np.bincount(position, weights=network.weight[~inner], minlength=len(keys))
    joined = Network(size, keys // size, keys % size, weight.astype(np.int64))
    return joined, inside.astype(np.int64)


def _by_size(labels: Ints) -> Ints:
    """Renumber communities by size, largest first; equal sizes by their first node."""
    names, first, counts = np.unique(labels, return_index=True, return_counts=True)
    rank = np.empty(len(names), dtype=np.int64)
    rank[np.lexsort((first, -counts))] = np.arange(len(names))
    return rank[np.searchsorted(names, labels)]
