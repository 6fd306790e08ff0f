"""A score report for the eye: one HTML page without script, and the reliability plot as SVG.

Both are made of the report alone, so the same report gives the same bytes.  All
text of papers is escaped, and the page's policy lets it load and run nothing.
"""

from __future__ import annotations

import html
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kg.model import FIELDS, Mention, Paper
from kg.score.report import ALL, INTERVAL
from kg.text import counted, squeeze

if TYPE_CHECKING:
    from kg.score.report import Bin, Confusion, Counts, Report

#: Colours of types, light and dark; types take them in the order of their names.
PALETTE = (
    ("#fde68a", "#6b4e00"),
    ("#bbf7d0", "#14532d"),
    ("#bfdbfe", "#1e3a8a"),
    ("#ddd6fe", "#4c1d95"),
    ("#fbcfe8", "#831843"),
    ("#fed7aa", "#7c2d12"),
    ("#a5f3fc", "#164e63"),
    ("#e5e7eb", "#374151"),
)

# --- the reliability plot -----------------------------------------------------------

#: Sizes in pixels: the whole, the square where the bars stand, its left upper corner.
WIDTH, HEIGHT, SIDE, LEFT, TOP = 480, 540, 360, 80, 62
#: Height and upper edge of the histogram below.
LOW, FLOOR = 52, TOP + SIDE + 16
#: Standard deviations of the intervals that are drawn: 95 %.
SURE = 1.96

_PLOT_STYLE = """
.rel-ground{fill:#ffffff}.rel-text{fill:#1b1b1b;font:13px system-ui,sans-serif}
.rel-small{fill:#4a4a4a;font:11px system-ui,sans-serif}.rel-head{font-weight:600;font-size:15px}
.rel-frame{fill:none;stroke:#767676}.rel-grid{stroke:#dddddd}
.rel-ideal{stroke:#1b1b1b;stroke-dasharray:5 4}
.rel-bar{fill:#7aa7d9;stroke:#1f5fa8}.rel-count{fill:#c9c9c9;stroke:#767676}
.rel-range{stroke:#1b1b1b;stroke-width:1.5}.rel-point{fill:#1b1b1b}
@media (prefers-color-scheme:dark){
.rel-ground{fill:#16181c}.rel-text{fill:#ececec}.rel-small{fill:#c0c0c0}
.rel-frame{stroke:#9a9a9a}.rel-grid{stroke:#33373d}.rel-ideal{stroke:#f2f2f2}
.rel-bar{fill:#2f5f95;stroke:#8fc0f5}.rel-count{fill:#4a4f57;stroke:#9a9a9a}
.rel-range{stroke:#f2f2f2}.rel-point{fill:#f2f2f2}}
"""


def to_svg(bins: Sequence[Bin], error: float) -> str:
    """Return the reliability plot: how often mentions of each confidence are right.

    Args:
        bins: the report's bins, of equal width.
        error: the expected calibration error, in [0, 1].
    """
    parts = [
        *_axes(error, sum(b.count for b in bins)),
        *(part for b in bins for part in _bar(b)),
        f'<path class="rel-ideal" d="M{LEFT} {TOP + SIDE}L{LEFT + SIDE} {TOP}"/>',
        *_histogram(bins),
        *(part for b in bins for part in _mark(b)),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" role="img" aria-labelledby="rel-title rel-desc">\n'
        '<title id="rel-title">Reliability of confidence</title>\n'
        f'<desc id="rel-desc">{_described(bins, error)}</desc>\n'
        f"<style>{_PLOT_STYLE}</style>\n" + "\n".join(parts) + "\n</svg>\n"
    )


def _described(bins: Sequence[Bin], error: float) -> str:
    rows = "; ".join(
        f"{counted(b.count, 'mention')} with {b.confidence:.2f} on average: {b.precision:.2f} right"
        for b in bins
    )
    return (
        "For every tenth of confidence the share of mentions that are right. "
        f"On the diagonal both agree. {rows or 'No mentions'}. "
        f"Expected calibration error {error:.3f}."
    )


