"""URLs in running text: found, repaired, normalised.

What is understood: URLs with and without scheme, DOIs; spaces that line breaks,
hyphenation or a tokeniser left inside; LaTeX (``\\url{}``, ``\\href{}{}``, escaped
characters, footnote marks), Markdown and angle brackets around them; sentences
and labels glued to their end.  A bare host ("project.example.org") is a link only
where its form or the words before it say so: "e.g.", "Node.js", "train.py",
"v1.0" and the glued "WebArena.To" are none, and mail addresses are none either.

Every pattern is linear in the length of the text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from kg.text import word_set

#: A URL of more characters than this is taken for noise.
MAX_URL = 2000


@dataclass(frozen=True, slots=True)
class Found:
    """Where a URL stands in a text, and what it is when normalised."""

    start: int
    end: int
    url: str


_HINT = re.compile(r"/ ?/|[\w-]\.[A-Za-z]{2}|git(?:hub|lab) ?\. ?\w|www\.")
_DOI_HINT = re.compile(r"10\.\d{4}")
_START = re.compile(
    r"(?P<scheme>(?:h[tx]{1,2}p(?:\s?s)?|ftp)\s?:\s?/\s?/\s?|h[tx]{1,2}ps?//"
    r"|https?:/(?=[\w-]+\.[\w-])|(?<!\w)t{1,2}ps?://(?=[\w-]+\.[\w-])"
    r"|(?<![\w:/.])//(?=(?:www\.|github\.com/|gitlab\.com/)))"
    r"|git@(?P<ssh>git(?:hub|lab)\.com):(?=[\w.-]+/[\w.-])"
    r"|(?<![\w/.])(?P<doi>doi[\s:{]{1,3}(?=10\.\d{4,9}/\w))"
    r"|(?<![\w@.-])(?P<www>www\d?\.)(?=[A-Za-z0-9])"
    r"|(?<![\w@./%=\\-])(?P<bare>[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)+|(?:github"
    r"|gitlab)(?=\.\s(?:com|io)/|\s\.\s?(?:com|io)/))",
    re.IGNORECASE,
)
#: "http:", "hxxp:", "ttp:": a scheme without its s.
_PLAIN = re.compile(r"h?[tx]{1,2}p\s?:", re.IGNORECASE)

#: Hosts where a path alone makes sense, and how many parts it has at least.
_PARTS = {
    "github.com": 2, "gitlab.com": 2, "bitbucket.org": 2, "huggingface.co": 2, "gitee.com": 2,
    "sites.google.com": 2, "gist.github.com": 2, "codeberg.org": 2, "modelscope.cn": 2,
    "youtu.be": 1, "bit.ly": 1, "tinyurl.com": 1, "goo.gl": 1, "git.io": 1, "t.ly": 1, "t.co": 1,
    "is.gd": 1, "rb.gy": 1, "cutt.ly": 1, "rebrand.ly": 1, "shorturl.at": 1, "forms.gle": 1,
    "zenodo.org": 2, "kaggle.com": 2, "arxiv.org": 2, "doi.org": 2, "dx.doi.org": 2, "osf.io": 1,
    "youtube.com": 1, "vimeo.com": 1, "colab.research.google.com": 2, "drive.google.com": 2,
    "anonymous.4open.science": 2, "openreview.net": 1, "pypi.org": 2, "hf.co": 2, "w3id.org": 1,
    "dropbox.com": 2, "figshare.com": 2, "paperswithcode.com": 2, "aclanthology.org": 1,
    "aka.ms": 1,
}  # fmt: skip


#: Hosts whose subdomains are pages of projects: one label before the suffix.
PAGE_SUFFIXES = (
    "github.io", "gitlab.io", "netlify.app", "vercel.app", "pages.dev", "web.app", "wixsite.com",
    "notion.site", "weebly.com", "wordpress.com", "blogspot.com", "webflow.io", "carrd.co",
    "bitbucket.io", "firebaseapp.com", "squarespace.com", "streamlit.app", "gradio.live",
    "hf.space", "herokuapp.com", "readthedocs.io",
)  # fmt: skip

_TLDS = word_set(
    """
    com org net edu gov mil int info biz io ai co me dev app tech xyz site page online cloud
    science tools zone wiki blog space live studio design systems network digital world academy
    education institute center research report link club space academy team run fun art media
    video chat bot nu ly gl gd gy ms ac at au be br ca ch cl cn cz de dk ee es eu fi fr gr hk
    hr hu ie il in ir is it jp kr lt lu lv mx my nl no nz pk pl pt ro rs ru sa se sg si sk th
    tr tw ua uk us vn za cc tv to la sh so st uni icu top gle fm im pub
    """
)
#: Endings that make a host with a path a link by themselves.
_SURE = frozenset({"com", "org", "net", "edu", "gov", "io", "ai", "uk"})
#: Country codes that are words or file endings: a host of them needs more evidence.
_WORDS = word_set(
    """
    in to it is at as be me no so by my us am an or my id do la de es se st co sh im pub run
    fun art media top
    """
)
_FILES = word_set(
    """
    py js ts tsx jsx java cpp cc hpp rs rb md txt csv json jsonl yaml yml xml html htm php pdf
    zip gz tar png jpg jpeg gif svg mp4 mp3 wav ipynb sh exe bin pt pth ckpt onnx npz npy h5
    log cfg ini toml tex bib sty net jl git asp aspx jsp doc docx ppt pptx xls xlsx tgz rar avi
    mov webm
    """
)
#: Product and company names that look like hosts; links only with a path.
_NAMES = re.compile(
    r"(?:node|vue|next|three|d3|react|chart|ember|backbone|socket|asp|ado|vb|ml|or|word"
    r"|system)\.\w+"
    r"|(?:[a-z0-9-]+\.)?(?:amazon|github|gitlab|huggingface|youtube|arxiv|openai|booking"
    r"|bookings|ctrip|walmart"
    r"|twitter|facebook|yelp|kaggle|reddit|google|x|character|c|stackoverflow|wikipedia|quora"
    r"|imdb|baidu|last"
    r"|answers|about|sourceforge|behance|pushshift|craigslist|zillow|airbnb|tripadvisor"
    r"|expedia|ebay|alibaba|taobao|jd|target|pubmed)"
    r"\.(?:com|org|ai|net|co|io|fm|cn)",
    re.IGNORECASE,
)

_CUE = re.compile(
    r"(?:\b(?:at|on|in|from|via|under|through|here|see|visit|web\s?site|web\s?page|homepage"
    r"|page|site|url|links?"
    r"|codes?|demos?|data|datasets?|videos?|project|repository|repo|models?|found|available"
    r"|leaderboard"
    r"|online|is|are|and|or"
    r"|details|information|materials?|results|to)\b\s?[:(\"'“‘<\[{~,-]{0,3}"
    r"|[:(\"“‘<\[{~]{1,3})\s{0,2}$",
    re.IGNORECASE,
)
_CUE_WORD = re.compile(
    r"\b(?:available|availability|accessible|found|released?|hosted|published|provided"
    r"|open-?sourced?|see|visit|website"
    r"|web\s?site|web\s?page|homepage|project page|projectpage|page|site|url|link|details"
    r"|more information|supplementary"
    r"|materials?|code|codes|demos?|videos?|downloaded?|check out|refer to|maintained"
    r"|leaderboards?)\b",
    re.IGNORECASE,
)
#: "Data: host.org", "Leaderboard: host.dev".
_LABEL = re.compile(
    r"\b(?:data(?: ?sets?)?|corpus|benchmark|leaderboard|playground|models?|weights|checkpoints)"
    r"\s?:\s{0,2}$",
    re.IGNORECASE,
)

#: A hyphen that shows only where a line breaks: no part of any URL.
_SOFT_HYPHEN = "\u00ad"
#: Hyphens and tildes as typeset text has them, and nothing for the one that only breaks a line.
_TYPESET = str.maketrans(
    {_SOFT_HYPHEN: ""}
    | dict.fromkeys("\u2010\u2011\u2013\u2212", "-")
    | dict.fromkeys("\u223c\u02dc", "~")
)
_HOST = re.compile(r"[^\W_](?:[^\W_]|[-.\u00ad\u2010\u2011])*", re.UNICODE)
#: "site.org1": the mark of a footnote on a host.
_MARKED_HOST = re.compile(r"(.+\.(?:com|org|net|edu|gov|io|ai))[1-9¹²³⁴⁵⁶⁷⁸⁹]", re.IGNORECASE)
#: "host . org / a / b", as a tokeniser leaves it.
_SPACED = re.compile(
    r"[A-Za-z0-9-]{1,63}(?:\s\.\s[a-z0-9-]{1,63}){1,4}(?=[\s/.,;:)\]}\"']|$)"
    r"(?:\s?/\s?(?!https?\b)[\w.~%=?&#-]{1,99}(?:\s-\s[\w.~]{1,99}){0,9}){0,9}"
)
_SPACED_DASH = re.compile(r"\s-\s(\w+)")
_PORT = re.compile(r":\d{2,5}(?!\d)")
_BODY = re.compile(
    r"(?:[A-Za-z0-9\-._~/?#!&'()*+,;=%:@]|[\u00ad\u2010\u2011\u02dc\u223c\u00c0-\u024f]"
    r"|(?<=[A-Za-z0-9])[\u2013\u2212](?=[A-Za-z0-9])"
    r"|\{?\\(?:[_%#&$-]|~(?:\{\})?|textasciitilde(?:\{\})?|textunderscore(?:\{\})?)\}?"
    r"|\$\\sim\$|\{[_~]\})+"
)
_LATEX = re.compile(
    r"\{?\\(?:([_%#&$])|(-)|~(?:\{\})?|textasciitilde(?:\{\})?|(textunderscore)(?:\{\})?)\}?"
    r"|\$\\sim\$|\{([_~])\}"
)
_INNER = re.compile(
    r"(?<=[\w)\],;|.:])https?:/|(?<=\w)(?=(?:github|gitlab)\.com/[\w.-]+/\w)", re.IGNORECASE
)
_GLUED = re.compile(
    r"\.(?:In|We|The|This|These|Our|It|To|For|As|At|On|By|With|Moreover|However|Furthermore"
    r"|Finally|Code|Codes|A|An|Also"
    r"|Additionally|Extensive|Experiments|Besides|Please|All|Data|Project|Videos?|You|Index"
    r"|Keywords?|Note|See)$"
)
#: What stands glued to a path's end, though no sentence begins: "b.Supplementary: ...", "b;video".
_GLUED_WORD = re.compile(r"\.([A-Z][a-z]{1,19})(?=[\s:])")
_GLUED_LABEL = re.compile(r";[A-Za-z]{2,20}(?=[\s:])")
_BRACKET = re.compile(r"[()]")
_ENTITY = re.compile(r"&#?\w{1,8}$")
#: "bProject page: https://...": a label with no mark before it, sure where a URL follows.
_GLUED_TITLE = re.compile(
    r"(?<=[A-Za-z0-9])(?:Project|Codes?|Data(?:sets?)?|Videos?|Demos?|Web[Ss]ite|Homepage|Models?"
    r"|Supplementary|Paper)(?=(?:\s(?:[Pp]age|[Ww]eb\s?(?:page|site)|[Ll]ink|[Mm]aterials?"
    r"|[Vv]ideos?|[Cc]ode))?\s?:\s?(?:https?\s?:|www\.|github\.com/))"
)
#: "bar(1)": the number of a footnote or a reference.
_FOOTNOTE = re.compile(r"(?<=[A-Za-z0-9/])\([1-9]\)")
_NOT_PATH = word_set(
    """
    a an and are as at based be both but by can code data demo do for from has have here if in
    include includes including into is it its more no nor not of on or our page paper so such
    that the their these this those to together under upon us use using via videos was we
    website were when where which while who will with without along after all also alongside
    available contains provides consists allows supports and/or w/o video
    """
)
#: What stands where a URL was broken: one space, or the end of a line with what indents the next.
_GAP = r"(?:\r?\n[ \t]{0,8}|\s)"
_A_GAP = re.compile(_GAP)
_NEXT = re.compile(_GAP + r"([A-Za-z0-9_~][^\s<>\"“”{}|\\^`\[\]]{0,200})")
_HOST_GOES_ON = re.compile(
    _GAP + r"((?:[a-z0-9-]{1,63}\.){0,4}[a-z]{2,15})(?=(/)|[\s.,;:)\]}\"']|$)"
)
_HOST_AFTER_HYPHEN = re.compile(_GAP + r"((?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,15})(?=[/.,;:)\s]|$)")
_HOST_AFTER_SPACE = re.compile(_GAP + r"(\.\s?(?:com|org|io|net|edu)\b(?:\.[a-z]{2})?)(?=/)")
_EXTENSION = re.compile(r"[\w~-]+\.(?:html?|php|pdf|zip|git|md|mp4|asp|aspx|ipynb)[.,;)]*$")


def find_urls(text: str) -> Iterator[Found]:
    """Yield what is a URL, left to right.

    >>> list(find_urls("See https://github. com/a/ b_c (and WebArena.To)."))
    [Found(start=4, end=30, url='https://github.com/a/b_c')]
    """
    if not (_HINT.search(text) or _DOI_HINT.search(text)):
        return
    at = 0
    while match := _START.search(text, at):
        found = _at_match(text, match)
        at = found.end if found else _past(text, match)
        if found and not _repeats(text, found):
            yield found


def _past(text: str, match: re.Match[str]) -> int:
    """Where to look on after what was no link: "end.https://..." holds a scheme."""
    holds_scheme = bool(match["bare"]) and text.startswith("://", match.end())
    return max(match.start() + 1, match.end() - 5) if holds_scheme else match.end()


#: The start of the words of a link, in LaTeX, with what dresses them: "}{\\texttt{".
_LATEX_WORDS = re.compile(r"\}\s?\{[\\{}\w\s]{0,40}$")
_MARKDOWN_TARGET = re.compile(r"[`*_\s]{0,3}\]\(<?")


def _repeats(text: str, found: Found) -> bool:
    r"""Whether this is a link's words: \href{URL}{URL}, \href{URL}{\texttt{URL}}, [URL](URL)."""
    words = text[found.start : found.end]
    near = max(0, found.start - 60)
    dressed = _LATEX_WORDS.search(text[near : found.start])
    if dressed:
        end = near + dressed.start()
        earlier = text[max(0, end - MAX_URL) : end]
        return earlier.rstrip("/., ").endswith(words.rstrip("/.,"))
    target = _MARKDOWN_TARGET.match(text, found.end)
    if not target:
        return False
    at = target.end()
    return text[at : at + 4].lower() == "http" or text.startswith(words, at)


