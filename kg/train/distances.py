"""Distances between pieces in the few steps that a relative attention tells apart."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Buckets of distances, and the distance from which on all share one.
DISTANCES, FAR = 32, 128


def find_distances(length: int) -> NDArray[np.int64]:
    """Return the bucket of the distance from every piece to every other, (length, length).

    Near distances have a bucket each, far ones share them on a logarithmic scale; pieces
    behind and pieces ahead are told apart (Raffel et al., T5, JMLR 2020; MPNet has it, too).

    >>> find_distances(3).tolist()
    [[0, 17, 18], [1, 0, 17], [2, 1, 0]]
    """
    places = np.arange(length)
    apart: Any = places[:, None] - places[None]
    half, distance = DISTANCES // 2, np.abs(apart)
    near = half // 2
    share = np.log(np.maximum(distance, 1).astype(np.float32) / near) / math.log(FAR / near)
    far = np.minimum(near + (share * (half - near)).astype(np.int64), half - 1)
    return np.asarray(np.where(distance < near, distance, far) + half * (apart < 0))
