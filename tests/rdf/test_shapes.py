"""Every constraint of the shapes: a graph that breaks it, found by both engines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rdflib
from rdflib import RDF, RDFS, BNode, Graph, Literal, Namespace, URIRef

from kg.errors import BuildError, UsageError
from kg.graph import build_graph
from kg.model import Concept, Paper
from kg.rdf import BuildInfo, to_rdf, validate
from kg.vocab import CLASSES, KG, PREFIXES, expand, schemas_folder

Records = tuple[tuple[Paper, ...], tuple[Concept, ...]]
Mutation = Callable[[Graph, Any, Any, Any], None]

sh, kg = Namespace(PREFIXES["sh"]), Namespace(KG)
skos, dcterms = Namespace(PREFIXES["skos"]), Namespace(PREFIXES["dcterms"])
SHAPES = Graph().parse(schemas_folder() / "shapes.ttl")
SILENT = {sh.path, sh.message, sh.targetClass, sh.property, sh.sparql, RDF.type}
ELSEWHERE = URIRef("https://e.org/elsewhere")


def literal(value: object, kind: str) -> Literal:
    return Literal(str(value), datatype=URIRef(expand(kind)))


def set_value(graph: Graph, focus: Any, path: Any, value: Any) -> None:
    graph.remove((focus, path, None))
    graph.add((focus, path, value))


def drop(graph: Graph, focus: Any, path: Any, _: Any) -> None:
    """Break sh:minCount: no value at all."""
    if isinstance(path, URIRef):
        graph.remove((focus, path, None))
    else:
        graph.remove((None, SHAPES.value(path, sh.inversePath), focus))


def rename(graph: Graph, focus: Any, path: Any, _: Any) -> None:
    """Break sh:nodeKind: a blank node for the node itself, a literal for a value."""
    if path is not None:
        graph.add((focus, path, Literal("no IRI")))
        return
    for triple in list(graph.triples((focus, None, None))):
        graph.add((BNode("odd"), *triple[1:]))


#: Constraint -> how to break it at a focus node and path; the last argument is its value.
BREAK: dict[str, Mutation] = {
    "minCount": drop,
    "maxCount": lambda g, f, p, v: [g.add((f, p, Literal(f"more {n}"))) for n in "ab"],  # type: ignore[dict-item,return-value]
    "datatype": lambda g, f, p, v: set_value(g, f, p, literal(1, "xsd:double")),
    "minLength": lambda g, f, p, v: set_value(g, f, p, Literal("")),
    "pattern": lambda g, f, p, v: set_value(g, f, p, Literal("¬ like it")),
    "in": lambda g, f, p, v: set_value(g, f, p, Literal("elsewhere")),
    "minInclusive": lambda g, f, p, v: set_value(g, f, p, literal(-1, "xsd:integer")),
    "maxInclusive": lambda g, f, p, v: set_value(g, f, p, literal("1.5", "xsd:decimal")),
    "class": lambda g, f, p, v: g.add((f, p, ELSEWHERE)),  # type: ignore[dict-item,return-value]
    "hasValue": lambda g, f, p, v: g.remove((f, p, v)),  # type: ignore[dict-item,return-value]
    "lessThan": lambda g, f, p, v: set_value(g, f, p, g.value(f, v)),
    "disjoint": lambda g, f, p, v: g.add((f, p, g.value(f, v))),  # type: ignore[dict-item,return-value]
    "nodeKind": rename,
}


def _first(graph: Graph, kind: Any) -> Any:
    return min(graph.subjects(RDF.type, kind))


def _role_without_mention(graph: Graph) -> None:
    graph.add((_first(graph, kg.Paper), kg.reports, _first(graph, kg.Task)))


def _kind_without_link(graph: Graph) -> None:
    graph.remove((None, kg.hasLink, None))


def _no_evidence(graph: Graph) -> None:
    graph.remove((None, kg.refersTo, _first(graph, kg.Dataset)))


def _other_role(graph: Graph) -> None:
    paper, method = next(iter(graph.subject_objects(kg.introduces)))
    graph.add((paper, kg.comparesWith, method))
    graph.add((paper, kg.reports, method))


def _two_types(graph: Graph) -> None:
    graph.add((_first(graph, kg.Method), RDF.type, kg.Task))


def _circle(graph: Graph) -> None:
    lower, upper = next(iter(graph.subject_objects(skos.broader)))
    graph.add((upper, skos.broader, lower))


def _not_mentioned(graph: Graph) -> None:
    graph.remove((None, kg.mentions, _first(graph, kg.Dataset)))


def _other_words(graph: Graph) -> None:
    set_value(graph, _first(graph, kg.Mention), kg.exact, Literal("other words"))


def _role_only(graph: Graph) -> None:
    graph.remove((None, kg.mentions, _first(graph, kg.Metric)))


#: Start of a SPARQL constraint's message -> how to break it.
BREAK_SPARQL: dict[str, Callable[[Graph], None]] = {
    "A paper that introduces": _role_only,
    "Everything that a paper says": _no_evidence,
    "The role of a paper": _other_role,
    "A paper with code": _kind_without_link,
    "A concept is exactly one of": _two_types,
    "No concept is broader than itself": _circle,
    "What a mention refers to": _not_mentioned,
    "The exact words of a mention": _other_words,
}


def constraints() -> list[Any]:
    """Enumerate (target class, path, constraint, value, message) of the shapes file."""
    found = []
    for node in sorted(SHAPES.subjects(RDF.type, sh.NodeShape)):
        target = SHAPES.value(node, sh.targetClass)
        for shape in (node, *sorted(SHAPES.objects(node, sh.property), key=_place)):
            path, message = SHAPES.value(shape, sh.path), str(SHAPES.value(shape, sh.message))
            for name, value in sorted(SHAPES.predicate_objects(shape)):
                if name not in SILENT:
                    local = str(name).removeprefix(str(sh))
                    label = f"{node.rsplit('#')[-1]} {_place(shape)} {local}"
                    found.append(pytest.param(target, path, local, value, message, id=label))
    return found


def _place(shape: Any) -> str:
    path = SHAPES.value(shape, sh.path)
    ends = f"{path if isinstance(path, URIRef) else 'inverse'}".replace("#", "/").rsplit("/", 1)
    return f"{ends[-1]} {str(SHAPES.value(shape, sh.hasValue) or '')[-8:]}".strip()


@pytest.fixture
def good(rich: Records, build: BuildInfo) -> Graph:
    """A graph that conforms and has an instance of every class."""
    return to_rdf(build_graph(*rich), build=build)


@pytest.fixture
def whole(good: Graph) -> Graph:
    """The good graph with a task and a benchmark, so that every shape has a focus node."""
    for name, kind in (("task/t", kg.Task), ("benchmark/b", kg.Benchmark)):
        node = URIRef(f"{PREFIXES['id']}{name}")
        for triple in list(good.triples((_first(good, kg.Metric), None, None))):
            if triple[2] != kg.Metric:
                good.add((node, *triple[1:]))
        good.add((node, RDF.type, kind))
    return good


def found(graph: Graph, engine: str) -> set[tuple[str, str, str]]:
    """Return (focus node or "_:", message, constraint) of the violations."""
    results = validate(graph, engine=engine).results
    return {(r.focus if ":/" in r.focus else "_:", r.message, r.constraint) for r in results}


def both(graph: Graph) -> set[tuple[str, str, str]]:
    """Return the violations, having checked that the engines agree on them."""
    by_sparql = found(graph, "sparql")
    assert found(graph, "pyshacl") == by_sparql
    return by_sparql


def test_good_graphs_conform(good: Graph, whole: Graph) -> None:
    assert both(good) == both(whole) == set()


@pytest.mark.parametrize(("target", "path", "name", "value", "message"), constraints())
def test_constraint_is_seen_broken(
    target: Any, path: Any, name: str, value: Any, message: str, whole: Graph
) -> None:
    focus = _first(whole, target)
    BREAK[name](whole, focus, path, value)
    component = f"{name[0].upper()}{name[1:]}ConstraintComponent"
    node = "_:" if path is None else str(focus)
    assert (node, message, component) in found(whole, "sparql")


@pytest.mark.parametrize("name", sorted(BREAK))
def test_engines_agree_on_every_constraint(name: str, whole: Graph) -> None:
    """All constraints of a kind at once: pySHACL takes a second a graph.

    (One difference is known: a value that cannot be compared is a violation of
    sh:minInclusive and the like, says the standard; pySHACL passes it over.)
    """
    rows = [row.values for row in constraints() if row.values[2] == name]
    focuses = {row[0]: _first(whole, row[0]) for row in rows}
    for target, path, _, value, _ in rows:
        if path != RDF.type:  # without its type a node is looked at by no shape
            BREAK[name](whole, focuses[target], path, value)
    assert both(whole) or name == "hasValue"


SPARQL_MESSAGES = sorted(
    str(SHAPES.value(constraint, sh.message)) for constraint in SHAPES.objects(None, sh.sparql)
)


@pytest.mark.parametrize("message", SPARQL_MESSAGES)
def test_sparql_constraint_is_seen_broken(message: str, whole: Graph) -> None:
    (start,) = [start for start in BREAK_SPARQL if message.startswith(start)]
    BREAK_SPARQL[start](whole)
    assert message in {row[1] for row in both(whole)}


def test_every_shape_and_constraint_is_told_in_words() -> None:
    shapes = {*SHAPES.subjects(RDF.type, sh.NodeShape), *SHAPES.objects(None, sh.property)}
    for shape in shapes:
        limits = {p for p in SHAPES.predicates(shape) if p not in SILENT}
        message = SHAPES.value(shape, sh.message)
        assert not limits or (message and message.endswith(".")), SHAPES.value(shape, sh.path)
    assert len(SPARQL_MESSAGES) == len(BREAK_SPARQL)


def test_every_class_of_resources_has_its_shape() -> None:
    targets = {str(c).removeprefix(KG) for c in SHAPES.objects(None, sh.targetClass)}
    assert set(CLASSES) - targets == {"Occurrence"}  # abstract: Mention and LinkMention


def test_report_is_a_standard_report(good: Graph) -> None:
    _other_words(good)
    report = validate(good)
    rdf = report.to_rdf()
    (node,) = rdf.subjects(RDF.type, sh.ValidationReport)
    assert rdf.value(node, sh.conforms).toPython() is False
    rows = list(rdf.objects(node, sh.result))
    assert len(rows) == len(report.results) > 0
    for row in rows:
        wanted = (sh.focusNode, sh.resultMessage, sh.resultSeverity, sh.sourceConstraintComponent)
        assert all(rdf.value(row, predicate) is not None for predicate in wanted)


def test_shapes_of_ones_own(good: Graph, tmp_path: Path) -> None:
    own = tmp_path / "own.ttl"
    own.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix kg: <" + KG + "> .\n"
        "<https://e.org/s> a sh:NodeShape ; sh:targetClass kg:Paper ;\n"
        '  sh:property [ sh:path kg:venue ; sh:minCount 1 ; sh:message "Venue!" ] .\n'
    )
    report = validate(good, shapes=own)
    assert {r.message for r in report.results} == {"Venue!"}
    assert report.engine == "sparql"


def test_unknown_constraints_go_to_pyshacl(good: Graph, tmp_path: Path) -> None:
    own = tmp_path / "own.ttl"
    own.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix kg: <" + KG + "> .\n"
        "<https://e.org/s> a sh:NodeShape ; sh:targetClass kg:Paper ; sh:property [\n"
        '  sh:path kg:venue ; sh:not [ sh:minLength 1 ] ; sh:message "No venue!" ] .\n'
    )
    report = validate(good, shapes=own)
    assert report.engine == "pyshacl"
    assert {r.message for r in report.results} == {"No venue!"}


@pytest.mark.parametrize("text", ["not turtle", None])
def test_bad_shapes_in_one_line(text: str | None, good: Graph, tmp_path: Path) -> None:
    if text:
        (tmp_path / "bad.ttl").write_text(text)
    with pytest.raises(UsageError, match=r"bad\.ttl"):
        validate(good, shapes=tmp_path / "bad.ttl")


def test_bad_graph_and_engine_in_one_line(good: Graph, tmp_path: Path) -> None:
    (tmp_path / "bad.ttl").write_text("<a> <b> ")
    with pytest.raises(BuildError, match=r"bad\.ttl"):
        validate(tmp_path / "bad.ttl")
    with pytest.raises(UsageError, match="sparql, pyshacl"):
        validate(good, engine="other")


def test_the_shapes_say_nothing_unknown() -> None:
    known = {URIRef(KG + name) for name in CLASSES}
    ontology = rdflib.Graph().parse(schemas_folder() / "kg.ttl")
    known |= set(ontology.subjects(RDFS.label, None))
    terms = {t for triple in SHAPES for t in triple if str(t).startswith(KG)}
    assert {t for t in terms if isinstance(t, URIRef)} <= known
