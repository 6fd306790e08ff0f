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
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kg.errors import UsageError
from kg.extract.learned import hash_folder
from kg.model import Paper
from kg.read import Refusal, read_papers
from kg.text import digest, fold
from kg.train import work_folder
from kg.train.doubts import Doubts
from kg.train.maker import Maker, Say, Silver, without
from kg.train.mpnet import find_parts
from kg.train.scirex import read_scirex
from kg.train.standoff import read_standoff
from kg.train.start import Start

#: Number of the recipe: a work folder of another one is not gone on with.
RECIPE = 9
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
LARGE_LAYERS, LARGE_ANEW_LAYERS = 10, 8
#: Raw papers that are labelled, and from which year on, at last.
SILVER, SILVER_LAST, SILVER_THIRD = 9000, 24_000, 20_000
SILVER_FOURTH, SILVER_FIFTH, SILVER_SIXTH, SILVER_TENTH = 12_000, 25_000, 8000, 6600
SINCE_FIFTH, SINCE_SIXTH = 2016, 2022
#: Labelled papers beside each annotated one in an epoch of later students, of the last ones.
RATIO_MANY, RATIO_FIFTH, RATIO_SIXTH, RATIO_SEVENTH = 2.0, 3.0, 0.25, 0.1


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
    held = {fold(paper.title) for paper in dev}
    known = read_standoff(standoff, extra) if standoff else []
    more = [paper for paper in known if fold(paper.title) not in held]
    texts = read_scirex(Path(pretrain)) if pretrain else []
    work = work_folder(out)
    inputs = {"papers": papers, "dev": dev, "raw": extra, "standoff": more, "pretrain": texts}
    choices = {"seed": seed, "quick": quick, "epochs": epochs, "recipe": RECIPE}
    keep_plan(work, {**inputs, **choices, "start": first and hash_folder(first.folder)})
    maker = Maker(
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
        maker.learn_spans(texts, SPANS)
    maker.learn_teacher("teacher", (epochs or TEACHER[0], TEACHER[1]))
    if extra:
        silver = _train_on_raw(maker, extra, dev, seed)
        if more:
            _train_on_standoff(maker, more, extra, dev, silver)
    maker.write(out, dev)


def _train_on_raw(maker: Maker, raw: Sequence[Paper], dev: Sequence[Paper], seed: int) -> Silver:
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
    maker.start_large(seed + 2, layers=LARGE_LAYERS)
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
    maker: Maker,
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
    maker.papers = annotated
    _train_large_anew(maker, more[:FIRST_NINTH], without(raw, more), dev)


def _train_large_anew(
    maker: Maker, more: Sequence[Paper], raw: Sequence[Paper], dev: Sequence[Paper]
) -> None:
    """Go through the stages of the last large network: it learns, labels ``raw`` and teaches."""
    maker.start_large(maker.seed + 3, layers=LARGE_ANEW_LAYERS)
    shown = maker.choose("large-fourth", more, MANY_LARGE)
    maker.learn_parts("large-fourth", shown, LARGE_FOURTH, shares=2)
    silver = maker.label(
        "silver-tenth", TEACHERS_TENTH, raw, dev, SILVER_TENTH, since=SINCE_SIXTH, doubted=True
    )
    maker.go_back("mean")
    shown = maker.choose("tenth", more, MANY_TENTH)
    maker.learn_parts("tenth", shown, TENTH, silver=silver)
    maker.average(*STAGES_AVERAGED_LAST)


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


def read_raw(path: str | Path, *, say: Say = print) -> list[Paper]:
    """Return papers without annotations, from anything that :mod:`kg.read` reads."""
    refusals: list[Refusal] = []
    papers = list(read_papers(path, on_refusal=refusals.append))
    if refusals:
        say(f"{path}: {len(refusals)} refused; the first: {refusals[0]}")
    return papers
