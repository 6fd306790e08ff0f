"""Turtle and TriG: readable, grouped by subject, streamed, the same bytes every time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from kg.rdf.blocks import Block, Pair, RdfSource
from kg.rdf.ntriples import open_text
from kg.rdf.terms import name
from kg.vocab import BASE, KINDS, PREFIXES

#: The prefixes a graph uses; everything else is written in full.
USED = ("kg", "xsd", "rdfs", "skos", "dcterms", "prov", "foaf", "schema", "fabio")

# Local names that need no escape in Turtle 1.1 and in SPARQL 1.1.
_LOCAL = re.compile(
    r"[A-Za-z0-9_](?:(?:[\w\-:.]|%[0-9A-Fa-f]{2})*(?:[\w\-:]|%[0-9A-Fa-f]{2}))?", re.A
)
_XSD = PREFIXES["xsd"]
_TYPE = name("rdf:type")
_BARE = (f"^^<{_XSD}integer>", f"^^<{_XSD}decimal>")

Compact = Callable[[str], str]


def prefixes(base: str = BASE) -> dict[str, str]:
    """Return the prefixes of a graph under ``base``: vocabularies, then one per kind.

    >>> prefixes()["method"]
    'https://w3id.org/paperkg/id/method/'
    """
    return {**{p: PREFIXES[p] for p in USED}, **{kind: f"{base}{kind}/" for kind in KINDS}}


def write_turtle(source: RdfSource, path: str | Path) -> int:
    """Write Turtle, gzipped if ``path`` ends in ``.gz``; return the number of triples.

    The order is the stream's: the same papers and concepts in the same order give the
    same bytes.

    Raises:
        UsageError: the source's ``base`` is not usable.
    """
    return _write(source, Path(path), graph=None)


def write_trig(source: RdfSource, path: str | Path) -> int:
    """Write TriG: the same as `write_turtle`, inside one graph named by the build."""
    return _write(source, Path(path), graph=f"<{source.build.iri(source.base)}>")


def _write(source: RdfSource, path: Path, *, graph: str | None) -> int:
    known, count = prefixes(source.base), 0
    compact = compacter(known)
    with open_text(path) as out:
        out.writelines(f"@prefix {prefix}: <{full}> .\n" for prefix, full in known.items())
        out.write(f"\n{compact(graph)} {{\n" if graph else "\n")
        for subject, pairs in source.blocks():
            count += len(pairs)
            out.write(to_paragraph(subject, pairs, compact))
        out.write("}\n" if graph else "")
    return count


def to_turtle(stream: Iterable[Block], known: dict[str, str]) -> str:
    """Return blocks as one Turtle document with the prefixes ``known``."""
    compact = compacter(known)
    head = "".join(f"@prefix {prefix}: <{full}> .\n" for prefix, full in known.items())
    return head + "\n" + "".join(to_paragraph(s, pairs, compact) for s, pairs in stream)


def to_paragraph(subject: str, pairs: list[Pair], compact: Compact) -> str:
    """Return one subject with its statements, equal neighbouring predicates joined."""
    lines = []
    for predicate, group in groupby(pairs, key=lambda pair: pair[0]):
        values = ", ".join([compact(value) for _, value in group])
        verb = "a" if predicate == _TYPE else compact(predicate)
        lines.append(f"{verb} {values}")
    return f"{compact(subject)} " + " ;\n    ".join(lines) + " .\n\n"


def compacter(known: dict[str, str]) -> Compact:
    """Return the function that shortens N-Triples terms to Turtle with prefixes ``known``."""
    by_length = sorted(known.items(), key=lambda pair: -len(pair[1]))
    shorten = lru_cache(maxsize=100_000)(lambda term: _short(term, by_length))
    string = _XSD + "string"

    def compact(term: str) -> str:
        if term[0] == "<":
            return str(shorten(term))
        if term[-1] != ">":
            return term
        return _literal(term, shorten, string)

    return compact


def _literal(term: str, shorten: Compact, string: str) -> str:
    for ending in _BARE:
        if term.endswith(ending) and not term.startswith('"0.000000'):
            # rdflib turns a smaller bare decimal into "1E-7", which is no xsd:decimal.
            return term[1 : -len(ending) - 1]
    quoted, datatype = term.rsplit("^^", 1)
    return quoted if datatype == f"<{string}>" else f"{quoted}^^{shorten(datatype)}"


def _short(term: str, known: list[tuple[str, str]]) -> str:
    full = term[1:-1]
    for prefix, start in known:
        if full.startswith(start) and _LOCAL.fullmatch(full, len(start)):
            return f"{prefix}:{full[len(start) :]}"
    return term
