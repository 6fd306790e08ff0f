"""Ids of earlier builds lead to what holds their names now, and nowhere in doubt."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from kg.link import link_papers
from kg.model import Concept, Mention, Paper
from kg.query.entities import find_entity
from kg.query.former import find_former
from kg.query.names import name_index
from kg.query.store import load_store
from kg.rdf import RdfSource, write_ntriples
from kg.vocab import BASE
from tests.linear import cpu


def paper(id: str, year: int, *names: str, type: str = "Method") -> Paper:
    text, mentions = "We use", []
    for name in names:
        mentions.append(
            Mention("abstract", len(text) + 1, len(text) + 1 + len(name), name, type, "uses", 0.9)
        )
        text += f" {name}"
    return Paper(id, f"On {id}", text + ".", year=year, mentions=tuple(mentions))


def defining(id: str, year: int, long: str, short: str) -> Paper:
    text = f"We use {long} ({short})."
    spans = [(text.index(name), name) for name in (long, f"({short}")]
    mentions = tuple(
        Mention("abstract", at + (name[0] == "("), at + len(name), name.lstrip("("), "Method",
                "uses", 0.9)
        for at, name in spans
    )  # fmt: skip
    return Paper(id, f"On {id}", text, year=year, mentions=mentions)


def store(tmp_path: Path, papers: Iterable[Paper], concepts: Iterable[Concept]):
    path = tmp_path / "graph.nt"
    write_ntriples(RdfSource(papers, concepts), path)
    return load_store(path)


def test_an_older_paper_changes_an_id_and_the_former_one_leads_on(tmp_path: Path) -> None:
    young = [
        defining("b", 2022, "low-rank adaptation", "LoRA"),
        paper("c", 2021, "LoRA"),
    ]
    before = link_papers(young).concepts
    after = link_papers([*young, paper("a", 2019, "low-rank adaptation")])
    (old,), (new,) = before, after.concepts
    assert old.id != new.id
    graph = store(tmp_path, after.papers, after.concepts)
    assert find_former(graph, old.id) == BASE + new.id


def test_a_merge_leads_both_former_ids_to_the_one(tmp_path: Path) -> None:
    apart = [paper("a", 2019, "low-key annotation"), paper("b", 2020, "LoKA")]
    before = {c.id for c in link_papers(apart).concepts}
    after = link_papers([*apart, defining("c", 2022, "low-key annotation", "LoKA")])
    (one,) = after.concepts
    graph = store(tmp_path, after.papers, after.concepts)
    assert len(before) == 2
    for gone in before - {one.id}:
        assert find_former(graph, gone) == BASE + one.id


def test_a_type_that_turned_over_leads_on_within_its_pair_only(tmp_path: Path) -> None:
    made = Concept("benchmark/glue", "Benchmark", "GLUE", papers=1)
    graph = store(tmp_path, (), (made,))
    assert find_former(graph, "dataset/glue") == f"{BASE}benchmark/glue"
    for other in ("method/glue", "metric/glue", "paper/glue", "nothing/glue", "glue", ""):
        assert find_former(graph, other) is None


def test_a_name_of_two_concepts_leads_nowhere(tmp_path: Path) -> None:
    two = (
        Concept("method/segment-anything", "Method", "Segment Anything", ("SAM",), papers=1),
        Concept("method/sharpness", "Method", "sharpness-aware minimization", ("SAM",), papers=1),
        Concept("task/sam", "Task", "SAM", papers=1),
    )
    graph = store(tmp_path, (), two)
    assert find_former(graph, "method/sam") is None


NEAR = [
    ("lara", "LoRA"),
    ("berrt", "BERT"),
    ("adaptation low-rank", "low-rank adaptation"),
    ("larg language modls", "large language model"),
]


@pytest.mark.parametrize("name", ["2401.00001", "10.5555/XYZ", "hu2021"])
def test_a_paper_is_found_by_its_numbers_and_its_own_key(name: str, tmp_path: Path) -> None:
    known = Paper(
        "arxiv:2401.00001",
        "One",
        doi="10.5555/xyz",
        arxiv_id="2401.00001",
        source="refs.bib#hu2021",
    )
    found = find_entity(store(tmp_path, [known], ()), "paper", name)
    assert (found.iri, found.label) == (f"{BASE}paper/arxiv:2401.00001", "One")


@pytest.mark.parametrize(("wrong", "right"), NEAR)
def test_the_nearest_name_is_the_one_with_a_letter_amiss(
    wrong: str, right: str, tmp_path: Path
) -> None:
    names = ("LoRA", "BERT", "low-rank adaptation", "large language model", "large Conformer",
             "BERT-like error model", "laryngeal radar")  # fmt: skip
    concepts = tuple(Concept(f"method/{n}", "Method", name) for n, name in enumerate(names))
    found = name_index(store(tmp_path, (), concepts)).nearest(wrong, ("method",), limit=5)
    assert found[0].label == right


def test_a_very_long_wrong_name_takes_no_time(tmp_path: Path) -> None:
    concepts = tuple(Concept(f"method/{n}", "Method", f"name {n} of many") for n in range(3000))
    index = name_index(store(tmp_path, (), concepts))
    long = "name of ten " * 10_000
    assert min(cpu(lambda: index.nearest(long, ("method",), limit=5)) for _ in range(3)) < 1


@pytest.mark.parametrize(
    "odd", ["method/", "method/\x00", "method/'\"<>", "method/ü", "method/%zz"]
)
def test_odd_ids_are_nobody_s(odd: str, tmp_path: Path) -> None:
    graph = store(tmp_path, (), (Concept("method/a", "Method", "a", papers=1),))
    assert find_former(graph, odd) is None
