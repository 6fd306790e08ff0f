"""``kg evaluate``: precision, recall and F1 of an extractor on annotated papers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli._common import existing_file, extractors_option, model_option, say, track

if TYPE_CHECKING:
    from kg.score import Report


@click.command(
    short_help="Measure extraction against annotated papers.",
    epilog="""\b
Examples:
  kg evaluate dev.jsonl
  kg evaluate dev.jsonl --html errors.html --plot reliability.svg
  kg evaluate dev.jsonl --extractors model --format json
  kg evaluate scier-dev.jsonl --model my-scier-model
  kg evaluate aliases.jsonl --linking
""",
)
@click.argument("gold", type=existing_file, metavar="GOLD")
@model_option
@extractors_option
@click.option(
    "--predicted",
    type=existing_file,
    metavar="FILE",
    help="Score this output of 'kg extract' instead of a model.",
)
@click.option(
    "--linking", is_flag=True, help="Score linking instead: GOLD holds clusters or pairs of names."
)
@click.option("--html", "page", metavar="FILE", help="Write gold and found side by side.")
@click.option("--plot", metavar="FILE", help="Write the reliability plot as SVG.")
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print the report.",
)
def command(
    gold: str,
    model: str | None,
    extractors: str | None,
    predicted: str | None,
    linking: bool,
    page: str | None,
    plot: str | None,
    style: str,
) -> None:
    """Score an extractor on the annotated papers in GOLD.

    GOLD is JSON Lines of papers with mentions (and links), SciER's sentences, or
    spaCy's .spacy.  The report has precision, recall and F1 for exact and overlapping
    spans, per type and, where the role counts as well, per role; for concepts,
    introduced concepts, roles of right mentions and links; the calibration of
    confidence, and the 20 most frequent confusions.

    With --linking, GOLD is JSON Lines of documents with clusters of names (SciREX)
    or tab-separated pairs (same or different, type, name, name); the report has
    pairwise and B-cubed precision, recall and F1, and the pairs that went wrong.
    """
    _check_options(
        gold,
        model=model,
        extractors=extractors,
        predicted=predicted,
        html=page,
        plot=plot,
        linking=linking,
    )
    if linking:
        _score_linking(gold, style)
        return
    report = _measure(gold, model, extractors, predicted)
    click.echo(
        json.dumps(report.to_dict(), ensure_ascii=False, indent=2)
        if style == "json"
        else report.to_text()
    )
    if page:
        _write(report.to_html(), page)
    if plot:
        _write(report.to_svg(), plot)


def _check_options(gold: str, *, linking: bool, **given: str | None) -> None:
    """Raise where an option would say nothing, or a page would replace what it is made from."""
    used = [name for name, value in given.items() if value]
    idle = used if linking else [n for n in used if n in ("model", "extractors")]
    if idle and (linking or given["predicted"]):
        other = "--linking" if linking else "--predicted"
        raise click.UsageError(f"--{idle[0]} says nothing beside {other}")
    taken = {Path(path).resolve() for path in (gold, given["predicted"]) if path}
    for name in ("html", "plot"):
        if path := given[name]:
            if Path(path).resolve() in taken:
                told = "would replace another file of this command"
                raise click.UsageError(f"--{name} {path}: {told}")
            taken.add(Path(path).resolve())


def _write(text: str, name: str) -> None:
    from kg.files import replace_file

    with replace_file(Path(name)) as out:
        out.write(text)
    say(f"wrote {name}")


def _score_linking(gold: str, style: str) -> None:
    from kg.link.score import evaluate_linking

    report = evaluate_linking(gold)
    as_json = json.dumps(report.to_dict(), ensure_ascii=False, indent=2)
    click.echo(as_json if style == "json" else report.to_text())


def _measure(gold: str, model: str | None, extractors: str | None, predicted: str | None) -> Report:
    from kg.extract import load_extractor
    from kg.gold import read_gold
    from kg.score import evaluate

    papers = read_gold(gold)
    if predicted:
        return evaluate(papers, read_gold(predicted))
    extractor = load_extractor(model, extractors=extractors)
    found = track(extractor.extract(papers), "extracting", total=len(papers))
    return evaluate(papers, found)
