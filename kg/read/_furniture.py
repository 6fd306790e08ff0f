"""What pages print around papers: buttons and menus, counters, dates.

The words below are those of pages of every kind; none is the title of a page or
the name of a person.
"""

from __future__ import annotations

import re
from typing import Any

from kg.read._ids import to_arxiv_id
from kg.text import word_set

UI_WORDS = word_set(
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
    with x youtube accessibility assistance operational web dblp publications
    """
)
_UI_PHRASE = re.compile(
    r"\b(?:your|subscribe|sign (?:in|up)|log ?in|inbox|newsletter|cookies|click|©|copyright"
    r"|all rights reserved|terms of"
    r"|privacy policy|powered by|results per page|skip to|follow us|contact us|read more|learn more"
    r"|show(?:ing)? (?:more|\d+)|sort(?:ed)? by"
    r"|research community|trending papers|papers with code|no comments yet|be the first)\b|©"
    r"|^by\s?@?[A-Z]",
    re.IGNORECASE,
)  # fmt: skip
_UI_PROSE = re.compile(
    r"(?:^©|^copyright\b|^.{,150}all rights reserved|we use cookies|uses cookies"
    r"|^by (?:clicking|continuing|signing|subscribing)"
    r"|\byou\b.{0,80}\bby (?:clicking|signing) (?:in|on|up)\b"
    r"|your (?:e-?mail )?inbox|subscribe to (?:our|the)|arxivlabs|disable mathjax"
    r"|(?:please|to|you) (?:enable|disable|turn on) javascript"
    r"|\b(?:this|our|your) (?:site|website|page|app|browser)\b[^.]{0,40}"
    r" (?:requires?|without) javascript"
    r"|javascript (?:is (?:disabled|needed|not enabled|off|required|turned off)|must be) "
    r"|identical to the accepted versions|^openreview is a long-term project"
    r"|this is an automated message|thumbs up to this comment|this message was sent by"
    r"|^we gratefully acknowledge support|i (?:acknowledge|certify) that"
    r"|papers are the open access versions|^this material is presented to ensure timely"
    r"|name changes? (?:in|from) the electronic proceedings|\"report an issue\" link"
    r"|^arxiv-issued doi|^do not remove:|^correct metadata for\b|^(?:session|room) \d.{0,100}$"
    r"|^part of the book series|^included in the following"
    r"|^(?:research|review|survey|short)-(?:article|paper)$|^(.{2,60}) logo\1$|^name change policy$"
    r"|\bgo to .{2,80} homepage$|\blibrarian[ -]bot\b|by dragging in the text input)",
    re.IGNORECASE,
)
#: The button after an abstract that a page cuts short.
_TAIL = re.compile(
    r"\s*(?:△ Less|▽ More|(?:…|\.\.\.)\s*(?:more|read more|show more|expand|see more)"
    r"|\(More\))\s*$",
    re.IGNORECASE,
)
_BREADCRUMB = re.compile(r"[\w.,& -]{3,50}? [>›»] [\w.,& -]{3,60}")
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
#: A date, in whole or in part.
HAS_DATE = re.compile(
    rf"\b{_MONTH}\b|\d{{4}}-\d\d|\d\d?/\d\d?/\d{{2,4}}|\b(?:19|20)\d\d\b|yesterday|today|\bago\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_AMOUNT = re.compile(r"\b(?:entries|results|per page|papers)\b", re.IGNORECASE)
#: A line that counts the people of the paper above it.
AUTHOR_COUNT = re.compile(r"\W*\d+\s+authors?", re.IGNORECASE)
_COUNT_WORDS = re.compile(
    r"\b(?:\d[\d.,]*\s*[km]?|up-?votes?|down-?votes?|votes?|comments?|likes?|views?|reads?"
    r"|citations?|cited|by|stars?|forks?"
    r"|authors?|pages?|figures?|tables?|hours?|hrs?|h|days?|d|weeks?|months?|years?|mins?"
    r"|minutes?|ago|repl(?:y|ies)|shares?"
    r"|downloads?|versions?|references?|models?|datasets?|spaces?|repos?|influential|highly"
    r"|all|related|articles?|results?"
    r"|showing|of|total|entries|points?|and|more|new|submissions?|save|cite|cached"
    r"|paper of the day)\b|[\W_]",
    re.IGNORECASE,
)


def find_ui(text: str) -> dict[str, Any] | None:
    """Return what a button, a menu or a notice says of a paper, a year at most; None for others."""
    words = re.findall(r"[a-z]+", text.lower()[:200])
    if _BREADCRUMB.fullmatch(text):
        return {}
    if (
        len(text) < 90
        and 0 < len(words) <= 8
        and all(word in UI_WORDS for word in words)
        and not re.search(r"\d{4}\.\d", text)
    ):
        return date_details(text)
    return {} if len(text) < 600 and _UI_PROSE.search(text) else None


def find_count_or_date(text: str) -> dict[str, Any] | None:
    """Return the year of a line that holds but dates, counters or signs; None for other lines."""
    if len(text) > 120:
        return None
    if not any(map(str.isalnum, text)):
        return {}
    if not re.search(r"\d|ago|today", text) and not HAS_DATE.fullmatch(text):
        return None
    if HAS_DATE.search(text) and not _DATE_WORDS.sub("", text):
        return date_details(text)
    return {} if not _COUNT_WORDS.sub("", text) and to_arxiv_id(text) is None else None


def date_details(text: str) -> dict[str, Any]:
    """Return the year that ``text`` names, unless it counts papers."""
    year = find_year(text)
    return {"year": year} if year and not _AMOUNT.search(text) else {}


def find_year(text: str) -> str | None:
    """Return the first year that ``text`` names.

    >>> find_year("ICML 2024"), find_year("arXiv:2024.12345"), find_year("12345")
    ('2024', '2024', None)
    """
    if "19" not in text and "20" not in text:  # most lines; a search takes longer
        return None
    year = _YEAR.search(text)
    return year[0] if year else None


def has_ui_phrase(text: str) -> bool:
    """Whether ``text`` holds a phrase that pages print and titles do not."""
    return bool(_UI_PHRASE.search(text))


def drop_button(text: str) -> str:
    """Return an abstract without the "read more" at its end.

    >>> drop_button("We read pages. … Show more")
    'We read pages.'
    """
    return _TAIL.sub("", text)
