"""Which of its names a concept is called by, and which one its id is made of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from kg.abbreviations import is_short_form
from kg.names import singular

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


def pick_label(forms: Iterable[Form], type: str) -> str:
    """Return the preferred label among ``forms``.

    The form that most papers use; but tasks and general methods go by their long
    form, systems, data sets and benchmarks by the name that was coined for them.
    Abstracts count first: titles capitalise every word.  Where the chosen form is a
    plural whose singular is a form, too, that is the label; the same for a form that
    only the start of a sentence has given its capital.
    """
    known = list(forms)
    known = [form for form in known if not is_broken(form.text)] or known
    names = {form.text for form in known}
    return _singular(_lowered(_pick(known, type).text, names, type), names, type)


def is_broken(name: str) -> bool:
    """Whether a line break has torn a word of ``name`` apart.

    >>> is_broken("chain-of-thought prompt- ing"), is_broken("low- and high-level features")
    (True, False)
    """
    return bool(_BROKEN.search(name))


def _lowered(label: str, known: set[str], type: str) -> str:
    """Return several words without the capital of a sentence's start, if they stand so elsewhere.

    >>> _lowered("Image captioning", {"Image captioning", "image captioning"}, "Task")
    'image captioning'
    >>> _lowered("Language models", {"Language models", "language model"}, "Method")
    'language models'
    >>> _lowered("Image captioning", {"Image captioning"}, "Task")
    'Image captioning'
    """
    low = label[:1].lower() + label[1:]
    if " " not in label or not low.islower() or type in ("Dataset", "Benchmark"):
        return label
    head, space, last = low.rpartition(" ")
    near = {low, f"{head}{space}{singular(last)}", f"{low}s"}
    return label if near.isdisjoint(known) else low


def _singular(label: str, known: set[str], type: str) -> str:
    """Return the singular of ``label`` if it is known; data sets called Places stay what they are.

    >>> _singular("GOATs", {"GOAT", "GOATs"}, "Method"), _singular("Nets", {"Nets"}, "Method")
    ('GOAT', 'Nets')
    >>> _singular("Places", {"Place", "Places"}, "Dataset")
    'Places'
    """
    head, space, last = label.rpartition(" ")
    name = last[:1].isupper() and not last[-2:-1].isupper() and type in ("Dataset", "Benchmark")
    one = f"{head}{space}{singular(last)}"
    return one if one in known and not name else label


def _pick(known: list[Form], type: str) -> Form:
    long = [form for form in known if not is_short_form(form.text)]
    if type != "Task":
        long = [form for form in long if " " in form.text]
    if _goes_by_long(long, known, type):
        return _most_used(long)
    return min(known, key=lambda f: (*_use(f), not is_short_form(f.text), *_case(f.text)))


def _goes_by_long(long: list[Form], known: list[Form], type: str) -> bool:
    if not long or len(long) == len(known) or type in ("Dataset", "Benchmark", "Metric"):
        return False
    if type == "Task":
        return True
    lower = sum(form.in_abstracts for form in long if form.text.islower() or _starts_low(form.text))
    return lower > 0.5 * sum(form.in_abstracts for form in long)


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
