"""Clients that were not written here use the endpoint as they would any other."""

from __future__ import annotations

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
