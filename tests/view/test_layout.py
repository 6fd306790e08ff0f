"""The layout: the grid's push against the exact one, and what a map must get right."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree

from kg.louvain import Network, find_communities
from kg.view import layout, payload
from kg.view.layout import place
from tests.view.conftest import make_graph

ROOT = Path(__file__).parent.parent.parent


def made(count: int) -> tuple[Network, payload._Content, np.ndarray, np.ndarray]:
    """Return network, content, communities and places of a made-up graph."""
    content = payload._content(make_graph(count), payload.Limits())
    concepts = content.columns()[1]
    spread = np.bincount(concepts, minlength=len(content.concepts))
    network = payload._network(content, spread >= 2, spread)
    communities = find_communities(network)
    return network, content, communities, place(network, communities)


@pytest.fixture(scope="module")
def map300() -> tuple[Network, payload._Content, np.ndarray, np.ndarray]:
    """A map of 300 papers."""
    return made(300)


def test_the_grid_pushes_as_all_pairs_do() -> None:
    rng = np.random.default_rng(5)
    points, mass = rng.normal(size=(400, 2)) * 20, 1 + rng.random(400)
    exact = layout._push_exactly(points, mass)
    grid = layout._Mesh(400).push(points, mass)
    size = np.sqrt((exact**2).sum(axis=1))
    error = np.sqrt(((exact - grid) ** 2).sum(axis=1))
    assert np.median(error / size) < 0.1
    cosine = (exact * grid).sum(axis=1) / size / np.sqrt((grid**2).sum(axis=1))
    assert np.percentile(cosine, 5) > 0.95


def test_two_nodes_push_each_other_apart_with_equal_force() -> None:
    push = layout._push_exactly(np.array([[0.0, 0.0], [2.0, 0.0]]), np.ones(2))
    assert push[0].tolist() == [-push[1][0], 0.0]
    assert push[1][0] == pytest.approx(1 / 2, rel=0.02)


def test_a_concept_stands_near_its_papers(map300: tuple) -> None:
    network, _, _, points = map300
    edges = np.sqrt(((points[network.source] - points[network.target]) ** 2).sum(axis=1))
    rng = np.random.default_rng(1)
    one, two = rng.integers(0, network.size, (2, 5000))
    apart = np.sqrt(((points[one] - points[two]) ** 2).sum(axis=1))
    assert np.median(edges) < 0.45 * np.median(apart)


def test_neighbours_on_the_map_are_of_one_community(map300: tuple) -> None:
    _, _, communities, points = map300
    near = cKDTree(points).query(points, k=9)[1][:, 1:]
    same = (communities[near] == communities[:, None]).mean()
    chance = (np.bincount(communities) / len(communities)) ** 2
    assert same > 0.8 > 2 * chance.sum()


def test_nodes_do_not_stand_on_each_other(map300: tuple) -> None:
    points = map300[3]
    assert cKDTree(points).query(points, k=2)[0][:, 1].min() > 8


def test_no_place_is_far_out_or_missing(map300: tuple) -> None:
    points = map300[3]
    assert np.isfinite(points).all()
    assert np.abs(points).max() < 60 * np.sqrt(len(points)) * 2


@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_tiny_graphs_have_places(size: int) -> None:
    none = np.zeros(0, dtype=np.int64)
    points = place(Network(size, none, none, none), np.arange(size, dtype=np.int64))
    assert points.shape == (size, 2)
    assert len({tuple(p) for p in points.tolist()}) == size


_PRINT = """
import sys; sys.path[:0] = [{root!r}, {bench!r}]
import hashlib
from tests.view.test_layout import made
print(hashlib.sha256(made({count})[3].tobytes()).hexdigest())
"""


@pytest.mark.parametrize("count", [120, 900])
def test_places_are_the_same_bytes_whatever_seed_and_threads(count: int) -> None:
    code = _PRINT.format(root=str(ROOT), bench=str(ROOT / "benchmarks"), count=count)
    runs = [
        {"PYTHONHASHSEED": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        {"PYTHONHASHSEED": "77", "OMP_NUM_THREADS": "4", "NPY_DISABLE_CPU_FEATURES": ""},
        {"PYTHONHASHSEED": "3", "NPY_DISABLE_CPU_FEATURES": _simd()},
    ]
    prints = {_run(code, settings) for settings in runs}
    assert len(prints) == 1


def _simd() -> str:
    """Return the CPU features numpy could dispatch to here, to be turned off: another machine."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    return " ".join(name for name in __cpu_dispatch__ if __cpu_features__.get(name))


def _run(code: str, settings: dict[str, str]) -> str:
    import os

    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **settings},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
