"""Ontology, code and data speak of the same terms; every term is explained."""

from __future__ import annotations

import pytest
from rdflib import OWL, RDF, RDFS, Graph, Namespace, URIRef

from kg.graph import build_graph
from kg.model import Concept, Link, LinkKind, Mention, Paper, Role
from kg.rdf import BuildInfo, to_rdf
from kg.vocab import (
    CLASSES,
    KG,
    KINDS,
    LINK_PROPERTIES,
    PREFIXES,
    PROPERTIES,
    ROLE_PROPERTIES,
    schemas_folder,
)

SKOS = Namespace(PREFIXES["skos"])
ONTOLOGY = Graph().parse(schemas_folder() / "kg.ttl")
PROPERTY_KINDS = (OWL.ObjectProperty, OWL.DatatypeProperty)


def declared(*kinds: URIRef) -> set[str]:
    """Return the local names of the terms of ``kinds`` in kg.ttl."""
    nodes = {node for kind in kinds for node in ONTOLOGY.subjects(RDF.type, kind)}
    return {str(node).removeprefix(KG) for node in nodes}


TERMS = sorted(declared(OWL.Class, *PROPERTY_KINDS))


def test_code_and_ontology_list_the_same_terms() -> None:
    assert sorted(CLASSES) == sorted(declared(OWL.Class))
    assert sorted(PROPERTIES) == sorted(declared(*PROPERTY_KINDS))
    assert len({*CLASSES, *PROPERTIES}) == len(CLASSES) + len(PROPERTIES)


@pytest.mark.parametrize("term", TERMS)
def test_every_term_is_explained(term: str) -> None:
    node = URIRef(KG + term)
    for predicate in (RDFS.label, RDFS.comment, SKOS.example):
        (text,) = ONTOLOGY.objects(node, predicate)
        assert str(text).strip()
    assert ONTOLOGY.value(node, RDFS.isDefinedBy) == URIRef(KG.rstrip("#"))


@pytest.mark.parametrize("term", TERMS)
def test_every_example_is_turtle_with_the_term(term: str) -> None:
    prefixes = {**PREFIXES, **{kind: f"{PREFIXES['id']}{kind}/" for kind in KINDS}}
    head = "".join(f"@prefix {prefix}: <{full}> .\n" for prefix, full in prefixes.items())
    example = Graph().parse(data=head + str(ONTOLOGY.value(URIRef(KG + term), SKOS.example)))
    used = {str(node) for triple in example for node in triple}
    assert KG + term in used or term == "Occurrence"


def test_roles_and_links_are_subproperties() -> None:
    for names, parent in ((ROLE_PROPERTIES, "mentions"), (LINK_PROPERTIES.values(), "hasLink")):
        below = set(ONTOLOGY.subjects(RDFS.subPropertyOf, URIRef(KG + parent)))
        assert below == {URIRef(KG + name) for name in names}
    assert {*ROLE_PROPERTIES, "mentions"} == {str(role) for role in Role}


def everything(
    papers: tuple[Paper, ...], concepts: tuple[Concept, ...]
) -> tuple[list[Paper], list[Concept]]:
    """Return records in which every type, role and kind of link occurs."""
    types = ("Method", "Dataset", "Benchmark", "Task", "Metric")
    text = " ".join(f"word{n}" for n in range(20))
    mentions = tuple(
        Mention("abstract", n * 6, n * 6 + 5, text[n * 6 : n * 6 + 5], kind, role, 0.5, "t",
                f"{kind.lower()}/all-{role.lower()}")
        for n, (kind, role) in enumerate(zip((*types, *types), Role, strict=False))
    )  # fmt: skip
    links = tuple(
        Link("abstract", n, n + 1, text[n], f"https://e.org/{kind}", kind)
        for n, kind in enumerate(LinkKind)
    )
    paper = Paper("all", "All", text, doi="10.1/x", url="https://e.org/", source="a.txt:1",
                  mentions=mentions, links=links)  # fmt: skip
    more = [Concept(m.concept or "", m.type, m.concept or "", papers=1) for m in mentions]
    return [*papers, paper], [*concepts, *more]


def test_data_use_every_term_and_no_other(
    papers: tuple[Paper, ...], concepts: tuple[Concept, ...]
) -> None:
    from dataclasses import replace

    from kg.model import Match

    matched = replace(concepts[0], matches=(Match("exactMatch", "https://e.org/c", "t", 1.0),))
    build = BuildInfo(
        version="1", model_name="m", model_version="1", inputs=(("f", "00" * 32),),
        options=(("a", "1"),),
    )  # fmt: skip
    known = [
        replace(c, merges=tuple(replace(m, papers=("all",)) for m in c.merges))
        for c in (matched, *concepts[1:])
    ]
    records = everything(tuple(replace(p, doi="10.1/y") for p in papers), tuple(known))
    rdf = to_rdf(build_graph(*records), build=build)
    found = {str(t).removeprefix(KG) for row in rdf for t in row if str(t).startswith(KG)}
    assert found <= set(TERMS)
    assert set(TERMS) - found == {"Occurrence"}  # abstract: Mention and LinkMention are stated
