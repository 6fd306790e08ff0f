"""Pieces that several commands share: inputs, output, progress."""

from __future__ import annotations

import csv
import io
import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import click

from kg.errors import UsageError
from kg.files import FILES, to_json
from kg.text import display_width, pad, printable

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


def input_options(function: F) -> F:
    """Add INPUT..., --from and --map to a command."""
    function = click.option(
        "--map",
        "mapping",
        multiple=True,
        metavar="FIELD=COLUMN",
        callback=lambda _context, _option, pairs: parse_mapping(pairs),
        help="Read FIELD (title, abstract, ...) from COLUMN; may be given again.",
    )(function)
    function = click.option(
        "--from", "format", metavar="FORMAT", help="The inputs' format, instead of detecting it."
    )(function)
    return click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")(function)


class Amount(click.FloatRange):
    """A number of a range that has both ends: inf is in none, and click lets nan into any."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        number: float = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{number} is not in the range {self._describe_range()}.", param, ctx)
        return number


#: The type of a time-out; a week is longer than anybody waits, and than no clock can count.
seconds = Amount(0, 7 * 24 * 60 * 60, min_open=True)

#: The type of a file that must be there: a missing one is wrong usage, told at once.
existing_file = click.Path(exists=True, dir_okay=False)

#: The type of a folder to write, which may be there or not.
new_folder = click.Path(file_okay=False)

model_option = click.option(
    "--model", metavar="MODEL", help="Folder of a model trained with 'kg train'."
)

extractors_option = click.option(
    "--extractors",
    metavar="NAMES",
    help="Only these, joined by commas: model, coined, measure, abbreviation, repeat.",
)


def parse_mapping(pairs: Iterable[str]) -> dict[str, str] | None:
    """Return {field: column} from ``FIELD=COLUMN`` words, None if there are none.

    >>> parse_mapping(["abstract=body"])
    {'abstract': 'body'}
    """
    mapping = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        if not (field and equals and column):
            raise UsageError(f"--map {pair!r}: expected FIELD=COLUMN, as in --map abstract=body")
        mapping[field.strip()] = column.strip()
    return mapping or None


def say(message: str) -> None:
    """Print a message to stderr unless -q."""
    if not _options()["quiet"]:
        click.echo(message, err=True)


def first_of(items: Sequence[object], most: int, rest: str) -> list[str]:
    """Return what is shown of a long list: its first ``most`` items, all of them with -v.

    Args:
        rest: where the others are, to end the line that counts them.
    """
    shown = items if _options()["verbose"] else items[:most]
    more = len(items) - len(shown)
    return [*map(str, shown), *([f"... and {more:,} more{rest}"] if more else [])]


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


# --- rows as a table, CSV or JSON ---------------------------------------------------

#: Columns of the terminal that a cell of a table may take.
_WIDEST = 60
#: The columns of tables that hold ids.
_IDS = ("id", "concept")

format_option = click.option(
    "--format",
    "style",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="How to print the rows.",
)


def limit_option(
    what: str = "Rows at most.", *, default: int = 10, least: int = 1, most: int | None = None
) -> Callable[[F], F]:
    """Return the decorator that adds --limit to a command; ``what`` is its help."""
    range_ = click.IntRange(least, most)
    return click.option("--limit", type=range_, default=default, show_default=True, help=what)


folder_argument = click.argument("folder", metavar="DIR", type=click.Path(file_okay=False))


def check_place(option: str, path: Path) -> None:
    """Raise if ``path`` is no place for a file: at once, not after the work."""
    if path.is_dir():
        raise UsageError(f"{option} {path}: is a folder; expected a file")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"{option} {path}: there is no folder {path.parent}")


def check_output(option: str, path: Path, folder: Path, *sources: Path | None) -> None:
    """Raise if writing ``path`` would change what a command reads: a built folder, or a source.

    The manifest holds the hashes of the folder's files: they stay as they are.

    Args:
        folder: a built folder, or an RDF file by itself.
        sources: other files that the command reads.
    """
    target, built = path.resolve(), folder.resolve()
    if target == built:
        what = "the built folder itself" if folder.is_dir() else "the graph that is read"
    elif target.is_relative_to(built) and target.relative_to(built).parts[0] in FILES:
        what = "a file of the built folder"
    elif target in {source.resolve() for source in sources if source}:
        what = "a file that this command reads"
    else:
        return
    raise UsageError(f"{option} {path}: is {what}; choose another")


def print_rows(rows: Iterable[Any], style: str) -> None:
    """Print records (dataclasses) or dicts as an aligned table, as CSV or as a JSON array."""
    plain = [row if isinstance(row, dict) else asdict(row) for row in rows]
    if style == "json":
        click.echo(json.dumps(plain, ensure_ascii=False, indent=2))
    elif style == "csv":
        click.echo(_to_csv(plain), nl=False)
    else:
        print_table(plain)


def print_table(rows: list[dict[str, Any]]) -> None:
    """Print rows as aligned text; only a terminal's lines have an end that cells must not pass."""
    click.echo(to_table(rows, width=_WIDEST if sys.stdout.isatty() else None))


def _to_csv(rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(rows[0] if rows else ())
    writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return out.getvalue()


def to_table(rows: list[dict[str, Any]], *, width: int | None = _WIDEST) -> str:
    """Return rows as aligned text, cells cut at ``width`` terminal columns (None: not at all).

    Ids are never cut: other commands take them, but only whole.

    >>> print(to_table([{"label": "LoRA", "papers": 3}]))
    label  papers
    LoRA        3
    """
    if not rows:
        return "nothing found"
    cells = [[_cell(value) for value in row.values()] for row in rows]
    names = list(rows[0])
    widths = [max(map(display_width, column)) for column in zip(names, *cells, strict=True)]
    if width is not None:
        widths = [
            most if name in _IDS else min(most, max(width, display_width(name)))
            for name, most in zip(names, widths, strict=True)
        ]
    right = [
        all(isinstance(list(row.values())[i], int | float) for row in rows)
        for i in range(len(names))
    ]
    lines = [_align(names, widths, right), *(_align(line, widths, right) for line in cells)]
    return "\n".join(lines)


def _align(cells: list[str], widths: list[int], right: list[bool]) -> str:
    return "  ".join(pad(*cell) for cell in zip(cells, widths, right, strict=True)).rstrip()


def _cell(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "; ".join(str(item) for item in value)
    return printable(str(value))
