"""Growing a folder: whatever the way there, the bytes are those of a build from scratch."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

import kg.extract
from kg import grow, pipeline
from kg.errors import BuildError, KGError, NotFoundError
from kg.folder import load
from kg.model import Paper, claims
from kg.names import name_key
from tests.test_cli import kg as run

ROOT = Path(__file__).parent.parent
ROWS = [json.loads(line) for line in (ROOT / "kg/data/sample.jsonl").open(encoding="utf-8")][:18]
SAME = ("papers.jsonl", "concepts.jsonl", "graph.ttl", "graph.graphml", "graph.gexf")


def put(path: Path, rows: Iterable[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two inputs, and builds of the first and of both."""
    folder = tmp_path_factory.mktemp("halves")
    first, second = put(folder / "a.jsonl", ROWS[:9]), put(folder / "b.jsonl", ROWS[9:])
    pipeline.build(first, folder / "first")
    pipeline.build([first, second], folder / "both")
    return folder


@pytest.fixture
def grown(halves: Path, tmp_path: Path) -> Path:
    """A copy of the build of the first half, to grow."""
    return Path(shutil.copytree(halves / "first", tmp_path / "grown"))


def same(left: Path, right: Path) -> list[str]:
    return [n for n in SAME if (left / n).read_bytes() != (right / n).read_bytes()]


class Watched:
    """The extractor, remembering what it was asked to read."""

    def __init__(self) -> None:
        self.real = kg.extract.load_extractor()
        self.read: list[str] = []

    def info(self) -> dict[str, Any]:
        return self.real.info()

    def extract(self, papers: Iterable[Paper]) -> Iterator[Paper]:
        papers = list(papers)
        self.read += [paper.id for paper in papers]
        return iter(list(self.real.extract(papers)))


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    extractor = Watched()
    monkeypatch.setattr(kg.extract, "load_extractor", lambda *a, **k: extractor)
    return extractor


