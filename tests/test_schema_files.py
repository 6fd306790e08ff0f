"""Generated schema files are up to date; alignments speak of our terms and known vocabularies."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from rdflib import OWL, RDF, RDFS, Graph, Namespace, URIRef

from kg.vocab import CLASSES, KG, PREFIXES, PROPERTIES, schemas_folder

ROOT = Path(__file__).parent.parent
SKOS = Namespace(PREFIXES["skos"])
FOLDER = schemas_folder()


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "make_schemas", ROOT / "scripts" / "make_schemas.py"
    )
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["context.jsonld", "diagram.svg", "index.html"])
def test_generated_files_are_up_to_date(name: str) -> None:
    wanted = script().make_all(FOLDER)
    assert (FOLDER / name).read_text(encoding="utf-8") == wanted[name], (
        "run: python scripts/make_schemas.py"
    )
    assert len(wanted) == 3


def test_page_has_an_anchor_for_every_term() -> None:
    page = (FOLDER / "index.html").read_text(encoding="utf-8")
    anchors = re.findall(r'<section class="term" id="([^"]+)"', page)
    assert sorted(anchors) == sorted((*CLASSES, *PROPERTIES))
    links = set(re.findall(r'href="#([^"]+)"', page))
    assert links == set(anchors)
    assert not re.search(r'(src|href)="(?!#|https?://|data:,|[a-z]+\.(ttl|jsonld)")', page)


def test_diagram_shows_every_class_of_resources() -> None:
    text = (FOLDER / "diagram.svg").read_text(encoding="utf-8")
    assert {n for n in CLASSES if f"kg:{n}<" in text} == set(CLASSES) - {"Occurrence"}


def test_alignments_map_every_class_to_known_vocabularies() -> None:
    graph = Graph().parse(FOLDER / "alignments.ttl")
    ours = {URIRef(KG + name) for name in (*CLASSES, *PROPERTIES)}
    about = URIRef("https://w3id.org/paperkg/alignments")
    rows = {row for row in graph if row[0] != about}
    assert (about, RDF.type, OWL.Ontology) in graph
    assert {s for s, _, _ in rows} <= ours
    assert {URIRef(KG + name) for name in CLASSES} <= {s for s, _, _ in rows}
    matches = {SKOS.closeMatch, SKOS.relatedMatch, SKOS.exactMatch}
    assert {p for _, p, _ in rows} <= {RDFS.subClassOf, RDFS.subPropertyOf, *matches}
    known = ("schema", "skos", "prov", "fabio", "dcat", "mls", "fair4ml")
    other = {
        *(PREFIXES[p] for p in (*known, "dcterms", "foaf", "rdfs")),
        "http://www.w3.org/ns/oa#",
    }
    for _, _, target in rows:
        assert any(str(target).startswith(start) for start in other), target
    for prefix in known:
        assert any(str(o).startswith(PREFIXES[prefix]) for _, _, o in rows), prefix


def test_readme_names_every_file() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    names = {path.name for path in FOLDER.iterdir()} - {"README.md"}
    assert {name for name in names if f"]({name})" in text} == names
