"""The bundled questions: described, runnable, the same answers from two engines."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
import rdflib

from kg import vocab
from kg.errors import NotFoundError, QueryError, UsageError
from kg.query import (
    Ask,
    Question,
    Runner,
    build_store,
    find_question,
    list_questions,
    read_question,
    to_question,
)
from kg.query.bundled import ENTITY_KINDS
from tests.folders import HOSTILE, write_folder

NAMES = [question.name for question in list_questions()]
ROOT = Path(__file__).parent.parent.parent
SAMPLE = ROOT / "graphs" / "sample"
EXPECTED = Path(__file__).parent / "expected"


def test_there_are_enough_and_their_names_are_speakable() -> None:
    assert len(NAMES) >= 25
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_header_says_what_the_query_is(name: str) -> None:
    question = find_question(name)
    assert question.title != name
    assert question.question.endswith("?")
    assert question.columns
    used = set(re.findall(r"\$(\w+)", re.sub(r"(?m)^#.*$", "", question.text)))
    assert used == {parameter.name for parameter in question.parameters}
    for parameter in question.parameters:
        assert parameter.default
        assert parameter.help


def ask(runner: Runner, question: Question, **values: str) -> Ask:
    text, _ = runner.bind(question, values)
    return Ask(text, rows="json", graph="ntriples")


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_with_its_defaults_and_gives_its_columns(name: str, runner: Runner) -> None:
    question = find_question(name)
    answer = runner.ask(ask(runner, question))
    if answer.kind == "rows":
        assert tuple(json.loads(answer.body)["head"]["vars"]) == question.columns
    else:
        assert answer.kind == "graph"
        assert answer.count > 0


def test_most_questions_have_an_answer_on_any_graph(runner: Runner) -> None:
    """A default that gave nothing would show a newcomer an empty table."""
    empty = [n for n in NAMES if not _rows(runner, find_question(n))]
    # Made-up papers have no shared links, no doubtful names and stand in no doubt.
    assert set(empty) <= {
        "ambiguous-names", "method-uptake", "metrics-for-task", "new-datasets", "papers-alone",
        "shared-links",
        "uncertain-mentions", "unsure-merges", "rising-concepts", "most-adopted",
    }  # fmt: skip


def _rows(runner: Runner, question: Question) -> list[tuple[str, ...]]:
    answer = runner.ask(ask(runner, question))
    if answer.kind == "graph":
        return [(line,) for line in answer.body.decode().splitlines()]
    data = json.loads(answer.body)
    names = data["head"]["vars"]
    return [
        tuple(row.get(n, {}).get("value", "") for n in names) for row in data["results"]["bindings"]
    ]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """So few papers that rdflib's own evaluator is done in seconds."""
    return write_folder(tmp_path_factory.mktemp("small") / "out", 12)


@pytest.fixture(scope="module")
def oracle(small: Path) -> rdflib.Graph:
    """The same triples behind another implementation of SPARQL."""
    return rdflib.Graph().parse(small / "graph.ttl")


@pytest.fixture(scope="module")
def small_runner(small: Path):
    with Runner(small, timeout=60) as found:
        yield found


@pytest.mark.parametrize("name", NAMES)
def test_rdflib_gives_the_same_rows(name: str, small_runner: Runner, oracle: rdflib.Graph) -> None:
    question = find_question(name)
    wanted = ask(small_runner, question)
    found = oracle.query(wanted.text, initNs=dict(vocab.PREFIXES))
    if found.type == "CONSTRUCT":
        again = rdflib.Graph().parse(data=small_runner.ask(wanted).body, format="nt")
        assert set(again) == set(found.graph)
        return
    theirs = [tuple(_plain(term) for term in row) for row in found]
    if name == "bridging-concepts":
        # rdflib joins a grouped subquery that has no row as one row with a gap.
        theirs = [row for row in theirs if "" not in row]
    ours = [tuple(_number(value) for value in row) for row in _rows(small_runner, question)]
    if "LIMIT" in wanted.text and len(ours) >= 100:
        assert len(theirs) == len(ours)
    else:
        assert sorted(map(_unordered, ours)) == sorted(map(_unordered, theirs))


def _plain(term: object) -> str:
    return "" if term is None else _number(str(term))


def _number(value: str) -> str:
    """One spelling for 1, 1.0 and "1.00"."""
    return f"{float(value):g}" if re.fullmatch(r"-?\d+(\.\d+)?", value) else value


def _unordered(row: tuple[str, ...]) -> tuple[str, ...]:
    return tuple("; ".join(sorted(cell.split("; "))) for cell in row)


