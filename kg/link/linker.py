"""All steps of linking in one process, with the user's corrections and vocabularies."""

from __future__ import annotations

import gc
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kg.link import Linked
from kg.link.assign import assign
from kg.link.clusters import Clusters
from kg.link.concepts import Draft, Overrides, build_concepts, draft_concepts, name_drafts
from kg.link.corrections import Entry
from kg.link.hierarchy import add_hierarchy
from kg.link.index import Index, merge_names
from kg.link.keys import Names, find_names
from kg.link.plan import Lookup, Plan, edit_papers, make_plan
from kg.link.resolve import Resolution, add_profiles, resolve
from kg.link.vocabulary import match_vocabulary
from kg.model import Concept, ConceptType, Mention, Paper

log = logging.getLogger("kg.link")

_TYPES = frozenset(ConceptType)


@dataclass(slots=True)
class Pass:
    """One linking of all papers: what every mention and every concept came to."""

    resolution: Resolution
    nodes: list[tuple[str, ...]]
    drafts: dict[str, Draft]
    ids: dict[str, str]
    concepts: list[Concept]

    def id(self, node: str) -> str | None:
        """Return the id of the concept that ``node`` belongs to, if any mention does."""
        return self.ids.get(self.resolution.clusters.root(node))


def link(
    papers: Iterable[Paper], entries: Sequence[Entry], vocabularies: Sequence[str | Path]
) -> Linked:
    """Link ``papers`` (see :func:`kg.link.link_papers`).

    Corrections speak of concepts, so where there are any the papers are linked
    twice: once to learn what the user's names mean, once to obey.
    """
    with _uncollected():
        return _link(papers, entries, vocabularies)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Pause the cycle collector: millions of objects and no cycles; saves a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _link(
    papers: Iterable[Paper], entries: Sequence[Entry], vocabularies: Sequence[str | Path]
) -> Linked:
    ordered, changed, unmatched = edit_papers(sorted(papers, key=lambda p: p.id), entries)
    names = [find_names(_linkable(paper)) for paper in ordered]
    index = merge_names(names)
    plan = Plan()
    done = _pass(names, index, plan)
    if any(not entry.paper or entry.action == "means" for entry in entries):
        lookup = Lookup(done.concepts, done.ids, done.resolution.clusters)
        plan = make_plan(entries, lookup)
        done = _pass(names, index, plan)
    plan.unmatched = sorted({*unmatched, *plan.unmatched})
    for message in plan.unmatched:
        log.warning("%s", message)
    concepts = _with_hierarchy(done, names, plan)
    matches = []
    for path in vocabularies:
        concepts, counts = match_vocabulary(concepts, path)
        matches.append(counts)
    linked = tuple(_with_ids(p, done, of) for p, of in zip(ordered, done.nodes, strict=True))
    changed += [p.id for p, new in zip(ordered, linked, strict=True) if _lost(p, new)]
    report = _report(done, index, concepts, linked)
    report["corrections"] = _corrections_report(entries, plan, changed)
    report["vocabularies"] = matches
    return Linked(linked, tuple(concepts), report)


def _pass(names: list[Names], index: Index, plan: Plan) -> Pass:
    resolution = resolve(index, plan.clusters())
    resolution.forms, resolution.means = plan.forms, plan.means
    add_profiles(resolution, names)
    root = resolution.clusters.root
    dropped = {root(node) for node in plan.dropped}
    assigned = (assign(found, resolution) for found in names)
    nodes = [tuple("" if root(n) in dropped else n for n in of_paper) for of_paper in assigned]
    drafts = draft_concepts(names, nodes, resolution.clusters)
    overrides = _overrides(plan, resolution.clusters)
    ids = name_drafts(drafts, overrides, resolution.heads)
    concepts = build_concepts(drafts, ids, resolution, index, overrides)
    return Pass(resolution, nodes, drafts, ids, concepts)


def _overrides(plan: Plan, clusters: Clusters) -> Overrides:
    overrides = Overrides(
        {clusters.root(node): label for node, label in plan.labels.items()},
        {clusters.root(node): type for node, type in plan.types.items()},
    )
    for node, alias in plan.aliases:
        overrides.aliases.setdefault(clusters.root(node), []).append(alias)
    return overrides


