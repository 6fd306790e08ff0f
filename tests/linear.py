"""Cost that grows with the input: two sizes compared, so that no machine is too slow for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Made = TypeVar("Made")


def cpu(action: Callable[[], object]) -> float:
    """Return the CPU seconds that ``action`` takes in this thread: the machine may be busy."""
    start = time.thread_time()
    action()
    return time.thread_time() - start


def check_linear(make: Callable[[int], Made], use: Callable[[Made], object], size: int) -> None:
    """Fail if eight times the input takes more than 24 times as long; the square takes 64 times.

    Up to three tries: a machine that is busy with something else may slow down one size only.
    """
    small, large = make(size // 8), make(size)
    use(small)  # what the first use of all has to load is no cost of the input
    tries = []
    for _ in range(3):
        tries.append((cpu(lambda: use(small)), cpu(lambda: use(large))))
        if tries[-1][1] < 24 * tries[-1][0] + 0.5:
            return
    raise AssertionError(f"CPU seconds for an eighth and for all, in three tries: {tries}")
