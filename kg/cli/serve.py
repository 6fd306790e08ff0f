"""``kg serve``: a built graph over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from kg.cli._common import say, seconds

EPILOG = """\b
Examples:
  kg serve out                                    http://127.0.0.1:8000/
  kg serve out --port 0 --open                    any free port, and a browser
  kg serve out --prefix /kg --allow-host kg.example.org     behind a proxy
  curl -H 'Accept: text/csv' --data-urlencode 'query=SELECT * { ?s kg:uses ?o }' \\
       http://127.0.0.1:8000/sparql
"""


@click.command(short_help="Serve a built graph: SPARQL, explorer, linked data.", epilog=EPILOG)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True,
    help="The port; 0 takes a free one.",
)  # fmt: skip
@click.option("--prefix", default="", metavar="PATH", help="The path that a proxy serves it under.")
@click.option(
    "--allow-host", "allow_hosts", multiple=True, metavar="NAME",
    help="A name it may be asked under, besides localhost and IP addresses; may be given again.",
)  # fmt: skip
@click.option(
    "--timeout", type=seconds, default=10.0, show_default=True,
    help="Seconds after which a query is stopped.",
)  # fmt: skip
@click.option(
    "--memory", type=click.IntRange(64, 10**7), default=1024, show_default=True, metavar="MB",
    help="What one query may take (Linux).",
)  # fmt: skip
@click.option("--workers", type=click.IntRange(min=1, max=64), help="How many queries run at once.")
@click.option("--cors", default="", metavar="ORIGIN", help="Let scripts of this origin (or *) ask.")
@click.option("--license", default="", metavar="URL", help="Licence of the graph, for its pages.")
@click.option("--open", "open_", is_flag=True, help="Open the browser.")
def command(
    folder: Path,
    host: str,
    port: int,
    prefix: str,
    allow_hosts: tuple[str, ...],
    timeout: float,
    memory: int,
    workers: int | None,
    cors: str,
    license: str,
    open_: bool,
) -> None:
    """Serve a built graph: SPARQL endpoint, query editor, explorer, linked data, JSON API.

    The graph is only read, and for this machine only unless --host says otherwise.  Queries
    run in processes of their own, which time-out and memory limit truly end.
    """
    from kg.query import MEGABYTE
    from kg.serve import Settings, serve

    more: dict[str, Any] = {} if workers is None else {"workers": workers}
    settings = Settings(
        host=host,
        port=port,
        prefix=prefix.rstrip("/"),
        allow_hosts=allow_hosts,
        timeout=timeout,
        memory=memory * MEGABYTE,
        cors=cors,
        license=license,
        **more,
    )
    serve(folder, settings, _opener(open_))


def _opener(wanted: bool) -> Callable[[str], None]:
    """Say things; once the address is known, open it if that is wanted."""

    def tell(message: str) -> None:
        say(message)
        lines = [line.split()[-1] for line in message.splitlines() if "  start " in line]
        if wanted and lines:
            import threading
            import webbrowser

            # The server starts to answer right after it has said where.
            threading.Timer(0.5, webbrowser.open, lines).start()

    return tell
