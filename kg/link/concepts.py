"""Step five, a reduce per node: the concepts with their types, labels, names and reasons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kg.link.clusters import Clusters, Union, key_of
from kg.link.index import EVIDENCE, Index, weight_of
from kg.link.keys import Names
from kg.link.labels import Form, find_common, pick_label, pick_long, pick_seed
from kg.link.resolve import Resolution
from kg.link.rules import group_of
from kg.model import Concept, Mention, Merge, Paper
from kg.names import concept_id, display, name_key
from kg.text import digest, squeeze


@dataclass(slots=True)
class Draft:
    """A concept being made: what all of its mentions say."""

    root: str
    papers: list[str] = field(default_factory=list)
    forms: dict[str, Form] = field(default_factory=dict)
    types: dict[str, float] = field(default_factory=dict)
    introduced_by: list[str] = field(default_factory=list)
    seed: tuple[tuple[int, str], dict[str, int]] | None = None

    def type(self) -> str:
        """Return the kind with the most evidence, and of its types the one with the most.

        Papers that call a thing a data set and papers that call it a benchmark agree that
        it is a resource.  Ties go to the first in alphabetical order.
        """
        kinds: dict[str, float] = defaultdict(float)
        for name, weight in sorted(self.types.items()):
            kinds[group_of(name)] += weight
        kind = min(kinds, key=lambda name: (-round(kinds[name], 6), name))
        own = [name for name in self.types if group_of(name) == kind]
        return min(own, key=lambda name: (-round(self.types[name], 6), name))


@dataclass(slots=True)
class Overrides:
    """What the user says of concepts, by root: label, type, names that no paper uses."""

    labels: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, list[str]] = field(default_factory=dict)

    def type(self, draft: Draft) -> str:
        """Return the type of a concept: the user's word, else that of its mentions."""
        return self.types.get(draft.root) or draft.type()


def draft_concepts(
    names: Iterable[Names], nodes: Iterable[tuple[str, ...]], clusters: Clusters
) -> dict[str, Draft]:
    """Return root -> draft, gathered paper by paper in the order of ``names``."""
    drafts: dict[str, Draft] = {}
    for found, of_paper in zip(names, nodes, strict=True):
        here: dict[str, list[tuple[Mention, str]]] = {}
        for mention, key, node in zip(found.paper.mentions, found.keys, of_paper, strict=True):
            if node:
                here.setdefault(clusters.root(node), []).append((mention, key))
        for root, mentions in here.items():
            _add_paper(drafts.setdefault(root, Draft(root)), found.paper, mentions)
    return drafts


def _add_paper(draft: Draft, paper: Paper, here: list[tuple[Mention, str]]) -> None:
    draft.papers.append(paper.id)
    counts: dict[str, int] = defaultdict(int)
    weights: dict[str, float] = {}
    for mention, key in here:
        form = squeeze(mention.text)
        counts[form] += 1
        known = draft.forms.setdefault(form, Form(form, key))
        known.add(paper.id, mention.field)
        weights[mention.type] = max(weights.get(mention.type, 0.0), weight_of(mention))
    for type, weight in weights.items():
        draft.types[type] = draft.types.get(type, 0.0) + weight
    if any(mention.role == "introduces" for mention, _ in here):
        draft.introduced_by.append(paper.id)
    age = _age(paper)
    if draft.seed is None or age < draft.seed[0]:
        draft.seed = (age, dict(counts))


def _age(paper: Paper) -> tuple[int, str]:
    """Order papers by year, then id: an id is taken from the oldest paper of a concept.

    Papers that are added later are mostly newer, so ids mostly stay put.
    """
    return (paper.year or 9999, paper.id)


def name_drafts(
    drafts: dict[str, Draft], overrides: Overrides, heads: Mapping[str, str]
) -> dict[str, str]:
    """Return root -> concept id; of two that would share one, the older keeps it plain.

    ``heads`` maps the keys of names with a generic head, which make no ids.
    """
    wanted: dict[str, list[Draft]] = defaultdict(list)
    for root in sorted(drafts):
        draft = drafts[root]
        id = concept_id(overrides.type(draft), _seed_name(draft, heads))
        wanted[id].append(draft)
    ids = {}
    for id, same in sorted(wanted.items()):
        same.sort(key=lambda d: (d.seed and d.seed[0], d.root))
        for rank, draft in enumerate(same):
            ids[draft.root] = id if rank == 0 else f"{id}-{digest(_identity(draft, heads), 8)}"
    return ids


def _seed_name(draft: Draft, heads: Mapping[str, str]) -> str:
    """Return the name from the oldest paper that the id is made of."""
    counts = draft.seed[1] if draft.seed else {draft.root: 1}
    bare = {form: count for form, count in counts.items() if name_key(form) not in heads}
    return pick_seed(bare or counts)


