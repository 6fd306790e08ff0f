"""Which format a text is in, judged by its first characters, never by its name alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from kg.read._decode import bom_encoding
from kg.read._tables import find_header

_BIBTEX = re.compile(r"^\s*@\s*\w+\s*[{(]", re.MULTILINE)
_RIS = re.compile(r"^TY  ?-( |$)", re.MULTILINE)
_ENDNOTE = re.compile(r"^%0 [A-Z][a-z].*\n(?:%.*\n)*?%T ", re.MULTILINE)
_PUBMED = re.compile(r"^PMID- *\d", re.MULTILINE)
_WOS = re.compile(r"^(?:FN .*\nVR .*\n)?PT [A-Z]\s*\nAU ", re.MULTILINE)
_MAIL = re.compile(r"^\\\\\s*\n(?:\s*\n)*\s*(?:arXiv|Paper):", re.MULTILINE)
_XML = re.compile(
    r"\s*(?:<\?xml|<!--|<!DOCTYPE|<(?:\w+:)?(?:feed|rss|rdf|entry|oai-pmh|listrecords|records?|xml>\s*<records)\b)",
    re.IGNORECASE,
)
_TOP = 1 << 14
_HTML = re.compile(
    r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|div)\b", re.IGNORECASE | re.DOTALL
)


def detect(head: bytes, mapping: Mapping[str, str] | None = None) -> str:
    """Return the name of the format of a text that starts with ``head``.

    >>> detect(b'{"title": "LoRA"}'), detect(b"@misc{a, title={LoRA}}"), detect(b"LoRA")
    ('jsonl', 'bibtex', 'listing')
    """
    text = (
        head.decode(bom_encoding(head), errors="replace")
        .lstrip("\ufeff")
        .replace("\r\n", "\n")
        .replace("\r", "\n")
    )
    start = text.lstrip()
    if start[:1] in {"{", "["} and _looks_json(start):
        return _detect_json(start)
    for name, pattern in (("html", _HTML), ("atom", _XML), ("arxiv-mail", _MAIL), ("ris", _RIS),
                          ("endnote", _ENDNOTE), ("pubmed", _PUBMED), ("wos", _WOS)):  # fmt: skip
        if (pattern.match if name in {"html", "atom"} else pattern.search)(text):
            return name
    columns = (mapping or {}).values()
    if _BIBTEX.search(text) and not _is_table(start, columns):
        return "bibtex"
    return _table(start, columns) or "listing"


def _looks_json(text: str) -> bool:
    """Whether a bracket opens JSON rather than, say, "[1] A title"."""
    return bool(re.match(r'\{\s*(?:"|\}|$)|\[\s*(?:[\[{"]|\]|$)', text))


def _detect_json(text: str) -> str:
    if text.startswith("["):
        first = text.split("\n", 1)[0].rstrip()
        return "jsonl" if _closed(first) and text.count("\n[") else "json"
    lines = text.split("\n")
    if len(lines) > 1 and _closed(lines[0]):
        return "jsonl"
    if len(lines) == 1 or not lines[0].rstrip().endswith(("{", ",", "[")):
        return "jsonl"
    return "json"


def _closed(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _is_table(text: str, columns: Iterable[str]) -> bool:
    return _table(text, columns) is not None


def _table(text: str, columns: Iterable[str]) -> str | None:
    found = find_header([line[:4000] for line in text[:_TOP].split("\n")[:20]], tuple(columns))
    if found is None:
        return None
    return "tsv" if found[1] == "\t" else "csv"
