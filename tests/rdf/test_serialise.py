"""Every form of RDF is the same graph, read by rdflib and by Oxigraph."""

from __future__ import annotations

import gzip
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib import RDF, Graph, URIRef

from kg.errors import UsageError
from kg.graph import build_graph
from kg.model import Concept, Paper
from kg.rdf import (
    BuildInfo,
    RdfSource,
    count_triples,
    from_rdf,
    prefixes,
    to_rdf,
    validate,
    write_nquads,
    write_ntriples,
    write_trig,
    write_turtle,
)
from kg.rdf.ntriples import sorting
from kg.rdf.terms import split
from kg.vocab import KG, ROLE_PROPERTIES, iri
from tests.folders import make_records

Records = tuple[tuple[Paper, ...], tuple[Concept, ...]]
Triples = set[tuple[str, str, str]]

WRITERS: dict[str, tuple[Callable[..., int], str, ox.RdfFormat, str]] = {
    "graph.ttl": (write_turtle, "turtle", ox.RdfFormat.TURTLE, ""),
    "graph.nt": (write_ntriples, "nt", ox.RdfFormat.N_TRIPLES, ""),
    "graph.nq": (write_nquads, "nquads", ox.RdfFormat.N_QUADS, "g"),
    "graph.trig": (write_trig, "trig", ox.RdfFormat.TRIG, "g"),
}


def expected(source: RdfSource) -> Triples:
    """Return the graph as a set of N-Triples terms, straight from the stream."""
    rows = ((subject, p, o) for subject, pairs in source.blocks() for p, o in pairs)
    return {tuple(str(split(term)) for term in row) for row in rows}  # type: ignore[misc]


def plain(term: object) -> str:
    """Return a term of rdflib or Oxigraph as `split` shows it."""
    if isinstance(term, URIRef):
        return str((str(term), None))
    if isinstance(term, ox.NamedNode):
        return str((term.value, None))
    if isinstance(term, rdflib.Literal):
        kind = str(term.datatype or "http://www.w3.org/2001/XMLSchema#string")
        return str((str(term), kind))
    assert isinstance(term, ox.Literal), f"no place for {term!r}"
    return str((term.value, term.datatype.value))


def by_rdflib(path: Path, format: str) -> Triples:
    """Read a file with rdflib, lexical forms kept."""
    rdflib.NORMALIZE_LITERALS, before = False, rdflib.NORMALIZE_LITERALS
    try:
        data = rdflib.Dataset(default_union=True)
        data.parse(path, format=format)
    finally:
        rdflib.NORMALIZE_LITERALS = before
    return {(plain(s), plain(p), plain(o)) for s, p, o, _ in data.quads()}


def by_oxigraph(path: Path, format: ox.RdfFormat) -> Triples:
    """Read a file with Oxigraph."""
    quads = ox.parse(path=str(path), format=format)
    return {(plain(q.subject), plain(q.predicate), plain(q.object)) for q in quads}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("which", ["rich", "hostile"])
def test_both_parsers_read_the_same_graph(
    name: str, which: str, request: pytest.FixtureRequest, build: BuildInfo, tmp_path: Path
) -> None:
    source = RdfSource(*request.getfixturevalue(which), build)
    write, format, oxformat, _ = WRITERS[name]
    count = write(source, tmp_path / name)
    wanted = expected(source)
    assert by_oxigraph(tmp_path / name, oxformat) == wanted
    assert by_rdflib(tmp_path / name, format) == wanted
    assert count == len(wanted) == count_triples(source)


@pytest.mark.parametrize("which", ["rich", "hostile"])
def test_to_rdf_is_the_file(
    which: str, request: pytest.FixtureRequest, build: BuildInfo, tmp_path: Path
) -> None:
    records = request.getfixturevalue(which)
    write_turtle(RdfSource(*records, build), tmp_path / "g.ttl")
    graph = to_rdf(build_graph(*records), build=build)
    assert set(graph) == set(Graph().parse(tmp_path / "g.ttl"))
    assert dict(graph.namespaces()).keys() == prefixes().keys()


@pytest.mark.parametrize("name", ["graph.nq", "graph.trig"])
def test_named_graph_is_the_build(
    name: str, rich: Records, build: BuildInfo, tmp_path: Path
) -> None:
    write, _, oxformat, _ = WRITERS[name]
    write(RdfSource(*rich, build), tmp_path / name)
    graphs = {q.graph_name for q in ox.parse(path=str(tmp_path / name), format=oxformat)}
    assert graphs == {ox.NamedNode(build.iri())}


@pytest.mark.parametrize("name", WRITERS)
def test_same_bytes_packed_or_not(
    name: str, rich: Records, build: BuildInfo, tmp_path: Path
) -> None:
    write, source = WRITERS[name][0], RdfSource(*rich, build)
    write(source, tmp_path / name)
    write(source, tmp_path / f"{name}.gz")
    write(source, tmp_path / f"again.{name}.gz")
    text = (tmp_path / name).read_bytes()
    packed = (tmp_path / f"{name}.gz").read_bytes()
    assert gzip.decompress(packed) == text
    assert packed == (tmp_path / f"again.{name}.gz").read_bytes()
    assert b"\r" not in text


_PROGRAM = """
import sys
sys.path.insert(0, "benchmarks")
from synthetic import make_papers
from kg.rdf import RdfSource, write_turtle, write_ntriples
papers, concepts = make_papers(12)
source = RdfSource(papers, sorted(concepts, key=lambda c: c.id))
write_turtle(source, sys.argv[1] + ".ttl")
write_ntriples(source, sys.argv[1] + ".nt")
"""


