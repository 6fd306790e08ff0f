"""What a single line of a pasted page is, judged by its own form.

The words below are those that pages of every kind use around papers (counters,
buttons, dates, labels); none is the title of a page or the name of a person.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import chain
from typing import Any

from kg.read._base import Source
from kg.read._ids import find_arxiv_id, to_arxiv_id, to_doi
from kg.text import squeeze, word_set


class Kind(Enum):
    """What a line is."""

    PROSE = "a paragraph of an abstract"
    TITLE = "a line labelled as title"
    TEXT = "a line that may be a title"
    NAMES = "a list of people"
    META = "a date, a counter, an id, a venue"
    UI = "a button, a heading of the page"


@dataclass(frozen=True, slots=True)
class Line:
    """A line, or several joined: its number, its text, its kind, and what it says of a paper."""

    number: int
    text: str
    kind: Kind = Kind.TEXT
    details: dict[str, Any] = field(default_factory=dict)
    labelled: bool = False


_LABELS = {
    "title": r"(?:paper\s+)?title",
    "authors": r"authors?(?:\(s\))?|by",
    "abstract": r"abstract|summary",
    "tldr": r"tl;?\s?dr",
    "doi": r"(?:related\s+)?doi",
    "venue": r"journal[\s-]?ref(?:erence)?|venue|conference|journal|published\s+in"
             r"|book\s?title|in\s+proceedings",
    "date": r"date|year|published(?:\s+on)?|submitted(?:\s+on)?|publication\s+date",
    "arxiv_id": r"arxiv(?:\s+id)?|cite\s+as",
    "url": r"url|link|pdf|paper\s+link|paper|project(?:\s+page)?|code|website|github|demo",
    "": r"comments?|subjects?|categor(?:y|ies)|keywords?|key\s+words|primary\s+area"
        r"|msc[\s-]class|acm[\s-]class"
        r"|report\s+(?:no|number)|license|readers|tags?|topics?|volume|pages?|editors?|month"
        r"|address|publisher"
        r"|note|anthology\s+id|language|bibkey|submission\s+number"
        r"|supplementary\s+material"
        r"|reviewed\s+on\s+\w+|signatures?|last\s+modified|sig|bib\s+export\s+formats"
        r"|code\s+of\s+ethics|submission\s+guidelines|reciprocal\s+reviewing"
        r"|cite\s+\(\w+\)|copy\s+citation|from",
}  # fmt: skip
_LABEL = re.compile(
    "|".join(rf"(?P<_{i}>{pattern})" for i, pattern in enumerate(_LABELS.values())), re.IGNORECASE
)
_LABEL_LINE = re.compile(
    r"\s*\**\s*([A-Za-z][A-Za-z;() -]{1,28}?)\s*\**\s*[:：]\s*\**\s*(.*)", re.DOTALL
)
_LABEL_NAMES = tuple(_LABELS)
_ALONE = re.compile(r"[#*\s]*(?:abstract|summary)[*\s:.]*", re.IGNORECASE)
_GLUED = re.compile(
    r"[#*\s]*abstract\s*(?:[:：.—–―-]+\**\s*(?=\S)|(?=(?:We|This|In|The|Our|A|An|Recent|Large"
    r"|Existing|While|Although)\s))",
    re.IGNORECASE,
)  # fmt: skip
_LEAD = re.compile(
    r"(?:\d?\d:\d\d(?:\s*[-–—]\s*\d?\d:\d\d)?\s+(?=\S+\s)|#{1,6}\s+|[-*•·‣▪–]\s+|\[?\(?\d{1,4}[\].)]\s+|\[(?:PDF|HTML|BOOK|CITATION|B|C|DOC)\]\s*)+"
)
_TAIL = re.compile(
    r"\s*(?:△ Less|▽ More|(?:…|\.\.\.)\s*(?:more|read more|show more|expand|see more)"
    r"|\(More\))\s*$",
    re.IGNORECASE,
)

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DATE_WORDS = re.compile(
    rf"\b(?:{_MONTH}|mon(?:day)?|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?"
    rf"|sat(?:urday)?|sun(?:day)?"
    r"|submitted|published|posted|updated|revised|accepted|announced|originally|received|last"
    r"|modified|on|date|this|version|v\d+"
    r"|gmt|utc|today|yesterday|ago|\d+(?:st|nd|rd|th)|\d{1,4})\b|[\W_]",
    re.IGNORECASE,
)
_HAS_DATE = re.compile(
    rf"\b{_MONTH}\b|\d{{4}}-\d\d|\d\d?/\d\d?/\d{{2,4}}|\b(?:19|20)\d\d\b|yesterday|today|\bago\b",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"\b(?:entries|results|per page|papers)\b", re.IGNORECASE)
#: A line that counts the people of the paper above it.
AUTHOR_COUNT = re.compile(r"\W*\d+\s+authors?", re.IGNORECASE)
_BREADCRUMB = re.compile(r"[\w.,& -]{3,50}? [>›»] [\w.,& -]{3,60}")
_COUNT_WORDS = re.compile(
    r"\b(?:\d[\d.,]*\s*[km]?|up-?votes?|down-?votes?|votes?|comments?|likes?|views?|reads?"
    r"|citations?|cited|by|stars?|forks?"
    r"|authors?|pages?|figures?|tables?|hours?|hrs?|h|days?|d|weeks?|months?|years?|mins?"
    r"|minutes?|ago|repl(?:y|ies)|shares?"
    r"|downloads?|versions?|references?|models?|datasets?|spaces?|repos?|influential|highly"
    r"|all|related|articles?|results?"
    r"|showing|of|total|entries|points?|and|more|new|submissions?)\b|[\W_]",
    re.IGNORECASE,
)


_UI_WORDS = word_set(
    """
    a abs about account advanced alert all alphaxiv and api apps arxiv article articles back
    best bib bibtex blog bookmark by careers cite cited citation citations close code collapse
    collection collections comment comments community company connected contact copied copy
    create daily data datasets date demo details discussion docs doi download downloads edit
    email endnote enterprise expand explore export faq favorite feed filter filters follow
    followers full get github hide home hot html huggingface in join jobs latest learn less
    library like likes link links list log login logout main menu model models more most my new
    newest next no notifications of off on open openreview or other out page pages paper papers
    pdf popular poster posts prev previous pricing privacy profile project pwc qr read recent
    references register related relevance repo reply report resources results review reviews
    rss save saved scholar search see semantic settings share show showing sign signup site
    skip slides solutions sort source spaces sponsor star status submit submitted subscribe
    support tags tasks terms text tldr to today top topics translate trending tweet twitter
    cc conference day days everyone excerpt excerpts facebook for highlights icon linkedin main
    oral abstracts session submitter supp this track version
    unsave up upload upvote upvotes us using video view views visit vote votes website week
    with x youtube
    """
)
_UI_PHRASE = re.compile(
    r"\b(?:your|subscribe|sign (?:in|up)|log ?in|inbox|newsletter|cookies|click|©|copyright"
    r"|all rights reserved|terms of"
    r"|privacy policy|powered by|skip to|follow us|contact us|read more|learn more"
    r"|show(?:ing)? (?:more|\d+)|sort(?:ed)? by"
    r"|research community|trending papers|papers with code|no comments yet|be the first)\b|©"
    r"|^by\s?@?[A-Z]",
    re.IGNORECASE,
)  # fmt: skip
_UI_PROSE = re.compile(
    r"(?:^©|^copyright\b|all rights reserved|we use cookies|uses cookies|by (?:clicking"
    r"|continuing|signing|subscribing)"
    r"|your (?:e-?mail )?inbox|subscribe to (?:our|the)|javascript|arxivlabs|disable mathjax"
    r"|identical to the accepted versions|^openreview is a long-term project"
    r"|this is an automated message|thumbs up to this comment|this message was sent by"
    r"|^we gratefully acknowledge support|i (?:acknowledge|certify) that)",
    re.IGNORECASE,
)
_VENUE = re.compile(
    r"(?:in:?\s+|published (?:in|at)|accepted (?:at|to|by|for)|to appear (?:in|at)"
    r"|appeared (?:in|at)|presented at)?\s*"
    r"(?:the\s+)?(?:\d+(?:st|nd|rd|th)\s+)?(?:annual\s+|\d{4}\s+)?"
    r"(?:proceedings of|proc\.|findings of|advances in neural|transactions (?:on|of)"
    r"|journal of|[a-z/ ]{0,40}"
    r"(?:international |annual |european |joint )?(?:conference|workshop|symposium"
    r"|meeting) (?:on|of|for)\b"
    r"|arxiv(?:\.org)?(?: preprint)?\b|corr abs)"
    r"|(?:published (?:in|at)|accepted (?:at|to|by|for)|to appear|appeared in|presented at)\b",
    re.IGNORECASE,
)
_VENUE_YEAR = re.compile(r"[A-Z][A-Za-z&'’/.,() -]{0,60}?[ ,'’]*\b(?:(?:19|20)\d\d|'\d\d)\b.{0,30}")
_AFFILIATION = re.compile(
    r"\b(?:university|universit[àäéy]t?|institute of|college|school of|department of"
    r"|laborator(?:y|ies)|academy of"
    r"|inc\.|ltd\.|gmbh|corporation|research center|research centre)|@\w",
    re.IGNORECASE,
)
_PARTICLES = word_set(
    "de del della der den di da do dos du la le van von ter ten bin ibn al el y e zu zur"
)
_NAME_TOKEN = re.compile(r"(?:[^\W\d_]\.?-?)+(?:['’`-][^\W\d_]+\.?)*[*†‡§¶]*\d{0,2}\Z")
_NOT_IN_NAMES = re.compile(
    r"\w\w(?:tion|tions|ment|ments|ness|ology|ence|ity|ized|ised|ingly)\Z"
    r"|(?:\A|-)(?:learning|training|modeling|reasoning|models?|networks?|data|language|robots?"
    r"|vision|agents?|neural|deep|large|towards?|using|with|from|for|via|systems?|images?"
    r"|video)\Z",
    re.IGNORECASE,
)
#: Names that end as nouns do, and small words that are names, too.
_NAMES_AS_NOUNS = word_set(
    "clement clément lawrence laurence terence terrence clarence florence spence prudence"
)
_NAMES_AS_SMALL = word_set("an to in on do can be how")
_NAMES_SPLIT = re.compile(r"\s*(?:[,;·⋅•|&\n]|\band\b)\s*")
_NAMES_EXTRA = re.compile(
    r"(?:et al\.?|\+?\s*\d+\s+(?:more|other|others|authors?)(?: authors?)?|others|jr\.?|sr\.?"
    r"|ii+|phd|\d{1,2}|\W*)\Z",
    re.IGNORECASE,
)
_ONLY_LINK = re.compile(
    r"(?:\S{0,12}\s)?(?:https?://|www\.|doi\.org/|arxiv\.org/)\S+", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"[.!?]['\"”’)\]]?\s+(?=[\"“'(]?[A-Z])")
_CLOSED = re.compile(r"[.!?…。][\"”’')\]]*$|https?://\S+$")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ARXIV_PART = re.compile(
    r"[\[(]?\barxiv\s*:\s*[\w.-]*/?\d{4}[\d.]*(?:v\d+)?[\])]?(?:\s*[\[(][^\])]{0,40}[\])])*(?:\s+[a-z-]{2,8}\.[A-Z]{2})*",
    re.IGNORECASE,
)
_GOOGLE = re.compile(
    r"(?P<names>[^–]+?)\s+[-–]\s+(?:(?P<venue>[^–]{2,120}?),\s+)?(?P<year>(?:19"
    r"|20)\d\d)(?:\s+[-–]\s+\S.{0,60})?"
)
_ET_AL = re.compile(r"(?P<names>.{4,80}? et al)\.?,?\s*\(?(?P<year>(?:19|20)\d\d)\)?\.?")
_CITATION = re.compile(
    r"(?P<names>[^:]+?[^\W\d_]{2})\.\s+(?P<venue>[^.:]{2,90}?)[\s,]+(?P<year>(?:19|20)\d\d)\.?"
)
_QUOTED = re.compile(
    r"(?P<names>[^“\"]{5,400}),\s*[“\"](?P<title>[^”\"]{10,300}?)[,.]?[”\"],?\s*(?P<rest>.{4,300})"
)
_TITLED = re.compile(
    r"(?:\(?(?:19|20)\d\d[a-z]?\)?\.\s+)?(?P<title>(?:[^.]|\.(?=\S)){10,300}[.?])\s+"
    r"(?P<rest>.{0,200}\b(?:19|20)\d\d\b.{0,80}|[A-Z].{4,200})"
)
_SMALL = word_set(
    """
    a an and as at by for from in into is it its of on or over than that the to toward towards
    under via vs with without we are do does can how what why when be not
    """
)
_BREAKS_OFF = re.compile(
    r"(?:[:,–—-]|\b(?:of|for|and|the|with|in|to|via|a|an|on|from|by|using|or|as))$", re.IGNORECASE
)

_LINK = re.compile(
    r"\[((?:[^\[\]]|\[[^\[\]]{0,200}\]){0,500}?)\]\(((?:https?://|#|\.{0,2}/|mailto:)[^\s()]*)"
    r"(?:\s+\"[^\"]*\")?\)"
)
_IMAGE = re.compile(r"\[?!\[[^\[\]]*\]\([^\s()]*\)(?:\]\([^\s()]*\))?")
_EMPTY = re.compile(r"\[[\s,|/]*\]|\([\s,|/]*\)")
#: What stands in brackets before a title: a venue, a date.
_TAGGED = re.compile(r"^([\[(][^\[\]()]*\d{2,4}[^\[\]()]*[\])])\s+(?=\S)")
_BRACKETED = re.compile(r"[\[(].*[\])]")
_BOLD = re.compile(r"\*\*(\S+(?:\s+\S+){2,}?)\*\*")

_BLOCK = 4000
_SAMPLE = 600  # lines that tell whether a page is broken at a fixed width
_WIDEST = 160


def to_items(source: Source) -> Iterator[Line]:
    """Yield the lines of a page, wrapped paragraphs and titles joined, each with its kind."""
    awaited = False
    for line in _with_values(_unwrapped(source)):
        if _ALONE.fullmatch(line.text):
            awaited = True
            continue
        item = to_line(line.number, line.text)
        if awaited and item.kind in {Kind.TEXT, Kind.PROSE, Kind.NAMES} and not item.labelled:
            item = Line(line.number, _TAIL.sub("", line.text), Kind.PROSE, labelled=True)
        awaited = False
        yield item


def _with_values(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield ``lines``, a label that stands alone with the line after it as its value."""
    label: Line | None = None
    for line in lines:
        found = _label(line.text)
        if label is not None:
            joined = found is None and _fits(label.text, line.text)
            yield replace(label, text=f"{label.text} {line.text}") if joined else label
            label = None
            if joined:
                continue
        if found and not found[1] and not _ALONE.fullmatch(line.text):
            label = line
        else:
            yield line
    if label is not None:
        yield label


