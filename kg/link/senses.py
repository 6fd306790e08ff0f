"""What each short form stands for: its senses, and which one goes without saying.

A short form alone is never an identity: "CL" is contrastive learning here and
continual learning there.  Its senses are keyed on (short, long); a paper's own
expansion decides first, then what the corpus leaves no doubt about, then the
company the short form keeps (:mod:`kg.link.assign`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from kg.abbreviations import letters_of
from kg.link.clusters import SPLIT, Clusters, Union
from kg.link.index import EVIDENCE, Coinage, Evidence, Index
from kg.link.rules import same_group, same_long_form
from kg.names import name_words, numbers

#: Share of the defining papers that must agree before a short form goes without saying.
DOMINANT = 0.8


@dataclass(slots=True)
class Sense:
    """One meaning of a short form: its node, its long forms and the papers that give them."""

    node: str
    words: tuple[str, ...]
    longs: list[str] = field(default_factory=list)
    papers: list[str] = field(default_factory=list)
    introduced: int = 0
    type: str = ""


def find_senses(index: Index, clusters: Clusters) -> dict[str, tuple[Sense, ...]]:
    """Return the senses of every short form, most papers first; join each to its long forms."""
    senses = {}
    for short in sorted(index.senses):
        found = [s for s in _group(short, index.senses[short], clusters) if s.longs]
        for sense in found:
            sense.type = _type(short, sense, index)
        senses[short] = tuple(sorted(found, key=lambda s: (-len(s.papers), s.node)))
    return senses


def add_coined(index: Index, senses: dict[str, tuple[Sense, ...]]) -> dict[tuple[str, str], str]:
    """Add a sense for each of several papers that coin one name; return (paper, key) -> node.

    Two papers that both introduce a thing under one name mean two things, unless
    they share an author or most of the title (a preprint and its later version).
    """
    nodes: dict[tuple[str, str], str] = {}
    for key in sorted(index.coined):
        groups = _coiners(index.coined[key])
        if len(groups) > 1 or senses.get(key):
            known = {paper for sense in senses.get(key, ()) for paper in sense.papers}
            made = [_coined_sense(key, g) for g in groups if not known & {c.paper for c in g}]
            nodes.update({(paper, key): sense.node for sense in made for paper in sense.papers})
            both = (*senses.get(key, ()), *made)
            senses[key] = tuple(sorted(both, key=lambda s: (-len(s.papers), s.node)))
    return nodes


def _coiners(coinages: list[Coinage]) -> list[list[Coinage]]:
    """Group coinages of one thing; each is compared with the first of every group."""
    groups: list[list[Coinage]] = []
    for coinage in coinages:
        for group in groups:
            if _one_thing(group[0], coinage):
                group.append(coinage)
                break
        else:
            groups.append([coinage])
    return groups


def _one_thing(left: Coinage, right: Coinage) -> bool:
    shared = len(left.words & right.words)
    alike = shared >= 0.5 * max(1, min(len(left.words), len(right.words)))
    return same_group(left.type, right.type) and (alike or bool(left.authors & right.authors))


def _coined_sense(key: str, group: list[Coinage]) -> Sense:
    papers = sorted(coinage.paper for coinage in group)
    node = f"{key}{SPLIT}@{papers[0]}"
    return Sense(node, (), [], papers, len(papers), group[0].type)


def _type(short: str, sense: Sense, index: Index) -> str:
    """Return the type of a sense, by its long forms if papers mention them."""
    types: Counter[str] = Counter()
    for long in sense.longs:
        types.update(index.types.get(long, {}))
    best = min(types, key=lambda t: (-types[t], t)) if types else ""
    return best or (index.type(short) if short in index.types else "")


def _group(short: str, longs: dict[str, Evidence], clusters: Clusters) -> list[Sense]:
    senses: dict[str, list[Sense]] = {}
    for long in sorted(longs, key=lambda k: (-longs[k].stated, -len(longs[k].papers), k)):
        guess = not longs[long].stated
        if guess and any(senses.values()):
            continue
        if long != short and _numbers_agree(short, long):
            words = name_words(longs[long].long_text)
            near = senses.setdefault(long[:2], [])
            _extend(_sense_of(short, long, words, near), long, longs[long], clusters)
    return [sense for near in senses.values() for sense in near]


def _sense_of(short: str, long: str, words: tuple[str, ...], near: list[Sense]) -> Sense:
    for sense in near:
        if same_long_form(sense.words, words):
            return sense
    near.append(Sense(short + SPLIT + long, words))
    return near[-1]


def _extend(sense: Sense, long: str, evidence: Evidence, clusters: Clusters) -> None:
    count, some = len(evidence.papers), tuple(evidence.papers[:EVIDENCE])
    score = round(1.0 - (0.05 if evidence.stated else 0.15) / count, 4)
    if sense.longs:
        variant = Union(sense.longs[0], long, "long form variant", round(score - 0.03, 4), some)
        if not clusters.join(variant):
            return
    joined = clusters.join(Union(sense.node, long, evidence.reason, score, some), stated=True)
    if joined:
        sense.longs.append(long)
        sense.papers = sorted({*sense.papers, *evidence.papers})
        sense.introduced += evidence.introduced


def _numbers_agree(short: str, long: str) -> bool:
    """Whether the digits of a short form are spelled: 3DGS has a 3, A3C counts, T2I says "to"."""
    ours, theirs = "".join(numbers(short)), "".join(numbers(long))
    return ours == theirs or (not theirs and len(ours) == 1 and ours in "234")


def merge_senses(
    senses: dict[str, tuple[Sense, ...]], clusters: Clusters
) -> dict[str, tuple[Sense, ...]]:
    """Return the senses with those made one that have become one concept since."""
    merged = {}
    for short, found in senses.items():
        groups: dict[str, list[Sense]] = {}
        for sense in found:
            groups.setdefault(clusters.root(sense.node), []).append(sense)
        one = [group[0] if len(group) == 1 else _merged(group) for group in groups.values()]
        merged[short] = tuple(sorted(one, key=lambda s: (-len(s.papers), s.node)))
    return merged


def _merged(group: list[Sense]) -> Sense:
    first = group[0]
    longs = [long for sense in group for long in sense.longs]
    papers = sorted({paper for sense in group for paper in sense.papers})
    introduced = sum(sense.introduced for sense in group)
    return Sense(first.node, first.words, longs, papers, introduced, first.type)


def pick_defaults(
    index: Index, senses: dict[str, tuple[Sense, ...]], clusters: Clusters
) -> dict[str, str]:
    """Return short key -> node of the sense that holds where a paper gives no expansion.

    Joins the bare short form to that sense, so that it is one concept with it.
    """
    defaults = {}
    for short, found in senses.items():
        if found and _goes_without_saying(index, short, found):
            top = found[0]
            score = round(len(top.papers) / sum(len(s.papers) for s in found) - 0.05, 4)
            union = Union(short, top.node, "abbreviation", score, tuple(top.papers[:EVIDENCE]))
            if clusters.join(union, stated=True):
                defaults[short] = top.node
    return defaults


def _is_own(sense: Sense) -> bool:
    """Whether one paper alone gives this sense, to a thing that it introduces itself."""
    return len(sense.papers) == sense.introduced == 1


def _goes_without_saying(index: Index, short: str, senses: tuple[Sense, ...]) -> bool:
    """Whether the corpus leaves no doubt about ``short``.

    A lone paper that coins a common short form for its own thing does not speak
    for the others, unless the form is long enough to be a coincidence no more.
    """
    top, defined = senses[0], sum(len(sense.papers) for sense in senses)
    own = sum(_is_own(sense) for sense in senses) if len(top.papers) > 1 else 0
    if len(top.papers) < DOMINANT * (defined - own):
        return False
    bare = index.papers.get(short, 0) - defined
    coined = top.introduced >= len(top.papers)
    return not coined or bare <= 2 or len(letters_of(short)) >= 4 or len(top.papers) > 1
