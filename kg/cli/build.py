"""``kg build``: from a pile of papers to a folder with the graph in every form."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.cli._common import (
    existing_file,
    extractors_option,
    first_of,
    input_options,
    model_option,
    new_folder,
    say,
    track,
)
from kg.files import FILES, MANIFEST
from kg.text import counted

if TYPE_CHECKING:
    from kg.pipeline import Build
    from kg.read import Input


@click.command(
    short_help="Build the graph of a pile of papers.",
    epilog="""\b
Examples:
  kg build papers.txt --out out
  kg build refs.bib export.jsonl.gz --out out --title "My reading list"
  kg build papers.txt --out out --extractors model,repeat
  kg build 'exports/*.csv' --map abstract=body --out out
  curl -s ... | kg build - --from arxiv --out out
""",
)
@input_options
@click.option("--out", required=True, type=new_folder, metavar="DIR", help="Folder to write.")
@model_option
@extractors_option
@click.option(
    "--corrections",
    type=existing_file,
    metavar="FILE",
    help="Your corrections.yaml (see 'kg correct').",
)
@click.option(
    "--vocabulary",
    "vocabularies",
    type=existing_file,
    multiple=True,
    metavar="FILE",
    help="SKOS or OWL file to match.",
)
@click.option("--title", metavar="TEXT", help="Heading of the HTML view.")
@click.option("--base", metavar="IRI", help="IRI under which papers and concepts are named.")
@click.option("--no-abstracts", is_flag=True, help="Leave abstracts out of RDF, HTML and GraphML.")
@click.option(
    "--no-sentences",
    is_flag=True,
    help="Leave evidence sentences out of RDF, and with --no-abstracts out of HTML.",
)
@click.option("--store", is_flag=True, help="Build the on-disk SPARQL store as well.")
def command(
    inputs: tuple[str, ...],
    out: str,
    no_abstracts: bool,
    no_sentences: bool,
    base: str | None,
    **options: Any,
) -> None:
    """Build the knowledge graph of the papers in INPUT... and write it to DIR.

    INPUT is a file, a folder, a glob or - (stdin): a pasted listing page, BibTeX,
    RIS, CSL-JSON, arXiv, OpenAlex, Semantic Scholar, Crossref, JSONL, JSON, CSV,
    TSV, plain or compressed.  An earlier build in DIR is replaced whole.
    """
    build_and_tell(
        inputs,
        Path(out),
        abstracts=not no_abstracts,
        sentences=not no_sentences,
        **({"base": base} if base else {}),
        **options,
    )


def build_and_tell(inputs: Sequence[str | Input], out: Path, **options: Any) -> None:
    """Run the build and print its summary: what was read, made, refused and where it is."""
    from kg import pipeline

    made, _ = pipeline.build_into(inputs, out, progress=track, **options)
    say(summary(made, out))
    if not made.conforms:
        say(f"the graph breaks its own shapes, please report this: kg validate {out}")


def summary(made: Build, out: Path) -> str:
    """Return the text that ends a build."""
    counts = made.counts()
    parts = [
        _read_line(counts),
        *_refusal_lines(made),
        _made_line(counts),
        *_nothing_lines(made),
        "",
        _top_lines(made),
        "",
        _file_lines(out),
        "",
        _next_lines(out),
        f"\n{sum(made.seconds.values()):.1f} seconds "
        f"({', '.join(f'{stage} {spent:.1f}' for stage, spent in made.seconds.items())})",
    ]
    return "\n".join(parts)


def _read_line(counts: dict[str, Any]) -> str:
    return (
        f"{counted(counts['papers_kept'], 'paper')} ({counts['papers_read']:,} read, "
        f"{counted(counts['duplicates'], 'duplicate')}, {counts['refused']:,} refused)"
    )


def _refusal_lines(made: Build, most: int = 5) -> list[str]:
    lines = []
    for title, items in (("refused", made.refusals), ("changed", made.notices)):
        lines += [f"  {title}: {line}" for line in first_of(items, most, f", see {MANIFEST}")]
    return lines


def _made_line(counts: dict[str, Any]) -> str:
    by_type = ", ".join(f"{n:,} {name}" for name, n in counts["concepts_by_type"].items())
    kinds = f" ({by_type})" if by_type else ""
    return (
        f"{counted(counts['concepts'], 'concept')}{kinds} "
        f"from {counted(counts['mentions'], 'mention')}, {counted(counts['links'], 'link')}"
    )


def _nothing_lines(made: Build, most: int = 5) -> list[str]:
    titles = [paper.title for paper in made.papers if not paper.mentions]
    if not titles:
        return []
    shown = first_of([title[:90] for title in titles], most, " (kg -v build ... lists them)")
    return [
        f"nothing was found in {counted(len(titles), 'paper')}:",
        *(f"  {line}" for line in shown),
    ]


def _top_lines(made: Build) -> str:
    if not made.concepts:
        return "no concepts were found, so there is nothing to share"
    shared = sorted(made.concepts, key=lambda c: (-c.papers, c.id))[:10]
    rows = [f"  {c.papers:5}  {c.label}  ({c.type})" for c in shared]
    return "\n".join(["most shared concepts:", *rows])


def _file_lines(out: Path) -> str:
    rows = [f"  {out / name}  {what}" for name, what in FILES.items() if (out / name).exists()]
    return "\n".join(["written:", *rows])


def _next_lines(out: Path) -> str:
    return "\n".join(
        [
            "try next:",
            f"  kg view {out}                        explore it in the browser",
            f"  kg query {out} --list                questions you can ask",
            f"  kg query {out} shared-concepts       one of them",
            f"  kg top {out} --type Dataset          rankings, similar papers, paths ...",
            f"  kg serve {out}                       SPARQL endpoint and explorer",
        ]
    )