def test_what_is_added_may_be_in_another_format_than_the_build(tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.bib"
    first.write_text("Name,Text\nOne,We use BERT on GLUE.\n")
    second.write_text("@misc{b, title={Two}, abstract={We use BERT on SQuAD.}}")
    mapping = {"title": "Name", "abstract": "Text"}
    pipeline.write(pipeline.run(str(first), format="csv", mapping=mapping), tmp_path / "out")
    made, growth = grow.add(tmp_path / "out", [str(second)])
    assert len(growth.added) == 1
    assert {paper.title: bool(paper.abstract) for paper in made.papers} == {
        "One": True,
        "Two": True,
    }


def test_adding_equals_a_build_from_scratch_and_reads_only_what_is_new(
    halves: Path, grown: Path, watched: Watched
) -> None:
    made, growth = grow.add(grown, [str(halves / "b.jsonl")])
    grow.save(made, grown)
    assert same(grown, halves / "both") == []
    assert len(growth.added) == 9
    found_nothing = {p.id for p in load(halves / "first").papers if not p.mentions}
    assert set(watched.read) <= {*growth.added, *found_nothing}


def test_removing_equals_a_build_from_scratch(halves: Path, tmp_path: Path) -> None:
    both = Path(shutil.copytree(halves / "both", tmp_path / "both"))
    first = {paper.id for paper in load(halves / "first").papers}
    gone = [paper.id for paper in load(both).papers if paper.id not in first]
    made, growth = grow.remove(both, gone)
    grow.save(made, both)
    assert growth.removed == sorted(gone)
    assert same(both, halves / "first") == []


def test_a_changed_paper_is_replaced_and_read_again(
    halves: Path, grown: Path, tmp_path: Path, watched: Watched
) -> None:
    changed = [{**ROWS[0], "abstract": "We train a convolutional neural network on MNIST."}]
    made, growth = grow.add(grown, [put(tmp_path / "new.jsonl", changed)])
    grow.save(made, grown)
    assert len(growth.replaced) == 1
    assert set(growth.replaced) <= set(watched.read)
    [paper] = [p for p in load(grown).papers if p.id in growth.replaced]
    assert paper.abstract == changed[0]["abstract"]
    scratch = put(tmp_path / "rest.jsonl", ROWS[1:9])
    other = pipeline.run([str(tmp_path / "new.jsonl"), scratch])
    assert [p.mentions for p in other.papers] == [p.mentions for p in load(grown).papers]
    assert list(other.concepts) == list(load(grown).concepts)


def test_what_is_added_is_read_by_the_extractors_of_the_build(halves: Path, tmp_path: Path) -> None:
    few = {"extractors": "coined,abbreviation"}
    pipeline.build(halves / "a.jsonl", tmp_path / "few", **few)
    pipeline.build([halves / "a.jsonl", halves / "b.jsonl"], tmp_path / "both", **few)
    made, _ = grow.add(tmp_path / "few", [str(halves / "b.jsonl")])
    grow.save(made, tmp_path / "few")
    assert same(tmp_path / "few", tmp_path / "both") == []


def test_a_known_paper_fills_gaps_and_keeps_its_mentions(grown: Path, tmp_path: Path) -> None:
    before = load(grown)
    known = [{"title": ROWS[0]["title"], "venue": "A venue of its own"}]
    made, growth = grow.add(grown, [put(tmp_path / "known.jsonl", known)])
    assert (len(growth.known), len(growth.added), len(growth.replaced)) == (1, 0, 0)
    assert made.duplicates == before.manifest["counts"]["duplicates"] + 1
    assert list(made.concepts) == list(before.concepts)


def test_the_users_corrections_survive_rebuilds_additions_and_removals(
    halves: Path, grown: Path
) -> None:
    text = "# mine\nrename:\n  Transformer: The Transformer\n"
    (grown / "corrections.yaml").write_text(text, encoding="utf-8")

    def label() -> str:
        assert (grown / "corrections.yaml").read_text(encoding="utf-8") == text
        by_id = {concept.id: concept.label for concept in load(grown).concepts}
        return by_id["method/transformer"]

    pipeline.build(str(halves / "a.jsonl"), grown)
    assert label() == "The Transformer"
    made, growth = grow.add(grown, [str(halves / "b.jsonl")])
    grow.save(made, grown)
    assert label() == "The Transformer"
    made, _ = grow.remove(grown, growth.added[:1])
    grow.save(made, grown)
    assert label() == "The Transformer"


def test_what_a_correction_dropped_comes_back_without_it(halves: Path, grown: Path) -> None:
    file = grown / "corrections.yaml"
    file.write_text("drop: [Transformer]\n", encoding="utf-8")
    made, _ = grow.rebuild(grown)
    grow.save(made, grown)
    assert all(m.text != "Transformer" for p in load(grown).papers for m in p.mentions)
    file.write_text("", encoding="utf-8")
    made, _ = grow.rebuild(grown)
    grow.save(made, grown)
    assert [p.mentions for p in load(grown).papers] == [
        p.mentions for p in load(halves / "first").papers
    ]


def test_differences_say_what_became_of_a_concept(grown: Path, tmp_path: Path) -> None:
    first, second = [c.id for c in load(grown).concepts if c.type == "Method"][:2]
    text = f"merge: [[{first}, {second}]]\nrename: {{BLEU: bleu}}\n"
    (tmp_path / "c.yaml").write_text(text, encoding="utf-8")
    made, growth = grow.rebuild(grown, corrections=str(tmp_path / "c.yaml"))
    rows = grow.differences(growth.before, made.concepts)
    changes = {(row["concept"], row["change"]) for row in rows}
    assert ("metric/bleu", "label") in changes
    gone = [row for row in rows if row["change"] == "gone"]
    assert len(gone) == 1
    assert gone[0]["after"].startswith("now method/")
    assert grow.differences(made.concepts, made.concepts) == []


def test_a_concept_s_id_is_a_name_for_one_paper_too(grown: Path) -> None:
    by_concept: dict[str, set[str]] = {}
    paper = load(grown).papers[0]
    for mention in paper.mentions:
        by_concept.setdefault(str(mention.concept), set()).add(name_key(mention.text))
    one = next(id for id, keys in by_concept.items() if len(keys) == 1)
    done = run("correct", str(grown), "drop", one, "--paper", paper.id)
    assert done.returncode == 0, done.stderr.decode()
    kept = {str(m.concept) for m in load(grown).papers[0].mentions}
    assert by_concept.keys() - kept == {one}
    gone = run("correct", str(grown), "drop", one, "--paper", paper.id).stderr.decode()
    assert "does not mention" in gone


def test_another_role_in_one_paper_is_a_difference(grown: Path) -> None:
    """It alters no concept; "no difference" was said while the claim changed."""
    paper = load(grown).papers[0]
    claim = next(c for c in claims(paper) if c.role == "uses" and len(c.mentions) == 1)
    words = ["role", claim.mentions[0].text, "comparesWith", "--paper", paper.id]
    done = run("correct", str(grown), *words, "--dry-run")
    assert done.returncode == 0, done.stderr.decode()
    line = done.stdout.decode().splitlines()[1]
    assert line.split() == [claim.concept, "role", "in", paper.id, "uses", "comparesWith"]
    assert b"1 concept differs" in run("correct", str(grown), *words).stderr
    assert [c.role for c in claims(load(grown).papers[0]) if c.concept == claim.concept] == [
        "comparesWith"
    ]


def test_mistakes_leave_the_folder_as_it_is(grown: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in grown.iterdir() if path.is_file()}
    with pytest.raises(NotFoundError, match="no paper 'Transformr'"):
        grow.remove(grown, ["Transformr"])
    with pytest.raises(BuildError, match="no paper would be left"):
        grow.remove(grown, [paper.id for paper in load(grown).papers])
    with pytest.raises(KGError):
        grow.add(grown, [put(tmp_path / "empty.jsonl", [])])
    with pytest.raises(BuildError, match="not a built folder"):
        grow.add(tmp_path, [str(tmp_path / "empty.jsonl")])
    assert {p.name: p.read_bytes() for p in grown.iterdir() if p.is_file()} == before


def test_the_command_line(halves: Path, grown: Path) -> None:
    for command, said in (
        (["add", str(grown), str(halves / "b.jsonl")], b"9 papers added"),
        (["remove", str(grown), ROWS[0]["title"]], b"1 paper removed"),
        (["correct", str(grown), "rename", "BLEU", "bleu"], b"1 concept differs"),
        (["correct", str(grown), "drop", "Transformer", "--dry-run"], b""),
        (["merges", str(grown)], b""),
    ):
        done = run(*command)
        assert done.returncode == 0, done.stderr.decode()
        assert said in done.stderr
        assert b"Traceback" not in done.stderr
    assert "bleu" in {concept.label for concept in load(grown).concepts}
    assert "BLEU: bleu" in (grown / "corrections.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["merge", "BLEU", "BLEUU"], "no concept is called 'BLEUU'; nearest: 'BLEU'"),
        (["frob", "x"], "no action 'frob'; expected one of: merge"),
        (["rename", "BLEU"], "kg correct DIR rename takes NAME LABEL"),
        (["role", "BLEU", "uses"], "role needs --paper ID"),
        (["merge", "A", "B", "--paper", "p"], "merge is not for single papers"),
        (["retype", "BLEU", "Number"], "'Number' is none; expected one of: Method"),
        (["role", "BLEU", "uses", "--paper", "9999.99999"], "no paper '9999.99999'"),
        ([], "no corrections yet"),
    ],
)
def test_a_wrong_correction_is_one_line(grown: Path, words: list[str], message: str) -> None:
    done = run("correct", str(grown), *words)
    assert done.returncode in (1, 2)
    assert message in done.stderr.decode()
    if "no concept" in message or "is none" in message:  # no line of a draft, which nobody sees
        assert done.stderr.startswith(f"kg: {words[0]}: {message}".encode())
    assert len(done.stderr.decode().strip().splitlines()) == 1
    assert not (grown / "corrections.yaml").exists()


