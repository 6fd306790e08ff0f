"""Same thing, same concept: mentions become concepts, each with all its names.

Five steps that an engine can run apart: :mod:`keys <kg.link.keys>` (a map over
papers), :mod:`index <kg.link.index>` (a reduce per key),
:mod:`resolve <kg.link.resolve>`, :mod:`assign <kg.link.assign>` (a map) and
:mod:`concepts <kg.link.concepts>` (a reduce per concept).  The result depends on
the papers alone: not on their order, nor on what was built before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg.model import Concept, Paper


@dataclass(frozen=True, slots=True)
class Linked:
    """Papers, sorted by id, whose mentions carry concepts; the concepts, sorted; the counts.

    ``report`` counts what happened: ``mentions``, ``concepts``, ``merges`` and
    ``broader`` by reason, ``refused`` unions by guard, ``types_resolved``,
    ``homonyms``, ``corrections``, ``vocabularies``.
    """

    papers: tuple[Paper, ...]
    concepts: tuple[Concept, ...]
    report: dict[str, Any] = field(default_factory=dict)


def link_papers(
    papers: Iterable[Paper],
    *,
    corrections: str | Path | None = None,
    vocabularies: Sequence[str | Path] = (),
) -> Linked:
    """Link the mentions of ``papers``.

    Args:
        papers: extracted papers; what earlier linking left on them is ignored.
        corrections: the user's ``corrections.yaml`` (:mod:`kg.link.corrections`).
        vocabularies: SKOS or OWL files to match the concepts against.

    Returns:
        the papers with concept ids on their mentions.  Type and role of a mention
        stay the extractor's; the concept's type is resolved over all papers.
        A mention of a type outside the vocabulary stays without a concept.
        Corrections that fit nothing are listed in the report and logged.

    Raises:
        KGError: the corrections or a vocabulary cannot be used.
    """
    from kg.link.corrections import read_corrections
    from kg.link.linker import link

    entries = read_corrections(corrections) if corrections else ()
    return link(papers, entries, vocabularies)
