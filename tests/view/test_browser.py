"""The explorer in a real browser: what a user does, and that the page keeps to itself.

Every page is opened by ``watched``, which fails the test on any request, policy
violation, console error or exception.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kg.graph import build_graph
from kg.view import write_html
from tests.browser import wait_until
from tests.view.conftest import NASTY, make_papers

pytestmark = pytest.mark.browser

Pages = Callable[[str], Path]
SIZES = {"wide": (1440, 900), "middle": (768, 1024), "narrow": (390, 844)}


def state(page: Any) -> dict[str, Any]:
    """Return the state of the explorer."""
    found: dict[str, Any] = page.evaluate("({...paperkg.state})")
    return found


def fact_title(page: Any) -> str:
    """Return the heading of the facts panel."""
    return str(page.locator("#facts-title").inner_text())


def screen_place(page: Any, node: int) -> list[float]:
    """Return where a node of the map is in the window."""
    found: list[float] = page.evaluate(
        """node => { const box = paperkg.view.element.getBoundingClientRect();
        const [x, y] = paperkg.view.stage.project(node); return [x + box.left, y + box.top]; }""",
        node,
    )
    return found


@pytest.mark.parametrize(("name", "engine"), [("small", "vis"), ("large", "sigma")])
def test_the_first_look_has_regions_counts_and_labels(
    watched: Any, pages: Pages, name: str, engine: str
) -> None:
    page = watched(pages(name))
    assert page.evaluate("paperkg.engine") == engine
    assert page.evaluate("paperkg.model.data.regions.length") >= 3
    wait_until(page, "paperkg.view.centres?.length >= 3")
    assert "papers" in page.locator(".about").inner_text()
    assert page.locator(".legend .count").first.inner_text() == (
        "80" if name == "small" else "3,000"
    )
    assert "folded away" in page.locator(".folded").inner_text()
    assert "connections shown" in page.locator(".shown").inner_text()


@pytest.mark.parametrize("name", ["small", "large"])
def test_labels_never_overlap_and_more_come_with_zoom(
    watched: Any, pages: Pages, name: str
) -> None:
    page = watched(pages(name))
    page.evaluate(
        """() => { const view = paperkg.view, draw = view.drawLabels.bind(view);
        view.drawLabels = (context, boxes) => { draw(context, boxes);
        window.boxes = boxes.slice(); }; }"""
    )

    def boxes() -> list[list[float]]:
        page.evaluate("window.boxes = null; paperkg.view.schedule()")
        wait_until(page, "window.boxes")
        found: list[list[float]] = page.evaluate("window.boxes")
        return found

    first = boxes()
    page.evaluate("paperkg.view.stage.setCamera({...paperkg.view.stage.camera(), scale: 1.4})")
    page.wait_for_timeout(300)
    second = boxes()
    assert len(first) > 10
    assert len(second) > 10
    for found in (first, second):
        for at, (x, y, w, h) in enumerate(found):
            for x2, y2, w2, h2 in found[:at]:
                assert x >= x2 + w2 or x2 >= x + w or y >= y2 + h2 or y2 >= y + h


@pytest.mark.parametrize("zoom", [1, 1.7, 2.5])
@pytest.mark.parametrize("size", SIZES)
def test_a_region_s_title_lies_over_no_other_region_and_no_shape(
    watched: Any, pages: Pages, size: str, zoom: float
) -> None:
    width, height = SIZES[size]
    page = watched(pages("small"), width=width, height=height)
    page.evaluate(
        """zoom => { const { view } = paperkg, draw = view.drawLabels.bind(view);
        view.drawLabels = (context, boxes) => {
          window.titles = boxes.slice(); draw(context, boxes); };
        view.touched = true;
        view.stage.setCamera({...view.stage.camera(), scale: view.stage.scale() * zoom}); }""",
        zoom,
    )
    page.wait_for_timeout(300)
    page.evaluate("window.titles = null; paperkg.view.schedule()")
    wait_until(page, "window.titles !== null")
    found = page.evaluate(
        """() => { const { view } = paperkg;
        const within = ([x, y], [left, top, w, h]) =>
          x > left && x < left + w && y > top && y < top + h;
        const covers = titles.map(box => view.order.filter(
          n => view.shows(n) && within(view.stage.project(n), box)));
        // The region that a title is nearest to is the one that it names.
        const far = (region, [x, y, w, h]) => Math.min(...region.hull.map(point => {
          const [px, py] = view.stage.toScreen(point);
          return Math.hypot(Math.max(x - px, 0, px - x - w), Math.max(y - py, 0, py - y - h)); }));
        const nearest = titles.map(box => [...view.centres]
          .sort((a, b) => far(a, box) - far(b, box))[0].number);
        return { covers, nearest }; }"""
    )
    assert found["nearest"]
    assert len(found["nearest"]) == len(set(found["nearest"]))
    assert not any(found["covers"])


@pytest.mark.parametrize("name", ["small", "large"])
def test_a_click_on_the_map_opens_the_facts_and_dims_the_rest(
    watched: Any, pages: Pages, name: str
) -> None:
    page = watched(pages(name))
    node = page.evaluate("paperkg.view.order[0]")
    page.wait_for_timeout(200)
    page.mouse.click(*screen_place(page, node))
    page.wait_for_selector(".panel:not([hidden])")
    assert fact_title(page) == page.evaluate("node => paperkg.model.label(node)", node)
    assert page.locator(".graph.dimmed").count() == 1
    page.wait_for_selector(".pane .vis-network canvas")
    page.keyboard.press("Escape")
    assert page.locator(".panel").is_hidden()
    assert page.locator(".graph.dimmed").count() == 0


def test_search_by_alias_with_the_keyboard_alone(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"))
    alias = page.evaluate("paperkg.model.aliases(paperkg.view.order[0])[0]")
    page.keyboard.press("/")
    page.keyboard.type(alias[:6])
    page.wait_for_selector("[role=option]")
    assert page.locator("#search").get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    chosen = page.locator("[role=option][aria-selected=true] bdi").first.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_selector(".panel:not([hidden])")
    assert fact_title(page) == chosen
    assert chosen in page.title()
    # What was found comes next, and Escape closes it.
    assert page.evaluate("document.activeElement.id") == "facts-title"
    page.keyboard.press("Escape")
    assert page.locator(".panel").is_hidden()


def test_search_that_finds_nothing_says_so(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"))
    page.fill("#search", "zzzz nothing")
    assert "zzzz nothing" in page.locator("[role=option]").inner_text()
    page.keyboard.press("Enter")
    assert state(page)["sel"] == ""


def test_search_finds_papers_by_scattered_words_authors_and_ids(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"))
    title, author = page.evaluate(
        """() => { const { title, authors } = paperkg.model.data.papers;
        return [title[3], authors[3].at(-1)]; }"""
    )
    words = title.split()
    surname = author.split()[-1]

    def found(query: str) -> list[str]:
        page.fill("#search", query)
        rows: list[str] = page.locator("#search ~ ul [role=option]").all_inner_texts()
        return rows

    assert title in found(f"{words[-1]} {words[0]}")[0]
    assert title in found(f"{surname} {words[0]}")[0]
    assert title in found("made:000003")[0]
    named = found(author)
    assert title in named[0]
    assert f"by {author}" in named[0]
    assert not any(f"by {author}" in row for row in found(surname[1:]))


def test_search_forgives_a_slip_and_says_so(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"))
    label = page.evaluate("paperkg.model.label(paperkg.model.P)")
    word = max(label.lower().split(), key=len)
    assert len(word) >= 8, "the longest word allows two slips"
    swapped = word[:2] + word[3] + word[2] + word[4:]
    for slip in (word[:3] + word[4:], swapped, "x" + word, word[:4] + "qq" + word[6:]):
        query = label.lower().replace(word, slip)
        page.fill("#search", query)
        told, first = page.locator("#search ~ ul [role=option]").all_inner_texts()[:2]
        assert told == f"Nothing is called “{query}”; this is for “{label.lower()}”."
        assert label in first
        assert told in page.locator("[role=search] [role=status]").inner_text()
    page.keyboard.press("Enter")
    assert page.evaluate("paperkg.model.label(paperkg.main)") == label
    for query in (word[:3] + "qqq" + word[6:], word + " qqqqqq", "qq"):
        page.fill("#search", query)
        assert page.locator("#search ~ ul [role=option]").count() == 1, query


def test_the_address_of_a_paper_finds_it(watched: Any, pages: Pages, tmp_path: Path) -> None:
    papers, concepts = make_papers(9)
    papers[4] = dataclasses.replace(papers[4], arxiv_id="2106.00001", doi="10.5555/Ab.12(3)")
    write_html(build_graph(papers, concepts), tmp_path / "ids.html")
    page = watched(tmp_path / "ids.html")
    for query in (
        "2106.00001",
        "arXiv:2106.00001v2",
        "https://arxiv.org/pdf/2106.00001v3.pdf",
        "https://huggingface.co/papers/2106.00001",
        "https://doi.org/10.5555/ab.12(3)",
    ):
        page.fill("#search", query)
        rows = page.locator("#search ~ ul [role=option]").all_inner_texts()
        assert len(rows) == 1, query
        assert papers[4].title in rows[0]


def test_search_tells_how_many_it_found(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"))
    page.fill("#search", "made")
    assert (
        page.locator("#search ~ ul [role=option]")
        .last.inner_text()
        .startswith("The first 12 of 80;")
    )
    assert page.locator("#search ~ [role=status]").inner_text() == "80 matches"


def test_a_paper_shows_its_text_with_every_mention_marked(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"), "#sel=paper%2Fmade%3A000003")
    text = page.locator(".abstract").inner_text()
    expected = page.evaluate("paperkg.model.pieces(3).map(p => p[1]).join('')")
    assert text == expected
    marks = page.locator(".abstract .mark").all_inner_texts()
    wanted = page.evaluate(
        """[...paperkg.model.claims(3)].flatMap(c => paperkg.model.mentions(c)).filter(m => m.field)
        .sort((a, b) => a.start - b.start)
        .map(m => paperkg.model.pieces(3).map(p => p[1]).join('').slice(m.start, m.end))"""
    )
    assert marks == wanted
    assert page.locator(".links a").get_attribute("href").startswith("https://example.org/")
    assert page.locator(".shared a").count() > 0
    page.locator(".abstract .mark").first.click()
    assert state(page)["sel"] != "paper/made:000003"


def test_a_concept_shows_names_reasons_years_evidence(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"))
    page.evaluate("paperkg.select(paperkg.view.order[0])")
    facts = page.locator(".facts").inner_text()
    for part in ("Also called", "same folded name", "Papers by year", "Evidence", "Used together"):
        assert part in facts
    label = fact_title(page)
    quotes = page.locator("blockquote .mark.main").all_inner_texts()
    assert quotes
    assert set(quotes) == {label}


def test_an_edge_shows_role_sentence_and_confidence(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"), "#sel=paper%2Fmade%3A000003")
    page.locator(".why").first.click()
    facts = page.locator(".facts").inner_text()
    assert "% sure" in facts
    assert page.locator("blockquote").count() >= 1
    assert state(page)["with"]


def test_an_edge_of_the_neighbourhood_can_be_clicked(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"), "#sel=paper%2Fmade%3A000003")
    wait_until(page, "paperkg.pane.view?.stage")
    page.wait_for_timeout(300)
    spot = page.evaluate(
        """() => { const view = paperkg.pane.view, stage = view.stage;
        const claim = stage.edges.getIds()[0];
        const ends = [paperkg.model.paper[claim], paperkg.model.concept[claim]];
        const [a, b] = ends.map(n => stage.project(n));
        const box = view.element.getBoundingClientRect();
        return [(a[0] + b[0]) / 2 + box.left, (a[1] + b[1]) / 2 + box.top]; }"""
    )
    page.mouse.click(*spot)
    assert state(page)["with"]


#: A point on no shape with so many lines near it, by walking along each: the page's way not asked.
FIND_SPOT = """([least, most, within]) => { const { model, view, seen } = paperkg;
  const { left, top, width, height } = view.element.getBoundingClientRect(), lines = [];
  for (let claim = 0; claim < model.M; claim++) {
    const ends = [model.paper[claim], model.concept[claim]];
    if (seen.claim[claim] && ends.every(n => view.stage.has(n)))
      lines.push([claim, ...ends.flatMap(n => view.stage.project(n))]);
  }
  const outside = (value, one, two) =>
    value < Math.min(one, two) - 9 || value > Math.max(one, two) + 9;
  for (let at = 0; at < 2000; at++) {
    const x = 60 + (at * 97.3) % (width - 160), y = 60 + (at * 61.7) % (height - 160);
    if (view.stage.nodeAt(x, y) >= 0) continue;
    const near = [];
    for (const [claim, ax, ay, bx, by] of lines) {
      if (outside(x, ax, bx) || outside(y, ay, by)) continue;
      let away = Infinity;
      for (let t = 0; t <= 1; t += 1 / 400)
        away = Math.min(away, Math.hypot(ax + t * (bx - ax) - x, ay + t * (by - ay) - y));
      if (away < within) near.push([away, claim]);
    }
    near.sort((a, b) => a[0] - b[0]);
    if (near.length >= least && near.length <= most && near[0][0] < 2)
      return [[x + left, y + top], near[0][1]];
  }
  return null; }"""


def find_spot(page: Any, *, least: int, most: int, within: float) -> tuple[list[float], int]:
    """Return a point on no shape with so many lines ``within`` pixels, and the line through it."""
    page.wait_for_timeout(300)
    found: tuple[list[float], int] = page.evaluate(FIND_SPOT, [least, most, within])
    return found


@pytest.mark.parametrize(("name", "zoom"), [("small", 2.2), ("large", 8)])
def test_a_line_of_the_map_can_be_clicked(
    watched: Any, pages: Pages, name: str, zoom: float
) -> None:
    page = watched(pages(name))
    page.evaluate(
        """zoom => { const { view } = paperkg;
        view.look({...view.stage.camera(), scale: zoom * view.full}); }""",
        zoom,
    )
    spot, claim = find_spot(page, least=1, most=1, within=7)
    ends = page.evaluate(
        "c => [paperkg.model.paper[c], paperkg.model.concept[c]].map(n => paperkg.model.key(n))",
        claim,
    )
    page.mouse.click(*spot)
    assert [state(page)["sel"], state(page)["with"]] == ends
    assert "% sure" in page.locator(".facts").inner_text()
    # All other lines are dimmed now: a click on one of them closes.
    spot, other = find_spot(page, least=1, most=9, within=7)
    assert other != claim
    page.mouse.click(*spot)
    assert state(page)["sel"] == ""


def test_a_click_among_many_lines_means_none(watched: Any, pages: Pages) -> None:
    page = watched(pages("large"))
    spot, _ = find_spot(page, least=6, most=99, within=4)
    page.mouse.click(*spot)
    assert state(page)["sel"] == ""


def test_depth_grows_the_neighbourhood_which_pyvis_network_draws(
    watched: Any, pages: Pages
) -> None:
    page = watched(pages("large"))
    page.evaluate("paperkg.select(paperkg.view.order[0])")
    sizes = []
    for depth in (1, 2, 3):
        page.click(f"#depth-{depth}")
        wait_until(page, "paperkg.pane.view?.stage")
        sizes.append(page.evaluate("paperkg.pane.view.stage.nodes.length"))
    assert sizes[0] <= sizes[1] <= sizes[2] <= 300
    assert sizes[2] == 300
    assert "300 of" in page.locator(".pane-note").inner_text()
    assert page.evaluate("paperkg.pane.view.stage.network instanceof vis.Network")
    assert page.evaluate("paperkg.pane.view.stage.network.physics.physicsEnabled") is False
    page.check("#physics")
    assert page.evaluate("paperkg.pane.view.stage.network.physics.physicsEnabled") is True


def test_facets_count_what_they_give(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"))
    row = page.locator(".legend .row:has(#f-type-5)")
    promised = int(row.locator(".count").inner_text())
    page.check("#f-type-5")
    assert page.evaluate("paperkg.seen.concepts") == promised
    assert state(page)["type"] == [5]
    page.locator("#s-year").click()
    year = page.locator("details:has(#s-year) .row").first
    promised = int(year.locator(".count").inner_text())
    year.locator("input").check()
    assert page.evaluate("paperkg.seen.papers") == promised
    page.click("#clear")
    assert page.evaluate("paperkg.seen.papers") == 80


def test_every_facet_value_gives_its_count(watched: Any, pages: Pages) -> None:
    """The oracle is the view itself: apply each value and count what is left."""
    page = watched(pages("small"))
    page.evaluate("document.querySelectorAll('.side details').forEach(d => d.open = true)")
    wait_until(page, "document.querySelectorAll('#f-conf-50, #f-venue-1').length === 2")
    wrong = page.evaluate(
        """() => { const wrong = [];
        const part = { role: 'claims', type: 'concepts', year: 'papers', venue: 'papers',
          region: 'papers', least: 'concepts', conf: 'claims' };
        for (const input of [...document.querySelectorAll('.row input')].map(i => i.id)) {
          const [, facet, value] = input.split('-');
          const row = document.getElementById(input).closest('.row');
          const told = row.querySelector('.count').textContent.replace(/,/g, '');
          const before = { ...paperkg.state };
          const one = Number(value);
          paperkg.change({ [facet]: ['least', 'conf'].includes(facet) ? one : [one] });
          const got = paperkg.seen[part[facet]];
          if (Number(told) !== got) wrong.push([input, told, got]);
          paperkg.change(before);
        } return wrong; }"""
    )
    assert wrong == []


def test_hubs_and_single_concepts_fold_with_one_click(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"))
    before = page.evaluate("paperkg.seen.concepts")
    page.check("#hubs")
    hubs = page.evaluate("paperkg.hubs.length")
    assert hubs > 0
    assert page.evaluate("paperkg.seen.concepts") == before - hubs
    page.uncheck("#hubs")
    page.click("#unfold")
    everything = page.evaluate("paperkg.model.C")
    assert page.evaluate("paperkg.seen.concepts") == everything > before
    assert page.evaluate("paperkg.view.stage.nodes.length") == everything + 80
    page.click("#unfold")
    assert page.evaluate("paperkg.seen.concepts") == before


def test_path_between_two_is_shortest_in_steps_when_hubs_are_hidden(
    watched: Any, pages: Pages
) -> None:
    page = watched(pages("small"))
    page.locator(".finder summary").click()
    for box, name in (("#path-from", "made"), ("#path-to", "made")):
        label = page.evaluate("n => paperkg.model.label(n)", 3 if box == "#path-from" else 10)
        page.fill(box, label)
        page.wait_for_selector(".finder [role=option]:visible")
        page.keyboard.press("Enter")
        assert name
    page.click(".finder .button")
    steps = page.locator(".steps > li")
    assert steps.count() >= 3
    assert page.locator(".steps blockquote").count() == steps.count() - 1
    assert state(page)["path"] == "paper/made:000010"
    assert page.evaluate("paperkg.view.lit.claims.length") == steps.count() - 1


def test_a_path_between_papers_lists_all_that_both_share(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"))
    one, two, shared = page.evaluate(
        """() => { const { model } = paperkg;
        const of = p => [...model.claims(p)].map(c => model.concept[c]);
        const pairs = [];
        for (let a = 0; a < model.P; a++) for (let b = 0; b < a; b++)
          pairs.push([a, b, of(a).filter(c => of(b).includes(c)).map(c => model.label(c))]);
        return pairs.sort((p, q) => q[2].length - p[2].length)[0]; }"""
    )
    assert len(shared) > 3
    page.evaluate(
        "([a, b]) => paperkg.change({ sel: paperkg.model.key(a), path: paperkg.model.key(b) })",
        [one, two],
    )
    heading = page.locator(".facts h3", has_text="that both share")
    assert heading.inner_text() == f"The {len(shared)} concepts that both share"
    rows = page.locator(".facts h3 + ul .pair")
    assert sorted(rows.locator("bdi").all_inner_texts()) == sorted(shared)
    # Each leads to the words of either paper.
    assert rows.first.locator(".why").count() == 2
    rows.first.locator(".why").last.click()
    assert state(page)["sel"] == page.evaluate("n => paperkg.model.key(n)", two)
    assert page.locator("blockquote .mark.main").count() >= 1


def test_what_similar_papers_share_leads_to_the_whole_list(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"))
    more = None
    for number in range(20):
        page.evaluate("n => paperkg.select(n)", number)
        more = page.locator(".shared a", has_text=re.compile(r"^\d+ more$"))
        if more.count():
            break
    assert more is not None
    rest = int(more.first.inner_text().split()[0])
    more.first.click()
    assert page.locator(".facts h3 + ul .pair").count() >= 4 + rest


def test_papers_that_share_nothing_start_unfolded_and_named(watched: Any, tmp_path: Path) -> None:
    made, concepts = make_papers(40)
    taken: set[str | None] = set()
    papers = []
    for paper in made:
        own = {mention.concept for mention in paper.mentions}
        if own & taken or len(papers) == 2:
            continue
        taken |= own
        papers.append(paper)
    kept = [dataclasses.replace(c, papers=1, broader=()) for c in concepts if c.id in taken]
    write_html(build_graph(papers, kept), tmp_path / "apart.html")
    page = watched(tmp_path / "apart.html")
    assert page.evaluate("paperkg.seen.concepts") == len(kept)
    assert f"2 papers and {len(kept)} concepts, none of them shared" in (
        page.locator(".about").inner_text()
    )
    assert page.evaluate("paperkg.view.wants(0, 1) && paperkg.view.wants(1, 1)")
    assert page.locator("#clear").count() == 0
    # The map shows all of it, and no shape lies on another.
    gap = page.evaluate(
        """() => { const { view } = paperkg, at = view.order.map(n => view.stage.project(n));
        const { clientWidth: w, clientHeight: h } = view.element;
        if (at.some(([x, y]) => x < 0 || y < 0 || x > w || y > h)) return -1;
        return Math.min(...at.flatMap(([x, y], a) => at.slice(0, a)
          .map(([p, q]) => Math.hypot(x - p, y - q)))); }"""
    )
    assert gap > 10
    page.click("#unfold")
    assert page.evaluate("paperkg.seen.concepts") == 0
    assert "least=2" in page.url


def test_a_folded_concept_is_found_on_the_map_by_its_paper(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"))
    node = page.evaluate(
        "paperkg.model.degree.findIndex((d, n) => n >= paperkg.model.P && d === 1)"
    )
    page.evaluate("n => paperkg.select(n)", node)
    page.click("#locate")
    paper = page.evaluate("n => paperkg.model.paper[paperkg.model.claims(n)[0]]", node)
    wait_until(
        page,
        """n => { const { x, y } = paperkg.view.stage.camera(), at = paperkg.view.stage.place(n);
        return Math.hypot(x - at.x, y - at.y) < 1; }""",
        paper,
    )


def test_the_table_is_in_step_sorted_and_paged(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"))
    page.click("#view-table")
    assert page.locator("tbody tr").count() == 50
    page.click("#page-on")
    assert page.locator("tbody tr").count() == 30
    page.click("#sort-title")
    titles = page.locator("tbody .c-title bdi").all_inner_texts()
    assert page.locator("th.c-title").first.get_attribute("aria-sort") == "ascending"
    assert titles == sorted(titles, key=str.casefold)
    assert len(titles) == 50
    counts = page.locator("tbody td.c-concepts").all_inner_texts()
    assert page.inner_text("#sort-concepts").strip() == "Shared concepts"
    page.click("#sort-concepts")
    upwards = page.locator("tbody td.c-concepts").all_inner_texts()
    assert upwards == sorted(upwards, key=int)
    assert upwards != counts
    page.evaluate("paperkg.change({least: 1})")
    assert page.inner_text("#sort-concepts").strip() == "Concepts↑"
    page.evaluate("paperkg.change({least: 2})")
    page.click("#rows-concepts")
    page.check("#f-type-2")
    assert set(page.locator("tbody .c-type").all_inner_texts()) == {"Data set"}
    assert page.locator("tbody tr").count() == page.evaluate("paperkg.seen.concepts")
    page.click("#rows-claims")
    assert page.locator("tbody tr").count() == min(50, page.evaluate("paperkg.seen.claims"))


def test_back_and_forward_and_a_shared_address(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"))
    page.evaluate("paperkg.select(3)")
    page.evaluate("paperkg.select(4)")
    page.check("#f-type-1")
    address = page.evaluate("location.hash")
    page.go_back()
    assert state(page)["type"] == []
    page.go_back()
    wait_until(page, "paperkg.main === 3")
    assert page.locator("#facts-title").inner_text() == page.evaluate("paperkg.model.label(3)")
    page.go_forward()
    wait_until(page, "paperkg.main === 4")
    again = watched(pages("small"), address)
    assert state(again)["type"] == [1]
    assert again.evaluate("paperkg.main") == 4


@pytest.mark.parametrize(
    "fragment",
    [
        "#sel=nothing/here",
        "#depth=99&least=x&type=a,b&view=zzz&rows=q&path=%E0%A4%A",
        "#=&&=",
        "#sort=constructor%20up&view=table",
        "#at=1_2",
        "#at=NaN_1e9_-1&sel=",
        "#at=0_0_0",
    ],
)
def test_a_broken_address_does_no_harm(watched: Any, pages: Pages, fragment: str) -> None:
    page = watched(pages("small"), fragment)
    assert page.evaluate("paperkg.seen.papers") == 80
    assert page.locator(".legend .count").first.inner_text() == "80"


def camera(page: Any) -> list[float]:
    """Return where the camera is, in the layout's units, and pixels per unit."""
    found: list[float] = page.evaluate(
        "(c => [c.x, c.y, c.scale])(paperkg.model.toLayout(paperkg.view.stage.camera()))"
    )
    return found


