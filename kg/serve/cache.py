"""Answers kept: the graph does not change while it is served, so neither do they."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future

from kg.query import MEGABYTE, Answer, Ask


class AnswerCache:
    """The answers given last, up to so many bytes in all; safe between threads."""

    def __init__(self, size: int = 64 * MEGABYTE) -> None:
        self._left = size
        self._largest = size // 8
        self._kept: OrderedDict[Ask, Answer] = OrderedDict()
        self._making: dict[Ask, Future[Answer]] = {}
        self._lock = threading.Lock()

    def get(self, ask: Ask, make: Callable[[Ask], Answer]) -> Answer:
        """Return the kept answer to ``ask``, or make it and keep it.

        Who asks while somebody else's answer is being made gets that one, or its error.
        """
        with self._lock:
            if ask in self._kept:
                self._kept.move_to_end(ask)
                return self._kept[ask]
            mine = ask not in self._making
            future = self._making.setdefault(ask, Future())
        if mine:
            self._make(ask, make, future)
        return future.result()

    def _make(self, ask: Ask, make: Callable[[Ask], Answer], future: Future[Answer]) -> None:
        try:
            answer = make(ask)
            self._keep(ask, answer)
            future.set_result(answer)
        except BaseException as error:  # noqa: BLE001 - everybody who waits must hear of it
            future.set_exception(error)
        finally:
            with self._lock:
                del self._making[ask]

    def _keep(self, ask: Ask, answer: Answer) -> None:
        size = _size(ask, answer)
        if size > self._largest:
            return
        with self._lock:
            if ask in self._kept:
                return
            self._kept[ask] = answer
            self._left -= size
            while self._left < 0:
                self._left += _size(*self._kept.popitem(last=False))


def _size(ask: Ask, answer: Answer) -> int:
    return len(answer.body) + len(ask.text) + 500