def _at_match(text: str, match: re.Match[str]) -> Found | None:
    if match["ssh"]:
        return _under(f"https://{match['ssh'].lower()}/", text, match)
    if match["doi"]:
        return _under("https://doi.org/", text, match)
    if match["scheme"]:
        scheme = "http" if _PLAIN.match(match["scheme"]) else "https"
        scheme = "ftp" if match["scheme"][0] in "fF" else scheme
        spaced = _spaced(text, match, scheme)
        return spaced or _parse(text, match.start(), match.end(), scheme)
    if match["www"]:
        found = _parse(text, match.start(), match.start(), "https")
        return found if found and found.url.split("/")[2].count(".") > 1 else None
    return _bare(text, match)


def _under(root: str, text: str, match: re.Match[str]) -> Found | None:
    """A page of ``root`` whose path comes after other words: "git@github.com:", "doi: "."""
    path, end = _take(text, match.end())
    if end - match.start() > MAX_URL:
        return None
    return Found(match.start(), end, root + _unescape(path).removesuffix(".git"))


def _spaced(text: str, match: re.Match[str], scheme: str) -> Found | None:
    """A URL whose every mark has a space on both sides: "https : // github . com / a / b"."""
    body = _SPACED.match(text, match.end())
    if not body:
        return None
    dashes = _SPACED_DASH.finditer(body[0])
    ends = (dash.start() for dash in dashes if dash[1].lower() in _NOT_PATH)
    written = body[0][: next(ends, None)].rstrip(".-_~?&#=%")
    host, slash, path = re.sub(r"\s", "", written).partition("/")
    top = host.rsplit(".", 1)[-1]
    if not _is_host(host.lower()) or top not in (_TLDS if path else _SURE):
        return None
    url = f"{scheme}://{host.lower()}{slash}{path}"
    return Found(match.start(), match.end() + len(written), url)


