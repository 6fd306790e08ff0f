"""Same thing, same concept: mentions become concepts, each with all its names.

Five steps that an engine can run apart: :mod:`keys <kg.link.keys>` (a map over
papers), :mod:`index <kg.link.index>` (a reduce per key),
:mod:`resolve <kg.link.resolve>`, :mod:`assign <kg.link.assign>` (a map) and
:mod:`concepts <kg.link.concepts>` (a reduce per concept).  The result depends on
the papers alone: not on their order, nor on what was built before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kg.model import Concept, ConceptType, Mention, Paper

_TYPES = frozenset(ConceptType)


@dataclass(frozen=True, slots=True)
class Linked:
    """Papers, sorted by id, whose mentions carry concepts; the concepts, sorted; the counts."""

    papers: tuple[Paper, ...]
    concepts: tuple[Concept, ...]
    report: dict[str, Any] = field(default_factory=dict)


def link_papers(
    papers: Iterable[Paper],
    *,
    corrections: str | None = None,
    vocabularies: Sequence[str] = (),
) -> Linked:
    """Link the mentions of ``papers``.

    Args:
        papers: extracted papers; what earlier linking left on them is ignored.
        corrections: the user's ``corrections.yaml``.
        vocabularies: SKOS or OWL files to match the concepts against.

    Returns:
        the papers with concept ids on their mentions.  Type and role of a mention
        stay the extractor's; the concept's type is resolved over all papers.
        A mention of a type outside the vocabulary stays without a concept.

    Raises:
        KGError: the corrections or a vocabulary cannot be used.
    """
    from kg.link.assign import assign
    from kg.link.concepts import build_concepts, draft_concepts, name_drafts
    from kg.link.index import merge_names
    from kg.link.keys import find_names
    from kg.link.resolve import add_profiles, resolve

    ordered = sorted(papers, key=lambda paper: paper.id)
    names = [find_names(_linkable(paper)) for paper in ordered]
    index = merge_names(names)
    resolution = resolve(index)
    add_profiles(resolution, names)
    nodes = [assign(found, resolution) for found in names]
    drafts = draft_concepts(names, nodes, resolution.clusters)
    ids = name_drafts(drafts)
    concepts = build_concepts(drafts, ids, resolution, index)
    root = resolution.clusters.root
    linked = tuple(
        _with_concepts(paper, [ids[root(node)] for node in of_paper])
        for paper, of_paper in zip(ordered, nodes, strict=True)
    )
    return Linked(linked, tuple(concepts), {})


def _linkable(paper: Paper) -> Paper:
    kept = tuple(m for m in paper.mentions if m.type in _TYPES)
    return paper if len(kept) == len(paper.mentions) else replace(paper, mentions=kept)


def _with_concepts(paper: Paper, ids: list[str]) -> Paper:
    left = iter(ids)
    return replace(paper, mentions=tuple(_with_concept(m, left) for m in paper.mentions))


def _with_concept(mention: Mention, ids: Any) -> Mention:
    return replace(mention, concept=next(ids) if mention.type in _TYPES else None)
