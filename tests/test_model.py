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


def test_mentions_overlap_that_share_a_character() -> None:
    left, right, across = (
        Mention("title", start, end, "x" * (end - start), "Method", "uses")
        for start, end in ((0, 4), (4, 8), (3, 5))
    )
    assert not left.overlaps(right)
    assert not right.overlaps(left)
    assert across.overlaps(left)
    assert across.overlaps(right)


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


GOOD = {"field": "title", "start": 0, "end": 1, "text": "a"}


@pytest.mark.parametrize(
    ("kind", "wrong", "told"),
    [
        (Mention, {"field": "body"}, "mention field 'body': expected title or abstract"),
        (Mention, {"type": ["x"]}, "mention type: found a list, expected text"),
        (Mention, {"role": {}}, "mention role: found an object, expected text"),
        (Mention, {"extractor": 5}, "mention extractor: found a number, expected text"),
        (Mention, {"text": True}, "mention text: found true or false, expected text"),
        (Mention, {"concept": 7}, "mention concept: found a number, expected text"),
        (Mention, {"start": False, "end": True}, "start and end must be integers"),
        (Mention, {"end": 1.0}, "start and end must be integers"),
        (Mention, {"confidence": "high"}, "mention confidence 'high': expected a number"),
        (Mention, {"confidence": float("nan")}, "mention confidence nan"),
        (Mention, {"confidence": -0.5}, "mention confidence -0.5"),
        (Mention, {"confidence": True}, "mention confidence True"),
        (Link, {"url": ["x"]}, "link url: found a list, expected text"),
        (Link, {"start": False}, "start and end must be integers"),
        (Link, {"kind": "x"}, "link kind 'x': expected one of code, project, dataset"),
        (Link, {"kind": [["x"]]}, "link kind: found a list, expected text"),
    ],
)
def test_a_record_of_wrong_types_cannot_be_made(kind: type, wrong: dict, told: str) -> None:
    rest = {"type": "Method", "role": "uses"} if kind is Mention else {"url": "https://a.b/"}
    assert kind.from_dict({**GOOD, **rest})
    with pytest.raises(RecordError) as caught:
        kind.from_dict({**GOOD, **rest, **wrong})
    assert told in str(caught.value)


def test_a_claim_takes_the_strongest_role_and_all_mentions(papers: tuple[Paper, ...]) -> None:
    by_concept = {claim.concept: claim for claim in claims(papers[0])}
    fizz = by_concept["method/fizz"]
    assert (fizz.role, len(fizz.mentions)) == ("introduces", 2)
    assert fizz.confidence == 0.95, "that of the surest mention"
    assert strongest_role({"mentions", "comparesWith"}) == "comparesWith"


def test_unlinked_mentions_make_no_claim() -> None:
    paper = Paper("x", "Fizz", mentions=(Mention("title", 0, 4, "Fizz", "Method", "uses"),))
    assert claims(paper) == ()
