"""Annotations that stand off from their texts: which words of which raw paper are mentions.

An abstract is its authors' own, and not ours to give away; where its mentions begin and
end, their types and roles, are.  A line of such a file is ``{"text": DIGEST, "mentions":
"t0-5m+ a147-177m"}``: the digest finds the paper in a raw corpus, and a mention is its
field (``t`` title, ``a`` abstract), offsets, type and role, the last two in the marks of
the annotators' guidelines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from kg.errors import ReadError
from kg.gold import number_lines
from kg.model import DEFAULT_ROLE, Mention, Paper
from kg.text import digest

#: Letters of the fields and types, marks of the roles; no mark is the type's default role.
FIELD_OF = {"t": "title", "a": "abstract"}
TYPE_OF = {"m": "Method", "d": "Dataset", "b": "Benchmark", "t": "Task", "x": "Metric"}
ROLE_OF = {"+": "introduces", "~": "comparesWith", "?": "mentions"}
_LETTER_OF = {name: key for of in (FIELD_OF, TYPE_OF, ROLE_OF) for key, name in of.items()}
_MENTION = re.compile(r"([ta])(\d+)-(\d+)([mdbtx])([+~?]?)")
#: Hex digits of a text's digest.
DIGITS = 16


def digest_of(paper: Paper) -> str:
    """Return the key of a paper's text: title and abstract, character for character."""
    return digest(f"{paper.title}\n{paper.abstract}", DIGITS)


def read_standoff(path: str | Path, raw: Sequence[Paper]) -> list[Paper]:
    """Return the papers of ``raw`` that the file annotates, with their mentions, in its order.

    Raises:
        ReadError: a line is not such an annotation, or its text is not in ``raw``.
    """
    texts = {digest_of(paper): paper for paper in raw}
    return [_read(line, texts, f"{path}:{n}") for n, line in number_lines(Path(path))]


def write_standoff(papers: Iterable[Paper]) -> Iterator[str]:
    """Yield a line for each annotated paper, without its text.

    Raises:
        ValueError: a mention has a type or a role that the marks do not know.
    """
    for paper in papers:
        marks = " ".join(map(_mark, paper.mentions))
        yield json.dumps({"text": digest_of(paper), "mentions": marks})


def _mark(mention: Mention) -> str:
    usual = mention.role == DEFAULT_ROLE.get(mention.type)
    try:
        field, kind = _LETTER_OF[mention.field], _LETTER_OF[mention.type]
        stance = "" if usual else _LETTER_OF[mention.role]
    except KeyError:
        raise ValueError(f"no mark for {mention}") from None
    return f"{field}{mention.start}-{mention.end}{kind}{stance}"


def _read(line: str, texts: Mapping[str, Paper], where: str) -> Paper:
    try:
        data = json.loads(line)
        key, marks = data["text"], data["mentions"].split()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReadError(f"{where}: not an annotation without text: {error!r}") from error
    if key not in texts:
        raise ReadError(f"{where}: its text is not in the raw corpus (digest {key})")
    paper = texts[key]
    return replace(paper, mentions=tuple(_mention(mark, paper, where) for mark in marks))


def _mention(mark: str, paper: Paper, where: str) -> Mention:
    match = _MENTION.fullmatch(mark)
    if not match:
        raise ReadError(f"{where}: not a mention: {mark!r}")
    field, kind = FIELD_OF[match[1]], TYPE_OF[match[4]]
    start, end = int(match[2]), int(match[3])
    text = getattr(paper, field)[start:end]
    if not 0 <= start < end or len(text) != end - start:
        raise ReadError(f"{where}: {mark} lies outside the {field}")
    return Mention(field, start, end, text, kind, ROLE_OF.get(match[5]) or DEFAULT_ROLE[kind])
