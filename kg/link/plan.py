"""Corrections brought to bear: names looked up, then unions, guards and overrides made of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kg.link.clusters import SPLIT, Clusters, Union, key_of
from kg.link.corrections import Entry
from kg.model import Concept, Mention, Paper
from kg.names import name_key
from kg.nearest import nearest_hint

#: Unknown names answered with the nearest ones: looking for them takes its time.
_NEAREST = 50


@dataclass(slots=True)
class Plan:
    """What the user's entries mean in this corpus, in terms of nodes.

    ``unmatched`` holds a message for every entry, or part of one, without effect.
    """

    unions: list[Union] = field(default_factory=list)
    apart: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    forms: dict[str, str] = field(default_factory=dict)
    means: dict[tuple[str, str], str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    aliases: list[tuple[str, str]] = field(default_factory=list)
    broader: list[tuple[str, str]] = field(default_factory=list)
    denied: list[tuple[str, str]] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)

    def clusters(self) -> Clusters:
        """Return fresh clusters that hold the user's unions and separations."""
        made = Clusters(apart={node: set(others) for node, others in self.apart.items()})
        for union in self.unions:
            made.join(union, forced=True)
        return made


class Lookup:
    """Finds the concept that a user's name means, in a linking made without corrections."""

    def __init__(
        self, concepts: Iterable[Concept], ids: Mapping[str, str], clusters: Clusters
    ) -> None:
        self.concepts = {concept.id: concept for concept in concepts}
        self.roots = {id: root for root, id in ids.items()}
        self.clusters = clusters
        self.by_key: dict[str, set[str]] = defaultdict(set)
        for concept in self.concepts.values():
            for name in (concept.label, *concept.aliases):
                self.by_key[name_key(name)].add(concept.id)

    def ids(self, name: str) -> list[str]:
        """Return the ids of the concepts called ``name`` (or with that id), sorted.

        An id of another type finds its concept, too: retyping moves ids.
        """
        if name in self.concepts:
            return [name]
        found = sorted(self.by_key.get(name_key(name), ()))
        if not found and "/" in name:
            tail = name.split("/", 1)[1]
            found = sorted(id for id in self.concepts if id.split("/", 1)[1] == tail)
        return found

    def node(self, id: str, name: str) -> str:
        """Return a node of concept ``id``, the one that ``name`` is if it can be."""
        root, key = self.roots[id], name_key(name)
        return key if key in self.clusters.of(root) else root

    def nodes(self, id: str, name: str) -> list[str]:
        """Return all nodes of concept ``id`` that ``name`` stands for."""
        key = name_key(name)
        found = [node for node in self.clusters.of(self.roots[id]) if key_of(node) == key]
        return sorted({*found, key}) if name != id else sorted(self.clusters.of(self.roots[id]))

    def nearest(self, name: str) -> str:
        """Return the nearest names, quoted, as the tail of a message."""
        return nearest_hint(
            name, (n for c in self.concepts.values() for n in (c.label, *c.aliases))
        )


def make_plan(entries: Sequence[Entry], lookup: Lookup) -> Plan:
    """Return the plan of all ``entries``; of those for single papers only "means" needs one."""
    plan = Plan()
    for entry in entries:
        if entry.paper and entry.action != "means":
            continue
        if entry.action == "merge":
            _merge(entry, lookup, plan)
        elif entry.action == "keep-apart":
            _keep_apart(entry, lookup, plan)
        else:
            _single(entry, lookup, plan)
    return plan


def _find(name: str, entry: Entry, lookup: Lookup, plan: Plan) -> str | None:
    """Return the id of the one concept called ``name``; else say why there is none."""
    ids = lookup.ids(name)
    if len(ids) == 1:
        return ids[0]
    if not ids:
        nearest = lookup.nearest(name) if len(plan.unmatched) < _NEAREST else ""
        message = f"no concept is called {name!r}{nearest}"
    else:
        message = f"{name!r} names {len(ids)} concepts, say which by its id: {', '.join(ids)}"
    plan.unmatched.append(f"{entry.place}: {entry.action}: {message}")
    return None