def _parse(text: str, start: int, host_at: int, scheme: str) -> Found | None:
    """Read host, port and path; repair what line breaks have split."""
    host, at = _read_host(text, host_at)
    if host is None:
        return None
    port = _PORT.match(text, at)
    shown_port = port[0] if port and port[0] not in {":80", ":443"} else ""
    at = port.end() if port else at
    path, end = _read_path(text, at, host, closing="_" if _is_emphasised(text, start) else "")
    while text[end - 1] == _SOFT_HYPHEN:
        end -= 1
    if end - start > MAX_URL:
        return None
    return Found(start, end, f"{scheme}://{host}{shown_port}{path}")


def _is_emphasised(text: str, start: int) -> bool:
    """Whether an underscore before a URL is Markdown's, not a part of a word before."""
    return text[max(0, start - 1) : start] == "_" and not text[max(0, start - 2)].isalnum()


def _read_host(text: str, at: int) -> tuple[str | None, int]:
    match = _HOST.match(text, at, at + 255)
    if not match:
        return None, at
    host, end = match[0], match.end()
    host, end = _host_over_space(text, host, end)
    trimmed = host.rstrip(".-")
    end -= len(host) - len(trimmed)
    cut = _glued_host(trimmed, text[end : end + 1])
    if cut:
        trimmed, end = trimmed[:cut], end - (len(trimmed) - cut)
    host = trimmed.lower().translate(_TYPESET)
    return (host, end) if _is_host(host) else (None, at)


