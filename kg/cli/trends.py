"""``kg trends``: concepts over the years."""

from __future__ import annotations

import click

from kg.cli._common import folder_argument, format_option, limit_option, print_rows, say
from kg.text import counted


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

    graph = load_graph(folder)
    rows = trends(graph, names, type=type, limit=limit)
    _tell_undated([d["year"] for _, d in graph.nodes(data=True) if d["kind"] == "paper"])
    print_rows(rows, style)


def _tell_undated(years: list[int | None]) -> None:
    undated = sum(not year for year in years)
    if undated and undated == len(years):
        say("no paper has a year, so there are no trends")
    elif undated:
        verb = "has no year and is" if undated == 1 else "have no year and are"
        say(f"{undated:,} of {counted(len(years), 'paper')} {verb} not counted")
