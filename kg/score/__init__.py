"""Predictions against gold, and how far the figures may be off.

``evaluate`` compares two lists of papers, matched by id or by text; :mod:`kg.gold` reads what
to compare with.
"""

from kg.score.measure import evaluate
from kg.score.report import TABLES, Bin, Confusion, Counts, Report, total

__all__ = ["TABLES", "Bin", "Confusion", "Counts", "Report", "evaluate", "total"]
