"""How far a measured F1 may lie from the one over all papers of the kind.

The percentile bootstrap (Efron, "Bootstrap methods", 1979; for F1 over documents see
Berg-Kirkpatrick et al., EMNLP 2012): papers, not mentions, are drawn again and again, as the
mentions of one paper are right or wrong together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.score.measure import COUNTED
from kg.score.report import ALL, Counts, Pairs, total

#: Low and high end of an F1.
Interval = tuple[float, float]

#: How often the papers are drawn, what share of the F1 lie within the interval, the seed.
DRAWS, SHARE, SEED = 2000, 0.95, 0


def find_intervals(pairs: Pairs) -> dict[str, dict[str, Interval]]:
    """Return the interval of each F1 of a report: table, then type or role, then low and high.

    The sum of a table's rows is under :data:`kg.score.report.ALL`. Without papers there is none.
    """
    if not pairs:
        return {}
    drawn = np.random.default_rng(SEED).multinomial(
        len(pairs), np.full(len(pairs), 1 / len(pairs)), size=DRAWS
    )
    return {name: _of_table(pairs, count, drawn) for name, count in COUNTED.items()}


def _of_table(
    pairs: Pairs,
    count: Callable[[Pairs], Mapping[str, Counts]],
    drawn: NDArray[np.int64],
) -> dict[str, Interval]:
    tables = [count((pair,)) for pair in pairs]
    rows = {key: [table.get(key, Counts()) for table in tables] for key in _keys(tables)}
    rows[ALL] = [total(table) for table in tables]
    return {key: _interval(counts, drawn) for key, counts in rows.items()}


def _keys(tables: Sequence[Mapping[str, Counts]]) -> list[str]:
    return sorted({key for table in tables for key in table})


def _interval(counts: Sequence[Counts], drawn: NDArray[np.int64]) -> Interval:
    """Return the interval of the F1 of counts, of which ``drawn`` has (draws, papers) weights."""
    # In an order of their own: the same papers in another order give the same interval.
    each = np.array(sorted((c.right, c.spurious, c.missed) for c in counts), dtype=np.int64)
    right, spurious, missed = (drawn @ each).T
    f1: Any = 2 * right / np.maximum(2 * right + spurious + missed, 1)
    low, high = np.quantile(f1, ((1 - SHARE) / 2, (1 + SHARE) / 2))
    return round(float(low), 4), round(float(high), 4)
