"""``kg merges``: which names became one concept, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING

import click

from kg.cli._common import folder_argument, format_option, print_rows
from kg.errors import NotFoundError
from kg.nearest import nearest_hint
from kg.text import printable

if TYPE_CHECKING:
    from kg.link.report import Merged
    from kg.model import Concept


@click.command(
    short_help="Show which names became one concept, and why.",
    epilog="""\b
Examples:
  kg merges out                               every merge but mere spelling
  kg merges out LLM                           all names of one concept
  kg merges out --reason "generic head"       one kind of merge
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
        raise NotFoundError(f"{folder}: {_nothing(built.concepts, concept, reason)}")
    if not (every or concept or reason):
        found = [merged for merged in found if merged.reason != "spelling"]
    if style == "table":
        click.echo("\n".join(_lines(found)))
    else:
        print_rows([asdict(merged) for merged in found], style)


def _nothing(concepts: Iterable[Concept], concept: str | None, reason: str | None) -> str:
    """Return the line that says so; a name or a reason that there is not gets the nearest."""
    names = {name for c in concepts for name in (c.id, c.label, *c.aliases)}
    reasons = {merge.reason for c in concepts for merge in c.merges}
    said = "no merges"
    for word, known, before in ((concept, names, "of"), (reason, reasons, "for the reason")):
        if word:
            said += f" {before} {word!r}{'' if word in known else nearest_hint(word, known)}"
    return said


def _lines(merges: Iterable[Merged]) -> Iterable[str]:
    for _, group in groupby(merges, key=lambda merged: merged.concept):
        of_concept = list(group)
        first = of_concept[0]
        yield f"\n{printable(first.label)}  ({first.type}, {first.concept})"
        for merged in of_concept:
            yield f"  = {printable(merged.name)}  [{merged.reason}, {merged.score:.2f}]"
            for paper, sentence in merged.evidence:
                yield f"      {paper}: {printable(sentence)}"