def _with_hierarchy(done: Pass, names: list[Names], plan: Plan) -> list[Concept]:
    def steps(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        found = [(done.id(narrow), done.id(broad)) for narrow, broad in pairs]
        return sorted((n, b) for n, b in found if n and b and n != b)

    return add_hierarchy(
        done.concepts,
        _stated_steps(done, names),
        own=steps(plan.broader),
        denied=steps(plan.denied),
    )


def _stated_steps(done: Pass, names: list[Names]) -> dict[tuple[str, str], list[str]]:
    """Return (narrow id, broad id) -> papers whose hyponym patterns say so."""
    steps: dict[tuple[str, str], list[str]] = {}
    for found, of_paper in zip(names, done.nodes, strict=True):
        if found.narrower:
            here = dict(zip(found.keys, of_paper, strict=True))
            pairs = {(done.id(here[n]), done.id(here[b])) for n, b in found.narrower}
            for narrow, broad in sorted((n, b) for n, b in pairs if n and b):
                steps.setdefault((narrow, broad), []).append(found.paper.id)
    return steps


def _linkable(paper: Paper) -> Paper:
    """Return ``paper`` with the mentions whose type the vocabulary has."""
    kept = tuple(m for m in paper.mentions if m.type in _TYPES)
    return paper if len(kept) == len(paper.mentions) else replace(paper, mentions=kept)


def _with_ids(paper: Paper, done: Pass, nodes: tuple[str, ...]) -> Paper:
    """Return ``paper`` with concepts on its mentions; dropped concepts' mentions go."""
    left = iter(nodes)
    mentions = []
    for mention in paper.mentions:
        node = next(left) if mention.type in _TYPES else None
        if node != "":
            mentions.append(_with_id(mention, done.id(node) if node else None))
    return replace(paper, mentions=tuple(mentions))


def _with_id(m: Mention, id: str | None) -> Mention:
    """Return the mention with its concept; ten times as fast as ``dataclasses.replace``."""
    return Mention(m.field, m.start, m.end, m.text, m.type, m.role, m.confidence, m.extractor, id)


def _lost(before: Paper, after: Paper) -> bool:
    return len(before.mentions) != len(after.mentions)


def _report(
    done: Pass, index: Index, concepts: list[Concept], papers: Sequence[Paper]
) -> dict[str, Any]:
    """Return what happened, as counts."""
    mentions = [mention for paper in papers for mention in paper.mentions]
    return {
        "mentions": len(mentions),
        "unlinked": sum(mention.concept is None for mention in mentions),
        "names": sum(len(forms) for forms in index.forms.values()),
        "keys": len(index.forms),
        "concepts": len(concepts),
        "merges": _counted(m.reason for c in concepts for m in c.merges),
        "refused": dict(sorted(done.resolution.clusters.refused.items())),
        "homonyms": sum(len(senses) > 1 for senses in done.resolution.senses.values()),
        "types_resolved": sum(len(draft.types) > 1 for draft in done.drafts.values()),
        "kinds_split": sum(len(kinds) for kinds in done.resolution.kinds.values()),
        "mentions_of_other_type": _other_type(concepts, papers),
        "broader": _counted(b.reason for c in concepts for b in c.broader_why),
    }


def _counted(reasons: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(reasons).items()))


def _other_type(concepts: list[Concept], papers: Sequence[Paper]) -> int:
    """Return how many mentions were extracted with another type than their concept's."""
    types = {concept.id: concept.type for concept in concepts}
    return sum(
        types.get(m.concept or "", m.type) != m.type for paper in papers for m in paper.mentions
    )


def _corrections_report(
    entries: Sequence[Entry], plan: Plan, changed: Iterable[str]
) -> dict[str, Any]:
    """Return counts; ``changed_papers`` are those whose mentions are not as extracted."""
    return {
        "entries": len(entries),
        "unmatched": plan.unmatched,
        "changed_papers": sorted(set(changed)),
    }
