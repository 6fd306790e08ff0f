"""Pieces that several commands share: inputs, output, progress."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import click

from kg.errors import UsageError
from kg.files import to_json

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


def input_options(function: F) -> F:
    """Add INPUT..., --from and --map to a command."""
    function = click.option(
        "--map",
        "mapping",
        multiple=True,
        metavar="FIELD=COLUMN",
        help="Read FIELD (title, abstract, ...) from COLUMN; may be given again.",
    )(function)
    function = click.option(
        "--from", "format", metavar="FORMAT", help="The inputs' format, instead of detecting it."
    )(function)
    return click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")(function)


def parse_mapping(pairs: Iterable[str]) -> dict[str, str]:
    """Return {field: column} from ``FIELD=COLUMN`` words.

    >>> parse_mapping(["abstract=body"])
    {'abstract': 'body'}
    """
    mapping = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        if not (field and equals and column):
            raise UsageError(f"--map {pair!r}: expected FIELD=COLUMN, as in --map abstract=body")
        mapping[field.strip()] = column.strip()
    return mapping


def say(message: str, *, level: int = 0) -> None:
    """Print a message to stderr unless -q; ``level`` 1 only with -v."""
    options = _options()
    if not options["quiet"] and options["verbose"] >= level:
        click.echo(message, err=True)


def _options() -> dict[str, Any]:
    context = click.get_current_context(silent=True)
    found = context.find_object(dict) if context else None
    return found or {"quiet": False, "verbose": 0}


def write_rows(rows: Iterable[dict[str, Any]]) -> None:
    """Print one JSON object a line to stdout, as UTF-8 whatever the locale."""
    out = sys.stdout.buffer
    for row in rows:
        out.write(to_json(row).encode() + b"\n")
    out.flush()


def track(items: Iterable[T], label: str, *, total: int | None = None) -> Iterator[T]:
    """Yield ``items`` with a progress line on stderr, only on a terminal and unless -q."""
    if _options()["quiet"] or not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(items, label=label, length=total, file=sys.stderr) as bar:
        yield from bar
