"""What can go wrong, as types.  The command line prints one line for each.

A message says what was found, what was expected and what to do.
"""

from __future__ import annotations

from typing import Any


def reason(error: BaseException) -> str:
    """Return what an error says, without the file's name, which our own message has.

    >>> reason(FileNotFoundError(2, "No such file or directory", "a.txt"))
    'No such file or directory'
    """
    return getattr(error, "strerror", None) or str(error)


def kind_of(value: object) -> str:
    """Return what a value that came out of JSON is, in plain words.

    >>> kind_of(["x"]), kind_of(5), kind_of(None)
    ('a list', 'a number', 'null')
    """
    kinds: dict[str, Any] = {
        "a list": (list, tuple), "an object": dict, "true or false": bool, "text": str,
        "a number": (int, float), "null": type(None),
    }  # fmt: skip
    return next(
        (kind for kind, types in kinds.items() if isinstance(value, types)), "no such thing"
    )


class KGError(Exception):
    """Base of every error that is the data's or the user's, not a bug.

    ``exit_code`` is what the command line ends with: 1 for a problem with the
    data, 2 for wrong usage.
    """

    exit_code = 1


class UsageError(KGError):
    """The call itself is wrong: an unknown format, an input that is not there, a bad option."""

    exit_code = 2


class ReadError(KGError):
    """A source cannot be read at all (single bad records are refusals instead)."""


class RecordError(KGError, ValueError):
    """A record breaks an invariant of :mod:`kg.model`."""


class BuildError(KGError):
    """A folder is not a build, or a build cannot be written."""


class QueryError(KGError):
    """A SPARQL query is malformed, too long or asks for what is not there."""


class NotFoundError(KGError):
    """No paper or concept of that name; the message offers the nearest ones."""


class MissingExtraError(KGError):
    """An optional package is not installed; the message holds the pip command."""

    exit_code = 2

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs the package {package!r}: pip install 'paperkg[{extra}]'")
