"""Names told from other words."""

from __future__ import annotations

from kg.read._people import is_names


def test_initials_and_particles_are_parts_of_names():
    assert is_names("G. Hopper, J. von Neumann, E. W. Dijkstra")


def test_capitals_and_commas_make_no_names():
    assert not is_names("Deep Learning, Robots")
