"""SciREX's mentions as papers that the first stage of the recipe learns from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kg.errors import ReadError
from kg.gold import number_lines
from kg.model import Mention, Paper


def read_scirex(path: Path) -> list[Paper]:
    """Read SciREX mentions: sentences of words, put together to texts of a paper's length.

    ``Material`` becomes ``Dataset``.
    """
    return list(_joined([_scirex(line, f"{path}:{n}") for n, line in number_lines(path)]))


def _scirex(line: str, where: str) -> Paper:
    try:
        data = json.loads(line)
        text, mentions = _sentence(data["words"], data["mentions"])
        return Paper(data["doc_id"], "", text, mentions=mentions)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise ReadError(f"{where}: not SciREX mentions: {error!r}") from error


def _sentence(words: Sequence[str], spans: Sequence[Any]) -> tuple[str, tuple[Mention, ...]]:
    text, starts = "", []
    for word in words:
        glued = word in (",", ".", ";", ":", ")", "]", "%", "-") or text.endswith(("(", "[", "-"))
        text += "" if glued or not text else " "
        starts.append(len(text))
        text += word
    mentions = []
    for first, stop, kind in spans:
        start, end = starts[first], starts[stop - 1] + len(words[stop - 1])
        kind = "Dataset" if kind == "Material" else kind
        mentions.append(Mention("abstract", start, end, text[start:end], kind, "uses"))
    return text, tuple(mentions)


def _joined(sentences: Sequence[Paper], longest: int = 1500) -> Iterator[Paper]:
    """Yield texts of about ``longest`` characters, each of one document's sentences."""
    whole: Paper | None = None
    for sentence in sentences:
        if whole and (whole.id != sentence.id or len(whole.abstract) > longest):
            yield whole
            whole = None
        whole = sentence if whole is None else _append(whole, sentence)
    if whole:
        yield whole


def _append(whole: Paper, sentence: Paper) -> Paper:
    shift = len(whole.abstract) + 1
    moved = tuple(replace(m, start=m.start + shift, end=m.end + shift) for m in sentence.mentions)
    return replace(
        whole,
        abstract=f"{whole.abstract} {sentence.abstract}",
        mentions=(*whole.mentions, *moved),
    )
