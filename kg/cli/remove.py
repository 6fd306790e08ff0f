"""``kg remove``: papers that should not be in the graph."""

from __future__ import annotations

import click

from kg.cli._common import folder_argument, say, track
from kg.text import counted


@click.command(
    short_help="Take papers out of a built graph.",
    epilog="""\b
Examples:
  kg remove out arxiv:2106.09685
  kg remove out "Attention Is All You Need"
""",
)
@folder_argument
@click.argument("papers", nargs=-1, required=True, metavar="PAPER...")
def command(folder: str, papers: tuple[str, ...]) -> None:
    """Take each PAPER out of the graph in DIR.

    PAPER is an id, arXiv id, DOI, title, or what the paper is called in its input.
    The result equals a build from scratch over the papers that are left.
    """
    from kg import grow

    made, growth = grow.remove(folder, papers, progress=track)
    grow.save(made, folder)
    counts = made.counts()
    say(
        f"{counted(len(growth.removed), 'paper')} removed; "
        f"now {counted(counts['papers_kept'], 'paper')}, "
        f"{counted(counts['concepts'], 'concept')} in {folder}"
    )
