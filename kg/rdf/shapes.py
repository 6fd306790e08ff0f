"""SHACL shapes compiled to SPARQL: one query a constraint (SHACL 1.0, section 4).

Each query returns the focus nodes, and where there is one the value, that
violate the constraint.  Only what the project's shapes use is known; anything
else raises :class:`Unsupported` rather than pass unchecked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg.rdf.report import SH as _SH
from kg.rdf.report import Result, to_text
from kg.vocab import PREFIXES

if TYPE_CHECKING:
    import rdflib

_RDF_TYPE = f"<{PREFIXES['rdf']}type>"

#: Say nothing of themselves, or are read together with what they belong to.
_SILENT = {
    "path", "message", "name", "description", "order", "severity", "property",
    "targetClass", "targetObjectsOf",
}  # fmt: skip


class Unsupported(Exception):
    """The shapes hold a constraint or a target that is not known here."""


@dataclass(frozen=True, slots=True)
class Check:
    """One constraint: the query that finds its violations, and what to say of them.

    ``shape`` and, of a SPARQL constraint, ``source`` are in Turtle (:class:`Result`).
    """

    query: str
    path: str
    message: str
    constraint: str
    severity: str
    shape: str
    source: str = ""


def run_checks(store: Any, checks: list[Check]) -> list[Result]:
    """Return a result for every row of every check on a ``pyoxigraph.Store``."""
    return [_result(check, row) for check in checks for row in store.query(check.query)]


def _result(check: Check, row: Any) -> Result:
    focus = row["this"]
    value = _value(row, focus if check.source else None)
    return Result(
        focus.value,
        check.path,
        check.message,
        "" if value is None else str(value.value),
        check.constraint,
        check.severity,
        check.shape,
        check.source,
        str(focus),
        "" if value is None else str(value),
    )


def _value(row: Any, default: Any) -> Any:
    """Return what was found; for a SPARQL constraint that names nothing, the focus node."""
    try:
        found = row["value"]
    except KeyError:
        return default
    return default if found is None else found


def compile_shapes(shapes: rdflib.Graph) -> list[Check]:
    """Return the checks of every node shape of ``shapes``, in a fixed order.

    Raises:
        Unsupported: a target or constraint that is not known here.
    """
    from rdflib import RDF, Namespace, URIRef

    sh = Namespace(_SH)
    nodes = sorted(n for n in shapes.subjects(RDF.type, sh.NodeShape) if isinstance(n, URIRef))
    _check_reached(shapes, set(nodes), sh)
    return [check for node in nodes for check in _node_checks(shapes, node, sh)]


def _check_reached(shapes: rdflib.Graph, nodes: set[Any], sh: Any) -> None:
    """Raise unless every shape with a target is among ``nodes`` and nothing is nested deeper."""
    targeted = {*shapes.subjects(sh.targetClass), *shapes.subjects(sh.targetObjectsOf)}
    if targeted - nodes:
        raise Unsupported("a target of something that is no named sh:NodeShape")
    for shape in shapes.objects(None, sh.property):
        if (shape, sh.property, None) in shapes or (shape, sh.sparql, None) in shapes:
            raise Unsupported("sh:property or sh:sparql within a property shape")


def _node_checks(shapes: rdflib.Graph, node: Any, sh: Any) -> Iterator[Check]:
    targets = list(_targets(shapes, node, sh))
    if not targets:
        raise Unsupported(f"{node}: no sh:targetClass or sh:targetObjectsOf")
    for focus, target in targets:
        yield from _checks(shapes, node, focus, "")
        for constraint in sorted(shapes.objects(node, sh.sparql), key=str):
            _check_own_target(shapes, constraint, target, sh)
            yield _sparql_check(shapes, node, constraint, sh)
        for shape in sorted(shapes.objects(node, sh.property), key=str):
            yield from _checks(shapes, shape, focus, _path(shapes, shape, sh))


def _targets(shapes: rdflib.Graph, node: Any, sh: Any) -> Iterator[tuple[str, Any]]:
    """Yield (the pattern of the focus nodes, their class or None) of each target."""
    for target in sorted(shapes.objects(node, sh.targetClass), key=str):
        yield f"?this {_RDF_TYPE} {target.n3()} .", target
    for predicate in sorted(shapes.objects(node, sh.targetObjectsOf), key=str):
        yield f"{{ SELECT DISTINCT ?this {{ ?subject {predicate.n3()} ?this }} }}", None


def _path(shapes: rdflib.Graph, shape: Any, sh: Any) -> str:
    from rdflib import URIRef

    path = shapes.value(shape, sh.path)
    if isinstance(path, URIRef):
        return path.n3()
    inverse = shapes.value(path, sh.inversePath)
    if not isinstance(inverse, URIRef):
        raise Unsupported("a property path other than an IRI or its inverse")
    return f"^{inverse.n3()}"


def _checks(shapes: rdflib.Graph, shape: Any, focus: str, path: str) -> Iterator[Check]:
    from rdflib import RDF

    message = _message(shapes, shape) or "not as the shapes want it"
    severity, text = _severity(shapes, shape), to_text(shapes, shape)
    for predicate, value in sorted(shapes.predicate_objects(shape)):
        name = str(predicate).removeprefix(_SH)
        if predicate == RDF.type or name in _SILENT or name == "sparql":
            continue
        if name not in _CONSTRAINTS:
            raise Unsupported(f"sh:{name}")
        where = _CONSTRAINTS[name](_term(shapes, value), path)
        component = f"{name[0].upper()}{name[1:]}ConstraintComponent"
        query = where if where.startswith("SELECT") else f"SELECT ?this ?value WHERE {{ {where} }}"
        query = query.replace("FOCUS", focus)
        yield Check(query, _plain(path), message, component, severity, text)


def _plain(path: str) -> str:
    return path.replace("<", "").replace(">", "")


def _message(shapes: rdflib.Graph, node: Any) -> str:
    return min(map(str, shapes.objects(node, _sh("message"))), default="")


def _severity(shapes: rdflib.Graph, node: Any) -> str:
    return str(shapes.value(node, _sh("severity")) or _sh("Violation"))


def _sh(name: str) -> Any:
    from rdflib import URIRef

    return URIRef(_SH + name)


def _term(shapes: rdflib.Graph, value: Any) -> str:
    """Return a term as SPARQL text; an RDF list as its members joined by commas."""
    from rdflib import BNode
    from rdflib.collection import Collection

    if isinstance(value, BNode):
        return ", ".join(item.n3() for item in Collection(shapes, value))
    return str(value.n3())


_TARGET = re.compile(r"[$?]this\s+a\s+(?:<([^>]*)>|([\w-]*):([\w-]+))")


def _check_own_target(shapes: rdflib.Graph, constraint: Any, target: Any, sh: Any) -> None:
    """Raise unless the query finds its focus nodes itself: it is run without any given."""
    select = str(shapes.value(constraint, sh.select))
    known = {
        str(shapes.value(declared, sh.prefix)): str(shapes.value(declared, sh.namespace))
        for owner in shapes.objects(constraint, sh.prefixes)
        for declared in shapes.objects(owner, sh.declare)
    }
    named = {iri or known.get(prefix, "") + name for iri, prefix, name in _TARGET.findall(select)}
    if str(target) not in named or "$PATH" in select:
        raise Unsupported("a SPARQL constraint that does not name its target class")
    if "{" in _message(shapes, constraint):
        raise Unsupported("a message with a place for a value")


def _sparql_check(shapes: rdflib.Graph, shape: Any, constraint: Any, sh: Any) -> Check:
    prefixes = "".join(
        f"PREFIX {shapes.value(d, sh.prefix)}: <{shapes.value(d, sh.namespace)}>\n"
        for owner in shapes.objects(constraint, sh.prefixes)
        for d in shapes.objects(owner, sh.declare)
    )
    select = str(shapes.value(constraint, sh.select))
    message = _message(shapes, constraint) or _message(shapes, shape)
    select = _ABSENT.sub(_to_minus, select)
    return Check(
        prefixes + select, "", message, "SPARQLConstraintComponent", _severity(shapes, shape),
        to_text(shapes, shape), to_text(shapes, constraint),
    )  # fmt: skip


# Oxigraph looks a NOT EXISTS up for every row, and walks through all mentions of a hub
# each time; MINUS is one hash join.  SHACL forbids MINUS in shapes, so it is put in here,
# where the two mean the same: plain triple patterns about $this, nothing nested.
_ABSENT = re.compile(r"FILTER\s+NOT\s+EXISTS\s*\{([^{}]*)\}", re.IGNORECASE)


def _to_minus(match: re.Match[str]) -> str:
    inner = match[1]
    plain = "$this" in inner and not re.search(r"\b(?:FILTER|BIND|VALUES)\b", inner, re.IGNORECASE)
    return f"MINUS {{{inner}}}" if plain else match[0]


def _values(path: str) -> str:
    """Bind ?value to each value node: the focus node itself for a node shape."""
    return f"FOCUS ?this {path} ?value ." if path else "FOCUS BIND(?this AS ?value)"


def _filter(condition: str) -> Callable[[str, str], str]:
    """Return a compiler of "every value must fulfil": an error counts as a violation."""

    def compiled(term: str, path: str) -> str:
        met = condition.replace("TERM", term)
        return f"{_values(path)} FILTER(!COALESCE({met}, false))"

    return compiled


def _count(comparison: str) -> Callable[[str, str], str]:
    def compiled(term: str, path: str) -> str:
        number = term.split("^^")[0].strip('"')
        return (
            f"SELECT ?this WHERE {{ FOCUS OPTIONAL {{ ?this {path} ?v }} }} "
            f"GROUP BY ?this HAVING(COUNT(DISTINCT ?v) {comparison} {number})"
        )

    return compiled


_KINDS: dict[str, str] = {
    f"<{_SH}IRI>": "isIRI(?value)",
    f"<{_SH}Literal>": "isLiteral(?value)",
    f"<{_SH}BlankNode>": "isBLANK(?value)",
    f"<{_SH}IRIOrLiteral>": "isIRI(?value) || isLiteral(?value)",
    f"<{_SH}BlankNodeOrIRI>": "isBLANK(?value) || isIRI(?value)",
    f"<{_SH}BlankNodeOrLiteral>": "isBLANK(?value) || isLiteral(?value)",
}

#: Constraint -> compiler of (its value as SPARQL text, the path) to a pattern or query.
_CONSTRAINTS: dict[str, Callable[[str, str], str]] = {
    "minCount": _count("<"),
    "maxCount": _count(">"),
    "datatype": _filter("DATATYPE(?value) = TERM"),
    "in": _filter("?value IN (TERM)"),
    "minLength": _filter("STRLEN(STR(?value)) >= TERM"),
    "maxLength": _filter("STRLEN(STR(?value)) <= TERM"),
    "minInclusive": _filter("?value >= TERM"),
    "maxInclusive": _filter("?value <= TERM"),
    "pattern": _filter("REGEX(STR(?value), TERM)"),
    "class": lambda term, path: (
        f"{_values(path)} FILTER NOT EXISTS {{ ?value {_RDF_TYPE} {term} }}"
    ),
    "hasValue": lambda term, path: f"FOCUS FILTER NOT EXISTS {{ ?this {path} {term} }}",
    "lessThan": lambda term, path: (
        f"{_values(path)} ?this {term} ?other FILTER(!COALESCE(?value < ?other, false))"
    ),
    "disjoint": lambda term, path: f"{_values(path)} ?this {term} ?value .",
    "nodeKind": lambda term, path: f"{_values(path)} FILTER(!({_KINDS[term]}))",
}
