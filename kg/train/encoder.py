"""The recipe of the shipped model: teachers, their labels on raw papers, students, calibration.

Each stage is finished once and for all: a run that was broken off goes on where it
stood (``OUT.work`` keeps the state; delete it when done).  On two idle cores:

1. ``spans``: SciREX mentions, another span policy, one epoch (2 minutes);
2. ``teacher``: the annotated papers (2 minutes an epoch);
3. ``silver``: the teacher labels raw papers (1 minute per 5,000);
4. ``student``: annotated and silver papers together, from the teacher's weights (4 an epoch);
5. ``silver-second`` and ``second``: the student's labels on other raw papers; a network that
   starts anew learns from them and the annotated papers, to err otherwise than the student;
6. ``silver-last`` and ``last``: both label many raw papers together; the second, relieved of
   the attention heads and inner units that matter least, learns on;
7. ``large``: the lower ten layers of MPNet learn the annotated papers (8 minutes an epoch);
8. ``silver-third`` and ``third``: the large one, counted twice, and the last label raw papers
   together (1 minute per 1,000); the last learns on from their labels and their doubts;
9. ``large-second``: the large one learns on from the same labels and doubts (30 an epoch);
10. ``silver-fourth`` and ``fourth``: it and the third label other raw papers together; the third
    learns on from these and the former ones;
11. ``silver-fifth`` and ``fifth``: the large one, counted twice, and the fourth label what is
    left, and older papers; the fourth learns on from these and its own ones;
12. ``large-third``: the large one learns on from the annotated papers and the first of those
    that stand off (``standoff``: annotations of raw papers, without their texts);
13. ``silver-sixth`` and ``sixth``: it, counted twice, and the fifth label the latest raw papers;
    the mean of the fourth's and the fifth's weights learns on from the annotations, more of
    those that stand off, these labels and the former ones;
14. ``seventh``: the sixth learns on from more annotations and a few of these labels;
15. ``eighth``: it learns on from the same annotations, now knowing which are whose: what the
    annotators of those that stand off do otherwise goes into shifts of their own
    (:class:`kg.train.network.Habit`), which the model that is written leaves out;
16. ``ninth``: it learns on from those that stand off and were not shown yet, and the former ones;
    the ``mean`` of the last three's weights, the seventh counted twice, goes on;
17. ``large-fourth``: the lower eight layers of MPNet learn most of what stands off and the
    annotated papers twice (23 minutes a part);
18. ``silver-tenth`` and ``tenth``: it, counted twice, and the mean label raw papers of the last
    years; the mean learns on from these, the annotations and most of those that stand off.

The model is the mean of the ``mean``'s and the tenth's weights; without ``standoff`` that of the
fourth's and the fifth's.

Without ``pretrain`` stage 1 is left out, without ``raw`` all after the teacher; with
``start`` the first network is a trained one instead of MiniLM.
"""

from __future__ import annotations

import json
import random
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from kg.errors import ReadError, UsageError
from kg.extract.confidence import fit_lines, judge
from kg.extract.encoder import Settings, find_windows
from kg.extract.extractor import Extractor
from kg.extract.learned import hash_folder
from kg.extract.pieces import PieceTokenizer
from kg.extract.pipe import FACTORY
from kg.files import replace_folder, write_jsonl
from kg.gold import number_lines
from kg.model import DEFAULT_ROLE, Mention, Paper, Role
from kg.read import Refusal, read_papers
from kg.text import digest, fold
from kg.train import work_folder
from kg.train.doubts import Doubts
from kg.train.examples import Example, find_examples, name_pool, swap_names
from kg.train.export import prune_vocabulary, write_model
from kg.train.loop import Stage, run_stage
from kg.train.mpnet import find_parts, load_mpnet
from kg.train.network import (
    Tagger,
    load_start,
    parse_safetensors,
    read_vocabulary,
    start_folder,
)
from kg.train.prune import find_importance, prune
from kg.train.size import MINILM, MPNET, Size, measure
from kg.train.standoff import read_standoff
from kg.train.start import Start

