"""SPARQL 1.1 Protocol, after the W3C's test suite (https://www.w3.org/2009/sparql/docs/tests/).

The suite's cases for the query operation, written as the requests they describe; the
update operation's cases become one: every update is refused.
"""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from urllib.parse import urlsplit

import pytest
import rdflib

from tests.serve.conftest import Client

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
ASK = "ASK {}"
ONTOLOGY = "https://w3id.org/paperkg/ontology"
NOWHERE = "http://example.org/nowhere"


# --- protocol/query: what must succeed ------------------------------------------------


def test_query_get(client: Client) -> None:
    assert client.ask(ASK).status == 200


def test_query_post_form(client: Client) -> None:
    assert client.post("query=ASK%20%7B%7D", FORM).status == 200


def test_query_post_direct(client: Client) -> None:
    assert client.post(ASK, QUERY).status == 200


def test_query_post_with_charset(client: Client) -> None:
    assert client.post(ASK, f"{QUERY}; charset=UTF-8").status == 200
    assert client.post("query=ASK%7B%7D", f'{FORM}; charset="utf-8"').status == 200


@pytest.mark.parametrize(
    ("query", "medias"),
    [
        ("SELECT (1 AS ?value) {}", {"application/sparql-results+json"}),
        ("ASK {}", {"application/sparql-results+json"}),
        ("DESCRIBE <http://example.org/>", {"text/turtle"}),
        ("CONSTRUCT { <s> <p> 1 } WHERE {}", {"text/turtle"}),
    ],
)
def test_query_content_type(query: str, medias: set[str], client: Client) -> None:
    query = query.replace("<s>", "<http://e/s>").replace("<p>", "<http://e/p>")
    reply = client.ask(query)
    assert (reply.status, reply.media in medias) == (200, True)


def count(client: Client, query: str, **fields: object) -> int:
    reply = client.ask(query, accept="text/csv", **fields)
    assert reply.status == 200, reply.text
    return int(reply.text.split()[1])


ALL = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
NAMED = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"


def test_query_dataset_default_graph(client: Client) -> None:
    own, ontology = count(client, ALL), count(client, ALL, **{"default-graph-uri": ONTOLOGY})
    named = count(client, NAMED)
    assert own > 1000
    assert own != ontology == named


def test_query_dataset_default_graphs_are_merged(client: Client) -> None:
    both = {"default-graph-uri": [ONTOLOGY, NOWHERE]}
    assert count(client, ALL, **both) == count(client, NAMED)


def test_query_dataset_named_graphs(client: Client) -> None:
    assert count(client, NAMED, **{"named-graph-uri": [ONTOLOGY, NOWHERE]}) == count(client, NAMED)
    assert count(client, NAMED, **{"named-graph-uri": NOWHERE}) == 0
    # As with FROM NAMED alone, the default graph is empty then.
    assert count(client, ALL, **{"named-graph-uri": ONTOLOGY}) == 0


def test_query_dataset_full(client: Client) -> None:
    both = {"default-graph-uri": NOWHERE, "named-graph-uri": ONTOLOGY}
    assert count(client, ALL, **both) == 0
    assert count(client, NAMED, **both) == count(client, NAMED)


def test_query_multiple_dataset_the_protocol_beats_the_query(client: Client) -> None:
    query = f"SELECT (COUNT(*) AS ?n) FROM <{NOWHERE}> {{ ?s ?p ?o }}"
    assert count(client, query) == 0
    assert count(client, query, **{"default-graph-uri": ONTOLOGY}) == count(client, NAMED)


def test_dataset_in_the_url_of_a_direct_post(client: Client) -> None:
    reply = client.send(
        "POST", f"/sparql?default-graph-uri={NOWHERE}", ALL.encode(), Content_Type=QUERY,
        Accept="text/csv",
    )  # fmt: skip
    assert reply.text.split() == ["n", "0"]


# --- protocol/query: what must fail ---------------------------------------------------


def test_bad_query_method(client: Client) -> None:
    for method in ("PUT", "DELETE", "PATCH"):
        reply = client.send(method, "/sparql?query=ASK%20%7B%7D")
        assert reply.status == 405
        assert "GET" in reply.headers["allow"]


def test_bad_multiple_queries(client: Client) -> None:
    assert client.get("/sparql?query=ASK%20%7B%7D&query=SELECT%20%2A%20%7B%7D").status == 400
    assert client.post("query=ASK%7B%7D&query=ASK%7B%7D", FORM).status == 400
    assert (
        client.send("POST", "/sparql?query=ASK%7B%7D", b"ASK {}", Content_Type=QUERY).status == 400
    )


def test_bad_query_wrong_media_type(client: Client) -> None:
    assert client.post(ASK, "text/plain").status == 415


