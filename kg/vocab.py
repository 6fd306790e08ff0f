"""Closed vocabularies in RDF terms: prefixes, classes, properties, IRIs.

Plain strings and the standard library only, so that any module may import it.
``schemas/kg.ttl`` declares the same terms; a test holds the two together.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

KG = "https://w3id.org/paperkg/ontology#"
BASE = "https://w3id.org/paperkg/id/"

#: Prefixes known to every query, context and serialisation.
PREFIXES: dict[str, str] = {
    "kg": KG,
    "id": BASE,
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "prov": "http://www.w3.org/ns/prov#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "schema": "https://schema.org/",
    "fabio": "http://purl.org/spar/fabio/",
    "void": "http://rdfs.org/ns/void#",
    "sh": "http://www.w3.org/ns/shacl#",
    "mls": "http://www.w3.org/ns/mls#",
    "fair4ml": "https://w3id.org/fair4ml#",
}

#: Role -> local name of the property Paper -> Concept (each a subproperty of kg:mentions).
ROLE_PROPERTIES: tuple[str, ...] = (
    "introduces",
    "uses",
    "evaluatesOn",
    "addresses",
    "reports",
    "comparesWith",
)

#: Link kind -> local name of the property Paper -> Link (subproperties of kg:hasLink).
LINK_PROPERTIES: dict[str, str] = {
    "code": "code",
    "project": "projectPage",
    "dataset": "data",
    "model": "model",
    "demo": "demo",
    "video": "video",
}

#: First step of every resource's path under the base.
KINDS: tuple[str, ...] = (
    "paper",
    "method",
    "dataset",
    "benchmark",
    "task",
    "metric",
    "link",
    "mention",
    "decision",
    "build",
    "input",
    "scheme",
)

#: Local names of every class of the ontology (``schemas/kg.ttl`` has the same ones).
CLASSES: tuple[str, ...] = (
    "Paper",
    "Concept",
    "Method",
    "Dataset",
    "Benchmark",
    "Task",
    "Metric",
    "Link",
    "Occurrence",
    "Mention",
    "LinkMention",
    "Decision",
    "Build",
)

#: Local names of every property of the ontology, roles and links among them.
PROPERTIES: tuple[str, ...] = (
    "mentions",
    *ROLE_PROPERTIES,
    "hasLink",
    *LINK_PROPERTIES.values(),
    "inPaper",
    "refersTo",
    "role",
    "exact",
    "field",
    "begin",
    "end",
    "sentence",
    "confidence",
    "extractor",
    "linkKind",
    "url",
    "doi",
    "arxivId",
    "venue",
    "readFrom",
    "authorList",
    "paperCount",
    "introducedBy",
    "decides",
    "joinsName",
    "joinsBroader",
    "joinsMatch",
    "relation",
    "reason",
    "score",
    "supportedBy",
    "softwareVersion",
    "modelName",
    "modelVersion",
    "option",
    "sha256",
)


def expand(curie: str) -> str:
    """Return the full IRI of a prefixed name.

    >>> expand("kg:uses")
    'https://w3id.org/paperkg/ontology#uses'
    """
    prefix, local = curie.split(":", 1)
    return PREFIXES[prefix] + local


def iri(kind: str, key: str, base: str = BASE) -> str:
    """Return the IRI of a resource: ``base`` + kind + "/" + percent-encoded key.

    ``kind`` is paper, method, dataset, benchmark, task, metric, link, mention
    or build.  The key is content-derived, so the IRI is the same on any machine.

    >>> iri("paper", "arxiv:2106.09685")
    'https://w3id.org/paperkg/id/paper/arxiv:2106.09685'
    """
    return f"{base}{kind}/{quote(key, safe=':-._~', errors='backslashreplace')}"


def schemas_folder() -> Path:
    """Return the folder of ontology, shapes, context and queries.

    In a wheel it is ``kg/schemas``; in a checkout or an editable install the
    repository's top-level ``schemas``.
    """
    inside = Path(__file__).parent / "schemas"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "schemas"
