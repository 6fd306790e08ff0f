"""The editor and the serverless page in a real browser: no foreign request, no broken policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kg.query import list_questions
from kg.sparql_page import write_sparql_page
from tests.browser import wait_until
from tests.folders import HOSTILE
from tests.serve.conftest import Client

pytestmark = pytest.mark.browser

SHOWN = "document.querySelectorAll('#editor table.dataTable tbody tr').length"
SHOWS_ROWS = "document.querySelector('#editor table.dataTable').textContent"
SAYS_NEIL = "document.querySelector('#editor table.dataTable')?.textContent.includes('Neil')"
BOMB = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
HOSTILE_QUERY = (
    "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n"
    "SELECT ?l { <https://w3id.org/paperkg/id/method/hostile> skos:prefLabel ?l }"
)


def run(page: Any, query: str) -> None:
    """Put a query into the editor and press its button."""
    page.evaluate("query => { paperkg.currentTab().setQuery(query); }", query)
    page.click(".yasqe_queryButton")


def check_start(page: Any) -> None:
    """The editor opens with a question that is named, asked and answered."""
    wait_until(page, f"{SHOWN} > 3")
    # Rows name concepts as queries do: method:x, not id:method/x.
    names = page.locator("#editor table.dataTable a.iri").all_inner_texts()
    assert any(name.startswith("method:") for name in names)
    assert not any(name.startswith("id:") for name in names)
    assert page.input_value("#example") == "shared-concepts"
    assert "tie the most papers" in page.text_content("#question")
    assert "tie the most papers" in page.evaluate("paperkg.currentTab().getQuery()")


def use_the_editor(page: Any) -> None:
    """What a person does: pick a question, look at rows, write another query, make a mistake."""
    page.select_option("#example", "counts")
    wait_until(page, f"{SHOWS_ROWS}.includes('Mention')")
    assert "How many" in page.text_content("#question")
    run(page, HOSTILE_QUERY)
    wait_until(
        page, "document.querySelector('#editor table.dataTable').textContent.includes('Neil')"
    )
    cell = page.text_content("#editor table.dataTable tbody")
    assert "<script>alert(1)</script>" in cell
    assert HOSTILE.split()[0] in cell
    run(page, "SELECT * { oops")
    wait_until(
        page, "document.querySelector('#editor .errorResult, #editor .errorMessageContainer')"
    )


def complete(page: Any, start: str) -> list[str]:
    """Type into the editor and return the completions on offer."""
    page.evaluate("start => { paperkg.currentTab().setQuery(start); }", start)
    page.evaluate(
        "() => { const e = paperkg.currentTab().getYasqe(); e.focus(); "
        "e.setCursor(e.lastLine(), 999); }"
    )
    page.keyboard.press("Control+Space")
    wait_until(page, "document.querySelectorAll('.CodeMirror-hints li').length")
    found = page.eval_on_selector_all(
        ".CodeMirror-hints li", "all => all.map(li => li.textContent)"
    )
    page.keyboard.press("Escape")
    return found


def check_completion(page: Any) -> None:
    """The ontology's terms are offered; nobody is asked for them."""
    head = "PREFIX kg: <https://w3id.org/paperkg/ontology#>\nSELECT * { ?s "
    assert any("introduces" in hint for hint in complete(page, head + "kg:int"))
    assert any("Benchmark" in hint for hint in complete(page, head + "a kg:Ben"))


def check_examples(page: Any) -> None:
    """Every bundled question is an example."""
    names = page.eval_on_selector_all("#example option", "all => all.map(o => o.value)")
    assert names[1:] == [question.name for question in list_questions()]