def test_bad_query_missing_form_type(client: Client) -> None:
    assert client.send("POST", "/sparql", b"query=ASK%20%7B%7D").status == 415


def test_bad_query_missing_direct_type(client: Client) -> None:
    assert client.send("POST", "/sparql", b"ASK {}").status == 415


def test_bad_query_non_utf8(client: Client) -> None:
    assert client.post("ASK {}".encode("utf-16"), f"{QUERY}; charset=UTF-16").status == 415
    assert client.post(b"ASK { ?s ?p '\xff' }", QUERY).status == 400
    assert client.post(b"query=ASK%7B%20%3Fs%20%3Fp%20%27%FF%27%7D", FORM).status == 400
    assert client.get("/sparql?query=%FF").status == 400


def test_bad_query_syntax(client: Client) -> None:
    reply = client.ask("ASK { oops")
    assert reply.status == 400
    assert reply.media == "text/plain"
    assert reply.text.startswith("line 1, column ")


def test_no_query_in_a_post(client: Client) -> None:
    assert client.post("", FORM).status == 400
    assert client.post("other=1", FORM).status == 400


def test_every_update_is_refused(client: Client) -> None:
    update = "INSERT DATA { <http://e/s> <http://e/p> 1 }"
    before = count(client, ALL)
    replies = [
        client.post(update, "application/sparql-update"),
        client.post(f"update={update}", FORM),
        client.post(f"query={update}", FORM),
        client.post(update, QUERY),
        client.ask(update),
        client.get("/sparql?update=CLEAR%20ALL"),
        client.get("/sparql?query=ASK%7B%7D&using-graph-uri=http://e/"),
    ]
    assert {reply.status for reply in replies} <= {400, 403}
    assert all("read-only" in reply.text for reply in replies)
    assert count(client, ALL) == before


@pytest.mark.parametrize("query", ["%", "%zz", "ASK%2", "%u0041"])
def test_broken_percent_encoding(query: str, client: Client) -> None:
    assert client.get(f"/sparql?query={query}").status == 400
    assert client.post(f"query={query}", FORM).status == 400


# --- content negotiation --------------------------------------------------------------

SELECT = "SELECT ?l ?n { ?c skos:prefLabel ?l ; kg:paperCount ?n ; a kg:Task } ORDER BY ?l"
CONSTRUCT = "CONSTRUCT WHERE { ?c skos:prefLabel ?l ; a kg:Task }"


def rows_of(media: str, text: str) -> list[tuple[str, ...]]:
    """Read rows with the standard library's parsers."""
    if media.endswith("json"):
        found = json.loads(text)["results"]["bindings"]
        return [(row["l"]["value"], row["n"]["value"]) for row in found]
    if media.endswith("xml"):
        space = "{http://www.w3.org/2005/sparql-results#}"
        results = ET.fromstring(text).iter(f"{space}result")
        return [
            tuple("".join(b.itertext()) for b in sorted(r, key=lambda b: b.get("name")))
            for r in results
        ]
    delimiter = "\t" if "tab" in media else ","
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter, quoting=csv.QUOTE_MINIMAL))[1:]
    return [tuple(cell.strip('"') for cell in row) for row in rows]


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("application/sparql-results+json", "application/sparql-results+json"),
        ("application/json", "application/sparql-results+json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("application/xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv"),
        ("text/tab-separated-values", "text/tab-separated-values"),
        ("text/csv;q=0.5, text/tab-separated-values", "text/tab-separated-values"),
        ("text/*", "text/csv"),
        ("*/*", "application/sparql-results+json"),
        ("image/png, */*;q=0.1", "application/sparql-results+json"),
        ("text/csv;q=0, */*", "application/sparql-results+json"),
    ],
)
def test_rows_in_the_format_asked_for(accept: str, media: str, client: Client) -> None:
    reply = client.ask(SELECT, accept=accept)
    assert (reply.status, reply.media) == (200, media)
    assert "accept" in reply.headers["vary"].lower()
    baseline = client.ask(SELECT, accept="application/sparql-results+json")
    assert rows_of(media, reply.text) == rows_of("json", baseline.text)


@pytest.mark.parametrize(
    ("accept", "media", "name"),
    [
        ("text/turtle", "text/turtle", "turtle"),
        ("application/n-triples", "application/n-triples", "nt"),
        ("application/ld+json", "application/ld+json", "json-ld"),
        ("application/rdf+xml", "application/rdf+xml", "xml"),
        ("*/*", "text/turtle", "turtle"),
        ("application/ld+json;q=0.9, text/turtle;q=0.2", "application/ld+json", "json-ld"),
    ],
)
def test_graphs_in_the_format_asked_for(accept: str, media: str, name: str, client: Client) -> None:
    reply = client.ask(CONSTRUCT, accept=accept)
    assert (reply.status, reply.media) == (200, media)
    graph = rdflib.Graph().parse(data=reply.body, format=name)
    baseline = rdflib.Graph().parse(
        data=client.ask(CONSTRUCT, accept="application/n-triples").body, format="nt"
    )
    assert set(graph) == set(baseline)
    assert len(graph) > 4


