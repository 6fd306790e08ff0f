"""``kg similar``: papers or concepts like one."""

from __future__ import annotations

import click

from kg.cli._common import folder_argument, format_option, limit_option, print_rows


@click.command(
    short_help="Papers or concepts like one.",
    epilog="""\b
Examples:
  kg similar out LoRA
  kg similar out "Attention Is All You Need" --limit 5
""",
)
@folder_argument
@click.argument("name")
@limit_option()
@format_option
def command(folder: str, name: str, limit: int, style: str) -> None:
    """List what is most like NAME, with what they share.

    A paper is compared with papers by their concepts, a concept with concepts of
    its type by their papers.  Python: kg.similar(graph, name).
    """
    from kg.analyse import similar
    from kg.folder import load_graph

    print_rows(similar(load_graph(folder), name, limit=limit), style)
