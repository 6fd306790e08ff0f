"""SHACL validation: the shapes as SPARQL on Oxigraph, or pySHACL.

The shapes' own SPARQL constraints make pySHACL run a query for every node: 80,000
triples take minutes.  So every constraint is compiled to one query over the whole
graph (:mod:`kg.rdf.shapes`), which takes seconds; a test holds both engines to
the same answer on every constraint.  pySHACL can be asked for, and takes shapes
of the user's own that the compiler does not know.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import BuildError, UsageError
from kg.rdf.report import SH, Result, ValidationReport, to_text
from kg.vocab import schemas_folder

if TYPE_CHECKING:
    import rdflib

ENGINES = ("sparql", "pyshacl")


def validate(
    source: Path | rdflib.Graph, *, shapes: Path | None = None, engine: str | None = None
) -> ValidationReport:
    """Check a graph against its SHACL shapes.

    Args:
        source: a Turtle or N-Triples file, plain or gzipped, or an rdflib graph.
        shapes: a Turtle file of other shapes than ``schemas/shapes.ttl``.
        engine: one of :data:`ENGINES`; by default SPARQL where it knows every constraint.

    Raises:
        BuildError: the file cannot be read or parsed.
        UsageError: an unknown engine, or shapes that cannot be parsed.
    """
    if engine not in (None, *ENGINES):
        raise UsageError(f"engine {engine!r}: expected one of {', '.join(ENGINES)}")
    from kg.rdf.shapes import Unsupported, compile_shapes, run_checks

    store, shapes_graph = _load(source), _parse_shapes(shapes)
    if engine != "pyshacl":
        try:
            results = run_checks(store, compile_shapes(shapes_graph))
        except Unsupported:
            return _pyshacl(store, shapes_graph)
        return ValidationReport(not results, tuple(sorted(results)), "sparql")
    return _pyshacl(store, shapes_graph)


def _load(source: Path | rdflib.Graph) -> Any:
    """Return a pyoxigraph store of the graph: it parses ten times faster than rdflib."""
    import pyoxigraph

    store = pyoxigraph.Store()
    try:
        if isinstance(source, Path):
            _load_file(store, source)
        else:
            data = source.serialize(format="nt", encoding="utf-8")
            store.bulk_load(data, pyoxigraph.RdfFormat.N_TRIPLES)
    except (SyntaxError, ValueError) as error:
        raise BuildError(f"{source}: not a whole RDF file ({error}); build it again") from None
    except (OSError, EOFError) as error:
        raise BuildError(f"{source}: cannot be read ({error}); build it again") from None
    return store


def _load_file(store: Any, path: Path) -> None:
    import gzip

    import pyoxigraph

    packed = path.suffix == ".gz"
    plain = path.with_suffix("") if packed else path
    turtle = plain.suffix in (".ttl", ".turtle")
    format = pyoxigraph.RdfFormat.TURTLE if turtle else pyoxigraph.RdfFormat.N_TRIPLES
    with gzip.open(path) if packed else path.open("rb") as stream:
        store.bulk_load(stream, format)


def _parse_shapes(path: Path | None) -> rdflib.Graph:
    import rdflib

    file = path or schemas_folder() / "shapes.ttl"
    try:
        return rdflib.Graph().parse(file, format="turtle")
    except OSError as error:
        raise UsageError(f"{file}: shapes cannot be read: {error.strerror}") from None
    except Exception as error:  # noqa: BLE001 - rdflib's parsers raise what they like
        message = " ".join(str(error).split())[:200]
        raise UsageError(f"{file}: not Turtle: {message}") from None


def _pyshacl(store: Any, shapes: rdflib.Graph) -> ValidationReport:
    import pyoxigraph
    import pyshacl
    import rdflib

    triples = store.dump(
        format=pyoxigraph.RdfFormat.N_TRIPLES, from_graph=pyoxigraph.DefaultGraph()
    )
    data = rdflib.Graph().parse(data=triples, format="nt")
    _, report, text = pyshacl.validate(data, shacl_graph=shapes, inference="none")
    if not isinstance(report, rdflib.Graph):
        raise UsageError(f"the shapes cannot be used: {' '.join(str(text).split())[:300]}")
    results = _read_report(report)
    return ValidationReport(not results, tuple(sorted(results)), "pyshacl")


def _read_report(report: rdflib.Graph) -> list[Result]:
    from rdflib import RDF, Namespace

    sh = Namespace(SH)
    nodes = report.subjects(RDF.type, sh.ValidationResult)
    return [_read_result(report, node, sh) for node in nodes]


def _read_result(report: rdflib.Graph, node: Any, sh: Any) -> Result:
    focus, value = report.value(node, sh.focusNode), report.value(node, sh.value)
    shape, source = report.value(node, sh.sourceShape), report.value(node, sh.sourceConstraint)
    return Result(
        focus=str(focus),
        path=_read_path(report, report.value(node, sh.resultPath), sh),
        message=_message(report, node, source, sh),
        value="" if value is None else str(value),
        constraint=str(report.value(node, sh.sourceConstraintComponent)).removeprefix(SH),
        severity=str(report.value(node, sh.resultSeverity) or sh.Violation),
        shape="" if shape is None else to_text(report, shape),
        source="" if source is None else to_text(report, source),
        focus_term=focus.n3() if focus is not None else "",
        value_term=value.n3() if value is not None else "",
    )


def _message(report: rdflib.Graph, node: Any, source: Any, sh: Any) -> str:
    """Return the constraint's own message where there is one: pySHACL adds its shape's."""
    found = sorted(map(str, report.objects(node, sh.resultMessage)))
    own = {str(m) for m in report.objects(source, sh.message)} if source is not None else set()
    return next((text for text in found if text in own), found[0] if found else "")


def _read_path(report: rdflib.Graph, path: Any, sh: Any) -> str:
    from rdflib import URIRef

    if path is None or isinstance(path, URIRef):
        return "" if path is None else str(path)
    inverse = report.value(path, sh.inversePath)
    return f"^{inverse}" if isinstance(inverse, URIRef) else to_text(report, path)
