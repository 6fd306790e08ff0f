"""Which of its names a concept is called by, and which one its id is made of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kg.abbreviations import STOPWORDS, is_short_form, letters_of
from kg.link.rules import is_proper
from kg.names import singular, written_words

_WORD = re.compile(r"[^\W_]+")

#: A hyphen that a line break left behind ("atten- tion"), not one of "pre- and post-training".
_BROKEN = re.compile(r"[a-z][-\u2010\u00ad] (?!(?:and|or|to|vs)\b)[a-z]")


@dataclass(slots=True)
class Form:
    """A surface form of a concept: the papers that use it, and how many do in the abstract."""

    text: str
    key: str
    papers: set[str] = field(default_factory=set)
    in_abstracts: int = 0

    def add(self, paper: str, where: str) -> None:
        """Count one mention."""
        if where == "abstract" and (paper not in self.papers or not self.in_abstracts):
            self.in_abstracts += 1
        self.papers.add(paper)


def find_common(forms: Iterable[Mapping[str, int]]) -> frozenset[str]:
    """Return the words that a quarter of the papers or more write in lower case.

    >>> sorted(find_common([{"Gaussian noise": 9, "Noise": 1, "gaussian noise": 1}]))
    ['noise']
    """
    lower: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for counts in forms:
        for form, papers in counts.items():
            for word in _WORD.findall(form):
                every[word.casefold()] += papers
                lower[word] += papers if word.islower() else 0
    return frozenset(word for word, papers in lower.items() if 4 * papers >= every[word] > 0)


def pick_label(forms: Iterable[Form], type: str, common: frozenset[str] = frozenset()) -> str:
    """Return the preferred label among ``forms``.

    The form that most papers use; but tasks and general methods go by their long
    form, systems, data sets and benchmarks by the name that was coined for them.
    Abstracts count first: titles capitalise every word.  Where the chosen form is a
    plural whose singular is a form, too, that is the label; the same for a form that
    only the start of a sentence or a bracket behind it has given its capitals, those
    of ``common`` words of the corpus.
    """
    known = list(forms)
    known = [form for form in known if not is_broken(form.text)] or known
    names = {form.text for form in known}
    picked = _in_usual_case(_pick(known, type), known, type, common)
    return _singular(_lowered(picked.text, names, type, common), names, type, common)


def pick_long(forms: Iterable[Form], type: str, common: frozenset[str] = frozenset()) -> str | None:
    """Return the label of the forms that are spelled out, if there are any."""
    long = [f for f in forms if len(written_words(f.text)) > 1 and not _is_short(f.text)]
    return pick_label(long, type, common) if long else None


def _is_short(text: str) -> bool:
    """Whether ``text`` abbreviates; Actor-Critic does not, for all its capitals."""
    return is_short_form(text) and is_proper(text)


def _in_usual_case(picked: Form, known: list[Form], type: str, common: frozenset[str]) -> Form:
    """Return the form without the capitals of ``picked`` that common words of it do without.

    "Foo Bar Network (FBN)" shows where the letters come from.  A task is no proper name
    if any paper writes it otherwise, a method where a third does.
    """
    if type not in ("Task", "Method") or " " not in picked.text or _starts_low(picked.text):
        return picked
    one = _one(picked.text).casefold()
    same = [form for form in known if _one(form.text).casefold() == one]
    low = [form for form in same if _starts_low(form.text)]
    used, all_used = (sum(form.in_abstracts for form in group) for group in (low, same))
    enough = used > 0 if type == "Task" else 3 * used >= all_used > 0
    sound = [form for form in low if _lowers_only(form.text, common)]
    return _most_used(sound) if sound and enough else picked


def _one(name: str) -> str:
    """Return the name with its last word in the singular."""
    head, space, last = name.rpartition(" ")
    return f"{head}{space}{singular(last)}"


def _lowers_only(text: str, common: frozenset[str]) -> bool:
    """Whether the words that ``text`` writes in lower case are common ones."""
    return all(word in common for word in _WORD.findall(text) if word.islower())


def is_broken(name: str) -> bool:
    """Whether a line break has torn a word of ``name`` apart.

    >>> is_broken("chain-of-thought prompt- ing"), is_broken("low- and high-level features")
    (True, False)
    """
    return bool(_BROKEN.search(name))


def _lowered(label: str, known: set[str], type: str, common: frozenset[str] = frozenset()) -> str:
    """Return several words without the capital of a sentence's start.

    They stand so elsewhere, or the first of them is common.  Nobody's "markov chain"
    makes one of Markov's.

    >>> _lowered("Image captioning", {"Image captioning", "image captioning"}, "Task")
    'image captioning'
    >>> _lowered("Language models", {"Language models", "language model"}, "Method")
    'language models'
    >>> _lowered("Image captioning", {"Image captioning"}, "Task")
    'Image captioning'
    >>> _lowered("Image captioning", {"Image captioning"}, "Task", frozenset(["image"]))
    'image captioning'
    """
    low = label[:1].lower() + label[1:]
    if " " not in label or not low.islower() or type in ("Dataset", "Benchmark"):
        return label
    near = {low, _one(low), f"{low}s"}
    first = next(iter(_WORD.findall(low)), "")
    decided = common and len(first) > 1
    return low if (first in common if decided else not near.isdisjoint(known)) else label


def _singular(label: str, known: set[str], type: str, common: frozenset[str] = frozenset()) -> str:
    """Return the singular of ``label`` if it is known; data sets called Places stay what they are.

    So is a method or task whose short form is ("masked autoencoders", MAE), if its last
    word is often so in other names.

    >>> _singular("GOATs", {"GOAT", "GOATs"}, "Method"), _singular("Nets", {"Nets"}, "Method")
    ('GOAT', 'Nets')
    >>> _singular("Places", {"Place", "Places"}, "Dataset")
    'Places'
    >>> _singular("mixture of experts", {"mixture of expert"}, "Method")
    'mixture of experts'
    >>> _singular("foo networks", {"foo networks", "FN"}, "Method", frozenset(["network"]))
    'foo network'
    """
    head, _, last = label.rpartition(" ")
    if not STOPWORDS.isdisjoint(head.lower().split()):
        return label
    name = last[:1].isupper() and not last[-2:-1].isupper() and type in ("Dataset", "Benchmark")
    one = _one(label)
    idea = type in ("Method", "Task") and head and singular(last) in common
    short = idea and any(_is_short(form) and singular(form) == form for form in known)
    return one if (one in known or short) and not name else label


def _pick(known: list[Form], type: str) -> Form:
    best = min(known, key=lambda f: (*_use(f), not is_short_form(f.text), *_case(f.text)))
    if type != "Task" and not _is_short(best.text):
        return best
    long = [form for form in known if not _is_short(form.text)]
    if type != "Task":
        long = [form for form in long if " " in form.text]
    return _most_used(long) if _goes_by_long(long, known, type) else best


def _goes_by_long(long: list[Form], known: list[Form], type: str) -> bool:
    if not long or len(long) == len(known) or type in ("Dataset", "Benchmark", "Metric"):
        return False
    if type == "Task":
        return True
    lower = sum(form.in_abstracts for form in long if form.text.islower() or _starts_low(form.text))
    return lower > 0.5 * sum(form.in_abstracts for form in long) and not _is_coined(long, known)


def _is_coined(long: list[Form], known: list[Form]) -> bool:
    """Whether the short form is a word of its own (LoRA, FedAvg) and used as much as the long.

    What is made of initials alone (GAN, LfD) is none.
    """
    short = [form for form in known if _is_short(form.text)]
    letters = letters_of(_most_used(short).text)
    initials = "".join(word[0] for word in written_words(_most_used(long).text)).casefold()
    mixed = any(c.islower() for c in singular(_most_used(short).text))
    used, spelled = (sum(form.in_abstracts for form in group) for group in (short, long))
    return mixed and letters != initials and used >= spelled


def _starts_low(text: str) -> bool:
    """Whether most words are lower case: "vision-language models", not "Low-Rank Adaptation".

    The capital of a sentence's start is none: "Vision-language models".
    """
    words = (text[:1].lower() + text[1:] if text[1:].islower() else text).split()
    return sum(word[:1].islower() for word in words) > len(words) / 2


def _most_used(forms: list[Form]) -> Form:
    return min(forms, key=lambda form: (*_use(form), *_case(form.text)))


def _use(form: Form) -> tuple[bool, int, int]:
    """Order forms by use, the most used first; mark-up and half a bracket are no label."""
    halves = any(form.text.count(a) != form.text.count(b) for a, b in ("()", "[]", "{}"))
    broken = halves or "\\" in form.text
    return broken, -form.in_abstracts, -len(form.papers)


def _case(text: str) -> tuple[bool, bool, str]:
    """Order forms that are used alike: lower case, then mixed, then capitals only."""
    return not text.islower(), text.isupper(), text


def pick_seed(counts: dict[str, int]) -> str:
    """Return the name that an id is made of, from the forms of one paper and their counts.

    Looks at that paper alone, so that other papers cannot change the id: the most
    frequent written-out lower-case form if there is one, else the shortest name.
    What a line break has torn apart is passed over.

    >>> pick_seed({"large language models": 1, "LLMs": 4})
    'large language models'
    >>> pick_seed({"Low-Rank Adaptation": 1, "LoRA": 3})
    'LoRA'
    """
    sound = [form for form in counts if not is_broken(form)] or list(counts)
    general = [form for form in sound if " " in form and form.islower()]
    if general:
        return min(general, key=lambda form: (-counts[form], len(form), form))
    return min(sound, key=lambda form: (len(form), form))
