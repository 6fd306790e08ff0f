"""Predictions against gold: spans, types, roles, concepts, links, calibration, confusions.

``evaluate`` compares two lists of papers that have the same ids and texts; :mod:`kg.gold`
reads what to compare with.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kg.errors import RecordError
from kg.model import Mention, Paper
from kg.text import counted, fold, sentence_at, squeeze

#: Bins of the reliability table.
BINS = 10
#: Confusions that a report lists.
CONFUSIONS = 20
#: Sentences that a confusion shows, of different papers where there are so many.
EXAMPLES = 3


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
    pairs: tuple[tuple[Paper, Paper], ...] = ()

    def total(self, name: str) -> Counts:
        """Return the sum of the table ``name``: micro average."""
        return total(getattr(self, name))

    @property
    def role_accuracy_text(self) -> str:
        """The role accuracy for readers; "-" where no mention is right that could have a role."""
        return f"{self.role_accuracy:.3f}" if self.roles else "-"

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data; each table has its total under "all"."""
        data: dict[str, Any] = {"papers": self.papers}
        for name in (*(name for _, name in TABLES), "links"):
            table = getattr(self, name)
            rows = table if name == "links" else {**table, "all": total(table)}
            data[name] = {key: counts.to_dict() for key, counts in rows.items()}
        data["role_accuracy"] = round(self.role_accuracy, 4)
        data["calibration_error"] = round(self.calibration_error, 4)
        data["bins"] = [
            [b.low, b.count, round(b.confidence, 4), round(b.precision, 4)] for b in self.bins
        ]
        data["confusions"] = [[c.gold, c.predicted, c.count, *c.examples] for c in self.confusions]
        return data

    def to_text(self) -> str:
        """Return the report for a terminal."""
        return "\n".join(_text_lines(self))

    def to_html(self) -> str:
        """Return a page with gold and predicted side by side; every text is escaped."""
        from kg.score_page import to_html

        return to_html(self)

    def to_svg(self) -> str:
        """Return the reliability plot."""
        from kg.score_page import to_svg

        return to_svg(self.bins, self.calibration_error)


def total(table: Mapping[str, Counts]) -> Counts:
    """Return the sum of a table's counts: micro average."""
    return sum(table.values(), Counts())


def evaluate(gold: Iterable[Paper], predicted: Iterable[Paper]) -> Report:
    """Compare predictions with the gold, paper by paper.

    Mentions count as right when field, start, end and type agree; concepts when
    a paper has the same type and folded name; roles on the right mentions, and once
    more as part of what makes a mention right.

    Args:
        gold: annotated papers.
        predicted: the same papers with predictions, in any order; known by their id,
            or by title and abstract where a reader has given them ids of its own.

    Raises:
        RecordError: a paper of the gold has no prediction.
    """
    answers = list(predicted)
    known = {paper.id: paper for paper in answers}
    texts = {paper.texts: paper for paper in answers}
    pairs = []
    for paper in gold:
        same = known.get(paper.id)
        if same is None or same.texts != paper.texts:
            same = texts.get(paper.texts)
        if same is None:
            raise RecordError(f"paper {paper.id}: in the gold, but there is no prediction for it")
        pairs.append((paper, same))
    return _measure(tuple(pairs))


def _measure(pairs: tuple[tuple[Paper, Paper], ...]) -> Report:
    report = Report(papers=len(pairs), pairs=pairs)
    report.exact = _table(pairs, lambda p: {(*_place(m), m.type): m.type for m in p.mentions})
    report.concepts = _table(pairs, lambda p: _concepts(p.mentions))
    report.introduced = _table(
        pairs, lambda p: _concepts(m for m in p.mentions if m.role == "introduces")
    )
    report.exact_roles = _table(
        pairs, lambda p: {(*_place(m), m.type, m.role): m.role for m in p.mentions}
    )
    report.overlapping = _overlapping(pairs, lambda m: (m.type,))
    report.overlapping_roles = _overlapping(pairs, lambda m: (m.role, m.type))
    report.roles, report.role_accuracy = _roles(pairs)
    report.links = _links(pairs)
    report.bins, report.calibration_error = _calibration(pairs)
    report.confusions = _confusions(pairs)
    return report


def _place(mention: Mention) -> tuple[str, int, int]:
    return (mention.field, mention.start, mention.end)


def _concepts(mentions: Iterable[Mention]) -> dict[tuple[str, ...], str]:
    return {(m.type, fold(m.text) or m.text): m.type for m in mentions}


def _table(pairs: Sequence[tuple[Paper, Paper]], items: Any) -> dict[str, Counts]:
    """Return counts by type of what ``items`` (paper -> {key: type}) finds in both papers."""
    table: dict[str, Counts] = defaultdict(Counts)
    for gold, predicted in pairs:
        wanted, got = items(gold), items(predicted)
        for key, kind in wanted.items():
            table[kind] += Counts(right=1) if key in got else Counts(missed=1)
        for key, kind in got.items():
            if key not in wanted:
                table[kind] += Counts(spurious=1)
    return dict(sorted(table.items()))


def _overlapping(
    pairs: Sequence[tuple[Paper, Paper]], labels: Callable[[Mention], tuple[str, ...]]
) -> dict[str, Counts]:
    """Return counts where a shared character and the same labels are enough, by the first label.

    One to one, in the order of the text.
    """
    table: dict[str, Counts] = defaultdict(Counts)
    for gold, predicted in pairs:
        free = sorted(predicted.mentions)
        for mention in sorted(gold.mentions):
            wanted = labels(mention)
            match = next((m for m in free if labels(m) == wanted and m.overlaps(mention)), None)
            table[wanted[0]] += Counts(right=1) if match else Counts(missed=1)
            if match:
                free.remove(match)
        for mention in free:
            table[labels(mention)[0]] += Counts(spurious=1)
    return dict(sorted(table.items()))


