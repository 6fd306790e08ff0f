"""``kg show``: all that the graph says of one paper or concept."""

from __future__ import annotations

import json
from typing import Any

import click

from kg.cli._common import folder_argument, limit_option
from kg.text import printable, shorten

#: Facts that are shown, in this order.
_SHOWN = (
    "id", "authors", "year", "venue", "doi", "arxiv_id", "url", "aliases", "papers", "broader",
)  # fmt: skip


@click.command(
    short_help="A paper or concept, with its evidence.",
    epilog="""\b
Examples:
  kg show out LoRA
  kg show out "Attention Is All You Need"
  kg show out dataset/imagenet --json
""",
)
@folder_argument
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@limit_option("Claims shown at most.", default=20, least=0)
def command(folder: str, name: str, as_json: bool, limit: int) -> None:
    """Show a paper or concept of DIR with its claims and the sentences behind them.

    NAME is a label, an alias, a title or an id; a paper's DOI or arXiv id will do.
    """
    from kg.analyse import describe
    from kg.folder import load_graph

    facts = describe(load_graph(folder), name)
    click.echo(json.dumps(facts, ensure_ascii=False, indent=2) if as_json else _text(facts, limit))


def _text(facts: dict[str, Any], limit: int) -> str:
    is_paper = "title" in facts
    head = [facts.get("title") or f"{facts['label']}  ({facts['type']})", *_fact_lines(facts), ""]
    lines = [line for claim in facts["claims"][:limit] for line in _claim_lines(claim, is_paper)]
    more = len(facts["claims"]) - limit
    lines += [f"... and {more:,} more (--limit)"] if more > 0 else []
    return "\n".join(printable(line) for line in [*head, *lines])


def _fact_lines(facts: dict[str, Any]) -> list[str]:
    lines = [f"  {name}: {_plain(facts[name])}" for name in _SHOWN if facts.get(name)]
    return lines + [f"  {link['kind']}: {link['url']}" for link in facts["links"]]


def _plain(value: Any) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


def _claim_lines(claim: dict[str, Any], is_paper: bool) -> list[str]:
    other = f"{claim['label']} ({claim['type']})" if is_paper else claim["title"]
    first = claim["evidence"][0]
    return [
        f"{claim['role']:13} {other}  [{claim['confidence']:.2f}]",
        f"              “{shorten(first['sentence'], 200)}”",
    ]
