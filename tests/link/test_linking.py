"""From mentions to concepts: what becomes one, what stays two, and that order never matters."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.files import to_json
from kg.link import Linked, link_papers
from kg.link.common import read_common
from kg.model import Concept, Mention, Paper
from kg.names import name_key
from kg.text import squeeze
from tests.link.papers import paper

ROOT = Path(__file__).parents[2]


def concept_of(linked: Linked, id: str, text: str) -> Concept:
    """Return the concept of the mention ``text`` in paper ``id``."""
    by_id = {concept.id: concept for concept in linked.concepts}
    found = next(p for p in linked.papers if p.id == id)
    return by_id[next(m.concept or "" for m in found.mentions if m.text == text)]


def test_short_and_long_form_of_one_paper_are_one_concept() -> None:
    linked = link_papers([paper("a", "We use [m:Low-Rank Adaptation] ([m:LoRA]). [m:LoRA] wins.")])
    [concept] = linked.concepts
    assert (concept.id, concept.label, concept.aliases) == (
        "method/lora",
        "LoRA",
        ("Low-Rank Adaptation",),
    )
    assert [(m.reason, m.papers) for m in concept.merges] == [("abbreviation", ("a",))]


def test_a_long_form_that_was_not_marked_is_a_name_all_the_same() -> None:
    [concept] = link_papers([paper("a", "We use low-rank adaptation ([m:LoRA]).")]).concepts
    assert "low-rank adaptation" in (concept.label, *concept.aliases)


def test_the_corpus_tells_papers_that_give_no_expansion() -> None:
    linked = link_papers(
        [
            paper("a", "[m:Large language models] ([m:LLMs]) grow."),
            paper("b", "We prompt [m:LLMs] and [m:LLM] agents."),
            paper("c", "A [m:large language model] is used."),
        ]
    )
    assert len(linked.concepts) == 1
    assert linked.concepts[0].papers == 3


def test_one_short_form_with_two_meanings_stays_two_concepts() -> None:
    linked = link_papers(
        [
            paper("a", "[m:Contrastive learning] ([m:CL]) of [m:SimCLR] on [d:ImageNet]."),
            paper("b", "[m:Continual learning] ([m:CL]) against [t:forgetting] with [m:EWC]."),
            paper("c", "[m:CL] helps; we use [m:EWC] for [t:forgetting]."),
            paper("d", "[m:CL] helps; we use [m:SimCLR] on [d:ImageNet]."),
            paper("e", "[m:CL] of a kind that nobody knows."),
        ]
    )
    contrastive, continual = (concept_of(linked, p, "CL") for p in "ab")
    assert contrastive.id != continual.id
    assert concept_of(linked, "c", "CL") == continual  # by its company
    assert concept_of(linked, "d", "CL") == contrastive
    assert concept_of(linked, "e", "CL").id not in (contrastive.id, continual.id)


def test_a_name_that_two_papers_coin_is_two_things() -> None:
    linked = link_papers(
        [
            paper("a", "[m+:MOKA] grasps.", "[m+:MOKA]: Robots that Grasp with Marks", 2024),
            paper("b", "[m+:MOKA] reads.", "[m+:MOKA]: Moral Events in Long Novels", 2025),
        ]
    )
    first, second = (concept_of(linked, p, "MOKA") for p in "ab")
    assert first.id == "method/moka"
    assert second.id.startswith("method/moka-")
    assert first.label == second.label == "MOKA"


def test_a_later_version_of_the_same_paper_coins_nothing_new() -> None:
    linked = link_papers(
        [
            paper("a", "[m+:MOKA] grasps.", "[m+:MOKA]: Robots that Grasp with Marks"),
            paper("b", "[m+:MOKA] grasps.", "[m+:MOKA]: Robots that Grasp with Better Marks"),
        ]
    )
    assert len(linked.concepts) == 1


def test_a_lone_paper_does_not_speak_for_a_well_known_short_form() -> None:
    users = [paper(f"u{i}", "We compare with [m:PPO].") for i in range(6)]
    odd = paper("z", "We propose [m+:Polite Prompt Ordering] ([m+:PPO]).")
    linked = link_papers([*users, odd])
    assert concept_of(linked, "z", "PPO").id != concept_of(linked, "u1", "PPO").id


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("CIFAR-10", "CIFAR-100"),
        ("Llama 2", "Llama 3"),
        ("GPT-3", "GPT-3.5"),
        ("Llama 2 7B", "Llama 2 70B"),
        ("LoRA", "LoRA adapters"),
    ],
)
def test_numbers_and_heads_that_say_something_keep_names_apart(left: str, right: str) -> None:
    linked = link_papers([paper("a", f"[m:{left}] and [m:{right}] are used.")])
    assert len(linked.concepts) == 2


def test_guards_hold_on_whole_clusters_so_that_no_chain_slips_through() -> None:
    """Each step is plausible; the ends are 2014 and 2015, and must not meet."""
    from kg.link.clusters import Clusters, Union

    clusters = Clusters(groups={"wmt14": "Resource", "wmt": "Resource", "wmt15": "Resource"})
    assert clusters.join(Union("wmt14", "wmt2014", "year", 0.9))
    assert not clusters.join(Union("wmt14", "wmt15", "typing slip", 0.9))
    assert clusters.refused == {"numbers": 1}
    clusters.groups |= {"x": "Metric", "y": "Idea", "z": ""}
    assert clusters.join(Union("x", "z", "nested abbreviation", 0.9))
    assert not clusters.join(Union("z", "y", "nested abbreviation", 0.9))
    assert clusters.refused["types"] == 1


def test_types_that_disagree_are_settled_by_the_whole_corpus() -> None:
    papers = [paper(f"d{i}", "We train on the [d:MMLU] dataset.") for i in range(2)]
    papers += [paper(f"b{i}", "We test on the [b:MMLU] benchmark.") for i in range(5)]
    [concept] = link_papers(papers).concepts
    assert concept.type == "Benchmark"
    linked = link_papers(papers)
    assert linked.report["types_resolved"] == 1
    assert linked.report["mentions_of_other_type"] == 2
    assert {m.type for p in linked.papers for m in p.mentions} == {"Dataset", "Benchmark"}


def test_one_name_claimed_by_a_thousand_papers_in_three_types() -> None:
    papers = [paper(f"{i:04}", f"We see [{'mmmdt'[i % 5]}:Focus] here.") for i in range(1000)]
    [concept] = link_papers(papers).concepts
    assert (concept.type, concept.papers) == ("Method", 1000)


def test_capitals_tell_kinds_apart() -> None:
    papers = [paper(f"b{i}", "We test on [b:MATH].") for i in range(3)]
    papers += [paper(f"t{i}", "We solve [t:math] well.") for i in range(3)]
    linked = link_papers(papers)
    assert sorted(c.id for c in linked.concepts) == ["benchmark/math", "task/math"]


def test_names_of_punctuation_only_are_concepts_too() -> None:
    linked = link_papers([paper("a", "We use [m:***] and [m:+++] and [m:???].")])
    assert len({m.concept for m in linked.papers[0].mentions}) == 3
    assert all(c.id.startswith("method/") and len(c.id) > 8 for c in linked.concepts)


def test_a_type_of_a_users_own_model_stays_unlinked_and_is_counted() -> None:
    own = Mention("abstract", 0, 4, "Gold", "Mineral", "mentions")
    linked = link_papers([Paper("a", "T", "Gold is used.", mentions=(own,))])
    assert linked.papers[0].mentions[0].concept is None
    assert (linked.report["unlinked"], linked.concepts) == (1, ())


def test_roles_introducers_and_counts() -> None:
    linked = link_papers(
        [
            paper("a", "We propose [m+:Foo] and [m+:Foo] again."),
            paper("b", "[m~:Foo] is a rival."),
        ]
    )
    [concept] = linked.concepts
    assert (concept.papers, concept.introduced_by) == (2, ("a",))
    assert [m.role for p in linked.papers for m in p.mentions] == [
        "introduces",
        "introduces",
        "comparesWith",
    ]


CORPUS = [
    paper("a", "[m:Large language models] ([m:LLMs]) such as [m:GPT-4] and [m:Llama 2].", "", 2023),
    paper("b", "[m:LLM] agents do [t:question answering] ([t:QA]) on [d:SQuAD 2.0].", "", 2024),
    paper("c", "[t:multi-hop QA] on [d:SQuADv2] with [m:GPT4] and [m:Llama].", "", 2022),
    paper("d", "[m:CL] and [m:contrastive learning] ([m:CL]); [x:F1 score], [x:F1].", "", 2021),
    paper("e", "[m:Continual learning] ([m:CL]); [t:multi-hop question answering]; [m:$\\pi_0$]."),
]


def dump(linked: Linked) -> str:
    rows = [p.to_dict() for p in linked.papers] + [c.to_dict() for c in linked.concepts]
    return "\n".join(to_json(row) for row in rows)


def test_the_order_of_papers_does_not_matter() -> None:
    expected = dump(link_papers(CORPUS))
    for seed in range(4):
        shuffled = random.Random(seed).sample(CORPUS, len(CORPUS))
        assert dump(link_papers(shuffled)) == expected


def test_linking_what_is_linked_changes_nothing() -> None:
    once = link_papers(CORPUS)
    assert dump(link_papers(once.papers)) == dump(once)


def test_hash_seeds_do_not_matter() -> None:
    code = (
        "from tests.link.test_linking import CORPUS, dump, link_papers\n"
        "import hashlib; print(hashlib.sha256(dump(link_papers(CORPUS)).encode()).hexdigest())"
    )
    seen = set()
    for seed in "012":
        env = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", code]
        seen.add(subprocess.run(command, capture_output=True, cwd=ROOT, env=env, check=True).stdout)
    assert len(seen) == 1


def test_every_mention_has_its_concept_and_every_alias_its_reason() -> None:
    linked = link_papers(CORPUS)
    known = {concept.id: concept for concept in linked.concepts}
    for found in linked.papers:
        for mention in found.mentions:
            concept = known[mention.concept or ""]
            assert mention.text in (concept.label, *concept.aliases)
    for concept in linked.concepts:
        assert sorted(m.name for m in concept.merges) == sorted(concept.aliases)
        assert all(0 < m.score <= 1 and m.reason for m in concept.merges)
    assert sum(linked.report["merges"].values()) == sum(len(c.aliases) for c in linked.concepts)


def test_ids_stay_put_when_papers_are_added() -> None:
    before = {c.id for c in link_papers(CORPUS).concepts}
    newer = [
        paper("x", "We use [m:large-language models], [m:LLMs] and [d:SQuAD-v2].", "", 2025),
        paper("y", "[t:QA] with [m:GPT 4]; [m:contrastive learning].", "", 2026),
    ]
    after = {c.id for c in link_papers([*CORPUS, *newer]).concepts}
    assert before <= after


def test_labels_long_for_tasks_and_general_methods_coined_for_systems_and_data() -> None:
    linked = link_papers(
        [
            paper("a", "[m:large language models] ([m:LLMs]). [m:LLMs]. [t:question answering]"),
            paper("b", "[m:LLMs]. [t:QA]. [m:Low-Rank Adaptation] ([m:LoRA]), [m:LoRA]."),
            paper("c", "[t:Question answering] ([t:QA]). [t:QA]. [m:LLMs] use [m:LoRA]."),
            paper("d", "[b:Massive Multitask Language Understanding] ([b:MMLU]); [b:MMLU]."),
        ]
    )
    assert {c.label for c in linked.concepts} == {
        "large language models",
        "question answering",
        "LoRA",
        "MMLU",
    }


def test_a_kind_is_chosen_before_a_type_of_it() -> None:
    marks = "t", "t", "t", "d", "d", "b", "b"
    papers = [paper(f"p{i}", f"We use [{mark}:FooQA].") for i, mark in enumerate(marks)]
    (one,) = link_papers(papers).concepts
    assert one.type == "Benchmark"  # four papers know a resource, three a task


def test_what_nobody_spells_out_any_more_is_known() -> None:
    told = "We use [m:reinforcement learning] and [m:convolutional neural networks]."
    linked = link_papers([paper("a", told), paper("b", "We use [m:RL]. [m:CNNs] see.")])
    assert len(linked.concepts) == 2
    assert linked.report["merges"]["common abbreviation"] == 2


@pytest.mark.parametrize(
    "other",
    [
        paper("b", "[m:Robust layering] ([m:RL]) is new. [m:RL] is fast."),  # means another thing
        paper("b", "[m:RL] is a language.", "[m+:RL]: A Language"),  # coins it
        paper("b", "We report [x:RL]."),  # is another kind of thing
        paper("b", "We use [m:RLL]."),
    ],
)
def test_a_pile_that_means_something_else_is_believed(other: Paper) -> None:
    linked = link_papers([paper("a", "We use [m:reinforcement learning]."), other])
    known = concept_of(linked, "a", "reinforcement learning")
    assert known.aliases in ((), ("reinforcement learning",))


def test_the_table_of_common_abbreviations_is_made_of_keys() -> None:
    table = read_common()
    assert len(table) > 100
    for short, longs in table.items():
        assert name_key(short.upper()).startswith(short.removesuffix("s"))
        for long in longs:
            assert long == name_key(long)
            assert len(long) > len(short)


def test_a_publisher_s_prefix_makes_no_data_set_of_its_own() -> None:
    papers = [
        paper("a", "We test on [d:QUUX] and [d:ASL]."),
        paper("b", "We test on [d:MS-QUUX] and [d:MS-ASL]."),
        paper("c", "We test on [b:Microsoft QUUX] with [m:MS-GRAULT] and [m:GRAULT]."),
    ]
    linked = link_papers(papers)
    assert concept_of(linked, "a", "QUUX") == concept_of(linked, "b", "MS-QUUX")
    assert concept_of(linked, "a", "QUUX") == concept_of(linked, "c", "Microsoft QUUX")
    assert concept_of(linked, "a", "ASL") != concept_of(linked, "b", "MS-ASL")
    assert concept_of(linked, "c", "GRAULT") != concept_of(linked, "c", "MS-GRAULT")
    assert linked.report["merges"]["publisher"] == 2


def test_a_slip_is_joined_and_a_word_of_its_own_is_not() -> None:
    words = "semantic segmentation", "instance segmentation", "panoptic segmentation"
    papers = [paper(f"p{i}", f"We do [t:{words[i % 3]}].") for i in range(6)]
    linked = link_papers([*papers, paper("z", "We do [t:semantic segmenation] often.")])
    assert len(linked.concepts) == 4  # without an unseen letter sequence in a large corpus: no
    swapped = link_papers([*papers, paper("z", "We do [t:semantic segmetnation] often.")])
    assert len(swapped.concepts) == 3
    assert swapped.report["merges"]["typing slip"] == 1


def test_key_merge_and_resolve_can_run_apart() -> None:
    """The indexes of two shards, wherever the cut, add up to that of the whole."""
    from kg.link.index import merge_names
    from kg.link.keys import find_names

    names = [find_names(p) for p in sorted(CORPUS, key=lambda p: p.id)]
    whole = merge_names(names)
    for cut in range(len(names) + 1):
        left = merge_names(names[:cut])
        left.update(merge_names(names[cut:]))
        assert left == whole


def test_confidence_weighs_the_evidence_for_a_type() -> None:
    sure = paper("a", "We use [d:Foo].")
    unsure = [
        replace(p, mentions=tuple(replace(m, confidence=0.3) for m in p.mentions))
        for p in (paper("b", "We use [m:Foo]."), paper("c", "We use [m:Foo]."))
    ]
    assert link_papers([sure, *unsure]).concepts[0].type == "Dataset"


POOL = ("LLM", "LLMs", "large language model", "CL", "contrastive learning", "continual learning",
        "CIFAR-10", "CIFAR 100", "F1 score", "F1", "$\\pi_0$", "***", "(", "ａ", "the")  # fmt: skip
WORDS = st.one_of(st.sampled_from(POOL), st.text(min_size=1, max_size=12).filter(str.strip))
MARKED = st.lists(
    st.tuples(WORDS, st.sampled_from("mdbtx"), st.sampled_from(["", "+"])), max_size=8
)


@settings(max_examples=60, deadline=None)
@given(st.lists(MARKED, max_size=6), st.randoms(use_true_random=False))
def test_whatever_is_marked_the_promises_hold(
    texts: list[list[tuple[str, str, str]]], rng: random.Random
) -> None:
    """Every mention has a concept that bears its name; order never matters; counts add up."""
    types = {"m": "Method", "d": "Dataset", "b": "Benchmark", "t": "Task", "x": "Metric"}
    papers = []
    for number, marks in enumerate(texts):
        text, mentions = "", []
        for name, type, role in marks:
            stop = len(text) + len(name)
            stance = "introduces" if role else "uses"
            mentions.append(Mention("abstract", len(text), stop, name, types[type], stance))
            text += name + rng.choice([" (", ") ", ", ", " and other ", " such as ", ". "])
        papers.append(Paper(f"p{number}", "T", text, mentions=tuple(mentions)))
    linked = link_papers(papers)
    known = {concept.id: concept for concept in linked.concepts}
    names = {id: {c.label, *c.aliases} for id, c in known.items()}
    for found in linked.papers:
        found.check()
        assert all(squeeze(m.text) in names[m.concept or ""] for m in found.mentions)
    used = [{m.concept for m in p.mentions} for p in linked.papers]
    assert all(c.papers == sum(c.id in ids for ids in used) for c in linked.concepts)
    assert all(up in known for c in linked.concepts for up in c.broader)
    assert all(len(m.name) and m.name in names[c.id] for c in linked.concepts for m in c.merges)
    assert dump(link_papers(rng.sample(papers, len(papers)))) == dump(linked)


@pytest.mark.parametrize(
    ("left", "right"),
    [("FOO-MOSI", "FOO-MOSEI"), ("MMProof", "MMHal-Proof"), ("TinyX-B", "TinyXTM-B")],
)
def test_a_coined_name_spells_no_other_coined_name(left: str, right: str) -> None:
    linked = link_papers([paper("a", f"We test on [d:{left}] and [d:{right}].")])
    assert concept_of(linked, "a", left) != concept_of(linked, "a", right)


def test_words_with_capitals_at_their_starts_are_no_short_form() -> None:
    text = "A [m:Tutor Residual Critic] extends [m:Tutor-Critic] learning."
    linked = link_papers([paper("a", text)])
    assert len(linked.concepts) == 2


def test_the_capital_of_a_sentence_start_is_none_of_a_name() -> None:
    linked = link_papers(
        [
            paper("a", "We improve [x:recall].", "[m+:RECALL]: Learning"),
            paper("b", "[x:Recall] grows, and [x:recall] matters."),
        ]
    )
    assert concept_of(linked, "b", "Recall") == concept_of(linked, "a", "recall")
    assert concept_of(linked, "a", "RECALL") != concept_of(linked, "a", "recall")


def test_a_short_form_of_two_kinds_has_the_long_form_of_each() -> None:
    coders = [paper(f"a{i}", "The [m:masked autoencoder] ([m:MAE]) learns.") for i in range(9)]
    errors = [paper(f"b{i}", "We report [x:MAE] and [x:RMSE].") for i in range(4)]
    linked = link_papers([*coders, *errors, paper("c", "The [x:mean absolute error] ([x:MAE]).")])
    assert concept_of(linked, "b0", "MAE") == concept_of(linked, "c", "mean absolute error")
    assert concept_of(linked, "b0", "MAE") != concept_of(linked, "a0", "MAE")


def test_a_long_form_with_a_generic_head_keeps_its_short_form() -> None:
    linked = link_papers(
        [
            paper("a", "The [m:Split Anything Model] ([m:SpAM]) splits."),
            paper("b", "We prompt [m:Split Anything] and call [m:SpAM]."),
            paper("c", "We solve the [t:gift wrapping problem] ([t:GWP]), a [t:gift wrapping]."),
        ]
    )
    assert len(linked.concepts) == 2


def test_a_toolkit_is_not_the_idea_it_is_made_of() -> None:
    linked = link_papers([paper("a", "The [m:Markov Field Toolkit] builds a [m:Markov Field].")])
    assert len(linked.concepts) == 2


def test_papers_that_call_their_own_thing_so_leave_no_doubt_about_a_short_form() -> None:
    known = [paper(f"a{i}", "The [m:wide field array] ([m:WFA]) sees.") for i in range(2)]
    own = paper("b", "We propose a [m+:wheel foot actor] ([m+:WFA]).")
    bare = paper("c", "We compare with [m~:WFA].")
    linked = link_papers([*known, own, bare])
    assert concept_of(linked, "c", "WFA") == concept_of(linked, "a0", "WFA")
    assert concept_of(linked, "b", "WFA") != concept_of(linked, "a0", "WFA")
    [one, *_] = known
    unsure = link_papers([one, own, bare])  # one against one says nothing
    assert concept_of(unsure, "c", "WFA") != concept_of(unsure, "a0", "WFA")


def test_of_concepts_with_one_label_the_less_used_go_by_their_long_form() -> None:
    first = [paper(f"a{i}", "The [m:Wide Field Array] ([m:WFA]) sees. [m:WFA]!") for i in range(3)]
    linked = link_papers([*first, paper("b", "The [m:Walking Foot Actor] ([m:WFA]). [m:WFA]!")])
    assert concept_of(linked, "a0", "WFA").label == "WFA"
    assert concept_of(linked, "b", "WFA").label == "Walking Foot Actor"
