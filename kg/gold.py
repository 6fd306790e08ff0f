"""Annotated papers from files, to train on and to score against."""

from __future__ import annotations

import json
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from kg.errors import ReadError, kind_of, reason
from kg.model import FIELDS, Mention, Paper
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
            data = {"id": f"{source.stem}:{number}", "title": "", **_given(row)}
            if type(data["id"]) is int:
                data["id"] = str(data["id"])
            for name in ("id", *FIELDS):
                _check_text(name, data.get(name, ""))
            data["mentions"] = [_with_defaults(m, data) for m in _objects(data, "mentions")]
            data["links"] = [_whole(x, "link", "url") for x in _objects(data, "links")]
            paper = Paper.from_dict(data)
            paper.check()
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ReadError(f"{source}:{number}: {_reason(error)}; {_OURS}") from None
        yield paper


def _reason(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)


def _given(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def _check_text(name: str, value: Any) -> None:
    if not isinstance(value, str):
        raise ValueError(f"{name}: found {kind_of(value)}, expected text")


def _objects(row: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the list of objects under ``name``, each without its nulls; none if it is absent."""
    items = row.get(name, [])
    if not isinstance(items, list):
        raise ValueError(f"{name}: found {kind_of(items)}, expected a list")
    wrong = next((item for item in items if not isinstance(item, dict)), None)
    if wrong is not None or None in items:
        raise ValueError(f"{name}: found {kind_of(wrong)} in the list, expected an object")
    return [_given(item) for item in items]


def _whole(item: dict[str, Any], what: str, *more: str) -> dict[str, Any]:
    missing = [name for name in ("field", "start", "end", "text", *more) if name not in item]
    if missing:
        raise ValueError(f"a {what} without {' and '.join(missing)}")
    return item


def _with_defaults(mention: dict[str, Any], paper: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in what a hand-made annotation may leave out: field, text and role."""
    filled = {"field": "abstract", "role": "mentions", "text": "", **mention}
    _whole(filled, "mention", "type")
    start, end = filled["start"], filled["end"]
    if filled["field"] not in FIELDS:
        raise ValueError(f"mention field {filled['field']!r}: expected {' or '.join(FIELDS)}")
    if type(start) is not int or type(end) is not int:
        raise ValueError(f"mention [{start!r}, {end!r}): start and end must be integers")
    text = paper.get(filled["field"], "")
    if end > len(text):
        raise ValueError(
            f"mention [{start}, {end}) ends beyond its text of {counted(len(text), 'character')}"
        )
    return {**filled, "text": mention.get("text", text[start:end])}


def _from_scier(rows: Iterable[tuple[int, dict[str, Any]]], source: Path) -> Iterator[Paper]:
    """Yield SciER's documents (Zhang et al., EMNLP 2024), each with all its sentences as one text.

    Read together, because a name that is plain in one sentence helps in the others.
    """
    documents: dict[str, list[tuple[str, list[Mention]]]] = defaultdict(list)
    for number, row in rows:
        try:
            text, entities = row["sentence"], _entities(row["ner"])
            _check_text("sentence", text)
            documents[str(row["doc_id"])].append((text, _scier_mentions(text, entities)))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ReadError(f"{source}:{number}: {_reason(error)}; {_SCIER}") from None
    for name, sentences in documents.items():
        mentions, at = [], 0
        for text, found in sentences:
            mentions += [replace(m, start=m.start + at, end=m.end + at) for m in found]
            at += len(text) + 1
        yield Paper(name, "", " ".join(t for t, _ in sentences), mentions=tuple(sorted(mentions)))


def _entities(value: Any) -> list[tuple[str, str]]:
    if not isinstance(value, list):
        raise ValueError(f"ner: found {kind_of(value)}, expected a list")
    for item in value:
        if not isinstance(item, list) or [type(part) for part in item] != [str, str]:
            raise ValueError(f"ner: found {json.dumps(item)[:60]}, expected [text, type]")
    return [(name, kind) for name, kind in value]


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
    except (OSError, ValueError, KeyError, TypeError, AttributeError, zlib.error) as error:
        raise ReadError(f"{path}: not a .spacy file: {error}") from error