#: Number of the recipe: a work folder of another one is not gone on with.
RECIPE = 8
#: Epochs and learning rates of the stages.
SPANS = (1, 8e-5)
TEACHER = (8, 1e-4)
STUDENT = (3, 6e-5)
SECOND = (6, 1.2e-4)
LAST = (6, 6e-5)
THIRD = (6, 6e-5)
LARGE = (5, 5e-5)
LARGE_SECOND = (2, 4e-5)
FOURTH = (6, 5e-5)
FIFTH = (9, 5e-5)
LARGE_THIRD = (2, 4e-5)
SIXTH = (6, 7e-5)
SEVENTH = (4, 6e-5)
EIGHTH = (4, 6e-5)
NINTH = (3, 5e-5)
LARGE_FOURTH = (4, 7e-5)
TENTH = (2, 5e-5)
#: Who labels together; a teacher that is named twice counts twice.
TEACHERS_THIRD: tuple[str, ...] = ("large", "large", "last")
TEACHERS_FOURTH: tuple[str, ...] = ("large-second", "third")
TEACHERS_FIFTH: tuple[str, ...] = ("large-second", "large-second", "fourth")
TEACHERS_SIXTH: tuple[str, ...] = ("large-third", "large-third", "fifth")
TEACHERS_TENTH: tuple[str, ...] = ("large-fourth", "large-fourth", "mean")
#: Whose weights' mean the tenth begins with, and whose the model has; named twice, counted twice.
STAGES_AVERAGED: tuple[str, ...] = ("seventh", "seventh", "eighth", "ninth")
STAGES_AVERAGED_LAST: tuple[str, ...] = ("mean", "tenth")
#: Stand-off annotations that a stage saw: as many as there were when it was trained.
FIRST_LARGE, FIRST_SIXTH, FIRST_SEVENTH, FIRST_NINTH = 1000, 6702, 8775, 11_175
#: How many of them, at random, the last large teacher and the tenth learn from.
MANY_LARGE, MANY_TENTH = 10_000, 8000
#: Layers of MPNet that the large teachers keep.
LARGE_LAYERS, LARGE_FOURTH_LAYERS = 10, 8
#: Attention heads and inner units a layer that the last student keeps; examples that choose them.
KEPT_HEADS, KEPT_UNITS, CHOOSING = 9, 1280, 80
#: Share of a paper's coined names that are exchanged for others, each epoch anew.
SWAPPED = 0.25
#: Raw papers that are labelled: how many, how long at least, from which year on, at last.
SILVER, SILVER_LAST, SILVER_THIRD = 9000, 24_000, 20_000
SILVER_FOURTH, SILVER_FIFTH, SILVER_SIXTH, SILVER_TENTH = 12_000, 25_000, 8000, 6600
LONG, SINCE, SINCE_FIFTH, SINCE_SIXTH = 400, 2019, 2016, 2022
#: How many of them a quick run labels.
FEW_RAW = 50
#: A labelled paper is left out with fewer mentions than this.
FEW = 4
#: Labelled papers beside each annotated one in an epoch of a student, of later ones, the last.
RATIO, RATIO_MANY, RATIO_FIFTH, RATIO_SIXTH, RATIO_SEVENTH = 1.0, 2.0, 3.0, 0.25, 0.1
#: Pieces that the annotated and raw papers show less often leave the vocabulary.
LEAST = 3

Say = Callable[[str], object]


def train_encoder(
    papers: Sequence[Paper],
    dev: Sequence[Paper],
    out: Path,
    *,
    name: str,
    version: str,
    seed: int = 0,
    quick: bool = False,
    epochs: int | None = None,
    pretrain: str | Path | None = None,
    raw: str | Path | None = None,
    standoff: str | Path | None = None,
    start: str | Path | None = None,
    say: Say = print,
) -> None:
    """Train an encoder on ``papers``, calibrate it on ``dev``, write the pipeline to ``out``."""
    if raw:
        find_parts()  # Missing weights are better known before hours of training.
    first = Start(start) if start else None
    extra = read_raw(raw, say=say) if raw else []
    more = read_standoff(standoff, extra) if standoff else []
    texts = read_scirex(Path(pretrain)) if pretrain else []
    work = work_folder(out)
    inputs = {"papers": papers, "raw": extra, "standoff": more, "pretrain": texts}
    choices = {"seed": seed, "quick": quick, "epochs": epochs, "recipe": RECIPE}
    keep_plan(work, {**inputs, **choices, "start": first and hash_folder(first.folder)})
    maker = _Maker(
        papers,
        extra,
        work,
        name=name,
        version=version,
        seed=seed,
        quick=quick,
        start=first,
        say=say,
    )
    if pretrain:
        maker.learn_spans(texts)
    maker.learn_teacher("teacher", (epochs or TEACHER[0], TEACHER[1]))
    if extra:
        silver = _train_on_raw(maker, extra, dev, seed)
        if more:
            _train_on_standoff(maker, more, extra, dev, silver)
    maker.write(out, dev)


