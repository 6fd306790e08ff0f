"""Is this abstract English?  A count of function words and of letters, no model.

Papers in another language are kept and flagged, never dropped: the extractor was
trained on English and what it finds there deserves less trust.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

_WORDS = {
    "en": "the of and to in is that for with we this are on as by be from which our it an can or",
    "fr": "le la les des et est une un du dans que pour qui sur par avec nous cette sont au ce",
    "de": "der die und das ist ein eine von mit den wir für auf dem des werden sich auch als wird",
    "es": "el la los las de y en que un una para con por se del es como este esta son nos",
    "pt": "o a os as de e em que um uma para com por se do da é como este esta são nos no na",
    "it": "il la lo gli di e in che un una per con si del è come questo questa sono nel della",
    "nl": "de het een van en in is dat voor met op zijn we deze wordt door aan te bij",
}
_FUNCTION = {code: frozenset(words.split()) for code, words in _WORDS.items()}
_SCRIPTS = (
    ("HIRAGANA", "ja"), ("KATAKANA", "ja"), ("HANGUL", "ko"), ("CJK", "zh"), ("CYRILLIC", "ru"),
    ("ARABIC", "ar"), ("GREEK", "el"), ("HEBREW", "he"), ("DEVANAGARI", "hi"), ("THAI", "th"),
)  # fmt: skip
_TOKEN = re.compile(r"[^\W\d_]+")
#: Fewer words than this say too little about a text's language.
ENOUGH = 12
#: So many different function words must speak for a language.
DISTINCT = 4


def find_language(text: str) -> str | None:
    """Return the ISO 639-1 code of a text that is plainly not English, else None.

    >>> find_language("Nous présentons une méthode pour la traduction automatique qui est basée "
    ...               "sur des réseaux de neurones et nous montrons les résultats sur un corpus.")
    'fr'
    >>> find_language("We present a method.") is None
    True
    """
    sample = text[:4000]
    return _by_script(sample) or _by_words(sample)


def _by_script(text: str) -> str | None:
    letters = [c for c in text if c.isalpha()]
    names = [unicodedata.name(c, "") for c in letters if not c.isascii()]
    if len(names) * 3 < len(letters) or len(names) < ENOUGH:
        return None
    counts = Counter(code for name in names for script, code in _SCRIPTS if name.startswith(script))
    if counts["ja"] * 10 > counts["zh"]:  # Japanese is written with kana and Chinese characters
        counts["ja"] += counts.pop("zh", 0)
    code, most = max(sorted(counts.items()), key=lambda pair: pair[1], default=("", 0))
    return code if most * 2 > len(names) else None


def _by_words(text: str) -> str | None:
    words = [word.lower() for word in _TOKEN.findall(text)]
    if len(words) < ENOUGH:
        return None
    share = {code: sum(w in known for w in words) for code, known in _FUNCTION.items()}
    best = max(share, key=lambda code: share[code])
    clear = share[best] > 1.5 * share["en"] and share[best] * 8 > len(words)
    clear = clear and len(_FUNCTION[best].intersection(words)) >= DISTINCT
    return best if best != "en" and clear else None