def _fits(label: str, value: str) -> bool:
    """Whether ``value`` may be what a label on a line of its own announces."""
    field = (_label(label) or ("", ""))[0]
    if _ALONE.fullmatch(value) or len(value) > 600 or (field and is_prose(value)):
        return False
    return field not in {"url", "doi", "date"} or bool(re.search(r"\d|://", value))


def _unwrapped(source: Source) -> Iterator[Line]:
    """Yield the lines, those joined that an editor or a mail has broken at a fixed width."""
    blocks = _blocks(source)
    first: list[list[Line]] = []
    for block in blocks:
        first.append(block)
        if sum(map(len, first)) > _SAMPLE:
            break
    width = find_width([line.text for block in first for line in block])
    for block in chain(first, blocks):
        yield from _join(block, width)


def find_width(lines: list[str]) -> int | None:
    """Return the number of columns at which ``lines`` were broken; None if they were not.

    >>> find_width(["word " * 15 + "end"] * 9 + ["A title"])
    78
    """
    lengths = sorted(map(len, lines))
    if len(lengths) < 4 or not 50 <= lengths[-1] <= _WIDEST:
        return None
    full = [at for at, line in enumerate(lines) if len(line) >= lengths[-1] - 14]
    # Where lines were broken many go on in lower case; a list of titles has none of these.
    next_lines = [lines[at + 1] for at in full if at + 1 < len(lines)]
    going_on = sum(line[0].isalpha() and not line[0].isupper() for line in next_lines)
    broken = len(full) >= 0.3 * len(lengths) and going_on >= 0.2 * len(next_lines)
    return lengths[-1] if broken else None


