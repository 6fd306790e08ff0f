"""A network on its way through the stages of a recipe, and the raw papers it learns to label.

:mod:`kg.train.encoder` says which stages there are, and in which order.
"""

from __future__ import annotations

import random
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from kg.extract.confidence import fit_lines, judge
from kg.extract.encoder import Settings, find_windows
from kg.extract.extractor import Extractor
from kg.extract.pieces import PieceTokenizer
from kg.extract.pipe import FACTORY
from kg.files import read_jsonl, replace_folder, write_jsonl
from kg.model import DEFAULT_ROLE, Paper, Role
from kg.text import fold
from kg.train.doubts import Doubts
from kg.train.examples import Example, find_examples, name_pool, swap_names
from kg.train.export import prune_vocabulary, write_model
from kg.train.loop import Stage, run_stage, save_state
from kg.train.mpnet import load_mpnet
from kg.train.network import (
    Tagger,
    load_start,
    parse_safetensors,
    read_vocabulary,
    start_folder,
)
from kg.train.prune import find_importance, prune
from kg.train.size import MINILM, MPNET, Size, measure
from kg.train.start import Start

#: Attention heads and inner units a layer that a pruned network keeps; examples that choose them.
KEPT_HEADS, KEPT_UNITS, CHOOSING = 9, 1280, 80
#: Share of a paper's coined names that are exchanged for others, each epoch anew.
SWAPPED = 0.25
#: Raw papers that are labelled: how long at least, from which year on, how many in a quick run.
LONG, SINCE, FEW_RAW = 400, 2019, 50
#: A labelled paper is left out with fewer mentions than this.
FEW = 4
#: Labelled papers beside each annotated one in an epoch of a student.
RATIO = 1.0
#: Pieces that the annotated and raw papers show less often leave the vocabulary.
LEAST = 3

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Silver:
    """Raw papers that teachers labelled, and what they were unsure of, if that was asked."""

    papers: Sequence[Paper]
    doubts: Doubts

    def join(self, other: Silver) -> Silver:
        """Return these papers and then the other ones."""
        return Silver([*self.papers, *other.papers], self.doubts.join(other.doubts))

    def without(self, gone: Iterable[Paper]) -> Silver:
        """Leave out the papers that are among ``gone``."""
        return replace(self, papers=without(self.papers, gone))


