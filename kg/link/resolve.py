"""Step three: from the index of all names to the table that says which are one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from kg.link.clusters import SPLIT, Clusters, Union
from kg.link.common import join_common
from kg.link.index import Index
from kg.link.keys import Names
from kg.link.rules import group_of, is_proper
from kg.link.senses import Sense, add_coined, find_senses, merge_senses, pick_defaults
from kg.link.variants import (
    find_heads,
    join_nested,
    join_publishers,
    join_slips,
    join_years,
)
from kg.names import name_words

#: A short form's company is judged by at most this many papers a sense.
_COMPANY_PAPERS = 200

#: ... and only that of its most frequent senses.
COMPANY_SENSES = 20


@dataclass(slots=True)
class Resolution:
    """What every name means: all that is needed to link a paper, whatever the others hold.

    Attributes:
        clusters: nodes that are one concept.
        senses: short key -> its senses.
        own: (short key, long key) -> node of the sense they give.
        defaults: short key -> node of the sense that goes without saying.
        heads: key -> key of the name without its generic head.
        kinds: short key -> kinds of thing that it often is besides its usual sense.
        cased: keys whose lower-case form is something else ("math", "MATH").
        coined: (paper id, key) -> node of what that paper itself calls so.
        profiles: node of a sense -> key -> how many defining papers mention it.
        papers: key -> number of papers, for weighing company.
        forms: surface form -> node, where the user keeps spellings apart.
        means: (paper id, key) -> node, where the user says what a paper means.
    """

    clusters: Clusters
    senses: dict[str, tuple[Sense, ...]] = field(default_factory=dict)
    own: dict[tuple[str, str], str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, frozenset[str]] = field(default_factory=dict)
    cased: frozenset[str] = frozenset()
    coined: dict[tuple[str, str], str] = field(default_factory=dict)
    profiles: dict[str, Counter[str]] = field(default_factory=dict)
    papers: dict[str, int] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)
    means: dict[tuple[str, str], str] = field(default_factory=dict)

    def node(self, key: str, form: str) -> str:
        """Return the node of a name that stands alone.

        The capital of a sentence's start or of a title ("Recall") is none of a name's ("RECALL").
        """
        key = self.heads.get(key, key)
        return key + SPLIT + "lower" if key in self.cased and not is_proper(form) else key


def with_kinds(index: Index, clusters: Clusters) -> Clusters:
    """Return ``clusters``, told of every name what kind of thing it is."""
    for key in sorted(index.forms):
        clusters.groups.setdefault(key, group_of(index.type(key)))
    return clusters


def resolve(index: Index, clusters: Clusters | None = None) -> Resolution:
    """Return the resolution of all names in ``index``.

    ``clusters`` may bring the user's own unions and separations.
    """
    clusters = with_kinds(index, clusters or Clusters())
    senses = find_senses(index, clusters)
    coined = add_coined(index, senses)
    heads = find_heads(index, {short: found[0].type for short, found in senses.items() if found})
    _join_heads(heads, clusters)
    defaults = pick_defaults(index, senses, clusters)
    _join_variants(index, senses, defaults, clusters)
    senses = merge_senses(senses, clusters)
    defaults = pick_defaults(index, senses, clusters)
    join_common(index, clusters)
    return Resolution(
        clusters,
        senses=senses,
        own={
            (short, long): sense.node
            for short, of_short in senses.items()
            for sense in of_short
            for long in sense.longs
        },
        defaults=defaults,
        heads=heads,
        kinds={
            short: _other_kinds(index, short, group_of(senses[short][0].type))
            for short in sorted(defaults)
        },
        cased=find_cased(index),
        coined=coined,
        papers=dict(index.papers),
    )


def _other_kinds(index: Index, short: str, usual: str) -> frozenset[str]:
    """Return kinds that enough papers give to ``short`` to be another thing of that name."""
    kinds: dict[str, float] = defaultdict(float)
    for type, weight in sorted(index.types.get(short, {}).items()):
        kinds[group_of(type)] += weight
    total = sum(kinds.values())
    return frozenset(
        kind
        for kind, weight in kinds.items()
        if kind != usual
        and weight >= 3
        and (weight >= 0.25 * total or weight >= max(5, 0.1 * total))
    )


def _join_heads(heads: dict[str, str], clusters: Clusters) -> None:
    """Make long forms one with their names without a head; those that may not be keep theirs.

    The mentions of "Foo Bar Model" are those of "Foo Bar", and FBM is short for the former.
    """
    for key, bare in sorted(heads.items()):
        one = Union(bare, key, "generic head", 0.95)
        if len(clusters.of(key)) > 1 and not clusters.join(one):
            del heads[key]


def _join_variants(
    index: Index,
    senses: dict[str, tuple[Sense, ...]],
    defaults: dict[str, str],
    clusters: Clusters,
) -> None:
    long_words = {
        short: name_words(index.senses[short][senses[short][0].longs[0]].long_text)
        for short in sorted(defaults)
        if senses[short][0].longs
    }
    join_nested(index, long_words, clusters)
    join_years(index, clusters)
    join_publishers(index, clusters)
    join_slips(index, clusters)


def find_cased(index: Index) -> frozenset[str]:
    """Return keys that name one thing in capitals and another, of another kind, in lower case."""
    found = set()
    for key, cases in index.cased.items():
        lower: dict[str, int] = defaultdict(int)
        upper: dict[str, int] = defaultdict(int)
        for (type, is_lower), count in cases.items():
            (lower if is_lower else upper)[group_of(type)] += count
        if lower and upper and _differ(lower, upper):
            found.add(key)
    return frozenset(found)


def _differ(lower: dict[str, int], upper: dict[str, int]) -> bool:
    """Whether nine in ten of each side are of a kind of their own."""
    (low, low_count), (up, up_count) = _top(lower), _top(upper)
    sure = low_count >= 0.9 * sum(lower.values()) and up_count >= 0.9 * sum(upper.values())
    return low != up and sure


def _top(counts: dict[str, int]) -> tuple[str, int]:
    kind = min(counts, key=lambda name: (-counts[name], name))
    return kind, counts[kind]


def add_profiles(resolution: Resolution, names: Iterable[Names]) -> None:
    """Learn from the defining papers what company each sense of an open short form keeps.

    A second map and reduce, needed only where neither expansion nor corpus decides.
    """
    definers: dict[str, list[str]] = defaultdict(list)
    for short, senses in sorted(resolution.senses.items()):
        if short not in resolution.defaults and len(senses) > 1:
            for sense in senses[:COMPANY_SENSES]:
                for paper in sense.papers[:_COMPANY_PAPERS]:
                    definers[paper].append(sense.node)
    for found in names:
        for node in definers.get(found.paper.id, ()):
            profile = resolution.profiles.setdefault(node, Counter())
            profile.update(sorted(set(found.keys)))