def _blocks(source: Source) -> Iterator[list[Line]]:
    """Yield runs of lines between blank ones."""
    block: list[Line] = []
    for number, raw in source.lines():
        texts = _parts(raw)
        block.extend(Line(number, text) for text in texts)
        if block and (not texts or len(block) >= _BLOCK):
            yield block
            block = []
    if block:
        yield block


def _parts(raw: str) -> list[str]:
    """The lines that one line holds: title and abstract with a tab between, Markdown's links."""
    text = squeeze(raw)
    if "\t" in raw.strip():
        cells = [squeeze(cell) for cell in raw.split("\t")]
        if len(cells) == 2 and is_prose(cells[1]) and not is_prose(cells[0]):
            return [cell for cell in cells if cell]
    if "](" in text and not is_prose(_LINK.sub(r"\1", text)):
        return from_markdown(text)
    return [text] if text else []


def from_markdown(text: str) -> list[str]:
    """Return what a line of a list in Markdown says: the title, its addresses, then the rest.

    >>> from_markdown("- [A Title](https://arxiv.org/abs/2401.00001) - Hu et al. [[code](https://x.y)]")
    ['A Title', 'https://arxiv.org/abs/2401.00001', 'https://x.y', 'Hu et al.']
    """
    text = _plain(_IMAGE.sub("", text))
    urls = [url for _, url in _LINK.findall(text) if "://" in url]
    if not urls:
        return [] if _LINK.search(text) else [text]
    flat = _BOLD.sub(r"\n\1\n", _EMPTY.sub("", _LINK.sub(_link_text, text)))
    flat = re.sub(r"<br\s*/?>|\s\|\s|^\||\|$", "\n", flat.replace("**", ""))
    lines = [part for line in flat.split("\n") for part in _TAGGED.split(line.strip(), maxsplit=1)]
    pieces = [text for text in (line.strip(" ,;:|*_-–—•") for line in lines) if text]
    at = next((i for i, piece in enumerate(pieces) if not _BRACKETED.fullmatch(piece)), 0)
    return [*pieces[: at + 1], *urls, *pieces[at + 1 :]]


