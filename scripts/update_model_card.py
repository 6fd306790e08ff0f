"""Write the shipped model's figures into docs/model-card.md and docs/error-analysis.md anew.

Run it after the model or a rule has changed, with the folder of the annotations if it is
not ``../shared/annotations``: it scores the model on ``dev.jsonl`` there, with all rules
and with one at a time, draws docs/images/reliability.svg, and prints what README.md says
of it.  A block that is written lies between the comments ``<!-- made: NAME -->`` and
``<!-- end -->``.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from kg.extract import load_extractor  # noqa: E402
from kg.extract.confidence import calibrate, fit_lines, judge  # noqa: E402
from kg.gold import read_gold  # noqa: E402
from kg.model import Paper  # noqa: E402
from kg.score import Report, evaluate  # noqa: E402

DOCS = ROOT / "docs"
#: The rules, one at a time beside the model.
RULES = ("model", "model,coined", "model,abbreviation", "model,repeat", "model,measure")
#: Parts of the development papers that are measured with lines fitted on the others.
PARTS = 5
#: The classes of error, and what an annotation that is right but for its role counts as.
MISSED, SPAN, SPURIOUS, TYPE, ROLE = (
    "missed altogether",
    "another span",
    "found where nothing is",
    "another type",
    "right mention, another role",
)


def find_errors(gold: Paper, found: Paper) -> Iterator[tuple[str, str]]:
    """Yield (class of error, type) for every mention of ``gold`` or ``found`` that has one."""
    places = {(m.field, m.start, m.end): m for m in found.mentions}
    for mention in gold.mentions:
        same = places.get((mention.field, mention.start, mention.end))
        if same is None:
            crossed = any(mention.overlaps(other) for other in found.mentions)
            yield SPAN if crossed else MISSED, mention.type
        elif same.type != mention.type:
            yield TYPE, f"{same.type} for {mention.type}"
        elif same.role != mention.role:
            yield ROLE, f"{same.role} for {mention.role}"
    for mention in found.mentions:
        if not any(mention.overlaps(other) for other in gold.mentions):
            yield SPURIOUS, mention.type


def count_errors(report: Report) -> dict[str, Counter[str]]:
    """Return how often each class of error occurs, by type."""
    counts = {kind: Counter[str]() for kind in (MISSED, SPAN, SPURIOUS, TYPE, ROLE)}
    for gold, found in report.pairs:
        for kind, what in find_errors(gold, found):
            counts[kind][what] += 1
    return counts


def cross_fitted(gold: Sequence[Paper]) -> tuple[float, float]:
    """Return the calibration error with lines fitted on the other parts, and with none."""
    extractor = load_extractor()
    bare = [extractor.find_uncalibrated(paper) for paper in gold]
    rows = [list(judge(*pair)) for pair in zip(gold, bare, strict=True)]
    lines = [
        fit_lines(row for at, part in enumerate(rows) if at % PARTS != left for row in part)
        for left in range(PARTS)
    ]
    made = [
        replace(paper, mentions=calibrate(mentions, lines[at % PARTS]))
        for at, (paper, mentions) in enumerate(zip(gold, bare, strict=True))
    ]
    plain = [replace(p, mentions=calibrate(m, {})) for p, m in zip(gold, bare, strict=True)]
    return evaluate(gold, made).calibration_error, evaluate(gold, plain).calibration_error


def write_block(text: str, name: str, lines: Iterable[str]) -> str:
    """Return ``text`` with the block called ``name`` renewed."""
    block = re.compile(rf"(<!-- made: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    made = "\n".join(line.rstrip() for line in lines)
    text, count = block.subn(lambda match: f"{match[1]}{made}\n{match[2]}", text)
    assert count == 1, f"{count} blocks called {name}"
    return text


def rule_rows(gold: Sequence[Paper], report: Report) -> Iterator[str]:
    """Yield the table of what the rules add; ``report`` is that of all of them."""
    yield from ("| extractors | mention F1 | precision | recall |", "|---|---|---|---|")
    for names in RULES:
        part = evaluate(gold, load_extractor(extractors=names).extract(gold))
        yield _rule_row(f"`{names}`", part)
    yield _rule_row("all", report)


def _rule_row(name: str, report: Report) -> str:
    counts = report.total("exact")
    figures = (counts.f1, counts.precision, counts.recall)
    return f"| {name} | {' | '.join(f'{100 * value:.1f}' for value in figures)} |"


def error_rows(report: Report) -> Iterator[str]:
    """Yield the table of the classes of error."""
    yield from ("| class | count | of these |", "|---|---|---|")
    for kind, counts in count_errors(report).items():
        parts = ", ".join(f"{what} {count}" for what, count in counts.most_common(5))
        yield f"| {kind} | {counts.total()} | {parts} |"


def main() -> None:
    """Score, write, print."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "annotations"
    gold = read_gold(folder / "dev.jsonl")
    report = evaluate(gold, load_extractor().extract(gold), intervals=True)
    said = report.to_text().split("\n\nthe 20 most")[0]
    figures, calibration = re.split("(?=^expected calibration)", said, flags=re.MULTILINE)
    fitted, plain = cross_fitted(gold)
    (DOCS / "images" / "reliability.svg").write_text(report.to_svg(), encoding="utf-8")
    card = (DOCS / "model-card.md").read_text(encoding="utf-8")
    for name, lines in (
        ("figures", ["```", figures.strip(), "```"]),
        ("rules", rule_rows(gold, report)),
        ("calibration", ["```", calibration.strip(), "```"]),
        ("cross-fitted", [f"With lines of the other papers {fitted:.3f}; with none {plain:.3f}."]),
    ):
        card = write_block(card, name, lines)
    (DOCS / "model-card.md").write_text(card, encoding="utf-8")
    errors = (DOCS / "error-analysis.md").read_text(encoding="utf-8")
    errors = write_block(errors, "errors", error_rows(report))
    (DOCS / "error-analysis.md").write_text(errors, encoding="utf-8")
    for name in ("exact", "concepts", "introduced"):
        table = {**getattr(report, name), "all": report.total(name)}
        print(name, {key: f"{100 * counts.f1:.1f}" for key, counts in table.items()})
    print(f"roles {100 * report.role_accuracy:.1f}", f"calibration {fitted:.3f}")


if __name__ == "__main__":
    main()