def _merge(entry: Entry, lookup: Lookup, plan: Plan) -> None:
    found = [(name, _find(name, entry, lookup, plan)) for name in entry.names]
    nodes = [lookup.node(id, name) for name, id in found if id]
    for other in nodes[1:]:
        plan.unions.append(Union(nodes[0], other, "correction", 1.0))


def _keep_apart(entry: Entry, lookup: Lookup, plan: Plan) -> None:
    sides: list[list[str]] = []
    seen: dict[str, str] = {}
    for name in entry.names:
        id = _find(name, entry, lookup, plan)
        if id is None:
            continue
        key = name_key(name)
        if key in seen:
            plan.forms[name] = key + SPLIT + "form" + name
            sides.append([plan.forms[name]])
        else:
            sides.append(lookup.nodes(id, name))
        seen[key] = name
    for i, ours in enumerate(sides):
        for theirs in sides[i + 1 :]:
            for node in ours:
                plan.apart[node].update(theirs)
            for node in theirs:
                plan.apart[node].update(ours)


def _single(entry: Entry, lookup: Lookup, plan: Plan) -> None:
    """Add an entry about one concept to the plan."""
    name = entry.names[0]
    target = entry.value if entry.action == "means" else name
    id = _find(target, entry, lookup, plan)
    if id is None:
        return
    node = lookup.node(id, target)
    if entry.action == "means":
        plan.means[entry.paper, name_key(name)] = node
    elif entry.action == "rename":
        plan.labels[node] = entry.value
    elif entry.action == "retype":
        plan.types[node] = entry.value
    elif entry.action == "drop":
        plan.dropped.append(node)
    elif entry.action == "alias":
        _alias(entry, id, node, lookup, plan)
    else:
        _broader(entry, node, lookup, plan)


def _alias(entry: Entry, id: str, node: str, lookup: Lookup, plan: Plan) -> None:
    others = [other for other in lookup.ids(entry.value) if other != id]
    if others:
        plan.unmatched.append(
            f"{entry.place}: alias: {entry.value!r} is a name of {others[0]}; merge them instead"
        )
    else:
        plan.aliases.append((node, entry.value))


def _broader(entry: Entry, node: str, lookup: Lookup, plan: Plan) -> None:
    above = _find(entry.value, entry, lookup, plan)
    if above is not None:
        steps = plan.broader if entry.action == "broader" else plan.denied
        steps.append((node, lookup.node(above, entry.value)))


def edit_papers(
    papers: Iterable[Paper], entries: Sequence[Entry]
) -> tuple[list[Paper], list[str], list[str]]:
    """Apply the entries for single papers.

    Returns:
        the papers; the ids of those that changed; messages for entries without effect.
    """
    of_paper: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.paper and entry.action != "means":
            of_paper[entry.paper].append(entry)
    edited, changed, unmatched = [], [], []
    for paper in papers:
        new = paper
        for entry in of_paper.pop(paper.id, ()):
            before, new = new, _edit(new, entry)
            if before is new:
                what = f"paper {paper.id} does not mention {entry.names[0]!r}"
                unmatched.append(f"{entry.place}: {entry.action}: {what}")
        edited.append(new)
        if new is not paper:
            changed.append(paper.id)
    unmatched += [f"{e.place}: no paper {p!r}" for p, left in of_paper.items() for e in left]
    return edited, changed, unmatched


def _edit(paper: Paper, entry: Entry) -> Paper:
    key = name_key(entry.names[0])
    if not any(name_key(mention.text) == key for mention in paper.mentions):
        return paper
    kept = [(m, name_key(m.text) == key) for m in paper.mentions]
    if entry.action == "drop":
        return replace(paper, mentions=tuple(m for m, hit in kept if not hit))
    return replace(paper, mentions=tuple(_changed(m, entry) if hit else m for m, hit in kept))


def _changed(mention: Mention, entry: Entry) -> Mention:
    if entry.action == "role":
        return replace(mention, role=entry.value)
    return replace(mention, type=entry.value)
