"""RDF: records to every serialisation and to rdflib, and SHACL validation.

>>> from kg.rdf import RdfSource, write_turtle, to_rdf, validate

The graph is written from a stream of the records (:mod:`kg.rdf.blocks`); rdflib,
pyoxigraph and pySHACL are loaded by the functions that need them.
"""

from __future__ import annotations

from kg.build_info import BuildInfo
from kg.rdf.blocks import RdfSource, count_triples
from kg.rdf.convert import from_rdf, to_rdf
from kg.rdf.ntriples import write_nquads, write_ntriples
from kg.rdf.report import Result, ValidationReport
from kg.rdf.shacl import validate
from kg.rdf.turtle import prefixes, write_trig, write_turtle

__all__ = [
    "BuildInfo",
    "RdfSource",
    "Result",
    "ValidationReport",
    "count_triples",
    "from_rdf",
    "prefixes",
    "to_rdf",
    "validate",
    "write_nquads",
    "write_ntriples",
    "write_trig",
    "write_turtle",
]