def _glued_host(host: str, after: str) -> int:
    """Where a sentence, a label or a footnote glued to a host begins, 0 for nowhere.

    As in "x.org.In", "x.org.Supplementary: ..." and "x.org1".
    """
    match = _GLUED.search(host)
    if match and _is_host(host[: match.start()].lower()):
        return match.start()
    rest, _, word = host.rpartition(".")
    is_word = re.fullmatch(r"[A-Z][a-z]+", word) and word.lower() not in _TLDS
    if is_word and (after == ":" or after.isspace()) and rest.rpartition(".")[2] in _TLDS:
        return len(rest) if _is_host(rest.lower()) else 0
    marked = _MARKED_HOST.fullmatch(host)
    return marked.end(1) if marked and after not in {"/", ":", "?", "#"} else 0


def _host_over_space(text: str, host: str, end: int) -> tuple[str, int]:
    """Join "github. com/", "x.github. io/", "a.cs. b.edu/", "github .com/", "github . com/"."""
    for _ in range(3):
        if host.endswith("-"):
            match = _HOST_AFTER_HYPHEN.match(text, end)
            if not match or match[1].rsplit(".", 1)[-1] not in _TLDS:
                return host, end
        elif host.endswith("."):
            match = _HOST_GOES_ON.match(text, end)
            known = match is not None and match[1].rsplit(".", 1)[-1] in _TLDS
            complete = _is_host(host.rstrip(".").lower().removeprefix("www."))
            if not match or not known or (complete and not _goes_on_after(host, match)):
                return host, end
        else:
            match = _HOST_AFTER_SPACE.match(text, end)
            if not match:
                return host, end
        host, end = host + "".join(match[1].split()), match.end()
        if text[end : end + 1] == "." and text[end + 1 : end + 2] == " ":
            host, end = host + ".", end + 1
    return host, end


