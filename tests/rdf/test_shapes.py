"""Every constraint of the shapes: a graph that breaks it, found by both engines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyshacl
import pytest
import rdflib
from rdflib import RDF, RDFS, BNode, Graph, Literal, Namespace, URIRef

from kg.errors import BuildError, UsageError
from kg.graph import build_graph
from kg.model import Concept, Paper
from kg.rdf import BuildInfo, ValidationReport, to_rdf, validate
from kg.rdf.report import to_text
from kg.vocab import CLASSES, KG, PREFIXES, expand, schemas_folder

Records = tuple[tuple[Paper, ...], tuple[Concept, ...]]
Mutation = Callable[[Graph, Any, Any, Any], None]

sh, kg = Namespace(PREFIXES["sh"]), Namespace(KG)
skos, dcterms = Namespace(PREFIXES["skos"]), Namespace(PREFIXES["dcterms"])
SHAPES = Graph().parse(schemas_folder() / "shapes.ttl")
SILENT = {
    sh.path, sh.message, sh.targetClass, sh.targetObjectsOf, sh.property, sh.sparql, RDF.type
}  # fmt: skip
ELSEWHERE = URIRef("https://e.org/elsewhere")
#: What the only shape without a class is about.
INPUT = URIRef(expand("prov:Entity"))


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
    "pattern": lambda g, f, p, v: set_value(g, f, p, Literal("¬/ like it")),
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
        target = SHAPES.value(node, sh.targetClass) or INPUT
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


Row = tuple[str, ...]


def rows_of(report: Graph) -> set[Row]:
    """Return what a report graph says of each result: everything that the standard names.

    A shape, path or SPARQL constraint without a name is told by its description, a blank
    node of the data by "_:".
    """

    def told(node: Any, predicate: Any) -> str:
        values = sorted(to_text(report, value) for value in report.objects(node, predicate))
        assert len(values) <= 1, (predicate, values)
        return values[0] if values else ""

    def data(node: Any, predicate: Any) -> str:
        value = report.value(node, predicate)
        return "_:" if isinstance(value, BNode) else "" if value is None else value.n3()

    return {
        (
            data(node, sh.focusNode),
            told(node, sh.resultPath),
            data(node, sh.value),
            told(node, sh.sourceConstraintComponent),
            told(node, sh.sourceShape),
            told(node, sh.sourceConstraint),
            told(node, sh.resultSeverity),
        )
        for node in report.subjects(RDF.type, sh.ValidationResult)
    }


def by_pyshacl(graph: Graph, shapes: Graph = SHAPES) -> Graph:
    """Return the report as pySHACL itself writes it."""
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes, inference="none")
    assert isinstance(report, Graph)
    return report


def both(graph: Graph) -> set[tuple[str, str, str]]:
    """Return the violations, having checked that the engines agree on them and on the report."""
    by_sparql = found(graph, "sparql")
    theirs = rows_of(by_pyshacl(graph))
    assert rows_of(validate(graph, engine="sparql").to_rdf()) == theirs
    assert rows_of(validate(graph, engine="pyshacl").to_rdf()) == theirs
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


def _focuses(graph: Graph, targets: set[Any]) -> dict[Any, Any]:
    """Return a node for each class, no node twice: a method is a concept, too."""
    found: dict[Any, Any] = {}
    for target in sorted(targets, key=lambda t: (len(set(graph.subjects(RDF.type, t))), t)):
        found[target] = min(set(graph.subjects(RDF.type, target)) - set(found.values()))
    return found


@pytest.mark.parametrize("name", sorted(BREAK))
def test_report_is_pyshacl_s_on_every_constraint(name: str, whole: Graph) -> None:
    """All constraints of a kind broken at once: pySHACL takes half a second a graph.

    (One difference is known: a value that cannot be compared is a violation of
    sh:minInclusive and the like, says the standard; pySHACL passes it over.)
    """
    rows = [row.values for row in constraints() if row.values[2] == name]
    focuses = _focuses(whole, {row[0] for row in rows})
    for target, path, _, value, _ in rows:
        BREAK[name](whole, focuses[target], path, value)
    seen = {(message, component) for _, message, component in both(whole)}
    component = f"{name[0].upper()}{name[1:]}ConstraintComponent"
    assert {(row[4], component) for row in rows} <= seen


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


def test_graphs_conform_beside_the_ontology_and_its_alignments(good: Graph) -> None:
    """As a reasoner has them: a class's shape is for its subclasses, too."""
    for name in ("kg.ttl", "alignments.ttl"):
        good.parse(schemas_folder() / name)
    _, report, text = pyshacl.validate(good, shacl_graph=SHAPES, inference="rdfs")
    assert rows_of(report) == set(), text


