"""From annotated papers to an extractor: two recipes, one result, a spaCy pipeline.

``cnn`` needs nothing but spaCy and minutes; ``encoder`` needs the extra
``paperkg[train]`` (torch) and makes models like the shipped one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from kg.errors import MissingExtraError, UsageError
from kg.model import Mention, Paper
from kg.text import counted

RECIPES = ("auto", "cnn", "encoder")


def train(
    train_path: str | Path,
    dev_path: str | Path,
    out: str | Path,
    *,
    recipe: str = "auto",
    name: str | None = None,
    model_version: str = "1.0.0",
    seed: int = 0,
    quick: bool = False,
    steps: int | None = None,
    pretrain: str | Path | None = None,
    raw: str | Path | None = None,
    standoff: str | Path | None = None,
    start: str | Path | None = None,
    say: Callable[[str], object] = print,
) -> Path:
    """Train an extractor; ``load_extractor(out)`` uses it.

    Args:
        train_path, dev_path: annotated papers: JSON Lines, SciER's form, or .spacy.
        out: folder to write; must not exist or be empty.  An encoder keeps its unfinished
            stages beside it, in ``OUT.work``, and goes on from there when called again.
        recipe: "cnn", "encoder", or "auto": the encoder where torch is installed.
        name: the model's name; the folder's by default.
        model_version: the model's version, for its manifest and those of the graphs it makes.
        seed: the same seed, data and machine give the same model.
        quick: few steps or epochs, to see that everything works.
        steps: steps (cnn) or epochs of the first teacher (encoder) instead of the recipe's own.
        pretrain: annotated text of another span policy to start from (encoder).
        raw: papers without annotations, for self-training (encoder).
        standoff: annotations of papers in ``raw`` that carry no texts (encoder).
        start: a trained encoder to start from instead of bare MiniLM: a folder that
            an earlier run wrote, or the shipped model's name, ``ai-abstracts`` (encoder).
        say: takes a line on progress.

    Raises:
        UsageError: an unknown recipe, or ``out`` is taken.
        ReadError: a file is not annotated papers; names the line.
    """
    from kg.gold import read_gold

    target = Path(out)
    if recipe not in RECIPES:
        raise UsageError(f"recipe {recipe!r}: expected one of {', '.join(RECIPES)}")
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise UsageError(f"{target}: exists and is not an empty folder; give a new one")
    extras: dict[str, Any] = {
        "pretrain": pretrain,
        "raw": raw,
        "standoff": standoff,
        "start": start,
    }
    if recipe != "cnn" and standoff and not raw:
        raise UsageError("--standoff holds no texts: give the --raw corpus that has them")
    chosen = _choose(recipe, [name for name, value in extras.items() if value])
    papers, dev = read_gold(train_path), read_gold(dev_path)
    _check_labels(papers, dev, str(dev_path))
    papers = _without_overlaps(papers, say)
    target.parent.mkdir(parents=True, exist_ok=True)
    common: dict[str, Any] = {"name": name or target.name, "version": model_version}
    common |= {"seed": seed, "say": say}
    if chosen == "cnn":
        from kg.train import cnn

        cnn.train_cnn(
            papers, dev, target, steps=steps or (cnn.QUICK if quick else cnn.STEPS), **common
        )
    else:
        from kg.train.encoder import train_encoder

        train_encoder(papers, dev, target, quick=quick, epochs=steps, **extras, **common)
    return target


def work_folder(out: Path) -> Path:
    """Return the folder beside ``out`` where an encoder keeps its finished stages."""
    return out.with_name(out.name + ".work")


def _choose(recipe: str, given: Sequence[str]) -> str:
    """Return "cnn" or "encoder"; raise if options ``given`` or packages do not go with it."""
    if recipe == "auto":
        recipe = "encoder" if given or find_spec("torch") else "cnn"
    if recipe == "cnn" and given:
        raise UsageError(f"--{given[0]} is for the encoder: --recipe encoder")
    if recipe == "encoder":
        _need_extra()
    return recipe


def _without_overlaps(papers: Sequence[Paper], say: Callable[[str], object]) -> list[Paper]:
    """Return the papers with mentions that do not overlap, the longest of those that do."""
    kept = [replace(paper, mentions=tuple(_longest(paper.mentions))) for paper in papers]
    lost = sum(len(p.mentions) for p in papers) - sum(len(p.mentions) for p in kept)
    if lost:
        verbs = ("overlaps", "is") if lost == 1 else ("overlap", "are")
        say(f"{counted(lost, 'mention')} {verbs[0]} a longer one and {verbs[1]} not learned from")
    return kept


def _longest(mentions: Sequence[Mention]) -> list[Mention]:
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda m: (m.start - m.end, m)):
        if not any(mention.overlaps(other) for other in kept):
            kept.append(mention)
    return sorted(kept)


def _need_extra() -> None:
    for package in ("torch", "onnx"):
        if not find_spec(package):
            raise MissingExtraError(package, "train", "training an encoder")


def _check_labels(papers: Sequence[Paper], dev: Sequence[Paper], where: str) -> None:
    """Raise where there is nothing to learn, or dev asks for labels that train never shows."""
    known = {m.type for paper in papers for m in paper.mentions}
    if not known:
        raise UsageError("the training papers hold no mention: nothing to learn")
    wanted = {m.type for paper in dev for m in paper.mentions}
    if not wanted:
        raise UsageError(f"{where}: holds no mention: nothing to choose by")
    strange = sorted(wanted - known)
    if strange:
        raise UsageError(f"{where}: type {strange[0]!r} is in no training paper ({sorted(known)})")
