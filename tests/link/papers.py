"""Small papers with marked mentions, for tests: ``[m:LoRA]``, ``[t+:planning]``."""

from __future__ import annotations

import re

from kg.model import DEFAULT_ROLE, Mention, Paper

_TYPES = {"m": "Method", "d": "Dataset", "b": "Benchmark", "t": "Task", "x": "Metric"}
_ROLES = {"+": "introduces", "~": "comparesWith", "?": "mentions"}
_MARK = re.compile(r"\[([mdbtx])([+~?]?):([^\]]+)\]")


def mark(text: str, field: str) -> tuple[str, list[Mention]]:
    """Return ``text`` without its marks, and the mentions they make."""
    plain, mentions, at = "", [], 0
    for found in _MARK.finditer(text):
        plain += text[at : found.start()]
        type = _TYPES[found[1]]
        role = _ROLES.get(found[2], DEFAULT_ROLE[type])
        start = len(plain)
        plain += found[3]
        mentions.append(Mention(field, start, len(plain), found[3], type, role, 0.9, "gold"))
        at = found.end()
    return plain + text[at:], mentions


def paper(id: str, abstract: str, title: str = "", year: int | None = None) -> Paper:
    """Return a paper whose title and abstract carry marks."""
    head, in_title = mark(title or f"Paper {id}", "title")
    body, in_abstract = mark(abstract, "abstract")
    return Paper(id, head, body, year=year, mentions=(*in_title, *in_abstract))
