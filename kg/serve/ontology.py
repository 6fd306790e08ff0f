"""The ontology behind its terms' IRIs: the page for people, the statements for programs."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox

from kg.serve.describe import serialize
from kg.vocab import schemas_folder

#: Files that the page links to, and what each is.
FILES = {
    "kg.ttl": "text/turtle",
    "alignments.ttl": "text/turtle",
    "shapes.ttl": "text/turtle",
    "context.jsonld": "application/ld+json",
}


_PARTS = re.compile(
    r"<title>(?P<title>.*?)</title>.*<style>(?P<style>.*?)</style>.*<main>(?P<content>.*)</main>",
    re.DOTALL,
)


def read_page() -> dict[str, str]:
    """Return the ontology's page, ``index.html``, as what a page of this site is made of.

    Its title, the style of its terms (its last; the first is for a page that stands
    alone) and its content.
    """
    found = _PARTS.search((schemas_folder() / "index.html").read_text(encoding="utf-8"))
    assert found, "scripts/make_schemas.py wrote another page"
    return found.groupdict()


def read_ontology(format: str) -> bytes:
    """Return the ontology in a graph format (a name of :data:`kg.query.GRAPH_FORMATS`)."""
    path = schemas_folder() / "kg.ttl"
    quads = ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)
    return serialize((quad.triple for quad in quads), format)


def find_file(name: str) -> Path | None:
    """Return a file that the page links to; None for any other name."""
    return schemas_folder() / name if name in FILES else None