def _goes_on_after(host: str, match: re.Match[str]) -> bool:
    """Whether a host that could end here goes on: a path follows, and it is no new sentence."""
    joined = host + match[1]
    unknown = host.rstrip(".").rsplit(".", 1)[-1].lower() not in _TLDS
    goes_on = joined.endswith(PAGE_SUFFIXES) or "." in match[1] or unknown
    return match[2] is not None and goes_on


def _is_host(host: str) -> bool:
    labels = host.split(".")
    if len(labels) < 2 or not all(labels) or max(map(len, labels)) > 63:
        return host == "localhost"
    top = labels[-1]
    if top.isdigit():
        return len(labels) == 4 and all(label.isdigit() and int(label) < 256 for label in labels)
    return len(top) > 1 and top.isalpha() and top not in {"github", "gitlab", "google"}


def _read_path(text: str, at: int, host: str, *, closing: str = "") -> tuple[str, int]:
    """Return the rest of a URL, unescaped, and where it ends in the text."""
    if text[at : at + 1] not in {"/", "?", "#"}:
        return _path_after_space(text, at, host, "", closing)
    raw, end = _take(text, at, closing)
    return _path_after_space(text, end, host, raw, closing)


def _take(text: str, at: int, closing: str = "") -> tuple[str, int]:
    """Take the characters of a path from ``at``; what only ends a sentence is left."""
    match = _BODY.match(text, at, at + MAX_URL + 10)
    if not match:
        return "", at
    end = match.end()
    inner = _INNER.search(text, at + 1, end)
    end = inner.start() if inner else end
    title = _GLUED_TITLE.search(text, at + 1, end + 40)
    end = min(end, title.start()) if title else end
    end = _before_closing(text, at, end)
    end = _trim(text, at, end, closing)
    return text[at:end], end


