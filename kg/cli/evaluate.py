"""``kg evaluate``: precision, recall and F1 of an extractor on annotated papers."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from kg.cli._common import (
    check_place,
    existing_file,
    extractors_option,
    model_option,
    say,
    track,
)

if TYPE_CHECKING:
    from kg.score import Report


@click.command(
    short_help="Measure extraction against annotated papers.",
    epilog="""\b
Examples:
  kg evaluate dev.jsonl
  kg evaluate dev.jsonl --html errors.html --plot reliability.svg
  kg evaluate dev.jsonl --extractors model --format json
  kg evaluate dev.jsonl --intervals
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
@click.option(
    "--intervals",
    is_flag=True,
    help="Tell how far each F1 may be off: 95 % of those of papers drawn anew lie there.",
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
    intervals: bool,
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
        intervals=intervals,
        linking=linking,
    )
    if linking:
        _score_linking(gold, style)
        return
    # Opened before the work: a place that cannot be written is told at once.
    with ExitStack() as stack:
        page_out, plot_out = (stack.enter_context(_open(path)) for path in (page, plot))
        report = _measure(gold, model, extractors, predicted, intervals=intervals)
        if page_out:
            page_out.write(report.to_html())
        if plot_out:
            plot_out.write(report.to_svg())
    as_json = json.dumps(report.to_dict(), ensure_ascii=False, indent=2)
    click.echo(as_json if style == "json" else report.to_text())
    for path in filter(None, (page, plot)):
        say(f"wrote {path}")


def _check_options(gold: str, *, linking: bool, intervals: bool, **given: str | None) -> None:
    """Raise where an option would say nothing, or a page would replace what it is made from."""
    used = [name for name, value in {**given, "intervals": intervals}.items() if value]
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
            check_place(f"--{name}", Path(path))


def _open(path: str | None) -> AbstractContextManager[IO[str] | None]:
    from kg.files import replace_file

    return replace_file(Path(path)) if path else nullcontext()


def _score_linking(gold: str, style: str) -> None:
    from kg.link.score import evaluate_linking

    report = evaluate_linking(gold)
    as_json = json.dumps(report.to_dict(), ensure_ascii=False, indent=2)
    click.echo(as_json if style == "json" else report.to_text())


def _measure(
    gold: str,
    model: str | None,
    extractors: str | None,
    predicted: str | None,
    *,
    intervals: bool,
) -> Report:
    from kg.errors import ReadError
    from kg.extract import load_extractor
    from kg.gold import read_gold
    from kg.score import evaluate
    from kg.text import counted

    papers = read_gold(gold)
    if not any(paper.mentions or paper.links for paper in papers):
        counts = counted(len(papers), "paper")
        raise ReadError(f"{gold}: no mention and no link is annotated in {counts}; see --help")
    if predicted:
        return evaluate(papers, read_gold(predicted), intervals=intervals)
    extractor = load_extractor(model, extractors=extractors)
    found = track(extractor.extract(papers), "extracting", total=len(papers))
    return evaluate(papers, found, intervals=intervals)
