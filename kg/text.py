"""Small pure functions on strings that several stages share."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_SPACE = re.compile(r"\s+")
_LATEX_COMMAND = re.compile(
    r"\\(?:emph|text\w{0,4}|math\w{2,4}|url|href|em|bf|it|sc|tt|rm)(?![a-zA-Z])\s*"
)
_LATEX_CHARS = re.compile(r"[{}$\\~^_`]")
_DASH = re.compile(r"[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_QUOTES = str.maketrans("", "", "'’‘`\"“”´")
_NOT_WORD = re.compile(r"[^\w+#]+")
_SLUG = re.compile(r"[^a-z0-9]+")

#: A character that XML 1.0 has no way to write, not even as a reference, or UTF-8 none.
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def squeeze(text: str) -> str:
    """Trim outer white space and make every run of white space one space.

    >>> squeeze("  a\\n b\\t\\tc ")
    'a b c'
    """
    return _SPACE.sub(" ", text).strip()


def fold(name: str) -> str:
    """Return the key under which two spellings of one name are the same.

    NFKC, case folding, LaTeX marks and quotes dropped, every dash and
    punctuation a space.  Says nothing of plurals or abbreviations: that is
    linking.

    >>> fold("Fine–Tuning"), fold("fine-tuning"), fold("$\\\\pi_0$"), fold("C++")
    ('fine tuning', 'fine tuning', 'π0', 'c++')
    """
    text = unicodedata.normalize("NFKC", name)
    text = _LATEX_COMMAND.sub("", text)
    text = re.sub(
        r"\\(alpha|beta|gamma|delta|epsilon|lambda|mu|pi|sigma|tau|phi|psi|omega)(?![a-zA-Z])",
        lambda m: _GREEK[m[1]],
        text,
    )
    text = _LATEX_CHARS.sub("", text)
    text = _DASH.sub("-", text).translate(_QUOTES).casefold()
    return _SPACE.sub(" ", _NOT_WORD.sub(" ", text).replace("_", " ")).strip()


_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "lambda": "λ",
    "mu": "μ", "pi": "π", "sigma": "σ", "tau": "τ", "phi": "φ", "psi": "ψ", "omega": "ω",
}  # fmt: skip


def word_set(text: str) -> frozenset[str]:
    """Return the words of ``text``: how a long list of them is written down."""
    return frozenset(text.split())


def slug(text: str, length: int = 60) -> str:
    """Return an ASCII slug of at most ``length`` characters, cut at a word.

    Every kind of dash is one, and soft hyphens are none.

    >>> slug("LoRA: Low-Rank Adaptation of Large Language Models", 20), slug("image\u2010text")
    ('lora-low-rank', 'image-text')
    """
    dashed = _DASH.sub("-", text.replace("\u00ad", ""))
    ascii_text = unicodedata.normalize("NFKD", dashed).encode("ascii", "ignore").decode().lower()
    full = _SLUG.sub("-", ascii_text).strip("-")
    if len(full) <= length:
        return full
    return full[: length + 1].rsplit("-", 1)[0][:length]


def digest(text: str, length: int = 8) -> str:
    """Return the first ``length`` hex digits of the SHA-256 of ``text`` (UTF-8).

    Lone surrogates, which UTF-8 cannot carry, are escaped first.
    """
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:length]


def shorten(text: str, most: int) -> str:
    """Return at most ``most`` characters of ``text``, cut at a word and with "…" if it is longer.

    >>> shorten("a very long name of a concept that goes on", 20)
    'a very long name…'
    """
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut) + "…"


def file_name(path: str) -> str:
    """Return the last step of a path, whichever system wrote it.

    >>> file_name("/home/ada/papers.txt"), file_name("C:\\\\ada\\\\refs.bib")
    ('papers.txt', 'refs.bib')
    """
    return path.replace("\\", "/").rsplit("/", 1)[-1]


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return how many there are of what ``noun`` names; ``plural`` where an s does not do.

    >>> counted(1, "paper"), counted(0, "paper"), counted(87187, "entry", "entries")
    ('1 paper', '0 papers', '87,187 entries')
    """
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def printable(text: str) -> str:
    """Return ``text`` without what would steer a terminal: control characters, bidi marks.

    >>> printable("a\\x1b[31mb\\nc")
    'a [31mb c'
    """
    return "".join(" " if unicodedata.category(c) in _STEERING else c for c in text)


_STEERING = ("Cc", "Cf", "Zl", "Zp")


def display_width(text: str) -> int:
    """Return how many terminal columns ``text`` takes.

    >>> display_width("知識"), display_width("é")
    (4, 1)
    """
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(bool(unicodedata.combining(c)) for c in text)


def pad(text: str, width: int, right: bool) -> str:
    """Return ``text`` in exactly ``width`` terminal columns: cut with "…", or filled with spaces.

    >>> pad("LoRA", 6, True), pad("Transformer", 6, False)
    ('  LoRA', 'Trans…')
    """
    if display_width(text) > width:
        text = _first_columns(text, width - 1) + "…"
    space = " " * (width - display_width(text))
    return space + text if right else text + space


def _first_columns(text: str, width: int) -> str:
    """Return the longest beginning of ``text`` that takes at most ``width`` columns."""
    taken = 0
    for at, char in enumerate(text):
        taken += display_width(char)
        if taken > width:
            return text[:at]
    return text


_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|cf|vs|et al|etc|Fig|Eq|Sec|resp|approx|w\.r\.t|a\.k\.a|Dr|Prof|No)"
    r"|\b[A-Z])\.$"
)
_BOUNDARY = re.compile(r"(?<=[.!?])[\"')\]’”]*\s+(?=[\"'(\[“‘]?[A-Z0-9$\\])")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Return half-open [start, end) spans of the sentences of ``text``, in order.

    A boundary is closing punctuation, white space and an upper-case or numeric
    start, unless an abbreviation ("et al.", "e.g.", an initial) stands before it.

    >>> sentence_spans("We use it. It works, e.g. Well. Done!")
    [(0, 10), (11, 31), (32, 37)]
    """
    spans, start = [], 0
    for match in _BOUNDARY.finditer(text):
        before = text[max(start, match.start() - 12) : match.start()]
        if _ABBREVIATION.search(before):
            continue
        spans.append((start, match.start() + len(match[0].rstrip())))
        start = match.end()
    if start < len(text):
        spans.append((start, len(text.rstrip()) or len(text)))
    return spans


def sentence_at(text: str, start: int, end: int) -> str:
    """Return the sentence of ``text`` that holds the span [start, end).

    A span that crosses a boundary gets all the sentences it touches.
    """
    touched = [s for s in sentence_spans(text) if s[0] < end and s[1] > start]
    return text[touched[0][0] : touched[-1][1]] if touched else text[start:end]
