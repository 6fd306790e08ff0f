"""``kg communities``: the regions of the graph."""

from __future__ import annotations

import click

from kg.cli._common import Amount, folder_argument, format_option, limit_option, print_rows


@click.command(
    short_help="Communities, named by their concepts.",
    epilog="\b\nExamples:\n  kg communities out\n  kg communities out --resolution 2 --members",
)
@folder_argument
@click.option(
    "--resolution",
    type=Amount(0.05, 20),
    default=1.0,
    show_default=True,
    help="Above 1: more and smaller ones.",
)
@click.option("--members", is_flag=True, help="List every member.")
@limit_option()
@format_option
def command(folder: str, resolution: float, members: bool, limit: int, style: str) -> None:
    """List communities of papers and concepts, named by their own concepts.

    Python: kg.communities(graph).
    """
    from dataclasses import asdict

    from kg.analyse import communities
    from kg.folder import load_graph

    found = communities(load_graph(folder), resolution=resolution)[:limit]
    rows = [asdict(row) for row in found]
    print_rows(rows if members else [_without_members(row) for row in rows], style)


def _without_members(row: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in row.items() if name != "members"}
