"""``kg extract``: papers with their mentions and links."""

from __future__ import annotations

import click

from kg.cli._common import extractors_option, input_options, model_option, track, write_rows
from kg.cli._refusals import Tally


@click.command(
    short_help="Papers with mentions and links.",
    epilog="""\b
Examples:
  kg extract papers.txt > annotated.jsonl
  kg extract refs.bib --model my-model | head -1
  kg extract papers.txt --extractors model,repeat
""",
)
@input_options
@model_option
@extractors_option
def command(
    inputs: tuple[str, ...],
    format: str | None,
    mapping: dict[str, str] | None,
    model: str | None,
    extractors: str | None,
) -> None:
    """Print the papers in INPUT... as JSON Lines, with mentions and links.

    Each mention has its field, offsets (Unicode code points), text, type, role,
    confidence and extractor; paper[field][start:end] is the text.
    """
    from kg.extract import load_extractor
    from kg.read import read_papers

    tally = Tally(inputs)
    papers = read_papers(inputs, format=format, mapping=mapping, **tally.callbacks())
    extracted = load_extractor(model, extractors=extractors).extract(papers)
    write_rows(p.to_extracted_dict() for p in tally.count(track(extracted, "extracting")))
    tally.report("extract")
