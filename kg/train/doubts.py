"""What teachers were unsure of: the probabilities behind the labels of raw papers.

A student learns more from how probable each tag was than from the best one alone
(Hinton, Vinyals and Dean 2015; for fields over tags Wang et al., ACL 2020).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.extract.encoder import Window


@dataclass(frozen=True, slots=True)
class Doubt:
    """One window's probabilities: (pieces, tags), and the expected steps (tags, tags)."""

    tags: NDArray[np.float16]
    moves: NDArray[np.float32]


class Doubts:
    """The doubts about many windows, found by a window's pieces."""

    def __init__(self) -> None:
        self._of: dict[bytes, Doubt] = {}

    def add(self, window: Window, tags: NDArray[Any], moves: NDArray[Any]) -> None:
        """Remember what :attr:`kg.extract.encoder.Encoder.watch` is told."""
        doubt = Doubt(tags.astype(np.float16), moves.astype(np.float32))
        self._of[_key(window.ids)] = doubt

    def find(self, ids: Sequence[int]) -> Doubt | None:
        """Return the doubt about the window of these pieces, if there is one."""
        return self._of.get(_key(ids))

    def join(self, other: Doubts) -> Doubts:
        """Return both's doubts; about a window that both know, this one's."""
        made = Doubts()
        made._of = {**other._of, **self._of}
        return made

    def write(self, path: Path, windows: Iterable[Window]) -> None:
        """Write the doubts about ``windows``, those that are known, as ``.npz``."""
        ids = [window.ids for window in windows if _key(window.ids) in self._of]
        found = [self._of[_key(row)] for row in ids]
        tags = len(found[0].moves) if found else 0
        with path.open("wb") as file:
            np.savez(
                file,
                lengths=np.array([len(row) for row in ids], dtype=np.int32),
                ids=np.array([at for row in ids for at in row], dtype=np.int32),
                tags=np.concatenate([np.empty((0, tags), np.float16), *(d.tags for d in found)]),
                moves=np.array([doubt.moves for doubt in found]),
            )

    @classmethod
    def read(cls, path: Path) -> Doubts:
        """Inverse of :meth:`write`."""
        made = cls()
        with np.load(path) as data:
            ends = [0, *np.cumsum(data["lengths"]).tolist()]
            ids, tags, moves = data["ids"], data["tags"], data["moves"]
        for number, (start, end) in enumerate(pairwise(ends)):
            made._of[ids[start:end].tobytes()] = Doubt(tags[start:end], moves[number])
        return made


def _key(ids: Sequence[int]) -> bytes:
    return np.array(ids, dtype=np.int32).tobytes()
