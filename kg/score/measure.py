"""Predictions against gold: spans, types, roles, concepts, links, calibration, confusions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from kg.errors import RecordError
from kg.model import Mention, Paper
from kg.score.report import Bin, Confusion, Counts, Pairs, Report
from kg.text import fold, sentence_at, squeeze

#: Bins of the reliability table.
BINS = 10
#: Confusions that a report lists.
CONFUSIONS = 20
#: Sentences that a confusion shows, of different papers where there are so many.
EXAMPLES = 3


def evaluate(
    gold: Iterable[Paper], predicted: Iterable[Paper], *, intervals: bool = False
) -> Report:
    """Compare predictions with the gold, paper by paper.

    Mentions count as right when field, start, end and type agree; concepts when
    a paper has the same type and folded name; roles on the right mentions, and once
    more as part of what makes a mention right.

    Args:
        gold: annotated papers.
        predicted: the same papers with predictions, in any order; known by their id,
            or by title and abstract where a reader has given them ids of its own.
        intervals: whether to find out how far each F1 may be off, too.

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
    report = _measure(tuple(pairs))
    if intervals:
        from kg.score.intervals import find_intervals

        report.intervals = find_intervals(report.pairs)
    return report


def _measure(pairs: Pairs) -> Report:
    report = Report(papers=len(pairs), pairs=pairs)
    for name, count in COUNTED.items():
        setattr(report, name, count(pairs))
    if not any(gold.links for gold, _ in pairs):
        report.links = {}  # They are not annotated: what was found is neither right nor wrong.
    report.role_accuracy = report.total("roles").recall
    report.bins, report.calibration_error = _calibration(pairs)
    report.confusions = _confusions(pairs)
    return report


def _place(mention: Mention) -> tuple[str, int, int]:
    return (mention.field, mention.start, mention.end)


def _concepts(mentions: Iterable[Mention]) -> dict[tuple[str, ...], str]:
    return {(m.type, fold(m.text) or m.text): m.type for m in mentions}


def _table(pairs: Pairs, items: Any) -> dict[str, Counts]:
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


def _overlapping(pairs: Pairs, labels: Callable[[Mention], tuple[str, ...]]) -> dict[str, Counts]:
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


def _roles(pairs: Pairs) -> dict[str, Counts]:
    """Return counts by role over the mentions whose span and type are right."""
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
    return dict(sorted(table.items()))


def _links(pairs: Pairs) -> dict[str, Counts]:
    """Return counts of exact URLs and of URL with kind."""
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


#: Table of a report -> what counts it, over any of the papers.
COUNTED: Mapping[str, Callable[[Pairs], dict[str, Counts]]] = {
    "exact": partial(_table, items=lambda p: {(*_place(m), m.type): m.type for m in p.mentions}),
    "overlapping": partial(_overlapping, labels=lambda m: (m.type,)),
    "exact_roles": partial(
        _table, items=lambda p: {(*_place(m), m.type, m.role): m.role for m in p.mentions}
    ),
    "overlapping_roles": partial(_overlapping, labels=lambda m: (m.role, m.type)),
    "concepts": partial(_table, items=lambda p: _concepts(p.mentions)),
    "introduced": partial(
        _table, items=lambda p: _concepts(m for m in p.mentions if m.role == "introduces")
    ),
    "roles": _roles,
    "links": _links,
}


def _calibration(pairs: Pairs) -> tuple[tuple[Bin, ...], float]:
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


def _confusions(pairs: Pairs) -> tuple[Confusion, ...]:
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