def test_report_is_a_standard_report(good: Graph) -> None:
    _other_words(good)
    good.remove((None, kg.hasLink, None))
    good.add((_first(good, kg.Paper), kg.mentions, ELSEWHERE))
    report = validate(good)
    rdf = report.to_rdf()
    (node,) = rdf.subjects(RDF.type, sh.ValidationReport)
    assert rdf.value(node, sh.conforms).toPython() is False
    rows = list(rdf.objects(node, sh.result))
    assert len(rows) == len(report.results) > 0
    assert (None, sh.value, ELSEWHERE) in rdf
    (path,) = {rdf.value(row, sh.resultPath) for row in rows if _is_inverse(rdf, row)}
    assert list(rdf.objects(path, sh.inversePath)) == [kg.hasLink]
    assert set(by_pyshacl(rdf, SPECIFICATION).objects(None, sh.conforms)) == {Literal(True)}
    rdf.remove((rows[0], sh.sourceShape, None))
    assert set(by_pyshacl(rdf, SPECIFICATION).objects(None, sh.conforms)) == {Literal(False)}


def _is_inverse(report: Graph, result: Any) -> bool:
    return isinstance(report.value(result, sh.resultPath), BNode)


#: What the standard says of a report (https://www.w3.org/TR/shacl/#validation-report).
SPECIFICATION = Graph().parse(
    data="""@prefix sh: <http://www.w3.org/ns/shacl#> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
    <urn:report> a sh:NodeShape ; sh:targetClass sh:ValidationReport ;
      sh:property [ sh:path sh:conforms ; sh:minCount 1 ; sh:maxCount 1 ;
          sh:datatype xsd:boolean ] ,
        [ sh:path sh:result ; sh:class sh:ValidationResult ] .
    <urn:result> a sh:NodeShape ; sh:targetClass sh:ValidationResult ;
      sh:property [ sh:path sh:focusNode ; sh:minCount 1 ; sh:maxCount 1 ] ,
        [ sh:path sh:resultPath ; sh:maxCount 1 ; sh:nodeKind sh:BlankNodeOrIRI ] ,
        [ sh:path sh:value ; sh:maxCount 1 ] ,
        [ sh:path sh:sourceShape ; sh:minCount 1 ; sh:maxCount 1 ; sh:nodeKind sh:BlankNodeOrIRI ] ,
        [ sh:path sh:sourceConstraintComponent ; sh:minCount 1 ; sh:maxCount 1 ;
          sh:nodeKind sh:IRI ] ,
        [ sh:path sh:resultSeverity ; sh:minCount 1 ; sh:maxCount 1 ; sh:nodeKind sh:IRI ] ,
        [ sh:path sh:resultMessage ; sh:minCount 1 ; sh:datatype xsd:string ] .""",
    format="turtle",
)


def test_report_is_the_same_text_each_time(good: Graph) -> None:
    _other_words(good)
    good.remove((None, kg.hasLink, None))
    texts = {validate(good, engine=engine).to_turtle() for engine in ("sparql", "pyshacl", None)}
    assert len(texts) == 1


def test_report_on_blank_nodes_and_odd_values(good: Graph) -> None:
    focus = _first(good, kg.Paper)
    odd = 'a "quoted" \\ \n {text} ¬'
    set_value(good, focus, dcterms.language, Literal(odd, lang="en"))
    rename(good, _first(good, kg.Link), None, None)
    report = validate(good).to_rdf()
    assert (None, sh.value, Literal(odd, lang="en")) in report
    assert {type(node) for node in report.objects(None, sh.focusNode)} == {URIRef, BNode}
    assert both(good)


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


