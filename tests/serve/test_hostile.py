"""What an attacker or an accident sends; afterwards the server still answers."""

from __future__ import annotations

import http.client
import select
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.query.test_runner import BOMBS
from tests.serve.conftest import Client, asked, serving

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory limits: Linux only")


def works(client: Client) -> bool:
    return client.ask("ASK { ?s a kg:Paper }").body == b'{"head":{},"boolean":true}'


@linux
@pytest.mark.parametrize("name", sorted(BOMBS))
def test_a_bomb_gets_its_status_in_time(name: str, client: Client) -> None:
    start = time.monotonic()
    reply = client.ask(BOMBS[name])
    assert reply.status in (503, 504)
    assert "stopped" in reply.text or "LIMIT" in reply.text
    assert time.monotonic() - start < 30
    assert works(client)


def test_pages_answer_while_every_worker_is_busy(built: Path) -> None:
    """Linked data and search have a worker of their own."""
    with (
        serving(built, "--timeout", "100", "--workers", "2") as client,
        asked(client, BOMBS["cartesian"], 4) as connections,
    ):
        time.sleep(0.5)
        assert client.get("/api/search?q=large").status == 200
        # As long as none has its answer, two have the workers and two are waiting.
        assert select.select([one.sock for one in connections], [], [], 0)[0] == []


def test_ten_megabytes_of_query(client: Client) -> None:
    long = b"ASK { " + b"?s ?p ?o . " * 1_000_000 + b"}"
    assert client.post(long, "application/sparql-query").status == 413
    assert works(client)


def test_a_body_of_unknown_length_is_cut_off_too(client: Client) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=30)

    def chunks():
        for _ in range(400):
            yield b"x" * 10_000

    headers = {"Content-Type": "application/sparql-query"}
    try:
        connection.request("POST", "/sparql", chunks(), headers, encode_chunked=True)
        assert connection.getresponse().status == 413
    except (BrokenPipeError, ConnectionResetError):
        pass  # the server hung up while more was coming: as good
    finally:
        connection.close()
    assert works(client)


def test_a_query_too_long_for_its_parser(client: Client) -> None:
    assert client.post("ASK { " + " " * 150_000 + "}", "application/sparql-query").status == 400


def test_a_url_of_two_megabytes(client: Client) -> None:
    with socket.create_connection(("127.0.0.1", client.port), timeout=20) as link:
        try:
            link.sendall(b"GET /sparql?query=" + b"a" * 2_000_000)
            answer = link.recv(100)
        except (BrokenPipeError, ConnectionResetError):
            answer = b" 4"
    assert b" 4" in answer
    assert works(client)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "LOAD <file:///etc/passwd>",
        "\x00",
        "ASK { ?s ?p '" + "\\" * 9999 + "' }",
        'ASK { ?s <http://e/">{}> ?o }',
        "ASK { ?s <http://e/a b> ?o }",
    ],
)
def test_queries_that_are_refused(query: str, client: Client) -> None:
    assert client.ask(query).status == 400
    assert works(client)


@pytest.mark.parametrize("query", ["ASK {" + "{" * 5000, "SELECT (" * 3000, "ASK " + "{" * 50_000])
def test_nesting_that_a_parser_cannot_bear_ends_its_process_only(
    query: str, client: Client
) -> None:
    assert client.post(query, "application/sparql-query").status in (400, 503)
    assert works(client)


def test_from_reads_no_file_and_no_server(client: Client) -> None:
    for source in ("file:///etc/passwd", "http://127.0.0.1:9/"):
        reply = client.ask(f"SELECT * FROM <{source}> {{ ?s ?p ?o }}", accept="text/csv")
        assert (reply.status, reply.text.split()) == (200, ["o,p,s"])


@pytest.mark.parametrize(
    "path",
    ["/static/../settings.py", "/static/%2e%2e/settings.py", "/static/..%2fsettings.py",
     "/static//etc/passwd", "/static/%00", "/id/../api", "//evil.example/",
     "/%2e%2e/%2e%2e/etc/passwd"],
)  # fmt: skip
def test_no_path_leads_out(path: str, client: Client) -> None:
    reply = client.get(path)
    assert reply.status in (400, 404)
    assert b"dataclass" not in reply.body
    assert b"root:" not in reply.body


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", ""]
)
def test_another_name_is_not_answered(host: str, client: Client) -> None:
    """DNS rebinding: a page of evil.example whose name now leads to 127.0.0.1."""
    reply = client.get("/", Host=host)
    assert reply.status in (400, 421)
    assert b"papers" not in reply.body


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1", "[::1]:80", "LOCALHOST"])
def test_own_names_are_answered(host: str, client: Client) -> None:
    assert client.get("/", Host=host).status == 200


def test_every_answer_has_the_security_headers(client: Client) -> None:
    for path in (
        "/",
        "/query",
        "/sparql",
        "/nothing",
        "/static/site.css",
        "/explorer",
        "/api/search",
    ):
        headers = client.get(path, Accept="text/html").headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
        assert headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in headers
        assert "server" not in headers


def test_slow_and_silent_connections_do_not_block_others(client: Client) -> None:
    links = [socket.create_connection(("127.0.0.1", client.port)) for _ in range(100)]
    for link in links:
        link.sendall(b"GET / HTTP/1.1\r\nHost: ")
    assert works(client)
    for link in links:
        link.close()


def test_a_client_that_leaves_does_no_harm(client: Client) -> None:
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", client.port)) as link:
            link.sendall(
                b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n"
                b"Content-Type: application/sparql-query\r\n\r\nASK"
            )
    assert works(client)


def test_two_servers_share_one_store(built: Path, client: Client) -> None:
    with serving(built) as other:
        assert works(other)
        assert works(client)
        query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
        assert other.ask(query).body == client.ask(query).body


def test_a_port_that_is_taken_is_one_line(built: Path, client: Client) -> None:
    found = subprocess.run(
        [sys.executable, "-m", "kg", "serve", str(built), "--port", str(client.port)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert found.returncode == 2
    assert found.stderr.count("\n") == 1
    assert "--port 0" in found.stderr