def _link_text(match: re.Match[str]) -> str:
    """A link's text on a line of its own; nothing of a button."""
    words = re.findall(r"[a-z]+", match[1].lower())
    return "" if all(word in _UI_WORDS for word in words) else f"\n{match[1]}\n"


def _join(block: list[Line], width: int | None) -> Iterator[Line]:
    """Yield the lines of a block, broken ones joined."""
    width = width or _block_width(block)
    done = block[0]
    for line, last in zip(block[1:], block, strict=False):
        if _goes_on(done.text, last.text, line.text, width):
            done = replace(done, text=f"{done.text} {line.text}")
        else:
            yield done
            done = line
    yield done


def _block_width(block: list[Line]) -> int | None:
    """The width of a single wrapped paragraph on a page that is not wrapped."""
    lengths = [len(line.text) for line in block[:-1]]
    full = sum(length >= max(lengths) - 14 for length in lengths) if len(lengths) > 3 else 0
    return find_width([line.text for line in block]) if full > 0.7 * len(lengths) else None


def _goes_on(whole: str, last: str, text: str, width: int | None) -> bool:
    """Whether ``text`` continues ``whole``, whose last line is ``last``."""
    if width and len(last) <= width:
        first = text.split(" ", 1)[0]
        if len(last) + 1 + len(first) <= width or len(text) > width:
            return False
        return not _starts_anew(whole, text)
    return _names_go_on(whole, text) or _title_goes_on(whole, text)


