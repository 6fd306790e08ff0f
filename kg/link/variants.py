"""Names that differ in more than spelling, joined one structural rule at a time.

Every rule looks candidates up by key (blocking); none compares all with all, so
the cost grows with the number of names.  Guards: :class:`kg.link.clusters.Clusters`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator

from kg.abbreviations import is_short_form
from kg.link.clusters import Clusters, Union, short_years
from kg.link.index import Index
from kg.link.rules import SHARED_HEADS, group_of, is_proper, is_slip, same_group, without_head
from kg.names import name_words, numbers, words_key, written_words

#: A word that this many names use is no slip.
_KNOWN = 3

#: Endings of words that name nothing without a head: "attention-based", "vision-language".
_NEEDS_HEAD = (
    "ed", "ate", "al", "ic", "ive", "ous", "ar", "ary", "ian", "able", "aware", "driven", "free",
    "shot", "language", "space", "scale", "level", "variable", "agnostic", "action", "text",
    "image", "video", "view", "time", "step", "modal", "agent", "end", "specific", "centric",
)  # fmt: skip

#: Heads that make a product of an idea: a Gaussian process toolkit is no Gaussian process.
_MAKES = ("toolkit", "optimizer")

#: From this length on a letter too many, too few or wrong makes no other word.
_LONG = 11

#: With fewer known words than this, unseen letter sequences say nothing.
_ENOUGH_WORDS = 300


def find_heads(index: Index, types: dict[str, str]) -> dict[str, str]:
    """Return key -> key of the same name without its generic head ("BERT model" -> "BERT").

    ``types`` says of what type the thing is that each short form usually stands for.
    """
    heads = {}
    for key in sorted(index.forms):
        form, type = index.form(key), index.type(key)
        words = name_words(form)
        bare = without_head(words, type)
        target = words_key(bare)
        if bare == words or len(target) < 2 or target not in index.forms:
            continue
        of = types.get(target) or index.type(target)
        resources = group_of(of) == group_of(type) == "Resource"
        one = of == type or (resources and words[-1] in SHARED_HEADS)
        if one and _head_is_idle(form, bare, type, index):
            heads[key] = target
    return {key: heads.get(target, target) for key, target in heads.items()}


def _head_is_idle(form: str, bare: tuple[str, ...], type: str, index: Index) -> bool:
    """Whether the head adds nothing: behind a proper name, and always behind a task or metric."""
    name = " ".join(written_words(form)[: len(bare)])
    if is_proper(name):
        return True
    if type in ("Task", "Metric"):
        return len(bare) > 1 or not bare[0].endswith(_NEEDS_HEAD)
    if bare[-1].endswith(_NEEDS_HEAD) or (len(bare) == 1 and bare[0].endswith(("ed", "ing"))):
        return False
    if len(bare) > 1 and name_words(form)[-1] in _MAKES:
        return False
    if type == "Method" and len(bare) > 1 and form.islower():
        return name_words(form)[-1] != "model"
    forms = index.forms[words_key(bare)]
    known = name in forms or len(bare) > 1
    return form[:1].isupper() and known and _capital_share(forms) >= 0.8


def _capital_share(forms: dict[str, int]) -> float:
    return sum(n for form, n in forms.items() if form[:1].isupper()) / sum(forms.values())


def join_nested(index: Index, long_words: dict[str, tuple[str, ...]], clusters: Clusters) -> None:
    """Join names that are equal once the abbreviations inside them are spelled out.

    ``long_words`` maps a short key that goes without saying to the words of its
    long form: "multimodal LLM" meets "multimodal large language model".
    """
    spelled: dict[str, list[str]] = defaultdict(list)
    for key in sorted(index.forms):
        words = _spell_out(index.form(key), long_words)
        if words:
            target = words_key(words)
            spelled[target].append(key)
    for target in sorted(spelled):
        keys = ([target] if target in index.forms else []) + spelled[target]
        _join_all(keys, "nested abbreviation", 0.93, index, clusters)


def _spell_out(form: str, long_words: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the words of ``form`` with every short form in it spelled out; () if it has none."""
    out: list[str] = []
    written, folded = written_words(form), name_words(form)
    at, found = 0, False
    while at < len(folded):
        width, long = _short_at(at, written, folded, long_words)
        out.extend(long or (folded[at],))
        at, found = at + width, found or bool(long)
    return tuple(out) if found else ()


def _short_at(
    at: int, written: list[str], folded: tuple[str, ...], long_words: dict[str, tuple[str, ...]]
) -> tuple[int, tuple[str, ...]]:
    """Return how many words at ``at`` make a short form (re-ID makes two), and its long form."""
    for width in (2, 1):
        end = at + width
        if end <= len(folded) and width < len(folded):
            long = long_words.get("".join(folded[at:end]), ())
            if long and is_short_form("-".join(written[at:end])):
                return width, long
    return 1, ()


