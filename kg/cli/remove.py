"""``kg remove``: papers that should not be in the graph."""

from __future__ import annotations

import click

from kg.cli._common import folder_argument, say, track


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
    """Take each PAPER, given by id, arXiv id, DOI or title, out of the graph in DIR.

    The result equals a build from scratch over the papers that are left.
    """
    from kg import grow

    made, growth = grow.remove(folder, papers, progress=track)
    grow.save(made, folder)
    counts = made.counts()
    say(
        f"{len(growth.removed)} papers removed; now {counts['papers_kept']} papers, "
        f"{counts['concepts']} concepts in {folder}"
    )