def test_disk_and_memory_give_the_same_bytes(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "out", 25)
    with Runner(folder) as memory:
        first = {name: memory.ask(ask(memory, find_question(name))).body for name in NAMES}
    build_store(folder)
    with Runner(folder) as disk:
        assert disk.note == ""
        second = {name: disk.ask(ask(disk, find_question(name))).body for name in NAMES}
    assert first == second


@pytest.mark.parametrize("name", NAMES)
def test_the_sample_gives_the_expected_answer(name: str) -> None:
    """Regenerated by ``python scripts/update_expected.py`` after a change of the sample."""
    with Runner(SAMPLE) as runner:
        assert to_csv(runner, name) == (EXPECTED / f"{name}.csv").read_text(encoding="utf-8")


def to_csv(runner: Runner, name: str) -> str:
    """Return a question's answer as the expected file holds it: 40 rows at most."""
    question = find_question(name)
    text, _ = runner.bind(question, {})
    answer = runner.ask(Ask(text, rows="csv", graph="ntriples"))
    lines = answer.body.decode().replace("\r\n", "\n").splitlines()
    return "\n".join(lines[:41]) + "\n"


def test_every_question_has_an_expected_answer_and_most_say_something() -> None:
    files = {file.stem: file for file in EXPECTED.glob("*.csv")}
    assert sorted(files) == NAMES
    full = [
        n for n, file in files.items() if len(list(csv.reader(file.open(encoding="utf-8")))) > 1
    ]
    assert len(full) >= 25


@pytest.mark.parametrize("kind", ENTITY_KINDS)
def test_a_resource_is_found_by_id_iri_label_alias_and_case(kind: str, runner: Runner) -> None:
    question = to_question("q", f"# param: it {kind} most -- x\nSELECT ($it AS ?x) {{}}")

    def found(value: str) -> str:
        return runner.bind(question, {"it": value})[0]

    text, shown = runner.bind(question, {})
    iri = re.search(r"<(.*?)>", text.splitlines()[-1])[1]
    label = shown["it"]
    tail = iri.removeprefix(vocab.BASE)
    for value in (
        iri,
        tail,
        tail.split("/", 1)[1],
        f"id:{tail}",
        label,
        label.upper(),
        f" {label}",
    ):
        assert found(value) == text
    if kind != "paper":
        assert found(label.swapcase()) == text


def test_a_hostile_label_is_a_value_like_any_other(runner: Runner) -> None:
    question = find_question("why-merged")
    text, shown = runner.bind(question, {"concept": HOSTILE})
    assert shown["concept"] == HOSTILE
    assert HOSTILE not in text
    assert "method/hostile>" in text
    assert len(json.loads(runner.ask(Ask(text)).body)["results"]["bindings"]) == 1


@pytest.mark.parametrize(
    "value", ['x" } DROP ALL #', "x> ?p ?o } #", "'''", "\\u0022", "${x}", "a\nb"]
)
def test_no_value_gets_out_of_its_place(value: str, runner: Runner) -> None:
    question = to_question("q", "# param: t text x -- y\nSELECT ?v { BIND ($t AS ?v) }")
    text, _ = runner.bind(question, {"t": value})
    assert json.loads(runner.ask(Ask(text)).body)["results"]["bindings"][0]["v"]["value"] == value
    with pytest.raises(NotFoundError):
        runner.bind(find_question("concept-papers"), {"concept": value})


def test_a_wrong_name_gets_the_nearest(runner: Runner) -> None:
    label = runner.bind(find_question("co-used-methods"), {})[1]["method"]
    with pytest.raises(NotFoundError, match=re.escape(label)):
        runner.bind(find_question("co-used-methods"), {"method": label + "z"})


def test_wrong_parameters_are_named(runner: Runner) -> None:
    question = find_question("shared-concepts")
    with pytest.raises(UsageError, match="no parameter --papre; it has: --least"):
        runner.bind(question, {"papre": "x"})
    with pytest.raises(UsageError, match=r"--least 'two': expected an integer"):
        runner.bind(question, {"least": "two"})


def test_reading_what_a_user_typed(tmp_path: Path) -> None:
    file = tmp_path / "mine.rq"
    file.write_text("\ufeff# title: Mine\nASK {}", encoding="utf-8")
    assert read_question(f"@{file}").title == "Mine"
    assert read_question("ASK {}").text == "ASK {}"
    assert read_question("counts").name == "counts"
    for wrong, message in (("@nowhere.rq", "cannot be read"), ("count", "did you mean counts")):
        with pytest.raises(UsageError, match=message):
            read_question(wrong)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="UTF-8"):
        read_question(f"@{file}")
    with pytest.raises(QueryError, match="expected NAME KIND DEFAULT"):
        to_question("q", "# param: x wrongkind y")
