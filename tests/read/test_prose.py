"""Running text and titles told apart."""

from __future__ import annotations

from kg.read._prose import is_prose


def test_an_abstract_is_prose():
    assert is_prose(
        "Folding cloth is hard for robots because cloth has no fixed shape. We present TidyHands, "
        "a policy that learns from robots playing in front of a mirror. On ten garments it folds "
        "twice as fast as imitation learning. Code is available at https://tidy-hands.github.io."
    )


def test_a_title_in_lower_case_is_no_prose():
    assert not is_prose("Left/right brains, slow motor control and what robots can learn from them")
