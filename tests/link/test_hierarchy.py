"""What is broader than what, held to networkx as the oracle."""

from __future__ import annotations

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.link import link_papers
from kg.link.hierarchy import add_hierarchy
from kg.model import Concept
from tests.link.papers import paper


def concepts(*labels: str, type: str = "Method") -> list[Concept]:
    return [Concept(f"{type.lower()}/{label}", type, label) for label in labels]


def broader(found: list[Concept]) -> dict[str, list[str]]:
    names = {concept.id: concept.label for concept in found}
    return {c.label: [names[id] for id in c.broader] for c in found if c.broader}


def test_heads_step_by_step() -> None:
    found = add_hierarchy(
        concepts(
            "action localization",
            "temporal action localization",
            "zero-shot temporal action localization",
            type="Task",
        ),
        {},
    )
    assert broader(found) == {
        "temporal action localization": ["action localization"],
        "zero-shot temporal action localization": ["temporal action localization"],
    }


def test_a_head_before_a_preposition() -> None:
    found = add_hierarchy(
        concepts("reinforcement learning", "reinforcement learning from human feedback"), {}
    )
    assert broader(found) == {
        "reinforcement learning from human feedback": ["reinforcement learning"]
    }


def test_what_denies_a_head_is_not_under_it_nor_are_names_of_data() -> None:
    assert not broader(add_hierarchy(concepts("attention", "non attention"), {}))
    assert not broader(add_hierarchy(concepts("COCO", "MS COCO", type="Dataset"), {}))
    assert not broader(add_hierarchy(concepts("model", "reward model"), {}))


def test_versions_and_sizes() -> None:
    found = add_hierarchy(
        concepts(
            "Llama", "Llama 2", "Llama 2 7B", "Llama-3.1", "GPT-4", "GPT-4-turbo", "ViT", "F1"
        ),
        {},
    )
    assert broader(found) == {
        "Llama 2": ["Llama"],
        "Llama 2 7B": ["Llama 2"],
        "Llama-3.1": ["Llama"],
        "GPT-4-turbo": ["GPT-4"],
    }


def test_what_papers_say_with_its_evidence() -> None:
    linked = link_papers(
        [
            paper("a", "[m:Large language models] such as [m:GPT-4] and [m:Qwen] write."),
            paper("b", "[m:GPT-4], [m:Qwen] and other [m:large language models] write."),
            paper("c", "We use [m:GPT-4] and [m:large language models]."),
        ]
    )
    by_label = {concept.label: concept for concept in linked.concepts}
    for name in ("GPT-4", "Qwen"):
        [why] = by_label[name].broader_why
        assert (why.reason, why.papers) == ("stated", ("a", "b"))
        assert by_label[name].broader == (why.id,)
    assert linked.report["broader"] == {"stated": 2}


def test_stated_both_ways_is_stated_neither_way() -> None:
    known = concepts("A", "B")
    stated = {("method/A", "method/B"): ["p"], ("method/B", "method/A"): ["q"]}
    assert not broader(add_hierarchy(known, stated))


def test_the_user_comes_first_and_may_forbid() -> None:
    known = concepts("A", "B", "C")
    stated = {("method/A", "method/B"): ["p"], ("method/B", "method/C"): ["p"]}
    found = add_hierarchy(
        known,
        stated,
        own=[("method/B", "method/A")],
        denied=[("method/B", "method/C")],
    )
    assert broader(found) == {"B": ["A"]}


PAIRS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=40)


@settings(deadline=None)
@given(PAIRS)
def test_any_statements_give_a_reduced_acyclic_graph(pairs: list[tuple[int, int]]) -> None:
    """networkx agrees: no circle, no step that a longer way makes needless."""
    known = concepts(*(f"N{i}x" for i in "abcdefgh"))
    stated = {(known[a].id, known[b].id): ["p"] for a, b in pairs}
    found = add_hierarchy(known, stated)
    graph = nx.DiGraph((c.id, up) for c in found for up in c.broader)
    assert nx.is_directed_acyclic_graph(graph)
    assert set(nx.transitive_reduction(graph).edges) == set(graph.edges)
    for concept in found:
        assert tuple(why.id for why in concept.broader_why) == concept.broader