OWN = f"""
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix kg: <{KG}> .
<https://e.org/p> sh:declare [ sh:prefix "kg" ;
    sh:namespace "{KG}"^^<http://www.w3.org/2001/XMLSchema#anyURI> ] .
"""
OF_PAPERS = "<https://e.org/s> a sh:NodeShape ; sh:targetClass kg:Paper ;"

#: Shapes of a user's that the compiler must not pass over, each broken by the good graph.
UNCOMPILED = {
    "no name": "[] a sh:NodeShape ; sh:targetClass kg:Paper ;"
    "sh:property [ sh:path kg:doi ; sh:minCount 9 ] .",
    "no type": "<https://e.org/s> sh:targetClass kg:Paper ;"
    "sh:property [ sh:path kg:doi ; sh:minCount 9 ] .",
    "property shape": "<https://e.org/s> a sh:PropertyShape ; sh:targetClass kg:Paper ;"
    "sh:path kg:doi ; sh:minCount 9 .",
    "nested": f"{OF_PAPERS} sh:property [ sh:path kg:mentions ;"
    "sh:property [ sh:path kg:doi ; sh:minCount 9 ] ] .",
    "another path": f"{OF_PAPERS} sh:property [ sh:path ( kg:mentions kg:no ) ; sh:minCount 9 ] .",
    "no target": f"{OF_PAPERS} sh:sparql [ sh:prefixes <https://e.org/p> ;"
    'sh:select "SELECT $this WHERE { FILTER NOT EXISTS { $this kg:nothing ?value } }" ] .',
    "in a property": f"{OF_PAPERS} sh:property [ sh:path kg:mentions ;"
    "sh:sparql [ sh:prefixes <https://e.org/p> ;"
    'sh:select "SELECT $this ?value WHERE { $this a kg:Paper . $this $PATH ?value }" ] ] .',
    "a value told": f"{OF_PAPERS} sh:sparql [ sh:message 'not {{?value}}' ;"
    "sh:prefixes <https://e.org/p> ;"
    'sh:select "SELECT $this ?value WHERE { $this a kg:Paper . $this kg:mentions ?value }" ] .',
}


@pytest.mark.parametrize("name", UNCOMPILED)
def test_what_the_compiler_does_not_know_is_not_passed_over(
    name: str, good: Graph, tmp_path: Path
) -> None:
    own = tmp_path / "own.ttl"
    own.write_text(OWN + UNCOMPILED[name])
    report = validate(good, shapes=own)
    assert report.engine == "pyshacl"
    theirs = rows_of(by_pyshacl(good, Graph().parse(own)))
    assert rows_of(report.to_rdf()) == theirs != set()


def compiled(data: Graph, folder: Path, shape: str) -> ValidationReport:
    """Return the report on a shape of one's own, compiled; pySHACL's rows are the same."""
    own = folder / "own.ttl"
    own.write_text(OWN + shape)
    report = validate(data, shapes=own)
    assert report.engine == "sparql"
    assert rows_of(report.to_rdf()) == rows_of(by_pyshacl(data, Graph().parse(own))) != set()
    return report


def test_shapes_of_what_a_property_points_to(good: Graph, tmp_path: Path) -> None:
    report = compiled(
        good,
        tmp_path,
        "<https://e.org/s> a sh:NodeShape ; sh:targetObjectsOf kg:refersTo ; sh:property "
        "[ sh:path kg:paperCount ; sh:maxCount 0 ] , [ sh:path kg:url ; sh:minLength 99 ] .",
    )
    assert len(report.results) == len(set(report.results))


def test_severity_and_paths_of_ones_own(good: Graph, tmp_path: Path) -> None:
    report = compiled(
        good,
        tmp_path,
        "<https://e.org/s> a sh:NodeShape ; sh:targetClass kg:Link ; sh:property "
        "[ sh:path [ sh:inversePath kg:hasLink ] ; sh:minCount 9 ; sh:severity sh:Warning ] .",
    )
    assert {(r.path, r.severity) for r in report.results} == {(f"^{kg.hasLink}", str(sh.Warning))}


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
