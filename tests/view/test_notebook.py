"""The explorer in a notebook, and ``kg view``."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

import kg
from kg.cli.view import command
from kg.errors import UsageError
from kg.view import show
from tests.browser import wait_until
from tests.view.conftest import hostile_graph, make_graph


def test_a_view_is_a_frame_with_the_whole_page_inside() -> None:
    view = show(make_graph(20), title='A "title"', height=400)
    frame = view._repr_html_()
    assert frame.startswith("<iframe srcdoc=")
    assert 'height="400"' in frame
    inside = frame.split('srcdoc="')[1].split('" sandbox')[0]
    assert html.unescape(inside) == view.page
    assert "allow-same-origin" not in frame


def test_kg_show_is_the_notebook_function() -> None:
    assert kg.show is show


def test_save_writes_the_page(tmp_path: Path) -> None:
    view = show(make_graph(5))
    assert len(repr(view)) < 50  # a prompt that shows no HTML shows this
    assert view.save(tmp_path / "a.html").read_text(encoding="utf-8") == view.page


@pytest.mark.browser
@pytest.mark.parametrize("graph", [make_graph(60), hostile_graph()], ids=["made", "hostile"])
def test_the_frame_works_inside_a_notebook_page(watched: Any, tmp_path: Path, graph: Any) -> None:
    path = tmp_path / "notebook.html"
    body = show(graph)._repr_html_()
    path.write_text(f"<!doctype html><meta charset=utf-8><p>cell</p>{body}", encoding="utf-8")
    page = watched(path, ready=None)
    frame = page.frames[1]
    wait_until(frame, "document.documentElement.dataset.ready")
    frame.evaluate("paperkg.select(3)")
    frame.locator(".abstract .mark").first.click()
    wait_until(frame, "paperkg.main !== 3")
    frame.click("#view-table")
    assert frame.locator("tbody tr").count() > 10
    assert page.url == path.as_uri()


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that `kg view` takes for a build."""
    from kg import folder

    class Built:
        graph = make_graph(10)
        manifest: dict[str, Any] = {"options": {"title": "From the manifest"}}  # noqa: RUF012

    monkeypatch.setattr(folder, "load", lambda path: Built)
    made = tmp_path / "out"
    made.mkdir()
    return made


def test_kg_view_prints_the_page_and_opens_it(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
    (built / "graph.html").write_text("as built")
    done = CliRunner().invoke(command, [str(built)])
    assert done.output.strip() == str(built / "graph.html")
    assert opened == [(built / "graph.html").as_uri()]
    assert (built / "graph.html").read_text() == "as built"


def test_kg_view_writes_a_missing_page_and_opens_nothing_if_told(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webbrowser.open", lambda url: pytest.fail("opened"))
    done = CliRunner().invoke(command, [str(built), "--no-open"])
    assert done.exit_code == 0, done.output
    assert "From the manifest" in (built / "graph.html").read_text(encoding="utf-8")


def test_kg_view_out_writes_another_page(built: Path) -> None:
    (built / "graph.html").write_text("as built")
    target = built / "slim.html"
    arguments = [str(built), "--no-open", "--out", str(target), "--title", "Slim", "--no-abstracts"]
    done = CliRunner().invoke(command, arguments)
    assert done.output.strip() == str(target)
    text = target.read_text(encoding="utf-8")
    assert "<title>Slim</title>" in text
    assert '"text":"sentences"' in text
    assert (built / "graph.html").read_text() == "as built"


def test_kg_view_out_into_a_missing_folder_is_one_line(built: Path) -> None:
    done = CliRunner().invoke(command, [str(built), "--out", str(built / "no" / "x.html")])
    assert isinstance(done.exception, UsageError)
    assert "there is no folder" in str(done.exception)


def test_kg_view_options_of_a_new_page_need_out(built: Path) -> None:
    done = CliRunner().invoke(command, [str(built), "--title", "x"])
    assert done.exit_code == 2
    assert "--out" in done.output
    assert isinstance(command, click.Command)
