"""Short forms and the long forms that a text gives for them.

A paper's own "Low-Rank Adaptation (LoRA)" is the best evidence there is that two
names are one.  The candidates are those of Schwartz and Hearst ("A simple
algorithm for identifying abbreviation definitions in biomedical text", PSB 2003):
parentheses in both orders, plus the colon of titles and the words by which
papers coin names ("dubbed", "short for").  The alignment departs from theirs:
instead of the first right-to-left match of letters, the cheapest one wins, where
letters should begin words and words should not be skipped.  That finds the right
long form where letters repeat, and no long form crosses a sentence.

Pure functions on strings; several stages use them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from kg.text import word_set

#: Words of a long form that a short form may pass over at no cost.
STOPWORDS = word_set(
    "a an and as at by de for from in into of on or over per the to under using via vs with"
)

_SPOKEN = {"2": ("to", "two"), "3": ("three", "tri"), "4": ("for", "four"), "x": ("ex", "cross")}
_NEVER = 99

_PARENTHESES = re.compile(r"[(\[]([^()\[\]]{2,120})[)\]]")
_SHORT = re.compile(r"[^\W_](?:[^\W_]|[-.:/&@+*'’^]){0,14}(?:\s\d[\w.]{0,4})?")
_INTRO = re.compile(
    r"(?:i\.?e\.?,?|or|aka|a\.k\.a\.?|also|hereafter|henceforth|named|called|dubbed|termed|denoted"
    r"|abbreviated|abbr\.?|known|referred|simply|short|as|to|by|for|:)\s+",
    re.IGNORECASE,
)
_COINED = re.compile(
    r"(?:\s*,)?\s+(?:(?:which\s+)?(?:we|is|are)\s+)?(?:also\s+)?(?:or\s+simply|dubbed|termed|called"
    r"|named|denoted|abbreviated|coined|referred\s+to|known|a\.?k\.?a\.?)"
    r"(?:\s+as|\s+by|\s+to)?(?:\s+the)?\s+[\"'“‘]?"
)
_COINING = (
    "dubbed", "termed", "called", "named", "denoted", "abbreviated", "coined", "referred to",
    "known as", "simply", "a.k.a", "aka ",
)  # fmt: skip
_STANDS = re.compile(
    r"(?:\s*,\s*|\s+)(?:which\s+|that\s+)?(?:is\s+)?(?:short\s+for|stands\s+for|standing\s+for"
    r"|abbreviation\s+of|an\s+abbreviation\s+of|abbreviated\s+from)\s+[\"'“‘]?"
)
_SENTENCE_END = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!\bal)(?<!\bvs)[.!?;][\"'”’)]*\s|[()\[\]]")
_CLAUSE_END = re.compile(rf"{_SENTENCE_END.pattern}|,\s")
_WORD = re.compile(r"[^\W_]+(?:['’][a-z]+)?")
_MARKUP = re.compile(r"\\(?:text|math)\w{2,4}\{|\\emph\{|[{}$*_`\"“”‘]|\\")
_MARKS = re.compile(r"(?:\\\w+\{|[\s\"'“‘*_$`{}])*")
_LETTER_DIGIT = re.compile(r"[a-z]+[234][a-z]+")
_HYPHENATED = re.compile(r"(?:[-‐‑]\w+)*")
_YEAR = re.compile(r"(?:19|20)\d\d[a-z]?")


@dataclass(frozen=True, slots=True, order=True)
class Abbreviation:
    """A short form with its long form: texts and half-open spans within one text.

    ``pattern`` says how the text puts it: "long (short)", "short (long)",
    "short: long", "coined" or "stands for".
    """

    short: str
    short_start: int
    short_end: int
    long: str
    long_start: int
    long_end: int
    pattern: str


@lru_cache(maxsize=8)  # several stages ask for the same paper's
def find_abbreviations(text: str) -> tuple[Abbreviation, ...]:
    """Return the abbreviations that ``text`` defines, in order of their short forms.

    >>> [(a.short, a.long) for a in find_abbreviations("We use Low-Rank Adaptation (LoRA).")]
    [('LoRA', 'Low-Rank Adaptation')]
    >>> [(a.short, a.long) for a in find_abbreviations("ViT (Vision Transformer) wins.")]
    [('ViT', 'Vision Transformer')]
    """
    found = [*_in_parentheses(text), *_after_colon(text), *_in_words(text)]
    best: dict[tuple[int, int], Abbreviation] = {}
    for item in found:
        best.setdefault((item.short_start, item.short_end), item)
    return tuple(sorted(best.values(), key=lambda a: (a.short_start, a.long_start)))


@lru_cache(maxsize=1 << 17)
def is_short_form(text: str) -> bool:
    """Whether ``text`` is written as an abbreviation: short, one token, with capitals inside.

    >>> [w for w in ("LoRA", "LLMs", "3DGS", "k-NN", "seq2seq", "Left", "see") if is_short_form(w)]
    ['LoRA', 'LLMs', '3DGS', 'k-NN', 'seq2seq']
    """
    if not _SHORT.fullmatch(text) or _YEAR.fullmatch(text):
        return False
    if _LETTER_DIGIT.fullmatch(text):
        return True
    upper = sum(c.isupper() for c in text)
    inside = any(c.isupper() for c in text[1:])
    return upper >= 1 and (inside or any(c.isdigit() for c in text)) and len(letters_of(text)) >= 2


@lru_cache(maxsize=65536)
def letters_of(short: str) -> str:
    """Return the letters and digits that a long form must supply, folded; the plural s is not one.

    >>> letters_of("LLMs"), letters_of("CS:GO"), letters_of("A3C")
    ('llm', 'csgo', 'a3c')
    """
    core = re.sub(r"(?<=[A-Z])(?:['’]?s)$", "", short)
    return "".join(c for c in core.casefold() if c.isalnum())


def matches(short: str, long: str) -> bool:
    """Whether ``long`` as a whole can be the long form of ``short``.

    >>> matches("mIoU", "mean Intersection over Union"), matches("LAS", "label bias")
    (True, False)
    """
    parts = _parts(long)
    if not parts or len(long) <= len(short) or not _same_signs(short, long):
        return False
    cost = _align(short, [word for word, _, _ in parts])
    return bool(cost) and cost[0] <= _allowed(short, len(parts))


def _in_parentheses(text: str) -> Iterator[Abbreviation]:
    for match in _PARENTHESES.finditer(text):
        start, inside = match.start(1), match[1]
        found = _long_before(text, match.start(), *_short_inside(inside, start))
        found = found or _long_inside(text, match)
        if found:
            yield found


def _short_inside(inside: str, start: int) -> tuple[str, int]:
    """Return the short form that a parenthesis holds, and where it starts; ("", 0) if none."""
    skip = 0
    while match := _INTRO.match(inside, skip):
        skip = match.end()
    skip = _MARKS.match(inside, skip).end()  # type: ignore[union-attr]
    head = re.split(r"[,;]|\sfor short|\s(?=[(\[])", inside[skip:], maxsplit=1)[0]
    head = head.rstrip(" \"'”’*_$`}↑↓")
    if is_short_form(head):
        return head, start + skip
    return "", 0


def _long_before(text: str, end: int, short: str, short_start: int) -> Abbreviation | None:
    if not short:
        return None
    span = _best_span(text, _window_start(text, end), end, short)
    return span and Abbreviation(
        short, short_start, short_start + len(short), text[span[0] : span[1]], *span, "long (short)"
    )


def _window_start(text: str, end: int) -> int:
    """Return where the clause before ``end`` begins; long forms do not cross sentences."""
    start = max(0, end - 160)
    for match in _SENTENCE_END.finditer(text, start, max(start, end - 1)):
        start = match.end()
    return start


def _best_span(text: str, start: int, end: int, short: str) -> tuple[int, int] | None:
    """Return the span of the cheapest long form of ``short`` that ends where ``end`` is."""
    parts = _parts(text[start:end])
    letters = letters_of(short)
    parts = parts[-min(len(letters) + 5, 2 * len(letters) + 2) :]
    if not parts or text[start + parts[-1][2] : end].strip(" \"'“”’‘*_$`}{,-"):
        return None
    words = [word for word, _, _ in parts]
    costs = _by_initials(letters, words)
    if not costs or not _is_word_start(text, start + parts[costs.index(0)][1]):
        costs = _align(short, words)
    options = [
        (cost, len(parts) - i, i)
        for i, cost in enumerate(costs)
        if cost <= _allowed(short, len(parts) - i) and _is_word_start(text, start + parts[i][1])
    ]
    if not options:
        return None
    first, last = parts[min(options)[2]], parts[-1]
    span = (start + first[1], start + last[2])
    inside = {word for word, s, _ in parts if s >= first[1]}
    too_short = span[1] - span[0] <= len(short)
    if too_short or letters in inside or not _same_signs(short, text[span[0] : span[1]]):
        return None
    return span


def _same_signs(short: str, long: str) -> bool:
    """Whether a plus or star in the short form is in the long one, too: ERM++ is not ERM."""
    return all(sign in long for sign in "+*" if sign in short)


def _by_initials(letters: str, words: list[str]) -> list[int]:
    """Return the costs of :func:`_align` at once where the last words' initials do spell it.

    Nine definitions in ten are like this.
    """
    counted = [i for i, word in enumerate(words) if word not in STOPWORDS][-len(letters) :]
    if "".join(words[i][0] for i in counted) != letters:
        return []
    return [0 if i == counted[0] else _NEVER for i in range(len(words))]


def _is_word_start(text: str, at: int) -> bool:
    return at == 0 or not (text[at - 1].isalnum() or text[at - 1] in "-‐‑")


def _long_inside(text: str, match: re.Match[str]) -> Abbreviation | None:
    """Return "short (long)", where the parenthesis spells out the token before it."""
    near = max(0, match.start() - 18)  # all that the pattern can span: a copy of it all is slow
    before = re.search(r"([^\s()\[\],;]{2,16})\s?$", text[near : match.start()])
    inside = re.split(r"[;,]|\se\.g\.", match[1], maxsplit=1)[0].rstrip()
    if not before or not re.search(r"\S[\s-]\S", inside):
        return None
    short = before[1].strip("\"'“”*_$`{}")
    if not (is_short_form(short) or short[:1].isupper()) or not matches(short, inside):
        return None
    at = near + before.start(1) + before[1].index(short)
    start = match.start(1) + (len(inside) - len(inside.lstrip()))
    long = inside.strip()
    return Abbreviation(short, at, at + len(short), long, start, start + len(long), "short (long)")


def _after_colon(text: str) -> Iterator[Abbreviation]:
    """Yield "short: long" at the start of the text or of a sentence, as titles have it."""
    for match in re.finditer(r"(?:^|(?<=[.!?]\s))([^\s:]{2,15})\s?[:—–]\s+", text):
        short = match[1].strip("\"'“”*_$`{}")
        if is_short_form(short) and (span := _span_after(text, match.end(), short)):
            at = match.start(1) + match[1].index(short)
            yield Abbreviation(
                short, at, at + len(short), text[span[0] : span[1]], *span, "short: long"
            )


def _span_after(
    text: str, start: int, short: str, stop: re.Pattern[str] = _SENTENCE_END
) -> tuple[int, int] | None:
    """Return the shortest prefix after ``start`` that spells out ``short`` word by word."""
    parts = _words_after(text, start, stop, len(letters_of(short)) + 4)
    skip = 1 if parts and parts[0][0] in ("a", "an", "the") else 0
    words = [word for word, _, _ in parts]
    ends = [
        (_align(short, words[skip:i])[0] + _buried_capitals(short, words[skip:i]), i)
        for i in range(skip + 2, len(parts) + 1)
        if words[i - 1] not in STOPWORDS
    ]
    cost, i = min(ends, default=(_NEVER, 0))
    if any(sign in short and text.find(sign, start) < 0 for sign in "+*"):
        return None
    if cost > _allowed(short, i - skip):
        return None
    last = start + parts[i - 1][2]
    tail = _HYPHENATED.match(text, last)
    return start + parts[skip][1], tail.end() if tail else last


def _words_after(
    text: str, start: int, stop: re.Pattern[str], count: int
) -> list[tuple[str, int, int]]:
    """Return at most ``count`` words up to the next ``stop``, reading no further than it must."""
    width = 32 * count
    while True:
        edge = min(start + width, len(text))
        end = stop.search(text, start, edge)
        parts = _parts(text[start : end.start() if end else edge])
        # What the edge may have cut, a word or mark-up, is among the last of these.
        if end or edge == len(text) or len(parts) > count + 8:
            return parts[:count]
        width *= 2


def _buried_capitals(short: str, words: list[str]) -> int:
    """Return how many capitals of ``short`` begin no word: LoRA needs an A after "Low-Rank".

    Where all letters are capitals, they say nothing.
    """
    if re.sub(r"s$", "", short).isupper():
        return 0
    starts = [word[0] for word in words]
    missing = 0
    for letter in (c.casefold() for c in short if c.isupper()):
        if letter in starts:
            starts = starts[starts.index(letter) + 1 :]
        else:
            missing += 1
    return missing


def _in_words(text: str) -> Iterator[Abbreviation]:
    """Yield what "long, dubbed SHORT" and "SHORT, short for long" say."""
    if any(word in text for word in _COINING):
        yield from _coined(text)
    if "short for" in text or "stand" in text or "abbreviat" in text:
        yield from _standing(text)


def _coined(text: str) -> Iterator[Abbreviation]:
    for match in _COINED.finditer(text):
        token = _SHORT.match(text, match.end())
        short = token[0].rstrip(".:,'’-/") if token else ""
        if short and is_short_form(short):
            span = _best_span(text, _window_start(text, match.start()), match.start(), short)
            if span and _spelled_fully(short, text[span[0] : span[1]]):
                at = match.end()
                yield Abbreviation(
                    short, at, at + len(short), text[span[0] : span[1]], *span, "coined"
                )


def _spelled_fully(short: str, long: str) -> bool:
    """Whether two words or more spell the short form and no word is passed over."""
    words = [word for word, _, _ in _parts(long)]
    return len(words) > 1 and _align(short, words)[0] == 0


def _standing(text: str) -> Iterator[Abbreviation]:
    for match in _STANDS.finditer(text):
        near = max(0, match.start() - 17)
        before = re.search(r"([^\s()\[\],;]{2,16})$", text[near : match.start()])
        short = before[1].strip("\"'“”*_$`{}") if before else ""
        if (
            before
            and is_short_form(short)
            and (span := _span_after(text, match.end(), short, _CLAUSE_END))
        ):
            at = near + before.start(1) + before[1].index(short)
            yield Abbreviation(
                short, at, at + len(short), text[span[0] : span[1]], *span, "stands for"
            )


def _parts(text: str) -> list[tuple[str, int, int]]:
    """Return the words of ``text``, hyphenated ones in pieces: (folded, start, end)."""
    return [(m[0].casefold(), m.start(), m.end()) for m in _WORD.finditer(_blank_markup(text))]


def _blank_markup(text: str) -> str:
    """Join what mark-up splits: bold initials (\\textbf{L}ow) must not count as words."""
    if "\\" not in text:
        return text
    return _MARKUP.sub(lambda m: " " * len(m[0]), text)


def _allowed(short: str, parts: int) -> int:
    """Return the cost up to which an alignment is believed, by length of the short form."""
    length = len(letters_of(short))
    if parts == 1:
        return length - 1 if 2 <= length <= 4 and short[:-1].isupper() else -1
    return 0 if length <= 2 else 1 if length <= 5 else 2


def _align(short: str, parts: list[str]) -> list[int]:
    """Return for every start in ``parts`` the cost of spelling ``short`` from there to the end.

    A word that supplies letters supplies its first; a letter within a word costs
    1 unless it continues a prefix; a word passed over costs 1 unless it is a
    stop word.
    """
    letters = _repeat_digits(letters_of(short), parts)
    if not letters:
        return []
    cost = [[_NEVER] * (len(parts) + 1) for _ in range(len(letters) + 1)]
    cost[len(letters)][len(parts)] = 0
    for j in range(len(parts) - 1, -1, -1):
        skip = 0 if parts[j] in STOPWORDS else 1
        for i in range(len(letters), -1, -1):
            options = [cost[i][j + 1] + skip]
            options += [cost[i + k][j + 1] + c for k, c in _eaten(letters[i:], parts[j])]
            cost[i][j] = min(options)
    return [_from_start(letters, parts, cost, j) for j in range(len(parts))]


def _from_start(letters: str, parts: list[str], cost: list[list[int]], j: int) -> int:
    return min((cost[k][j + 1] + c for k, c in _eaten(letters, parts[j])), default=_NEVER)


def _begins(letter: str, part: str) -> bool:
    return part.startswith((letter, *_SPOKEN.get(letter, ())))


def _eaten(letters: str, part: str) -> list[tuple[int, int]]:
    """Return (letters used, cost) for every way in which ``part`` supplies the next letters."""
    if not letters or not _begins(letters[0], part):
        return []
    if not part.startswith(letters[0]):
        return [(1, 0)]
    ways, at, price, run = [], 0, 0, True
    for used, letter in enumerate(letters, 1):
        found = part.find(letter, at)
        if found < 0:
            break
        run = run and found == used - 1
        price += 0 if run else 1
        ways.append((used, price))
        at = found + 1
    return ways


def _repeat_digits(letters: str, parts: list[str]) -> str:
    """Write "a3c" as "aaac" where the words begin so (asynchronous advantage actor critic)."""
    match = re.fullmatch(r"([a-z])([23])([a-z]*)", letters)
    if not match or any(part[0].isdigit() for part in parts):
        return letters
    repeated = match[1] * int(match[2])
    starts = sum(part.startswith(match[1]) for part in parts)
    return repeated + match[3] if starts >= int(match[2]) else letters
