"""``kg validate``: does the graph conform to its shapes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli._common import folder_argument, say
from kg.errors import UsageError

if TYPE_CHECKING:
    from kg.rdf import ValidationReport


@click.command(
    short_help="Check a graph against its SHACL shapes.",
    epilog="""\b
Examples:
  kg validate out
  kg validate out --report report.ttl
  kg validate out --shapes mine.ttl
""",
)
@folder_argument
@click.option("--report", metavar="FILE", help="Write the standard SHACL report there, as Turtle.")
@click.option("--shapes", metavar="FILE", help="Shapes of your own, instead of schemas/shapes.ttl.")
@click.option("--engine", metavar="NAME", help="sparql (fast, the default) or pyshacl.")
def command(folder: str, report: str | None, shapes: str | None, engine: str | None) -> None:
    """Check the graph in DIR against its SHACL shapes; exit 1 if it does not conform.

    Prints the focus node, the path and the message of each violation.
    """
    from kg.rdf import find_graph_file, validate

    found = validate(
        find_graph_file(Path(folder)), shapes=Path(shapes) if shapes else None, engine=engine
    )
    for result in found.results:
        where = f"{result.focus} {result.path}".rstrip()
        click.echo(
            f"{where}: {result.message}" + (f" (found {result.value!r})" if result.value else "")
        )
    if report:
        _write_report(found, Path(report))
    if not found.conforms:
        say(f"{len(found.results)} violations")
        raise SystemExit(1)
    say("conforms")


def _write_report(found: ValidationReport, path: Path) -> None:
    from kg.files import replace_file

    try:
        with replace_file(path) as out:
            out.write(found.to_rdf().serialize(format="turtle"))
    except OSError as error:
        raise UsageError(f"--report {path}: cannot be written: {error.strerror}") from None
