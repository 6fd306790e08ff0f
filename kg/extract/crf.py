"""A linear-chain conditional random field over BIO tags: best path, span probabilities.

Lafferty, McCallum and Pereira, ICML 2001.  Tag 0 is outside; tags 1 + 2k and
2 + 2k begin and continue a span of the k-th label.  Numpy only, one text at a
time, probabilities scaled position by position so that no length underflows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

#: Score of what cannot be: a span that continues without having begun, a name cut in a word.
NEVER = -1e4


@dataclass(frozen=True, slots=True)
class Span:
    """A run of pieces [first, last], both included, its label's index and its probability."""

    first: int
    last: int
    label: int
    probability: float


class Crf:
    """Scores of neighbouring tags (``steps[a, b]``), of the first and of the last tag.

    A span continues only what has begun, and a piece that continues a word has the
    same label as the piece before it: no span begins or ends within a word.
    """

    def __init__(self, steps: Array, begin: Array, end: Array) -> None:
        tags = np.arange(len(steps))
        inside = (tags > 0) & (tags % 2 == 0)
        same = (tags[:, None] + 1) // 2 == (tags[None] + 1) // 2
        self.steps = np.where(inside[None] & ~same, NEVER, steps).astype(np.float32)
        within = same & (inside | (tags == 0))[None]
        self.glued = np.where(within, steps, NEVER).astype(np.float32)
        self.begin = np.where(inside, NEVER, begin).astype(np.float32)
        self.end = end

    def find_spans(self, emissions: Array, glued: Sequence[bool]) -> list[Span]:
        """Return the spans of the best tag sequence, each with its exact probability.

        Args:
            emissions: a score for every piece and tag, shape (pieces, tags).
            glued: for every piece whether it continues a word.
        """
        if not len(emissions):
            return []
        runs = _runs(self._best(emissions, glued))
        if not runs:
            return []
        lattice = _Lattice(self, emissions, glued)
        return [Span(*run, lattice.probability(*run)) for run in runs]

    def _best(self, emissions: Array, glued: Sequence[bool]) -> list[int]:
        """Return the highest-scoring tag sequence (Viterbi)."""
        score = self.begin + emissions[0]
        plain, within = np.ascontiguousarray(self.steps.T), np.ascontiguousarray(self.glued.T)
        came = np.empty(emissions.shape, dtype=np.intp)
        rows = np.arange(len(score))
        for at in range(1, len(emissions)):
            reached = (within if glued[at] else plain) + score
            came[at] = reached.argmax(1)
            score = reached[rows, came[at]] + emissions[at]
        tag = int((score + self.end).argmax())
        path = [tag]
        for at in range(len(emissions) - 1, 0, -1):
            tag = int(came[at, tag])
            path.append(tag)
        return path[::-1]


def _runs(path: list[int]) -> list[tuple[int, int, int]]:
    """Return (first, last, label) of every span that a tag sequence spells.

    >>> _runs([0, 1, 2, 0, 3, 1])
    [(1, 2, 0), (4, 4, 1), (5, 5, 0)]
    """
    runs: list[tuple[int, int, int]] = []
    for at, tag in enumerate(path):
        if not tag:
            continue
        label = (tag - 1) // 2
        if tag % 2 == 0 and runs and runs[-1][1:] == (at - 1, label):
            runs[-1] = (runs[-1][0], at, label)
        else:
            runs.append((at, at, label))
    return runs


class _Lattice:
    """Forward and backward sums over one text's tag sequences."""

    def __init__(self, crf: Crf, emissions: Array, glued: Sequence[bool]) -> None:
        local: Any = np.exp(emissions - emissions.max(1, keepdims=True)).astype(np.float64)
        plain, within = (np.exp(x.astype(np.float64)) for x in (crf.steps, crf.glued))
        self.local = local
        self.steps = [within if flag else plain for flag in glued]
        self.ahead, self.scale = self._forward(np.exp(crf.begin.astype(np.float64)))
        self.behind = self._backward(np.exp(crf.end.astype(np.float64)))

    def _forward(self, begin: Any) -> tuple[Any, Any]:
        ahead, scale = np.empty_like(self.local), np.empty(len(self.local))
        row = begin * self.local[0]
        for at in range(len(self.local)):
            if at:
                row = (ahead[at - 1] @ self.steps[at]) * self.local[at]
            scale[at] = row.sum()
            ahead[at] = row / scale[at]
        return ahead, scale

    def _backward(self, end: Any) -> Any:
        behind = np.empty_like(self.local)
        behind[-1] = end / (self.ahead[-1] @ end)
        for at in range(len(self.local) - 1, 0, -1):
            behind[at - 1] = self.steps[at] @ (self.local[at] * behind[at]) / self.scale[at]
        return behind

    def probability(self, first: int, last: int, label: int) -> float:
        """Return the probability of exactly this span, all tag sequences considered."""
        inside = 2 + 2 * label
        mass, tag = self.ahead[first, inside - 1], inside - 1
        for at in range(first + 1, last + 1):
            mass *= self.steps[at][tag, inside] * self.local[at, inside] / self.scale[at]
            tag = inside
        if last + 1 == len(self.local):
            return float(min(1.0, mass * self.behind[last, tag]))
        after = self.steps[last + 1][tag] * self.local[last + 1] * self.behind[last + 1]
        after[inside] = 0.0
        return float(min(1.0, mass * after.sum() / self.scale[last + 1]))


def mean_crf(crfs: Sequence[Crf]) -> Crf:
    """Return the field whose scores are the mean of several fields over the same tags."""
    steps, begin, end = (
        np.mean([getattr(crf, name) for crf in crfs], axis=0).astype(np.float32)
        for name in ("steps", "begin", "end")
    )
    return Crf(steps, begin, end)
