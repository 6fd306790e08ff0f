"""How much a line looks like the title of a paper, by itself and among the lines of its page."""

from __future__ import annotations

import re
from collections import Counter

from kg.read._furniture import has_ui_phrase
from kg.read._lines import Kind, Line
from kg.read._people import has_affiliation, is_names
from kg.read._prose import capital_share


def title_score(text: str) -> float:
    """Return how much ``text`` looks like the title of a paper; about 3 for a plain one.

    >>> title_score("LoRA: Low-Rank Adaptation of Large Language Models")
    3.5
    >>> title_score("Sign in now!") < 0
    True
    """
    words = text.split()
    size = len(words)
    score = (-2.0, -2.0, -0.5, 0.3, 1.0, 1.0)[size] if size < 6 else 1.5 if size <= 25 else 0.0
    score += 1.0 if capital_share(text) >= 0.5 else 0.0
    score += 1.0 if re.search(r"\w: \S", text) or text.endswith("?") else 0.0
    score -= 1.0 if text.endswith(("!", "...", "…", ":")) else 0.0
    score -= 3.0 if has_ui_phrase(text) else 0.0
    score -= 2.0 if has_affiliation(text) else 0.0
    score -= 1.5 if is_names(text, single=True) else 0.0
    score -= 1.0 if re.search(r"[>→»]|\s\|\s", text) else 0.0
    return score


class Shapes:
    """How often lines of one shape occur on a page: what repeats is furniture."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def note(self, line: Line) -> None:
        """Count a line."""
        if line.kind is Kind.TEXT and len(line.text) < 200:
            self.counts[_shape(line.text)] += 1

    def score(self, line: Line) -> float:
        """Return the title score of a line, lowered when its like recurs on the page."""
        recurs = self.counts[_shape(line.text)] > 2
        return title_score(line.text) - (3.0 if recurs else 0.0)


def _shape(text: str) -> str:
    return re.sub(r"\d+", "#", text.casefold())
