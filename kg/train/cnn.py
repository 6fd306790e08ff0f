"""The recipe without torch: spaCy's convolutional network, from scratch, on your own labels.

Minutes on a CPU.  Labels are whatever the annotations say; where they give roles
other than a type's usual one, the network learns type and role as one label
(``Method|introduces``), and :mod:`kg.extract.learned` takes them apart again.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import spacy
from spacy.training import Example
from spacy.util import filter_spans
from thinc.api import fix_random_seed

from kg.errors import UsageError
from kg.files import replace_folder
from kg.model import DEFAULT_ROLE, FIELDS, Mention, Paper
from kg.text import counted

#: Rounds of mini-batches; a quick run is for trying things out.
STEPS, QUICK = 4000, 300
#: Times that a run measures itself on the development papers.
CHECKS = 8
DROPOUT = 0.2
#: Most texts in a batch.
LARGEST = 32
#: A role is learned where at least this share of the mentions has an unusual one.
UNUSUAL = 0.02


def train_cnn(
    papers: Sequence[Paper],
    dev: Sequence[Paper],
    out: Path,
    *,
    name: str,
    version: str,
    steps: int = STEPS,
    seed: int = 0,
    say: Callable[[str], object] = print,
) -> None:
    """Train on ``papers``, keep the state that is best on ``dev``, write it to ``out``."""
    _check_types(papers)
    random.seed(seed)
    fix_random_seed(seed)
    nlp: Any = spacy.blank("en")
    nlp.meta.update(name=name, version=version)
    nlp.add_pipe("ner")
    roles = with_roles(papers)
    examples = list(find_examples(nlp, papers, roles, say))
    nlp.initialize(lambda: examples, sgd=nlp.create_optimizer())
    best = _learn(nlp, examples, dev, steps, say)
    nlp.from_bytes(best)
    nlp.meta["paperkg"] = {"precision": _precision(nlp, dev)}
    with replace_folder(out) as folder:
        nlp.to_disk(folder)


def _check_types(papers: Iterable[Paper]) -> None:
    """Raise if a type holds the sign that divides type and role in a label."""
    strange = sorted({m.type for paper in papers for m in paper.mentions if "|" in m.type})
    if strange:
        raise UsageError(f"type {strange[0]!r}: the cnn recipe takes no '|' in a type")


def _learn(
    nlp: Any,
    examples: list[Example],
    dev: Sequence[Paper],
    steps: int,
    say: Callable[[str], object],
) -> bytes:
    """Return the bytes of the pipeline when it was best on ``dev``."""
    optimizer = nlp.create_optimizer()
    best: bytes = nlp.to_bytes()
    top = -1.0
    check = max(steps // CHECKS, 1)
    for step, batch in enumerate(_batches(examples, steps), 1):
        nlp.update(batch, drop=DROPOUT, sgd=optimizer)
        if step % check and step != steps:
            continue
        f1 = _f1(nlp, dev)
        say(f"step {step} of {steps}: F1 on dev {f1:.3f}")
        if f1 > top:
            best, top = nlp.to_bytes(), f1
    if top == 0:
        say("nothing on dev was found: it wants more steps, or more papers to learn from")
    return best


def _batches(examples: list[Example], steps: int) -> Iterator[list[Example]]:
    """Yield ``steps`` batches in random order, four examples at first and more later."""
    made, at = 0, len(examples)
    while made < steps:
        if at >= len(examples):
            random.shuffle(examples)
            at = 0
        size = min(4 + made // 50, LARGEST)
        yield examples[at : at + size]
        made, at = made + 1, at + size


def with_roles(papers: Iterable[Paper]) -> bool:
    """Return whether the annotations say more of roles than the types imply."""
    kinds = Counter(
        m.role == DEFAULT_ROLE.get(m.type, "mentions") for paper in papers for m in paper.mentions
    )
    return kinds[False] > UNUSUAL * kinds.total()


def find_examples(
    nlp: Any, papers: Iterable[Paper], roles: bool, say: Callable[[str], object]
) -> Iterator[Example]:
    """Yield a title or an abstract with its entities; spans that cut a token are widened."""
    widened = 0
    for paper in papers:
        for field in FIELDS:
            text = paper.text(field)
            if not text.strip():
                continue
            doc = nlp.make_doc(text)
            mentions = [m for m in paper.mentions if m.field == field]
            spans = [_span(doc, mention, roles) for mention in mentions]
            widened += sum(len(s.text) != len(m.text) for s, m in zip(spans, mentions, strict=True))
            gold = doc.copy()
            gold.ents = filter_spans(spans)
            yield Example(doc, gold)
    if widened:
        cut = counted(widened, "mention was", "mentions were")
        say(f"{cut} widened to the spaCy tokens within which they begin or end")


def _span(doc: Any, mention: Mention, roles: bool) -> Any:
    label = f"{mention.type}|{mention.role}" if roles else mention.type
    return doc.char_span(mention.start, mention.end, label=label, alignment_mode="expand")


def _found(nlp: Any, papers: Iterable[Paper]) -> Iterator[tuple[str, bool, bool]]:
    """Yield (type, predicted, in the gold) for every span that either side has."""
    for paper in papers:
        for field in FIELDS:
            wanted = {(m.start, m.end, m.type) for m in paper.mentions if m.field == field}
            text = paper.text(field)
            ents = nlp(text).ents if text.strip() else ()
            got = {(e.start_char, e.end_char, e.label_.partition("|")[0]) for e in ents}
            yield from ((item[2], item in got, item in wanted) for item in sorted(got | wanted))


def _f1(nlp: Any, dev: Sequence[Paper]) -> float:
    rows = list(_found(nlp, dev))
    right = sum(got and wanted for _, got, wanted in rows)
    sizes = sum(got for _, got, _ in rows) + sum(wanted for _, _, wanted in rows)
    return 2 * right / max(sizes, 1)


def _precision(nlp: Any, dev: Sequence[Paper]) -> dict[str, float]:
    """Return each type's precision on ``dev``, one right and one wrong added: its confidence."""
    right, found = Counter[str](), Counter[str]()
    for kind, got, wanted in _found(nlp, dev):
        found[kind] += got
        right[kind] += got and wanted
    return {kind: round((right[kind] + 1) / (found[kind] + 2), 3) for kind in sorted(found)}