def test_a_paper_is_corrected_by_its_bare_arxiv_id(grown: Path) -> None:
    paper = next(p for p in load(grown).papers if p.arxiv_id and p.mentions)
    run("correct", str(grown), "drop", paper.mentions[0].text, "--paper", paper.arxiv_id)
    assert f'"{paper.id}":' in (grown / "corrections.yaml").read_text(encoding="utf-8")


def test_a_paper_is_removed_by_what_its_input_calls_it(tmp_path: Path) -> None:
    first = put(tmp_path / "a.jsonl", [{**row, "id": f"own-{n}"} for n, row in enumerate(ROWS[:2])])
    second = put(tmp_path / "b.jsonl", [{**ROWS[2], "id": "other"}])
    pipeline.build([first, second], tmp_path / "out")
    grow.save(grow.remove(tmp_path / "out", ["other"])[0], tmp_path / "out")
    folder = load(tmp_path / "out")
    assert sorted(str(p.source) for p in folder.papers) == [f"{first}:1#own-0", f"{first}:2#own-1"]
    assert [row["path"] for row in folder.manifest["inputs"]] == [first]


def test_a_title_that_several_papers_have_removes_none(tmp_path: Path) -> None:
    rows = [
        {**row, "title": "Introduction", "doi": f"10.1000/{n}"} for n, row in enumerate(ROWS[:2])
    ]
    pipeline.build(put(tmp_path / "a.jsonl", rows), tmp_path / "out")
    done = run("remove", str(tmp_path / "out"), "introduction")
    assert done.returncode == 2
    ids = [paper.id for paper in load(tmp_path / "out").papers]
    assert len(ids) == 2
    assert f"'introduction' names 2 papers, say which by its id: {', '.join(ids)}" in str(
        done.stderr
    )
    done = run("remove", str(tmp_path / "out"), ids[0])
    assert [paper.id for paper in load(tmp_path / "out").papers] == ids[1:]


@pytest.mark.parametrize("words", ["add OUT OUT/mine.jsonl", "remove OUT x", "correct OUT drop x"])
def test_what_else_a_folder_holds_is_not_lost(grown: Path, words: str) -> None:
    mine = put(grown / "mine.jsonl", ROWS[9:11])
    before = sorted(path.read_bytes() for path in grown.iterdir())
    done = run(*words.replace("OUT", str(grown)).split())
    assert done.returncode == 1
    assert b"holds 'mine.jsonl'" in done.stderr
    assert Path(mine).is_file()
    assert sorted(path.read_bytes() for path in grown.iterdir()) == before
