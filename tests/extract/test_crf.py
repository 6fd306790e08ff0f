"""The conditional random field against the sum over all tag sequences."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest

from kg.extract.crf import NEVER, Crf, Span, mean_crf

TAGS = 5  # outside, and begin and inside of two labels
INSIDE = (2, 4)


def random_crf(seed: int) -> Crf:
    chance = np.random.default_rng(seed)
    steps = chance.normal(size=(TAGS, TAGS)).astype(np.float32)
    return Crf(steps, chance.normal(size=TAGS), chance.normal(size=TAGS))


def allowed(path: tuple[int, ...], glued: list[bool]) -> bool:
    previous = 0
    for tag, within in zip(path, glued, strict=True):
        same = (previous + 1) // 2 == (tag + 1) // 2
        if tag in INSIDE and not same:
            return False
        if within and not (same and (tag in INSIDE or tag == 0)):
            return False
        previous = tag
    return True


def score(crf: Crf, path: tuple[int, ...], emissions: np.ndarray) -> float:
    total = crf.begin[path[0]] + crf.end[path[-1]]
    total += sum(emissions[i, tag] for i, tag in enumerate(path))
    return float(total + sum(crf.steps[a, b] for a, b in pairwise(path)))


def spans_of(path: tuple[int, ...]) -> set[tuple[int, int, int]]:
    found: list[list[int]] = []
    for at, tag in enumerate(path):
        if tag % 2:
            found.append([at, at, (tag - 1) // 2])
        elif tag:
            found[-1][1] = at
    return {(first, last, label) for first, last, label in found}


@pytest.mark.parametrize("seed", range(6))
def test_best_path_and_probabilities_equal_brute_force(seed: int) -> None:
    crf = random_crf(seed)
    emissions = np.random.default_rng(seed + 99).normal(size=(5, TAGS)).astype(np.float32) * 2
    glued = [False, seed % 2 == 1, False, False, seed > 3]
    paths = [p for p in product(range(TAGS), repeat=5) if allowed(p, glued)]
    weights = {p: np.exp(score(crf, p, emissions)) for p in paths}
    best = max(paths, key=lambda p: weights[p])
    found = crf.find_spans(emissions, glued)
    assert {(s.first, s.last, s.label) for s in found} == spans_of(best)
    for span in found:
        for label, probability in enumerate(span.probabilities):
            having = [
                w for p, w in weights.items() if (span.first, span.last, label) in spans_of(p)
            ]
            assert probability == pytest.approx(sum(having) / sum(weights.values()), rel=1e-4)


@pytest.mark.parametrize("seed", range(4))
def test_marginals_equal_brute_force(seed: int) -> None:
    crf = random_crf(seed)
    emissions = np.random.default_rng(seed + 99).normal(size=(5, TAGS)).astype(np.float32) * 2
    glued = [False, False, seed % 2 == 1, False, False]
    paths = [p for p in product(range(TAGS), repeat=5) if allowed(p, glued)]
    weights = np.array([np.exp(score(crf, p, emissions)) for p in paths])
    weights /= weights.sum()
    tags, moves = np.zeros((5, TAGS)), np.zeros((TAGS, TAGS))
    for path, weight in zip(paths, weights, strict=True):
        tags[range(5), path] += weight
        for a, b in pairwise(path):
            moves[a, b] += weight
    found = crf.find_marginals(emissions, glued)
    assert np.allclose(found[0], tags, atol=1e-4)
    assert np.allclose(found[1], moves, atol=1e-4)


def test_nothing_gives_nothing_and_long_texts_do_not_underflow() -> None:
    crf = random_crf(0)
    assert crf.find_spans(np.zeros((0, TAGS), dtype=np.float32), []) == []
    long = np.random.default_rng(1).normal(size=(3000, TAGS)).astype(np.float32) * 8
    spans = crf.find_spans(long, [False] * 3000)
    assert spans
    assert all(isinstance(s, Span) and 0 <= s.probability <= 1 for s in spans)


def test_what_cannot_be_is_forbidden() -> None:
    crf = random_crf(0)
    assert crf.begin[2] == NEVER
    assert crf.steps[0, 2] == NEVER
    assert crf.glued[0, 1] == NEVER


def test_the_mean_of_fields_scores_a_step_as_the_mean_of_its_scores() -> None:
    one, other = random_crf(1), random_crf(2)
    mean = mean_crf([one, other])
    possible = one.steps > NEVER
    assert np.allclose(mean.steps[possible], (one.steps + other.steps)[possible] / 2, atol=1e-6)
    assert (mean.steps[~possible] == NEVER).all()
    assert np.allclose(mean.end, (one.end + other.end) / 2, atol=1e-6)
