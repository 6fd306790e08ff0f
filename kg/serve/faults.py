"""Errors as HTTP: each kind of problem with its status, as text or as JSON."""

from __future__ import annotations

from typing import Any

from kg.errors import KGError, NotFoundError, UsageError
from kg.query import (
    QueryBusyError,
    QueryMemoryError,
    QueryRefusedError,
    QuerySizeError,
    QuerySyntaxError,
    QueryTimeoutError,
)


class Fault(Exception):
    """A request that gets ``status`` and ``message`` instead of an answer.

    ``nearest`` holds the resources whose names are most like the one asked for, as a search does.
    """

    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.nearest: list[dict[str, Any]] = []
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


_STATUS: tuple[tuple[type[KGError], int], ...] = (
    (QuerySyntaxError, 400),
    (QueryRefusedError, 400),
    (UsageError, 400),
    (NotFoundError, 404),
    (QueryTimeoutError, 504),
    (QueryMemoryError, 503),
    (QuerySizeError, 503),
    (QueryBusyError, 503),
)


def to_fault(error: KGError) -> Fault:
    """Return the HTTP side of an error of the library.

    >>> to_fault(QueryTimeoutError("late")).status
    504
    """
    status = next((code for cls, code in _STATUS if isinstance(error, cls)), 500)
    headers = {"Retry_After": "5"} if isinstance(error, QueryBusyError) else {}
    return Fault(status, str(error), **headers)