def _names_go_on(whole: str, text: str) -> bool:
    """Whether both lines hold people, a comma between them."""
    if whole.endswith(":"):  # DBLP prints people, a colon, and all the rest in the next line
        return is_names(whole[:-1], single=True)
    comma = whole.endswith((",", ";")) and len(text) < 60
    return comma and _is_person(text.rstrip(",; ")) and is_names(whole, single=True)


def _starts_anew(whole: str, text: str) -> bool:
    """Whether a line is something else than what stands before it, though that was full."""
    if _label(text) or _ALONE.fullmatch(text):
        return True
    kind, kind_before = to_line(0, text).kind, to_line(0, whole).kind
    if kind_before is Kind.PROSE or text[0].islower():
        return False
    if kind in {Kind.META, Kind.UI}:
        return True
    if kind is Kind.NAMES:
        return kind_before is not Kind.NAMES
    is_title = kind_before is not Kind.NAMES and capital_share(whole) >= 0.6
    return is_title and capital_share(text) < 0.4 and len(text.split()) > 4


def _title_goes_on(first: str, second: str) -> bool:
    if not 25 <= len(first) <= 160 or len(second) > 120 or to_line(0, first).kind is not Kind.TEXT:
        return False
    if to_line(0, second).kind is not Kind.TEXT or _CLOSED.search(first):
        return False
    if re.match(r"by\b", second) or re.search(r"\b(?:19|20)\d\d\b", second):
        return False
    return bool(_BREAKS_OFF.search(first)) or (second[0].islower() and len(second.split()) > 1)


def to_line(number: int, raw: str) -> Line:
    """Return the line with its kind and details.

    >>> to_line(1, "12 upvotes").kind.name, to_line(1, "Ada Lovelace, Alan Turing").kind.name
    ('UI', 'NAMES')
    """
    text = _plain(raw)
    labelled = _labelled(number, text)
    if labelled:
        return labelled
    reference = _reference(number, text)
    if reference:
        return reference
    for kind, finder in _FINDERS:
        details = finder(text)
        if details is not None:
            return Line(number, text, kind, details)
    if is_prose(text):
        return Line(number, _TAIL.sub("", text), Kind.PROSE)
    return _with_inline_id(Line(number, text))


