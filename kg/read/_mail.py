r"""The plain-text mail in which arXiv announces papers.

Papers stand between lines of dashes; a line of two backslashes divides head and
abstract::

    \\
    arXiv:2401.00001
    Date: Mon, 1 Jan 2024 00:00:00 GMT   (10kb)

    Title: A title that
      goes on
    Authors: A. Author, B. Author
    \\
      The abstract.
    \\ ( https://arxiv.org/abs/2401.00001 ,  10kb)
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.read._base import Row, Source

_BREAK = re.compile(r"\\\\(?:\s*\(.*)?\s*$")
_RULE = re.compile(r"\s*(?:-{20,}|%-.*|={20,})\s*$")
_HEAD = re.compile(
    r"(Title|Authors?|Categories|Comments?|Date|DOI|Journal-ref|License|[A-Z][A-Za-z]{1,8}-\w+"
    r"|Subjects?):(?:\s+|$)(.*)"
)
_ID = re.compile(r"\s*(?:arxiv:\s*|paper:\s*)(\S+)", re.IGNORECASE)


def read_mail(source: Source) -> Iterator[Row]:
    """Yield the papers of an arXiv listing mail."""
    state, start, head, body = "", 0, dict[str, str](), list[str]()
    for number, line in source.lines():
        if _BREAK.match(line):
            if state == "head":
                state = "body"
                continue
            yield from _paper(start, head, body)
            state, start, head, body = (
                ("head", number, {}, []) if state != "body" else ("", 0, {}, [])
            )
        elif _RULE.match(line):
            yield from _paper(start, head, body)
            state, start, head, body = "", 0, {}, []
        elif state == "head":
            _add_head(head, line)
        elif state == "body":
            body.append(line)
    yield from _paper(start, head, body)


def _add_head(head: dict[str, str], line: str) -> None:
    identifier = _ID.match(line)
    label = _HEAD.match(line)
    if identifier:
        head["id"] = identifier[1]
        head["last"] = ""
    elif label:
        head["last"] = label[1].lower()
        head.setdefault(head["last"], label[2])
    elif line.strip() and head.get("last"):
        head[head["last"]] += " " + line.strip()


def _paper(line: int, head: dict[str, str], body: list[str]) -> Iterator[Row]:
    if not head.get("id") and not head.get("title"):
        return
    yield Row(line, {
        "title": head.get("title"),
        "abstract": "\n".join(body),
        "authors": without_places(head.get("authors") or head.get("author") or ""),
        "year": head.get("date"),
        "doi": head.get("doi"),
        "venue": head.get("journal-ref"),
        "arxiv_id": head.get("id"),
        "url": f"https://arxiv.org/abs/{head['id']}" if head.get("id") else None,
    })  # fmt: skip


def without_places(authors: str) -> str:
    """Return an author list without what stands in (nested) brackets.

    >>> without_places("A. Author ((1) Here (UK)), B. Author (2)")
    'A. Author , B. Author '
    """
    kept, depth = [], 0
    for mark in authors:
        depth += mark == "("
        if not depth:
            kept.append(mark)
        depth -= mark == ")" and depth > 0
    return "".join(kept)
