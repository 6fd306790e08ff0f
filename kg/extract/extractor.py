"""Papers in, papers with mentions and links out: the model, the rules, the links, in order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from kg.extract import registry
from kg.extract.confidence import calibrate
from kg.extract.encoder import Watch
from kg.extract.language import find_language
from kg.extract.learned import VERSION, Learned
from kg.extract.markup import mend
from kg.extract.merge import (
    find_key,
    find_reported,
    introduce_variants,
    merge_mentions,
    pool_evidence,
    unify_roles,
    unify_types,
)
from kg.extract.pieces import PieceTokenizer
from kg.extract.tidy import tidy
from kg.model import Mention, Paper

#: Papers in flight between the reader and the writer.
BATCH = 32


class Extractor:
    """A model with the chosen rules; made by :func:`kg.extract.load_extractor`.

    What it finds in a paper depends on that paper alone: not on its neighbours,
    their order, the batch size or the number of threads.
    """

    def __init__(
        self,
        folder: Path,
        *,
        extractors: str | Iterable[str] | None = None,
        beside: Iterable[Path] = (),
    ) -> None:
        self._learns, self._rules = registry.choose(extractors)
        self._model = Learned(folder, beside)

    @property
    def tokenizer(self) -> PieceTokenizer:
        """The pieces that an encoder reads."""
        return self._model.encoder.tokenizer

    def watch(self, watch: Watch) -> None:
        """Have an encoder tell of every window that it reads."""
        self._model.encoder.watch = watch

    def extract(
        self, papers: Iterable[Paper], *, batch_size: int = BATCH, workers: int | None = None
    ) -> Iterator[Paper]:
        """Yield the papers in order, with mentions, links and language.

        Args:
            papers: read as they are needed, so that any number of them streams through.
            batch_size: papers in flight at once.
            workers: threads; None for one per core.
        """
        threads = (workers or _cores()) if self._model.threads else 1
        if threads == 1:
            yield from map(self.extract_one, papers)
            return
        with ThreadPoolExecutor(threads) as pool:
            yield from _in_order(pool, self.extract_one, papers, max(batch_size, threads))

    def extract_one(self, paper: Paper) -> Paper:
        """Return one paper with its mentions, links and language."""
        from kg.extract.links import find_links

        links = find_links(paper)
        mentions = _outside(self.find_mentions(paper), links)
        return paper.with_extraction(mentions, links, find_language(paper.abstract))

    def find_mentions(self, paper: Paper) -> tuple[Mention, ...]:
        """Return the paper's mentions, sorted, without overlaps, confidence calibrated."""
        return calibrate(self.find_uncalibrated(paper), self._model.calibration.get("lines", {}))

    def find_uncalibrated(self, paper: Paper) -> tuple[Mention, ...]:
        """Return the mentions with the model's own probabilities: what calibration is fitted on."""
        bare = replace(paper, mentions=(), links=())
        key = find_key(bare)
        learned = tidy(mend(self._model.find(bare, key), bare)) if self._learns else ()
        found = unify_types(learned, key)
        for rule in self._rules:
            found = unify_types(merge_mentions(found, self._apply(rule, bare, found)), key)
        if not self._learns:
            return found
        pooled = pool_evidence(unify_roles(introduce_variants(found), key), registry.LEARNED, key)
        return find_reported(pooled, key)

    def _apply(
        self, rule: registry.Rule, paper: Paper, known: tuple[Mention, ...]
    ) -> Iterator[Mention]:
        """Yield what a rule finds; beside a model only what that has a type for."""
        types = self._model.types if self._learns else frozenset()
        return (m for m in rule.find(paper, known) if not types or m.type in types)

    def info(self) -> dict[str, Any]:
        """Return what a manifest needs: the model's name, version and hash, the extractors."""
        versions = {rule.name: rule.version for rule in self._rules}
        if self._learns:
            versions = {registry.LEARNED: VERSION, **versions}
        return {**self._model.info(), "extractors": versions}


def _outside(mentions: Iterable[Mention], links: Iterable[Any]) -> tuple[Mention, ...]:
    """Return the mentions that touch no link: names inside a URL are not mentions."""
    held = {(link.field, at) for link in links for at in range(link.start, link.end)}
    return tuple(
        m for m in mentions if not any((m.field, at) in held for at in range(m.start, m.end))
    )


def _in_order(
    pool: ThreadPoolExecutor,
    function: Callable[[Paper], Paper],
    papers: Iterable[Paper],
    ahead: int,
) -> Iterator[Paper]:
    """Yield ``function`` of every paper in order, with at most ``ahead`` of them in the pool."""
    waiting: deque[Future[Paper]] = deque()
    for paper in papers:
        waiting.append(pool.submit(function, paper))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
