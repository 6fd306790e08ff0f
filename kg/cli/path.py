"""``kg path``: what joins two papers or concepts."""

from __future__ import annotations

import click

from kg.cli._common import folder_argument, format_option, limit_option, print_rows


@click.command(
    short_help="What joins two papers or concepts.",
    epilog="""\b
Examples:
  kg path out LoRA CLIP
  kg path out LoRA ImageNet --limit 3 --format json
""",
)
@folder_argument
@click.argument("start")
@click.argument("end")
@limit_option("Paths at most.", default=1, most=50)
@format_option
def command(folder: str, start: str, end: str, limit: int, style: str) -> None:
    """Print the shortest ways from START to END through shared concepts, hubs avoided.

    "^" before a relation: it runs the other way.  Python: kg.path(graph, a, b).
    """
    from dataclasses import asdict

    from kg.analyse import path
    from kg.folder import load_graph

    found = path(load_graph(folder), start, end, limit=limit)
    rows = [{"path": n, **asdict(step)} for n, steps in enumerate(found, 1) for step in steps]
    print_rows(rows, style)
