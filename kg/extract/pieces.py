"""Text to word pieces with offsets: what the encoder reads.

BERT's uncased tokenisation (white space, every punctuation mark alone, greedy
longest word pieces; Devlin et al. 2019), in plain Python with exact offsets into
the original text.  The pieces are lower case and without accents; the shape of
the original letters travels beside them as a small number, because case and
digits are most of what tells a name from a word.

Pure and without state but for a cache: the same text always gives the same pieces.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

#: Longest word, in characters, that is split into pieces; a longer one is unknown.
LONGEST_WORD = 100
#: Number of shape codes (see :func:`shape`); a piece that continues a word gets ``code + SHAPES``.
SHAPES = 16

#: What PDF files print as one character, and the letters that it is.
LIGATURES = {
    "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl",
    "\ufb05": "st", "\ufb06": "st",
}  # fmt: skip

_ASCII_PUNCTUATION = r"!-/:-@\[-`{-~"


@dataclass(frozen=True, slots=True)
class Piece:
    """One word piece: its row in the vocabulary, where it stands, and its shape code."""

    id: int
    start: int
    end: int
    shape: int


def shape(text: str) -> int:
    """Return the shape code of a piece's original text.

    >>> [shape(s) for s in ("word", "Word", "LoRA", "GPT", "A", "4", "3D", "(", "-")]
    [7, 5, 6, 3, 4, 1, 2, 8, 10]
    """
    upper = sum(c.isupper() for c in text)
    digits = sum(c.isdigit() for c in text)
    if digits:
        return 1 if digits == len(text) else 2
    if upper:
        return _upper_shape(text, upper)
    if any(c.islower() for c in text):
        return 7
    return next((code for code, marks in _MARKS if text in marks), 12)


_MARKS = ((0, ("",)), (8, tuple("()[]")), (9, (":",)), (10, tuple("-–—/")), (11, tuple(".,;")))


def _upper_shape(text: str, upper: int) -> int:
    if upper == len(text):
        return 3 if upper > 1 else 4
    return 5 if upper == 1 and text[0].isupper() else 6


class PieceTokenizer:
    """Splits text into the pieces of one vocabulary.

    The vocabulary is BERT's form: a piece a line, "##" before those that continue
    a word; the first three are [UNK], [CLS], [SEP].
    """

    UNKNOWN, BEGIN, SEPARATOR = 0, 1, 2

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._rows = {piece: row for row, piece in enumerate(vocabulary)}
        self._cached = lru_cache(maxsize=1 << 16)(self._split)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PieceTokenizer) and self._rows == other._rows

    def __hash__(self) -> int:
        return hash(len(self._rows))

    def encode(self, text: str) -> list[Piece]:
        """Return the pieces of ``text`` in order; white space belongs to none."""
        return [
            Piece(row, match.start() + start, match.start() + end, code)
            for match in _word_pattern().finditer(text)
            for row, start, end, code in self._cached(match[0])
        ]

    def _split(self, word: str) -> tuple[tuple[int, int, int, int], ...]:
        """Return (row, start, end, shape code) of one word's pieces, greedily longest first."""
        letters, places = _normalise(word)
        if not letters:
            return ()
        cuts = self._cuts(letters, _joined(word, places))
        if not cuts:
            return ((self.UNKNOWN, 0, len(word), shape(word)),)
        found = []
        for row, begin, stop in cuts:
            start, end = places[begin], places[stop - 1] + 1
            glued = start > 0 and word[start - 1].isalnum()
            found.append((row, start, end, shape(word[start:end]) + (SHAPES if glued else 0)))
        return tuple(found)

    def _cuts(self, letters: str, joined: frozenset[int]) -> list[tuple[int, int, int]]:
        """Return (row, start, end) of the pieces of normalised letters; [] where there are none.

        No piece ends at one of ``joined``.
        """
        cuts: list[tuple[int, int, int]] = []
        start = 0
        while start < len(letters) <= LONGEST_WORD:
            prefix = "##" if start else ""
            ends = (e for e in range(len(letters), start, -1) if e not in joined)
            end = next((e for e in ends if prefix + letters[start:e] in self._rows), 0)
            if not end:
                return []
            cuts.append((self._rows[prefix + letters[start:end]], start, end))
            start = end
        return cuts


def _joined(word: str, places: list[int]) -> frozenset[int]:
    """Return where no piece may end: between the letters of one ligature."""
    if word.isascii() or not any(ligature in word for ligature in LIGATURES):
        return frozenset()
    pairs = enumerate(pairwise(places), 1)
    return frozenset(at for at, (one, two) in pairs if one == two and word[one] in LIGATURES)


def _normalise(word: str) -> tuple[str, list[int]]:
    """Return ``word`` in lower case without accents, and for every letter its place in ``word``."""
    if word.isascii():
        return word.lower(), list(range(len(word)))
    pairs = [
        (letter, place)
        for place, character in enumerate(word)
        for letter in unicodedata.normalize("NFD", LIGATURES.get(character, character)).lower()
        if unicodedata.category(letter) not in ("Mn", "Cc", "Cf", "Co", "Cs", "Cn")
    ]
    return "".join(letter for letter, _ in pairs), [place for _, place in pairs]


@lru_cache(maxsize=1)
def _word_pattern() -> re.Pattern[str]:
    """Return the pattern of one word or one punctuation mark or one CJK character."""
    alone = _ASCII_PUNCTUATION + _ranges(
        c for c in range(0x80, sys.maxunicode + 1) if _stands_alone(c)
    )
    return re.compile(rf"[^\s{alone}]+|[{alone}]")


def _stands_alone(code: int) -> bool:
    cjk = 0x3400 <= code <= 0x4DBF or 0x4E00 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF
    cjk = cjk or 0x20000 <= code <= 0x2FA1F
    return cjk or unicodedata.category(chr(code)).startswith("P")


def _ranges(codes: Iterable[int]) -> str:
    """Return ascending code points as the inside of a character class."""
    spans: list[list[int]] = []
    for code in codes:
        if spans and code == spans[-1][1] + 1:
            spans[-1][1] = code
        else:
            spans.append([code, code])
    return "".join(f"{chr(a)}-{chr(b)}" if b > a else chr(a) for a, b in spans)
