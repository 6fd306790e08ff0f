"""What a link leads to, told by its address, its own words and the sentence around it.

Every pattern is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kg.extract.urls import PAGE_SUFFIXES, Found
from kg.model import LinkKind

_KIND_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (LinkKind.PROJECT, r"\bproject(?:'s)?\s?(?:web\s?)?(?:pages?|sites?|links?|websites?"
                           r"|home)\b|\bproject\b(?=\s*(?:is|:|at|can))"
                           r"|\bweb\s?-?sites?\b|\bweb\s?-?pages?\b|\bhome\s?-?pages?\b"
                           r"|\bweb\s?portals?\b|\bour\s(?:page|site)\b|\bproject:"),
        (LinkKind.CODE, r"\b(?:source\s)?code(?:s|base|bases)?\b(?!-)|\bimplementations?\b"
                        r"|\bsoftware\b|\brepositor(?:y|ies)\b|\brepos?\b"
                        r"|\bpackages?\b|\btoolkits?\b|\btoolbox\b|\blibrar(?:y|ies)\b"
                        r"|\bscripts?\b|\bframework\b(?=\s+(?:is|at|:))|\btools?\b|\bplugin\b"
                        r"|\bsimulator\b|\bpipelines?\b"),
        (LinkKind.DATASET, r"\bdata\s?-?sets?\b|\b(?<!-)data\b(?!-)|\bcorpus\b|\bcorpora\b"
                           r"|\bbenchmarks?\b(?!ing)|\bannotations?\b|\btestbed\b"
                           r"|\bleaderboards?\b|\btest\ssuites?\b|\bevaluation\ssuite\b"),
        (LinkKind.MODEL, r"\b(?:pre-?trained\s|trained\s)?models?\b(?!-)|\bcheckpoints?\b"
                         r"|\bweights\b"),
        (LinkKind.DEMO, r"(?<!video )\bdemos?\b(?!\svideos?)|\bdemonstrations?\b(?!\svideos?)"
                        r"|\bonline\s(?:system|tool|service|interface|version)\b"
                        r"|\binteractive\b|\bplayground\b|\bweb\s(?:app|application|interface"
                        r"|service)\b|\blive\ssystem\b|\bapp\b"),
        (LinkKind.VIDEO, r"\bvideos?\b(?!-)(?!\s(?:model|dataset|generation|prediction"
                         r"|segmentation|understanding))|\bscreencasts?\b"),
        (LinkKind.PAPER, r"\b(?:full|extended|long)\s(?:version|paper)\b|\bpreprint\b"
                         r"|\btechnical\sreport\b|(?<!this )(?<!our )\bpaper\s(?:link|at)\b"
                         r"|\bappendix\b"),
    )
)  # fmt: skip
_MORE = re.compile(
    r"\b(?:supplementa\w+|additional|more|further|details?|information|materials?|results?"
    r"|visit|see|samples?|examples?"
    r"|visuali[sz]ations?|available|found|released|accessible|accessed|viewed|obtained|downloaded|please|here|project|animations?"
    r"|interface|website)\b",
    re.IGNORECASE,
)

_CODE_HOSTS = re.compile(
    r"(?:.*\.)?(?:github\.com|gitlab\.com|bitbucket\.org|gitee\.com|codeberg\.org"
    r"|sourceforge\.net|4open\.science|git\.io"
    r"|pypi\.org|code\.google\.com|launchpad\.net|codeocean\.com|cran\.r-project\.org"
    r"|npmjs\.com|crates\.io)"
    r"|(?:git|gitlab|code)\..*|.*\.readthedocs\.(?:io|org)|opensource\..*"
)
_DATA_HOSTS = re.compile(
    r"(?:.*\.)?(?:zenodo\.org|figshare\.com|kaggle\.com|osf\.io|physionet\.org|dataverse\.\w+"
    r"|data\.mendeley\.com"
    r"|ieee-dataport\.org|archive\.ics\.uci\.edu|registry\.opendata\.aws|openslr\.org"
    r"|catalog\.ldc\.upenn\.edu|dataverse\..*"
    r"|data\.\w.*)"
)
_VIDEO_HOSTS = re.compile(
    r"(?:.*\.)?(?:youtube\.com|youtu\.be|vimeo\.com|bilibili\.com|youku\.com)"
)
_PAPER_HOSTS = re.compile(
    r"(?:.*\.)?(?:arxiv\.org|doi\.org|openreview\.net|aclanthology\.org|aclweb\.org"
    r"|semanticscholar\.org|proceedings\..*"
    r"|dl\.acm\.org|ieeexplore\.ieee\.org|link\.springer\.com|biorxiv\.org|ssrn\.com"
    r"|hal\.science|eprint\.iacr\.org)"
)
_DEMO_HOSTS = re.compile(
    r"(?:.*\.)?(?:colab\.research\.google\.com|streamlit\.app|streamlitapp\.com|gradio\.live"
    r"|gradio\.app|replicate\.com"
    r"|mybinder\.org|huggingface\.space|hf\.space|herokuapp\.com)|demo\d?\..*"
)
_PAGE_HOSTS = re.compile(
    r".*\.(?:" + "|".join(map(re.escape, PAGE_SUFFIXES)) + r")|sites\.google\.com"
)


_TELLS = re.compile(r"\W{0,3}(?:for|\(|as|to|contain\w*|provid\w*|hosts?|with)", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[A-Za-z0-9)\"'%\]])[.!?]['\")]?\s+(?=[\"'(\[]?[A-Z]|$)")


#: The words of a link that follow it: \\href{URL}{words}, <a href="URL">words</a>, URL (words).
_ANCHOR = re.compile(
    r"\s?\}\s?\{(?P<latex>[^{}]{0,160}(?:\{[^{}]{0,160}\}[^{}]{0,160}){0,3})\}"
    r"|[\"']?\s?>(?P<html>[^<>]{1,160})</a>"
    r"|\}?\s?\((?P<label>[^(){}\[\]<>.:]{2,40})\)",
    re.IGNORECASE,
)
#: What is no word of an anchor: commands, and the URL once more.
_NO_WORD = re.compile(r"\\[A-Za-z]+|\S+\.\w\S*")
#: What may stand between the words of a label that names kinds only.
_JOINING = re.compile(r"(?:\W|\b(?:the|our|and|source|online|full|page|link)\b)*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Words:
    """What says what a link is, and the span that the link and its own words cover."""

    start: int
    end: int
    before: str = ""
    own: str = ""
    after: str = ""


def _words_around(text: str, found: Sequence[Found]) -> list[_Words]:
    """Give each link its own words and those around, which reach to its neighbours' own."""
    owns = [_own_words(text, one) for one in found]
    ends = [0, *(own.end for own in owns)]
    starts = [*(own.start for own in owns[1:]), len(text)]
    return [
        replace(
            own,
            before=_sentence_before(text, end, own.start),
            after=_sentence_after(text, own.end, start),
        )
        for own, end, start in zip(owns, ends, starts, strict=False)
    ]


