"""``kg demo``: the bundled sample, built."""

from __future__ import annotations

from pathlib import Path

import click

from kg.cli._common import new_folder, say


@click.command(
    short_help="Build the bundled sample.",
    epilog="\b\nExamples:\n  kg demo\n  kg demo --out /tmp/sample",
)
@click.option(
    "--out",
    type=new_folder,
    default="demo-out",
    show_default=True,
    metavar="DIR",
    help="Folder to write.",
)
def command(out: str) -> None:
    """Build the graph of the bundled sample: about fifty well-known AI papers."""
    from kg.cli.build import build_and_tell
    from kg.read import Input

    path = Path(__file__).parent.parent / "data" / "sample.jsonl"
    # Under a name of its own the sample gives the same records wherever it is installed.
    sample = Input(f"sample/{path.name}", at=str(path))
    say("building the bundled sample corpus ...")
    build_and_tell((sample,), Path(out), title="Well-known AI papers")
