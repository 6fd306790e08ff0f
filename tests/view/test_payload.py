"""The page's data: every record comes back from it, and what does not fit is counted."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest

from kg.graph import build_graph, to_records
from kg.model import Concept, Mention, Paper
from kg.view.page import unpack
from kg.view.payload import ROLES, TYPES, Limits, build_payload
from tests.view.conftest import hostile_graph, make_graph


def claims_of(payload: dict[str, Any]) -> list[tuple[str, str, str, int]]:
    """Return (paper id, concept id, role, confidence in %) per claim."""
    columns = payload["claims"]
    rows = zip(
        *(unpack(columns[name]) for name in ("paper", "concept", "role", "confidence")), strict=True
    )
    papers, concepts = payload["papers"]["id"], payload["concepts"]["id"]
    return [(papers[p], concepts[c], ROLES[r], sure) for p, c, r, sure in rows]


def texts_of(payload: dict[str, Any]) -> list[str]:
    """Return the abstracts, joined from their sentences."""
    return ["".join(flat[1::2]) for flat in payload["papers"]["text"]]


def utf16(text: str, start: int, end: int) -> str:
    """Slice a text by UTF-16 offsets, as a browser does."""
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")


@pytest.mark.parametrize("graph", [make_graph(60), hostile_graph()], ids=["made", "hostile"])
def test_all_records_come_back(graph: Any) -> None:
    payload = json.loads(json.dumps(build_payload(graph, title="t")))
    papers, concepts = to_records(graph)
    assert payload["papers"]["id"] == [p.id for p in papers]
    assert payload["papers"]["title"] == [p.title for p in papers]
    assert texts_of(payload) == [p.abstract for p in papers]
    assert unpack(payload["papers"]["year"]) == [p.year or 0 for p in papers]
    assert payload["concepts"]["label"] == [c.label for c in sorted(concepts, key=lambda c: c.id)]
    expected = [
        (u.removeprefix("paper/"), v, d["role"], round(100 * d["confidence"]))
        for u, v, d in graph.edges(data=True)
        if d["kind"] == "claim"
    ]
    assert sorted(claims_of(payload)) == sorted(expected)


@pytest.mark.parametrize("graph", [make_graph(60), hostile_graph()], ids=["made", "hostile"])
def test_every_mention_is_where_its_offsets_say(graph: Any) -> None:
    payload = build_payload(graph, title="t")
    papers, _ = to_records(graph)
    texts = texts_of(payload)
    columns = {name: unpack(column) for name, column in payload["mentions"].items()}
    paper_of = np.repeat(unpack(payload["claims"]["paper"]), unpack(payload["claims"]["mentions"]))
    found = []
    for at, paper in enumerate(paper_of.tolist()):
        text = texts[paper] if columns["field"][at] else papers[paper].title
        start = columns["start"][at]
        found.append(utf16(text, start, start + columns["length"][at]))
    wanted = sorted(m.text for p in papers for m in p.mentions)
    assert sorted(found) == wanted


def test_sentences_only_hold_the_mentions_and_no_more() -> None:
    text = "Nothing at all here. We train Fizz on it. Secret words follow."
    mention = Mention("abstract", 30, 34, "Fizz", "Method", "uses", 0.9, "t", "method/fizz")
    graph = build_graph(
        [Paper("p", "A title", text, mentions=(mention,))],
        [Concept("method/fizz", "Method", "Fizz")],
    )
    payload = build_payload(graph, title="t", abstracts=False)
    assert payload["papers"]["text"] == [[21, "We train Fizz on it."]]
    assert payload["text"] == "sentences"
    bare = build_payload(graph, title="t", abstracts=False, sentences=False)
    assert (bare["text"], bare["papers"]["text"]) == ("none", [])


def test_what_does_not_fit_is_counted() -> None:
    graph = make_graph(80)
    whole = build_payload(graph, title="t", limits=Limits(papers=50))
    room = sum(len(text) for text in texts_of(whole)) - 1
    small = build_payload(graph, title="t", limits=Limits(text=room, papers=50, nodes=70))
    assert small["folded"] == {"papers": 30, "abstracts": 50}
    assert small["text"] == "sentences"
    assert len(small["papers"]["id"]) == 50
    assert small["shown"]["nodes"] <= 70
    assert small["shown"]["least"] > 2
    none = build_payload(graph, title="t", limits=Limits(text=10))
    assert none["folded"] == {"abstracts": 80, "sentences": 80}


def test_those_with_the_most_shared_concepts_stay() -> None:
    graph = make_graph(80)
    kept = set(build_payload(graph, title="t", limits=Limits(papers=40))["papers"]["id"])

    def shared(node: str) -> int:
        return sum(graph.in_degree(c) > 1 for c in graph.successors(node))

    papers = [n for n, d in graph.nodes(data=True) if d["kind"] == "paper"]
    left = [shared(p) for p in papers if p.removeprefix("paper/") not in kept]
    stay = [shared(p) for p in papers if p.removeprefix("paper/") in kept]
    assert max(left) <= min(stay)


def test_concepts_of_a_single_paper_are_carried_but_not_placed() -> None:
    payload = build_payload(make_graph(80), title="t")
    on = np.array(unpack(payload["concepts"]["on"]))
    degree = np.bincount(unpack(payload["claims"]["concept"]), minlength=len(on))
    assert (on == (degree >= 2)).all()
    assert (~on.astype(bool)).any()


def test_columns_take_the_smallest_type_that_holds_them() -> None:
    payload = build_payload(make_graph(80), title="t")
    assert payload["claims"]["role"]["t"] == "uint8"
    assert payload["papers"]["year"]["t"] == "uint16"
    assert payload["papers"]["x"]["t"] == "int16"
    raw = base64.b64decode(payload["papers"]["year"]["b"])
    assert len(raw) == 2 * 80


def test_a_subgraph_is_as_good_as_a_graph() -> None:
    graph = make_graph(80)
    some = [n for n, d in graph.nodes(data=True) if d["kind"] != "paper"]
    some += [f"paper/made:{n:06d}" for n in range(20)]
    payload = build_payload(graph.subgraph(some), title="t")
    assert len(payload["papers"]["id"]) == 20
    assert set(TYPES) == set(payload["tables"]["types"])
