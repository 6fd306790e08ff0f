"""The role of a name in a paper, from what the model believes at each place that names it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kg.model import Role

if TYPE_CHECKING:
    from kg.extract.encoder import Found

#: That a paper introduces a name is believed from this probability on: where the model
#: wavers, the name is more often one that the paper only uses.
INTRODUCED = 0.55


def find_roles(
    found: Sequence[Found], names: Sequence[str], roles: Sequence[str]
) -> tuple[str, ...]:
    """Return the role of each mention: that which is most probable over its name's mentions.

    Args:
        found: the mentions of one paper.
        names: the name of each, the same for all spellings of one thing.
        roles: what each place of :attr:`Found.roles` stands for.
    """
    sums: dict[str, NDArray[np.float64]] = defaultdict(lambda: np.zeros(len(roles)))
    for mention, name in zip(found, names, strict=True):
        sums[name] += mention.probability * np.array(mention.roles)
    best = {name: roles[_best(total, roles)] for name, total in sums.items()}
    return tuple(best[name] for name in names)


def _best(total: NDArray[np.float64], roles: Sequence[str]) -> int:
    place = int(total.argmax())
    if roles[place] == Role.INTRODUCES.value and total[place] < INTRODUCED * total.sum():
        others = total.copy()
        others[place] = -1
        return int(others.argmax())
    return place
