"""What is broader than what: by words, by version, and by what the papers say.

The result is a set of directed acyclic graphs, one per type, transitively
reduced: a concept points only at its nearest broader concepts, and every step
has its evidence.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from kg.abbreviations import STOPWORDS
from kg.link.index import EVIDENCE
from kg.model import Broader, Concept
from kg.names import name_key, name_words, plain, words_key

#: Names of these types have heads that say what they are; resources are proper names.
_HEADED = ("Method", "Task", "Metric")

#: Words in front of a head that do not narrow it but deny it.
_DENY = frozenset(
    ["non", "no", "without", "anti", "pseudo", "quasi", "fake", "beyond", "not", "un"]
)

#: Heads too wide to be a concept above anything.
_TOO_WIDE = frozenset(
    ["model", "method", "learning", "network", "task", "system", "algorithm", "score", "rate"]
)

#: What may follow a name to make a version or size of it.
_VERSION = re.compile(
    r"v?\d+(?:\.\d+)*[a-z]{0,2}|[a-z]?\d+|xs|xl|xxl|tiny|mini|nano|small|base|medium|large|huge"
    r"|chat|instruct|turbo|pro|plus|lite|flash|preview|[bsl]|k|l|n"
)


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """A candidate step up: narrow id, broad id, why."""

    score: float
    narrow: str
    broad: str
    reason: str
    papers: tuple[str, ...] = ()


def add_hierarchy(
    concepts: Iterable[Concept],
    stated: Mapping[tuple[str, str], list[str]],
    *,
    own: Iterable[tuple[str, str]] = (),
    denied: Iterable[tuple[str, str]] = (),
) -> list[Concept]:
    """Return ``concepts`` with ``broader`` and ``broader_why`` set.

    Args:
        stated: (narrow id, broad id) -> papers whose words say so.
        own: the user's own steps; they come first and are never reduced away.
        denied: steps the user forbids.
    """
    known = list(concepts)
    types = {concept.id: concept.type for concept in known}
    forbidden = set(denied)
    steps = [Step(1.0, narrow, broad, "correction") for narrow, broad in own]
    steps += [s for s in _stated(stated, types) if (s.narrow, s.broad) not in forbidden]
    steps += [s for s in _worded(known) if (s.narrow, s.broad) not in forbidden]
    up = _reduce(_acyclic(steps))
    return [_with_broader(concept, up.get(concept.id, {})) for concept in known]


def _with_broader(concept: Concept, steps: dict[str, Step]) -> Concept:
    why = tuple(
        Broader(id, step.reason, step.score, step.papers) for id, step in sorted(steps.items())
    )
    return replace(concept, broader=tuple(sorted(steps)), broader_why=why)


def _stated(
    stated: Mapping[tuple[str, str], list[str]], types: Mapping[str, str]
) -> Iterator[Step]:
    for (narrow, broad), papers in stated.items():
        known = narrow in types and broad in types and narrow != broad
        if known and types[narrow] == types[broad]:
            against = len(stated.get((broad, narrow), ()))
            if len(papers) > against:
                score = round(1.0 - 0.25 / (len(papers) - against), 4)
                yield Step(score, narrow, broad, "stated", tuple(papers[:EVIDENCE]))


def _worded(concepts: list[Concept]) -> Iterator[Step]:
    """Yield steps from heads and versions, by looking shorter names up."""
    ids = _by_key(concepts)
    for concept in concepts:
        found: dict[str, Step] = {}
        for name in (concept.label, *concept.aliases):
            for step in (*_by_head(concept, name, ids), *_by_version(concept, name, ids)):
                best = found.get(step.broad)
                if best is None or step.score > best.score:
                    found[step.broad] = step
        yield from found.values()


def _by_key(concepts: list[Concept]) -> dict[tuple[str, str], str]:
    """Return (type, key) -> id for names that only one concept of the type has."""
    owners: dict[tuple[str, str], set[str]] = defaultdict(set)
    for concept in concepts:
        for name in (concept.label, *concept.aliases):
            owners[concept.type, name_key(name)].add(concept.id)
    return {place: next(iter(ids)) for place, ids in owners.items() if len(ids) == 1}


def _by_head(concept: Concept, name: str, ids: Mapping[tuple[str, str], str]) -> Iterator[Step]:
    """Yield the nearest concept whose name is the head of ``name``.

    "zero-shot temporal action localization" is a temporal action localization;
    "reinforcement learning from human feedback" is a reinforcement learning.
    Hyphenated compounds are never cut.
    """
    if concept.type not in _HEADED:
        return
    tokens = plain(name).split()
    cut = next((i for i, t in enumerate(tokens) if i and t.lower() in STOPWORDS), len(tokens))
    options = [tokens[i:] for i in range(1, len(tokens))] if cut == len(tokens) else []
    options += [tokens[:cut]] if 1 < cut < len(tokens) else []
    if tokens and set(name_words(tokens[0])) & _DENY:
        return
    for rest in options:
        words = name_words(" ".join(rest))
        broad = ids.get((concept.type, words_key(words)))
        if broad and broad != concept.id and not (len(words) == 1 and words[0] in _TOO_WIDE):
            yield Step(0.9, concept.id, broad, "head")
            return


def _by_version(concept: Concept, name: str, ids: Mapping[tuple[str, str], str]) -> Iterator[Step]:
    """Yield the nearest concept of which ``name`` is a version: Llama 2 7B, Llama 2, Llama."""
    words = _version_words(name)
    for i in range(len(words) - 1, 0, -1):
        if not _VERSION.fullmatch(words[i]):
            return
        key = name_key(" ".join(words[:i]))
        broad = ids.get((concept.type, key))
        if broad and broad != concept.id and sum(c.isalpha() for c in key) >= 2:
            yield Step(0.95, concept.id, broad, "version")
            return


def _version_words(name: str) -> list[str]:
    """Split a name into words and the versions glued to them.

    >>> _version_words("Llama-2-7B"), _version_words("GPT4"), _version_words("Recall@10")
    (['Llama', '2', '7b'], ['GPT', '4'], ['Recall', '10'])
    """
    words: list[str] = []
    for token in re.findall(r"[^\W_]*\d(?:\.\d+)+[^\W_]*|[^\W_]+", plain(name)):
        glued = re.fullmatch(r"([A-Za-z]{2,}?)(v?\d[\d.]*[a-zA-Z]{0,2})", token)
        words += [glued[1], glued[2]] if glued and not words else [token]
    return words[:1] + [word.lower() for word in words[1:]]


def _acyclic(steps: Iterable[Step]) -> dict[str, dict[str, Step]]:
    """Take steps, surest first, and leave out any that would close a circle."""
    up: dict[str, dict[str, Step]] = {}
    order = sorted(steps, key=lambda s: (-s.score, s.reason != "correction", s))
    for step in order:
        taken = up.get(step.narrow, {})
        if step.broad not in taken and not _reaches(up, step.broad, step.narrow):
            up.setdefault(step.narrow, {})[step.broad] = step
    return up


def _reaches(up: Mapping[str, Mapping[str, Step]], start: str, goal: str) -> bool:
    seen, stack = {start}, [start]
    while stack:
        node = stack.pop()
        if node == goal:
            return True
        for above in up.get(node, ()):
            if above not in seen:
                seen.add(above)
                stack.append(above)
    return False


def _reduce(up: Mapping[str, Mapping[str, Step]]) -> dict[str, dict[str, Step]]:
    """Drop every step that a longer way makes needless; the user's own steps stay.

    On an acyclic graph the transitive reduction is unique, so the order in which
    steps are looked at does not matter (Aho, Garey and Ullman, 1972).
    """
    reduced = {}
    for narrow, above in up.items():
        reduced[narrow] = {
            broad: step
            for broad, step in above.items()
            if step.reason == "correction"
            or not any(_reaches(up, other, broad) for other in above if other != broad)
        }
    return reduced
