"""The rules by which differently spelled names may be one: pure, over words.

None compares strings by a ratio alone.  Each names a structure that both sides
must share, and :class:`kg.link.clusters.Clusters` guards every union besides.
"""

from __future__ import annotations

from kg.abbreviations import STOPWORDS
from kg.names import numbers

#: Generic heads that writers put behind a proper name, by type (folded, singular).
HEADS: dict[str, frozenset[str]] = {
    "Method": frozenset(
        [
            "model",
            "algorithm",
            "framework",
            "method",
            "approach",
            "architecture",
            "optimizer",
            "toolkit",
            "technique",
            "baseline",
        ]
    ),
    "Dataset": frozenset(["dataset", "corpus", "data", "database", "collection", "benchmark"]),
    "Benchmark": frozenset(
        [
            "benchmark",
            "challenge",
            "suite",
            "leaderboard",
            "dataset",
            "environment",
            "simulator",
            "task",
        ]
    ),
    "Task": frozenset(["task", "problem"]),
    "Metric": frozenset(["score", "metric", "measure", "value"]),
}

#: Heads that say nothing even where one paper types a resource as data, another as benchmark.
SHARED_HEADS = frozenset(["dataset", "corpus", "data", "benchmark"])

#: Heads that may trail a long form without changing what it names.
_TRAILING = frozenset(
    ["model", "network", "algorithm", "method", "architecture", "framework", "system"]
)

_PREFIXES = frozenset(
    ["multi", "pre", "non", "semi", "self", "re", "co", "sub", "cross", "inter", "auto", "meta"]
)

#: Endings that turn one part of speech into another.
_ENDINGS = frozenset(
    (
        "", "d", "e", "ed", "ing", "ion", "ional", "ation", "ational", "ative", "ive", "al", "ual",
        "ic", "ical", "ity", "y", "er", "or", "ment", "ance", "ence", "ant", "ent", "ly", "en",
        "ary", "ated", "ating", "ates",
    )
)  # fmt: skip


def same_long_form(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Whether two long forms of one short form say the same, word by word.

    >>> same_long_form(("visual", "language", "model"), ("vision", "language", "model"))
    True
    >>> same_long_form(("contrastive", "learning"), ("continual", "learning"))
    False
    """
    ours, theirs = _content(left), _content(right)
    if len(ours) != len(theirs):
        return _only_trails(ours, theirs) or _only_trails(theirs, ours)
    if "".join(ours) == "".join(theirs):
        return True
    return bool(ours) and all(same_stem(a, b) for a, b in zip(ours, theirs, strict=True))


def _content(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words that carry meaning; a prefix written apart is joined to its word."""
    kept: list[str] = []
    prefix = ""
    for word in words:
        if word in _PREFIXES:
            prefix += word
        elif word not in STOPWORDS:
            kept.append(prefix + word)
            prefix = ""
    return (*kept, prefix) if prefix else tuple(kept)


def _only_trails(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    return len(long) == len(short) + 1 and long[-1] in _TRAILING and long[:-1] == short


def same_stem(left: str, right: str) -> bool:
    """Whether two words differ only by an ending, or by one slip in a long word.

    >>> same_stem("vision", "visual"), same_stem("natural", "neural")
    (True, False)
    """
    if left == right:
        return True
    shared = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        shared += 1
    if shared >= 3 and _is_ending(left, shared) and _is_ending(right, shared):
        return True
    return is_slip(left, right)


def _is_ending(word: str, at: int) -> bool:
    """Whether ``word[at:]`` is an ending, its consonant perhaps doubled (program, programming)."""
    rest = word[at:]
    return rest in _ENDINGS or (rest[:1] == word[at - 1] and rest[1:] in _ENDINGS)


def is_slip(left: str, right: str) -> bool:
    """Whether two words of eight letters or more are one edit apart, digits untouched.

    >>> is_slip("segmentation", "segmentaion"), is_slip("visual", "virtual")
    (True, False)
    """
    if min(len(left), len(right)) < 8 or left[0] != right[0] or numbers(left) != numbers(right):
        return False
    from rapidfuzz.distance import OSA

    return OSA.distance(left, right, score_cutoff=1) <= 1


def without_head(words: tuple[str, ...], type: str) -> tuple[str, ...]:
    """Return ``words`` without the generic heads of ``type`` behind them; () if nothing is left.

    >>> without_head(("bert", "model"), "Method"), without_head(("lora", "adapter"), "Method")
    (('bert',), ('lora', 'adapter'))
    """
    heads = HEADS.get(type, frozenset())
    if words[-2:] in (("training", "set"), ("test", "set"), ("validation", "set"), ("data", "set")):
        return words[:-2] if type in ("Dataset", "Benchmark") else words
    return words[:-1] if words and words[-1] in heads else words


def is_proper(form: str) -> bool:
    """Whether a form is written as a proper name: capitals inside a word, or digits.

    >>> [is_proper(f) for f in ("BERT", "F1", "AlphaGo", "Diffusion", "diffusion", "Deep Q")]
    [True, True, True, False, False, False]
    """
    return any(
        any(c.isupper() for c in word[1:]) or (any(c.isdigit() for c in word) and len(word) > 1)
        for word in form.replace("-", " ").split()
    )


_GROUPS = {"Dataset": "Resource", "Benchmark": "Resource", "Method": "Idea", "Task": "Idea"}


def group_of(type: str) -> str:
    """Return the kind of thing within which extractors confuse types.

    >>> group_of("Dataset") == group_of("Benchmark"), group_of("Metric")
    (True, 'Metric')
    """
    return _GROUPS.get(type, type)


def same_group(left: str, right: str) -> bool:
    """Whether two types are of one kind, so that names of both may be one."""
    return group_of(left) == group_of(right)
