"""``kg read``: any supported source to papers, one JSON object a line."""

from __future__ import annotations

import click

from kg.cli._common import input_options, say, track, write_rows
from kg.cli._refusals import Tally
from kg.errors import ReadError
from kg.text import counted


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
    inputs: tuple[str, ...], format: str | None, mapping: dict[str, str] | None, strict: bool
) -> None:
    """Print the papers in INPUT... as JSON Lines, each once.

    INPUT is a file (plain, .gz, .xz, .zst, .bz2), a folder, a glob, or "-" for
    the standard input.  The format is detected from the content.  A summary goes
    to stderr: read = kept + duplicates + refused.
    """
    from kg.read import read_unique

    tally = Tally(inputs)
    papers = read_unique(
        inputs,
        format=format,
        mapping=mapping,
        on_duplicates=lambda number: setattr(tally, "duplicates", number),
        **tally.callbacks(),
    )
    write_rows(paper.to_dict() for paper in tally.count(track(papers, "reading")))
    tally.report("read")
    say(
        f"{tally.read:,} read: {tally.kept:,} kept, {counted(tally.duplicates, 'duplicate')}, "
        f"{len(tally.refusals):,} refused"
    )
    if strict and tally.refusals:
        raise ReadError(f"--strict: {counted(len(tally.refusals), 'record')} refused")


def _formats(context: click.Context, wanted: bool) -> None:
    if not wanted:
        return
    from kg.read import FORMATS

    for name, what in FORMATS.items():
        click.echo(f"{name:<16} {what}")
    context.exit()
