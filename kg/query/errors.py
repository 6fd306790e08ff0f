"""What can go wrong with a query, told apart: each has its exit code and its HTTP status."""

from __future__ import annotations

from typing import Any

from kg.errors import QueryError


class QuerySyntaxError(QueryError):
    """The text is not SPARQL 1.1; ``line`` and ``column`` count from 1, 0 if unknown."""

    exit_code = 2

    def __init__(self, message: str, *, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class QueryRefusedError(QueryError):
    """Legal SPARQL that is not run here: SERVICE, an update, a text that is too long."""

    exit_code = 2


class QueryTimeoutError(QueryError):
    """The query ran past its time-out; its process was killed."""


class QueryMemoryError(QueryError):
    """The query hit its memory limit; its process is gone."""


class QuerySizeError(QueryError):
    """The result is larger than what may be returned."""


class QueryBusyError(QueryError):
    """Every worker is busy and the queue is full, or waiting took too long."""


#: Name on the wire -> class, for errors that cross the process boundary.
KINDS: dict[str, type[QueryError]] = {
    "refused": QueryRefusedError,
    "memory": QueryMemoryError,
    "size": QuerySizeError,
    "error": QueryError,
}


def to_wire(error: QueryError) -> dict[str, Any]:
    """Return an error as plain JSON; inverse of :func:`from_wire`."""
    if isinstance(error, QuerySyntaxError):
        place = {"line": error.line, "column": error.column}
        return {"kind": "syntax", "message": str(error), **place}
    kind = next((name for name, cls in KINDS.items() if type(error) is cls), "error")
    return {"kind": kind, "message": str(error)}


def from_wire(data: dict[str, Any]) -> QueryError:
    """Return the error that :func:`to_wire` wrote.

    >>> from_wire(to_wire(QuerySyntaxError("no", line=2, column=3))).line
    2
    """
    if data["kind"] == "syntax":
        return QuerySyntaxError(data["message"], line=data["line"], column=data["column"])
    return KINDS[data["kind"]](data["message"])