class Maker:
    """The network on its way through the stages."""

    def __init__(
        self,
        papers: Sequence[Paper],
        raw: Sequence[Paper],
        work: Path,
        *,
        name: str,
        version: str,
        seed: int,
        quick: bool = False,
        start: Start | None = None,
        say: Say,
    ) -> None:
        self.papers, self.work, self.name, self.say = papers, work, name, say
        self.version, self.quick, self.start = version, quick, start
        self.labels, self.roles = _labels(papers), _roles(papers)
        #: Ids of the papers whose annotators have habits of their own.
        self.others: frozenset[str] = frozenset()
        everything = read_vocabulary(start_folder())
        self.rows = _rows(everything, [*papers, *raw])
        self.vocabulary = [everything[row] for row in self.rows]
        self.tokenizer = PieceTokenizer(self.vocabulary)
        self.start_anew(seed)

    def _make(self, size: Size) -> Tagger:
        labels, roles = len(self.labels), len(self.roles)
        return Tagger(vocabulary=len(self.rows), labels=labels, roles=roles, size=size)

    def start_anew(self, seed: int) -> None:
        """Take the weights that training starts from, and new heads."""
        torch.manual_seed(seed)
        self.seed = seed
        self.network = self._make(self.start.size if self.start else MINILM)
        bare = parse_safetensors((start_folder() / "model.safetensors").read_bytes())
        load_start(self.network, bare, self.rows)
        if self.start:
            self.start.load(self.network, self.vocabulary, self.labels, self.roles)

    def start_large(self, seed: int, *, layers: int) -> None:
        """Take the first layers of MPNet, and new heads."""
        torch.manual_seed(seed)
        self.seed = seed
        self.network = self._make(replace(MPNET, layers=1 if self.quick else layers))
        load_mpnet(self.network, self.vocabulary)

    def go_back(self, stage: str) -> None:
        """Take the network that ``stage`` ended with."""
        state = torch.load(self.work / f"{stage}.pt", weights_only=True)
        self.network = self._make(measure(state))
        self.network.load_state_dict(state)

    def average(self, *stages: str, name: str | None = None) -> None:
        """Take the mean of the stages' weights, of which each began with the one's before.

        Wortsman et al., "Model soups", ICML 2022.  With ``name`` it is kept as a stage is.
        """
        self.go_back(stages[0])
        states = [torch.load(self.work / f"{s}.pt", weights_only=True) for s in stages]
        mean = {key: sum(state[key] for state in states) / len(states) for key in states[0]}
        self.network.load_state_dict(mean)
        if name:
            save_state(mean, self.work / f"{name}.pt")

    def prune(self) -> None:
        """Leave the network its most important parts, chosen on some of the annotated papers."""
        examples = self._examples(self.papers[:CHOOSING])
        importance = find_importance(self.network, examples)
        prune(self.network, importance, heads=KEPT_HEADS, inner=KEPT_UNITS)

    def learn_spans(self, texts: Sequence[Paper], plan: tuple[int, float]) -> None:
        """Learn only where names are, from texts under another policy of spans."""
        known = [_only(paper, self.labels, self.roles) for paper in texts]
        self._run("spans", lambda _: self._examples(known), plan, roles=False)

    def learn_teacher(self, stage: str, plan: tuple[int, float]) -> None:
        """Learn from the annotated papers alone."""
        self._run(stage, self._varied, plan)

    def learn_student(
        self,
        stage: str,
        silver: Silver,
        plan: tuple[int, float],
        *,
        ratio: float = RATIO,
    ) -> None:
        """Learn from the annotated papers and, each epoch, the next part of ``silver``."""
        share = min(len(silver.papers), round(ratio * len(self.papers)))
        endless = [*silver.papers, *silver.papers]

        def examples(epoch: int) -> list[Example]:
            first = epoch * share % max(len(silver.papers), 1)
            part = replace(silver, papers=endless[first : first + share])
            return [*self._varied(epoch), *self._doubted(part)]

        self._run(stage, examples, plan)

    def choose(self, stage: str, papers: Sequence[Paper], count: int) -> list[Paper]:
        """Return ``count`` papers at random for a stage; all of them where there are no more."""
        chance = random.Random(self.seed + zlib.crc32(stage.encode()))
        return chance.sample(list(papers), min(count, len(papers)))

    def learn_parts(
        self,
        stage: str,
        more: Sequence[Paper],
        plan: tuple[int, float],
        *,
        silver: Silver | None = None,
        shares: int = 1,
    ) -> None:
        """Learn from ``more`` and ``silver`` once, a part an epoch, beside the annotated papers.

        Of these an epoch shows one of ``shares``; names are exchanged in ``more``, too.
        """
        pool = name_pool([*self.papers, *more])
        labelled = silver or Silver((), Doubts())

        def examples(epoch: int) -> list[Example]:
            chance = random.Random(self.seed * 1000 + epoch)
            mine = [*self.papers[epoch % shares :: shares], *more[epoch :: plan[0]]]
            made = self._examples([swap_names(p, pool, chance, SWAPPED) for p in mine])
            part = replace(labelled, papers=labelled.papers[epoch :: plan[0]])
            return [*made, *self._doubted(part)]

        self._run(stage, examples, plan)

    def _run(
        self,
        stage: str,
        examples: Callable[[int], list[Example]],
        plan: tuple[int, float],
        *,
        roles: bool = True,
    ) -> None:
        """Go through a stage: ``plan`` is its epochs, one if it is to be quick, and its rate."""
        epochs = 1 if self.quick else plan[0]
        made = Stage(stage, examples, epochs, plan[1], self.seed, roles)
        run_stage(self.network, made, self.work, say=self.say)

    def _varied(self, epoch: int) -> list[Example]:
        """Return the annotated papers' examples with names exchanged, other ones each epoch."""
        chance = random.Random(self.seed * 1000 + epoch)
        pool = name_pool(self.papers)
        return self._examples([swap_names(p, pool, chance, SWAPPED) for p in self.papers])

    def _doubted(self, silver: Silver) -> list[Example]:
        """Return the examples of ``silver``, each with what the teachers were unsure of."""
        return [
            replace(example, doubt=silver.doubts.find(example.ids))
            for example in self._examples(silver.papers)
        ]

    def _examples(self, papers: Sequence[Paper]) -> list[Example]:
        return [
            replace(example, other=paper.id in self.others)
            for paper in papers
            for example in find_examples(paper, self.tokenizer, self.labels, self.roles)
        ]

    def label(
        self,
        name: str,
        teachers: Sequence[str],
        raw: Sequence[Paper],
        dev: Sequence[Paper],
        count: int,
        *,
        since: int = SINCE,
        doubted: bool = False,
    ) -> Silver:
        """Return raw papers with what the teachers and the rules find; kept in a file.

        A teacher that is named twice counts twice.  With ``doubted`` the teachers' doubts
        come along, kept in another file.
        """
        count = min(count, FEW_RAW) if self.quick else count
        path = self.work / f"{name}.jsonl"
        if not path.exists():
            held = {fold(p.title) for p in (*self.papers, *dev)}
            seed = self.seed + zlib.crc32(name.encode())
            fresh = [p for p in raw if fold(p.title) not in held]
            chosen = choose_raw(fresh, count, seed, since=since)
            folders = {teacher: self._write_stage(teacher) for teacher in teachers}
            first, *others = [folders[teacher] for teacher in teachers]
            extractor = Extractor(first, beside=[folder / FACTORY for folder in others])
            label_papers(extractor, chosen, path, doubted=doubted)
        self.say(f"{name}: labelled")
        papers = [Paper.from_dict(row) for row in read_jsonl(path)]
        return Silver(papers, Doubts.read(path.with_suffix(".npz")) if doubted else Doubts())

    def _write_stage(self, stage: str) -> Path:
        """Write the network that ``stage`` ended with as a model; return its folder."""
        self.go_back(stage)
        folder = self.work / f"{stage}-model"
        self._write(folder, {})
        return folder

    def write(self, out: Path, dev: Sequence[Paper]) -> None:
        """Write the model twice: plain, to fit the calibration on ``dev``, and with it."""
        plain = self.work / "plain-model"
        self._write(plain, {})
        extractor = Extractor(plain)
        found = ((paper, extractor.find_uncalibrated(paper)) for paper in dev)
        lines = fit_lines(row for pair in found for row in judge(*pair))
        with replace_folder(out) as folder:
            self._write(folder, {"lines": lines})
        self.say(f"{self.name}: written")

    def _write(self, folder: Path, calibration: dict[str, Any]) -> None:
        settings = Settings(self.labels, self.roles, self.name, self.version, calibration)
        write_model(self.network.arrays(), self.vocabulary, settings, folder)


