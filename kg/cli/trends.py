"""``kg trends``: concepts over the years."""

from __future__ import annotations

import click

from kg.cli._common import folder_argument, format_option, limit_option, print_rows


@click.command(
    short_help="Concepts over the years.",
    epilog="\b\nExamples:\n  kg trends out\n  kg trends out LoRA CLIP\n  kg trends out --type Task",
)
@folder_argument
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--type", "type", metavar="TYPE", help="Without names: the most shared of this type.")
@limit_option("Without names: concepts at most.")
@format_option
def command(folder: str, names: tuple[str, ...], type: str | None, limit: int, style: str) -> None:
    """Papers a year with each concept, and their share of that year's papers.

    Python: kg.trends(graph, names).
    """
    from kg.analyse import trends
    from kg.folder import load_graph

    print_rows(trends(load_graph(folder), names, type=type, limit=limit), style)
