"""RDF/XML, streamed: for tools that read nothing else."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from kg.export.source import Source
from kg.rdf.ntriples import open_text
from kg.rdf.terms import split
from kg.rdf.turtle import USED
from kg.vocab import PREFIXES

_NAMESPACES = {prefix: PREFIXES[prefix] for prefix in ("rdf", *USED)}
_STRING = PREFIXES["xsd"] + "string"


def write_rdfxml(source: Source, path: Path) -> int:
    """Write the graph as RDF/XML; return the number of triples."""
    count = 0
    with open_text(path) as out:
        spaces = "".join(f"\n  xmlns:{p}={quoteattr(full)}" for p, full in _NAMESPACES.items())
        out.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{spaces}>\n')
        for subject, pairs in source.blocks():
            count += len(pairs)
            out.write(f"<rdf:Description rdf:about={quoteattr(subject[1:-1])}>\n")
            out.writelines(_element(predicate, value) for predicate, value in pairs)
            out.write("</rdf:Description>\n")
        out.write("</rdf:RDF>\n")
    return count


def _element(predicate: str, value: str) -> str:
    tag = _tag(predicate[1:-1])
    text, datatype = split(value)
    if datatype is None:
        return f"  <{tag} rdf:resource={quoteattr(text)}/>\n"
    kind = "" if datatype == _STRING else f" rdf:datatype={quoteattr(datatype)}"
    # A parser turns a bare carriage return into a line feed.
    return f"  <{tag}{kind}>{escape(text, {chr(13): '&#13;'})}</{tag}>\n"


def _tag(predicate: str) -> str:
    prefix, full = next(p for p in _NAMESPACES.items() if predicate.startswith(p[1]))
    return f"{prefix}:{predicate[len(full) :]}"
