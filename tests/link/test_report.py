"""The merge report: every name with its reason and the sentence behind it."""

from __future__ import annotations

from kg.link import link_papers
from kg.link.report import find_merges
from tests.link.papers import paper

LINKED = link_papers(
    [
        paper("a", "Nothing here. We use [m:Low-Rank Adaptation] ([m:LoRA]). [m:LoRA] wins."),
        paper("b", "We tune [m:LORA] for [t:parsing] and the [t:parsing task]."),
    ]
)


def test_evidence_is_the_sentence_that_defines() -> None:
    found = list(find_merges(LINKED.papers, LINKED.concepts, concept="lora"))
    by_name = {merged.name: merged for merged in found}
    assert by_name["Low-Rank Adaptation"].evidence == (("a", "We use Low-Rank Adaptation (LoRA)."),)
    assert by_name["LORA"].reason == "spelling"
    assert by_name["LORA"].evidence[0][0] == "b"


def test_filters_by_concept_and_reason() -> None:
    assert {m.concept for m in find_merges(LINKED.papers, LINKED.concepts)} == {
        "method/lora",
        "task/parsing",
    }
    heads = list(find_merges(LINKED.papers, LINKED.concepts, reason="generic head"))
    assert [(m.name, m.label) for m in heads] == [("parsing task", "parsing")]
    assert not list(find_merges(LINKED.papers, LINKED.concepts, concept="task/none"))