def _identity(draft: Draft, heads: Mapping[str, str]) -> str:
    """Return what tells a homonym from the others: its oldest paper and the name it has there."""
    age = draft.seed[0] if draft.seed else (0, "")
    return f"{age[1]}|{name_key(_seed_name(draft, heads))}"


def build_concepts(
    drafts: dict[str, Draft],
    ids: dict[str, str],
    resolution: Resolution,
    index: Index,
    overrides: Overrides,
) -> list[Concept]:
    """Return the concepts, sorted by id, without hierarchy and external matches."""
    unions: dict[str, list[Union]] = defaultdict(list)
    for union in resolution.clusters.unions:
        unions[resolution.clusters.root(union.left)].append(union)
    usual = _labels(drafts, resolution, index, overrides)
    concepts = [
        _build(draft, ids[root], usual[root], unions.get(root, []), resolution, index, overrides)
        for root, draft in drafts.items()
    ]
    return sorted(concepts)


def _labels(
    drafts: dict[str, Draft], resolution: Resolution, index: Index, overrides: Overrides
) -> dict[str, str]:
    """Return root -> label; of several with one, all but the most used go by their long form."""
    common = find_common(index.forms.values())
    labels, same = {}, defaultdict(list)
    for root, draft in drafts.items():
        type = overrides.type(draft)
        label = pick_label(_nameable(draft, type, resolution.heads), type, common)
        labels[root] = display(label)
        same[labels[root].casefold()].append(root)
    for roots in same.values():
        for root in sorted(roots, key=lambda root: (-len(drafts[root].papers), root))[1:]:
            long = pick_long(drafts[root].forms.values(), overrides.type(drafts[root]), common)
            labels[root] = display(long) if long else labels[root]
    return labels


def _build(
    draft: Draft,
    id: str,
    usual: str,
    unions: list[Union],
    resolution: Resolution,
    index: Index,
    overrides: Overrides,
) -> Concept:
    type = overrides.type(draft)
    label = overrides.labels.get(draft.root, usual)
    spelled = _unmentioned(draft, unions, index)
    merges = [*_merges(draft, usual, unions, spelled, resolution)]
    said = ({label} if draft.root in overrides.labels else set()) | {
        *overrides.aliases.get(draft.root, ())
    }
    own = said - draft.forms.keys()
    merges = [m for m in merges if m.name not in own]
    merges += [Merge(name, "correction", 1.0) for name in own]
    return Concept(
        id,
        type,
        label,
        aliases=tuple(sorted({*draft.forms, *spelled, *own} - {label})),
        papers=len(draft.papers),
        introduced_by=tuple(sorted(draft.introduced_by)),
        merges=tuple(sorted(merges)),
    )


def _nameable(draft: Draft, type: str, heads: Mapping[str, str]) -> list[Form]:
    """Return the forms that may be the label: a task is no "parsing task" if it is "parsing"."""
    forms = list(draft.forms.values())
    bare = [form for form in forms if form.key not in heads]
    return bare if bare and type in ("Task", "Metric") else forms


def _unmentioned(draft: Draft, unions: list[Union], index: Index) -> dict[str, Union]:
    """Return long forms that papers define but the extractor did not mark: names all the same."""
    known = {form.key for form in draft.forms.values()}
    found: dict[str, Union] = {}
    for union in unions:
        evidence = index.senses.get(key_of(union.left), {}).get(union.right)
        if evidence and evidence.stated and union.right not in known:
            found.setdefault(squeeze(evidence.long_text), union)
    return found


def _merges(
    draft: Draft,
    label: str,
    unions: list[Union],
    spelled: dict[str, Union],
    resolution: Resolution,
) -> Iterable[Merge]:
    reasons, heads = _reasons(unions), resolution.heads
    main = name_key(label)
    for text, union in spelled.items():
        yield Merge(text, union.reason, union.score, union.papers)
    for form in draft.forms.values():
        if form.text == label:
            continue
        papers = tuple(sorted(form.papers)[:EVIDENCE])
        why = reasons.get(form.key)
        if form.key == main:
            yield Merge(form.text, "spelling", 1.0, papers)
        elif heads.get(form.key, form.key) == heads.get(main, main):
            yield Merge(form.text, "generic head", 0.95, papers)
        elif why:
            yield Merge(form.text, why.reason, why.score, why.papers or papers)
        elif form.key in heads:
            yield Merge(form.text, "generic head", 0.95, papers)
        else:
            yield Merge(form.text, "company", 0.8, papers)


def _reasons(unions: list[Union]) -> dict[str, Union]:
    """Return key -> the best union that names it, on either side."""
    best: dict[str, Union] = {}
    for union in sorted(unions, key=lambda u: (-u.score, u)):
        for node in (union.right, union.left):
            best.setdefault(key_of(node), union)
    return best
