"""Linking against gold: pairwise and B-cubed precision and recall.

Two forms of gold, told apart by their content:

- clusters: JSON Lines, one document a line,
  ``{"doc_id": ..., "clusters": [{"name", "type", "forms": [...]}]}`` (SciREX);
- pairs: tab-separated lines ``same|different  TYPE  NAME  NAME  [CONTEXT]``,
  where an optional context is a sentence of a third paper that the corpus also
  holds ("large language models (LLMs)"); ``#`` begins a comment.

B-cubed is that of Bagga and Baldwin ("Algorithms for scoring coreference
chains", 1998), taken over the forms of each document.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from kg.abbreviations import find_abbreviations
from kg.errors import KGError
from kg.gold import number_lines
from kg.link import link_papers
from kg.model import ConceptType, Mention, Paper

#: Types of other schemes in terms of ours.
_TYPES = {"Material": "Dataset", "Generic": "Method", "OtherScientificTerm": "Method"}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two names within one document, whether gold says they are one, and whether we do."""

    document: str
    type: str
    left: str
    right: str
    same: bool
    linked: bool


@dataclass(frozen=True, slots=True)
class Ratio:
    """Precision, recall and F1 with the counts behind them."""

    right: float
    found: float
    wanted: float

    @property
    def precision(self) -> float:
        """Share of what was found that is right; 1 where nothing was found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of what was wanted that was found; 1 where nothing was wanted."""
        return self.right / self.wanted if self.wanted else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """How well names were linked.

    Attributes:
        pairwise: over all pairs of names within a document.
        by_type: the same per type of the gold.
        bcubed_precision, bcubed_recall: means over all names, each 0 to 1; None
            for gold of pairs, which has no clusters.
        wrong: pairs linked against the gold.
        missed: pairs that gold joins and we do not.
    """

    pairwise: Ratio
    by_type: dict[str, Ratio]
    bcubed_precision: float | None
    bcubed_recall: float | None
    documents: int
    names: int
    wrong: tuple[Pair, ...] = field(repr=False, default=())
    missed: tuple[Pair, ...] = field(repr=False, default=())

    def to_dict(self) -> dict[str, Any]:
        """Return the report for JSON: the rows, and every pair that is wrong or missed."""
        return {
            "documents": self.documents,
            "names": self.names,
            "rows": self.rows(),
            "wrong": [asdict(pair) for pair in self.wrong],
            "missed": [asdict(pair) for pair in self.missed],
        }

    def to_text(self, *, most: int = 20) -> str:
        """Return the report for a terminal, with at most ``most`` pairs of each kind."""
        lines = [f"{'':<10}  precision  recall     F1  pairs"]
        lines += [
            f"{row['type']:<10}  {row['precision']:9.4f}  {row['recall']:6.4f}  {row['f1']:.4f}"
            f"  {row['pairs']:>5}"
            for row in self.rows()
        ]
        for title, pairs in (("linked against the gold", self.wrong), ("missed", self.missed)):
            if pairs:
                lines += ["", f"{title}: {len(pairs)}"]
                lines += [f"  {pair.type:<10} {pair.left} | {pair.right}" for pair in pairs[:most]]
        return "\n".join(lines)

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per type, one for all, and one for B-cubed, where "pairs" are names."""
        named = [*sorted(self.by_type.items()), ("all", self.pairwise)]
        rows = [_row(name, ratio, int(ratio.wanted)) for name, ratio in named]
        if self.bcubed_precision and self.bcubed_recall:
            bcubed = Ratio(1.0, 1 / self.bcubed_precision, 1 / self.bcubed_recall)
            rows.append(_row("B-cubed", bcubed, self.names))
        return rows


def _row(name: str, ratio: Ratio, count: int) -> dict[str, Any]:
    return {
        "type": name,
        "precision": round(ratio.precision, 4),
        "recall": round(ratio.recall, 4),
        "f1": round(ratio.f1, 4),
        "pairs": count,
    }


@dataclass(slots=True)
class _Document:
    """Names of one document and the gold clusters over them; a name may be in several."""

    id: str
    clusters: list[tuple[str, list[str]]]
    contexts: list[str] = field(default_factory=list)
    pairs: list[tuple[str, str, bool]] = field(default_factory=list)


def evaluate_linking(path: str | Path) -> Report:
    """Return how well the linker does on the gold in ``path``.

    Raises:
        KGError: the file cannot be read or is of neither form; names file and line.
    """
    documents = list(_read_gold(Path(path)))
    return _score(documents, _link(documents))


def _read_gold(path: Path) -> Iterator[_Document]:
    for number, line in number_lines(path):
        if not line.startswith("#"):
            try:
                yield _clusters(line) if line.startswith("{") else _pair(line, number)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise KGError(
                    f"{path}:{number}: expected a JSON object with doc_id and clusters, or "
                    f"same|different TYPE NAME NAME separated by tabs ({error})"
                ) from None


def _clusters(line: str) -> _Document:
    data = json.loads(line)
    clusters = [
        (_our_type(c["type"]), sorted({untokenise(form) for form in c["forms"]} - {""}))
        for c in data["clusters"]
    ]
    return _Document(str(data["doc_id"]), [c for c in clusters if c[1]])


def untokenise(form: str) -> str:
    """Undo the spaces that word tokenisation leaves, and stray brackets at the ends.

    >>> untokenise("MT - DNN"), untokenise("PRM ) "), untokenise("CNN / Daily Mail")
    ('MT-DNN', 'PRM', 'CNN/Daily Mail')
    """
    text = re.sub(r"\s*([-/@])\s*", r"\1", form)
    text = re.sub(r"\s+(?=['’]|[.,%)])|(?<=[(])\s+", "", text)
    inner = text.strip(" .,;:-")
    return inner.rstrip(" )") if "(" not in inner else inner


def _pair(line: str, number: int) -> _Document:
    verdict, type, left, right, *contexts = (cell.strip() for cell in line.split("\t"))
    if verdict not in ("same", "different") or not (left and right):
        raise ValueError(f"found {verdict!r}")
    pair = (left, right, verdict == "same")
    texts = [c for c in contexts if c]
    return _Document(f"line {number}", [(_our_type(type), [left, right])], texts, [pair])


def _our_type(name: str) -> str:
    type = _TYPES.get(name, name)
    if type not in tuple(ConceptType):
        raise ValueError(f"unknown type {name!r}")
    return type


def _link(documents: list[_Document]) -> dict[tuple[str, str], set[str]]:
    """Link all documents as one corpus; return (document, name) -> its concepts.

    A document of clusters is one paper, whose abstract lists its names; each name
    of a pair stands in a paper of its own.
    """
    papers: list[Paper] = []
    for number, document in enumerate(documents):
        if document.pairs:
            type, names = document.clusters[0]
            for i, name in enumerate(names):
                papers.append(_paper(f"{number:06}-{i}", document.id, [(name, type)]))
            papers += [
                _context(f"{number:06}-c{i}", type, text)
                for i, text in enumerate(document.contexts)
            ]
        else:
            names_of = [(form, type) for type, forms in document.clusters for form in forms]
            papers.append(_paper(f"{number:06}", document.id, sorted(set(names_of))))
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for paper in link_papers(papers).papers:
        for mention in paper.mentions:
            if paper.venue and mention.concept:
                found[paper.venue, mention.text].add(mention.concept)
    return found


def _paper(id: str, document: str, names: list[tuple[str, str]]) -> Paper:
    mentions, text = [], ""
    for name, type in names:
        start = len(text)
        text += name + " . "
        mentions.append(Mention("abstract", start, start + len(name), name, type, "mentions"))
    return Paper(id, id, text.rstrip(), venue=document, mentions=tuple(mentions))


def _context(id: str, type: str, text: str) -> Paper:
    """Return a paper with ``text``, where what it abbreviates is mentioned in both forms."""
    spans = [
        span
        for a in find_abbreviations(text)
        for span in ((a.short_start, a.short_end), (a.long_start, a.long_end))
    ]
    mentions = [Mention("abstract", s, e, text[s:e], type, "uses") for s, e in sorted(set(spans))]
    return Paper(id, id, text, mentions=tuple(mentions))


def _score(documents: list[_Document], found: dict[tuple[str, str], set[str]]) -> Report:
    pairs = [pair for document in documents for pair in _pairs(document, found)]
    by_type: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        by_type[pair.type].append(pair)
    names = [value for d in documents if not d.pairs for value in _bcubed(d, found)]
    ratio = _ratio(pairs)
    return Report(
        ratio,
        {type: _ratio(of_type) for type, of_type in by_type.items()},
        sum(p for p, _ in names) / len(names) if names else None,
        sum(r for _, r in names) / len(names) if names else None,
        len(documents),
        len(names) or 2 * len(documents),
        tuple(pair for pair in pairs if pair.linked and not pair.same),
        tuple(pair for pair in pairs if pair.same and not pair.linked),
    )


def _pairs(document: _Document, found: dict[tuple[str, str], set[str]]) -> Iterator[Pair]:
    for type, left, right, same in _gold_pairs(document):
        linked = bool(found[document.id, left] & found[document.id, right])
        yield Pair(document.id, type, left, right, same, linked)


def _gold_pairs(document: _Document) -> Iterator[tuple[str, str, str, bool]]:
    if document.pairs:
        for left, right, same in document.pairs:
            yield document.clusters[0][0], left, right, same
        return
    types = {form: type for type, forms in document.clusters for form in forms}
    together = {
        pair for _, forms in document.clusters for pair in combinations(sorted(set(forms)), 2)
    }
    for left, right in combinations(sorted(types), 2):
        yield types[left], left, right, (left, right) in together


def _ratio(pairs: Iterable[Pair]) -> Ratio:
    known = list(pairs)
    return Ratio(
        sum(pair.same and pair.linked for pair in known),
        sum(pair.linked for pair in known),
        sum(pair.same for pair in known),
    )


def _bcubed(
    document: _Document, found: dict[tuple[str, str], set[str]]
) -> Iterator[tuple[float, float]]:
    """Yield (precision, recall) of every name of a document."""
    gold: dict[str, set[str]] = defaultdict(set)
    for _, forms in document.clusters:
        for form in forms:
            gold[form].update(forms)
    for form, wanted in sorted(gold.items()):
        mine = found[document.id, form]
        got = {other for other in gold if other == form or mine & found[document.id, other]}
        yield len(got & wanted) / len(got), len(got & wanted) / len(wanted)
