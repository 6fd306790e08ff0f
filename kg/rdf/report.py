"""SHACL validation reports: results as records, and as the standard's own RDF.

https://www.w3.org/TR/shacl/#validation-report -- every result with focus node, path,
value, source shape, component, severity and message.  A shape or path without a name
is carried as its description in Turtle, so that a report stands alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg.vocab import PREFIXES

if TYPE_CHECKING:
    import rdflib

SH = PREFIXES["sh"]
_LOCAL = re.compile(r"[A-Za-z_][\w-]*\Z", re.ASCII)
_SHORT = {**PREFIXES, "ks": "https://w3id.org/paperkg/shapes#"}


@dataclass(frozen=True, slots=True, order=True)
class Result:
    """One violation.

    Attributes:
        focus: the node that is not as it should be.
        path: the property, ``^`` before it where it is read backwards; any other path in
            Turtle; "" for the node itself.
        message: what is wrong, in words.
        value: what was found; "" where it is the absence of something.
        constraint: local name of the constraint component.
        severity: IRI of the shape's severity.
        shape: the shape, in Turtle: its IRI, or ``[ ... ]`` where it has none.
        source: the SPARQL constraint in Turtle; "" for the other components.
        focus_term, value_term: ``focus`` and ``value`` as N-Triples terms.
    """

    focus: str
    path: str
    message: str
    value: str = ""
    constraint: str = ""
    severity: str = f"{SH}Violation"
    shape: str = ""
    source: str = ""
    focus_term: str = ""
    value_term: str = ""


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """Whether a graph conforms, and every violation, sorted."""

    conforms: bool
    results: tuple[Result, ...] = ()
    engine: str = ""

    def to_turtle(self) -> str:
        """Return the standard report, a ``sh:ValidationReport``; the same text each time."""
        named: dict[str, str] = {}
        results = " , ".join(_result(result, named) for result in self.results)
        body = f" ;\n    sh:result {results}" if results else ""
        conforms = str(self.conforms).lower()
        report = f"[] a sh:ValidationReport ;\n    sh:conforms {conforms}{body} .\n"
        described = [f"\n{label} {text[1:-1].strip()} .\n" for text, label in named.items()]
        body = "".join((report, *described))
        used = {p: iri for p, iri in sorted(_SHORT.items()) if f"{p}:" in body}
        return "".join((*(f"@prefix {p}: <{iri}> .\n" for p, iri in used.items()), "\n", body))

    def to_rdf(self) -> rdflib.Graph:
        """Return the standard report as a graph."""
        from rdflib import Graph

        return Graph().parse(data=self.to_turtle(), format="turtle")


def _result(result: Result, named: dict[str, str]) -> str:
    rows = "".join(f" ;\n        {p} {value}" for p, value in _pairs(result, named))
    return f"[\n        a sh:ValidationResult{rows}\n    ]"


def _pairs(result: Result, named: dict[str, str]) -> Iterator[tuple[str, str]]:
    yield "sh:focusNode", _node(result.focus_term) or shorten(result.focus)
    if result.path:
        yield "sh:resultPath", _path(result.path)
    if result.value_term:
        yield "sh:value", _node(result.value_term)
    yield "sh:resultSeverity", shorten(result.severity)
    yield "sh:sourceConstraintComponent", _component(result.constraint)
    if result.source:
        yield "sh:sourceConstraint", _named(result.source, "constraint", named)
    if result.shape:
        yield "sh:sourceShape", _named(result.shape, "shape", named)
    yield "sh:resultMessage", _literal(result.message)


def _named(text: str, kind: str, named: dict[str, str]) -> str:
    """Return an IRI as it is, and a label for a description, which is written once."""
    if not text.startswith("["):
        return text
    return named.setdefault(text, f"_:{kind}{len(named) + 1}")


def _node(term: str) -> str:
    """Return a term of the data; blank nodes keep clear of the report's own labels."""
    if term.startswith("_:"):
        return f"_:data-{term[2:]}"
    return shorten(term[1:-1]) if term.startswith("<") else term


def _path(path: str) -> str:
    if path.startswith("^"):
        return f"[ sh:inversePath {shorten(path[1:])} ]"
    return path if path.startswith(("[", "(")) else shorten(path)


def _component(name: str) -> str:
    return shorten(name if ":" in name else SH + (name or "ConstraintComponent"))


def _literal(text: str) -> str:
    from rdflib import Literal

    return str(Literal(text).n3())


def shorten(iri: str) -> str:
    """Return an IRI in Turtle, with a prefix where one is known.

    >>> shorten("http://www.w3.org/ns/shacl#path"), shorten("http://e.org/a")
    ('sh:path', '<http://e.org/a>')
    """
    for prefix, full in _SHORT.items():
        if iri.startswith(full) and _LOCAL.match(iri[len(full) :]):
            return f"{prefix}:{iri[len(full) :]}"
    return f"<{iri}>"


def to_text(graph: rdflib.Graph, node: Any, above: tuple[Any, ...] = ()) -> str:
    """Return a node in Turtle: a blank one as all that ``graph`` says of it, in a fixed order."""
    from rdflib import RDF, BNode, URIRef

    if isinstance(node, URIRef):
        return shorten(str(node))
    if not isinstance(node, BNode):
        return str(node.n3())
    if node in above:
        return "[]"
    if graph.value(node, RDF.first) is not None:
        return f"( {' '.join(to_text(graph, n, (*above, node)) for n in graph.items(node))} )"
    rows = sorted(
        f"{shorten(str(p))} {to_text(graph, o, (*above, node))}"
        for p, o in graph.predicate_objects(node)
    )
    return f"[ {' ; '.join(rows)} ]"
