"""When two spellings are one name: the key of a name, and the slug made from it.

The key ignores what writers vary freely: case, hyphens and spaces, plural and
possessive, British and American spelling, accents, Greek letters by sign, by
LaTeX or by name, "v2" for "2", "2.0" for "2", "sim2real" for "sim-to-real".  It
keeps what tells names apart: every other digit, and where one number ends and the
next begins ("Llama 2 7B" is not "Llama 27B"), plus signs and stars ("CK+", "A*").

Pure functions on strings, for every stage that looks names up.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from kg.abbreviations import find_abbreviations
from kg.text import digest, slug, squeeze, word_set

_GREEK_NAMES = [
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda",
    "mu", "nu", "xi", "omicron", "pi", "rho", "sigma", "sigma", "tau", "upsilon", "phi", "chi",
    "psi", "omega",
]  # fmt: skip
_GREEK = {chr(0x3B1 + i): name for i, name in enumerate(_GREEK_NAMES)}
_GREEK |= {chr(0x391 + i): name for i, name in enumerate(_GREEK_NAMES) if i != 17}
_GREEK |= {
    "ϵ": "epsilon",
    "ϕ": "phi",
    "ϑ": "theta",
    "ϱ": "rho",
    "ℓ": "l",
    "×": "x",
    "∞": "infinity",
}
_SIGNS = str.maketrans(_GREEK)
_SIGN_OF = {name: sign for sign, name in reversed(_GREEK.items()) if sign.islower()}
_SPOKEN = {"ell": "l", "infty": "infinity"}
_SIGN_OF |= {"infty": "∞", "ell": "ℓ"}

_LATEX_GREEK = re.compile(
    rf"\\(?:var)?({'|'.join(sorted(set(_GREEK_NAMES)))}|ell|infty)(?![a-zA-Z])"
)
_LATEX_COMMAND = re.compile(
    r"\\(?:emph|text\w{0,4}|math\w{2,4}|operatorname|url|href|em|bf|it|sc|tt|rm)(?![a-zA-Z])\s*"
)
_LATEX_MARKS = re.compile(r"[{}$\\~`\"“”´]|(?<![a-zA-Z])\^|\^(?![a-zA-Z])|\^(?=\*)")
_POSSESSIVE = re.compile(r"(?<=\w)['’]s\b")
_PLAIN = re.compile(r"[A-Za-z0-9 -]*")
_STAR = re.compile(r"(?<=\w)\*(?!\*)")
_ZERO = re.compile(r"(?<=\d)\.0+(?![\d.])")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_WORD = re.compile(r"[^\W_]*\d(?:\.\d+)+[^\W_]*|[^\W_]+")
_VERSION = re.compile(r"(?<=[a-z]{3})v(?=\d)|^v(?=\d)|(?<=[a-z]{3})ver(?:sion)?(?=\d)")
_TO = re.compile(r"(?<=[a-z]{3})2(?=[a-z]{3})")
_NUMBER = re.compile(r"\d+(?:\.\d+)*")

_PLURALS = {
    "analyses": "analysis", "hypotheses": "hypothesis", "indices": "index", "matrices": "matrix",
    "vertices": "vertex", "corpora": "corpus", "criteria": "criterion", "biases": "bias",
    "lenses": "lens", "viruses": "virus", "atlases": "atlas", "gases": "gas", "caches": "cache",
    "niches": "niche", "headaches": "headache", "movies": "movie", "cookies": "cookie",
    "selfies": "selfie", "children": "child", "accuracies": "accuracy", "syntheses": "synthesis",
    "prostheses": "prosthesis", "canvases": "canvas", "axes": "axis", "quizzes": "quiz",
}  # fmt: skip
_SINGULAR = word_set(
    "news bias lens gas atlas canvas chaos series species always perhaps means alias pancreas "
    "christmas texas kansas diabetes rabies aids"
)
#: Words that the field uses for one another.
_SAME = {
    "adaption": "adaptation", "robotic": "robot", "convolutional": "convolution",
    "foundational": "foundation", "recommender": "recommendation",
    "multiple": "multi",
}  # fmt: skip
_BRITISH = tuple(
    (re.compile(pattern), new)
    for pattern, new in (
        (r"is(?=(?:e|ed|er|ing|ation|able|ational)$)", "iz"),
        (r"ys(?=(?:e|ed|er|ing)$)", "yz"),
        (
            r"(?<=[a-z]{2})our(?=(?:$|ed$|ing$|al$|ful$|ite$|able$|less$|ally$|ist$|ization$|ize$))",
            "or",
        ),
        (r"(?<=[a-z]{3})ll(?=(?:ed|ing|er)$)", "l"),
        (r"(?<=[a-z]{2})([tb])re$", r"\1er"),
        (r"ogue$", "og"),
        (r"(?<=[a-z]{3})ence$", "ense"),
        (r"^(p|h|an|orthop)ae(?=[a-z]{3})", r"\1e"),
        (r"^aesthet", "esthet"),
        (r"^grey", "gray"),
        (r"^artefact", "artifact"),
        (r"^programme$", "program"),
        (r"^judgement", "judgment"),
        (r"^ageing$", "aging"),
        (r"^sceptic", "skeptic"),
        (r"^foet", "fet"),
        (r"^tumour", "tumor"),
        (r"^aluminium$", "aluminum"),
        (r"^sulph", "sulf"),
        (r"^mould", "mold"),
    )
)


@lru_cache(maxsize=1 << 20)
def name_key(name: str) -> str:
    """Return the key under which all spellings of ``name`` meet; never empty.

    >>> len({name_key(n) for n in ("THUMOS-14", "THUMOS14", "THUMOS'14", "Thumos 14")})
    1
    >>> name_key("fine-tuning") == name_key("Finetuning"), name_key("LLMs"), name_key("π_0")
    (True, 'llm', 'pi0')
    >>> name_key("Llama 2 7B"), name_key("Llama-27B"), name_key("CIFAR-10") == name_key("CIFAR-100")
    ('llama2|7b', 'llama27b', False)
    """
    return words_key(name_words(name)) or "=" + squeeze(name)


def name_key_once(name: str) -> str:
    """Return :func:`name_key` without remembering it, for names that pass by in millions."""
    return words_key(name_words.__wrapped__(name)) or "=" + squeeze(name)


@lru_cache(maxsize=1 << 20)
def name_words(name: str) -> tuple[str, ...]:
    """Return the words of ``name`` as the key sees them: folded, singular, American.

    >>> name_words("Graph-based Behaviour Models")
    ('graph', 'based', 'behavior', 'model')
    """
    return tuple(_fold_word(word) for word in written_words(name))


def written_words(name: str) -> list[str]:
    """Return the words of ``name`` as written, one for each of :func:`name_words`.

    An "and" between words is left out: "vision-and-language navigation" is
    "vision-language navigation".

    >>> written_words("Multi-modal LLMs")
    ['Multi', 'modal', 'LLMs']
    """
    text = _without_gloss(plain(name))
    shouting = text.isupper() and " " in text
    words = _WORD.findall(text.lower() if shouting else text)
    joined = [word for i, word in enumerate(words) if word != "and" or i in (0, len(words) - 1)]
    return joined if len(joined) > 2 else words


def _without_gloss(text: str) -> str:
    """Drop an abbreviation in brackets that the words before it spell out.

    >>> _without_gloss("text-to-image (T2I) models"), _without_gloss("f(x) (GPT)")
    ('text-to-image models', 'f(x) (GPT)')
    """
    if "(" not in text:
        return text
    for found in find_abbreviations(text):
        if found.pattern == "long (short)":
            return f"{text[: found.long_end]}{text[found.short_end + 1 :]}"
    return text


def words_key(words: tuple[str, ...]) -> str:
    """Return the key of a name given as its words.

    >>> words_key(name_words("Llama 2 7B")) == name_key("Llama-2-7b")
    True
    """
    out = ""
    for word in words:
        apart = out[-1:].isdigit() and word[:1].isdigit()
        out += ("|" if apart else "") + word
    return out


def plain(name: str) -> str:
    """Return ``name`` without LaTeX, quotes and typographic variants; case and words are kept.

    >>> plain("$\\\\beta$-VAE"), plain("Student’s t-test"), plain("A*"), plain("wav2vec 2.0")
    ('beta-VAE', 'Student t-test', 'A star', 'wav2vec 2')
    """
    if _PLAIN.fullmatch(name):
        return squeeze(name)
    text = unicodedata.normalize("NFKC", name).replace("−", "-")
    if "\\" in text:
        text = _LATEX_GREEK.sub(lambda m: _SPOKEN.get(m[1], m[1]), text)
        text = _LATEX_COMMAND.sub("", text)
    text = text.translate(_SIGNS)
    text = _POSSESSIVE.sub("", text)
    text = _LATEX_MARKS.sub("", re.sub(r"(?<=\w)_(?=[\w{])", "", text) if "$" in name else text)
    text = re.sub(r"['’‘]", "", text)
    text = _STAR.sub(" star", text).replace("&", " and ").replace("+", " plus ")
    text = re.sub(r"(?<=[A-Za-z])#", " sharp", text).replace("^", " caret ")
    text = _THOUSANDS.sub("", _ZERO.sub("", text))
    return squeeze(text)


def display(name: str) -> str:
    """Return ``name`` as a label: LaTeX commands gone, Greek letters as signs.

    >>> display("$\\\\pi_0$"), display("\\\\textbf{L}ow-Rank"), display("R$^2$"), display("a_b")
    ('π0', 'Low-Rank', 'R2', 'a_b')
    """
    if "\\" not in name and "$" not in name:
        return name
    text = _LATEX_GREEK.sub(lambda m: _SIGN_OF.get(m[1], m[1]), name)
    text = _LATEX_COMMAND.sub("", text)
    text = re.sub(r"[{}$\\]", "", text)
    if "$" in name:
        text = re.sub(r"(?<=\w)[_^](?=\w)", "", text)
    return squeeze(text) or name


@lru_cache(maxsize=1 << 16)
def _fold_word(word: str) -> str:
    folded = unicodedata.normalize("NFKD", singular(word).casefold())
    folded = "".join(c for c in folded if not unicodedata.combining(c))
    if len(folded) >= 5:
        folded = _american(folded)
        folded = _TO.sub("to", _SAME.get(folded, folded))
    return _VERSION.sub("", folded) if folded[-1:].isdigit() or "v" in folded else folded


def _american(word: str) -> str:
    for pattern, new in _BRITISH:
        word = pattern.sub(new, word)
    return word


def singular(word: str) -> str:
    """Return the singular of one English word, abbreviations included; else the word itself.

    >>> [singular(w) for w in ("LLMs", "policies", "matrices", "loss", "Kinetics", "LPIPS")]
    ['LLM', 'policy', 'matrix', 'loss', 'Kinetics', 'LPIPS']
    """
    if len(word) < 3 or word[-1] != "s" or not word[-2].isalpha():
        return _PLURALS.get(word.lower(), word)
    if word[-2].isupper():
        return word[:-1]
    low = word.lower()
    if low in _PLURALS:
        return _PLURALS[low]
    if len(word) < 4 or low in _SINGULAR or low.endswith(("ss", "us", "is", "ics")):
        return word
    if low.endswith("os") and not low.endswith(("ios", "eos", "otos", "emos", "eros")):
        return word
    if low.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-2] if low.endswith(("sses", "shes", "ches", "xes")) else word[:-1]


@lru_cache(maxsize=1 << 16)
def numbers(key: str) -> tuple[str, ...]:
    """Return the numbers in a key, in order: what must agree before two names may merge.

    >>> numbers(name_key("Llama 3.1 8B")), numbers(name_key("GPT-4"))
    (('3.1', '8'), ('4',))
    """
    return tuple(_NUMBER.findall(key))


def name_slug(name: str) -> str:
    """Return the ASCII slug of a name, for IRIs; never empty.

    >>> name_slug("$\\\\pi_0$"), name_slug("CK+"), name_slug("Large Language Models")
    ('pi0', 'ck-plus', 'large-language-models')
    """
    return slug(plain(name)) or f"x-{digest(squeeze(name))}"


def concept_id(type: str, name: str) -> str:
    """Return the id that a concept called ``name`` has unless another holds it.

    Common nouns and abbreviations are made singular, so that it does not matter
    which number the oldest paper happens to use.

    >>> concept_id("Method", "LoRA"), concept_id("Method", "LLMs"), concept_id("Dataset", "Places")
    ('method/lora', 'method/llm', 'dataset/places')
    """
    head, _, last = name.rpartition(" ")
    common = last.islower() or last[-2:-1].isupper()
    return f"{type.lower()}/{name_slug(f'{head} {singular(last) if common else last}')}"