def _axes(error: float, count: int) -> Iterator[str]:
    yield f'<rect class="rel-ground" width="{WIDTH}" height="{HEIGHT}" rx="8"/>'
    yield _text(LEFT, 28, "How often is a mention right?", "rel-text rel-head")
    yield _text(
        LEFT, 47, f"{counted(count, 'mention')}, calibration error {error:.3f}", "rel-small"
    )
    for step in range(0, 11, 2):
        x, y = _x(step / 10), _y(step / 10)
        yield f'<path class="rel-grid" d="M{LEFT} {y}H{LEFT + SIDE}M{x} {TOP}V{TOP + SIDE}"/>'
        yield _text(LEFT - 8, y + 4, f"{step / 10:.1f}", "rel-small", "end")
        yield _text(x, FLOOR + LOW + 18, f"{step / 10:.1f}", "rel-small", "middle")
    yield f'<rect class="rel-frame" x="{LEFT}" y="{TOP}" width="{SIDE}" height="{SIDE}"/>'
    middle = TOP + SIDE // 2
    yield _text(24, middle, "share that is right", "rel-text", "middle", f"rotate(-90 24 {middle})")
    yield _text(LEFT + SIDE // 2, HEIGHT - 14, "confidence", "rel-text", "middle")


def _bar(b: Bin) -> Iterator[str]:
    height = _x(b.precision) - _x(0)
    yield (
        f'<rect class="rel-bar" x="{_x(b.low) + 2}" y="{_y(b.precision)}" '
        f'width="{SIDE // 10 - 4}" height="{height}"/>'
    )


def _mark(b: Bin) -> Iterator[str]:
    """Yield the mean confidence as a dot, and the 95 % interval of the share."""
    low, high = interval(b.precision, b.count)
    x = _x(b.confidence)
    yield f'<path class="rel-range" d="M{x} {_y(low)}V{_y(high)}"/>'
    yield f'<circle class="rel-point" cx="{x}" cy="{_y(b.precision)}" r="3.5"/>'


def _histogram(bins: Sequence[Bin]) -> Iterator[str]:
    most = max((b.count for b in bins), default=1)
    yield _text(LEFT - 8, FLOOR + LOW, "mentions", "rel-small", "end")
    for b in bins:
        height = round((LOW - 14) * b.count / most, 1)
        top = round(FLOOR + LOW - height, 1)
        yield (
            f'<rect class="rel-count" x="{_x(b.low) + 2}" y="{top}" '
            f'width="{SIDE // 10 - 4}" height="{height}"/>'
        )
        yield _text(_x(b.low) + SIDE // 20, round(top - 3, 1), str(b.count), "rel-small", "middle")


def interval(share: float, count: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share seen in ``count`` cases (JASA 22, 1927).

    >>> [round(edge, 3) for edge in interval(0.5, 10)]
    [0.237, 0.763]
    """
    scale = 1 + SURE**2 / count
    middle = (share + SURE**2 / (2 * count)) / scale
    spread = SURE * math.sqrt(share * (1 - share) / count + SURE**2 / (4 * count**2)) / scale
    return middle - spread, middle + spread


def _x(value: float) -> float:
    return round(LEFT + SIDE * value, 1)


def _y(value: float) -> float:
    return round(TOP + SIDE * (1 - value), 1)


def _text(
    x: float, y: float, words: str, kind: str, anchor: str = "start", turn: str | None = None
) -> str:
    turned = f' transform="{turn}"' if turn else ""
    return f'<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}"{turned}>{words}</text>'


# --- the page -----------------------------------------------------------------------

_STYLE = """
:root{color-scheme:light dark}
body{font:15px/1.6 system-ui,sans-serif;max-width:1240px;margin:2rem auto;padding:0 1rem;
color:#1b1b1b;background:#fff}
h1{margin-bottom:0}h2{margin-top:2.5rem}h3{margin:.2rem 0 .6rem;font-size:1.1rem}
a{color:#1d4ed8}
.figures{display:flex;flex-wrap:wrap;gap:1.5rem 3rem;align-items:flex-start}
table.figure{border-collapse:collapse;font-variant-numeric:tabular-nums}
table.figure caption{text-align:left;font-weight:600;padding-bottom:.3rem}
.figure td,.figure th{padding:.1rem .7rem .1rem 0;text-align:right;font-weight:400}
.figure th:first-child{text-align:left}.figure thead th{color:#595959}
.figure tr.all td,.figure tr.all th{border-top:1px solid #999;font-weight:600}
.scroll{overflow-x:auto;max-width:100%}svg{max-width:100%;height:auto}
summary{cursor:pointer}details ul{margin:.3rem 0 .8rem}
details ul mark{background:none;color:inherit;border:0;padding:0;font-weight:700}
table.papers{width:100%;border-collapse:collapse;table-layout:fixed}
.papers td,.papers th{vertical-align:top;padding:.4rem .8rem;text-align:left}
.papers td{border-bottom:1px solid #ccc;overflow-wrap:anywhere}
.papers tr.about th{font-weight:400;color:#595959;padding-top:1.2rem}
.papers thead th{position:sticky;top:0;background:#fff;z-index:1;border-bottom:1px solid #999}
mark{padding:0 .15em;border-radius:.2em;color:inherit;background:none}
mark small{font-size:.72em;margin-left:.3em}
mark.right{border-bottom:3px solid transparent}
mark.wrong{border-bottom:3px solid #b91c1c}
mark.role{border-bottom:3px dashed #b45309}
:target{outline:2px solid #1d4ed8}
@media (max-width:640px){.papers,.papers tbody,.papers tr,.papers td,.papers th{display:block}
.papers thead{display:none}.papers td::before{content:attr(data-side);font-weight:600}}
@media (prefers-color-scheme:dark){body,.papers thead th{color:#ececec;background:#16181c}
a{color:#93c5fd}.figure thead th,.papers tr.about th{color:#b5b5b5}
.papers td{border-color:#3a3f46}
mark.wrong{border-bottom-color:#f87171}mark.role{border-bottom-color:#fbbf24}}
"""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

_COLUMNS = ("precision", "recall", "F1", "gold", "found")
_TABLES = (
    ("Mentions, exact span and type", "exact"),
    ("Mentions, overlapping span and type", "overlapping"),
    ("Mentions, exact span, type, role", "exact_roles"),
    ("Mentions, overlapping span, type, role", "overlapping_roles"),
    ("Concepts per paper", "concepts"),
    ("Introduced concepts", "introduced"),
    ("Roles of right mentions", "roles"),
    ("Links", "links"),
)


def to_html(report: Report) -> str:
    """Return the page: figures, reliability, confusions, and each paper's gold beside the found."""
    kinds = _kinds(report)
    body = [
        "<h1>Gold and found</h1>",
        f"<p>{_summary(report)}</p>",
        _contents(),
        _figures(report),
        _confusions(report),
        _papers(report, kinds),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Gold and found</title><style>{_STYLE}{_colours(kinds)}</style></head>\n<body>"
        + "\n".join(body)
        + "</body></html>\n"
    )


def _kinds(report: Report) -> dict[str, int]:
    """Return the number of each type's colour."""
    pairs = (m.type for pair in report.pairs for paper in pair for m in paper.mentions)
    return {kind: i % len(PALETTE) for i, kind in enumerate(sorted(set(pairs)))}


def _colours(kinds: Mapping[str, int]) -> str:
    used = sorted(set(kinds.values()))
    light = "".join(f".k{i}{{background:{PALETTE[i][0]}}}" for i in used)
    dark = "".join(f".k{i}{{background:{PALETTE[i][1]}}}" for i in used)
    return f"{light}\n@media (prefers-color-scheme:dark){{{dark}}}\n"


def _summary(report: Report) -> str:
    exact, concepts = report.total("exact"), report.total("concepts")
    return (
        f"{counted(report.papers, 'paper')}. Mentions: F1 {exact.f1:.3f} "
        f"(precision {exact.precision:.3f}, recall {exact.recall:.3f}). "
        f"Concepts per paper: F1 {concepts.f1:.3f}. "
        f"Role accuracy on right mentions: {report.role_accuracy_text}. "
        f"Calibration error: {report.calibration_error:.3f}."
    )


def _contents() -> str:
    names = ("figures", "confusions", "papers")
    links = " · ".join(f'<a href="#{name}">{name}</a>' for name in names)
    return f"<nav>{links}</nav>"


# --- figures and confusions ---------------------------------------------------------


def _figures(report: Report) -> str:
    tables = "".join(
        _table(report, title, name) for title, name in _TABLES if getattr(report, name)
    )
    plot = to_svg(report.bins, report.calibration_error)
    return f'<h2 id="figures">Figures</h2><div class="figures">{tables}<div>{plot}</div></div>'


def _table(report: Report, title: str, name: str) -> str:
    rows: dict[str, Counts] = getattr(report, name)
    if name != "links":
        rows = {**rows, ALL: report.total(name)}
    columns = (*_COLUMNS, INTERVAL) if report.intervals else _COLUMNS
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    made = "".join(_row(key, c, report.interval_text(name, key)) for key, c in rows.items())
    return (
        f'<div class="scroll"><table class="figure"><caption>{title}</caption><thead><tr>'
        f'<th scope="col"></th>{head}</tr></thead><tbody>{made}</tbody></table></div>'
    )


def _row(name: str, counts: Counts, more: Sequence[str]) -> str:
    rates = [f"{value:.3f}" for value in (counts.precision, counts.recall, counts.f1)]
    sums = [str(counts.right + counts.missed), str(counts.right + counts.spurious)]
    cells = "".join(f"<td>{cell}</td>" for cell in (*rates, *sums, *more))
    kind = "all" if name == ALL else ""
    return f'<tr class="{kind}"><th scope="row">{html.escape(name)}</th>{cells}</tr>'


def _confusions(report: Report) -> str:
    rows = "".join(_confusion(item) for item in report.confusions)
    return (
        f'<h2 id="confusions">The {len(report.confusions)} most frequent confusions</h2>'
        "<p>Gold, then found; “-” is nothing. Each opens to examples.</p>" + rows
    )


def _confusion(item: Confusion) -> str:
    gold, found = html.escape(item.gold), html.escape(item.predicted)
    lines = "".join(f"<li>{html.escape(squeeze(example))}</li>" for example in item.examples)
    return (
        f"<details><summary>{item.count} × {gold} → {found}</summary><ul>{lines}</ul></details>\n"
    )


# --- papers side by side ------------------------------------------------------------


def _papers(report: Report, kinds: Mapping[str, int]) -> str:
    marks = " ".join(f'<mark class="k{i}">{html.escape(kind)}</mark>' for kind, i in kinds.items())
    pairs = enumerate(report.pairs, start=1)
    rows = "".join(_paper(f"paper-{n}", gold, found, kinds) for n, (gold, found) in pairs)
    return (
        '<h2 id="papers">Papers</h2>'
        f'<p>{marks}. <mark class="wrong">Underlined</mark>: on one side only. '
        '<mark class="role">Dashed</mark>: the other side gives another role. '
        "What was found shows its confidence and extractors under the pointer.</p>"
        '<table class="papers"><thead><tr><th scope="col">gold</th><th scope="col">found</th></tr>'
        f"</thead><tbody>{rows}</tbody></table>"
    )


def _paper(anchor: str, gold: Paper, found: Paper, kinds: Mapping[str, int]) -> str:
    sides = "".join(
        f'<td data-side="{side}">{_marked(paper, other, kinds)}</td>'
        for side, paper, other in (("gold", gold, found), ("found", found, gold))
    )
    return (
        f'<tr class="about" id="{anchor}"><th colspan="2" scope="rowgroup">'
        f'<a href="#{anchor}">{html.escape(gold.id)}</a> {_tally(gold, found)}</th></tr>'
        f"<tr>{sides}</tr>\n"
    )


def _tally(gold: Paper, found: Paper) -> str:
    states = Counter(_state(m, _known(gold)) for m in found.mentions)
    missed = sum(_state(m, _known(found)) == "wrong" for m in gold.mentions)
    parts = [f"{states['right']} right"]
    parts += [f"{states['role']} in another role"] if states["role"] else []
    parts += [f"{missed} only in the gold"] if missed else []
    parts += [f"{states['wrong']} only found"] if states["wrong"] else []
    return ", ".join(parts)


def _known(paper: Paper) -> dict[tuple[Any, ...], str]:
    return {(m.field, m.start, m.end, m.type): m.role for m in paper.mentions}


def _state(mention: Mention, known: Mapping[tuple[Any, ...], str]) -> str:
    role = known.get((mention.field, mention.start, mention.end, mention.type))
    return "wrong" if role is None else "right" if role == mention.role else "role"


def _marked(paper: Paper, other: Paper, kinds: Mapping[str, int]) -> str:
    """Return title and abstract with the mentions marked, those that differ underlined."""
    known = _known(other)
    marks = {m: _mark_up(m, _state(m, known), kinds[m.type]) for m in paper.mentions}
    fields = zip(FIELDS, ("h3", "p"), strict=True)
    return "".join(_marked_field(paper, name, tag, marks) for name, tag in fields)


def _marked_field(paper: Paper, name: str, tag: str, marks: Mapping[Mention, str]) -> str:
    """Return a field with its marks, then the mentions that overlap one that is marked."""
    text, at = paper.text(name), 0
    parts, under = [], []
    for mention in sorted(m for m in marks if m.field == name):
        if mention.start < at:
            under.append(marks[mention])
            continue
        parts += [html.escape(text[at : mention.start]), marks[mention]]
        at = mention.end
    marked = "".join([*parts, html.escape(text[at:])])
    below = f"<p>Overlapping these: {', '.join(under)}</p>" if under else ""
    return f"<{tag}>{marked}</{tag}>{below}" if text else ""


def _mark_up(mention: Mention, state: str, colour: int) -> str:
    about = f"{mention.confidence:.2f} {mention.extractor}".strip()
    label = html.escape(f"{mention.type} {mention.role}")
    return (
        f'<mark class="k{colour} {state}" title="{html.escape(about, quote=True)}">'
        f"{html.escape(mention.text)}<small>{label}</small></mark>"
    )
