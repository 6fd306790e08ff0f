"""Which form is the label, and which one the id is made of."""

from __future__ import annotations

import pytest

from kg.link.labels import Form, find_common, pick_label, pick_seed
from kg.names import concept_id
from kg.text import slug


def form(text: str, count: int) -> Form:
    """Return a form that ``count`` papers use in their abstracts."""
    return Form(text, text, {f"p{i}" for i in range(count)}, count)


@pytest.mark.parametrize("type", ["Method", "Task", "Dataset", "Metric"])
@pytest.mark.parametrize(
    ("broken", "clean"),
    [
        ("self-consis- tency", "self-consistency"),
        ("chain-of-thought prompt- ing", "chain-of-thought prompting"),
        ("graph neu- ral networks", "GNN"),
    ],
)
def test_what_a_line_break_tore_apart_is_no_label(type: str, broken: str, clean: str) -> None:
    assert pick_label([form(broken, 9), form(clean, 1)], type) == clean
    assert pick_label([form(broken, 1)], type) == broken  # there is no other
    assert pick_seed({broken: 3, clean: 1}) == clean
    assert pick_seed({broken: 3}) == broken


def test_a_hyphen_that_waits_for_its_word_is_not_torn_apart() -> None:
    name = "short- and long-term memory"
    assert pick_label([form(name, 9), form("short and long-term memory", 1)], "Method") == name


@pytest.mark.parametrize(
    ("plural", "singular", "type"),
    [
        ("GOATs", "GOAT", "Method"),
        ("GOATs", "GOAT", "Dataset"),
        ("graph neural networks", "graph neural network", "Method"),
        ("Vision Transformers", "Vision Transformer", "Method"),
        ("ablation studies", "ablation study", "Task"),
    ],
)
def test_the_singular_is_the_label_where_both_occur(plural: str, singular: str, type: str) -> None:
    for often, seldom in ((plural, singular), (singular, plural)):
        assert pick_label([form(often, 9), form(seldom, 1)], type) == singular
    assert pick_label([form(plural, 1)], type) == plural


def test_a_plural_that_is_a_name_stays_and_so_does_the_choice_between_names() -> None:
    assert pick_label([form("Places", 9), form("Place", 1)], "Dataset") == "Places"
    names = [form("LLMs", 2), form("LLM", 2), form("large language models", 9)]
    assert pick_label(names, "Method") == "large language models"


def test_the_capital_of_a_sentence_start_is_no_part_of_a_label() -> None:
    llms = [form("Large language models", 2), form("large language model", 1), form("LLMs", 2)]
    assert pick_label(llms, "Method") == "large language model"
    vlms = [form("VLMs", 2), form("Vision-language models", 1), form("vision-language model", 1)]
    assert pick_label(vlms, "Method") == "vision-language model"
    task = [form("Image captioning", 3), form("image captioning", 1)]
    assert pick_label(task, "Task") == "image captioning"
    assert pick_label(task[:1], "Task") == "Image captioning"
    named = [form("Low-Rank Adaptation", 3), form("low-rank adaptation", 1)]
    assert pick_label(named, "Method") == "Low-Rank Adaptation"


@pytest.mark.parametrize("dash", "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212")
def test_any_dash_parts_the_words_of_an_id(dash: str) -> None:
    assert slug(f"image{dash}text") == "image-text"
    assert concept_id("Method", f"self{dash}attention") == "method/self-attention"


def test_a_soft_hyphen_parts_nothing() -> None:
    assert slug("self-atten\u00adtion") == "self-attention"
    assert concept_id("Method", "self-atten\u00adtion") == "method/self-attention"


@pytest.mark.parametrize(
    ("usual", "other", "type"),
    [
        ("pre-training", "pre-training techniques", "Method"),
        ("fine-tuning", "fine tuning", "Method"),
        ("encoder-decoder", "encoder-decoder architecture", "Method"),
    ],
)
def test_a_name_of_one_word_gives_way_to_no_rarer_one(usual: str, other: str, type: str) -> None:
    assert pick_label([form(usual, 9), form(other, 2), form("PT", 3)], type) == usual


def test_what_is_coined_keeps_its_name_and_what_is_initials_is_spelled_out() -> None:
    spelled = [form("low-rank adapter", 2), form("low-rank adapters", 2)]
    assert pick_label([form("LoRA", 9), *spelled], "Method") == "LoRA"
    assert pick_label([form("LoRA", 2), *spelled], "Method") == "low-rank adapter"
    assert pick_label([form("LRA", 9), *spelled], "Method") == "low-rank adapter"
    demos = [form("LfD", 9), form("learning from demonstrations", 3)]
    assert pick_label(demos, "Method") == "learning from demonstrations"


def test_the_plural_behind_a_preposition_stays() -> None:
    names = [form("mixture of experts", 9), form("mixture of expert", 1)]
    assert pick_label(names, "Method") == "mixture of experts"


def test_common_words_lose_the_capitals_of_a_definition() -> None:
    common = find_common([{"visual words": 3, "a question": 3, "the answering": 3, "Fourier": 9}])
    names = [form("Visual Question Answering", 9), form("visual question answering", 2)]
    assert pick_label(names, "Task", common) == "visual question answering"
    assert pick_label(names, "Method", common) == "Visual Question Answering"
    proper = [form("Fourier Question Answering", 9), form("fourier question answering", 2)]
    assert pick_label(proper, "Task", common) == "Fourier Question Answering"
    assert pick_label([form("Visual grounding", 1)], "Task", common) == "visual grounding"
    assert pick_label([form("Fourier analysis", 1)], "Method", common) == "Fourier analysis"
    sloppy = [form("Fourier analysis", 9), form("fourier analysis", 1)]
    assert pick_label(sloppy, "Method", common) == "Fourier analysis"


def test_a_short_form_in_the_singular_makes_its_long_form_singular() -> None:
    common = find_common([{"encoder": 2}])
    names = [form("masked encoders", 3), form("ME", 1)]
    assert pick_label(names, "Method", common) == "masked encoder"
    assert pick_label([form("masked encoders", 3), form("MEs", 1)], "Method", common) == (
        "masked encoders"
    )


def test_of_forms_used_alike_capitals_throughout_come_last() -> None:
    assert pick_label([form("SPLIT-MIX", 1), form("Split-Mix", 1)], "Benchmark") == "Split-Mix"
