"""``kg view``: the graph in the browser."""

from __future__ import annotations

from pathlib import Path

import click

from kg.cli._common import check_output, check_place, say


@click.command(
    short_help="Open the graph in the browser.",
    epilog="""\b
Examples:
  kg view out
  kg view out --no-open
  kg view out --out slim.html --no-abstracts --title "My reading list"
""",
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Write the page anew, to FILE."
)
@click.option("--title", metavar="TEXT", help="Heading of the page written with --out.")
@click.option("--no-abstracts", is_flag=True, help="With --out: leave the abstracts out.")
@click.option(
    "--no-sentences", is_flag=True, help="With --no-abstracts: leave the evidence out as well."
)
@click.option("--no-open", is_flag=True, help="Print the page's path only.")
def command(
    folder: Path,
    out: Path | None,
    title: str | None,
    no_abstracts: bool,
    no_sentences: bool,
    no_open: bool,
) -> None:
    """Open the explorer of the built folder DIR in the browser.

    The page is one file that needs no network: copy it, mail it, put it on a
    server.  Its path is printed to stdout.
    """
    if not out and (title or no_abstracts or no_sentences):
        raise click.UsageError("--title, --no-abstracts and --no-sentences need --out FILE")
    if no_sentences and not no_abstracts:  # which hold the sentences
        raise click.UsageError("--no-sentences needs --no-abstracts")
    page = _page(folder, out, title, abstracts=not no_abstracts, sentences=not no_sentences)
    click.echo(str(page))
    if not no_open and not _open(page):
        say("no browser could be started; open the file yourself")


def _page(
    folder: Path, out: Path | None, title: str | None, *, abstracts: bool, sentences: bool
) -> Path:
    """Return the folder's page, or the one written to ``out``."""
    from kg.folder import load
    from kg.view import write_html

    if out:
        check_place("--out", out)
    page = folder / "graph.html"
    if out and out.resolve() != page.resolve():  # the folder's own page may be made anew
        check_output("--out", out, folder)
    built = load(folder)
    page = out or page
    if out or not page.is_file():
        heading = title or built.manifest.get("options", {}).get("title")
        write_html(built.graph, page, title=heading, abstracts=abstracts, sentences=sentences)
    return page


def _open(page: Path) -> bool:
    import webbrowser

    return webbrowser.open(page.resolve().as_uri())
