"""What a name is in a paper, from what the model believes at each place that names it."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kg.model import Role

if TYPE_CHECKING:
    from kg.extract.encoder import Found
    from kg.extract.told import Told

Array = NDArray[np.float64]

#: That a paper introduces a name is believed from this probability on, that it is a name at all
#: included: where the model wavers, it is more often one that the paper only uses.
INTRODUCED = 0.5


def find_types(
    found: Sequence[Found],
    names: Sequence[str],
    types: Sequence[str],
    told: Mapping[str, Told] = MappingProxyType({}),
) -> tuple[str, ...]:
    """Return the type of each mention: that which is most probable over its name's mentions.

    Args:
        found: the mentions of one paper.
        names: the name of each, the same for all spellings of one thing.
        types: what each place of :attr:`Found.labels` stands for.
        told: what the paper's words tell of a name's type.
    """
    sums = _sum(names, (mention.labels for mention in found))
    best = {name: types[int(beliefs.argmax())] for name, beliefs in sums.items()}
    for name, said in told.items():
        if best[name] in said.over and best[name] not in said.types:
            best[name] = _told_type(sums[name], types, said) or best[name]
    return tuple(best[name] for name in names)


def _told_type(beliefs: Array, types: Sequence[str], told: Told) -> str | None:
    """Return the most probable of the types that are told, None where they are not believed."""
    possible = [at for at, kind in enumerate(types) if kind in told.types]
    if not possible or beliefs[possible].sum() < told.least * beliefs.sum():
        return None
    return types[max(possible, key=lambda at: beliefs[at])]


def find_roles(
    found: Sequence[Found],
    names: Sequence[str],
    roles: Sequence[str],
    own: Container[str] = (),
    known: Container[str] = (),
) -> tuple[str, ...]:
    """Return the role of each mention, as :func:`find_types` returns the type.

    A mention counts as much as it is probable.  That the name is introduced has to be
    probable in itself, on the mean of its mentions: a role that is sure of a doubtful name is not.
    Of the names in ``own`` the paper itself says it, if ``roles`` have it; of those in ``known``
    that they are not.
    """
    sums = _sum(names, (m.probability * np.array(m.roles) for m in found))
    counts = Counter(names)
    best = {}
    for name, beliefs in sums.items():
        least = math.inf if name in known else INTRODUCED
        best[name] = roles[_best_role(beliefs / counts[name], roles, least)]
        if name in own and Role.INTRODUCES in roles:
            best[name] = Role.INTRODUCES.value
    return tuple(best[name] for name in names)


def _sum(names: Sequence[str], beliefs: Iterable[Sequence[float] | Array]) -> dict[str, Array]:
    sums: dict[str, Array] = defaultdict(lambda: np.zeros(1))
    for name, belief in zip(names, beliefs, strict=True):
        sums[name] = sums[name] + belief
    return sums


def _best_role(beliefs: Array, roles: Sequence[str], least: float) -> int:
    """Return the place of the best role; "introduces" has to be believed at ``least``."""
    best = int(beliefs.argmax())
    if roles[best] != Role.INTRODUCES or beliefs[best] >= least:
        return best
    others = beliefs.copy()
    others[best] = -1
    return int(others.argmax())
