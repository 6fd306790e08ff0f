"""The merge report: which names became one, why, and the sentences that say so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kg.model import FIELDS, Concept, Merge, Paper
from kg.names import name_key
from kg.text import sentence_at, squeeze

#: Sentences shown for a merge: enough to judge it.
SENTENCES = 2


@dataclass(frozen=True, slots=True)
class Merged:
    """One name of a concept, why it belongs there, and the words behind it.

    ``evidence`` holds (paper id, sentence) pairs, at most :data:`SENTENCES`.
    """

    concept: str
    label: str
    type: str
    name: str
    reason: str
    score: float
    papers: tuple[str, ...]
    evidence: tuple[tuple[str, str], ...]


def find_merges(
    papers: Iterable[Paper],
    concepts: Iterable[Concept],
    *,
    concept: str | None = None,
    reason: str | None = None,
) -> Iterator[Merged]:
    """Yield the merges of ``concepts``, in their order, with evidence from ``papers``.

    Args:
        concept: only of the concepts with this id or any spelling of this name.
        reason: only for this reason.
    """
    by_id = {paper.id: paper for paper in papers}
    for found in concepts:
        if concept is None or _is_meant(found, concept):
            for merge in found.merges:
                if reason is None or merge.reason == reason:
                    yield _merged(found, merge, by_id)


def _is_meant(concept: Concept, name: str) -> bool:
    key = name_key(name)
    return concept.id == name or any(
        name_key(known) == key for known in (concept.label, *concept.aliases)
    )


def _merged(concept: Concept, merge: Merge, by_id: dict[str, Paper]) -> Merged:
    found = [
        (id, sentence)
        for id in merge.papers
        if id in by_id and (sentence := _sentence(by_id[id], concept, merge.name))
    ]
    return Merged(
        concept.id,
        concept.label,
        concept.type,
        merge.name,
        merge.reason,
        merge.score,
        merge.papers,
        tuple(found[:SENTENCES]),
    )


def _sentence(paper: Paper, concept: Concept, name: str) -> str:
    """Return the sentence with ``name`` in it, if possible one with another name as well."""
    others = [known for known in (concept.label, *concept.aliases) if known != name]
    sentences = [
        sentence
        for field in reversed(FIELDS)
        for start in _places(paper.text(field), name)
        if (sentence := squeeze(sentence_at(paper.text(field), start, start + len(name))))
    ]
    both = [s for s in sentences if any(other in s.replace(name, "") for other in others)]
    return (both or sentences or [""])[0]


def _places(text: str, name: str) -> Iterator[int]:
    start = text.find(name)
    while start >= 0:
        yield start
        start = text.find(name, start + 1)