def test_the_editor_on_a_server(client: Client, browser: Any) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(15_000)
    hosts, slips = set(), []
    page.on("request", lambda r: hosts.add(r.url.split("/")[2]) if "://" in r.url else None)
    page.on("pageerror", lambda error: slips.append(str(error)))
    page.add_init_script(
        "window.__csp = []; addEventListener('securitypolicyviolation', "
        "e => __csp.push(e.violatedDirective + ' ' + e.blockedURI))"
    )
    page.goto(f"{client.url}/query")
    wait_until(page, "document.documentElement.dataset.ready")
    check_start(page)
    use_the_editor(page)
    check_completion(page)
    check_examples(page)
    assert page.evaluate("__csp") == []
    assert hosts == {client.url.split("/")[2]}
    assert slips == []
    context.close()


def test_what_one_wrote_is_there_again_and_not_asked(client: Client, browser: Any) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{client.url}/query")
    wait_until(page, f"{SHOWN} > 3")
    page.evaluate("() => { paperkg.currentTab().setQuery('ASK { ?mine ?own ?query }'); }")
    wait_until(page, "JSON.stringify({ ...localStorage }).includes('?mine ?own ?query')")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{client.url}/query")
    wait_until(page, "document.documentElement.dataset.ready")
    assert page.evaluate("paperkg.currentTab().getQuery()") == "ASK { ?mine ?own ?query }"
    assert page.input_value("#example") == ""
    page.wait_for_timeout(500)
    assert not [url for url in asked if "/sparql" in url]
    context.close()


def test_a_link_brings_a_query_but_no_other_endpoint(client: Client, browser: Any) -> None:
    page = browser.new_page()
    page.goto(f"{client.url}/query#query=ASK%20%7B%7D&endpoint=https%3A%2F%2Fevil.example%2F")
    wait_until(page, "document.documentElement.dataset.ready")
    assert page.evaluate("paperkg.currentTab().getQuery()") == "ASK {}"
    assert page.input_value("#example") == ""
    assert page.evaluate("paperkg.currentTab().getEndpoint()") == f"{client.url}/sparql"
    page.close()


@contextmanager
def editor(browser: Any, url: str, **options: Any) -> Iterator[Any]:
    """Open the editor and wait for the first answer."""
    context = browser.new_context(**options)
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(f"{url}/query")
    wait_until(page, f"{SHOWN} > 3")
    yield page
    context.close()


#: The luminance of what lies behind an element.
BEHIND = """selector => {
  let element = document.querySelector(selector);
  const paint = e => getComputedStyle(e).backgroundColor;
  while (/, 0\\)$/.test(paint(element))) element = element.parentElement;
  const [r, g, b] = paint(element).match(/[\\d.]+/g).map(Number);
  return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255; }"""
SURFACES = (
    ".CodeMirror", ".CodeMirror-gutters", ".tabsList .tab", ".tabMenu", ".yasr_response_chip",
    "table.dataTable td", ".tableFilter", ".yasqe_sharePopup",
)  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_editor_is_as_dark_as_its_page(client: Client, browser: Any, scheme: str) -> None:
    with editor(browser, client.url, color_scheme=scheme) as page:
        page.click(".yasqe_share")
        page.wait_for_selector(".yasqe_sharePopup")
        seen = {at: page.evaluate(BEHIND, f"#editor {at}") for at in SURFACES}
        complete(page, "PREFIX kg: <https://w3id.org/paperkg/ontology#>\nSELECT * { ?s kg:int")
        page.keyboard.press("Control+Space")
        page.wait_for_selector(".CodeMirror-hints")
        seen["hints"] = page.evaluate(BEHIND, ".CodeMirror-hints")
    wrong = {at: light for at, light in seen.items() if (light < 0.3) != (scheme == "dark")}
    assert wrong == {}


