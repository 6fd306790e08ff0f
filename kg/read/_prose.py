"""Running text and titles told apart: by length, small words, capitals, ends of sentences."""

from __future__ import annotations

import re

from kg.text import word_set

_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
#: The end of a sentence inside a text.
_SENTENCE_END = re.compile(r"[.!?]['\"”’)\]]?\s+(?=[\"“'(]?[A-Z])")
#: The end of a text that is finished.
_CLOSED = re.compile(r"[.!?…。][\"”’')\]]*$|https?://\S+$")
#: Words that titles print in lower case.
SMALL_WORDS = word_set(
    """
    a an and as at by for from in into is it its of on or over than that the to toward towards
    under via vs with without we are do does can how what why when be not
    """
)


def is_prose(text: str) -> bool:
    """Whether ``text`` is running text rather than a title.

    >>> is_prose("We present a model that reads pages. It works well on all of them, as we show.")
    True
    >>> is_prose("Does Localization Inform Editing? Surprising Differences in Models")
    False
    """
    if len(_CJK.findall(text[:400])) > 0.3 * len(text[:400]):
        return len(text) >= 90 or (len(text) >= 40 and "。" in text)
    words = len(text[:20_000].split())
    if words < 12:
        return False
    lower = 1 - capital_share(text)
    inner = len(_SENTENCE_END.findall(text[:20_000]))
    if words >= 40:
        return lower >= 0.45 or inner >= 2
    closed = is_closed(text) and not text.endswith("?")
    if words >= 18:
        return lower >= 0.5 and (closed or inner >= 1)
    return lower >= 0.6 and closed


def is_closed(text: str) -> bool:
    """Whether ``text`` ends as sentences do, or with an address.

    >>> is_closed("It works."), is_closed("A Study of")
    (True, False)
    """
    return bool(_CLOSED.search(text))


def capital_share(text: str) -> float:
    """Return the share of words, small words apart, that start with a capital or a digit.

    >>> capital_share("Attention Is All You Need"), capital_share("attention is needed")
    (1.0, 0.0)
    """
    words = [
        w
        for w in re.findall(r"[^\W_][^\s]*", text[:4000])
        if w.lower().strip(".,:;?!") not in SMALL_WORDS
    ]
    return sum(not w[0].islower() for w in words) / len(words) if words else 0.0