def check_same_camera(page: Any, wanted: list[float]) -> None:
    """The camera comes to where it was, but for what the address rounds away.

    A panel that closes gives the map its room some frames later, and only then it fits.
    """
    for _ in range(50):
        x, y, scale = camera(page)
        place, zoom = pytest.approx(wanted[:2], abs=3 / scale), pytest.approx(wanted[2], rel=0.01)
        if (x, y) == place and scale == zoom:
            return
        page.wait_for_timeout(100)
    assert ((x, y), scale) == (place, zoom)


def settle(page: Any) -> None:
    """Wait until the camera rests and the address has been told."""
    page.wait_for_timeout(200)
    wait_until(page, "!paperkg.resting")


def drag(page: Any, dx: int, dy: int) -> None:
    """Drag the map by its middle, in forty small steps, and let the address follow."""
    box = page.locator(".centre > .graph").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 41):
        page.mouse.move(x + dx * step / 40, y + dy * step / 40)
    page.mouse.up()
    settle(page)


COUNT_WRITES = """(() => { window.writes = 0; for (const how of ["pushState", "replaceState"]) {
  const write = history[how].bind(history);
  history[how] = (...all) => { window.writes++; write(...all); }; } })()"""


@pytest.mark.parametrize("name", ["small", "large"])
def test_the_address_keeps_the_camera_and_floods_no_history(
    watched: Any, pages: Pages, name: str
) -> None:
    page = watched(pages(name))
    settle(page)
    assert page.evaluate("location.hash") == ""
    steps = page.evaluate("history.length")
    page.locator("#zoom-in").click()
    settle(page)
    page.evaluate(COUNT_WRITES)
    drag(page, 130, -70)
    assert page.evaluate("history.length") == steps
    assert page.evaluate("writes") == 1
    address, place = page.evaluate("location.hash"), camera(page)
    assert re.fullmatch(r"#at=-?[\d.]+_-?[\d.]+_[\d.]+", address)
    again = watched(pages(name), address)
    settle(again)
    check_same_camera(again, place)
    assert again.evaluate("location.hash") == address
    again.locator(".centre > .graph").focus()
    again.keyboard.press("0")
    wait_until(again, "location.hash === ''")


