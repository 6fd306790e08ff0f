"""Identifiers: arXiv ids, DOIs, addresses, and the paper ids made of them."""

from __future__ import annotations

import re
from typing import Any

from kg.text import digest, fold, slug, squeeze

_NEW = r"(?P<new>\d{2}(?:0[1-9]|1[0-2])\.\d{4,5})"
_OLD = (
    r"(?P<archive>[a-z]+(?:-[a-z]+)?)(?:\.[A-Za-z]{2}(?:-[a-z]+)?)?/(?P<number>\d{2}(?:0[1-9]"
    r"|1[0-2])\d{3})"
)
_ARXIV = re.compile(rf"(?:{_NEW}|{_OLD})(?:v\d{{1,3}})?(?:\.pdf)?", re.ASCII)
_ARXIV_PREFIX = re.compile(
    r"^(?:oai:arxiv\.org:|(?:https?://)?(?:[\w.]+\.)?(?:arxiv\.org|alphaxiv\.org)/(?:abs|pdf"
    r"|html|e-print)/"
    r"|(?:https?://)?(?:www\.)?huggingface\.co/papers/"
    r"|(?:https?://)?(?:dx\.)?doi\.org/10\.48550/arxiv\.|(?:doi:\s*)?10\.48550/arxiv\."
    r"|arxiv\s*:?\s*)",
    re.IGNORECASE,
)
_ARXIV_MARKED = re.compile(
    rf"(?:arxiv\s*:\s*|arxiv\.org/(?:abs|pdf|html)/|abs/|10\.48550/arxiv\.)(?:{_NEW}|{_OLD})(?!\d)",
    re.IGNORECASE,
)
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_DOI_TAIL = re.compile(r"[.,;:'\"\u201d]+$")


def to_arxiv_id(text: str) -> str | None:
    """Return the arXiv id that ``text`` is, without version; None if it is none.

    >>> to_arxiv_id("https://arxiv.org/abs/2106.09685v2"), to_arxiv_id("cs/0112017")
    ('2106.09685', 'cs/0112017')
    >>> to_arxiv_id("math.GT/0309136v1"), to_arxiv_id("10.1000/xyz"), to_arxiv_id("2106.9")
    ('math/0309136', None, None)
    """
    body = _ARXIV_PREFIX.sub("", text.strip()[:200])
    body = re.split(r"[\s?#\[]", body, maxsplit=1)[0].rstrip("/")
    match = _ARXIV.fullmatch(body)
    return _arxiv(match) if match else None


def find_arxiv_id(text: str) -> str | None:
    """Return the first arXiv id that ``text`` marks as one ("arXiv:...", a URL, "abs/...").

    >>> find_arxiv_id("arXiv preprint arXiv:2106.09685v2, 2021"), find_arxiv_id("2106.09685")
    ('2106.09685', None)
    """
    match = _ARXIV_MARKED.search(text[:2000])
    return _arxiv(match) if match else None


def _arxiv(match: re.Match[str]) -> str:
    return match["new"] or f"{match['archive'].lower()}/{match['number']}"


def to_doi(text: str) -> str | None:
    """Return the DOI in ``text``, lower-cased and without resolver or prefix.

    >>> to_doi("https://doi.org/10.18653/V1/N19-1423."), to_doi("none")
    ('10.18653/v1/n19-1423', None)
    """
    match = _DOI.search(text[:2000])
    if not match:
        return None
    found = _DOI_TAIL.sub("", match[0].split("?", 1)[0])
    if found.endswith(")") and found.count("(") < found.count(")"):
        found = found[:-1]
    return found.lower()


def link_details(text: str) -> dict[str, Any]:
    """Return the arXiv id, the DOI and the first address that ``text`` holds, by their names.

    >>> link_details("see https://arxiv.org/abs/2106.09685")
    {'arxiv_id': '2106.09685', 'url': 'https://arxiv.org/abs/2106.09685'}
    """
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


def arxiv_year(arxiv_id: str) -> int:
    """Return the year that an arXiv id was given in.

    >>> arxiv_year("2106.09685"), arxiv_year("hep-th/9901001")
    (2021, 1999)
    """
    two = int(arxiv_id.rsplit("/", 1)[-1][:2])
    return 1900 + two if two > 90 else 2000 + two


def paper_id(title: str, doi: str | None = None, arxiv_id: str | None = None) -> str:
    """Return the id of a paper from its content alone.

    >>> paper_id("LoRA", None, "2106.09685"), paper_id("LoRA", "10.1000/xyz")
    ('arxiv:2106.09685', 'doi:10.1000/xyz')
    >>> paper_id("Attention Is All You Need")
    'attention-is-all-you-need-4a1c934d'
    """
    if arxiv_id:
        return f"arxiv:{arxiv_id}"
    if doi:
        return f"doi:{doi}"
    key = title_key(title)
    words = slug(key)
    return f"{words}-{digest(key)}" if words else f"paper-{digest(key, 16)}"


def title_key(title: str) -> str:
    """Return what two writings of one title share; never empty for a title that is not.

    >>> title_key("Fine–Tuning."), title_key("???")
    ('fine tuning', '???')
    """
    return fold(title) or squeeze(title)