def label_papers(
    extractor: Extractor, papers: Sequence[Paper], path: Path, *, doubted: bool
) -> None:
    """Write the papers, but those in which next to nothing is found, with their mentions.

    With ``doubted`` what the teachers were unsure of goes beside, as .npz.
    """
    doubts = Doubts()
    if doubted:
        extractor.watch(doubts.add)
    found = [paper for paper in extractor.extract(papers) if len(paper.mentions) >= FEW]
    if doubted:
        windows = (w for p in found for w in find_windows(p.title, p.abstract, extractor.tokenizer))
        doubts.write(path.with_suffix(".npz"), windows)
    write_jsonl((paper.to_dict() for paper in found), path.with_suffix(".tmp"))
    path.with_suffix(".tmp").replace(path)


def _labels(papers: Sequence[Paper]) -> tuple[str, ...]:
    """Return the types in the annotations, the usual ones in their usual order first."""
    found = {m.type for paper in papers for m in paper.mentions}
    usual = [kind for kind in DEFAULT_ROLE if kind in found]
    return (*usual, *sorted(found - set(usual)))


def _roles(papers: Sequence[Paper]) -> tuple[str, ...]:
    found = {m.role for paper in papers for m in paper.mentions}
    usual = [role.value for role in Role if role.value in found]
    return (*usual, *sorted(found - set(usual)))


def _rows(vocabulary: Sequence[str], papers: Sequence[Paper]) -> list[int]:
    """Return the rows of MiniLM's vocabulary that the papers use; all of them for few papers."""
    if len(papers) < 10_000:
        return prune_vocabulary(vocabulary, {}, 0)
    whole = PieceTokenizer(vocabulary)
    counts = Counter(
        vocabulary[piece.id]
        for paper in papers
        for piece in whole.encode(f"{paper.title} {paper.abstract}")
    )
    return prune_vocabulary(vocabulary, counts, LEAST)


def _only(paper: Paper, labels: Sequence[str], roles: Sequence[str]) -> Paper:
    """Return the paper with those mentions whose type is known, in a role that is."""
    kept = tuple(replace(m, role=roles[0]) for m in paper.mentions if m.type in labels)
    return replace(paper, mentions=kept)


def choose_raw(
    papers: Sequence[Paper], count: int, seed: int, *, since: int = SINCE
) -> list[Paper]:
    """Return ``count`` papers from a year on, with an abstract of some length, at random."""
    fit = [p for p in papers if len(p.abstract) > LONG and (p.year or since) >= since]
    return random.Random(seed).sample(fit or list(papers), min(count, len(fit or papers)))


def without(papers: Sequence[Paper], gone: Iterable[Paper]) -> list[Paper]:
    """Return the papers that are not among ``gone``."""
    ids = {paper.id for paper in gone}
    return [paper for paper in papers if paper.id not in ids]