def _plain(raw: str) -> str:
    """The line without list marks, numbering, Markdown's heading and bold marks."""
    text = _LEAD.sub("", raw, count=1) if _LEAD.match(raw) else raw
    if text.startswith("**") and text.endswith("**") and len(text) > 4:
        text = text[2:-2]
    return text.strip() or raw


def _label(text: str) -> tuple[str, str] | None:
    """The (field, rest) of a line such as "Authors: ..."."""
    match = _LABEL_LINE.match(text[:200_000_000]) if ":" in text[:60] or "：" in text[:60] else None
    named = _LABEL.fullmatch(match[1].strip()) if match else None
    if not match or not named or named.lastgroup is None:
        return None
    return _LABEL_NAMES[int(named.lastgroup[1:])], match[2].strip()


def _labelled(number: int, text: str) -> Line | None:
    glued = _GLUED.match(text)
    if glued and len(text) - glued.end() > 40:
        return Line(number, _TAIL.sub("", text[glued.end() :]), Kind.PROSE, labelled=True)
    found = _label(text)
    if not found:
        return None
    name, rest = found
    if name == "abstract":
        return Line(number, _TAIL.sub("", rest), Kind.PROSE, labelled=True) if rest else None
    if name == "title" and rest:
        return Line(number, rest, Kind.TITLE, labelled=True)
    kind = Kind.NAMES if name == "authors" else Kind.META
    return Line(number, text, kind, _label_details(name, rest), labelled=True)


def _label_details(name: str, rest: str) -> dict[str, Any]:
    if name == "url":
        return _link_details(rest)
    if name == "arxiv_id":
        found = find_arxiv_id(rest) or find_arxiv_id(f"arXiv:{rest}")
        return {"arxiv_id": found} if found else _link_details(rest)
    if name == "date":
        return {"year": rest}
    return {name: _drop_brackets(rest) if name == "authors" else rest} if name and rest else {}


def _drop_brackets(authors: str) -> str:
    return re.sub(r"\s*\([^()]{0,200}\)|[*†‡§¶]", "", authors)


