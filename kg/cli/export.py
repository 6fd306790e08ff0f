"""``kg export``: a built graph in other formats."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import click

from kg.cli._common import check_output, check_place, folder_argument, say
from kg.errors import UsageError
from kg.files import read_jsonl
from kg.text import counted

if TYPE_CHECKING:
    from kg.export import Source

T = TypeVar("T")


def _list(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    """List the formats and end, whatever else is given: no folder is needed for that."""
    if not wanted or context.resilient_parsing:
        return
    from kg.export import FORMATS

    width = max(len(name) for name in FORMATS)
    for name, format in FORMATS.items():
        click.echo(f"{name:<{width}}  {format.suffix or 'folder':<10}  {format.about}")
    context.exit()


@click.command(
    short_help="Write a graph in another format.",
    epilog="""\b
Examples:
  kg export --list
  kg export out --format jsonld --out graph.jsonld
  kg export out --format ntriples --out graph.nt.gz --no-abstracts
  kg export out --format csv --out tables
  kg export out --format void --out void.ttl --license https://creativecommons.org/publicdomain/zero/1.0/
  kg export out --format citation --out CITATION.cff --title "My graph" --author "A. Person"
  kg export out --sparql-page ask.html      one page with the graph and a SPARQL editor
""",
)
@folder_argument
@click.option("--format", "format", metavar="NAME", help="Which format; --list shows them.")
@click.option(
    "--out",
    metavar="FILE",
    help="File to write, or folder for tables; if left out, graph.SUFFIX or CITATION.cff here.",
)
@click.option(
    "--list", is_flag=True, is_eager=True, expose_value=False, callback=_list,
    help="List the formats.",
)  # fmt: skip
@click.option("--sparql-page", metavar="FILE", help="Write a page that answers SPARQL offline.")
@click.option("--no-abstracts", is_flag=True, help="Leave the abstracts out.")
@click.option("--no-sentences", is_flag=True, help="Leave the evidence sentences out.")
@click.option("--base", metavar="IRI", help="Name everything under IRI, not as it was built.")
@click.option("--title", metavar="TEXT", help="Name of the graph (void, citation, page).")
@click.option("--author", multiple=True, metavar="NAME", help="Who publishes it; again for more.")
@click.option("--license", metavar="URL", help="Licence of the graph (void, citation).")
def command(
    folder: str,
    format: str | None,
    out: str | None,
    sparql_page: str | None,
    **options: Any,
) -> None:
    """Write the graph built in DIR in another format."""
    _check_words(options)
    if not (format or sparql_page):
        raise UsageError("kg export wants --format NAME; see kg export --list")
    if format:
        _export(folder, format, out, options)
    if sparql_page:
        _write_page(folder, sparql_page, options["title"])


def _check_words(options: dict[str, Any]) -> None:
    """Raise unless what describes the graph says something that a catalogue can use."""
    words = [("--title", options["title"]), *(("--author", name) for name in options["author"])]
    for option, text in words:
        if text is not None and not text.strip():
            raise UsageError(f"{option} {text!r}: expected a name")
    license = options["license"]
    if license is not None and not re.fullmatch(r"https?://[^\s/]+\S*", license):
        raise UsageError(
            f"--license {license!r}: expected the URL of a licence, "
            "as in https://creativecommons.org/publicdomain/zero/1.0/"
        )


def _export(folder: str, format: str, out: str | None, options: dict[str, Any]) -> None:
    from kg.export import export, find_format

    found = find_format(format)
    name = found.file or (f"graph{found.suffix}" if found.suffix else f"graph-{format}")
    path = Path(out or name)
    if found.suffix and path.is_dir():
        raise UsageError(f"--out {path}: is a folder; expected a file, as in {name}")
    if found.suffix:
        check_place("--out", path)
    check_output("--out", path, Path(folder))
    count = export(_source(Path(folder), options), format, path)
    say(f"wrote {path}: {counted(count, found.unit)}")
    if format == "citation" and not options["author"]:
        say("its author is Anonymous; say who publishes the graph with --author NAME")


class _Lazy(Generic[T]):
    """The records of a JSON Lines file, read anew each time: memory stays small."""

    def __init__(self, path: Path, make: Callable[[Any], T]) -> None:
        self._path, self._make = path, make

    def __iter__(self) -> Iterator[T]:
        return (self._make(row) for row in read_jsonl(self._path))


def _source(folder: Path, options: dict[str, Any]) -> Source:
    from kg.export import Source
    from kg.folder import load
    from kg.model import Concept, Paper
    from kg.rdf import BuildInfo
    from kg.vocab import BASE

    built = load(folder)
    made = built.manifest.get("options") or {}
    return Source(
        papers=_Lazy(folder / "papers.jsonl", Paper.from_dict),
        concepts=_Lazy(folder / "concepts.jsonl", Concept.from_dict),
        build=BuildInfo.from_manifest(built.manifest),
        base=options["base"] or made.get("base") or BASE,
        abstracts=bool(made.get("abstracts", True)) and not options["no_abstracts"],
        sentences=bool(made.get("sentences", True)) and not options["no_sentences"],
        title=options["title"] or made.get("title") or "Knowledge graph of papers",
        authors=tuple(options["author"]),
        license=options["license"] or "",
        files=tuple(folder / name for name in _files(folder, built.manifest)),
    )


def _files(folder: Path, manifest: dict[str, Any]) -> list[str]:
    return sorted(name for name in manifest.get("files") or () if (folder / name).is_file())


def _write_page(folder: str, page: str, title: str | None) -> None:
    from kg.sparql_page import write_sparql_page

    path = Path(page)
    check_place("--sparql-page", path)
    check_output("--sparql-page", path, Path(folder))
    named = {"title": title} if title else {}
    say(f"wrote {path}: {counted(write_sparql_page(Path(folder), path, **named), 'triple')}")
