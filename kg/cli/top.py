"""``kg top``: the concepts or papers that stand out."""

from __future__ import annotations

import click

from kg.cli._common import folder_argument, format_option, limit_option, print_rows


@click.command(
    short_help="Rank concepts or papers.",
    epilog="""\b
Examples:
  kg top out
  kg top out --type Dataset --limit 20
  kg top out --type Method --role introduces
  kg top out --type Paper --by betweenness
""",
)
@folder_argument
@click.option(
    "--type", "type", metavar="TYPE", help="Method, Dataset, Benchmark, Task, Metric, Paper."
)
@click.option(
    "--role",
    metavar="ROLE",
    help="Count papers in this role only: introduces, uses, comparesWith ...",
)
@click.option("--by", default="papers", show_default=True, help="papers, pagerank or betweenness.")
@limit_option()
@format_option
def command(
    folder: str, type: str | None, role: str | None, by: str, limit: int, style: str
) -> None:
    """Rank the concepts (or papers) of DIR.  Python: kg.top(graph, ...)."""
    from kg.analyse import top
    from kg.folder import load_graph

    print_rows(top(load_graph(folder), type=type, role=role, by=by, limit=limit), style)