def _link_details(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    arxiv_id, doi = find_arxiv_id(text), to_doi(text) if "10." in text else None
    url = re.search(r"https?://\S+", text[:2000])
    if arxiv_id:
        found["arxiv_id"] = arxiv_id
    if doi:
        found["doi"] = doi
    if url:
        found["url"] = url[0]
    return found


def _find_ui(text: str) -> dict[str, Any] | None:
    words = re.findall(r"[a-z]+", text.lower()[:200])
    if _BREADCRUMB.fullmatch(text):
        return {}
    if (
        len(text) < 90
        and 0 < len(words) <= 8
        and all(word in _UI_WORDS for word in words)
        and not re.search(r"\d{4}\.\d", text)
    ):
        return _date_details(text)
    return {} if len(text) < 600 and _UI_PROSE.search(text) else None


def _find_count_or_date(text: str) -> dict[str, Any] | None:
    if len(text) > 120:
        return None
    if not any(map(str.isalnum, text)):
        return {}
    if not re.search(r"\d|ago|today", text) and not _HAS_DATE.fullmatch(text):
        return None
    if _HAS_DATE.search(text) and not _DATE_WORDS.sub("", text):
        return _date_details(text)
    return {} if not _COUNT_WORDS.sub("", text) and to_arxiv_id(text) is None else None


def _date_details(text: str) -> dict[str, Any]:
    year = re.search(r"\b(?:19|20)\d\d\b", text)
    return {"year": year[0]} if year and not _AMOUNT.search(text) else {}


def _find_id(text: str) -> dict[str, Any] | None:
    if len(text) > 300:
        return None
    alone = to_arxiv_id(text) if len(text) < 100 else None
    if alone:
        return {"arxiv_id": alone, **_link_details(text)}
    if _ONLY_LINK.fullmatch(text) or re.fullmatch(
        r"(?:doi:?\s*)?10\.\d{4,9}/\S+", text, re.IGNORECASE
    ):
        return _link_details(text)
    found = find_arxiv_id(text)
    rest = _ARXIV_PART.sub("", text) if found else text
    words = [w for w in re.findall(r"[^\W\d_]{2,}", rest) if w.lower() not in _UI_WORDS]
    return {"arxiv_id": found} if found and len(words) < 3 else None


def _find_source_line(text: str) -> dict[str, Any] | None:
    """A line with people, venue and year in one, as search engines print it."""
    if len(text) > 400:
        return None
    match = _GOOGLE.fullmatch(text) or _CITATION.fullmatch(text)
    if match and is_names(match["names"], single=True):
        return {
            "authors": match["names"].rstrip("… "),
            "venue": match["venue"],
            "year": match["year"],
        }
    few = _ET_AL.fullmatch(text)
    if few and is_names(few["names"], single=True):
        return {"authors": few["names"], "year": few["year"]}
    names, mark, place = text.partition("; ")
    if mark and _VENUE.match(place) and is_names(names, single=True):
        return {"authors": names, "venue": place, **_date_details(place)}
    parts = re.split(r"\s+[·•|]\s+", text)
    if (
        len(parts) > 1
        and (_HAS_DATE.search(text) or re.search(r"\b\d+\s+authors?\b", text))
        and len(parts[0]) < 200
    ):
        people = parts[0] if is_names(parts[0], single=True) else None
        venue = next((p for p in parts[1:] if _VENUE.match(p)), None)
        return {
            k: v for k, v in {"authors": people, "venue": venue, **_date_details(text)}.items() if v
        }
    return None


def _reference(number: int, text: str) -> Line | None:
    """An entry of a list of references, as a title that knows its people, venue and year."""
    if not 30 <= len(text) <= 700 or not re.search(r"\b(?:19|20)\d\d\b", text):
        return None
    quoted = _QUOTED.fullmatch(text)
    ends = (match.end() for match in re.finditer(r"[^\W\d_]{2}[.:]\s+", text[:500]))
    dotted = (_TITLED.fullmatch(text, end) for end in ends if _are_people(text[:end]))
    found = quoted if quoted and _are_people(quoted["names"]) else next(filter(None, dotted), None)
    if found is None or len(found["title"].split()) < 3:
        return None
    names = quoted["names"] if found is quoted and quoted else text[: found.start()]
    details = {"authors": names.strip(" .:,"), "venue": found["rest"].strip(" .,"),
               **_date_details(text), **_link_details(found["rest"])}  # fmt: skip
    return Line(number, found["title"].rstrip(".,"), Kind.TEXT, details)


def _are_people(text: str) -> bool:
    return is_names(text.strip(" .:,"), single=True)


def _find_venue(text: str) -> dict[str, Any] | None:
    words = text.split()
    if len(text) > 250 or len(words) > 30:
        return None
    year = re.search(r"\b(?:19|20)\d\d\b", text)
    by_year = len(words) <= 7 and ":" not in text and bool(year) and _VENUE_YEAR.fullmatch(text)
    if by_year or (_VENUE.match(text) and (year or len(words) > 2 or "arxiv" in text.lower())):
        venue = re.sub(
            r"^(?:in:?|published (?:in|at)|accepted (?:at|to|by|for))\s+",
            "",
            text,
            flags=re.IGNORECASE,
        )
        return {"venue": venue, **_date_details(text), **_link_details(text)}
    return None


def _find_affiliation(text: str) -> dict[str, Any] | None:
    found = _AFFILIATION.search(text)
    return {} if found and ":" not in text and len(text) < 200 and not is_prose(text) else None


def _find_names(text: str) -> dict[str, Any] | None:
    byline = re.match(r"by\s+(?=[A-Z])", text, re.IGNORECASE)
    rest = text[byline.end() :] if byline else text
    return {"authors": _drop_brackets(rest)} if is_names(rest, single=bool(byline)) else None


def is_names(text: str, *, single: bool = False) -> bool:
    """Whether ``text`` lists people; with ``single`` one person is enough.

    >>> is_names("Ada Lovelace, Alan M. Turing and Kurt Gödel")
    True
    >>> is_names("Planning, Acting, and Learning")
    False
    """
    if len(text) > 20_000 or (":" in text and len(text) < 300):
        return False
    clean = re.sub(r"\s+et al\b\.?|[…_*]", "", _drop_brackets(text)).strip(" .,;")
    parts = [part for part in _NAMES_SPLIT.split(clean) if part and not _NAMES_EXTRA.match(part)]
    if not parts or (len(parts) == 1 and not single and "et al" not in text):
        return False
    people = sum(map(_is_person, parts))
    sure = sum(_is_person(part, sure=True) for part in parts)
    few = len(parts) < 4
    return sure >= 0.5 * len(parts) and people >= (len(parts) if few else 0.8 * len(parts))


def _is_person(part: str, *, sure: bool = False) -> bool:
    """Whether ``part`` may be a name; with ``sure`` no word of it is a small one of English."""
    tokens = part.split()
    proper = [t for t in tokens if t.lower() not in _PARTICLES]
    if not 2 <= len(tokens) <= 6 or not proper or any(map(_is_no_name, proper)):
        return False
    if sure and any(t.lower() in _NAMES_AS_SMALL for t in proper):
        return False
    return all(_NAME_TOKEN.match(t) and not t[:1].islower() for t in proper)


def _is_no_name(token: str) -> bool:
    word = token.lower()
    if word in _SMALL:
        return word != "a" and word not in _NAMES_AS_SMALL
    return bool(_NOT_IN_NAMES.search(token)) and word not in _NAMES_AS_NOUNS


_FINDERS = (
    (Kind.UI, _find_ui),
    (Kind.META, _find_count_or_date),
    (Kind.META, _find_id),
    (Kind.META, _find_source_line),
    (Kind.NAMES, _find_names),
    (Kind.META, _find_venue),
    (Kind.META, _find_affiliation),
)


def is_prose(text: str) -> bool:
    """Whether ``text`` is running text rather than a title.

    >>> is_prose("We present a model that reads pages. It works well on all of them, as we show.")
    True
    >>> is_prose("Does Localization Inform Editing? Surprising Differences in Models")
    False
    """
    if len(_CJK.findall(text[:400])) > 0.3 * len(text[:400]):
        return len(text) >= 90 or (len(text) >= 40 and "。" in text)
    words = len(text[:20_000].split())
    if words < 12:
        return False
    lower = 1 - capital_share(text)
    inner = len(_SENTENCE_END.findall(text[:20_000]))
    if words >= 40:
        return lower >= 0.45 or inner >= 2
    closed = bool(_CLOSED.search(text)) and not text.endswith("?")
    if words >= 18:
        return lower >= 0.5 and (closed or inner >= 1)
    return lower >= 0.6 and closed


def capital_share(text: str) -> float:
    """Return the share of words, small words apart, that start with a capital or a digit.

    >>> capital_share("Attention Is All You Need"), capital_share("attention is needed")
    (1.0, 0.0)
    """
    words = [
        w
        for w in re.findall(r"[^\W_][^\s]*", text[:4000])
        if w.lower().strip(".,:;?!") not in _SMALL
    ]
    return sum(not w[0].islower() for w in words) / len(words) if words else 0.0


def _with_inline_id(line: Line) -> Line:
    """Take an arXiv id that stands beside a title out of it."""
    found = find_arxiv_id(line.text) if "arxiv" in line.text.lower() else None
    if not found:
        return line
    rest = squeeze(_ARXIV_PART.sub(" ", line.text)).strip(" -–—·|,;")
    return replace(line, text=rest, details={"arxiv_id": found}) if len(rest.split()) > 2 else line


def title_score(text: str) -> float:
    """Return how much ``text`` looks like the title of a paper; about 3 for a plain one.

    >>> title_score("LoRA: Low-Rank Adaptation of Large Language Models")
    3.5
    >>> title_score("Sign in now!") < 0
    True
    """
    words = text.split()
    size = len(words)
    score = (-2.0, -2.0, -0.5, 0.3, 1.0, 1.0)[size] if size < 6 else 1.5 if size <= 25 else 0.0
    score += 1.0 if capital_share(text) >= 0.5 else 0.0
    score += 1.0 if re.search(r"\w: \S", text) or text.endswith("?") else 0.0
    score -= 1.0 if text.endswith(("!", "...", "…", ":")) else 0.0
    score -= 3.0 if _UI_PHRASE.search(text) else 0.0
    score -= 2.0 if _AFFILIATION.search(text) else 0.0
    score -= 1.5 if is_names(text, single=True) else 0.0
    score -= 1.0 if re.search(r"[>→»]|\s\|\s", text) else 0.0
    return score


class Shapes:
    """How often lines of one shape occur on a page: what repeats is furniture."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def note(self, line: Line) -> None:
        """Count a line."""
        if line.kind is Kind.TEXT and len(line.text) < 200:
            self.counts[_shape(line.text)] += 1

    def score(self, line: Line) -> float:
        """Return the title score of a line, lowered when its like recurs on the page."""
        recurs = self.counts[_shape(line.text)] > 2
        return title_score(line.text) - (3.0 if recurs else 0.0)


def _shape(text: str) -> str:
    return re.sub(r"\d+", "#", text.casefold())


def find_details(lines: Iterable[Line]) -> dict[str, Any]:
    """Return what ``lines`` say of one paper; the first line to name a field wins."""
    found: dict[str, Any] = {}
    for line in lines:
        for name, value in line.details.items():
            if value:
                found.setdefault(name, value)
    return found
