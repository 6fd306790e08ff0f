"""A graph of real abstracts of any number, where extracting them all would take a day.

The first papers were extracted (``kg extract``).  In the others, names that were found
there are looked for as they stand, and names that a paper gives to its own work by the
rule ``coined``: fewer names than the model finds, but as many papers, and hubs as large.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from kg.extract.links import find_links
from kg.extract.rules import find_coined
from kg.model import FIELDS, Mention, Paper

_WORD = re.compile(r"\w+(?:[-+.]\w+)*")
#: Words of a name, at most.
_LONGEST = 6
#: Of the papers that have the words, how many must have the name, for it to be looked for.
_SHARE = 0.4

Known = dict[str, tuple[str, str, float]]


def read_extracted(path: Path) -> list[Paper]:
    """Return the papers of a JSON Lines file, without a last line that is cut."""
    papers = []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            try:
                papers.append(Paper.from_dict(json.loads(line)))
            except ValueError:
                break
    return papers


def fill(extracted: list[Paper], others: Iterable[Paper]) -> Iterator[Paper]:
    """Yield the extracted papers, then the others with what is known of them."""
    yield from extracted
    done = {paper.id for paper in extracted}
    known = find_known(extracted)
    starts = find_starts(known)
    for paper in others:
        if paper.id not in done:
            mentions = tuple(sorted(_mentions(paper, known, starts)))
            yield paper.with_extraction(mentions, find_links(paper), "en")


def find_known(papers: list[Paper]) -> Known:
    """Return name -> (type, role, confidence), for names that mostly are one where they stand."""
    seen: dict[str, list[Mention]] = defaultdict(list)
    inside: Counter[str] = Counter()
    for paper in papers:
        for mention in paper.mentions:
            seen[mention.text].append(mention)
    starts = find_starts(seen)
    for paper in papers:
        for field in FIELDS:
            pieces = {text for *_, text in _pieces(paper.text(field), starts)}
            inside.update(pieces & seen.keys())
    return {
        name: _most(found)
        for name, found in seen.items()
        if len(name) > 2 and len(found) >= _SHARE * inside[name]
    }


def _most(found: list[Mention]) -> tuple[str, str, float]:
    roles = Counter(m.role for m in found if m.role != "introduces") or Counter(["mentions"])
    kind = Counter(m.type for m in found).most_common(1)[0][0]
    confidence = sum(m.confidence for m in found) / len(found)
    return kind, roles.most_common(1)[0][0], round(confidence, 2)


def find_starts(names: Iterable[str]) -> dict[str, int]:
    """Return first word -> how many words the longest name with it has."""
    starts: dict[str, int] = {}
    for name in names:
        words = _WORD.findall(name)
        if words:
            starts[words[0]] = min(_LONGEST, max(starts.get(words[0], 0), len(words)))
    return starts


def _pieces(text: str, starts: dict[str, int]) -> Iterator[tuple[int, int, str]]:
    """Yield every run of words that may be a name, the longest of each beginning first."""
    words = [match.span() for match in _WORD.finditer(text)]
    for first, (start, stop) in enumerate(words):
        longest = starts.get(text[start:stop], 0)
        for _, end in reversed(words[first : first + longest]):
            yield start, end, text[start:end]


def _mentions(paper: Paper, known: Known, starts: dict[str, int]) -> Iterator[Mention]:
    own = list(find_coined(paper, ()))
    yield from own
    taken = [(mention.field, mention.start, mention.end) for mention in own]
    for field in FIELDS:
        last = 0
        for start, end, text in _pieces(paper.text(field), starts):
            free = not any(f == field and start < e and s < end for f, s, e in taken)
            if start >= last and text in known and free:
                kind, role, confidence = known[text]
                yield Mention(field, start, end, text, kind, role, confidence, "known")
                last = end