def _sentence_before(text: str, start: int, end: int) -> str:
    """The words of the last sentence before a link, less the command it is in."""
    words = _SENTENCE.split(text[max(min(start, end), end - 300) : end])[-1]
    return re.sub(r"\\?(?:href|url)\s?\{\s?$", "", words)


def _sentence_after(text: str, start: int, end: int) -> str:
    return re.split(r"[.!?](?:\s|$)", text[start : min(end, start + 160)])[0]


def _own_words(text: str, found: Found) -> _Words:
    """The words that belong to a link alone: an anchor, or a label in brackets after it."""
    opened = _markdown_anchor(text, found.start)
    if opened is not None:
        own = text[opened + 1 : found.start].rpartition("]")[0]
        return _Words(opened, found.end, own=_NO_WORD.sub(" ", own))
    match = _ANCHOR.match(text, found.end)
    if not match:
        return _Words(found.start, found.end)
    label = match["label"]
    if label and not _is_kind_label(label):
        return _Words(found.start, found.end)
    own = label or match["latex"] or match["html"] or ""
    return _Words(found.start, match.end(), own=_NO_WORD.sub(" ", own))


def _is_kind_label(words: str) -> bool:
    """Whether words in brackets say what a link is and no more: no "(with pretrained models)"."""
    if not _find_labelled(words):
        return False
    rest = f"{words} link"
    for _, pattern in _KIND_WORDS:
        rest = pattern.sub(" ", rest)
    return _JOINING.fullmatch(rest) is not None