def _roles(pairs: Sequence[tuple[Paper, Paper]]) -> tuple[dict[str, Counts], float]:
    """Return counts by role, and the share of right mentions whose role is right, too."""
    table: dict[str, Counts] = defaultdict(Counts)
    for gold, predicted in pairs:
        wanted = {(*_place(m), m.type): m.role for m in gold.mentions}
        for mention in predicted.mentions:
            role = wanted.get((*_place(mention), mention.type))
            if role == mention.role:
                table[role] += Counts(right=1)
            elif role is not None:
                table[role] += Counts(missed=1)
                table[mention.role] += Counts(spurious=1)
    return dict(sorted(table.items())), total(table).recall


def _links(pairs: Sequence[tuple[Paper, Paper]]) -> dict[str, Counts]:
    """Return counts of exact URLs and of URL with kind; empty where the gold has no links."""
    if not any(gold.links for gold, _ in pairs):
        return {}
    url, kind = Counts(), Counts()
    for gold, predicted in pairs:
        url += _compare({x.url for x in gold.links}, {x.url for x in predicted.links})
        kind += _compare(
            {(x.url, str(x.kind)) for x in gold.links},
            {(x.url, str(x.kind)) for x in predicted.links},
        )
    return {"url": url, "url and kind": kind}


def _compare(wanted: set[Any], got: set[Any]) -> Counts:
    return Counts(len(wanted & got), len(got - wanted), len(wanted - got))


def _calibration(pairs: Sequence[tuple[Paper, Paper]]) -> tuple[tuple[Bin, ...], float]:
    """Return the reliability bins and the expected calibration error (Guo et al., ICML 2017)."""
    rows: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for gold, predicted in pairs:
        wanted = {(*_place(m), m.type) for m in gold.mentions}
        for mention in predicted.mentions:
            at = min(int(mention.confidence * BINS), BINS - 1)
            rows[at].append((mention.confidence, (*_place(mention), mention.type) in wanted))
    bins = tuple(
        Bin(
            at / BINS,
            len(row),
            sum(c for c, _ in row) / len(row),
            sum(r for _, r in row) / len(row),
        )
        for at, row in enumerate(rows)
        if row
    )
    count = sum(b.count for b in bins)
    error = sum(b.count * abs(b.confidence - b.precision) for b in bins)
    return bins, error / max(count, 1)


# --- confusions ---------------------------------------------------------------------


def _confusions(pairs: Sequence[tuple[Paper, Paper]]) -> tuple[Confusion, ...]:
    counts: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], list[str]] = defaultdict(list)
    more: dict[tuple[str, str], list[str]] = defaultdict(list)
    for gold, predicted in pairs:
        seen: set[tuple[str, str]] = set()
        for key, text in _mistakes(gold, predicted):
            counts[key] += 1
            kept = more[key] if key in seen else first[key]
            seen.add(key)
            if len(kept) < EXAMPLES:
                kept.append(text)
    ranked = sorted(counts, key=lambda key: (-counts[key], key))[:CONFUSIONS]
    examples = {key: tuple([*first[key], *more[key]][:EXAMPLES]) for key in ranked}
    return tuple(Confusion(*key, counts[key], examples[key]) for key in ranked)


def _mistakes(gold: Paper, predicted: Paper) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield ((gold label, predicted label), sentence) for every mention that is not right."""
    left = sorted(predicted.mentions)
    for mention in sorted(gold.mentions):
        match = next((m for m in left if _place(m) == _place(mention)), None)
        match = match or next((m for m in left if m.overlaps(mention)), None)
        if match:
            left.remove(match)
        pair = _label_pair(mention, match)
        if pair:
            yield pair, _shown(gold, mention, match)
    for mention in left:
        yield ("-", mention.type), _shown(gold, None, mention)


def _label_pair(gold: Mention, predicted: Mention | None) -> tuple[str, str] | None:
    if predicted is None:
        return gold.type, "-"
    if _place(gold) != _place(predicted):
        return f"{gold.type} (span)", f"{predicted.type} (span)"
    if gold.type != predicted.type:
        return gold.type, predicted.type
    return None if gold.role == predicted.role else (gold.role, predicted.role)


def _shown(paper: Paper, gold: Mention | None, predicted: Mention | None) -> str:
    at = gold or predicted
    assert at is not None
    sentence = sentence_at(paper.text(at.field), at.start, at.end)
    wanted = repr(gold.text) if gold else "nothing"
    got = repr(predicted.text) if predicted else "nothing"
    return f"{paper.id}: gold {wanted}, found {got}: {squeeze(sentence)}"


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
        yield from ("", _row(title, ("precision", "recall", "F1", "gold", "found")))
        for key, counts in (*table.items(), ("all", total(table))):
            yield _row(f"  {key}", _figures(counts))
    yield from ("", f"role accuracy on right mentions  {report.role_accuracy_text}")
    for key, counts in report.links.items():
        yield _row(f"links: {key}", _figures(counts))
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
    return f"{title:<38}" + "".join(f"{cell:>11}" for cell in cells)


def _figures(counts: Counts) -> tuple[str, ...]:
    rates = (f"{value:.3f}" for value in (counts.precision, counts.recall, counts.f1))
    return (*rates, str(counts.right + counts.missed), str(counts.right + counts.spurious))
