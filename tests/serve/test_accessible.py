"""Every page by keyboard, by axe, on a phone, light and dark."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from kg.vocab import schemas_folder
from tests.browser import wait_until
from tests.folders import make_records, write_folder
from tests.serve.conftest import Client, serving
from tests.serve.test_browser import BEHIND, complete

pytestmark = pytest.mark.browser

PAPERS, CONCEPTS = make_records(60)
BUSY = max((c for c in CONCEPTS if c.type == "Method"), key=lambda c: (c.papers, c.id))
PATHS = (
    "/ontology/", "/dataset", f"/id/{BUSY.id}", f"/id/paper/{quote(PAPERS[0].id)}", "link",
    "mention", f"/search?q={quote(BUSY.label)}", "/search?q=zzzqqq", "/id/method/nosuch",
)  # fmt: skip
#: What has the focus: its words, where it is, and whether one sees that it has it.
FOCUS = """() => { const e = document.activeElement, s = getComputedStyle(e),
  r = e.getBoundingClientRect();
  return { tag: e.tagName, id: e.id, words: (e.ariaLabel || e.textContent).trim().slice(0, 40),
    seen: s.outlineStyle !== "none" && s.outlineWidth !== "0px" && r.width > 1 && r.right > 0 } }"""


def _address(client: Client, path: str) -> str:
    if path in ("link", "mention"):
        query = f"SELECT ?s {{ ?s a kg:{path.capitalize()} }} ORDER BY ?s LIMIT 1"
        path = "/id/" + client.ask(query, accept="text/csv").text.split("/id/")[1].strip()
    return client.url + path


def _open(browser: Any, client: Client, path: str, **options: Any) -> Any:
    page = browser.new_context(**options).new_page()
    page.goto(_address(client, path))
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", *PATHS])
def test_axe_finds_nothing(client: Client, browser: Any, path: str, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = _open(browser, client, path, color_scheme=scheme)
    found = axe.Axe().run(page).response["violations"]
    page.context.close()
    assert [(v["id"], [node["html"][:120] for node in v["nodes"]]) for v in found] == []


@pytest.mark.parametrize("path", ["/", *PATHS])
def test_a_phone_needs_no_scrolling_sideways(client: Client, browser: Any, path: str) -> None:
    page = _open(browser, client, path, viewport={"width": 390, "height": 844})
    width = page.evaluate("document.documentElement.scrollWidth")
    page.context.close()
    assert width == 390


def test_a_name_without_a_gap_stays_in_its_column(browser: Any, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "out", 10)
    turtle = (folder / "graph.ttl").read_text(encoding="utf-8")
    papers, _ = make_records(10)
    for paper in papers:
        turtle = turtle.replace(json.dumps(paper.title), json.dumps("W" * 150))
    (folder / "graph.ttl").write_text(turtle, encoding="utf-8")
    with serving(folder) as client:
        path = f"/id/paper/{quote(papers[0].id)}"
        page = _open(browser, client, path, viewport={"width": 1280, "height": 900})
        assert page.locator("main li a", has_text="W" * 150).count()
        assert page.evaluate("document.documentElement.scrollWidth") == 1280
        wide = (
            "[...document.querySelectorAll('main li')].filter(e => e.scrollWidth > e.clientWidth)"
        )
        assert page.evaluate(f"{wide}.length") == 0
        page.context.close()


@pytest.mark.parametrize("path", PATHS)
def test_the_keyboard_goes_through_all_and_is_seen(client: Client, browser: Any, path: str) -> None:
    page = _open(browser, client, path)
    stops = page.locator("a[href], button, input, summary, [tabindex='0']").count()
    walk = []
    for _ in range(stops):
        page.keyboard.press("Tab")
        walk.append(page.evaluate(FOCUS))
    page.context.close()
    assert [stop["words"] for stop in walk[:3]] == ["Skip to the content", "paperkg", "Explorer"]
    assert [stop for stop in walk if not stop["seen"]] == []


@pytest.mark.parametrize("path", ["/ontology/", "/dataset", "/query"])
def test_the_skip_link_leads_into_the_content(client: Client, browser: Any, path: str) -> None:
    page = _open(browser, client, path)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    wait_until(page, "document.activeElement.id === 'main'")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    page.context.close()


def test_enter_in_the_search_field_searches(client: Client, browser: Any) -> None:
    page = _open(browser, client, "/dataset")
    page.focus("#q")
    page.keyboard.type(BUSY.label)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=*")
    assert BUSY.label in page.text_content("main")
    page.context.close()


def test_the_editor_is_no_trap(client: Client, browser: Any) -> None:
    """It took the focus as it opened, and Tab indented for ever."""
    page = _open(browser, client, "/query")
    wait_until(page, "document.querySelectorAll('#editor table.dataTable tbody tr').length > 3")
    assert page.evaluate("document.activeElement === document.body")
    page.focus("#editor .CodeMirror textarea")
    before = page.evaluate("paperkg.currentTab().getQuery()")
    assert page.evaluate(
        "getComputedStyle(document.querySelector('.CodeMirror-focused')).outlineStyle"
    ) == "solid"  # fmt: skip
    page.keyboard.press("Tab")
    assert page.evaluate("!document.activeElement.matches('.CodeMirror textarea')")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.matches('.CodeMirror textarea')")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("!document.activeElement.matches('.CodeMirror textarea')")
    assert page.evaluate("paperkg.currentTab().getQuery()") == before
    assert complete(page, "SELECT * { ?s a <https://w3id.org/paperkg/ontology#Met")
    assert page.locator(".CodeMirror-hints").count() == 0  # Escape closed them
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_diagram_is_as_dark_as_its_page(client: Client, browser: Any, scheme: str) -> None:
    page = _open(browser, client, "/ontology/", color_scheme=scheme)
    behind = page.evaluate(BEHIND, ".drawing")
    text = page.evaluate("getComputedStyle(document.querySelector('.drawing g text')).fill")
    assert page.locator("header nav a[aria-current=page]").inner_text() == "Ontology"
    page.context.close()
    assert (behind < 0.3, text == "rgb(230, 232, 235)") == (scheme == "dark",) * 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index.html", "diagram.svg"])
def test_the_ontology_s_files_stand_alone(
    watched: Callable[..., Any], scheme: str, name: str
) -> None:
    """``watched`` fails on any request or error."""
    page = watched(schemas_folder() / name, ready=None, scheme=scheme)
    assert (page.evaluate(BEHIND, ".drawing") < 0.3) == (scheme == "dark")
    assert page.evaluate("getComputedStyle(document.querySelector('.drawing rect')).stroke") == (
        "rgb(125, 183, 242)" if scheme == "dark" else "rgb(11, 87, 164)"
    )
