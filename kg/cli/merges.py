"""``kg merges``: which names became one concept, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING

import click

from kg.cli._common import folder_argument, format_option, print_rows
from kg.errors import NotFoundError

if TYPE_CHECKING:
    from kg.link.report import Merged


@click.command(
    short_help="Show which names became one concept, and why.",
    epilog="""\b
Examples:
  kg merges out                               every merge but mere spelling
  kg merges out LLM                           all names of one concept
  kg merges out --reason "typing slip"        one kind of merge
  kg merges out --all --format json > merges.json
A wrong merge is undone with 'kg correct DIR keep-apart NAME NAME'.
""",
)
@folder_argument
@click.argument("concept", required=False, metavar="[CONCEPT]")
@click.option("--reason", metavar="REASON", help="Only merges for this reason.")
@click.option("--all", "every", is_flag=True, help="Case, hyphen, plural and the like as well.")
@format_option
def command(folder: str, concept: str | None, reason: str | None, every: bool, style: str) -> None:
    """Show the merges of DIR: name, reason, score, and the sentences behind each.

    CONCEPT is an id or any of the concept's names.  Scores are between 0 and 1.
    """
    from kg.folder import load
    from kg.link.report import find_merges

    built = load(folder)
    found = list(find_merges(built.papers, built.concepts, concept=concept, reason=reason))
    if not found:
        raise NotFoundError(_nothing(folder, concept, reason))
    if not (every or concept or reason):
        found = [merged for merged in found if merged.reason != "spelling"]
    if style == "table":
        click.echo("\n".join(_lines(found)))
    else:
        print_rows([asdict(merged) for merged in found], style)


def _nothing(folder: str, concept: str | None, reason: str | None) -> str:
    what = f" of {concept!r}" if concept else ""
    why = f" for the reason {reason!r}" if reason else ""
    return f"{folder}: no merges{what}{why}"


def _lines(merges: Iterable[Merged]) -> Iterable[str]:
    for _, group in groupby(merges, key=lambda merged: merged.concept):
        of_concept = list(group)
        first = of_concept[0]
        yield f"\n{_safe(first.label)}  ({first.type}, {first.concept})"
        for merged in of_concept:
            yield f"  = {_safe(merged.name)}  [{merged.reason}, {merged.score:.2f}]"
            for paper, sentence in merged.evidence:
                yield f"      {paper}: {_safe(sentence)}"


def _safe(text: str) -> str:
    """Return ``text`` without control characters, which could steer the terminal."""
    return "".join(c for c in text if c.isprintable())
