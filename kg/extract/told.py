"""What a paper's own words tell of a name's type: "FOO, a data set of ...", "71 % on FOO".

A network that never met a name goes by its looks, and most names look like methods.  The
words beside it, or its form, often leave few types.  They decide only where the network's
choice is none of these, and those that tell less only where it holds them possible at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.extract.merge import is_name
from kg.model import ConceptType, Paper

if TYPE_CHECKING:
    from kg.extract.encoder import Found

_DATA, _BENCH = ConceptType.DATASET, ConceptType.BENCHMARK
_METHOD, _METRIC = ConceptType.METHOD, ConceptType.METRIC


@dataclass(frozen=True, slots=True)
class Told:
    """The types that a name can have, first the one that is said, and what speaks for them.

    ``least`` is how probable the types have to be together before they are believed.
    Of ``over`` are the types that give way.
    """

    types: tuple[str, ...]
    least: float = 0.0
    over: tuple[str, ...] = (_METHOD, _METRIC)


#: A network that is so sure of one of the names enumerated knows what they are.
_SURE = 0.9
#: "We evaluate on FOO" may say FOO of a model, too: then no data set is thought of at all.
_RESOURCE = Told((_DATA, _BENCH), 0.08)
_IS_DATA, _IS_BENCH = Told((_DATA,), 0.02), Told((_BENCH,), 0.02)
_NAMED_BENCH = Told((_BENCH,))
#: A framework or a tool may be a method or a benchmark, whatever its name looks like.
_OPEN = Told(())
_IS_METHOD = Told((_METHOD,), over=(_DATA, _BENCH))
_IS_METRIC = Told((_METRIC,), 0.02, over=(_METHOD, _DATA, _BENCH))

_DATA_NOUN = r"data ?sets?|corpus|corpora"
_BENCH_NOUN = r"benchmarks?|challenge|leaderboard|test suite|test ?bed|shared task"
#: What an apposition calls a name; "FOO, a corpus construction method" is no corpus.
_CALLED = re.compile(
    r"(?:, |: | is |, which is )(?:an?|the) (?:(?!(?:for|of|to|that|which|and)\b)[\w-]+ ){0,6}?"
    rf"(?:(?P<data>{_DATA_NOUN})|(?P<bench>{_BENCH_NOUN}|simulator|environment|gym)"
    r"|(?P<method>model|method|algorithm|network|architecture|agent|optimizer|tokenizer)"
    r"|framework|platform|library|toolkit|tool|system|pipeline)"
    r"(?=[,.;:]|$| (?:of|for|to|in|on|with|from|that|which|where|whose|by|and|at|built"
    r"|[\w-]{2,}(?:ed|ing))\b)",
    re.IGNORECASE,
)
#: "71.3% pass@1 on", but no gain: "by 3% on BERT" may be the gain of a model; and no version:
#: "Foo 2 improves on Foo".
_REACHED = (
    r"(?<![\w+.-])(?<!\bby )(?<!most )(?<!up to )\d[\d.]*\s?(?:\\?%|points?|x|×)?"
    r"(?: (?!improv|buil|bas|rel[iy])[\w@-]+){0,3}"
)
_TESTED = (
    r"\b(?:[Ee]valuat|[Ee]xperiment|[Rr]esult|[Tt]est|[Vv]alidat|[Tt]rain|[Pp]retrain"
    r"|[Ff]ine-?tun)\w*(?: \w+){0,2}"
)
_SUCH = r"(?:,? (?:including|such as|like|namely|i\.e\.,|e\.g\.,)|:)"
#: What stands before a name that one evaluates or trains on.
_ON = re.compile(
    rf"(?:(?:(?:^|[.;:]\s)On|(?:{_REACHED}|{_TESTED}) on)"
    rf"|(?:data ?sets|benchmarks|corpora){_SUCH})(?: the)? $"
)
_MAYBE_ON = (" on ", "On ", " the ", "including ", " as ", " like ", "namely ", "., ", ": ")
_PERCENT = re.compile(r"\d\s?\\?%\s$")
#: What says that a name is the paper's own: "we build two benchmarks, FOO and BAR", "we release".
_OWN = re.compile(
    r"\b(?:[Ww]e|[Tt]his (?:paper|work)) (?:\w+ )?(?:introduc|present|propos|releas|creat"
    r"|construct|build|establish|contribut|develop|curat|collect|design|publish)(?:e?s)?e? "
    rf"(?:(?P<kind>[^.;,:]{{0,60}}?(?:{_DATA_NOUN}|benchmarks?|test suites?),? "
    r"(?:called |named |namely |dubbed |termed )?)|(?:the )?)$"
)
_SAYER = re.compile(r"\b(?:[Ww]e|work|paper) ")
#: After a name that is no part of a longer one.
_ENDS = re.compile(r"[,:;.]| \(| (?:to|that|which|and|for|with|as)\b|$")
#: What stands before the name of something that was there before the paper.
_OLD = re.compile(
    r"\b(?:existing|conventional|traditional|off-the-shelf|well-known|state-of-the-art|SOTA"
    r"|(?:widely|commonly)[- ](?:used|adopted)|standard|popular|classical|classic|common|recent"
    r"|vanilla|previous|prior) $"
)
#: What stands after a name that is given and told about.
_EXPLAINED = re.compile(r", (?:an?|the|our) ")
#: "LMs", "GANs": what nobody coins.
_PLURAL = re.compile(r"[A-Z]+s")
#: Between the names of an enumeration.
_JOINT = re.compile(r",?\s(?P<last>and|or|&)\s(?:the\s)?|,\s(?:the\s)?")
_BENCH_NAME = re.compile(r".*[A-Za-z0-9-](?:Bench|BENCH|(?<=-)bench)(?:[-+ ]?v?\d[\w.]*)?")
_SIZE = re.compile(r".*-\d+(?:\.\d+)?B(?:-\w+)*")
_THOUSANDS = re.compile(r".*[a-z]-?\d+[Kk]")
_AT = re.compile(r"[A-Za-z-]+@\$?\{?[\dkKnN].*")


def find_told(paper: Paper, found: Sequence[Found], names: Sequence[str]) -> dict[str, Told]:
    """Return what is told of the names of ``found``; what is told surely comes before the rest.

    Args:
        paper: what it was found in.
        found: the mentions that a network found, in order.
        names: the name of each, the same for all spellings of one thing.
    """
    sure: dict[str, Told] = {}
    likely: dict[str, Told] = {}
    for run in _runs(paper, found):
        text = paper.text(found[run[0]].field)
        for at in run:
            mention = found[at]
            told = _by_apposition(text, mention.end) or _by_form(text[mention.start : mention.end])
            if told:
                sure.setdefault(names[at], told)
        before = _by_place(text, found[run[0]].start)
        if before and not any(_is_method(found[at]) for at in run):
            likely.update((names[at], before) for at in run if names[at] not in likely)
    return {**likely, **sure}


def _is_method(mention: Found) -> bool:
    """Return whether the network has no doubt: "on BERT and Foo" then speaks of models."""
    return mention.label == _METHOD and mention.probability >= _SURE


def find_own(paper: Paper, found: Sequence[Found], names: Sequence[str]) -> frozenset[str]:
    """Return the names that the abstract says to be the paper's own; arguments as above."""
    own: set[str] = set()
    for run in _runs(paper, found):
        first = found[run[0]]
        if first.field == "abstract":
            text = paper.abstract
            said = _find_giving(text, first.start)
            if said and (said["kind"] or _is_given(text, first)):
                own.update(names[at] for at in (run if said["kind"] else run[:1]))
    own.update(
        names[at]
        for at, mention in enumerate(found)
        if mention.field == "abstract" and _is_presented(paper.abstract, mention)
    )
    return frozenset(own)


