"""``kg read``: any supported source to papers, one JSON object a line."""

from __future__ import annotations

from typing import Any

import click

from kg.cli._common import first_of, input_options, parse_mapping, say, track, write_rows
from kg.errors import ReadError

_SHOWN = 10


@click.command(
    epilog="""\b
Examples:
  kg read papers.txt > papers.jsonl        a listing page pasted from a browser
  kg read refs.bib export.ris 2024/        several sources, folders too
  kg read 'dumps/*.jsonl.xz' | head -3
  curl -s "$URL" | kg read -               arXiv, OpenAlex, Crossref answers
  kg read table.csv --map abstract=body --map title=heading
  kg read works.txt --from bibtex          overrule the detection
  kg read --formats                        what can be read
"""
)
@input_options
@click.option("--strict", is_flag=True, help="Exit with 1 if any record was refused.")
@click.option(
    "--formats",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda c, p, v: _formats(c, v),
    help="List the formats and exit.",
)
def command(
    inputs: tuple[str, ...], format: str | None, mapping: tuple[str, ...], strict: bool
) -> None:
    """Print the papers in INPUT... as JSON Lines, each once.

    INPUT is a file (plain, .gz, .xz, .zst, .bz2), a folder, a glob, or "-" for
    the standard input.  The format is detected from the content.  A summary goes
    to stderr: read = kept + duplicates + refused.
    """
    from kg.read import read_unique

    counts: dict[str, int] = {"kept": 0, "duplicates": 0}
    refusals: list[Any] = []
    notices: list[Any] = []
    papers = read_unique(
        inputs,
        format=format,
        mapping=parse_mapping(mapping) or None,
        on_refusal=refusals.append,
        on_notice=notices.append,
        on_duplicates=lambda number: counts.update(duplicates=number),
    )

    def rows() -> Any:
        for paper in track(papers, "reading"):
            counts["kept"] += 1
            yield paper.to_dict()

    write_rows(rows())
    _report(inputs, counts, refusals, notices)
    if strict and refusals:
        raise ReadError(f"--strict: {len(refusals)} records were refused")


def _formats(context: click.Context, wanted: bool) -> None:
    if not wanted:
        return
    from kg.read import FORMATS

    for name, what in FORMATS.items():
        click.echo(f"{name:<16} {what}")
    context.exit()


def _report(
    inputs: tuple[str, ...], counts: dict[str, int], refusals: list[Any], notices: list[Any]
) -> None:
    """Print the summary; raise when there is no paper at all."""
    if not counts["kept"]:
        raise ReadError(_nothing(inputs, refusals))
    for title, items in (("refused", refusals), ("changed", notices)):
        shown = first_of(items, _SHOWN)
        for item in shown:
            say(f"{title}: {item}")
        if len(items) > len(shown):
            say(f"{title}: ... and {len(items) - len(shown)} more (kg -v read ... lists them)")
    read = counts["kept"] + counts["duplicates"] + len(refusals)
    say(
        f"{read} read: {counts['kept']} kept, {counts['duplicates']} duplicates, "
        f"{len(refusals)} refused"
    )


def _nothing(inputs: tuple[str, ...], refusals: list[Any]) -> str:
    where = ", ".join(inputs[:3]) + (", ..." if len(inputs) > 3 else "")
    if refusals:
        return f"{where}: no paper could be read, {len(refusals)} refused; the first: {refusals[0]}"
    return (
        f"{where}: no papers found; expected a listing page, BibTeX, JSON Lines, ... "
        "(kg read --formats lists all)"
    )
