"""What is offered for a name that nothing has."""

from __future__ import annotations

from kg.nearest import find_nearest, nearest_hint

NAMES = ["ImageNet", "ImageNet-1K", "InstructFoo", "Attention Is All You Need", "BLEU", "A"]


def test_letters_amiss_words_in_common_and_case() -> None:
    assert find_nearest("imagenat", NAMES)[0] == "ImageNet"
    assert find_nearest("the ImageNet dataset", NAMES) == ["ImageNet", "ImageNet-1K"]
    assert find_nearest("atention is all you need", NAMES) == ["Attention Is All You Need"]


def test_a_beginning_with_a_slip_and_words_in_another_order() -> None:
    assert find_nearest("atention is", NAMES) == ["Attention Is All You Need"]
    assert find_nearest("all you need is attention", NAMES) == ["Attention Is All You Need"]


def test_noise_is_not_offered() -> None:
    assert find_nearest("nosuch", NAMES) == []
    assert find_nearest("a long name that nothing has", NAMES) == []
    assert nearest_hint("", NAMES) == ""
    for word in ("hello world", "asdfgh", "foo", "12345", "pizza", "kitchen sink"):
        assert find_nearest(word, NAMES) == []


def test_the_order_of_the_names_does_not_matter() -> None:
    assert find_nearest("bleu2", NAMES) == find_nearest("bleu2", reversed(NAMES)) == ["BLEU"]
