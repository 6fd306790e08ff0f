"""What a name is in a paper, from what the model believes at each place that names it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kg.model import Role

if TYPE_CHECKING:
    from kg.extract.encoder import Found

Array = NDArray[np.float64]

#: That a paper introduces a name is believed from this probability on, that it is a name at all
#: included: where the model wavers, it is more often one that the paper only uses.
INTRODUCED = 0.5


def find_types(
    found: Sequence[Found], names: Sequence[str], types: Sequence[str]
) -> tuple[str, ...]:
    """Return the type of each mention: that which is most probable over its name's mentions.

    Args:
        found: the mentions of one paper.
        names: the name of each, the same for all spellings of one thing.
        types: what each place of :attr:`Found.labels` stands for.
    """
    sums = _sum(names, (mention.labels for mention in found))
    return tuple(types[int(sums[name].argmax())] for name in names)


def find_roles(
    found: Sequence[Found], names: Sequence[str], roles: Sequence[str]
) -> tuple[str, ...]:
    """Return the role of each mention, as :func:`find_types` returns the type.

    A mention counts as much as it is probable.  That the name is introduced has to be
    probable in itself, on the mean of its mentions: a role that is sure of a doubtful name is not.
    """
    sums = _sum(names, (m.probability * np.array(m.roles) for m in found))
    counts = Counter(names)
    return tuple(roles[_best_role(sums[name] / counts[name], roles)] for name in names)


def _sum(names: Sequence[str], beliefs: Iterable[Sequence[float] | Array]) -> dict[str, Array]:
    sums: dict[str, Array] = defaultdict(lambda: np.zeros(1))
    for name, belief in zip(names, beliefs, strict=True):
        sums[name] = sums[name] + belief
    return sums


def _best_role(beliefs: Array, roles: Sequence[str]) -> int:
    best = int(beliefs.argmax())
    if roles[best] != Role.INTRODUCES or beliefs[best] >= INTRODUCED:
        return best
    others = beliefs.copy()
    others[best] = -1
    return int(others.argmax())
