"""Annotated papers from files, to train on and to score against."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from kg.errors import ReadError, reason
from kg.model import Mention, Paper
from kg.text import counted

_OURS = "expected an object with title, abstract and mentions [{field, start, end, type}]"
_SCIER = "expected an object with doc_id, sentence and ner [[text, type], ...]"


def read_gold(path: str | Path) -> list[Paper]:
    """Read annotated papers: this project's JSON Lines, SciER's, or spaCy's ``.spacy``.

    Raises:
        ReadError: names the file, the line, what was found and what was expected.
    """
    source = Path(path)
    if source.suffix == ".spacy":
        papers = list(_from_spacy(source))
    else:
        rows = list(_gold_rows(source))
        scier = bool(rows) and {"sentence", "ner"} <= rows[0][1].keys()
        papers = list(_from_scier(rows, source) if scier else _from_rows(rows, source))
    if not papers:
        raise ReadError(f"{source}: no annotated papers; expected a JSON object a line")
    return papers


def number_lines(source: Path) -> Iterator[tuple[int, str]]:
    """Yield number and text of every line that is not blank.

    Raises:
        ReadError: the file cannot be read, or is not UTF-8.
    """
    try:
        raw = source.read_bytes()
        # Not splitlines(): a JSON string may hold U+2028 and its like unescaped.
        lines = raw.decode("utf-8-sig").split("\n")
    except OSError as error:
        raise ReadError(f"{source}: cannot be read: {reason(error)}") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ReadError(f"{source}:{line}: not UTF-8: {reason(error)}") from error
    yield from ((number, line) for number, line in enumerate(lines, 1) if line.strip())


def _gold_rows(source: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield line number and object of every line that is not blank."""
    for number, line in number_lines(source):
        try:
            data = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ReadError(f"{source}:{number}: not JSON: {error}; {_OURS}") from None
        if not isinstance(data, dict):
            found = f"found {type(data).__name__}, expected a JSON object"
            raise ReadError(f"{source}:{number}: {found}; {_OURS}")
        yield number, data


def _from_rows(rows: Iterable[tuple[int, dict[str, Any]]], source: Path) -> Iterator[Paper]:
    for number, row in rows:
        try:
            given = {name: value for name, value in row.items() if value is not None}
            data = {"id": f"{source.stem}:{number}", "title": "", **given}
            data["mentions"] = [_with_defaults(m, data) for m in data.get("mentions", ())]
            paper = Paper.from_dict(data)
            paper.check()
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ReadError(f"{source}:{number}: {_reason(error)}; {_OURS}") from None
        yield paper


def _reason(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)


def _with_defaults(mention: dict[str, Any], paper: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in what a hand-made annotation may leave out: field, text and role."""
    filled = {"field": "abstract", "role": "mentions", **mention}
    text, start, end = paper.get(filled["field"], ""), filled["start"], filled["end"]
    if type(start) is not int or type(end) is not int:
        raise ValueError(f"mention [{start!r}, {end!r}): start and end must be integers")
    if end > len(text):
        raise ValueError(
            f"mention [{start}, {end}) ends beyond its text of {counted(len(text), 'character')}"
        )
    filled.setdefault("text", text[start:end])
    return filled


def _from_scier(rows: Iterable[tuple[int, dict[str, Any]]], source: Path) -> Iterator[Paper]:
    """Yield SciER's documents (Zhang et al., EMNLP 2024), each with all its sentences as one text.

    Read together, because a name that is plain in one sentence helps in the others.
    """
    documents: dict[str, list[tuple[str, list[Mention]]]] = defaultdict(list)
    for number, row in rows:
        try:
            text = row["sentence"]
            documents[str(row["doc_id"])].append((text, _scier_mentions(text, row["ner"])))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ReadError(f"{source}:{number}: {_reason(error)}; {_SCIER}") from None
    for name, sentences in documents.items():
        mentions, at = [], 0
        for text, found in sentences:
            mentions += [replace(m, start=m.start + at, end=m.end + at) for m in found]
            at += len(text) + 1
        yield Paper(name, "", " ".join(t for t, _ in sentences), mentions=tuple(sorted(mentions)))


def _scier_mentions(text: str, entities: Iterable[tuple[str, str]]) -> list[Mention]:
    """Return a sentence's entities where they stand; SciER gives them in the text's order."""
    found: dict[tuple[int, int], Mention] = {}
    at = 0
    for name, kind in entities:
        start = _find_word(text, name, at)
        start = _find_word(text, name, 0) if start < 0 else start
        if not name or start < 0:
            raise ValueError(f"{name!r} is not in the sentence")
        at = start + len(name)
        found.setdefault((start, at), Mention("abstract", start, at, name, kind, "mentions"))
    return list(found.values())


def _find_word(text: str, name: str, at: int) -> int:
    """Return where ``name`` stands from ``at`` on, as whole words if it can; -1 for nowhere."""
    word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)").search(text, at)
    return word.start() if word else text.find(name, at)


def _from_spacy(path: Path) -> Iterator[Paper]:
    import spacy
    from spacy.tokens import DocBin

    try:
        docs = DocBin().from_disk(path).get_docs(spacy.blank("en").vocab)
        for number, doc in enumerate(docs, 1):
            mentions = tuple(
                Mention(
                    "abstract", e.start_char, e.end_char, e.text, e.label_, e.ent_id_ or "mentions"
                )
                for e in doc.ents
            )
            yield Paper(f"{path.stem}:{number}", "", doc.text, mentions=mentions)
    except (OSError, ValueError, KeyError) as error:
        raise ReadError(f"{path}: not a .spacy file: {error}") from error
