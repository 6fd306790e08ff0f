"""Abbreviations that a paper uses beside their long forms but never defines.

Guesses: they count only where no paper of the corpus says otherwise
(:mod:`kg.link.senses`), and only if exactly one name of the paper fits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from kg.abbreviations import STOPWORDS, is_short_form, letters_of, matches
from kg.link.rules import is_proper, without_head
from kg.model import Paper
from kg.names import name_key, name_words, written_words

#: Letters that a short form needs where its long form's initials are just these,
#: and where they are some of these.
_ALL, _SOME = 3, 4


@dataclass(frozen=True, slots=True, order=True)
class Long:
    """A name of several words that may be a long form; ``text`` is without its generic head."""

    key: str
    text: str
    initials: tuple[str, str]


def find_guesses(
    paper: Paper, keys: tuple[str, ...], defined: set[str]
) -> Iterator[tuple[str, str, str, str]]:
    """Yield (short key, long key, short text, long text) of pairs that fit.

    Args:
        keys: the key of each mention of ``paper``, in order.
        defined: short keys that the paper defines itself.
    """
    longs: dict[tuple[str, str], set[Long]] = defaultdict(set)
    for mention, key in zip(paper.mentions, keys, strict=True):
        long = _long(key, mention.text, mention.type)
        if long:
            longs[long.initials[0][0], mention.type].add(long)
    for mention, key in zip(paper.mentions, keys, strict=True):
        short = _without_head(mention.text, mention.type)
        if key not in defined and is_short_form(short) and is_proper(short):
            near = longs.get((letters_of(short)[:1], mention.type), set())
            fitting = {long.key for long in near if _fits(short, mention.type, long)}
            if len(fitting) == 1 and key not in fitting:
                best = min(long for long in near if long.key in fitting)
                yield key, best.key, short, best.text


def _long(key: str, text: str, type: str) -> Long | None:
    bare = _without_head(text, type)
    words = name_words(bare)
    if len(words) < 2:
        return None
    content = [word for word in words if word not in STOPWORDS] or list(words)
    every = "".join(word[0] for word in words)
    return Long(key, bare, ("".join(word[0] for word in content), every))


def _without_head(text: str, type: str) -> str:
    words = name_words(text)
    bare = without_head(words, type)
    if bare == words or not bare or " " not in text:
        return text
    return text.rsplit(" ", len(words) - len(bare))[0] if _spaced(text, bare) else text


def _spaced(text: str, bare: tuple[str, ...]) -> bool:
    """Whether cutting words off ``text`` leaves just the words ``bare``."""
    cut = text.rsplit(" ", len(written_words(text)) - len(bare))[0]
    return name_words(cut) == bare


def _fits(short: str, type: str, long: Long) -> bool:
    """Whether ``long`` spells ``short``: by its initials, or with the beginnings of its words.

    Two letters are too few but for tasks and metrics, and three where a word
    supplies more than its first.  What only begins with the short form is no
    long form of it: SoftTriple loss, DeiT-T.
    """
    letters, key = letters_of(short), name_key(short)
    exact = 2 if type in ("Task", "Metric") else _ALL
    enough = exact if letters in long.initials else _SOME
    if len(letters) < enough or not _in_order(long.initials[0], letters):
        return False
    own = long.key.startswith(key) or _is_name_of_its_own(long.text, letters)
    return not own and matches(short, long.text)


def _is_name_of_its_own(text: str, letters: str) -> bool:
    """Whether ``text`` is one token, or words only, that are coined themselves, and no long form.

    It may be one if the short form with these ``letters`` holds its capitals and digits.

    >>> [_is_name_of_its_own(t, "cmumosi") for t in ("CMU-MOSEI", "CMU MOSEI", "Cut-Mu-Mosaic")]
    [True, True, False]
    >>> _is_name_of_its_own("MMHal-Bench", "mmbench"), _is_name_of_its_own("FlowNet2-CSS", "fn2css")
    (True, False)
    """
    alone = is_proper(text) if " " not in text else all(map(is_proper, text.split()))
    capitals = "".join(c for c in text if c.isupper() or c.isdigit()).casefold()
    return alone and not _in_order(capitals, letters)


def _in_order(initials: str, letters: str) -> bool:
    """Whether ``letters`` holds the initials in their order: each word must supply its first."""
    left = iter(letters)
    return all(letter in left for letter in initials)
