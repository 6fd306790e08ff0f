"""``kg validate``: does the graph conform to its shapes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli._common import check_output, check_place, folder_argument, say
from kg.files import CORRECTIONS, MANIFEST, find_graph_file, replace_file
from kg.text import counted

if TYPE_CHECKING:
    from kg.rdf import Result


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

    Prints the focus node, the path and the message of each violation.  Files that are
    not as the build wrote them, by the hashes in manifest.json, are named first and
    count like violations: changed by hand, cut off or lost.
    """
    from kg.rdf import validate

    mine = Path(shapes) if shapes else None
    if report:
        check_output("--report", Path(report), Path(folder), mine)
        check_place("--report", Path(report))
    built = (Path(folder) / MANIFEST).is_file()
    changed = built and _tell_changes(Path(folder))
    file = find_graph_file(Path(folder))
    if not built:
        say(f"{folder}: no {MANIFEST}, so nothing tells whether its files are whole")
    found = validate(file, shapes=mine, engine=engine)
    for result in found.results:
        click.echo(_line(result))
    if report:
        with replace_file(Path(report)) as out:
            out.write(found.to_turtle())
    if not found.conforms:
        say(counted(len(found.results), "violation"))
    elif not changed:
        say("conforms")
    if changed or not found.conforms:
        raise SystemExit(1)


def _tell_changes(folder: Path) -> bool:
    """Print a line for every file that changed; return whether that is a finding.

    The corrections are the user's to edit: they only wait to be applied.
    """
    from kg.folder import find_changes

    changes = dict(find_changes(folder))
    if changes.pop(CORRECTIONS, None):
        say(f"{folder / CORRECTIONS}: not as at the build; 'kg correct {folder}' applies it")
    for name, change in changes.items():
        click.echo(f"{folder / name}: {change}, says its hash in {MANIFEST}; build it again")
    return bool(changes)


def _line(result: Result) -> str:
    where = f"{result.focus} {result.path}".rstrip()
    found = result.value_term and result.value_term != result.focus_term
    return f"{where}: {result.message}" + (f" (found {result.value!r})" if found else "")