def _markdown_anchor(text: str, start: int) -> int | None:
    """Where the "[" of [words](URL) is, for the URL at ``start``."""
    before = text[max(0, start - 160) : start]
    if not before.endswith(("](", "](<")):
        return None
    at = before.rfind("[")
    return start - len(before) + at if at >= 0 else None


_BETWEEN = re.compile(r"(?:\W|\b(?:and|or|at|in|on|url|href|texttt)\b){1,40}")
_RESPECTIVELY = re.compile(r"\W{0,6}respectively\b", re.IGNORECASE)
_RESPECTIVELY_AT = re.compile(r"\brespectively(?:\s\w{1,15}){0,4}\W*$", re.IGNORECASE)


def _shared_out(text: str, words: list[_Words]) -> dict[int, str]:
    """The kinds that "respectively" gives, in order, to links in a row.

    Only where there are as many as the sentence names: "code and data are at A
    and B, respectively".
    """
    kinds: dict[int, str] = {}
    first = 0
    for last, one in enumerate(words):
        if last + 1 < len(words) and _are_in_a_row(text, one.end, words[last + 1].start):
            continue
        before = words[first].before
        if _RESPECTIVELY.match(text, one.end) or _RESPECTIVELY_AT.search(before):
            named = find_named(before)
            if len(named) == last + 1 - first > 1:
                kinds |= dict(enumerate(named, first))
        first = last + 1
    return kinds


def _are_in_a_row(text: str, start: int, end: int) -> bool:
    return end - start <= 40 and _BETWEEN.fullmatch(text, start, max(start, end)) is not None


def find_kinds(text: str, found: Sequence[Found]) -> Iterator[str]:
    """Yield the kind of each URL found in ``text``, in their order."""
    words = _words_around(text, found)
    shared = _shared_out(text, words)
    for at, (one, said) in enumerate(zip(found, words, strict=True)):
        own = said.own if _find_labelled(said.own) else shared.get(at, said.own)
        yield find_kind(one.url, said.before, said.after, own=own)


def find_kind(url: str, before: str = "", after: str = "", *, own: str = "") -> str:
    """Return the kind of a link from its URL and the words before and after it.

    ``own`` are words of this link alone, its anchor for one; what they name goes
    before all that is around.  Where the host allows one kind only, it decides; a
    host that holds everything is what the sentence calls it, and its usual kind
    when the sentence names several things or none.

    >>> find_kind("https://github.com/a/b", "The dataset is available at ")
    'dataset'
    >>> find_kind("https://a.github.io", "Videos and code are at ")
    'project'
    >>> find_kind("https://github.com/a/b", "Our code and ", own="data")
    'dataset'
    """
    host, _, path = re.sub(r"^\w+://(?:www\.)?", "", url).partition("/")
    return str(_kind(host.partition(":")[0], path, before, after, own))


def _find_labelled(words: str) -> list[str]:
    """The kinds that a link's own words name: "project" and "paper" alone say enough there."""
    return find_named(f"{words.strip()} link") if words.strip() else []