def _before_closing(text: str, start: int, end: int) -> int:
    """Where a bracket closes that a path did not open: "code(https://x.org/a)and data"."""
    depth = 0
    for bracket in _BRACKET.finditer(text, start, end):
        depth += 1 if bracket[0] == "(" else -1
        if depth < 0:
            return bracket.start()
    return end


def _trim(text: str, start: int, end: int, closing: str = "") -> int:
    """Where a path ends without closing punctuation, unbalanced brackets and a glued sentence."""
    while end > start:
        last = text[end - 1]
        opened = text.count("(", start, end) - text.count(")", start, end)
        if last in f".,;:!?'*\\&~({closing}" or (last == ")" and opened < 0):
            end -= 1
        elif opened > 0:
            end = text.rindex("(", start, end)
        elif cut := _glued_tail(text, start, end):
            end = cut
        else:
            break
    return end


def _glued_tail(text: str, start: int, end: int) -> int:
    """Where what is glued to the path before ``end`` begins, 0 when nothing is.

    A sentence ("b.In"), a label ("b.Supplementary: ...", "b;video: ..."), a footnote ("b(1)").
    """
    dot = text.rfind(".", max(start, end - 21), end)
    if dot > start:
        word = _GLUED_WORD.match(text, dot)
        whole = word is not None and word.end() == end and word[1].lower() not in _FILES
        if whole or _GLUED.fullmatch(text, dot, end):
            return dot
    mark = text.rfind(";", max(start, end - 21), end)
    if mark > start and _is_label(text, start, mark, end):
        return mark
    bracket = end - 3
    return bracket if bracket > start and _FOOTNOTE.fullmatch(text, bracket, end) else 0


def _is_label(text: str, start: int, mark: int, end: int) -> bool:
    """Whether ";word" ends a path, and no "&amp;word" of its query."""
    match = _GLUED_LABEL.match(text, mark)
    entity = _ENTITY.search(text, max(start, mark - 10), mark)
    return match is not None and match.end() == end and entity is None


def _path_after_space(
    text: str, end: int, host: str, raw: str, closing: str = ""
) -> tuple[str, int]:
    """Join the pieces of a path that spaces divide; return it unescaped, and its end."""
    for _ in range(6):
        joint = _joint(text, end, host, raw)
        if joint is None:
            break
        piece, after = _take(text, _past_gap(text, end), closing)
        if not piece:
            break
        raw, end = raw + joint + piece, after
    return _unescape(raw), end


def _past_gap(text: str, end: int) -> int:
    gap = _A_GAP.match(text, end)
    return gap.end() if gap else end


def _joint(text: str, end: int, host: str, raw: str) -> str | None:
    """What joins ``raw`` to the word after the space at ``end``; None when they are apart."""
    match = _NEXT.match(text, end)
    if not match:
        after = _past_gap(text, end)
        slash = after > end and text[after : after + 1] == "/"
        return "" if slash and _lacks(host, raw) and text[after + 1 : after + 2].isalnum() else None
    word = match[1].rstrip(".,;:)'\"")
    if word.lower() in _NOT_PATH or "://" in match[1]:
        return None
    if raw.endswith(("-", "_", _SOFT_HYPHEN)):
        return ""
    if not raw.endswith("/"):
        return None
    return _joint_after_slash(host, raw, match[1], word)


def _joint_after_slash(host: str, raw: str, token: str, word: str) -> str | None:
    if _lacks(host, raw):
        return ""
    if host.removeprefix("www.") in _PARTS:
        return None
    if _EXTENSION.fullmatch(token) or (word.endswith("/") and word.count("/") == 1):
        return "" if re.fullmatch(r"[\w.-]+/?", word) else None
    if (
        raw == "/"
        and re.fullmatch(r"[a-z][\w.-]*/[\w./~-]+", word)
        and not host.endswith(PAGE_SUFFIXES)
    ):
        return "~"  # LaTeX's "~" before a user's name was printed as a space
    bare = re.fullmatch(r"[A-Z][\w-]*[A-Z_\d][\w-]*", word)
    return "" if bare and token != word and host.endswith((".edu", ".github.io")) else None


def _lacks(host: str, raw: str) -> bool:
    """Whether the path is too short for a page of this host."""
    needed = _PARTS.get(host.removeprefix("www."), 0)
    parts = [part for part in raw.split("?")[0].split("/") if part]
    return len(parts) < needed


