"""Abbreviations: what texts define, and what only looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.abbreviations import find_abbreviations, is_short_form, letters_of, matches


def pairs(text: str) -> list[tuple[str, str]]:
    return [(a.short, a.long) for a in find_abbreviations(text)]


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("We use large language models (LLMs) here.", "LLMs", "large language models"),
        ("The Vision Transformer (ViT) sees.", "ViT", "Vision Transformer"),
        ("mean Average Precision (mAP)", "mAP", "mean Average Precision"),
        ("with 3D Gaussian Splatting (3DGS).", "3DGS", "3D Gaussian Splatting"),
        (
            "in Counter-Strike: Global Offensive (CS:GO), we",
            "CS:GO",
            "Counter-Strike: Global Offensive",
        ),
        ("a Mixture-of-Experts (MoE) layer", "MoE", "Mixture-of-Experts"),
        (
            "Asynchronous Advantage Actor-Critic (A3C)",
            "A3C",
            "Asynchronous Advantage Actor-Critic",
        ),
        ("sequence-to-sequence (seq2seq) models", "seq2seq", "sequence-to-sequence"),
        ("ViT (Vision Transformer) wins", "ViT", "Vision Transformer"),
        ("XAI, short for explainable AI, is", "XAI", "explainable AI"),
        ("XAI, which stands for explainable AI, is", "XAI", "explainable AI"),
        ("a cross-modal residual adapter, dubbed CMRA, is", "CMRA", "cross-modal residual adapter"),
        ("a fast residual adapter, termed FRA.", "FRA", "fast residual adapter"),
        ("the graph attention network, or simply GAN", "GAN", "graph attention network"),
        ("reinforcement learning (RL; see below)", "RL", "reinforcement learning"),
        ("reinforcement learning (i.e., RL)", "RL", "reinforcement learning"),
        ("reinforcement learning (RL for short)", "RL", "reinforcement learning"),
        ("Fréchet Inception Distance (FID↓)", "FID", "Fréchet Inception Distance"),
        ("magnetic resonance imaging [MRI] scans", "MRI", "magnetic resonance imaging"),
        ("electroencephalography (EEG) data", "EEG", "electroencephalography"),
        ("hyperspectral image (HSI) data", "HSI", "hyperspectral image"),
        ("multimodal LLMs (MLLMs) are", "MLLMs", "multimodal LLMs"),
        ("explainable AI (XAI) is", "XAI", "explainable AI"),
        ("low-rank adaptation (\\textbf{LoRA})", "LoRA", "low-rank adaptation"),
        ("LoRA: Low-Rank Adaptation of Models", "LoRA", "Low-Rank Adaptation"),
    ],
)
def test_what_texts_define(text: str, short: str, long: str) -> None:
    assert (short, long) in pairs(text)


@pytest.mark.parametrize(
    "text",
    [
        "a plain word (see) is none",  # scispaCy 441
        "Results (Left) and more (Table)",
        "as shown (Smith et al., 2019)",  # scispaCy 161
        "a value (n = 5) and (p < 0.05)",
        "the loss $f(x)$ and $g(X, Y)$",
        "results of the year (2023)",
        "We end here with models. Large (LM) steps follow.",  # spaCy PR 188
        "The sentence ends with networks. (NN) follows.",
        "ordinary words follow here (XQZ)",
        "Empirical Risk Minimization is beaten (ERM++)",
    ],
)
def test_what_texts_do_not_define(text: str) -> None:
    assert pairs(text) == []


def test_the_long_form_is_right_where_letters_repeat() -> None:
    """scispaCy 410: the nearest letters are not the right ones."""
    assert pairs("simple semi-supervised learning (SSL)") == [("SSL", "semi-supervised learning")]
    assert pairs("for large language models (LLM)") == [("LLM", "large language models")]


def test_several_in_one_sentence_and_spans_are_right() -> None:
    text = "We compare graph neural networks (GNNs) with CNNs (convolutional neural networks)."
    found = find_abbreviations(text)
    assert [(a.short, a.long) for a in found] == [
        ("GNNs", "graph neural networks"),
        ("CNNs", "convolutional neural networks"),
    ]
    for a in found:
        assert text[a.short_start : a.short_end] == a.short
        assert text[a.long_start : a.long_end] == a.long


def test_a_long_form_does_not_cross_a_sentence() -> None:
    assert pairs("We train deep. Neural networks (DNN) are used.") == []


@settings(deadline=None)
@given(st.lists(st.from_regex(r"[a-z]{3,9}", fullmatch=True), min_size=3, max_size=6))
def test_initials_in_parentheses_are_always_found(words: list[str]) -> None:
    """The oracle: an abbreviation made of initials must lead back to its words."""
    stop = {"the", "and", "for", "from", "into", "over", "per", "under", "using", "via", "with"}
    short = "".join(word[0] for word in words).upper()
    if not {*stop, short.lower()} & set(words):
        assert (short, " ".join(words)) in pairs(f"{' '.join(words)} ({short}) works")


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_taken_and_spans_hold(text: str) -> None:
    for a in find_abbreviations(text):
        assert text[a.short_start : a.short_end] == a.short
        assert text[a.long_start : a.long_end] == a.long


def test_short_forms_by_their_look() -> None:
    assert all(map(is_short_form, ("LoRA", "mAP", "LLMs", "3DGS", "CS:GO", "k-NN", "F1")))
    assert not any(map(is_short_form, ("Left", "see", "2019", "A", "", "transformer", "I am")))
    assert letters_of("CNN's") == "cnn"


def test_a_whole_long_form_matches_or_not() -> None:
    assert matches("LLM", "large language model")
    assert not matches("LLM", "the large language model and more")
    assert not matches("ERM++", "empirical risk minimization")
