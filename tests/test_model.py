"""Records: their invariants, and that to_dict and from_dict are inverses."""

from __future__ import annotations

import pytest

from kg.errors import RecordError
from kg.model import Concept, Link, Mention, Paper, claims, strongest_role


def test_records_survive_the_round_trip(
    papers: tuple[Paper, ...], concepts: tuple[Concept, ...]
) -> None:
    assert [Paper.from_dict(p.to_dict()) for p in papers] == list(papers)
    assert [Concept.from_dict(c.to_dict()) for c in concepts] == list(concepts)


def test_absent_fields_are_left_out(papers: tuple[Paper, ...]) -> None:
    data = papers[2].to_dict()
    assert set(data) == {"id", "title", "abstract"}
    assert None not in data.values()


def test_offsets_are_checked() -> None:
    wrong = Paper("x", "Title", mentions=(Mention("title", 0, 2, "To", "Method", "uses"),))
    with pytest.raises(RecordError, match=r"title\[0:2\] is 'Ti'"):
        wrong.check()


@pytest.mark.parametrize(
    "make",
    [
        lambda: Mention("body", 0, 1, "a", "Method", "uses"),
        lambda: Mention("title", 3, 3, "", "Method", "uses"),
        lambda: Link("title", 0, 1, "a", "https://a.b/", "nonsense"),
        lambda: Concept("x/y", "Nonsense", "y"),
        lambda: Paper("", "no id"),
    ],
    ids=["field", "empty span", "link kind", "concept type", "paper id"],
)
def test_a_broken_record_cannot_be_made(make: object) -> None:
    with pytest.raises(RecordError):
        make()  # type: ignore[operator]


def test_a_claim_takes_the_strongest_role_and_all_mentions(papers: tuple[Paper, ...]) -> None:
    by_concept = {claim.concept: claim for claim in claims(papers[0])}
    fizz = by_concept["method/fizz"]
    assert (fizz.role, len(fizz.mentions)) == ("introduces", 2)
    assert fizz.confidence == 0.95, "that of the surest mention"
    assert strongest_role({"mentions", "comparesWith"}) == "comparesWith"


def test_unlinked_mentions_make_no_claim() -> None:
    paper = Paper("x", "Fizz", mentions=(Mention("title", 0, 4, "Fizz", "Method", "uses"),))
    assert claims(paper) == ()