def _train_on_raw(maker: _Maker, raw: Sequence[Paper], dev: Sequence[Paper], seed: int) -> Silver:
    """Go through the stages in which networks learn from each other's labels of raw papers.

    Return the papers that were labelled last.
    """
    silver = maker.label("silver", ("teacher",), raw, dev, SILVER)
    maker.learn_student("student", silver, STUDENT)
    silver = maker.label("silver-second", ("student",), raw, dev, SILVER)
    maker.start_anew(seed + 1)
    maker.learn_student("second", silver, SECOND)
    silver = maker.label("silver-last", ("student", "second"), raw, dev, SILVER_LAST)
    maker.go_back("second")
    maker.prune()
    maker.learn_student("last", silver, LAST, ratio=RATIO_MANY)
    maker.start_large(seed + 2)
    maker.learn_teacher("large", LARGE)
    silver = maker.label("silver-third", TEACHERS_THIRD, raw, dev, SILVER_THIRD, doubted=True)
    maker.go_back("last")
    maker.learn_student("third", silver, THIRD, ratio=RATIO_MANY)
    maker.go_back("large")
    maker.learn_student("large-second", silver, LARGE_SECOND, ratio=RATIO_MANY)
    left = without(raw, silver.papers)
    fourth = maker.label("silver-fourth", TEACHERS_FOURTH, left, dev, SILVER_FOURTH, doubted=True)
    maker.go_back("third")
    maker.learn_student("fourth", fourth.join(silver), FOURTH, ratio=RATIO_MANY)
    left = without(left, fourth.papers)
    fifth = maker.label(
        "silver-fifth", TEACHERS_FIFTH, left, dev, SILVER_FIFTH, since=SINCE_FIFTH, doubted=True
    )
    maker.go_back("fourth")
    maker.learn_student("fifth", fifth.join(fourth), FIFTH, ratio=RATIO_FIFTH)
    maker.average("fourth", "fifth")
    return fifth


def _train_on_standoff(
    maker: _Maker,
    more: Sequence[Paper],
    raw: Sequence[Paper],
    dev: Sequence[Paper],
    former: Silver,
) -> None:
    """Go through the stages that know ``more`` annotated papers, taken from ``raw``."""
    annotated, then = maker.papers, more[:FIRST_SIXTH]
    maker.papers = [*annotated, *more[:FIRST_LARGE]]
    maker.go_back("large-second")
    maker.learn_teacher("large-third", LARGE_THIRD)
    maker.papers = [*annotated, *then]
    left = without(raw, then)
    silver = maker.label(
        "silver-sixth", TEACHERS_SIXTH, left, dev, SILVER_SIXTH, since=SINCE_SIXTH, doubted=True
    )
    maker.average("fourth", "fifth")
    maker.learn_student("sixth", silver.join(former.without(then)), SIXTH, ratio=RATIO_SIXTH)
    then, late = more[:FIRST_SEVENTH], more[FIRST_SEVENTH:FIRST_NINTH]
    maker.papers = [*annotated, *then]
    maker.learn_student("seventh", silver.without(then), SEVENTH, ratio=RATIO_SEVENTH)
    maker.others = frozenset(paper.id for paper in more)
    maker.learn_teacher("eighth", EIGHTH)
    maker.papers = [*annotated, *late]
    maker.learn_student("ninth", Silver(then, Doubts()), NINTH)
    maker.average(*STAGES_AVERAGED, name="mean")
    then, maker.papers = more[:FIRST_NINTH], annotated
    maker.start_large(maker.seed + 3, layers=LARGE_FOURTH_LAYERS)
    maker.learn_parts("large-fourth", maker.choose(then, MANY_LARGE), LARGE_FOURTH, shares=2)
    left = without(raw, more)
    silver = maker.label(
        "silver-tenth", TEACHERS_TENTH, left, dev, SILVER_TENTH, since=SINCE_SIXTH, doubted=True
    )
    maker.go_back("mean")
    maker.learn_parts("tenth", maker.choose(then, MANY_TENTH), TENTH, silver=silver)
    maker.average(*STAGES_AVERAGED_LAST)


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


