"""What teachers were unsure of is kept by the pieces of the window it is about."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kg.extract.encoder import Window
from kg.train.doubts import Doubts


def window(*ids: int) -> Window:
    return Window(ids, (0,) * len(ids), (None,) * len(ids))


def test_doubts_come_back_and_only_those_asked_for(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    doubts = Doubts()
    first, second, third = window(1, 5, 6, 2), window(1, 7, 2), window(1, 8, 2)
    for given in (first, second, third):
        doubts.add(given, chance.random((len(given.ids), 5)), chance.random((5, 5)))
    doubts.write(tmp_path / "d.npz", [second, first, window(9)])
    again = Doubts.read(tmp_path / "d.npz")
    for given in (first, second):
        one, other = doubts.find(given.ids), again.find(given.ids)
        assert one
        assert other
        assert np.array_equal(one.tags, other.tags)
        assert np.array_equal(one.moves, other.moves)
    assert again.find(third.ids) is None


def test_no_doubts_are_a_file_too(tmp_path: Path) -> None:
    Doubts().write(tmp_path / "d.npz", [])
    assert Doubts.read(tmp_path / "d.npz").find((1, 2)) is None


def test_joined_doubts_know_both_and_keep_their_own() -> None:
    chance = np.random.default_rng(0)
    one, other = Doubts(), Doubts()
    both, mine, theirs = window(1, 5, 2), window(1, 6, 2), window(1, 7, 2)
    for doubts, windows in ((one, (both, mine)), (other, (both, theirs))):
        for given in windows:
            doubts.add(given, chance.random((3, 5)), chance.random((5, 5)))
    joined = one.join(other)
    for given, source in ((both, one), (mine, one), (theirs, other)):
        assert joined.find(given.ids) is source.find(given.ids)
    assert one.find(theirs.ids) is None
