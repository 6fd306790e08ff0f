"""The evidence in two other models: Web Annotation, and RDF 1.2 triple terms."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kg.export.source import Source
from kg.rdf.blocks import Block, Pair
from kg.rdf.ntriples import open_text, to_lines, write_lines
from kg.rdf.terms import name
from kg.rdf.turtle import compacter, prefixes, to_paragraph
from kg.vocab import PREFIXES

_OA = "http://www.w3.org/ns/oa#"
_RDF = PREFIXES["rdf"]
_EVIDENCE = {name("kg:Mention"), name("kg:LinkMention")}
_REIFIES = f"<{_RDF}reifies>"


def write_annotations(source: Source, path: Path) -> int:
    """Write every mention as a Web Annotation (https://www.w3.org/TR/annotation-model/).

    An ``oa:Annotation`` whose body is the concept or link, whose target is a stretch
    of the paper's title or abstract by its words and by its place.  In Turtle, beside
    the graph, not in it; returns the number of annotations.
    """
    known = {**prefixes(source.base), "oa": _OA, "rdf": _RDF}
    compact, count = compacter(known), 0
    with open_text(path) as out:
        out.writelines(f"@prefix {prefix}: <{full}> .\n" for prefix, full in known.items())
        out.write("\n")
        for subject, pairs in source.blocks():
            if pairs[0][1] in _EVIDENCE:
                count += 1
                out.writelines(
                    to_paragraph(node, found, compact)
                    for node, found in _annotation(subject, pairs)
                )
    return count


def _annotation(subject: str, pairs: list[Pair]) -> Iterator[Block]:
    value = dict(pairs)
    kind = name("rdf:type")
    target, quote, place = (f"{subject[:-1]}/{part}>" for part in ("target", "quote", "position"))
    yield (
        f"{subject[:-1]}/annotation>",
        [
            (kind, _oa("Annotation")),
            (_oa("hasBody"), value[name("kg:refersTo")]),
            (_oa("hasTarget"), target),
            (_oa("motivatedBy"), _oa("identifying")),
            (name("prov:wasGeneratedBy"), value[name("prov:wasGeneratedBy")]),
            (name("prov:wasDerivedFrom"), subject),
        ],
    )
    yield (
        target,
        [
            (kind, _oa("SpecificResource")),
            (_oa("hasSource"), value[name("kg:inPaper")]),
            (name("kg:field"), value[name("kg:field")]),
            (_oa("hasSelector"), quote),
            (_oa("hasSelector"), place),
        ],
    )
    yield quote, [(kind, _oa("TextQuoteSelector")), (_oa("exact"), value[name("kg:exact")])]
    yield (
        place,
        [
            (kind, _oa("TextPositionSelector")),
            (_oa("start"), value[name("kg:begin")]),
            (_oa("end"), value[name("kg:end")]),
        ],
    )


def _oa(local: str) -> str:
    return f"<{_OA}{local}>"


def write_rdf12(source: Source, path: Path) -> int:
    """Write N-Triples 1.2: the graph, every mention ``rdf:reifies`` what it supports.

    Sorted; returns the number of triples.  Readers of RDF 1.1 refuse the file.
    """
    return write_lines(_with_terms(source), path, sort=True)


def _with_terms(source: Source) -> Iterator[str]:
    for block in source.blocks():
        yield from to_lines([block])
        subject, pairs = block
        if pairs[0][1] in _EVIDENCE:
            value = dict(pairs)
            paper, other = value[name("kg:inPaper")], value[name("kg:refersTo")]
            yield f"{subject} {_REIFIES} <<( {paper} {value[name('kg:role')]} {other} )>> .\n"
