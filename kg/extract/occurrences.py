"""Where known names stand in a text: all of them in one pass, however many there are.

Trying every name at every place would take names times characters, and a text of
a megabyte has thousands of names.  A trie of the names, walked from each place
where a word can begin, needs a step or two at most of them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from kg.extract.merge import HYPHENS, is_name

#: Where a name can begin: after what neither is of a word nor joins one to it.
_STARTS = re.compile(r"(?<![\w/.-])\S")
#: What makes a longer name of a name: "FOO-2", "FOO-Traj", "FOO+"; but "FOO-Based" is no name.
_LONGER = re.compile(r"[+*^]|-(?:\d|[A-Z](?![a-z]+(?:ed|en|ing)\b))")
#: Marks the end of a name in the trie; no character is empty.
_END = ""


def find_names(text: str, keys: Iterable[str]) -> Iterator[tuple[str, int, int]]:
    """Yield (key, start, end) of every occurrence of every key, key by key, in order.

    A key is what :func:`kg.extract.merge.name_key` gives: case counts only where it
    makes a name, and a plural s may follow.  An occurrence is whole words, and no
    part of a path or a dotted name; those of one key do not overlap.

    >>> list(find_names("A GAN or two GANs, no organ.", ["GAN"]))
    [('GAN', 2, 5), ('GAN', 13, 17)]
    >>> [hit[1:] for hit in find_names("Beam search and beam searches.", ["beam search"])]
    [(0, 11)]
    """
    trie = _trie(keys)
    folded = _fold_all(text)
    places: dict[str, list[int]] = defaultdict(list)
    for match in _STARTS.finditer(text):
        for key in _walk(trie, folded, match.start()):
            places[key].append(match.start())
    for key in sorted(places):
        yield from _spans(text, key, places[key])


def _trie(keys: Iterable[str]) -> dict[str, Any]:
    root: dict[str, Any] = {}
    for key in keys:
        node = root
        for letter in _fold_all(key):
            node = node.setdefault(letter, {})
        node.setdefault(_END, []).append(key)
    return root


def _walk(trie: dict[str, Any], folded: str, at: int) -> Iterator[str]:
    """Yield the keys that the text has at ``at``, case aside."""
    node: dict[str, Any] | None = trie
    while node is not None:
        if _END in node:
            yield from node[_END]
        node = node.get(folded[at]) if at < len(folded) else None
        at += 1


def _spans(text: str, key: str, places: Iterable[int]) -> Iterator[tuple[str, int, int]]:
    done = 0
    for start in places:
        end = _end(text, key, start) if start >= done else 0
        if end:
            yield key, start, end
            done = end


def _end(text: str, key: str, start: int) -> int:
    """Return where the occurrence of ``key`` at ``start`` ends, 0 if it is none."""
    end, named = start + len(key), is_name(key)
    given = text[start : end + 3]
    if not (given.isascii() and key.isascii()):
        match = _pattern(key).match(text, start)
        return match.end() if match and not (named and _LONGER.match(text, match.end())) else 0
    if text[start:end] != key and (named or text[start:end].lower() != key):
        return 0
    end += text.startswith(("s",) if named else ("s", "S"), end)
    after = text[end : end + 2]
    goes_on = _in_word(after[:1]) or (after[:1] in ("/", ".") and _in_word(after[1:]))
    return 0 if goes_on or (named and _LONGER.match(text, end)) else end


def _in_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


@lru_cache(maxsize=1 << 12)
def _pattern(key: str) -> re.Pattern[str]:
    flags = 0 if is_name(key) else re.IGNORECASE
    letters = re.escape(key).replace(r"\-", "[\u2010\u2011\u2013\u2212-]")
    return re.compile(rf"(?<![\w/.-]){letters}s?(?![\w])(?![./]\w)", flags)


def _fold_all(text: str) -> str:
    """Return ``text`` with every character folded to one: places stay as they are."""
    return text.lower() if text.isascii() else "".join(map(_fold, text))


@lru_cache(maxsize=1 << 14)
def _fold(letter: str) -> str:
    """Return one character that is the same for all that differ in case, or in the hyphen, alone.

    >>> _fold("\\u2011")
    '-'
    >>> [_fold(c) for c in ("A", "ſ", "\\u212a", "İ", "ẞ", "ß", "Σ", "ς")]
    ['a', 's', 'k', 'i', 's', 's', 'σ', 'σ']
    """
    return letter.translate(HYPHENS).lower()[0].upper()[0].lower()[0]
