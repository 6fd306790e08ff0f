"""From a model's probability and the extractors' agreement to a calibrated confidence.

Logistic calibration (Platt 1999) on the log-odds of the span, one line for every
set of agreeing extractors: what the paper repeats and several extractors find is
right more often than the model alone believes.  The lines are fitted on held-out
abstracts and stored with the model.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from kg.model import Mention

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
    return round(1 / (1 + math.exp(-(slope * log_odds(mention.confidence) + intercept))), DECIMALS)
