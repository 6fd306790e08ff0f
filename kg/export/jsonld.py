"""JSON-LD, framed: one readable object a paper and a concept, its evidence inside it.

The terms are those of ``schemas/context.jsonld`` (made by :func:`to_context`), which is
written into every file: reading it asks no server.  Decimals are strings, because
JSON-LD takes a fraction for an ``xsd:double``.  One limit is the format's own: an IRI of
another vocabulary whose scheme is one of the context's prefixes (``schema:Thing`` as a
whole IRI) is read as a prefixed name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from kg.export.source import Source
from kg.rdf.blocks import Block, Pair
from kg.rdf.ntriples import open_text
from kg.rdf.terms import name, split
from kg.rdf.turtle import prefixes
from kg.vocab import BASE, CLASSES, LINK_PROPERTIES, PREFIXES, ROLE_PROPERTIES

#: Term -> class, beside those of the ontology.
_OTHER_CLASSES = {
    "ResearchPaper": "fabio:ResearchPaper",
    "ScholarlyArticle": "schema:ScholarlyArticle",
    "SkosConcept": "skos:Concept",
    "ConceptScheme": "skos:ConceptScheme",
    "Document": "foaf:Document",
    "Activity": "prov:Activity",
    "Entity": "prov:Entity",
}
_TEXTS = {
    "title": "dcterms:title",
    "abstract": "dcterms:abstract",
    "creator": "dcterms:creator",
    "identifier": "dcterms:identifier",
    "language": "dcterms:language",
    "label": "rdfs:label",
    "prefLabel": "skos:prefLabel",
    "altLabel": "skos:altLabel",
    **{
        local: f"kg:{local}"
        for local in (
            "authorList", "venue", "readFrom", "doi", "arxivId", "exact", "field", "sentence",
            "extractor", "linkKind", "joinsName", "relation", "reason", "softwareVersion",
            "modelName", "modelVersion", "option", "sha256", "begin", "end", "paperCount",
        )
    },
}  # fmt: skip
_NODES = {
    "seeAlso": "rdfs:seeAlso",
    "inScheme": "skos:inScheme",
    "used": "prov:used",
    "generatedBy": "prov:wasGeneratedBy",
    **{
        local: f"skos:{local}"
        for local in (
            "broader", "exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch",
        )
    },
    **{local: f"kg:{local}" for local in ("mentions", *ROLE_PROPERTIES, "hasLink")},
    **{local: f"kg:{local}" for local in LINK_PROPERTIES.values()},
    **{
        local: f"kg:{local}"
        for local in (
            "introducedBy", "inPaper", "refersTo", "decides", "joinsBroader", "supportedBy",
        )
    },
}  # fmt: skip
_TYPED = {
    "issued": ("dcterms:issued", "xsd:gYear"),
    "url": ("kg:url", "xsd:anyURI"),
    "joinsMatch": ("kg:joinsMatch", "xsd:anyURI"),
    "confidence": ("kg:confidence", "xsd:decimal"),
    "score": ("kg:score", "xsd:decimal"),
}
#: Class of a nested object -> (its property that says in what, the term that nests it).
_NESTED = {
    name("kg:Mention"): (name("kg:inPaper"), "evidence"),
    name("kg:LinkMention"): (name("kg:inPaper"), "evidence"),
    name("kg:Decision"): (name("kg:decides"), "decisions"),
}
_INTEGER = PREFIXES["xsd"] + "integer"


def to_context(base: str = BASE) -> dict[str, Any]:
    """Return the JSON-LD context for a graph under ``base``.

    >>> to_context()["uses"]
    {'@id': 'kg:uses', '@type': '@id'}
    """
    return {
        **prefixes(base),
        "id": "@id",
        "type": "@type",
        **{local: f"kg:{local}" for local in CLASSES},
        **_OTHER_CLASSES,
        **_TEXTS,
        **{term: {"@id": curie, "@type": "@id"} for term, curie in _NODES.items()},
        **{term: {"@id": curie, "@type": kind} for term, (curie, kind) in _TYPED.items()},
        "role": {"@id": "kg:role", "@type": "@vocab"},
        "evidence": {"@reverse": "kg:inPaper"},
        "decisions": {"@reverse": "kg:decides"},
    }


def write_jsonld(source: Source, path: Path) -> int:
    """Write the graph as one JSON-LD document, an object a line; return how many objects."""
    count = 0
    with open_text(path) as out:
        context = json.dumps(to_context(source.base), ensure_ascii=False, indent=1)
        out.write(f'{{"@context": {context},\n"@graph": [\n')
        for count, found in enumerate(to_objects(source.blocks(), source.base), 1):
            text = json.dumps(found, ensure_ascii=False)
            out.write(f"{',' if count > 1 else ''}{text}\n")
        out.write("]}\n")
    return count


def to_objects(stream: Iterable[Block], base: str) -> Iterator[dict[str, Any]]:
    """Yield one JSON-LD object a subject; mentions inside papers, decisions inside concepts."""
    to_object, owner = _Framer(base), None
    for subject, pairs in stream:
        place = _NESTED.get(pairs[0][1])
        if owner is not None and place is not None:
            left = [pair for pair in pairs if pair[0] != place[0]]
            owner.setdefault(place[1], []).append(to_object(subject, left))
        elif pairs[0][1] == name("kg:Link"):  # comes amid its first paper's mentions
            yield to_object(subject, pairs)
        else:
            if owner is not None:
                yield owner
            owner = to_object(subject, pairs)
    if owner is not None:
        yield owner


class _Framer:
    """Turns a block into an object of the context's terms."""

    def __init__(self, base: str) -> None:
        full = {**_TEXTS, **_NODES, **{t: c for t, (c, _) in _TYPED.items()}, "role": "kg:role"}
        self.terms = {name(curie): term for term, curie in full.items()}
        classes = {**{local: f"kg:{local}" for local in CLASSES}, **_OTHER_CLASSES}
        self.types = {name(curie): term for term, curie in classes.items()}
        self.starts = [(p, start) for p, start in prefixes(base).items() if start.startswith(base)]

    def __call__(self, subject: str, pairs: list[Pair]) -> dict[str, Any]:
        kinds = [self.types[value] for predicate, value in pairs if predicate == name("rdf:type")]
        found: dict[str, Any] = {"id": self.node(subject), "type": kinds}
        for predicate, value in pairs:
            if predicate != name("rdf:type"):
                found.setdefault(self.terms[predicate], []).append(self.value(predicate, value))
        return {
            term: values[0] if isinstance(values, list) and len(values) == 1 else values
            for term, values in found.items()
        }

    def node(self, term: str) -> str:
        """Return an IRI, shortened by the prefix of its kind where it is one of ours."""
        full = term[1:-1]
        for prefix, start in self.starts:
            if full.startswith(start) and not full.startswith("//", len(start)):
                return f"{prefix}:{full[len(start) :]}"
        return full

    def value(self, predicate: str, term: str) -> str | int:
        """Return a value: number, text, or IRI."""
        if predicate == name("kg:role"):
            return self.terms[term]
        if term.startswith("<"):
            return self.node(term)
        text, datatype = split(term)
        return int(text) if datatype == _INTEGER else text