def find_known(paper: Paper, found: Sequence[Found], names: Sequence[str]) -> frozenset[str]:
    """Return the names that the paper calls existing, popular, standard; arguments as above.

    Of 3,671 such names in annotated papers 10 are the paper's own.
    """
    return frozenset(
        name
        for name, mention in zip(names, found, strict=True)
        if _OLD.search(paper.text(mention.field), max(0, mention.start - 25), mention.start)
    )


def _is_presented(text: str, mention: Found) -> bool:
    """Return whether words with capitals are given and explained: "we present Foo Bar 2, a ..."."""
    words = text[mention.start : mention.end].split(" ")
    capitals = sum(word[:1].isupper() for word in words)
    if 2 * capitals < len(words) or not _EXPLAINED.match(text, mention.end):
        return False
    said = _find_giving(text, mention.start)
    return said is not None and not said["kind"]


def _find_giving(text: str, start: int) -> re.Match[str] | None:
    before = text[max(0, start - 110) : start]
    return _OWN.search(before) if _SAYER.search(before) else None


def _is_given(text: str, mention: Found) -> bool:
    """Return whether a name is spelled as one that is made, and no part of a longer one."""
    name = text[mention.start : mention.end]
    made = len(name) > 2 and is_name(name) and not _PLURAL.fullmatch(name)
    return made and bool(_ENDS.match(text, mention.end))