def _kind(host: str, path: str, before: str, after: str, own: str) -> str:
    fixed = _fixed_kind(host, path)
    if fixed:
        return fixed
    labelled = _find_labelled(own)
    if len(labelled) == 1:
        return labelled[0]
    before_own = f"{before.rstrip()} {own.strip()}" if own.strip() else before
    named = labelled or find_named(before_own)
    named = named or (find_named(after[:100]) if _TELLS.match(after) else [])
    usual = _usual_kind(host, path)
    if usual:
        return _unless_named(usual, named)
    if named:
        return _main_kind(named)
    if before.rstrip()[-1:] in {"", ":"} or _MORE.search(f"{before_own} {after[:100]}"):
        return LinkKind.PROJECT
    return _kind_in_path(path)


def _kind_in_path(path: str) -> str:
    """The one kind that the words of a path name where no sentence does: "/data", "/demo.html"."""
    named = find_named(re.sub(r"[\W_]+", " ", path))
    return named[0] if len(named) == 1 else LinkKind.OTHER


def _main_kind(named: list[str]) -> str:
    """The kind of a page of its own that holds all these: a project when it holds many."""
    if LinkKind.PROJECT in named or len(named) > 2:
        return LinkKind.PROJECT
    if len(named) == 2 and {LinkKind.VIDEO, LinkKind.DEMO} & set(named):
        return LinkKind.PROJECT
    return named[0]


_HUGGING_FACE = {
    "datasets": LinkKind.DATASET, "spaces": LinkKind.DEMO, "papers": LinkKind.PAPER,
}  # fmt: skip
#: Host -> the first part of a path -> the kind of what is there.
_SECTIONS = {
    "huggingface.co": _HUGGING_FACE,
    "hf.co": _HUGGING_FACE,
    "kaggle.com": {
        "code": LinkKind.CODE, "datasets": LinkKind.DATASET, "models": LinkKind.MODEL,
    },
}  # fmt: skip


def _fixed_kind(host: str, path: str) -> str | None:
    """The kind that the address itself tells."""
    if host in _SECTIONS:
        return _SECTIONS[host].get(path.split("/")[0])
    if _VIDEO_HOSTS.fullmatch(host) or re.search(r"\.(?:mp4|avi|mov|webm)$", path):
        return LinkKind.VIDEO
    if re.search(r"\.pdf(?:[?#]|$)", path, re.IGNORECASE):
        return LinkKind.PAPER
    if _PAPER_HOSTS.fullmatch(host) and not (host == "doi.org" and "zenodo" in path):
        return LinkKind.PAPER
    return LinkKind.DEMO if _DEMO_HOSTS.fullmatch(host) else None


def _usual_kind(host: str, path: str) -> str | None:
    if host in {"huggingface.co", "hf.co"} and path.strip("/").count("/") == 1:
        return LinkKind.MODEL
    if _DATA_HOSTS.fullmatch(host) or (host == "doi.org" and "zenodo" in path):
        return LinkKind.DATASET
    if _CODE_HOSTS.fullmatch(host) or path.endswith(".git"):
        return LinkKind.CODE
    return LinkKind.PROJECT if _PAGE_HOSTS.fullmatch(host) else None


#: Usual kind -> the kinds that a sentence may say instead, if it names nothing else.
_OVERRIDES = {
    LinkKind.CODE: {
        LinkKind.DATASET, LinkKind.MODEL, LinkKind.PROJECT, LinkKind.DEMO, LinkKind.VIDEO,
    },
    LinkKind.PROJECT: {LinkKind.DATASET, LinkKind.DEMO},
    LinkKind.DATASET: {LinkKind.CODE, LinkKind.MODEL},
    LinkKind.MODEL: {LinkKind.DATASET, LinkKind.DEMO},
}  # fmt: skip


def _unless_named(usual: str, named: list[str]) -> str:
    only = named[0] if len(named) == 1 else None
    return only if only and only in _OVERRIDES[LinkKind(usual)] else usual


def find_named(words: str) -> list[str]:
    """Return the kinds that ``words`` name, in the order of their first mention.

    >>> find_named("Our data and code are available at ")
    ['dataset', 'code']
    """
    places = []
    for kind, pattern in _KIND_WORDS:
        match = pattern.search(words)
        if match:
            places.append((match.start(), str(kind)))
    return [kind for _, kind in sorted(places)]