#: What YASGUI does by design: a button stands among its tabs; its text scrolls with the cursor.
KNOWN = {"aria-required-children", "scrollable-region-focusable"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("query", ["", "SELECT * { ?s nosuch:thing ?o }"])
def test_axe_finds_nothing_in_the_editor(
    client: Client, browser: Any, scheme: str, query: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    with editor(browser, client.url, color_scheme=scheme) as page:
        if query:
            run(page, query)
            page.wait_for_selector("#editor .errorResult")
        page.wait_for_timeout(400)
        found = [
            (v["id"], node["html"][:120], node.get("failureSummary"))
            for v in axe.Axe().run(page).response["violations"]
            for node in v["nodes"]
            if v["id"] not in KNOWN
        ]
    assert found == []


def test_on_a_phone_nothing_lies_over_the_query(client: Client, browser: Any) -> None:
    with editor(browser, client.url, viewport={"width": 390, "height": 844}) as page:
        buttons = page.locator("#editor .yasqe_buttons").bounding_box()
        text = page.locator("#editor .CodeMirror-scroll").bounding_box()
        assert buttons["y"] + buttons["height"] <= text["y"] + 1
        run(page, "SELECT * { ?s nosuch:thing ?o }")
        page.wait_for_selector("#editor .errorResult")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.fixture(scope="module")
def page_file(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "ask.html"
    assert write_sparql_page(built, path) > 1000
    return path


LOADED = "document.documentElement.dataset.loaded"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_has_one_theme(page_file: Path, watched: Callable[..., Any], scheme: str) -> None:
    page = watched(page_file, ready=LOADED, scheme=scheme)
    check_start(page)
    light = [page.evaluate(BEHIND, f"#editor {at}") for at in (".CodeMirror", "table.dataTable td")]
    assert [value < 0.3 for value in light] == [scheme == "dark"] * 2


def test_the_page_answers_from_a_file(page_file: Path, watched: Callable[..., Any]) -> None:
    """``watched`` fails on any request, policy violation or error."""
    page = watched(page_file, ready=LOADED)
    check_start(page)
    use_the_editor(page)
    check_completion(page)
    check_examples(page)


def test_the_page_gives_the_rows_that_the_server_gives(
    page_file: Path, client: Client, watched: Callable[..., Any]
) -> None:
    page = watched(page_file, ready=LOADED)
    ask = """async query => (await fetch("https://local.invalid/sparql", {
        method: "POST", body: new URLSearchParams({ query }), headers: { accept: "text/csv" }
    })).text()"""
    for example in page.evaluate(
        "JSON.parse(document.getElementById('config').textContent).examples"
    ):
        there = client.ask(example["query"], accept="text/csv, application/n-triples").text
        if "CONSTRUCT" in example["query"]:
            continue
        here = page.evaluate(ask, example["query"])
        assert here.split() == there.split(), example["name"]


def test_the_page_stops_a_query_that_is_aborted(
    page_file: Path, watched: Callable[..., Any]
) -> None:
    page = watched(page_file, ready=LOADED)
    outcome = page.evaluate(
        """async query => {
            const stop = new AbortController();
            const body = new URLSearchParams({ query });
            const options = { method: "POST", body, signal: stop.signal };
            setTimeout(() => stop.abort(), 300);
            try { await fetch("https://local.invalid/sparql", options); return "answered" }
            catch (error) { return error.name }
        }""",
        BOMB,
    )
    assert outcome == "AbortError"
    run(page, HOSTILE_QUERY)
    wait_until(
        page, "document.querySelector('#editor table.dataTable')?.textContent.includes('Neil')"
    )


def test_the_page_is_the_same_bytes_every_time(
    page_file: Path, built: Path, tmp_path: Path
) -> None:
    write_sparql_page(built, tmp_path / "again.html")
    assert (tmp_path / "again.html").read_bytes() == page_file.read_bytes()


def test_the_bundles_are_named_and_licensed() -> None:
    from kg.serve.pages import STATIC

    notice = (STATIC / "THIRD_PARTY.txt").read_text(encoding="utf-8")
    for name in ("@zazuko/yasgui 4.", "oxigraph 0.5", "codemirror 5", "datatables.net"):
        assert name in notice
    assert "GPL" not in notice.split("\n---")[0]
    assert {p.name for p in STATIC.iterdir()} == {
        "THIRD_PARTY.txt", "editor.css", "editor.js", "oxigraph.wasm.gz", "site.css", "worker.js",
    }  # fmt: skip