def test_what_cannot_be_given_is_not_acceptable(client: Client) -> None:
    for query, accept in ((SELECT, "text/turtle"), (CONSTRUCT, "text/csv"), (SELECT, "image/png")):
        reply = client.ask(query, accept=accept)
        assert reply.status == 406
        assert "this query's answer comes as" in reply.text
    assert client.ask(SELECT, format="nonsense").status == 406


def test_a_format_by_name_beats_the_header(client: Client) -> None:
    assert client.ask(SELECT, accept="text/html", format="csv").media == "text/csv"
    assert client.ask(CONSTRUCT, format="jsonld").media == "application/ld+json"
    assert client.ask(CONSTRUCT, format="text/turtle").media == "text/turtle"
    assert client.ask(CONSTRUCT, format="ttl").media == "text/turtle"
    assert client.ask(CONSTRUCT, format="json").media == "application/ld+json"
    assert client.ask(SELECT, format="xml").media == "application/sparql-results+xml"
    assert client.ask(SELECT, format="ttl").status == 406


# --- description ----------------------------------------------------------------------

SD = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
VOID = rdflib.Namespace("http://rdfs.org/ns/void#")
DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")
PROV = rdflib.Namespace("http://www.w3.org/ns/prov#")


def test_without_a_query_the_endpoint_describes_itself(client: Client) -> None:
    reply = client.get("/sparql", Accept="text/turtle")
    graph = rdflib.Graph().parse(data=reply.body, format="turtle")
    service = graph.value(predicate=rdflib.RDF.type, object=SD.Service)
    assert graph.value(service, SD.endpoint) == rdflib.URIRef(f"{client.url}/sparql")
    assert (service, SD.supportedLanguage, SD.SPARQL11Query) in graph
    assert len(list(graph.objects(service, SD.resultFormat))) == 8
    rows = client.ask("SELECT ?g { GRAPH ?g { } }", accept="text/csv").text.split()[1:]
    assert {str(name) for name in graph.objects(None, SD.name)} == set(rows)
    assert rows


def test_void_at_the_well_known_place(client: Client) -> None:
    reply = client.get("/.well-known/void", Accept="text/turtle")
    graph = rdflib.Graph().parse(data=reply.body, format="turtle")
    dataset = graph.value(predicate=rdflib.RDF.type, object=VOID.Dataset)
    assert int(graph.value(dataset, VOID.triples)) == count(client, ALL)
    assert graph.value(dataset, VOID.sparqlEndpoint) == rdflib.URIRef(f"{client.url}/sparql")
    kg = rdflib.Namespace("https://w3id.org/paperkg/ontology#")
    assert graph.value(dataset, VOID.vocabulary) == rdflib.URIRef(str(kg).rstrip("#"))
    assert graph.value(dataset, PROV.wasGeneratedBy) is not None
    # A data set is no build: what a property says of its subject's class must be true.
    assert not list(graph.subject_objects(kg.softwareVersion))
    for part in graph.objects(dataset, DCAT.distribution):
        reply = client.get(urlsplit(str(graph.value(part, DCAT.downloadURL))).path)
        assert len(reply.body) == int(graph.value(part, DCAT.byteSize))
        assert str(graph.value(part, DCAT.mediaType)).endswith(reply.media)
    part = graph.value(predicate=VOID["class"], object=kg.Paper)
    wanted = count(client, "SELECT (COUNT(*) AS ?n) { ?p a kg:Paper }")
    assert int(graph.value(part, VOID.entities)) == wanted
    part = graph.value(predicate=VOID.property, object=kg.mentions)
    wanted = count(client, "SELECT (COUNT(*) AS ?n) { ?p kg:mentions ?c }")
    assert int(graph.value(part, VOID.triples)) == wanted


def test_a_browser_gets_the_editor(client: Client) -> None:
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert client.get("/sparql", Accept=accept).headers["location"] == "/query"
    reply = client.ask("ASK {}", accept=accept)
    assert (reply.status, reply.headers["location"]) == (303, "/query#query=ASK%20%7B%7D")
    assert client.send("HEAD", "/sparql", Accept=accept).status == 303


def test_head_and_options(client: Client) -> None:
    reply = client.send("HEAD", "/sparql?query=ASK%7B%7D")
    assert (reply.status, reply.body) == (200, b"")
    assert "POST" in client.send("OPTIONS", "/sparql").headers["allow"]
