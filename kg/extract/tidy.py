"""What no name begins or ends with: determiners, loose joints, generic nouns.

A learned span is a guess about two borders.  These few rules move a border that
cannot be right, or give the span up when nothing of a name is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from kg.extract.markup import skip_group
from kg.model import Mention

_LEADING = re.compile(
    r"(?:(?:the|a|an|our|this|these|those|its|their|such|proposed|and|or|of|for|with|to"
    r"|in|by|on|via|using|The|A|An|Our|This|These)(?=\s)\s*|[\s\-–—:;,.)\]/]+)+"
)
_TRAILING = re.compile(
    # Of "virtual try-on" and "user barge-in" the last word belongs to the name.
    r"(?:[\s\-–—:;,(\[/@]+"
    r"(?:(?<![-–])(?:the|a|an|and|or|of|for|with|to|in|by|on|via|using|from|as|at|is)$)?"
    r"|\.(?<!\w\.\w\.))+$"
)
_NOUNS = (
    "dataset|datasets|benchmark|benchmarks|corpus|framework|frameworks|method|methods|model|models"
    "|algorithm|algorithms|approach|approaches|challenge|system|module|architecture|pipeline"
    "|family|library|toolkit|suite|agent|agents|tool|tools|loss|variant|variants"
)
_HEAD = re.compile(rf"\s+(?:{_NOUNS}|networks?|tasks?)$", re.IGNORECASE)
_EMPTY = re.compile(
    rf"(?:{_NOUNS}|the|a|an|our|this|its|and|of|with|task|tasks|data|large|small|new|novel|deep|high|low|multi|pre|non|self"
    r"|state|art|based|performance|paper|work|code|baseline|baselines|network|networks"
    r"|abstract|background|introduction|motivation|objectives?|aims?|purpose|results|findings"
    r"|discussion|conclusions?|significance|keywords|index terms)",
    re.IGNORECASE,
)
#: Words among these that are names when they are written so.
_NAMES = frozenset(("AIM", "ART", "DEEP", "MULTI", "SELF", "STATE"))
#: One word that is no name by its capitals or digits: "3D models", "LLM-based agents", "L1 loss".
_COMMON = re.compile(r"\dD|L\d|.*[-–](?:based|driven|guided)", re.IGNORECASE)


def tidy(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    """Return the mentions with borders moved to where a name can begin and end.

    A mention of which nothing is left, and one that another then overlaps, is dropped.
    """
    kept: list[Mention] = []
    for mention in sorted(m for given in mentions for m in _tidied(given)):
        before = kept[-1] if kept else None
        if before is None or before.field != mention.field or before.end <= mention.start:
            kept.append(mention)
    return tuple(kept)


def _tidied(mention: Mention) -> Iterator[Mention]:
    start, end = find_borders(mention.text)
    name = mention.text[start:end]
    torn = mention.text.endswith(("-", "(")) and name.islower()
    empty = _EMPTY.fullmatch(name) and name not in _NAMES
    if name and not torn and not empty:
        yield replace(
            mention,
            start=mention.start + start,
            end=mention.start + end,
            text=name,
        )


def find_borders(text: str) -> tuple[int, int]:
    r"""Return where the name within ``text`` begins and ends.

    >>> [t[slice(*find_borders(t))] for t in ("the BERT model", "GPT-4 with", "vision (", "R-CNN-")]
    ['BERT', 'GPT-4', 'vision', 'R-CNN']
    >>> [t[slice(*find_borders(t))] for t in ("NN) compression", r"\emph{FooNet", "Foo Corpus")]
    ['compression', 'FooNet', 'Foo Corpus']
    >>> [t[slice(*find_borders(t))] for t in ("language model", "THE ARK", "domain (OOD) shift")]
    ['language model', 'THE ARK', 'domain (OOD) shift']
    """
    start = _first(text)
    end = _last(text, start)
    head = _HEAD.search(text[:end])
    if head and head.start() > start and _is_proper(text[start : head.start()]):
        end = _last(text[: head.start()], start)
    return start, end


def _first(text: str) -> int:
    """Return the start of ``text`` without determiners, macros, what an unopened bracket closes."""
    start = skip_group(text, _unopened(text), len(text))
    leading = _LEADING.match(text, start)
    return leading.end() if leading else start


def _unopened(text: str) -> int:
    """Return the place after the last closing bracket that nothing opened, 0 without one."""
    depth = found = 0
    for at, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth < 0:
            depth, found = 0, at + 1
    return found


def _last(text: str, start: int) -> int:
    """Return the end of ``text`` without loose ends: joints, function words, an open bracket."""
    end = len(text)
    while start < end:
        opened = text.rfind("(", start, end)
        loose = _TRAILING.search(text[:end])
        if opened >= 0 and ")" not in text[opened:end]:
            end = opened
        elif loose and loose.start() < end:
            end = loose.start()
        else:
            break
    return end


def _is_proper(name: str) -> bool:
    """Return whether ``name`` is one word written as a proper name: capitals inside, or digits.

    Of a compound one part must be: "Vision-Language" has its capitals from a title.

    >>> [_is_proper(word) for word in ("R-CNN", "U-Net", "BirdsEye", "Vision-Language", "3D")]
    [True, True, True, False, False]
    """
    if " " in name or _COMMON.fullmatch(name):
        return False
    return any(
        part.isdigit() or (len(part) == 1 and part.isupper()) or _is_marked(part[1:])
        for part in re.split("[-–/]", name)
    )


def _is_marked(letters: str) -> bool:
    return any(c.isupper() or c.isdigit() for c in letters)
