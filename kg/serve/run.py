"""Starting and stopping the server."""

from __future__ import annotations

import shutil
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import BuildError, UsageError
from kg.files import find_graph_file
from kg.query import Runner, build_store, check_store
from kg.query.store import STORE
from kg.serve.settings import Settings, Site
from kg.text import counted

if TYPE_CHECKING:
    import uvicorn

Say = Callable[[str], None]


@contextmanager
def open_site(folder: Path, settings: Settings, say: Say) -> Iterator[tuple[Site, Runner, Runner]]:
    """Yield the site and its two pools of workers, started; they end with the block.

    A folder without a usable store gets one: in the folder, or where that cannot
    be written, in a temporary place.
    """
    with _store(folder, say) as store:
        shared = {"timeout": settings.timeout, "memory": settings.memory, "store": store}
        queries = Runner(folder, workers=settings.workers, waiting=settings.waiting, **shared)  # type: ignore[arg-type]
        pages = Runner(folder, workers=settings.workers, **shared)  # type: ignore[arg-type]
        with queries, pages:
            queries.start()
            pages.start()
            about = pages.about()
            yield Site(folder, about["base"], about["triples"], settings), queries, pages


@contextmanager
def _store(folder: Path, say: Say) -> Iterator[Path]:
    problem = check_store(folder) or _damage(folder)
    if not problem:
        yield folder / STORE
        return
    source = find_graph_file(folder)
    if problem != "none":
        say(f"{folder / STORE}: {problem}; building it again")
    temporary = Path(tempfile.mkdtemp(prefix="paperkg-serve-"))
    try:
        yield _build(folder, source, temporary, say)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _damage(folder: Path) -> str:
    """Return what is wrong with a store that looks whole; opening it tells."""
    try:
        with Runner(folder) as runner:
            runner.start()
    except BuildError:
        return "it is damaged"
    return ""


def _build(folder: Path, source: Path, temporary: Path, say: Say) -> Path:
    if folder.is_dir():
        try:
            return build_store(folder)
        except BuildError:
            say(f"{folder}: cannot be written; the store is kept in a temporary folder")
    return build_store(source, into=temporary / STORE)


def open_socket(settings: Settings) -> socket.socket:
    """Return the listening socket.

    Raises:
        UsageError: the address is taken or not this machine's.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    found = socket.socket(family)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((settings.host, settings.port))
    except (OSError, OverflowError) as error:
        found.close()
        reason = getattr(error, "strerror", None) or error
        raise UsageError(
            f"cannot listen on {settings.host}, port {settings.port}: {reason}; "
            "--port 0 takes a free one"
        ) from None
    return found


def serve(folder: Path, settings: Settings, say: Say) -> None:
    """Serve a built folder until Ctrl-C or SIGTERM.

    Raises:
        BuildError: the folder holds no graph.
        UsageError: the address cannot be listened on.
    """
    import uvicorn

    from kg.serve.app import Server, build_app

    with open_socket(settings) as found, open_site(folder, settings, say) as (site, queries, pages):
        app = build_app(Server(site, queries, pages))
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=True,
            forwarded_allow_ips=list(settings.trusted_proxies),
            h11_max_incomplete_event_size=max(65536, 12 * settings.longest),
            timeout_keep_alive=15,
            timeout_graceful_shutdown=2,
            limit_concurrency=1000,
        )
        with _until_stopped():
            _server(config, lambda: say(_welcome(site, found))).run(sockets=[found])
    say("stopped")


def _server(config: uvicorn.Config, on_start: Callable[[], None]) -> uvicorn.Server:
    """Return a server that calls ``on_start`` when it answers and can be stopped, not before."""
    import uvicorn

    class Announcing(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            on_start()

    return Announcing(config)


@contextmanager
def _until_stopped() -> Iterator[None]:
    """End the block on Ctrl-C and SIGTERM without ending the process before it has cleaned up.

    uvicorn raises the signal that stopped it once more when it is done.
    """
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        return
    finally:
        signal.signal(signal.SIGTERM, before)


def _welcome(site: Site, found: socket.socket) -> str:
    host, port = found.getsockname()[:2]
    host = f"[{host}]" if ":" in host else host
    url = f"http://{host}:{port}{site.settings.prefix}"
    return (
        f"{counted(site.triples, 'triple')} of {site.folder}\n"
        f"  start   {url}/\n  query   {url}/query\n  SPARQL  {url}/sparql\n"
        f"  API     {url}/api/openapi.json\nCtrl-C stops it."
    )
