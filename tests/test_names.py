"""The key of a name: what it ignores, and what it must keep."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.names import (
    concept_id,
    display,
    name_key,
    name_slug,
    name_words,
    numbers,
    singular,
    written_words,
)

#: Without the letter s: a single word in capitals cannot be told from a plural (LPIPS, LLMS).
NAMES = st.from_regex(r"[A-RT-Z][a-rt-z]{3,8}( [a-rt-z]{4,8}){0,3}(-[0-9]{1,3})?", fullmatch=True)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("THUMOS-14", "THUMOS'14"),
        ("fine-tuning", "finetuning"),
        ("object localisation", "Object Localization"),
        ("colour modelling", "color modeling"),
        ("dialogue", "dialog"),
        ("$\\alpha$-stable", "α-stable"),
        ("$\\pi_0$", "pi-0"),
        ("Fréchet", "Frechet"),
        ("naïve Bayes", "naive bayes"),
        ("policies", "policy"),
        ("matrices", "matrix"),
        ("accuracies", "accuracy"),
        ("Student’s t-test", "Student t test"),
        ("A*", "A star"),
        ("R&D", "R and D"),
        ("SQuAD 2.0", "squad-v2"),
        ("ℓ2", "L2"),
        ("×4", "x4"),
        ("LARGE LANGUAGE MODELS", "large language model"),
        ("F$_1$", "F1"),
        ("\\textbf{BERT}", "BERT"),
    ],
)
def test_spellings_that_meet(left: str, right: str) -> None:
    assert name_key(left) == name_key(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("CIFAR-10", "CIFAR-100"),
        ("Llama 2 7B", "Llama 27B"),
        ("GPT-3.5", "GPT-35"),
        ("GPT-3.5", "GPT-3 5"),
        ("CK", "CK+"),
        ("A*", "A"),
        ("C++", "C"),
        ("pass@k", "pass^k"),
        ("news", "new"),
        ("LPIPS", "LPIP"),
        ("Kinetics", "Kinetic"),
        ("τ-bench", "τ²-bench"),
        ("***", "+"),
        ("...", "!!!"),
    ],
)
def test_names_that_stay_apart(left: str, right: str) -> None:
    assert name_key(left) != name_key(right)


@settings(deadline=None)
@given(NAMES)
def test_case_hyphen_and_space_never_matter(name: str) -> None:
    for other in (name.upper(), name.title(), name.replace(" ", "-"), name.replace("-", " ")):
        assert name_key(other) == name_key(name)


@settings(deadline=None)
@given(NAMES, st.integers(0, 999), st.integers(0, 999))
def test_another_number_is_another_name(name: str, one: int, other: int) -> None:
    if one != other:
        assert name_key(f"{name} {one}") != name_key(f"{name} {other}")


@settings(deadline=None)
@given(st.text(min_size=1, max_size=40))
def test_any_text_has_a_key_a_slug_and_an_id(text: str) -> None:
    assert name_key(text) or not text.strip()
    assert name_slug(text).isascii()
    assert concept_id("Method", text).startswith("method/")
    assert len(written_words(text)) == len(name_words(text))


def test_numbers_are_kept_in_order() -> None:
    assert numbers(name_key("Llama 3.1 8B")) == ("3.1", "8")
    assert numbers(name_key("BERT")) == ()


def test_singular_leaves_what_is_no_plural() -> None:
    kept = ("loss", "bias", "Kinetics", "LPIPS", "YOLOv8s", "chaos", "series", "analysis", "gas")
    assert [singular(word) for word in kept] == list(kept)
    assert singular("boxes") == "box"
    assert singular("mAPs") == "mAP"


def test_ids_do_not_depend_on_number_and_case() -> None:
    assert concept_id("Method", "LLMs") == "method/llm"
    assert concept_id("Task", "Neural Networks").endswith("neural-networks")
    assert concept_id("Task", "neural networks") == "task/neural-network"


@pytest.mark.parametrize(
    "name",
    [
        "$\\pi_0$",
        "\\textbf{L}ow-Rank",
        "R$^2$",
        "$\\tau^2$-bench",
        "F$_{1}$",
        "$k$-NN",
        "A \\& B",
        "$\\ell_\\infty$",
    ],
)
def test_a_label_is_the_same_name_without_mark_up(name: str) -> None:
    label = display(name)
    assert name_key(label) == name_key(name)
    assert not set("\\${}") & set(label)
