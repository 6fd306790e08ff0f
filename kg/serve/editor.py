"""What the query editor is told: the ontology's terms, the prefixes, the bundled questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyoxigraph as ox

from kg import vocab
from kg.errors import KGError
from kg.query import Question, list_questions
from kg.query.runner import Runner
from kg.query.table import to_curie
from kg.query.tokens import find_tokens

_TERMS = """SELECT ?term ?type ?label ?comment { ?term a ?type ; rdfs:label ?label .
  VALUES ?type { rdfs:Class owl:Class rdf:Property owl:ObjectProperty owl:DatatypeProperty }
  OPTIONAL { ?term rdfs:comment ?comment }
} ORDER BY ?term ?type"""
#: The question that the editor opens with.
START = "shared-concepts"
#: Terms of other vocabularies that the data uses.
_BORROWED = {
    "class": ("skos:Concept", "skos:ConceptScheme", "foaf:Document", "prov:Activity"),
    "property": (
        "rdf:type", "rdfs:label", "rdfs:seeAlso", "skos:prefLabel", "skos:altLabel",
        "skos:broader", "skos:exactMatch", "skos:closeMatch", "dcterms:title", "dcterms:abstract",
        "dcterms:creator", "dcterms:issued", "dcterms:identifier", "prov:wasGeneratedBy",
    ),
}  # fmt: skip


def ontology_terms() -> list[dict[str, str]]:
    """Return {"name", "kind", "help"} of every class and property to complete, sorted by name."""
    found = {name: (kind, "") for kind, names in _BORROWED.items() for name in names}
    file = vocab.schemas_folder() / "kg.ttl"
    if file.is_file():
        store = ox.Store()
        store.load(path=str(file), format=ox.RdfFormat.TURTLE)
        rows: Any = store.query(_TERMS, prefixes=vocab.PREFIXES)
        for row in rows:
            found[to_curie(row["term"].value)] = (_kind(row["type"].value), _help(row))
    return [
        {"name": name, "kind": kind, "help": text} for name, (kind, text) in sorted(found.items())
    ]


def _kind(type: str) -> str:
    return "class" if type.endswith("Class") else "property"


def _help(row: Any) -> str:
    return str((row["comment"] or row["label"]).value)


def examples(runner: Runner, prefixes: Mapping[str, str]) -> list[dict[str, str]]:
    """Return {"name", "title", "question", "query"} of each bundled question, ready to run."""
    return [
        {
            "name": question.name,
            "title": question.title,
            "question": question.question,
            "query": _ready(runner, question, prefixes),
        }
        for question in list_questions()
    ]


def _ready(runner: Runner, question: Question, prefixes: Mapping[str, str]) -> str:
    try:
        text, shown = runner.bind(question, {})
    except KGError:  # the graph has nothing of that kind: leave the variable to be filled in
        text, shown = question.text, {}
    notes = [f"# {name} = {show}" for name, show in shown.items()]
    return "\n".join(
        [_prologue(_body(text), prefixes), f"# {question.question}", *notes, _body(text)]
    )


def _body(text: str) -> str:
    lines = text.splitlines()
    while lines and lines[0].startswith("#"):
        lines.pop(0)
    return "\n".join(lines).strip()


def _prologue(text: str, prefixes: Mapping[str, str]) -> str:
    """Declare what the query uses, so that it also runs anywhere else."""
    used = {token.partition(":")[0] for kind, token in find_tokens(text) if kind == "name"}
    return "\n".join(f"PREFIX {p}: <{iri}>" for p, iri in prefixes.items() if p in used)


def editor_data(runner: Runner) -> dict[str, Any]:
    """Return what the editor's script needs wherever it runs, as JSON."""
    prefixes = runner.about()["prefixes"]
    return {
        "start": START,
        "terms": ontology_terms(),
        # The table of results takes the first that fits: "method:x" comes before "id:method/x".
        "prefixes": dict(sorted(prefixes.items(), key=lambda item: (-len(item[1]), item))),
        "examples": examples(runner, prefixes),
    }
