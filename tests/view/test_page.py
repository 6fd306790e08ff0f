"""The page as text: pyvis makes it, its policy names every script, nothing else can run."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from kg.view import page as page_module
from kg.view import to_html, write_html
from tests.view.conftest import NASTY, ROOT, hostile_graph, make_graph


class Parts(HTMLParser):
    """Scripts, styles, attributes and policy of a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.styles: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self._open: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value) for name, value in attrs]
        self._open = tag
        if tag == "script":
            self.scripts.append((dict(attrs), ""))
        if tag == "style":
            self.styles.append("")

    def handle_data(self, data: str) -> None:
        if self._open == "script":
            self.scripts[-1] = (self.scripts[-1][0], self.scripts[-1][1] + data)
        if self._open == "style":
            self.styles[-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._open = None

    @property
    def policy(self) -> str:
        """The Content-Security-Policy."""
        return next(v or "" for t, n, v in self.attributes if t == "meta" and n == "content")


@pytest.fixture(scope="module", params=["small", "large", "hostile"])
def parts(request: pytest.FixtureRequest) -> Parts:
    """The parts of a page of each kind."""
    graph = {"small": make_graph, "large": make_graph}.get(request.param)
    made = graph(1500 if request.param == "large" else 60) if graph else hostile_graph()
    return Parts(to_html(made, title=NASTY[0] if request.param == "hostile" else None))


def digest(text: str) -> str:
    raw = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(raw).decode()}'"


def test_the_policy_names_every_script_and_style_and_nothing_else(parts: Parts) -> None:
    live = [text for attrs, text in parts.scripts if attrs.get("type") != "application/json"]
    allowed = re.search(r"script-src ([^;]*);", parts.policy)
    assert allowed
    assert allowed[1].split() == [digest(text) for text in live]
    assert f"style-src {digest(parts.styles[0])};" in parts.policy
    assert len(parts.styles) == 1
    assert "default-src 'none'" in parts.policy
    assert "connect-src 'none'" in parts.policy
    assert "unsafe" not in parts.policy


def test_nothing_is_loaded_and_no_attribute_runs(parts: Parts) -> None:
    for tag, name, value in parts.attributes:
        assert not name.startswith("on")
        assert name not in ("style", "src", "srcset", "action"), (tag, name)
        if name == "href":
            assert value == "data:,"


def test_data_is_inert_json(parts: Parts) -> None:
    data = [(attrs, text) for attrs, text in parts.scripts if attrs.get("type")]
    assert len(data) == 4
    for attrs, text in data:
        assert "<" not in text
        if attrs.get("data-encoding") != "gzip":
            json.loads(text)


def test_pyvis_is_the_producer(monkeypatch: pytest.MonkeyPatch) -> None:
    from pyvis.network import Network

    made: list[Network] = []
    real = Network.generate_html

    def spy(self: Network, *args: Any, **options: Any) -> Any:
        made.append(self)
        return real(self, *args, **options)

    monkeypatch.setattr(Network, "generate_html", spy)
    text = to_html(make_graph(60))
    (net,) = made
    parts = Parts(text)
    nodes = json.loads(next(t for a, t in parts.scripts if a.get("id") == "pyvis-nodes"))
    assert nodes == net.nodes
    assert len(nodes) > 60
    assert {"dot", "square", "diamond"} <= {node["shape"] for node in nodes}
    vis = next(t for a, t in parts.scripts if "vis-network" in t[:100])
    assert vis.startswith("/**\n * vis-network")


def test_large_maps_leave_the_overview_to_webgl() -> None:
    parts = Parts(to_html(make_graph(1500)))
    assert json.loads(next(t for a, t in parts.scripts if a.get("id") == "pyvis-nodes")) == []
    assert len([1 for a, _ in parts.scripts if not a.get("type")]) == 3


def test_the_seed_sized_page_is_small_and_readable() -> None:
    text = to_html(make_graph(74))
    assert len(text.encode()) < 1_500_000
    assert 'data-encoding="json"' in text


@pytest.mark.parametrize("count", [40, 1200])
def test_the_same_graph_gives_the_same_bytes(count: int) -> None:
    code = (
        f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'benchmarks')!r}]\n"
        "import hashlib; from tests.view.conftest import make_graph; from kg.view import to_html\n"
        f"print(hashlib.sha256(to_html(make_graph({count})).encode()).hexdigest())"
    )
    prints = set()
    for seed in ("1", "99"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        prints.add(done.stdout)
    assert len(prints) == 1


def test_a_page_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "view.html"
    path.write_text("old")

    def fail(*args: object, **options: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(page_module, "_packed", fail)
    with pytest.raises(OSError, match="disk full"):
        write_html(make_graph(5), path)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["view.html"]


def test_lone_surrogates_do_not_stop_a_page(tmp_path: Path) -> None:
    from kg.graph import build_graph
    from kg.model import Paper

    write_html(build_graph([Paper("p", "bad \udcff title", "x")], []), tmp_path / "v.html")
    assert "bad" in (tmp_path / "v.html").read_text(encoding="utf-8")


def test_titles_are_one_line_of_text() -> None:
    assert "<title>A &lt;b&gt; title</title>" in to_html(make_graph(5), title=" A <b>\n title ")