class _Maker:
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

    def start_large(self, seed: int, *, layers: int = LARGE_LAYERS) -> None:
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
        mean = {name: sum(s[name] for s in states) / len(states) for name in states[0]}
        self.network.load_state_dict(mean)
        if name:
            torch.save(mean, self.work / f"{name}.pt")

    def prune(self) -> None:
        """Leave the network its most important parts, chosen on some of the annotated papers."""
        examples = self._examples(self.papers[:CHOOSING])
        importance = find_importance(self.network, examples)
        prune(self.network, importance, heads=KEPT_HEADS, inner=KEPT_UNITS)

    def learn_spans(self, texts: Sequence[Paper]) -> None:
        known = [_only(paper, self.labels, self.roles) for paper in texts]
        self._run("spans", lambda _: self._examples(known), SPANS, roles=False)

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

    def choose(self, papers: Sequence[Paper], count: int) -> list[Paper]:
        """Return ``count`` of the papers at random; all of them where there are no more."""
        return random.Random(self.seed).sample(list(papers), min(count, len(papers)))

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
        lines = path.read_text(encoding="utf-8").splitlines()
        papers = [Paper.from_dict(json.loads(line)) for line in lines]
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


def keep_plan(work: Path, plan: Mapping[str, Any]) -> None:
    """Write down in ``work`` what a run is made of; raise if it holds one of something else."""
    work.mkdir(parents=True, exist_ok=True)
    mine = {name: digest(repr(value), 16) for name, value in sorted(plan.items())}
    path = work / "plan.json"
    if path.exists():
        other = json.loads(path.read_text(encoding="utf-8"))
        changed = [name for name in mine if other.get(name) != mine[name]]
        if changed:
            raise UsageError(
                f"{work}: holds a run with other {', '.join(changed)}; "
                "delete it, or give --out another name"
            )
    path.write_text(json.dumps(mine, indent=2) + "\n", encoding="utf-8")


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


# --- what the stages read -----------------------------------------------------------


def read_raw(path: str | Path, *, say: Say = print) -> list[Paper]:
    """Return papers without annotations, from anything that :mod:`kg.read` reads."""
    refusals: list[Refusal] = []
    papers = list(read_papers(path, on_refusal=refusals.append))
    if refusals:
        say(f"{path}: {len(refusals)} refused; the first: {refusals[0]}")
    return papers


def read_scirex(path: Path) -> list[Paper]:
    """Read SciREX mentions: sentences of words, put together to texts of a paper's length.

    ``Material`` becomes ``Dataset``.
    """
    return list(_joined([_scirex(line, f"{path}:{n}") for n, line in number_lines(path)]))


def _scirex(line: str, where: str) -> Paper:
    try:
        data = json.loads(line)
        text, mentions = _sentence(data["words"], data["mentions"])
        return Paper(data["doc_id"], "", text, mentions=mentions)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise ReadError(f"{where}: not SciREX mentions: {error!r}") from error


def _sentence(words: Sequence[str], spans: Sequence[Any]) -> tuple[str, tuple[Mention, ...]]:
    text, starts = "", []
    for word in words:
        glued = word in (",", ".", ";", ":", ")", "]", "%", "-") or text.endswith(("(", "[", "-"))
        text += "" if glued or not text else " "
        starts.append(len(text))
        text += word
    mentions = []
    for first, stop, kind in spans:
        start, end = starts[first], starts[stop - 1] + len(words[stop - 1])
        kind = "Dataset" if kind == "Material" else kind
        mentions.append(Mention("abstract", start, end, text[start:end], kind, "uses"))
    return text, tuple(mentions)


def _joined(sentences: Sequence[Paper], longest: int = 1500) -> Iterator[Paper]:
    """Yield texts of about ``longest`` characters, each of one document's sentences."""
    whole: Paper | None = None
    for sentence in sentences:
        if whole and (whole.id != sentence.id or len(whole.abstract) > longest):
            yield whole
            whole = None
        whole = sentence if whole is None else _append(whole, sentence)
    if whole:
        yield whole


def _append(whole: Paper, sentence: Paper) -> Paper:
    shift = len(whole.abstract) + 1
    moved = tuple(replace(m, start=m.start + shift, end=m.end + shift) for m in sentence.mentions)
    return replace(
        whole,
        abstract=f"{whole.abstract} {sentence.abstract}",
        mentions=(*whole.mentions, *moved),
    )
