"""Regions of the map: its communities, named by their own concepts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kg.louvain import Ints
from kg.text import shorten

#: How much a shared concept of a type says about what its papers are about.
TYPE_WEIGHT = {"Task": 1.4, "Method": 1.0, "Dataset": 0.6, "Benchmark": 0.6, "Metric": 0.15}

#: At most so many regions get a name; a map with more has no overview.
MAX_REGIONS = 32

#: Characters of a label within a region's name.
LONGEST = 34


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
            name = " · ".join(shorten(labels[c], LONGEST) for c in chosen[:2])
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


def numbered(values: Sequence[Any]) -> dict[Any, int]:
    """Return value -> position, in order of first appearance.

    >>> numbered(["b", "a", "b"])
    {'b': 0, 'a': 1}
    """
    return {value: at for at, value in enumerate(dict.fromkeys(values))}
