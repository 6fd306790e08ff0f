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
#: Positions whose sums are taken together.
BLOCK = 16


@dataclass(frozen=True, slots=True)
class Span:
    """A run of pieces [first, last], both included, its label's index, each label's probability."""

    first: int
    last: int
    label: int
    probabilities: tuple[float, ...]

    @property
    def probability(self) -> float:
        """The probability of the span with its label."""
        return self.probabilities[self.label]


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
        """Return the spans of the best tag sequence, each with its labels' exact probabilities.

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
        return [
            Span(first, last, label, tuple(lattice.probabilities(first, last).tolist()))
            for first, last, label in runs
        ]

    def find_marginals(self, emissions: Array, glued: Sequence[bool]) -> tuple[Array, Array]:
        """Return how probable each tag is at each piece, and how often each step is expected.

        Shapes (pieces, tags) and (tags, tags): together all that another field over the
        same tags needs to learn from this one. Arguments as in :meth:`find_spans`.
        """
        lattice = _Lattice(self, emissions, glued)
        return lattice.tags().astype(np.float32), lattice.moves().astype(np.float32)

    def _best(self, emissions: Array, glued: Sequence[bool]) -> list[int]:
        """Return the highest-scoring tag sequence (Viterbi)."""
        score = self.begin + emissions[0]
        plain, within = np.ascontiguousarray(self.steps.T), np.ascontiguousarray(self.glued.T)
        came = np.empty(emissions.shape, dtype=np.intp)
        reached = np.empty_like(plain)
        flat, rows = reached.ravel(), np.arange(len(score)) * len(score)
        for at in range(1, len(emissions)):
            np.add(within if glued[at] else plain, score, reached)
            best = reached.argmax(1, out=came[at])
            score = flat.take(rows + best)
            score += emissions[at]
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
    """Forward and backward sums over one text's tag sequences.

    The products of step matrices are taken in blocks of ``BLOCK`` positions, all blocks
    at once (a parallel prefix sum, Blelloch 1990): fewer, larger operations.
    """

    def __init__(self, crf: Crf, emissions: Array, glued: Sequence[bool]) -> None:
        local: Any = np.exp(emissions - emissions.max(1, keepdims=True)).astype(np.float64)
        plain, within = (np.exp(x.astype(np.float64)) for x in (crf.steps, crf.glued))
        self.local = local
        self.steps = np.stack([plain, within])[np.asarray(glued, dtype=np.intp)]
        blocks = self._blocks()
        self.ahead = self._forward(blocks, np.exp(crf.begin.astype(np.float64)))
        self.behind = self._backward(blocks, np.exp(crf.end.astype(np.float64)))
        before = np.einsum("ti,tij->tj", self.ahead[:-1], self.steps[1:])
        self.scale = np.concatenate([[1.0], (before * local[1:]).sum(1)])

    def _blocks(self) -> Any:
        """Return what leads from each position to the next, (blocks, BLOCK, tags, tags).

        The first block's first matrix, and those after the last position, change nothing.
        """
        length, tags = self.local.shape
        count = -(-length // BLOCK)
        moves = np.broadcast_to(np.eye(tags), (count * BLOCK, tags, tags)).copy()
        moves[1:length] = self.steps[1:] * self.local[1:, None, :]
        return moves.reshape(count, BLOCK, tags, tags)

    def _forward(self, blocks: Any, begin: Any) -> Any:
        """Return the sums over all beginnings, each position's scaled to 1."""
        products = blocks.copy()
        for at in range(1, BLOCK):
            products[:, at] = products[:, at - 1] @ blocks[:, at]
        entries = np.empty((len(blocks), len(begin)))
        row = begin * self.local[0]
        for number, product in enumerate(products[:, -1]):
            entries[number] = row / row.sum()
            row = entries[number] @ product
        ahead = np.einsum("bi,btij->btj", entries, products).reshape(-1, len(begin))
        ahead = ahead[: len(self.local)]
        return ahead / ahead.sum(1, keepdims=True)

    def _backward(self, blocks: Any, end: Any) -> Any:
        """Return the sums over all endings, scaled so that a position's products sum to 1."""
        products = np.empty_like(blocks)
        products[:, -1] = np.eye(len(end))
        for at in range(BLOCK - 1, 0, -1):
            products[:, at - 1] = blocks[:, at] @ products[:, at]
        exits = np.empty((len(blocks), len(end)))
        column = end
        for number in range(len(blocks) - 1, -1, -1):
            exits[number] = column / column.sum()
            column = blocks[number, 0] @ (products[number, 0] @ exits[number])
        behind = np.einsum("btij,bj->bti", products, exits).reshape(-1, len(end))
        behind = behind[: len(self.local)]
        return behind / (self.ahead * behind).sum(1, keepdims=True)

    def tags(self) -> Any:
        """Return the probability of every tag at every position."""
        return self.ahead * self.behind

    def moves(self) -> Any:
        """Return the expected number of steps from each tag to each other."""
        reached = self.local[1:] * self.behind[1:] / self.scale[1:, None]
        return np.einsum("ti,tij,tj->ij", self.ahead[:-1], self.steps[1:], reached)

    def probabilities(self, first: int, last: int) -> Any:
        """Return the probability of exactly this span with each label, over all tag sequences."""
        inside = np.arange(2, self.local.shape[1], 2)
        tag = inside - 1
        mass = self.ahead[first, tag]
        for at in range(first + 1, last + 1):
            mass = mass * self.steps[at][tag, inside] * self.local[at, inside] / self.scale[at]
            tag = inside
        if last + 1 == len(self.local):
            return np.minimum(1.0, mass * self.behind[last, tag])
        after = self.steps[last + 1][tag] * self.local[last + 1] * self.behind[last + 1]
        after[np.arange(len(inside)), inside] = 0.0
        return np.minimum(1.0, mass * after.sum(1) / self.scale[last + 1])


def mean_crf(crfs: Sequence[Crf]) -> Crf:
    """Return the field whose scores are the mean of several fields over the same tags."""
    steps, begin, end = (
        np.mean([getattr(crf, name) for crf in crfs], axis=0).astype(np.float32)
        for name in ("steps", "begin", "end")
    )
    return Crf(steps, begin, end)
