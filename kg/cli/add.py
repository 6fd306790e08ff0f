"""``kg add``: more papers for a graph that is built already."""

from __future__ import annotations

import click

from kg.cli._common import existing_file, folder_argument, input_options, say, track
from kg.text import counted


@click.command(
    short_help="Add papers to a built graph.",
    epilog="""\b
Examples:
  kg add out new.bib
  kg add out 'week-*.jsonl.gz'
  kg add out more.csv --map abstract=body
""",
)
@folder_argument
@input_options
@click.option(
    "--corrections",
    type=existing_file,
    metavar="FILE",
    help="Your corrections.yaml, if not DIR's own.",
)
def command(
    folder: str,
    inputs: tuple[str, ...],
    format: str | None,
    mapping: dict[str, str] | None,
    corrections: str | None,
) -> None:
    """Add the papers of INPUT... to the graph in DIR.

    A paper that is there already is replaced if its text has changed.  The result
    equals a build from scratch over the same papers; corrections stay in force.
    """
    from kg import grow

    made, growth = grow.add(
        folder,
        inputs,
        format=format,
        mapping=mapping,
        corrections=corrections,
        progress=track,
    )
    grow.save(made, folder)
    counts = made.counts()
    say(
        f"{counted(len(growth.added), 'paper')} added, {len(growth.replaced):,} replaced, "
        f"{len(growth.known):,} known already; now {counted(counts['papers_kept'], 'paper')}, "
        f"{counted(counts['concepts'], 'concept')} in {folder}"
    )