def _unescape(raw: str) -> str:
    if "\\" in raw or "{" in raw:
        raw = _LATEX.sub(lambda m: m[1] or m[4] or ("_" if m[3] else "" if m[2] else "~"), raw)
    raw = raw.translate(_TYPESET)
    return html.unescape(raw) if "&" in raw and ";" in raw else raw


def _bare(text: str, match: re.Match[str]) -> Found | None:
    """A URL without a scheme: known hosts, hosts with a path, hosts that a cue announces."""
    start, token = match.start(), match["bare"]
    if text[match.end() : match.end() + 1] == "@":
        return None
    start += _glued_before(token)
    found = _parse(text, start, start, "https")
    if found is None or found.end <= start:
        return None
    if _is_split(text[match.start() : found.end]) and not _KNOWN.match(found.url):
        return None
    host, slash, path = found.url.removeprefix("https://").partition("/")
    if _is_bare_link(text, start, found.end, host, slash + path):
        return found
    return None


#: Hosts that need no scheme to vouch for them when a space splits them.
_KNOWN = re.compile(r"https://(?:[\w-]+\.github\.io|git(?:hub|lab)\.com|sites\.google\.com)/")


def _is_split(written: str) -> bool:
    return any(mark.isspace() for mark in written.split("/")[0])


def _glued_before(token: str) -> int:
    """How much of a token belongs to the sentence before: "atgithub.com", "end.user.github.io"."""
    lower = token.lower()
    glued = re.match(r"(?:at|on|in|is|see)(?=(?:github|gitlab)\.com$)|[a-z]*\d{1,2}(?=(.+))", lower)
    if glued and (glued[1] is None or glued[1] in _PARTS):
        return glued.end()
    for suffix in ("github.io", "gitlab.io"):
        if lower.endswith(f".{suffix}"):
            return lower.rfind(".", 0, len(lower) - len(suffix) - 1) + 1
    return 0


def _is_bare_link(text: str, start: int, end: int, host: str, path: str) -> bool:
    written = text[start : start + len(host)]
    top = host.rsplit(".", 1)[-1].partition(":")[0]
    if top not in _TLDS:
        return False
    if host in _PARTS:
        if not path.strip("/"):
            return False
        return not _lacks(host, path) or _announced_before(text, start)
    if host.endswith(PAGE_SUFFIXES):
        return host not in PAGE_SUFFIXES
    if _is_word_like(written, top):
        return False
    if path.strip("/"):
        return _is_bare_with_path(text, start, host, path, top)
    return _is_announced(text, start, end, host, top)


def _is_word_like(written: str, top: str) -> bool:
    """Whether the letters say that this is a glued sentence or a name ("learning.In")."""
    last = written.rsplit(".", 1)[-1]
    if last != last.lower() and written != written.upper():
        return True
    labels = written.lower().split(".")
    if top in _FILES and top != "net" and len(labels) == 2:
        return True
    return labels in (["e", "g"], ["i", "e"], ["a", "k", "a"]) or all(
        len(label) == 1 for label in labels
    )


def _is_bare_with_path(text: str, start: int, host: str, path: str, top: str) -> bool:
    first = path.strip("/").split("/")[0]
    if not re.match(r"[\w~@%-]", first):
        return False
    if top in _SURE:
        return True
    return _announced_before(text, start) or (host.count(".") > 1 and top not in _WORDS)


def _is_announced(text: str, start: int, end: int, host: str, top: str) -> bool:
    """A host alone: only after words like "available at", and if it is no name of a firm."""
    if _NAMES.fullmatch(host) or re.match(r"(?![1-9¹²³⁴⁵⁶⁷⁸⁹]\b)[-\w]", text[end : end + 2]):
        return False
    if top in _WORDS and host.count(".") < 2:
        return False
    announced = _announced_before(text, start) or _in_brackets(text, start, end)
    return announced or (host.count(".") >= 3 and len(host) > 12)


def _in_brackets(text: str, start: int, end: int) -> bool:
    return text[max(0, start - 1) : start] == "(" and text[end : end + 1] == ")"


def _announced_before(text: str, start: int) -> bool:
    before = text[max(0, start - 80) : start]
    sentence = re.split(r"[.!?]\s", before)[-1]
    cued = _CUE.search(before) and _CUE_WORD.search(sentence)
    return bool(cued or _LABEL.search(before))
