"""Rows as a table for people: SPARQL's JSON to aligned columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kg import vocab
from kg.text import display_width, pad, printable

_NUMBERS = tuple(vocab.expand(f"xsd:{name}") for name in ("integer", "decimal", "double", "float"))


def to_table(
    body: bytes, *, width: int | None = None, prefixes: Mapping[str, str] = vocab.PREFIXES
) -> str:
    """Return SPARQL Query Results JSON as a table of aligned columns.

    Args:
        body: the JSON; rows or a truth value.
        width: columns of the terminal; longer cells are cut with "…".  None: nothing is cut.
        prefixes: what IRIs are shortened with.

    >>> print(to_table(b'{"head": {}, "boolean": true}'))
    yes
    """
    data = json.loads(body)
    if "boolean" in data:
        return "yes" if data["boolean"] else "no"
    names: list[str] = data["head"]["vars"]
    rows = [
        [to_cell(row.get(name), prefixes) for name in names] for row in data["results"]["bindings"]
    ]
    right = [_numeric(data["results"]["bindings"], name) for name in names]
    return _draw(names, rows, right, width)


def to_cell(term: Mapping[str, Any] | None, prefixes: Mapping[str, str] = vocab.PREFIXES) -> str:
    """Return a term as a person reads it: prefixed names, bare literals, one line.

    >>> to_cell({"type": "uri", "value": "https://w3id.org/paperkg/ontology#uses"})
    'kg:uses'
    """
    if term is None:
        return ""
    if term["type"] == "uri":
        return to_curie(term["value"], prefixes)
    if term["type"] == "triple":
        return " ".join(to_cell(part, prefixes) for part in term["value"].values())
    value = ("_:" if term["type"] == "bnode" else "") + term["value"]
    return printable(value)


def to_curie(iri: str, prefixes: Mapping[str, str] = vocab.PREFIXES) -> str:
    """Return the shortest prefixed form of an IRI, or the IRI itself.

    >>> to_curie("https://w3id.org/paperkg/id/method/lora")
    'id:method/lora'
    """
    found = [(len(base), prefix) for prefix, base in prefixes.items() if iri.startswith(base)]
    if not found:
        return iri
    length, prefix = max(found)
    return f"{prefix}:{iri[length:]}"


def _numeric(bindings: Iterable[Mapping[str, Any]], name: str) -> bool:
    terms = [row[name] for row in bindings if name in row]
    return bool(terms) and all(term.get("datatype") in _NUMBERS for term in terms)


def _draw(
    names: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool], width: int | None
) -> str:
    widths = [max(map(display_width, column)) for column in zip(names, *rows, strict=True)]
    if width is not None:
        widths = _fit(widths, width - 2 * (len(widths) - 1))
    lines = [names, ["-" * w for w in widths], *rows]
    return "\n".join(_line(line, widths, right) for line in lines)


def _fit(widths: list[int], room: int) -> list[int]:
    """Take columns from the widest until the table fits or every column is at 12."""
    widths = list(widths)
    while sum(widths) > room and max(widths, default=0) > 12:
        widths[widths.index(max(widths))] -= 1
    return widths


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    drawn = [pad(*cell) for cell in zip(cells, widths, right, strict=True)]
    return "  ".join(drawn).rstrip()