def _join_all(keys: list[str], reason: str, score: float, index: Index, clusters: Clusters) -> None:
    for key in keys[1:]:
        if key != keys[0] and same_group(index.type(keys[0]), index.type(key)):
            clusters.join(Union(keys[0], key, reason, score))


def join_years(index: Index, clusters: Clusters) -> None:
    """Join editions of a data set or benchmark that write one year with two or four digits."""
    editions: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for key in sorted(index.forms):
        found = numbers(key)
        if len(found) == 1 and len(found[0]) in (2, 4) and same_group(index.type(key), "Dataset"):
            before, after = key.split(found[0], 1)
            editions[(before, *short_years(found), after)].append(key)
    for edition in sorted(editions):
        if len(edition[0] + edition[2]) >= 2:
            _join_all(editions[edition], "year", 0.92, index, clusters)


def join_publishers(index: Index, clusters: Clusters) -> None:
    """Join data sets and benchmarks with their names without Microsoft's prefix: MS-COCO, COCO.

    What is left must be a name of four letters or more: MS-ASL is a data set, ASL a language.
    """
    for key in sorted(index.forms):
        bare = key.removeprefix("microsoft").removeprefix("ms")
        if bare != key and bare in index.forms and sum(c.isalpha() for c in bare) >= 4:
            resources = all(same_group(index.type(name), "Dataset") for name in (key, bare))
            named = (
                index.form(key).startswith(("MS", "Microsoft")) and index.form(bare)[0].isupper()
            )
            if resources and named:
                clusters.join(Union(bare, key, "publisher", 0.9))


def join_slips(index: Index, clusters: Clusters) -> None:
    """Join a name to a known one where a long word differs by a typing slip.

    The misspelt word must be unique to the name, the right one common, all other
    words equal; and the slip must be a swap, a doubling, or leave a sequence of
    letters that no known word has.
    """
    uses: Counter[str] = Counter()
    words_of = {key: name_words(index.form(key)) for key in sorted(index.forms)}
    for words in words_of.values():
        uses.update(set(words))
    known = sorted(word for word, count in uses.items() if count >= _KNOWN and len(word) >= 8)
    near = _near_words(known)
    grams = _grams(word for word, count in uses.items() if count >= _KNOWN)
    for key, words in words_of.items():
        for i, word in enumerate(words):
            if uses[word] == 1 and len(word) >= 8 and index.papers[key] <= 2:
                for right in near(word):
                    if _is_typing_slip(word, right, grams, enough=len(known) >= _ENOUGH_WORDS):
                        target = words_key((*words[:i], right, *words[i + 1 :]))
                        _join_slip(key, target, index, clusters)


def _join_slip(key: str, target: str, index: Index, clusters: Clusters) -> None:
    if target not in index.forms or index.papers[target] < index.papers[key]:
        return
    coined = " " not in index.form(key) and not index.form(key).islower()
    if not coined and same_group(index.type(key), index.type(target)):
        clusters.join(Union(target, key, "typing slip", 0.88))


def _near_words(known: list[str]) -> Callable[[str], list[str]]:
    """Return a look-up of known words one edit away: blocks by first and by last four letters."""
    blocks: dict[str, list[str]] = defaultdict(list)
    for word in known:
        blocks["^" + word[:4]].append(word)
        blocks["$" + word[-4:]].append(word)

    def near(word: str) -> list[str]:
        block = {*blocks.get("^" + word[:4], ()), *blocks.get("$" + word[-4:], ())}
        close = (other for other in block if abs(len(other) - len(word)) <= 1)
        return sorted(other for other in close if is_slip(word, other))

    return near


def _grams(words: Iterable[str]) -> frozenset[str]:
    return frozenset(gram for word in words for gram in _grams_of(word))


def _grams_of(word: str) -> Iterator[str]:
    padded = f"^{word}$"
    return (padded[i : i + 4] for i in range(len(padded) - 3))


def _is_typing_slip(wrong: str, right: str, grams: frozenset[str], *, enough: bool) -> bool:
    """Whether ``wrong`` is no word of its own: see :func:`join_slips`."""
    if sorted(wrong) == sorted(right) or _undoubled(wrong) == _undoubled(right):
        return True
    # Shorter words are too often words of their own: deburring is not deblurring.
    return enough and len(wrong) >= _LONG and any(gram not in grams for gram in _grams_of(wrong))


def _undoubled(word: str) -> str:
    return "".join(c for i, c in enumerate(word) if i == 0 or c != word[i - 1])
