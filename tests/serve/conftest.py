"""A real server in a process of its own, asked over the wire."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest

from tests.folders import write_folder


@dataclass
class Reply:
    """A response: status, headers (names in lower case), body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def media(self) -> str:
        """The media type without its parameters."""
        return self.headers.get("content-type", "").split(";")[0]

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


@dataclass
class Client:
    """Sends exactly the bytes it is told to."""

    url: str
    process: subprocess.Popen[str]
    said: str

    @property
    def port(self) -> int:
        """The server's port."""
        return int(urlsplit(self.url).port or 0)

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Reply:
        """Send one request; ``path`` goes out as it is."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Reply(response.status, found, response.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Reply:
        """Send a GET."""
        return self.send("GET", path, **headers)

    def ask(self, query: str, *, path: str = "/sparql", accept: str = "", **fields: Any) -> Reply:
        """Send a query by GET."""
        tail = urlencode({"query": query, **fields}, doseq=True, quote_via=quote)
        return self.get(f"{path}?{tail}", **({"Accept": accept} if accept else {}))

    def post(self, query: str | bytes, media: str, **headers: str) -> Reply:
        """Send a body to the endpoint."""
        body = query.encode() if isinstance(query, str) else query
        return self.send("POST", "/sparql", body, Content_Type=media, **headers)


@contextmanager
def serving(folder: Path, *options: str, **env: str) -> Iterator[Client]:
    """Run ``kg serve`` on a free port; end it with Ctrl-C."""
    process = subprocess.Popen(
        [sys.executable, "-m", "kg", "serve", str(folder), "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **env},
        text=True,
    )
    said, url = "", ""
    try:
        for line in process.stderr or ():
            said += line
            found = re.search(r"start +(\S+)/$", line)
            url = found[1] if found else url
            if "Ctrl-C" in line:
                break
        assert url, said
        yield Client(url, process, said)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise


@contextmanager
def asked(client: Client, query: str, times: int) -> Iterator[list[http.client.HTTPConnection]]:
    """Yield connections whose query the server has, as often as said, and may not have answered."""
    with ExitStack() as stack:
        connections = []
        for number in range(times):
            connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=60)
            stack.callback(connection.close)
            # Not the same query each time: that is run once.
            connection.request("GET", "/sparql?" + urlencode({"query": f"{query} # {number}"}))
            connections.append(connection)
        # Requests are read in the order in which they come: after this one those have been.
        assert client.get("/api/search?q=large").status == 200
        yield connections


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty made-up papers and an explorer."""
    from kg.graph import build_graph
    from kg.view import write_html
    from tests.folders import make_records

    folder = write_folder(tmp_path_factory.mktemp("served") / "out")
    write_html(build_graph(*make_records(60)), folder / "graph.html")
    return folder


@pytest.fixture(scope="session")
def client(built: Path) -> Iterator[Client]:
    """A client of the server that most tests share: short time-out, small memory."""
    with serving(built, "--timeout", "3", "--memory", "300", "--workers", "2") as found:
        yield found
