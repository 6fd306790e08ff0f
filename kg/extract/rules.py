"""The rule extractors: a paper's own words carry a name from where it is plain to everywhere.

Each reads the paper and the mentions known so far and returns mentions of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.abbreviations import find_abbreviations
from kg.extract.merge import name_key
from kg.extract.occurrences import find_names
from kg.extract.registry import register
from kg.model import FIELDS, Mention, Paper

#: A name must be known at least this surely to be looked for elsewhere in the paper.
SURE = 0.5

#: A word that may be a coined name; :func:`_is_coined` tells whether it looks like one.
_NAME = r"(?P<name>[A-Za-z0-9](?:[\w+^-]|\*(?!\*)){0,40}(?:\.\d\w{0,8})?)"
#: What may stand around it: quotes, Markdown, LaTeX, HTML.
_OPEN = (
    r"(?:\$?\\(?:text(?:bf|it|sc|tt|sf|rm)|math(?:bf|it|tt|sf|rm)|emph)\{"
    r"|\{\\(?:sc|bf|it|tt|em|sf)\s|<(?:b|i|em|strong|tt|code)>|\*\*|[\"'“‘`]{1,2})?"
)
_CLOSE = r"(?:\}\$?|</\w{1,6}>|\*\*|[\"'”’`]{1,2})?"
_VERB = r"introduc|propos|present|develop|releas|build|design|describ|contribut|construct"
_GOES_ON = r"(?=[,:;.]|\s?[—–]| \(| (?:to|that|which|and|for|is|a|an|by|with|as)\b|$)"
_GIVEN = re.compile(
    rf"\b(?:[Ww]e (?:\w{{1,20}} )?|[Tt]his (?:paper|work|article|study) )(?:{_VERB})(?:e?s)?e? "
    rf"(?:the )?{_OPEN}{_NAME}{_CLOSE}{_GOES_ON}"
)
_CALLED = re.compile(
    r"\b(?:called|dubbed|termed|named|coined|denoted as|(?:refer|referred) to (?:it )?as"
    r"|(?:we|which we|and) (?:call|name|term|dub)(?: it)?|name it|call it) (?:the )?"
    rf"{_OPEN}{_NAME}{_CLOSE}{_GOES_ON}"
)
_TITLE = re.compile(rf"{_OPEN}{_NAME}{_CLOSE}(?::\s| [–—-]{{1,2}} |, (?=an? ))")
#: What a paper is that names in its title what others made: "LLMs: A Survey".
_STUDY = re.compile(r"\b(?:surveys?|review|overview|tutorial|primer)\b", re.I)
#: Fields that nobody coins: "We present AI for science".
_FIELDS = frozenset(("AI", "ML", "DL", "RL", "NLP", "CV", "IR", "HCI", "AGI", "XAI"))
#: "VLAs: A Study" coins no name.
_PLURAL = re.compile(r"[A-Z]{2,}s")
_KINDS = (
    (
        "Benchmark",
        re.compile(
            r"\b(?:benchmark(?:s|ing)?|challenge|leaderboard|test suite|simulator|testbed)\b"
            r"|(?-i:Bench|-BENCH)\b",
            re.I,
        ),
    ),
    ("Dataset", re.compile(r"\b(?:data ?sets?|corpus|corpora)\b", re.I)),
)


@register("coined", version=6)
def find_coined(paper: Paper, known: tuple[Mention, ...]) -> Iterator[Mention]:
    """Names that the paper gives: "FOO: a ..." titles, "we introduce FOO", "dubbed FOO"."""
    title = _TITLE.match(paper.title)
    if title and _is_coined(title["name"]):
        after = paper.title[title.end() :]
        if not _STUDY.search(_find_clause(after)):
            yield _coined("title", title, after)
    text = paper.abstract
    for pattern in (_GIVEN, _CALLED):
        for match in pattern.finditer(text):
            if _is_coined(match["name"]):
                before = text[max(0, match.start() - 40) : match.start()].rpartition(". ")[2]
                named = before if pattern is _CALLED else ""
                yield _coined("abstract", match, text[match.end() :][:100], named)


def _is_coined(name: str) -> bool:
    """Return whether a word is spelled as names are made: a capital or a digit inside.

    >>> [_is_coined(word) for word in ("LoRA", "foo2vec", "Nets", "3D", "COVID-19", "AI")]
    [True, True, False, False, True, False]
    >>> _is_coined("LLMs")
    False
    """
    if name in _FIELDS or _PLURAL.fullmatch(name):
        return False
    letters = sum(c.isalpha() for c in name)
    return letters > 1 and any(c.isupper() or c.isdigit() for c in name[1:])


def _coined(field: str, match: re.Match[str], after: str, before: str = "") -> Mention:
    start, end = match.span("name")
    kind = _find_kind(match["name"], after, before)
    return Mention(field, start, end, match["name"], kind, "introduces", 0.5, "coined")


def _find_kind(name: str, after: str, before: str = "") -> str:
    """Return the type that a new name, or the words around it, tell; a method unless they do.

    Of "FOO, a method for building data sets" only what stands before "for" counts.

    >>> _find_kind("FooBench", ""), _find_kind("Foo", ", a corpus"), _find_kind("Foo", ", a net")
    ('Benchmark', 'Dataset', 'Method')
    """
    said = f"{before} {name} {_find_clause(after)}"
    return next((kind for kind, words in _KINDS if words.search(said)), "Method")


def _find_clause(after: str) -> str:
    """Return what is said of a name right after it, without what it is for or made of."""
    return re.split(r"[.;]| (?:for|of|to|that|which|from|on|via|with)\b", after, maxsplit=1)[0]


#: A measure that says of how many it is one: "pass@1", "Recall@$k$", "mAP@0.5".
_MEASURE = re.compile(
    r"(?<![\w/.@+-])[A-Za-z][A-Za-z-]{0,20}@(?!20\d\d)"
    r"\$?\{?(?:\d{1,5}(?:\.\d{1,3})?|[kKnN])\}?\$?(?![\w@]|\.\w)"
)


@register("measure", version=1)
def find_measures(paper: Paper, known: tuple[Mention, ...]) -> Iterator[Mention]:
    """Metrics that their form tells: "pass@1", "Recall@k"."""
    for field in FIELDS:
        text = paper.text(field)
        for match in _MEASURE.finditer(text) if "@" in text else ():
            yield Mention(field, *match.span(), match[0], "Metric", "reports", 0.5, "measure")


@register("abbreviation", version=1)
def find_short_and_long(paper: Paper, known: tuple[Mention, ...]) -> Iterator[Mention]:
    """The long form of a known short form, and the short form of a known long form."""
    spans = {(m.field, m.start, m.end): m for m in known}
    for field in FIELDS:
        for pair in find_abbreviations(paper.text(field)):
            short = (field, pair.short_start, pair.short_end)
            long = (field, pair.long_start, pair.long_end)
            for here, there, text in ((short, long, pair.long), (long, short, pair.short)):
                seed = spans.get(here)
                if seed:
                    yield Mention(
                        *there, text, seed.type, seed.role, seed.confidence, "abbreviation"
                    )


def _is_plain_word(paper: Paper, seed: Mention, text: str) -> bool:
    """Return whether ``text`` is lower case where the seed is a name by its capital alone.

    "Whisper" amid a sentence is no "whisper", "Segment Anything" is not what "can segment
    anything".  At the start of a sentence, and of one word in a title, capitals say nothing.
    """
    if not (text.islower() and seed.text[:1].isupper()):
        return False
    if " " in seed.text:
        return seed.text.istitle()
    before = paper.text(seed.field)[: seed.start].rstrip()
    return seed.field == "abstract" and before[-1:].isalnum()


@register("repeat", version=2)
def find_repeats(paper: Paper, known: tuple[Mention, ...]) -> Iterator[Mention]:
    """Every other occurrence of a name that is known in one place: plural and case aside."""
    best: dict[str, Mention] = {}
    for mention in known:
        key = name_key(mention.text)
        if key not in best or mention.confidence > best[key].confidence:
            best[key] = mention
    sure = {key: seed for key, seed in best.items() if seed.confidence >= SURE}
    for field in FIELDS:
        text = paper.text(field)
        for key, start, end in find_names(text, sure):
            seed = sure[key]
            itself = (start, end) == (seed.start, seed.end) and field == seed.field
            if not itself and not _is_plain_word(paper, seed, text[start:end]):
                yield Mention(
                    field,
                    start,
                    end,
                    text[start:end],
                    seed.type,
                    seed.role,
                    seed.confidence,
                    "repeat",
                )