def _runs(paper: Paper, found: Sequence[Found]) -> Iterator[list[int]]:
    """Yield the places of names that are enumerated together, "A, B and C"; others alone.

    "On A, B beats C" enumerates nothing: what no "and" closes is taken apart.
    """
    run: list[int] = []
    for at, mention in enumerate(found):
        text = paper.text(mention.field)
        if not _looks_named(text[mention.start : mention.end]):
            continue
        joint = _joint(text, found[run[-1]], mention) if run else None
        if run and not joint:
            yield from ([one] for one in run)
            run = []
        run.append(at)
        if joint and joint["last"]:
            yield run
            run = []
    yield from ([one] for one in run)


def _joint(text: str, one: Found, other: Found) -> re.Match[str] | None:
    near = one.field == other.field and other.start - one.end < 12
    return _JOINT.fullmatch(text, one.end, other.start) if near else None


def _looks_named(text: str) -> bool:
    named = text[:1].isupper() or is_name(text) or text.endswith("-bench")
    return named and " " not in text


def _by_form(name: str) -> Told | None:
    """Return what a name's own form tells.

    >>> [str(_by_form(name).types[0]) for name in ("FooBench", "Foo-7B", "R@5", "Foo-50K")]
    ['Benchmark', 'Method', 'Metric', 'Dataset']
    >>> _by_form("FooNet")
    """
    if "@" in name and _AT.fullmatch(name):
        return _IS_METRIC
    if _BENCH_NAME.fullmatch(name):
        return _NAMED_BENCH
    if name[-1:] in "Kk" and _THOUSANDS.fullmatch(name):
        return _RESOURCE
    return _IS_METHOD if "B" in name and _SIZE.fullmatch(name) else None


def _by_apposition(text: str, end: int) -> Told | None:
    """Return what the words after a name call it.

    >>> told = _by_apposition("Foo, a new corpus of 9 texts", 3)
    >>> str(told.types[0]), str(_by_apposition("Foo, a corpus construction method", 3).types[0])
    ('Dataset', 'Method')
    """
    called = _CALLED.match(text, end) if text[end : end + 1] in (",", ":", " ") else None
    if not called:
        return None
    kinds = {"data": _IS_DATA, "bench": _IS_BENCH, "method": _IS_METHOD}
    return kinds.get(called.lastgroup or "", _OPEN)


def _by_place(text: str, start: int) -> Told | None:
    """Return what the words before a name tell.

    >>> [str(_by_place(text, 11).types[0]) for text in ("We test on FOO", "with 71.3% FOO")]
    ['Dataset', 'Metric']
    """
    before = text[max(0, start - 60) : start]
    if before.endswith("% "):
        return _IS_METRIC if _PERCENT.search(before) else None
    return _RESOURCE if before.endswith(_MAYBE_ON) and _ON.search(before) else None
