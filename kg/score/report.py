"""What an evaluation found, as data, for a terminal, as a page and as a plot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kg.model import Paper
from kg.text import counted

#: Annotated papers, each with its prediction.
Pairs = Sequence[tuple[Paper, Paper]]

#: Name of the row that sums a table.
ALL = "all"
#: Title of the column that tells how far F1 may be off.
INTERVAL = "95 % of F1"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many were right, only predicted, only in the gold."""

    right: int = 0
    spurious: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Share of the predicted that is right; 0 where nothing was predicted."""
        return self.right / max(self.right + self.spurious, 1)

    @property
    def recall(self) -> float:
        """Share of the gold that was found; 0 where there is no gold."""
        return self.right / max(self.right + self.missed, 1)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall.

        >>> Counts(right=2, spurious=1, missed=1).f1.__round__(3)
        0.667
        """
        return 2 * self.right / max(2 * self.right + self.spurious + self.missed, 1)

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.right + other.right, self.spurious + other.spurious, self.missed + other.missed
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the figures, rounded to four decimals."""
        return {
            "precision": round(self.precision, 4),
            "recall": round(self.recall, 4),
            "f1": round(self.f1, 4),
            "gold": self.right + self.missed,
            "predicted": self.right + self.spurious,
        }


@dataclass(frozen=True, slots=True)
class Bin:
    """Mentions whose confidence lies in [low, low + width): how many, how sure, how right."""

    low: float
    count: int
    confidence: float
    precision: float


@dataclass(frozen=True, slots=True)
class Confusion:
    """What was mistaken for what, how often, and where (up to three sentences)."""

    gold: str
    predicted: str
    count: int
    examples: tuple[str, ...]


@dataclass(slots=True)
class Report:
    """Everything ``evaluate`` measures; tables map a type, or a role, to its counts.

    ``exact_roles`` and ``overlapping_roles`` ask for span, type and role at once, so
    what is missed or made up counts, too; ``roles`` looks at the right mentions alone.
    ``intervals``, where they were asked for, has of each table and row the low and the high end
    of F1.
    """

    papers: int = 0
    exact: dict[str, Counts] = field(default_factory=dict)
    overlapping: dict[str, Counts] = field(default_factory=dict)
    exact_roles: dict[str, Counts] = field(default_factory=dict)
    overlapping_roles: dict[str, Counts] = field(default_factory=dict)
    concepts: dict[str, Counts] = field(default_factory=dict)
    introduced: dict[str, Counts] = field(default_factory=dict)
    roles: dict[str, Counts] = field(default_factory=dict)
    role_accuracy: float = 0.0
    links: dict[str, Counts] = field(default_factory=dict)
    calibration_error: float = 0.0
    bins: tuple[Bin, ...] = ()
    confusions: tuple[Confusion, ...] = ()
    pairs: Pairs = ()
    intervals: dict[str, dict[str, tuple[float, float]]] = field(default_factory=dict)

    def total(self, name: str) -> Counts:
        """Return the sum of the table ``name``: micro average."""
        return total(getattr(self, name))

    @property
    def role_accuracy_text(self) -> str:
        """The role accuracy for readers; "-" where no mention is right that could have a role."""
        return f"{self.role_accuracy:.3f}" if self.roles else "-"

    def interval_text(self, name: str, key: str) -> tuple[str, ...]:
        """Return a row's interval for readers, none where it was not asked for."""
        found = self.intervals.get(name, {}).get(key)
        return (f"{found[0]:.3f}-{found[1]:.3f}",) if found else ()

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data; each table has its total under "all"."""
        data: dict[str, Any] = {"papers": self.papers}
        for name in (*(name for _, name in TABLES), "links"):
            table = getattr(self, name)
            rows = table if name == "links" else {**table, ALL: total(table)}
            data[name] = {key: counts.to_dict() for key, counts in rows.items()}
        data["role_accuracy"] = round(self.role_accuracy, 4)
        data["calibration_error"] = round(self.calibration_error, 4)
        data["bins"] = [
            [b.low, b.count, round(b.confidence, 4), round(b.precision, 4)] for b in self.bins
        ]
        if self.intervals:
            data["intervals"] = {
                name: {key: list(self.intervals[name][key]) for key in data[name]}
                for name in self.intervals
            }
        data["confusions"] = [[c.gold, c.predicted, c.count, *c.examples] for c in self.confusions]
        return data

    def to_text(self) -> str:
        """Return the report for a terminal."""
        return "\n".join(_text_lines(self))

    def to_html(self) -> str:
        """Return a page with gold and predicted side by side; every text is escaped."""
        from kg.score.page import to_html

        return to_html(self)

    def to_svg(self) -> str:
        """Return the reliability plot."""
        from kg.score.page import to_svg

        return to_svg(self.bins, self.calibration_error)


def total(table: Mapping[str, Counts]) -> Counts:
    """Return the sum of a table's counts: micro average."""
    return sum(table.values(), Counts())


# --- as text ------------------------------------------------------------------------

#: Title of a table -> where the report has it.
TABLES = (
    ("mentions, exact span and type", "exact"),
    ("mentions, overlapping span and type", "overlapping"),
    ("mentions, exact span, type, role", "exact_roles"),
    ("mentions, overlapping span, type, role", "overlapping_roles"),
    ("concepts per paper", "concepts"),
    ("introduced concepts", "introduced"),
    ("roles of right mentions", "roles"),
)


def _text_lines(report: Report) -> Iterator[str]:
    yield counted(report.papers, "paper")
    for title, name in TABLES:
        table = getattr(report, name)
        if not table:
            continue
        last = (INTERVAL,) if report.intervals else ()
        yield from ("", _row(title, ("precision", "recall", "F1", "gold", "found", *last)))
        for key, counts in (*table.items(), (ALL, total(table))):
            yield _row(f"  {key}", (*_figures(counts), *report.interval_text(name, key)))
    yield from ("", f"role accuracy on right mentions  {report.role_accuracy_text}")
    for key, counts in report.links.items():
        yield _row(f"links: {key}", (*_figures(counts), *report.interval_text("links", key)))
    yield f"expected calibration error       {report.calibration_error:.3f}"
    for b in report.bins:
        bar = "#" * round(b.precision * 40)
        figures = f"sure {b.confidence:.2f}  right {b.precision:.2f}"
        yield f"  {b.low:.1f}  {b.count:6d}  {figures}  {bar}"
    yield from ("", f"the {len(report.confusions)} most frequent confusions (gold -> found)")
    for c in report.confusions:
        yield f"  {c.count:4d}  {c.gold} -> {c.predicted}"
        yield from (f"          {example}" for example in c.examples)


def _row(title: str, cells: Iterable[str]) -> str:
    return f"{title:<38}" + "".join(
        f"{cell:>11}" if len(cell) < 11 else f"  {cell}" for cell in cells
    )


def _figures(counts: Counts) -> tuple[str, ...]:
    rates = (f"{value:.3f}" for value in (counts.precision, counts.recall, counts.f1))
    return (*rates, str(counts.right + counts.missed), str(counts.right + counts.spurious))
