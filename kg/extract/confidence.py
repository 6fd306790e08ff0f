"""From a model's probability and the extractors' agreement to a calibrated confidence.

Logistic calibration (Platt 1999) on the log-odds of the span, one line for every
set of agreeing extractors: what the paper repeats and several extractors find is
right more often than the model alone believes.  The lines are fitted on held-out
abstracts and stored with the model.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from kg.model import Mention, Paper

#: Probabilities are kept this far from 0 and 1 before log-odds are taken.
EDGE = 1e-4
#: Decimals of a confidence.
DECIMALS = 3


def log_odds(probability: float) -> float:
    """Return the log-odds of a probability, bounded.

    >>> round(log_odds(0.5), 3), round(log_odds(1.0), 3)
    (0.0, 9.21)
    """
    kept = min(max(probability, EDGE), 1 - EDGE)
    return math.log(kept / (1 - kept))


def calibrate(mentions: Iterable[Mention], lines: Mapping[str, Any]) -> tuple[Mention, ...]:
    """Return the mentions with calibrated confidence.

    Args:
        lines: set of extractors ("model+repeat") -> (slope, intercept); the key
            "*" stands for sets of its own; without any, confidence stays as it is.
    """
    return tuple(replace(m, confidence=_calibrated(m, lines)) for m in mentions)


def _calibrated(mention: Mention, lines: Mapping[str, Any]) -> float:
    line = lines.get(mention.extractor) or lines.get("*")
    if not line:
        return round(mention.confidence, DECIMALS)
    slope, intercept = line
    return round(_sigmoid(slope * log_odds(mention.confidence) + intercept), DECIMALS)


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-min(max(x, -30.0), 30.0)))


# --- fitting ------------------------------------------------------------------------

#: Sets of extractors with fewer mentions than this share the line "*".
ENOUGH = 40
#: Strength of the pull of every line towards slope 1, intercept 0.
PULL = 1.0


def judge(gold: Paper, found: Iterable[Mention]) -> Iterator[tuple[str, float, bool]]:
    """Yield what :func:`fit_lines` takes of mentions found in an annotated paper."""
    known = {(m.field, m.start, m.end, m.type) for m in gold.mentions}
    for m in found:
        yield m.extractor, m.confidence, (m.field, m.start, m.end, m.type) in known


def fit_lines(rows: Iterable[tuple[str, float, bool]]) -> dict[str, list[float]]:
    """Return the calibration lines of (extractors, probability, whether it was right).

    Logistic regression by Newton's method, on held-out mentions.
    """
    groups: dict[str, list[tuple[float, bool]]] = {}
    for name, probability, right in rows:
        groups.setdefault(name, []).append((log_odds(probability), right))
    big = {name: group for name, group in groups.items() if len(group) >= ENOUGH}
    lines = {name: _fit(big[name]) for name in sorted(big)}
    everything = [row for name in sorted(groups) for row in groups[name]]
    return {**lines, "*": _fit(everything)} if everything else {}


def _fit(rows: list[tuple[float, bool]]) -> list[float]:
    slope, shift = 1.0, 0.0
    for _ in range(30):
        gradient, hessian = [PULL * (slope - 1), PULL * shift], [PULL, 0.0, PULL]
        for x, right in rows:
            p = _sigmoid(slope * x + shift)
            error, weight = p - right, p * (1 - p)
            gradient = [gradient[0] + error * x, gradient[1] + error]
            hessian = [hessian[0] + weight * x * x, hessian[1] + weight * x, hessian[2] + weight]
        a, b, c = hessian
        scale = a * c - b * b
        slope -= _bounded((c * gradient[0] - b * gradient[1]) / scale)
        shift -= _bounded((a * gradient[1] - b * gradient[0]) / scale)
    return [round(slope, 4), round(shift, 4)]


def _bounded(step: float) -> float:
    """Return a step of Newton's method, cut so that it cannot run away."""
    return min(max(step, -0.5), 0.5)
