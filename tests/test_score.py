"""Scoring: figures worked out by hand, calibration, the page."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from kg.errors import RecordError
from kg.model import Link, Mention, Paper
from kg.score import TABLES, Counts, evaluate, total
from tests.test_cli import kg as run

TEXT = "Foo beats Bar on COCO by accuracy."


def mention(part: str, kind: str, role: str = "uses", confidence: float = 1.0) -> Mention:
    start = TEXT.index(part)
    return Mention("abstract", start, start + len(part), part, kind, role, confidence, "test")


GOLD = Paper(
    "p",
    "",
    TEXT,
    mentions=(
        mention("Foo", "Method", "introduces"),
        mention("Bar", "Method", "comparesWith"),
        mention("COCO", "Dataset"),
        mention("accuracy", "Metric", "reports"),
    ),
)
FOUND = replace(
    GOLD,
    mentions=(
        mention("Foo", "Method", "introduces", 0.95),  # right
        mention("Bar", "Method", "uses", 0.85),  # right, another role
        mention("COCO", "Benchmark", "evaluatesOn", 0.65),  # another type
        mention("by accuracy", "Metric", "reports", 0.55),  # another span
        mention("beats", "Task", "addresses", 0.15),  # nothing
    ),
)


def test_exact_and_overlapping() -> None:
    report = evaluate([GOLD], [FOUND])
    assert total(report.exact) == Counts(right=2, spurious=3, missed=2)
    assert report.exact["Method"] == Counts(right=2)
    assert total(report.overlapping) == Counts(right=3, spurious=2, missed=1)


def test_mentions_by_role_need_span_type_and_role() -> None:
    report = evaluate([GOLD], [FOUND])
    assert report.exact_roles == {
        "addresses": Counts(spurious=1),
        "comparesWith": Counts(missed=1),
        "evaluatesOn": Counts(spurious=1),
        "introduces": Counts(right=1),
        "reports": Counts(spurious=1, missed=1),
        "uses": Counts(spurious=1, missed=1),
    }
    assert report.overlapping_roles["reports"] == Counts(right=1)
    others = report.exact_roles.keys() - {"reports"}
    assert all(report.overlapping_roles[name] == report.exact_roles[name] for name in others)
    for name in ("exact", "overlapping"):  # gold and found are the same mentions, grouped anew
        by_type, by_role = report.total(name), report.total(f"{name}_roles")
        assert by_type.right + by_type.missed == by_role.right + by_role.missed == 4
        assert by_type.right + by_type.spurious == by_role.right + by_role.spurious == 5
        assert by_role.right <= by_type.right


def test_concepts_are_per_paper_type_and_folded_name() -> None:
    other = replace(FOUND, mentions=(*FOUND.mentions, mention("Bar", "Method", "uses")))
    report = evaluate([GOLD], [other])
    assert report.concepts["Method"] == Counts(right=2)
    assert report.concepts["Metric"] == Counts(spurious=1, missed=1)
    assert total(report.introduced) == Counts(right=1)


def test_roles_are_judged_on_right_mentions() -> None:
    report = evaluate([GOLD], [FOUND])
    assert report.role_accuracy == 0.5
    assert report.roles["comparesWith"] == Counts(missed=1)
    assert report.roles["uses"] == Counts(spurious=1)


def test_calibration_error_by_hand() -> None:
    report = evaluate([GOLD], [FOUND])
    expected = (0.05 + 0.15 + 0.65 + 0.55 + 0.15) / 5
    assert report.calibration_error == pytest.approx(expected)
    assert sum(b.count for b in report.bins) == 5


def test_links_are_judged_where_the_gold_has_some() -> None:
    assert evaluate([GOLD], [FOUND]).links == {}
    link = Link("abstract", 0, 3, "Foo", "https://a.b/c", "code")
    gold, found = replace(GOLD, links=(link,)), replace(FOUND, links=(replace(link, kind="demo"),))
    report = evaluate([gold], [found])
    assert report.links["url"] == Counts(right=1)
    assert report.links["url and kind"] == Counts(spurious=1, missed=1)


def test_confusions_name_both_sides_and_the_sentence() -> None:
    report = evaluate([GOLD], [FOUND])
    pairs = {(c.gold, c.predicted): c for c in report.confusions}
    assert pairs["Dataset", "Benchmark"].count == 1
    assert TEXT in pairs["Dataset", "Benchmark"].examples[0]
    assert ("comparesWith", "uses") in pairs
    assert ("Metric (span)", "Metric (span)") in pairs
    assert ("-", "Task") in pairs


def test_perfect_is_one_and_nothing_is_zero() -> None:
    perfect = evaluate([GOLD], [GOLD])
    assert total(perfect.exact).f1 == perfect.role_accuracy == 1
    nothing = evaluate([GOLD], [replace(GOLD, mentions=())])
    assert total(nothing.exact).f1 == 0
    assert evaluate([], []).to_dict()["papers"] == 0


def test_a_missing_prediction_is_an_error() -> None:
    with pytest.raises(RecordError, match="paper p: in the gold"):
        evaluate([GOLD], [])


def test_text_and_dict_say_the_same() -> None:
    report = evaluate([GOLD], [FOUND])
    assert json.loads(json.dumps(report.to_dict()))["exact"]["all"]["f1"] == 0.4444
    text = report.to_text()
    assert "0.444" in text
    assert "Dataset -> Benchmark" in text
    for title, name in TABLES:
        rows = text.split(f"\n{title} ")[1].split("\n\n")[0].splitlines()[1:]
        assert [row.split()[0] for row in rows] == [*getattr(report, name), "all"]
        assert list(report.to_dict()[name]) == [*getattr(report, name), "all"]
        figures = report.to_dict()[name]["all"]
        assert rows[-1].split()[3:] == [
            f"{figures['f1']:.3f}",
            str(figures["gold"]),
            str(figures["predicted"]),
        ]
        assert f"<caption>{title.capitalize()}</caption>" in report.to_html()


def test_the_page_escapes_everything() -> None:
    hostile = '<script>alert(1)</script> "Foo" & <b>'
    start = hostile.index("Foo")
    bad = Mention("abstract", start, start + 3, "Foo", "<i>", "<u>", 1.0, '"x" <s>')
    paper = Paper('"><img>', hostile, hostile, mentions=(bad,))
    page = evaluate([paper], [replace(paper, mentions=())]).to_html()
    for part in ("<script>", "<img>", "<i>", "<u>", "<b>", "<s>"):
        assert part not in page
    assert "&lt;script&gt;" in page
    assert "default-src 'none'" in page


def test_the_page_shows_what_differs_and_each_type_in_its_colour() -> None:
    page = evaluate([GOLD], [FOUND]).to_html()
    assert page == evaluate([GOLD], [FOUND]).to_html()
    assert "1 right, 1 in another role, 2 only in the gold, 3 only found" in page
    assert page.count('class="k2 role"') == 2  # Bar, on both sides
    assert '<mark class="k4 wrong" title="0.15 test">beats<small>Task addresses</small>' in page
    assert "1 × Dataset → Benchmark" in page
    assert "<caption>Links</caption>" not in page


def test_a_mention_within_another_is_listed_below_the_text() -> None:
    """All that the tally counts can be seen; nothing is left out because the text has one place."""
    inner = replace(GOLD, mentions=(*GOLD.mentions, mention("Foo beats Bar", "Task", "addresses")))
    page = evaluate([inner], [replace(GOLD, mentions=())]).to_html()
    assert "5 only in the gold" in page
    (below,) = re.findall("<p>Overlapping these: .*?</p>", page)
    for words in ("Foo beats Bar", "Bar", "Foo"):
        assert page.count(f">{words}<small>") == 1
    assert below.count("<mark") == 1
    assert "Foo beats Bar" in below


def test_the_plot_is_a_drawing_with_words_for_who_cannot_see_it() -> None:
    report = evaluate([GOLD], [FOUND])
    root = ElementTree.fromstring(report.to_svg())
    space = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    names = (root.get("aria-labelledby") or "").split()
    title, about = (next(e for e in root.iter() if e.get("id") == name) for name in names)
    assert title.text == "Reliability of confidence"
    assert "1 mention with 0.65 on average: 0.00 right" in (about.text or "")
    bars = [e for e in root.iter(f"{space}rect") if e.get("class") == "rel-bar"]
    assert [float(e.get("height", "")) for e in bars] == [0, 0, 0, 360, 360]
    assert report.to_svg() in report.to_html()
    nothing = evaluate([GOLD], [replace(GOLD, mentions=())])
    assert "No mentions" in nothing.to_svg()
    ElementTree.fromstring(nothing.to_svg())


def test_predictions_are_known_by_their_text_where_a_reader_gave_them_other_ids() -> None:
    report = evaluate([GOLD], [replace(FOUND, id="foo-beats-bar-12345678")])
    assert total(report.exact).right == 2
    with pytest.raises(RecordError, match="paper p: in the gold"):
        evaluate([GOLD], [replace(FOUND, title="Another text")])


def test_the_command_writes_page_and_plot(tmp_path: Path) -> None:
    for name, paper in (("gold", GOLD), ("found", replace(FOUND, id="other"))):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(paper.to_dict()), encoding="utf-8")
    words = ("gold.jsonl", "--predicted", "found.jsonl", "--html", "a.html", "--plot", "a.svg")
    done = run("evaluate", *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    report = evaluate([GOLD], [replace(FOUND, id="other")])
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == report.to_html()
    assert (tmp_path / "a.svg").read_text(encoding="utf-8") == report.to_svg()
    assert done.stdout.decode() == report.to_text() + "\n"


@pytest.mark.parametrize(
    ("page", "message"), [("no/a.html", "there is no folder no"), (".", "is a folder")]
)
def test_an_output_that_cannot_be_written_is_told_before_the_work(
    page: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / "gold.jsonl").write_text(json.dumps(GOLD.to_dict()), encoding="utf-8")
    done = run("evaluate", "gold.jsonl", "--html", page, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert message in done.stderr.decode()
    assert [path.name for path in tmp_path.iterdir()] == ["gold.jsonl"]


def test_a_gold_without_annotations_is_told(tmp_path: Path) -> None:
    bare = json.dumps(replace(GOLD, mentions=()).to_dict())
    (tmp_path / "gold.jsonl").write_text(bare, encoding="utf-8")
    done = run("evaluate", "gold.jsonl", cwd=tmp_path)
    assert done.returncode == 1
    told = b"kg: gold.jsonl: no mention and no link is annotated in 1 paper; see --help\n"
    assert done.stderr == told


def test_papers_of_one_id_have_anchors_of_their_own() -> None:
    other = replace(GOLD, title="Another text", mentions=())
    page = evaluate([GOLD, other], [replace(FOUND, mentions=()), other]).to_html()
    anchors = re.findall(r' id="([^"]*)"', page)
    assert len(anchors) == len(set(anchors))
    assert {"#paper-1", "#paper-2"} <= set(re.findall(r'href="([^"]*)"', page))


def _papers(right: int, wrong: int) -> tuple[list[Paper], list[Paper]]:
    """Return papers of one mention each, and predictions with another type for some."""
    gold = [
        Paper(f"p{at}", f"Paper {at}", TEXT, mentions=(mention("Foo", "Method"),))
        for at in range(right + wrong)
    ]
    foreign = (mention("Foo", "Task"),)
    return gold, [replace(p, mentions=foreign) if at < wrong else p for at, p in enumerate(gold)]


def test_intervals_are_those_of_a_share() -> None:
    gold, found = _papers(right=80, wrong=20)
    report = evaluate(gold, found, intervals=True)
    low, high = report.intervals["exact"]["all"]
    # The 2.5 and 97.5 % quantiles of a binomial distribution of 100 draws at 0.8.
    assert (low, high) == (pytest.approx(0.72, abs=0.011), pytest.approx(0.87, abs=0.011))
    backwards = evaluate(gold[::-1], found[::-1], intervals=True)
    assert backwards.intervals == report.intervals
    assert f"{low:.3f}-{high:.3f}" in report.to_text()
    assert f"<td>{low:.3f}-{high:.3f}</td>" in report.to_html()
    assert report.to_dict()["intervals"]["exact"]["all"] == [low, high]


def test_an_interval_of_papers_that_are_alike_is_their_figure() -> None:
    gold, found = _papers(right=7, wrong=0)
    intervals = evaluate(gold, found, intervals=True).intervals
    assert intervals["exact"] == {"Method": (1.0, 1.0), "all": (1.0, 1.0)}
    assert evaluate([], [], intervals=True).intervals == {}


def test_intervals_are_told_where_they_are_asked_for(tmp_path: Path) -> None:
    for name, paper in (("gold", GOLD), ("found", FOUND)):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(paper.to_dict()), encoding="utf-8")
    words = ("evaluate", "gold.jsonl", "--predicted", "found.jsonl")
    done = run(*words, "--intervals", cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode() == evaluate([GOLD], [FOUND], intervals=True).to_text() + "\n"
    assert "95 % of F1" in done.stdout.decode()
    assert "95 % of F1" not in run(*words, cwd=tmp_path).stdout.decode()


def test_no_role_accuracy_where_no_mention_is_right() -> None:
    report = evaluate([GOLD], [replace(FOUND, mentions=())])
    assert "role accuracy on right mentions  -" in report.to_text()
    assert "Role accuracy on right mentions: -." in report.to_html()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--html", "gold.jsonl"], "--html gold.jsonl: would replace"),
        (["--predicted", "found.jsonl", "--plot", "./found.jsonl"], "--plot ./found.jsonl: would"),
        (["--html", "page", "--plot", "page"], "--plot page: would replace"),
        (["--linking", "--html", "page"], "--html says nothing beside --linking"),
        (["--linking", "--intervals"], "--intervals says nothing beside --linking"),
        (["--predicted", "found.jsonl", "--model", "m"], "--model says nothing beside"),
    ],
)
def test_no_output_replaces_an_input_and_no_option_is_idle(
    words: list[str], message: str, tmp_path: Path
) -> None:
    for name, paper in (("gold", GOLD), ("found", FOUND)):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(paper.to_dict()), encoding="utf-8")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    done = run("evaluate", "gold.jsonl", *words, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr.decode()
    assert before == {path: path.read_bytes() for path in tmp_path.iterdir()}
