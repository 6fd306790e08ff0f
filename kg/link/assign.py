"""Step four, a map over papers: the node of every mention, by the order of evidence.

1. the user's word; 2. the paper's own expansion of a short form; 3. what goes
without saying in the corpus; 4. the company that the short form keeps; 5. the
name as it stands.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from kg.link.clusters import SPLIT
from kg.link.keys import Names
from kg.link.resolve import COMPANY_SENSES, Resolution
from kg.link.rules import group_of
from kg.link.senses import Sense

#: The best sense must share this many other names with the paper, and score this
#: many times the next one.
_SHARED = 2
_MARGIN = 2.0


def assign(names: Names, resolution: Resolution) -> tuple[str, ...]:
    """Return the node of each mention of a paper, in the order of its mentions."""
    own = _own_senses(names, resolution)
    cache: dict[tuple[str, str], str | None] = {}
    nodes = []
    for mention, key in zip(names.paper.mentions, names.keys, strict=True):
        told = resolution.means.get((names.paper.id, key)) or resolution.forms.get(mention.text)
        short = resolution.heads.get(key, key)
        place = (short, group_of(mention.type))
        if short in resolution.senses and short not in own and place not in cache:
            cache[place] = _usual_sense(*place, names, resolution)
        usual = cache.get(place)
        alone = resolution.node(key, mention.text)
        nodes.append(told or own.get(short) or usual or alone)
    return tuple(nodes)


def _own_senses(names: Names, resolution: Resolution) -> dict[str, str]:
    """Return short key -> node of the sense that this paper gives it."""
    own: dict[str, str] = {}
    for definition in names.definitions:
        if node := resolution.own.get((definition.short, definition.long)):
            own.setdefault(definition.short, node)
    for key in names.coined:
        if node := resolution.coined.get((names.paper.id, key)):
            own.setdefault(key, node)
    return own


def _usual_sense(short: str, kind: str, names: Names, resolution: Resolution) -> str | None:
    """Return the node of the sense that a short form has where the paper gives none.

    The sense that goes without saying, unless the mention is of another kind
    that the short form often names; else the only sense of the mention's kind;
    else the one whose company the paper keeps.
    """
    senses = resolution.senses[short][:COMPANY_SENSES]
    of_kind = [sense for sense in senses if group_of(sense.type) == kind]
    if short in resolution.defaults:
        if kind not in resolution.kinds.get(short, ()):
            return resolution.defaults[short]
        return of_kind[0].node if len(of_kind) == 1 else short + SPLIT + kind
    if len(of_kind) == 1 and len(senses) > 1:
        return of_kind[0].node
    return _by_company(short, of_kind, names, resolution)


def _by_company(
    short: str, senses: Sequence[Sense], names: Names, resolution: Resolution
) -> str | None:
    scores = sorted(
        (-_company(names, sense.node, resolution, short), sense.node) for sense in senses
    )
    best = -scores[0][0] if scores else 0.0
    second = -scores[1][0] if len(scores) > 1 else 0.0
    return scores[0][1] if best > _MARGIN * second and best > 0 else None


def _company(names: Names, node: str, resolution: Resolution, short: str) -> float:
    """Return how much a paper's other names are those of a sense's papers, rare ones first.

    Cosine of the paper's set of keys with the sense's profile, weighted by
    inverse document frequency; 0 unless enough keys are shared.
    """
    profile = resolution.profiles.get(node, Counter())
    shared = [key for key in sorted(set(names.keys)) if key in profile and key != short]
    if len(shared) < _SHARED:
        return 0.0
    size = math.sqrt(sum(count * count for count in profile.values()))
    weights = sum(profile[key] / (1 + math.log(resolution.papers.get(key, 1))) for key in shared)
    return round(weights / size, 6)
