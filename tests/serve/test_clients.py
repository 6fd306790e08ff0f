"""Clients that were not written here use the endpoint as they would any other."""

from __future__ import annotations

import http.client

import pytest
import rdflib

from tests.serve.conftest import Client

QUERY = "PREFIX kg: <https://w3id.org/paperkg/ontology#> SELECT ?p ?m WHERE { ?p kg:uses ?m }"


def test_sparqlwrapper(client: Client) -> None:
    wrapper = pytest.importorskip("SPARQLWrapper")
    endpoint = wrapper.SPARQLWrapper(f"{client.url}/sparql")
    sizes = set()
    for method in (wrapper.GET, wrapper.POST):
        for form in (wrapper.URLENCODED, wrapper.POSTDIRECTLY):
            if method == wrapper.GET and form == wrapper.POSTDIRECTLY:
                continue
            endpoint.setMethod(method)
            endpoint.setRequestMethod(form)
            endpoint.setQuery(QUERY)
            endpoint.setReturnFormat(wrapper.JSON)
            sizes.add(len(endpoint.queryAndConvert()["results"]["bindings"]))
    assert len(sizes) == 1
    assert sizes.pop() > 50
    endpoint.setMethod(wrapper.GET)
    endpoint.setQuery("CONSTRUCT WHERE { ?p a <https://w3id.org/paperkg/ontology#Task> }")
    endpoint.setReturnFormat(wrapper.RDFXML)
    assert len(endpoint.queryAndConvert()) > 2
    endpoint.setQuery("ASK { oops")
    with pytest.raises(wrapper.SPARQLExceptions.QueryBadFormed):
        endpoint.query()


@pytest.mark.parametrize("format", ["", "XML", "RDFXML", "RDF", "TURTLE", "N3", "JSONLD"])
def test_sparqlwrapper_gets_a_graph_in_every_format(format: str, client: Client) -> None:
    """It sends its own name of a format as ``format=`` beside Accept: "xml" unless told."""
    wrapper = pytest.importorskip("SPARQLWrapper")
    endpoint = wrapper.SPARQLWrapper(f"{client.url}/sparql")
    if format:
        endpoint.setReturnFormat(getattr(wrapper, format))
    endpoint.setQuery("CONSTRUCT WHERE { ?p a <https://w3id.org/paperkg/ontology#Task> }")
    found = endpoint.queryAndConvert()
    if isinstance(found, bytes):
        found = rdflib.Graph().parse(data=found, format="turtle")
    assert len(found) > 2


def test_accept_in_several_headers_is_one_list(client: Client) -> None:
    """So RDF4J sends it, what this server does not know among it."""
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=60)
    connection.putrequest("GET", "/sparql?query=ASK%7B%7D")
    connection.putheader("Accept", "application/x-sparqlstar-results+json;q=0.8")
    connection.putheader("Accept", "application/sparql-results+xml;q=0.8")
    connection.endheaders()
    reply = connection.getresponse()
    assert (reply.status, reply.getheader("Content-Type")) == (
        200,
        "application/sparql-results+xml",
    )
    connection.close()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflibs_sparqlstore(method: str, client: Client, built) -> None:
    from rdflib.plugins.stores.sparqlstore import SPARQLStore

    store = SPARQLStore(f"{client.url}/sparql", method=method, returnFormat="json")
    graph, local = rdflib.Graph(store), rdflib.Graph().parse(built / "graph.ttl")
    kg = rdflib.Namespace("https://w3id.org/paperkg/ontology#")
    assert set(graph.subject_objects(kg.uses)) == set(local.subject_objects(kg.uses))
    assert len(graph) == len(local)
    method = next(local.subjects(rdflib.RDF.type, kg.Method))
    assert set(graph.predicate_objects(method)) == set(local.predicate_objects(method))