def test_back_leads_to_the_camera_of_then(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"))
    whole = camera(page)
    page.evaluate("paperkg.view.look({ x: 50, y: -30, scale: 1.5 })")
    drag(page, 90, 20)
    then = camera(page)
    page.evaluate("paperkg.select(3)")
    settle(page)
    drag(page, -200, 100)
    later = page.evaluate("location.hash")
    page.go_back()
    wait_until(page, "paperkg.main === -1")
    check_same_camera(page, then)
    page.go_forward()
    wait_until(page, "paperkg.main === 3")
    assert page.evaluate("location.hash") == later
    # At once, before the map has seen that the panel that came took some of its room.
    page.evaluate("location.hash = ''")
    wait_until(page, "paperkg.main === -1")
    check_same_camera(page, whole)


def test_a_panel_that_comes_and_goes_within_a_frame_leaves_the_whole_map(
    watched: Any, pages: Pages
) -> None:
    page = watched(pages("small"))
    whole = camera(page)
    page.evaluate("paperkg.select(3)")
    address = page.evaluate("location.hash") + "&at=50_-30_2"
    page.evaluate("paperkg.close()")
    settle(page)
    page.evaluate(
        """(address) => {
          for (const hash of [address, "#"]) {
            history.replaceState(null, "", hash);
            dispatchEvent(new PopStateEvent("popstate"));
          }
        }""",
        address,
    )
    assert page.evaluate("paperkg.main") == -1
    check_same_camera(page, whole)


def test_a_link_in_the_panel_leaves_the_camera_alone(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"), "#sel=paper%2Fmade%3A000003")
    link = page.locator(".shared a").first
    assert "at=" not in link.get_attribute("href")
    drag(page, 80, 60)
    place = camera(page)
    assert "at=" in page.evaluate("location.hash")
    link.click()
    settle(page)
    assert state(page)["sel"] != "paper/made:000003"
    check_same_camera(page, place)


def test_an_address_shows_the_same_place_on_a_phone(watched: Any, pages: Pages) -> None:
    """Where the map is turned, the address still speaks of the layout as it is."""
    wide = watched(pages("small"), "#at=120_-80_1.5")
    phone = watched(pages("small"), "#at=120_-80_1.5&sel=paper%2Fmade%3A000003", width=390)
    settle(phone)
    assert phone.evaluate("paperkg.model.turned") is True
    assert wide.evaluate("paperkg.model.turned") is None
    for page in (wide, phone):
        check_same_camera(page, [120, -80, 1.5])


@pytest.mark.parametrize("name", ["small", "large"])
def test_a_phone_s_screen_is_used(watched: Any, pages: Pages, name: str) -> None:
    page = watched(pages(name), width=390, height=844)
    page.wait_for_timeout(300)
    across, down = page.evaluate(
        """() => { const { view } = paperkg, spots = view.order.map(n => view.stage.project(n));
        const part = (axis, whole) => {
          const all = spots.map(spot => spot[axis]);
          return (Math.max(...all) - Math.min(...all)) / whole; };
        return [part(0, view.element.clientWidth), part(1, view.element.clientHeight)]; }"""
    )
    assert 0.75 < across < 1
    assert 0.5 < down < 1


def downloaded(page: Any, kind: str) -> bytes:
    page.click("#download")
    with page.expect_download() as waiting:
        page.click(f"#save-{kind}")
    return Path(waiting.value.path()).read_bytes()


@pytest.mark.parametrize("name", ["small", "hostile"])
def test_downloads_are_what_they_say(watched: Any, pages: Pages, name: str) -> None:
    page = watched(pages(name))
    papers = page.evaluate("paperkg.model.P")
    rows = list(csv.DictReader(io.StringIO(downloaded(page, "csv").decode("utf-8-sig"))))
    assert len(rows) == papers
    assert not any(value.startswith(("=", "+", "@")) for row in rows for value in row.values())
    records = json.loads(downloaded(page, "json"))
    assert {record["id"] for record in records} == set(
        page.evaluate("paperkg.model.data.papers.id")
    )
    assert downloaded(page, "bib").decode().count("\n  title = {") == papers
    gexf = ET.fromstring(downloaded(page, "gexf").decode())
    spaces = {"g": "http://www.gexf.net/1.2draft"}
    assert len(gexf.findall(".//g:node", spaces)) == page.evaluate(
        "paperkg.selection().nodes.length"
    )
    assert ET.fromstring(downloaded(page, "svg").decode()).tag.endswith("svg")
    picture = downloaded(page, "png")
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(picture) > 8000


def test_bibtex_keeps_formulas_and_drops_other_markup(watched: Any, tmp_path: Path) -> None:
    papers, _ = make_papers(5)
    titles = {
        r"$\alpha_{t}$-Net \& {\it friends}: 5% of $O(n^2)$": (
            r"$\alpha_{t}$-Net \& friends: 5\% of $O(n^2)$"
        ),
        "From $5 to $9 a_b": r"From \$5 to \$9 a\_b",
        "Costs $} of ${ x^2 ~ y": r"Costs \$ of \$ x\textasciicircum{}2 \textasciitilde{} y",
    }
    papers[:3] = [dataclasses.replace(p, title=t) for p, t in zip(papers, titles, strict=False)]
    papers = [dataclasses.replace(p, mentions=()) for p in papers]
    write_html(build_graph(papers, []), tmp_path / "tex.html")
    page = watched(tmp_path / "tex.html")
    page.click("#download")
    with page.expect_download() as download:
        page.click("#save-bib")
    text = Path(download.value.path()).read_text(encoding="utf-8")
    for title in titles.values():
        assert f"title = {{{{{title}}}}}" in text
    assert all(line.count("{") == line.count("}") for line in text.splitlines() if "title" in line)


def test_the_counts_come_back_after_a_message(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"))
    counts = page.locator(".shown").inner_text()
    page.click("#copy")
    wait_until(page, "document.querySelector('.shown').textContent.toLowerCase().includes('link')")
    wait_until(page, "text => document.querySelector('.shown').textContent === text", counts)


def test_a_selection_that_the_filters_hide_says_so(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"), "#sel=paper%2Fmade%3A000003&year=1950")
    assert page.locator(".pane-note").inner_text() == "All around it is filtered out"


def test_an_empty_list_in_an_address_filters_nothing(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"), "#year=&type=,")
    assert state(page)["year"] == state(page)["type"] == []
    assert page.evaluate("paperkg.seen.papers") == 80


def test_a_phone_s_table_of_connections_breaks_no_word(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"), "#view=table&rows=claims", width=390, height=844)
    high = page.locator("td.c-type bdi").evaluate_all("all => all.map(e => e.offsetHeight)")
    one = page.locator("td.c-confidence bdi").first.evaluate("e => e.offsetHeight")
    assert max(high) < 1.5 * one
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_the_downloads_follow_the_selection(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"))
    page.evaluate("paperkg.select(3)")
    gexf = ET.fromstring(downloaded(page, "gexf").decode())
    nodes = gexf.findall(".//{http://www.gexf.net/1.2draft}node")
    assert len(nodes) == page.evaluate("paperkg.near.nodes.length") < 20


def test_a_walk_with_the_keyboard_alone(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement === paperkg.view.element")
    page.keyboard.press("ArrowRight")
    first = page.evaluate("paperkg.view.cursor")
    assert first >= 0
    for key in ("ArrowLeft", "ArrowDown", "ArrowUp", "ArrowRight"):
        page.keyboard.press(key)
        moved = page.evaluate("paperkg.view.cursor")
        if moved != first:
            break
    assert moved != first
    told = page.locator(".centre > .graph [role=status]").inner_text()
    assert page.evaluate("paperkg.model.label(paperkg.view.cursor)")[:40] in told
    scale = page.evaluate("paperkg.view.stage.scale()")
    page.keyboard.press("+")
    wait_until(page, "s => paperkg.view.stage.scale() > s", scale)
    cursor = page.evaluate("paperkg.view.cursor")
    page.keyboard.press("Enter")
    assert page.evaluate("paperkg.main") == cursor
    page.keyboard.press("Escape")
    assert page.locator(".panel").is_hidden()


def test_all_controls_can_be_reached_by_tab(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"), "#sel=paper%2Fmade%3A000003")
    wanted = {"search", "view-map", "view-table", "theme", "copy", "download"}
    wanted |= {"hubs", "depth-1", "enlarge", "close-panel", "zoom-in", "path-here"}
    seen = set()
    for _ in range(140):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement?.id"))
        if wanted <= seen:
            break
    assert wanted <= seen


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "fragment", ["", "#sel=paper%2Fmade%3A000003", "#view=table", "#sel=made&depth=2"]
)
def test_axe_finds_nothing(watched: Any, pages: Pages, scheme: str, fragment: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = watched(pages("small"), fragment, scheme=scheme)
    page.evaluate("document.querySelectorAll('.side details').forEach(d => d.open = true)")
    page.wait_for_timeout(400)
    results = axe.Axe().run(page)
    found = [
        (v["id"], v["nodes"][0]["html"][:200], v["nodes"][0].get("failureSummary"))
        for v in results.response["violations"]
    ]
    assert found == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["small", "hostile"])
def test_nothing_sticks_out_at_any_size(watched: Any, pages: Pages, name: str, size: str) -> None:
    width, height = SIZES[size]
    page = watched(pages(name), width=width, height=height)
    page.evaluate("paperkg.select(7)")
    page.wait_for_timeout(200)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.scrollHeight") <= height
    wide = page.evaluate("(e => e.scrollWidth - e.clientWidth)(document.querySelector('.facts'))")
    assert wide <= 1
    if width <= 960:
        page.click("#filters")
        page.wait_for_selector(".side", state="visible")


def test_hostile_text_runs_nothing_and_is_shown_as_text(watched: Any, pages: Pages) -> None:
    page = watched(pages("hostile"))
    count = page.evaluate("paperkg.model.N")
    for node in range(0, count, 3):
        page.evaluate("node => paperkg.select(node)", node)
        page.wait_for_timeout(30)
    page.click("#view-table")
    for kind in ("papers", "concepts", "claims"):
        page.click(f"#rows-{kind}")
    page.fill("#search", "<img")
    page.wait_for_timeout(100)
    page.evaluate("paperkg.view.setHover(3)")
    assert page.evaluate("window.hacked") is None
    assert page.locator("img").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    page.evaluate("paperkg.close()")
    assert page.title() == NASTY[0] + NASTY[2]
    assert "<script>" in page.locator("h1").inner_text()
    scripts = page.evaluate(
        "[...document.scripts].filter(s => s.type !== 'application/json').length"
    )
    assert scripts == 2


def test_offsets_survive_emoji(watched: Any, pages: Pages) -> None:
    page = watched(pages("hostile"))
    wrong = page.evaluate(
        """() => { const m = paperkg.model, wrong = [];
        for (let c = 0; c < m.M; c++) for (const e of m.evidence(c)) for (const x of e.mentions) {
          const text = m.pieces(m.paper[c]).map(p => p[1]).join('').slice(x.start, x.end);
          if (text !== m.label(m.concept[c])) wrong.push([c, text.slice(0, 40)]);
        } return wrong; }"""
    )
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "abstracts", "quotes"), [("sentences", 1, True), ("bare", 0, False)]
)
def test_pages_without_abstracts(
    watched: Any, pages: Pages, name: str, abstracts: int, quotes: bool
) -> None:
    page = watched(pages(name), "#sel=paper%2Fmade%3A000003")
    assert "carries no abstracts" in page.locator(".facts").inner_text()
    assert page.locator(".abstract").count() == abstracts
    page.evaluate("paperkg.select(paperkg.view.order[0])")
    assert (page.locator("blockquote").count() > 0) is quotes


def test_an_empty_graph_is_a_page_too(watched: Any, pages: Pages) -> None:
    page = watched(pages("empty"))
    assert "0 papers" in page.locator(".about").inner_text()
    page.click("#view-table")
    assert "no rows" in page.locator(".bar").inner_text()


def test_the_theme_switches_and_repaints(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"), scheme="dark")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("#theme")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != dark
    assert page.evaluate("paperkg.theme.dark") is False


CONTRAST = """selector => {
  const parts = text => text.match(/[\\d.]+/g).map(Number);
  const light = text => parts(text).slice(0, 3)
    .map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const chosen = document.querySelector(selector + " [aria-pressed=true]");
  const style = getComputedStyle(chosen);
  const told = parseFloat(style.borderTopWidth) ? style.borderTopColor : style.backgroundColor;
  const [edge, track] = [told, getComputedStyle(chosen.parentElement).backgroundColor].map(light);
  return (Math.max(edge, track) + 0.05) / (Math.min(edge, track) + 0.05); }"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_which_segment_is_chosen_can_be_seen(watched: Any, pages: Pages, scheme: str) -> None:
    """WCAG 2.1, 1.4.11: what tells a control's state has 3:1 to what is around it."""
    page = watched(pages("small"), "#sel=paper%2Fmade%3A000003", scheme=scheme)
    for selector in (".tools .segments", ".pane-bar .segments"):
        assert page.evaluate(CONTRAST, selector) >= 3


@pytest.mark.parametrize("width", [390, 320])
def test_a_phone_shows_the_whole_title(watched: Any, pages: Pages, width: int) -> None:
    page = watched(pages("large"), width=width, height=640)
    cut = page.evaluate(
        "(e => [e.scrollWidth - e.clientWidth, e.scrollHeight - e.clientHeight])"
        "(document.querySelector('h1'))"
    )
    assert cut == [0, 0]
    assert page.inner_text("h1") == "Three thousand papers"


def test_the_trail_leads_back(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"))
    for node in (3, 4, 5):
        page.evaluate("node => paperkg.select(node)", node)
    crumbs = page.locator(".crumb")
    assert crumbs.count() == 3
    assert crumbs.nth(2).get_attribute("aria-current") == "page"
    crumbs.nth(0).click()
    assert page.evaluate("paperkg.main") == 3


def test_the_table_can_hold_the_neighbourhood_only(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"), "#sel=paper%2Fmade%3A000003&view=table&rows=concepts")
    page.check("#near")
    assert page.locator("tbody tr").count() < 20
    shown = page.evaluate("paperkg.table.rows('concepts').every(n => paperkg.near.level.has(n))")
    assert shown is True


def test_a_phone_zooms_to_what_is_selected(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"), width=390, height=844)
    before = page.evaluate("paperkg.view.stage.scale()")
    page.evaluate("paperkg.select(3)")
    wait_until(page, "s => paperkg.view.stage.scale() > s", before)


@pytest.mark.parametrize("name", ["small", "large"])
def test_paper_gets_drawings_in_light_colours(watched: Any, pages: Pages, name: str) -> None:
    for fragment, place in (
        ("", ".centre > .graph"),
        ("#sel=paper%2Fmade%3A000003", ".pane .graph"),
    ):
        page = watched(pages(name), fragment, scheme="dark")
        wait_until(page, "!paperkg.state.sel || paperkg.pane.view?.stage")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print", color_scheme="dark")
        drawing = page.locator(f"{place} .paper svg")
        assert drawing.is_visible()
        assert page.locator(".paper svg:visible").count() == 1
        assert drawing.locator("circle, polygon").count() > 5
        assert drawing.locator("text").count() > 2
        assert drawing.locator("rect").get_attribute("fill") == "#ffffff"


def test_print_shows_facts_without_controls(watched: Any, pages: Pages) -> None:
    page = watched(pages("small"), "#sel=paper%2Fmade%3A000003")
    page.emulate_media(media="print")
    assert page.locator(".side").is_hidden()
    assert page.locator("#search").is_hidden()
    assert page.locator(".abstract").is_visible()


def test_a_browser_without_webgl_gets_the_most_connected_nodes(watched: Any, pages: Pages) -> None:
    page = watched(pages("large"), ready=None)
    page.add_init_script(
        """const get = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
          return kind.startsWith("webgl") ? null : get.call(this, kind, ...rest); };"""
    )
    page.reload()
    wait_until(page, "document.documentElement.dataset.ready")
    assert page.evaluate("paperkg.engine") == "vis"
    assert "no WebGL" in page.locator(".notes").inner_text()


def test_a_page_cut_short_says_so(browser: Any, pages: Pages, tmp_path: Path) -> None:
    """Not `watched`: the exception in the console is part of the message."""
    text = (
        pages("small").read_text(encoding="utf-8").replace('"papers":{"id":', '"papers":{"id"', 1)
    )
    path = tmp_path / "cut.html"
    path.write_text(text, encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector("[role=alert]")
    assert "damaged" in page.locator("[role=alert]").inner_text()
    page.close()
