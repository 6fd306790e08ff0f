"""The same paper twice becomes one, whatever the order."""

# ruff: noqa: E501 - texts stand on one line, as the readers meet them
from __future__ import annotations

import itertools
import json
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.model import Paper
from kg.read import merge_duplicates, paper_id, read_papers, read_unique
from kg.read._duplicates import group_keys, to_key

LONG = "We fold cloth with mirrors and measure how well it works on ten garments."
OTHER = "An introduction to a book on the reading of machines, in twelve chapters."


def paper(title="Fizz", abstract="", doi=None, arxiv_id=None, **fields) -> Paper:
    return Paper(
        id=paper_id(title, doi, arxiv_id), title=title, abstract=abstract, doi=doi, arxiv_id=arxiv_id, **fields
    )  # fmt: skip


@pytest.mark.parametrize(
    ("papers", "left"),
    [
        ([paper("A", doi="10.1/x"), paper("B", doi="10.1/x")], 1),
        ([paper("A", arxiv_id="2101.00001"), paper("B", arxiv_id="2101.00001")], 1),
        ([paper("Fine–Tuning: Why?"), paper("fine-tuning why")], 1),
        ([paper("A", LONG), paper("B", LONG)], 2),
        # preprint, journal version, and a bare title: one
        ([paper("A", LONG, arxiv_id="2101.00001"), paper("A", LONG, doi="10.1/x"), paper("A")], 1),
        # a chain: DOI joins the first two, the title the third
        ([paper("A", doi="10.1/x"), paper("B", LONG, doi="10.1/x"), paper("b")], 1),
        # contradicting ids and different abstracts: two
        ([paper("Introduction", LONG, doi="10.1/x"), paper("Introduction", OTHER, doi="10.1/y")], 2),
        ([paper("Introduction", LONG, arxiv_id="2101.00001"), paper("Introduction", OTHER, arxiv_id="2101.00002")], 2),
        # contradicting ids but one abstract: one
        ([paper("A", LONG, doi="10.1/x"), paper("A", LONG, doi="10.1/y")], 1),
        # contradicting ids and nothing to compare: two
        ([paper("Editorial", doi="10.1/x"), paper("Editorial", doi="10.1/y")], 2),
        # a third without ids stays by itself unless its abstract says whose it is
        ([paper("Introduction", LONG, doi="10.1/x"), paper("Introduction", OTHER, doi="10.1/y"), paper("Introduction", LONG)], 2),
        ([paper("Introduction", LONG, doi="10.1/x"), paper("Introduction", OTHER, doi="10.1/y"), paper("Introduction", "x"), paper("Introduction", "y")], 3),
        # arXiv's own DOI does not contradict the publisher's
        ([paper("A", LONG, doi="10.48550/arxiv.2101.00001", arxiv_id="2101.00001"), paper("A", "x", doi="10.1/x")], 1),
        ([], 0),
    ],
)  # fmt: skip
def test_what_is_the_same_paper(papers, left):
    for order in itertools.permutations(papers):
        merged, dropped = merge_duplicates(order)
        assert (len(merged), dropped) == (left, len(papers) - left)
        assert merged == merge_duplicates(papers)[0]
        assert len({p.id for p in merged}) == left


def test_the_richest_wins_and_gaps_are_filled():
    rich = paper("A", LONG, authors=("Ada Lovelace",), source="b:1")
    poor = paper("a", year=2021, doi="10.1/x", venue="V", source="a:1")
    [[merged], dropped] = merge_duplicates([poor, rich])
    assert dropped == 1
    assert merged == replace(rich, id="doi:10.1/x", year=2021, doi="10.1/x", venue="V")


VALUES = st.builds(
    paper,
    title=st.sampled_from(["A", "a.", "B", "Introduction"]),
    abstract=st.sampled_from(["", LONG, OTHER, "x"]),
    doi=st.sampled_from([None, "10.1/x", "10.1/y"]),
    arxiv_id=st.sampled_from([None, None, "2101.00001", "2101.00002"]),
    year=st.sampled_from([None, 2020]),
    source=st.sampled_from([None, "a:1", "b:2"]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(VALUES, max_size=9), st.randoms(use_true_random=False))
def test_order_never_matters(papers, rng):
    shuffled = list(papers)
    rng.shuffle(shuffled)
    merged, dropped = merge_duplicates(papers)
    assert merge_duplicates(shuffled) == (merged, dropped)
    assert len(merged) + dropped == len(papers)
    assert list(merged) == sorted(merged, key=lambda p: p.id)
    again, none = merge_duplicates(merged)
    assert len(again) <= len(merged)
    assert none == len(merged) - len(again)


@settings(max_examples=200, deadline=None)
@given(st.lists(VALUES, max_size=8))
def test_groups_are_those_of_the_pairs_oracle(papers):
    """DOIs and arXiv ids must join exactly as a slow transitive closure says."""
    keys = [to_key(p) for p in papers]
    groups = group_keys(keys)
    for (a, ka), (b, kb) in itertools.combinations(enumerate(keys), 2):
        shared = (ka.doi and ka.doi == kb.doi) or (ka.arxiv_id and ka.arxiv_id == kb.arxiv_id)
        if shared or ka == kb:
            assert groups[a] == groups[b]
        if (
            ka.title != kb.title
            and len({k.title for k in keys}) == len(keys)
            and not any(k.doi or k.arxiv_id for k in keys)
        ):
            assert groups[a] != groups[b]


def test_read_unique_gives_what_merging_gives(tmp_path):
    rng = random.Random(4)
    rows = [
        {"title": f"Paper {rng.randrange(40)}", "abstract": f"Text {n % 3}", "doi": f"10.1000/{rng.randrange(60)}"}
        for n in range(120)
    ]  # fmt: skip
    for name, part in (("a.jsonl", rows[:50]), ("b.jsonl", rows[50:])):
        (tmp_path / name).write_text("".join(json.dumps(r) + "\n" for r in part))
    counted: list[int] = []
    unique = list(read_unique(tmp_path, on_duplicates=counted.append))
    merged, dropped = merge_duplicates(read_papers(tmp_path))
    assert sorted(unique, key=lambda p: p.id) == list(merged)
    assert counted == [dropped]
    assert dropped > 20


def test_ids_come_from_content_alone():
    assert paper_id("Fine–Tuning") == paper_id("fine tuning.")
    assert paper_id("Fine–Tuning").startswith("fine-tuning-")
    assert paper_id("数").startswith("paper-")
    assert paper_id("x", "10.1/a", "2101.00001") == "arxiv:2101.00001"