def test_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", _PROGRAM, str(tmp_path / seed)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[2],
            check=True,
        )
    for end in ("ttl", "nt"):
        first, second = ((tmp_path / f"{n}.{end}").read_bytes() for n in ("1", "2"))
        assert first == second


def test_ntriples_do_not_depend_on_order(rich: Records, build: BuildInfo, tmp_path: Path) -> None:
    papers, concepts = rich
    write_ntriples(RdfSource(papers, concepts, build), tmp_path / "a.nt")
    write_ntriples(RdfSource(papers[::-1], concepts[::-1], build), tmp_path / "b.nt")
    lines = (tmp_path / "a.nt").read_bytes().splitlines()
    assert lines == sorted(set(lines))
    assert (tmp_path / "b.nt").read_bytes().splitlines() == lines


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_sorting_spills_and_merges(size: int) -> None:
    lines = [f"{n % 37:02d}é\n" for n in range(200)]
    random.Random(1).shuffle(lines)
    with sorting(lines, size) as found:
        assert list(found) == sorted(set(lines))


@pytest.mark.parametrize("which", ["rich", "hostile"])
def test_no_blank_nodes_and_no_languages(
    which: str, request: pytest.FixtureRequest, build: BuildInfo
) -> None:
    graph = to_rdf(build_graph(*request.getfixturevalue(which)), build=build)
    for term in {term for triple in graph for term in triple}:
        assert not isinstance(term, rdflib.BNode)
        assert getattr(term, "language", None) is None


@pytest.mark.parametrize("which", ["rich", "hostile"])
def test_every_statement_has_its_mention(which: str, request: pytest.FixtureRequest) -> None:
    graph = to_rdf(build_graph(*request.getfixturevalue(which)))
    kg = rdflib.Namespace(KG)
    stated = 0
    for role in ("mentions", *ROLE_PROPERTIES):
        for paper, concept in graph.subject_objects(kg[role]):
            stated += 1
            proofs = set(graph.subjects(kg.inPaper, paper)) & set(
                graph.subjects(kg.refersTo, concept)
            )
            assert proofs
            assert all((proof, RDF.type, kg.Mention) in graph for proof in proofs)
            if role != "mentions":
                assert any((proof, kg.role, kg[role]) in graph for proof in proofs)
    assert stated


def test_abstracts_and_sentences_can_be_left_out(rich: Records) -> None:
    whole = expected(RdfSource(*rich))
    for option, predicate in (
        ("abstracts", "http://purl.org/dc/terms/abstract"),
        ("sentences", f"{KG}sentence"),
    ):
        less = expected(RdfSource(*rich, **{option: False}))  # type: ignore[arg-type]
        gone = {row for row in whole if row[1] == str((predicate, None))}
        assert gone
        assert less == whole - gone


def test_base_moves_every_resource_and_no_term(rich: Records, build: BuildInfo) -> None:
    base = "https://e.org/my/"
    moved = {
        tuple(term.replace("https://w3id.org/paperkg/id/", base) for term in row)
        for row in expected(RdfSource(*rich, build))
        if "#option" not in row[1]
    }
    there = RdfSource(*rich, build, base=base)
    found = {row for row in expected(there) if "#option" not in row[1]}
    # The digest in a decision's IRI is made of IRIs; its own statements move with it.
    strip = lambda rows: {row for row in rows if "/decision/" not in row[0]}  # noqa: E731
    assert strip(found) == strip(moved)


@pytest.mark.parametrize("base", ["no-scheme/", "https://e.org", "https://e.org/ x/", ""])
def test_bad_base_in_one_line(base: str, rich: Records, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--base"):
        write_turtle(RdfSource(*rich, base=base), tmp_path / "g.ttl")
    assert not list(tmp_path.iterdir())


def canonical(papers: Iterable[Paper]) -> tuple[Paper, ...]:
    """Return papers as `from_rdf` gives them: mentions and links sorted, source without folders."""
    return tuple(
        replace(
            p,
            mentions=tuple(sorted(p.mentions)),
            links=tuple(sorted(p.links)),
            source=Path(p.source).name if p.source else None,
        )
        for p in sorted(papers, key=lambda paper: paper.id)
    )


def test_records_come_back(rich: Records, build: BuildInfo) -> None:
    papers, concepts = from_rdf(to_rdf(build_graph(*rich), build=build))
    assert concepts == tuple(sorted(rich[1]))
    assert papers == canonical(rich[0])


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("papers.txt:12", "papers.txt:12"),
        ("/home/ada/papers.txt:12", "papers.txt:12"),
        ("../../ada/papers.txt:12", "papers.txt:12"),
        ("C:\\Users\\ada\\papers.txt:12", "papers.txt:12"),
        ("/home/C#/papers.txt:12", "papers.txt:12"),
        ("/home/ada/refs.bib#conf/nips/V17", "refs.bib#conf/nips/V17"),
        ("/home/C#/refs.bib#V17", "refs.bib#V17"),
        ("-:3", "-:3"),
        ("/:3", ":3"),
        ("/home/#key", None),
        ("", None),
        ("/", None),
    ],
)
def test_no_folder_of_a_machine_is_in_the_graph(
    source: str, place: str | None, rich: Records, build: BuildInfo
) -> None:
    first = replace(rich[0][0], source=source)
    rdf = to_rdf(build_graph((first, *rich[0][1:]), rich[1]), build=build)
    node = rdflib.URIRef(iri("paper", first.id))
    found = rdf.value(node, rdflib.URIRef(f"{KG}readFrom"))
    assert (None if found is None else str(found)) == place
    assert validate(rdf).conforms


def test_many_records_come_back() -> None:
    papers, concepts = make_records(60)
    found = from_rdf(to_rdf(build_graph(papers, concepts)))
    assert found == (canonical(papers), tuple(sorted(concepts)))
