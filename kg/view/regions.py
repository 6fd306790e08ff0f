"""Regions: communities of papers and shared concepts, named by their own concepts.

The Louvain method (Blondel et al., "Fast unfolding of communities in large
networks", 2008) with the work queue of the Leiden algorithm (Traag et al., 2019)
instead of full sweeps, over plain arrays: networkx' own takes ten minutes at
100,000 nodes, this one seconds.  Weights are integers and nodes are visited in a
seeded order, so the result is the same on every machine.
"""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

#: How much a shared concept of a type says about what its papers are about.
TYPE_WEIGHT = {"Task": 1.4, "Method": 1.0, "Dataset": 0.6, "Benchmark": 0.6, "Metric": 0.15}

#: At most so many regions get a name; a map with more has no overview.
MAX_REGIONS = 32


@dataclass(frozen=True, slots=True)
class Network:
    """An undirected weighted graph of ``size`` nodes as three parallel edge columns.

    Weights are positive integers; an edge is listed once, in either direction.
    """

    size: int
    source: Ints
    target: Ints
    weight: Ints

    def neighbours(self) -> tuple[list[int], list[int], list[int]]:
        """Return (start, neighbour, weight): both directions, grouped by node."""
        ends = np.concatenate([self.source, self.target])
        others = np.concatenate([self.target, self.source])
        order = np.argsort(ends, kind="stable")
        counts = np.bincount(ends, minlength=self.size)
        start = np.concatenate([[0], np.cumsum(counts)])
        weights = np.concatenate([self.weight, self.weight])[order]
        return start.tolist(), others[order].tolist(), weights.tolist()


def find_communities(network: Network, *, seed: int = 7, resolution: float = 1.0) -> Ints:
    """Return a community number per node, 0 the largest; equal sizes by lowest node.

    Args:
        network: the graph; its weights are integers.
        seed: of the order in which nodes are visited.
        resolution: above 1 more and smaller communities, below 1 fewer.
    """
    labels = np.arange(network.size, dtype=np.int64)
    level, loops = network, np.zeros(network.size, dtype=np.int64)
    while True:
        moved = _move_nodes(level, loops, seed=seed, resolution=resolution)
        names, moved = np.unique(moved, return_inverse=True)
        labels = moved[labels]
        if len(names) == level.size:
            return _by_size(labels)
        level, loops = _aggregate(level, loops, moved, len(names))


def _move_nodes(network: Network, loops: Ints, *, seed: int, resolution: float) -> Ints:
    """One level: move nodes to the neighbouring community of most gain until none gains."""
    start, neighbour, weight = network.neighbours()
    strength = (_strengths(network) + 2 * loops).tolist()
    community, total = list(range(network.size)), list(strength)
    scale = resolution / max(1, sum(strength))
    order = list(range(network.size))
    random.Random(seed).shuffle(order)
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


def modularity(network: Network, labels: Ints, *, resolution: float = 1.0) -> float:
    """Return Newman's modularity of a partition, in [-0.5, 1)."""
    inner = labels[network.source] == labels[network.target]
    whole = float(network.weight.sum())
    strength = np.bincount(labels, weights=_strengths(network))
    share = float(network.weight[inner].sum()) / whole
    return share - resolution * float(np.square(strength / (2 * whole)).sum())


# --- names ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Region:
    """A named community: its label, its telling concepts (indices), its paper count."""

    label: str
    concepts: tuple[int, ...]
    papers: int


def name_regions(
    paper_region: Ints,
    claims: tuple[Ints, Ints],
    types: Sequence[str],
    labels: Sequence[str],
) -> tuple[list[Region], Ints]:
    """Return the named regions, and for each community its region (1-based, 0: unnamed).

    Args:
        paper_region: community per paper.
        claims: parallel columns (paper, concept): who mentions what.
        types: type per concept.
        labels: label per concept.
    """
    papers, concepts = claims
    sizes = np.bincount(paper_region) if len(paper_region) else np.zeros(0, dtype=np.int64)
    least = max(3, len(paper_region) // 200)
    kept = [c for c in range(len(sizes)) if sizes[c] >= least][:MAX_REGIONS]
    tally = _tally(paper_region[papers], concepts, kept)
    spread = np.bincount(concepts, minlength=len(labels))
    regions: list[Region] = []
    number = np.zeros(len(sizes), dtype=np.int64)
    taken: set[int] = set()
    for community in kept:
        chosen = _telling(tally[community], spread, types, labels, taken, len(paper_region))
        if chosen:
            taken.update(chosen[:2])
            name = " · ".join(_short(labels[c]) for c in chosen[:2])
            regions.append(Region(name, tuple(chosen), int(sizes[community])))
            number[community] = len(regions)
    return regions, number


def _tally(region: Ints, concepts: Ints, kept: list[int]) -> dict[int, list[tuple[int, int]]]:
    """Return community -> [(concept, papers of the community that mention it)]."""
    span = int(concepts.max()) + 1 if len(concepts) else 1
    keys, counts = np.unique(region * span + concepts, return_counts=True)
    found: dict[int, list[tuple[int, int]]] = {community: [] for community in kept}
    for key, count in zip(keys.tolist(), counts.tolist(), strict=True):
        if key // span in found:
            found[key // span].append((key % span, count))
    return found


def _telling(
    counts: list[tuple[int, int]],
    spread: Ints,
    types: Sequence[str],
    labels: Sequence[str],
    taken: set[int],
    papers: int,
    most: int = 5,
) -> list[int]:
    """Return the concepts that tell a region from the rest, best first."""

    def score(item: tuple[int, int]) -> tuple[float, str]:
        concept, count = item
        rarity = math.log((1 + papers) / (1 + int(spread[concept]))) + 0.1
        inside = count / int(spread[concept])
        # Words say more to a newcomer than an acronym does.
        worded = 1.3 if " " in labels[concept] else 1.0
        value = TYPE_WEIGHT.get(types[concept], 1.0) * worded * count * math.sqrt(count)
        return -round(value * inside * rarity, 6), labels[concept]

    shared = [item for item in counts if item[1] > 1] or counts
    chosen: list[int] = []
    for concept, _ in sorted(shared, key=score):
        if concept not in taken and not _repeats(labels[concept], [labels[c] for c in chosen]):
            chosen.append(concept)
        if len(chosen) == most:
            break
    return chosen


def _repeats(label: str, others: Sequence[str]) -> bool:
    """Whether a label says again what one of ``others`` says.

    >>> _repeats("graph neural networks", ["Graph neural network"]), _repeats("VQA", ["OCR"])
    (True, False)
    """
    one = label.casefold().rstrip("s")
    return any(one in two or two in one for two in (o.casefold().rstrip("s") for o in others))


def _short(label: str, most: int = 34) -> str:
    """Cut a long label at a word.

    >>> _short("a very long name of a concept that goes on", 20)
    'a very long name…'
    """
    if len(label) <= most:
        return label
    cut = label[: most - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut) + "…"


def numbered(values: Sequence[Any]) -> dict[Any, int]:
    """Return value -> position, in order of first appearance.

    >>> numbered(["b", "a", "b"])
    {'b': 0, 'a': 1}
    """
    return {value: at for at, value in enumerate(dict.fromkeys(values))}
