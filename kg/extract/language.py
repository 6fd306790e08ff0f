"""Is this abstract English?  A count of function words and of letters, no model.

Papers in another language are kept and flagged, never dropped: the extractor was
trained on English and what it finds there deserves less trust.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

#: What is not English and nothing that is known here (ISO 639-2 and BCP 47: undetermined).
UNKNOWN = "und"

_WORDS = {
    "en": "the of and to in is that for with we this are on as by be from which our it an can or "
    "have has not been they these those their its than such when while however although most many "
    "more using based existing new through under between during",
    "fr": "le la les des et est une un du dans que pour qui sur par avec nous cette sont au ce",
    "de": "der die und das ist ein eine von mit den wir für auf dem des werden sich auch als wird",
    "es": "el la los las de y en que un una para con por se del es como este esta son nos",
    "pt": "o a os as de e em que um uma para com por se do da é como este esta são nos no na",
    "it": "il la lo gli di e in che un una per con si del è come questo questa sono nel della",
    "nl": "de het een van en in is dat voor met op zijn we deze wordt door aan te bij",
    "ca": "el la els les i en que un una per amb com és són del dels aquest aquesta més al",
    "ro": "și şi de în la cu pe pentru care un este din sunt prin mai sau această acest ale",
    "sv": "och att är av för som den det med till en ett på i vi har kan inte från denna eller",
    "da": "og at er af for som den det med til en et på i vi har kan ikke fra denne eller bliver",
    "no": "og at er av for som den det med til en et på i vi har kan ikke fra denne eller blir",
    "pl": "w na z i do się jest że nie oraz dla przez od które który która tej tym jako są po",
    "cs": "a v na se je že z do pro které který která jsou jako od této tento při nebo však",
    "sk": "a v na sa je že z do pre ktoré ktorý ktorá sú ako od tejto tento pri alebo však",
    "sl": "in v na se je da za od ki so s kot ali z pri ta tudi iz po smo",
    "hr": "i u na se je da za od koji koja koje su s kao ovaj ovom ili iz te što",
    "fi": "ja on että ei joka jotka se tai ovat myös kun voidaan sekä mutta kuin ne tässä avulla",
    "hu": "a az és hogy is egy nem ez meg van vagy amely valamint mint ezt azt több ezek",
    "tr": "ve bir bu için ile olarak olan de da daha gibi en çok ise veya göre kadar sonra",
    "vi": "của và các là cho được trong một với những này có không để trên từ chúng tôi đã như",
    "id": "yang dan di dengan untuk dari pada ini dalam adalah ke kami tidak dapat sebagai oleh",
}
#: Function word -> the languages that have it.
_KNOWN: dict[str, set[str]] = {}
for _code, _words in _WORDS.items():
    for _word in _words.split():
        _KNOWN.setdefault(_word, set()).add(_code)
#: Letters of one language alone, among those above: a word that has one speaks for it.
_LETTERS = {
    "pl": "[ąęłńśźż]", "cs": "[řěů]", "sk": "[ľĺŕ]", "ro": "[ășțţ]", "hu": "[őű]", "tr": "[ığ]",
    "hr": "đ", "vi": "[ơưấầậếềểệốồộớờợứừữự]", "fi": "ää|äy|yö|öö",
}  # fmt: skip
_LETTERED = {code: re.compile(letters) for code, letters in _LETTERS.items()}

_SCRIPTS = (
    ("HIRAGANA", "ja"), ("KATAKANA", "ja"), ("HANGUL", "ko"), ("CJK", "zh"), ("CYRILLIC", "ru"),
    ("ARABIC", "ar"), ("GREEK", "el"), ("HEBREW", "he"), ("DEVANAGARI", "hi"), ("THAI", "th"),
    ("BENGALI", "bn"), ("TAMIL", "ta"), ("TELUGU", "te"), ("GUJARATI", "gu"), ("KANNADA", "kn"),
    ("MALAYALAM", "ml"), ("GEORGIAN", "ka"), ("ARMENIAN", "hy"), ("ETHIOPIC", "am"),
)  # fmt: skip
#: Languages that share a script, with letters that the others lack; most such letters win.
_SHARED = {
    "ru": {
        "ru": "ыэё", "uk": "іїєґ", "be": "ўіыэ", "bg": "ъ", "sr": "ђћјљњџ", "mk": "ѓќѕјљњџ",
        UNKNOWN: "әңөүһҗ", "kk": "әғқңөұүһі",
    },
    "ar": {"ar": "ةىإأؤ", "fa": "پچژگکی", "ur": "ٹڈڑےںہھپچگکی", UNKNOWN: "ڕڵۆێښږټډړېۍ"},
}  # fmt: skip

_TOKEN = re.compile(r"[^\W\d_]+")
#: What is written alike in every language: addresses, commands of LaTeX.
_NO_LANGUAGE = re.compile(r"(?:https?:/|www\.)\S+|[\w.-]{1,60}\.\w{2,9}/\S+|\\[A-Za-z]+")
#: Fewer words than this say too little about a text's language.
ENOUGH = 12
#: Fewer different words than this may be English without any of its function words.
ENOUGH_FOREIGN = 18
#: So many different words must speak for a language.
DISTINCT = 4
#: A text is not English if function words that only English has are a smaller share of it.
LEAST_ENGLISH = 0.05


def find_language(text: str) -> str | None:
    """Return the ISO 639-1 code of a text that is plainly not English, else None.

    "und" (undetermined) stands for a language that is none of those known here.

    >>> find_language("Nous présentons une méthode pour la traduction automatique qui est basée "
    ...               "sur des réseaux de neurones et nous montrons les résultats sur un corpus.")
    'fr'
    >>> find_language("We present a method.") is None
    True
    """
    sample = _NO_LANGUAGE.sub(" ", unicodedata.normalize("NFC", text[:4000]))
    return _by_script(sample) or _by_words(sample)


def _by_script(text: str) -> str | None:
    letters = [c for c in text.lower() if c.isalpha()]
    names = [unicodedata.name(c, "") for c in letters if not c.isascii()]
    if len(names) * 3 < len(letters) or len(names) < ENOUGH:
        return None
    counts = Counter(code for name in names for script, code in _SCRIPTS if name.startswith(script))
    if counts["ja"] * 10 > counts["zh"]:  # Japanese is written with kana and Chinese characters
        counts["ja"] += counts.pop("zh", 0)
    code, most = max(sorted(counts.items()), key=lambda pair: pair[1], default=("", 0))
    return _of_script(code, letters) if most * 2 > len(names) else None


def _of_script(code: str, letters: list[str]) -> str:
    """Return which of the languages that share the script of ``code`` these letters are of."""
    shared = _SHARED.get(code, {})
    return max(shared, key=lambda one: sum(c in shared[one] for c in letters), default=code)


def _by_words(text: str) -> str | None:
    words = [word.lower() for word in _TOKEN.findall(text)]
    if len(words) < ENOUGH:
        return None
    telling: dict[str, list[str]] = {code: [] for code in _WORDS}
    for word in words:
        for code in _languages(word):
            telling[code].append(word)
    english = len(telling["en"])
    best = max(telling, key=lambda code: len(telling[code]))
    share = len(telling[best])
    clear = share > 1.5 * english and share * 8 > len(words)
    if best != "en" and clear and len(set(telling[best])) >= DISTINCT:
        return best
    return UNKNOWN if _is_foreign(words, telling["en"]) else None


def _is_foreign(words: list[str], english: list[str]) -> bool:
    """Whether too few words are English function words, above all such as only English has."""
    only = sum(_KNOWN[word] == {"en"} for word in english)
    few = only < LEAST_ENGLISH * len(words) and len(english) * 12 < len(words)
    return few and len(set(words)) >= ENOUGH_FOREIGN


def _languages(word: str) -> set[str]:
    """Return the languages that a word speaks for: it is a function word, or has their letters."""
    lettered = () if word.isascii() else _LETTERED.items()
    return {*_KNOWN.get(word, ()), *(code for code, known in lettered if known.search(word))}
