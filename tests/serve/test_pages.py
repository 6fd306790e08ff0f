"""Linked data, search, the JSON API, and the page behind every IRI."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.compare import isomorphic

from kg.errors import UsageError
from kg.files import read_jsonl
from kg.names import concept_id
from kg.query import build_store
from kg.query.store import MARKER, STORE
from kg.query.tokens import bind
from kg.serve import Settings, resources
from kg.serve.resources import _DESCRIBE, DESCRIPTION, LISTED
from kg.vocab import BASE, KG, iri, schemas_folder
from tests.folders import HOSTILE, make_records, write_folder
from tests.query.test_runner import BOMBS
from tests.serve.conftest import Client, asked, serving

HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PAPERS, CONCEPTS = make_records(60)
BUSY = max((c for c in CONCEPTS if c.type == "Method"), key=lambda c: (c.papers, c.id))


def local(full: str) -> str:
    return "/id/" + full.removeprefix(BASE)


def test_a_concept_page_has_what_is_known(client: Client) -> None:
    page = client.get(f"/id/{BUSY.id}", Accept=HTML).text
    assert f"<h1>{BUSY.label}" in page
    assert all(alias in page for alias in BUSY.aliases)
    assert f"In {BUSY.papers} papers" in page
    assert all(merge.reason in page for merge in BUSY.merges)
    assert "Narrower" in page
    assert "Related" in page
    assert "name ends alike" in client.get(f"/id/{_narrow().id}", Accept=HTML).text


def _narrow():
    return next(c for c in CONCEPTS if c.broader)


def test_a_concept_page_quotes_the_evidence(client: Client) -> None:
    data = client.get(f"/api/node/{BUSY.id}").text
    shown = json.loads(data)
    texts = {p.node: p.abstract + p.title for p in PAPERS}
    for paper in shown["evidence"]:
        assert paper["mentions"]
        for mention in paper["mentions"]:
            assert mention["exact"] in mention["sentence"]
            assert mention["sentence"] in texts[paper["id"]]


def test_a_count_says_what_it_counts(client: Client) -> None:
    """A bare "3" beside a name told a newcomer nothing."""
    page = client.get(f"/search?q={quote(BUSY.label)}", Accept="text/html").text
    assert f'<span class="count">{BUSY.papers} papers</span>' in page
    assert not re.search(r'<span class="count">[\d,]+</span>', page)


def test_all_papers_of_a_concept_are_on_its_pages(client: Client) -> None:
    seen, page, more = [], 1, True
    while more:
        data = json.loads(client.get(f"/api/node/{BUSY.id}?page={page}").text)
        seen += [paper["id"] for paper in data["evidence"]]
        page, more = page + 1, data["more"]
    wanted = {p.node for p in PAPERS for m in p.mentions if m.concept == BUSY.id}
    assert sorted(seen) == sorted(wanted)


def test_a_paper_page_marks_the_mentions_in_the_abstract(client: Client) -> None:
    paper = PAPERS[0]
    page = client.get(local(iri("paper", paper.id)), Accept=HTML).text
    marked = re.search(r'<p class="abstract">(.*?)</p>', page, re.DOTALL)[1]
    assert re.sub(r"<[^>]+>", "", marked) == paper.abstract.replace("'", "&#39;")
    inside = {m.text for m in paper.mentions if m.field == "abstract"}
    assert {
        re.sub("<[^>]+>", "", m) for m in re.findall(r'<a class="mark.*?</a>', marked)
    } == inside
    data = json.loads(client.get(f"/api/node/paper/{quote(paper.id)}").text)
    assert {c["id"] for c in data["concepts"]} == {m.concept for m in paper.mentions}
    assert [link["link"] for link in data["links"]] == [link.url for link in paper.links]


def test_quotes_mark_the_words_that_prove_it(client: Client) -> None:
    page = client.get(f"/id/{BUSY.id}", Accept=HTML).text
    data = json.loads(client.get(f"/api/node/{BUSY.id}").text)
    exact = [mention["exact"] for paper in data["evidence"] for mention in paper["mentions"]]
    assert re.findall(r"<q>[^<]*<mark>([^<]*)</mark>", page) == exact


@pytest.mark.parametrize("path", ["/ontology", "/paperkg/ontology"])
def test_the_terms_iris_lead_to_the_ontology(path: str, client: Client) -> None:
    assert path.endswith(urlsplit(KG).path) or path == "/ontology"
    reply = client.get(path, Accept=HTML)
    assert (reply.status, reply.headers["location"]) == (303, "/ontology/")
    wanted = rdflib.Graph().parse(schemas_folder() / "kg.ttl")
    for accept, name in (("text/turtle", "turtle"), ("application/ld+json", "json-ld")):
        found = rdflib.Graph().parse(data=client.get(path, Accept=accept).body, format=name)
        assert isomorphic(found, wanted)
    assert client.get(path, Accept="image/png").status == 406


def test_the_ontology_s_page_and_what_it_links_to(client: Client) -> None:
    reply = client.get("/ontology/", Accept=HTML)
    assert 'id="uses"' in reply.text
    policy = reply.headers["content-security-policy"]
    assert "unsafe-inline" not in policy
    (style,) = re.findall(r"<style>(.*?)</style>", reply.text, re.DOTALL)
    assert b64encode(sha256(style.encode()).digest()).decode() in policy
    files = set(re.findall(r'href="([\w.]+)"', reply.text))
    assert "kg.ttl" in files
    for name in files:
        assert client.get(f"/ontology/{name}").body == (schemas_folder() / name).read_bytes()
    for name in ("README.md", "..%2fREADME.md", "queries", "index.html"):
        assert client.get(f"/ontology/{name}").status == 404


def test_the_ontology_page_is_one_of_the_site(client: Client) -> None:
    page = client.get("/ontology/", Accept=HTML).text
    assert page.count("<main") == page.count("<header>") == 1
    assert 'aria-current="page">Ontology' in page
    assert "'self'" in client.get("/ontology/").headers["content-security-policy"].partition(
        "style-src"
    )[2].partition(";")[0]  # fmt: skip


VOID = "/.well-known/void"
DCTERMS, VOID_TERMS = (
    rdflib.Namespace(start) for start in ("http://purl.org/dc/terms/", "http://rdfs.org/ns/void#")
)


@pytest.mark.parametrize("accept", ["text/html", HTML, "text/html;q=1, text/turtle;q=0.5"])
def test_a_browser_is_led_to_the_data_set_s_page(accept: str, client: Client) -> None:
    reply = client.get(VOID, Accept=accept)
    assert (reply.status, reply.headers["location"]) == (303, "/dataset")
    assert reply.headers["vary"].startswith("Accept")
    assert client.get(f"{VOID}?format=turtle", Accept=accept).media == "text/turtle"


@pytest.mark.parametrize(
    ("accept", "media"),
    [("", "text/turtle"), ("*/*", "text/turtle"), ("text/turtle, text/html", "text/turtle"),
     ("application/ld+json", "application/ld+json"), ("text/plain", "application/n-triples"),
     ("application/rdf+xml, text/html;q=0.9", "application/rdf+xml")],
)  # fmt: skip
def test_a_program_gets_the_data_set_s_description(accept: str, media: str, client: Client) -> None:
    reply = client.get(VOID, **({"Accept": accept} if accept else {}))
    assert (reply.status, reply.media) == (200, media)
    assert client.get(VOID, Accept="image/png").status == 406


def test_the_data_set_s_page_has_counts_files_and_questions(client: Client, built: Path) -> None:
    reply = client.get("/dataset", Accept=HTML)
    page = reply.text
    assert f"<strong>{len(PAPERS)}</strong> papers" in page
    assert f"{client.url}/sparql</code>" in page
    assert "None is stated for this graph." in page
    for target in re.findall(r"<(\S+?)>", reply.headers["link"]):
        assert client.get(target).status == 200
    files = set(re.findall(r'href="/dataset/([^"]+)"', page))
    # The manifest does not say that abstracts are published: papers.jsonl would.
    assert files == {"graph.ttl", "concepts.jsonl", "graph.html"}
    for name in files:
        saved = client.get(f"/dataset/{name}")
        assert saved.body == (built / name).read_bytes()
        assert saved.headers["content-disposition"] == f'attachment; filename="{name}"'
    for name in ("manifest.json", "papers.jsonl", "..%2fgraph.ttl", "store", "%00"):
        assert client.get(f"/dataset/{name}").status == 404
    for query in re.findall(r'href="/query#query=([^"]+)"', page):
        assert client.ask(unquote(query)).status == 200


def test_the_data_set_s_page_tells_licence_title_and_build(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "out", 10)
    manifest = {
        "paperkg": "9.9", "model": {"name": "m<1>", "version": "2"}, "format": 1,
        "inputs": [{"path": "/home/somebody/private/pile.bib"}],
        "options": {"title": "My <pile>", "abstracts": True},
        "counts": {"papers_read": 12, "papers_kept": 10, "duplicates": 1, "refused": 1},
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    licence = "https://creativecommons.org/publicdomain/zero/1.0/"
    with serving(folder, "--license", licence) as client:
        page = client.get("/dataset", Accept=HTML).text
        assert "<h1>My &lt;pile&gt; " in page
        assert "12 papers read, 1 duplicate, 1 refused: 10 papers kept" in " ".join(page.split())
        assert "paperkg 9.9 with the model m&lt;1&gt; 2" in page
        assert "pile.bib" in page
        assert "somebody" not in page
        assert f'href="{licence}"' in page
        assert client.get("/dataset/papers.jsonl").status == 200
        graph = rdflib.Graph().parse(data=client.get(VOID).body, format="turtle")
        (node,) = graph.subjects(rdflib.RDF.type, VOID_TERMS.Dataset)
        assert graph.value(node, DCTERMS.license) == rdflib.URIRef(licence)
        assert str(graph.value(node, DCTERMS.title)) == "My <pile>"
        dump = urlsplit(str(graph.value(node, VOID_TERMS.dataDump))).path
        assert client.get(dump).body == (folder / "graph.ttl").read_bytes()
    for broken in ("[]", "{", '{"counts": 3, "options": [], "inputs": 5}'):
        (folder / "manifest.json").write_text(broken, encoding="utf-8")
        with serving(folder) as client:
            assert "does not tell how it was built" in client.get("/dataset").text


def test_a_licence_is_a_url() -> None:
    for wrong in ("CC0", "javascript:alert(1)", "https://e.org/ x", "https:///"):
        with pytest.raises(UsageError, match="expected the URL of a licence"):
            Settings(license=wrong)


def test_a_link_s_page_leads_there_and_names_the_papers(client: Client) -> None:
    paper = next(paper for paper in PAPERS if paper.links)
    url = paper.links[0].url
    found = client.ask(
        f'SELECT ?l {{ ?l kg:url ?u FILTER (STR(?u) = "{url}") }}', accept="text/csv"
    )
    path = "/id/" + found.text.split("/id/")[1].split()[0]
    page = client.get(path, Accept=HTML).text
    assert f'<h1><a href="{url}" rel="noopener">' in page
    papers = page.partition("Papers that link there")[2].partition("</ul>")[0]
    wanted = {local(iri("paper", p.id)) for p in PAPERS if url in {li.url for li in p.links}}
    assert set(re.findall(r'href="([^"]+)"', papers)) == wanted
    assert '<a href="/ontology/#Link">kg:Link</a>' in page
    listed = json.loads(client.get(path.replace("/id/", "/api/node/")).text)["linked_by"]
    assert {item["url"] for item in listed} == wanted


def test_every_resource_has_a_page(client: Client, built: Path) -> None:
    graph = rdflib.Graph().parse(built / "graph.ttl")
    subjects = sorted({str(s) for s in graph.subjects() if str(s).startswith(BASE)})
    kinds: dict[str, list[str]] = {}
    for subject in subjects:
        kinds.setdefault(subject.removeprefix(BASE).split("/")[0], []).append(subject)
    assert {"paper", "method", "mention", "link", "decision", "build"} <= set(kinds)
    for some in kinds.values():
        for subject in some[:3]:
            assert client.get(local(subject), Accept=HTML).status == 200


@pytest.mark.parametrize(
    ("accept", "name"),
    [("text/turtle", "turtle"), ("application/ld+json", "json-ld"), ("application/n-triples", "nt"),
     ("application/rdf+xml", "xml")],
)  # fmt: skip
def test_a_resource_as_data_is_what_the_graph_says(
    accept: str, name: str, client: Client, built: Path
) -> None:
    whole = rdflib.Graph().parse(built / "graph.ttl")
    node = rdflib.URIRef(BASE + BUSY.id)
    reply = client.get(f"/id/{BUSY.id}", Accept=accept)
    assert reply.media == accept
    found = set(rdflib.Graph().parse(data=reply.body, format=name))
    assert found == set(whole.triples((node, None, None))) | set(whole.triples((None, None, node)))


def test_what_a_hub_says_itself_is_never_cut(built: Path) -> None:
    """Thousands of statements that point to it leave its own in."""
    store = ox.Store()
    store.load(path=str(built / "graph.ttl"), format=ox.RdfFormat.TURTLE)
    node = ox.NamedNode(BASE + BUSY.id)
    query = bind(_DESCRIBE, {"it": str(node)}).replace(str(DESCRIPTION), "1")
    found = list(store.query(query))
    own = [t for t in found if t.subject == node]
    assert len(own) == len(list(store.quads_for_pattern(node, None, None)))
    assert len(found) == len(own) + 1


def test_no_look_up_has_a_pattern_after_an_optional_one() -> None:
    """Oxigraph finds such a pattern in the whole graph: seconds for each page of a large one."""
    optional = re.compile(r"OPTIONAL \{[^{}]*\}")
    queries = [value for value in vars(resources).values() if "SELECT" in str(value)[:7]]
    assert len(queries) > 8
    for query in queries:
        for rest in optional.split(query)[1:]:
            assert not re.search(r"[?$]\w+ \S+ [?$]\w+", rest.partition("}")[0]), query


def test_a_list_that_was_cut_says_so(client: Client) -> None:
    page = client.get("/id/scheme/concepts", Accept=HTML).text
    assert page.count("skos:inScheme</th>") == LISTED < len(CONCEPTS)
    (query,) = re.findall(r'href="/query#query=([^"]+)">all of them as a query', page)
    everything = client.ask(unquote(query), accept="text/csv").text.splitlines()[1:]
    assert len(everything) == len(CONCEPTS)
    assert "all of them" not in client.get(f"/id/{BUSY.id}", Accept=HTML).text


def test_the_page_names_its_other_forms(client: Client) -> None:
    reply = client.get(f"/id/{BUSY.id}", Accept=HTML)
    assert reply.headers["vary"].lower().startswith("accept")
    for target in re.findall(r"<(\S+?)>", reply.headers["link"]):
        assert client.get(target).status == 200
    assert client.get(f"/id/{BUSY.id}?format=nonsense").status == 406
    for name in ("json", "application/ld+json", "application/ld%2Bjson"):
        assert client.get(f"/id/{BUSY.id}?format={name}").media == "application/ld+json"
    assert client.get(f"/id/{BUSY.id}", Accept="image/png").status == 406


@pytest.mark.parametrize("accept", [HTML, "text/turtle", ""])
def test_an_unknown_id_gets_the_nearest(accept: str, client: Client) -> None:
    reply = client.get(f"/id/{BUSY.id}x", Accept=accept)
    assert reply.status == 404
    assert BUSY.id in reply.text
    data = json.loads(client.get(f"/api/node/{BUSY.id}x").text)
    assert BUSY.label in [hit["label"] for hit in data["nearest"]]


@pytest.mark.parametrize("accept", [HTML, "text/turtle", "application/ld+json", ""])
def test_an_id_of_an_earlier_build_leads_to_the_present_one(accept: str, client: Client) -> None:
    former = _former()
    reply = client.get(f"/id/{former}?page=1", Accept=accept)
    assert (reply.status, reply.headers["location"]) == (301, f"/id/{BUSY.id}?page=1")
    assert client.get(f"/paperkg/id/{former}", Accept=accept).status == 301
    assert client.get(reply.headers["location"], Accept=accept).status == 200
    api = client.get(f"/api/node/{former}?page=2")
    assert (api.status, api.headers["location"]) == (301, f"/api/node/{BUSY.id}?page=2")
    assert json.loads(client.get(api.headers["location"]).text)["id"] == BUSY.id


def _former() -> str:
    """An id that the busiest method had if it was taken for a task before."""
    former = concept_id("Task", BUSY.label)
    assert former not in {c.id for c in CONCEPTS}
    return former


@pytest.mark.parametrize(
    "tail",
    ["method/%22%3E%3Cscript%3E", "method/a%20b", "method/%E7%9F%A5", "x", "method/", "paper/%00"],
)
def test_odd_ids_are_not_found_and_harmless(tail: str, client: Client) -> None:
    reply = client.get(f"/id/{tail}", Accept=HTML)
    assert reply.status == 404
    assert "<script>" not in reply.text


@pytest.mark.parametrize("accept", [HTML, "text/turtle"])
def test_an_address_without_a_page_says_where_pages_are(accept: str, client: Client) -> None:
    reply = client.get("/paper/x", Accept=accept)
    assert reply.status == 404
    assert "no page has this address; /id/" in reply.text


def test_a_very_long_id_is_not_said_back_whole(client: Client) -> None:
    reply = client.get("/id/method/" + "a" * 50_000)
    assert reply.status == 404
    assert len(reply.body) < 5000


def test_broken_encoding_in_a_path(client: Client) -> None:
    for tail in ("%", "%zz", "%ff"):
        assert client.get(f"/id/paper/{tail}").status == 400


def test_hostile_labels_are_text(client: Client) -> None:
    for path in ("/id/method/hostile", f"/search?q={quote(HOSTILE)}"):
        page = client.get(path, Accept=HTML).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert 'href="javascript' not in page


def test_an_iri_with_its_own_base_path_is_answered_too(client: Client) -> None:
    assert client.get(f"/paperkg/id/{BUSY.id}", Accept=HTML).status == 200


def test_search(client: Client) -> None:
    found = json.loads(client.get(f"/api/search?q={quote(BUSY.label[:5].lower())}").text)
    assert BUSY.id in [hit["id"] for hit in found["results"]]
    exact = json.loads(client.get(f"/api/search?q={quote(BUSY.aliases[0])}&type=method").text)
    assert exact["results"][0]["id"] == BUSY.id
    assert json.loads(client.get("/api/search?q=").text)["count"] == 0
    assert json.loads(client.get("/api/search?q=e&limit=3").text)["count"] == 3
    for wrong in ("type=nonsense", "limit=0", "limit=x", "limit=" + "9" * 30):
        assert client.get(f"/api/search?q=x&{wrong}").status == 400
    page = client.get(f"/search?q={quote(BUSY.label)}", Accept=HTML).text
    assert f'href="/id/{BUSY.id}"' in page


def test_openapi_describes_what_is_there(client: Client) -> None:
    found = json.loads(client.get("/api/openapi.json").text)
    assert found["openapi"].startswith("3.1")
    assert found["servers"] == [{"url": client.url}]
    for path in found["paths"]:
        asked = path.replace("{id}", BUSY.id)
        assert client.get(asked, Accept="application/json, text/turtle").status == 200
    text = json.dumps(found)
    for name in re.findall(r"#/components/schemas/(\w+)", text):
        assert name in found["components"]["schemas"]
    node = json.loads(client.get(f"/api/node/{BUSY.id}").text)
    promised = found["components"]["schemas"]["Node"]["properties"]
    assert set(node) & set(promised) >= {"id", "iri", "label", "aliases", "broader", "evidence"}


def test_the_explorer_keeps_its_own_strict_policy(client: Client) -> None:
    reply = client.get("/explorer", Accept=HTML)
    assert reply.status == 200
    policy = reply.headers["content-security-policy"]
    assert "frame-ancestors 'self'" in policy
    assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]


def test_behind_a_prefix_every_link_has_it(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "out", 60)
    with serving(folder, "--prefix", "/kg", "--allow-host", "kg.example.org") as client:
        moved = client.get(f"/kg/id/{_former()}?format=turtle")
        assert moved.headers["location"] == f"/kg/id/{BUSY.id}?format=turtle"
        for stripped in ("", "/kg"):
            page = client.get(f"{stripped}/query", Accept=HTML).text
            assert '"endpoint": "/kg/sparql"' in page
            assert set(re.findall(r'(?:href|src|action)="(/[^"]*)"', page)) <= {
                f"/kg/{p}" for p in ("", "explorer", "ontology/", "query", "search",
                                     "dataset", "api/openapi.json", "static/site.css",
                                     "static/editor.css", "static/editor.js")
            }  # fmt: skip
        moved = client.get("/kg/.well-known/void", Accept=HTML)
        assert moved.headers["location"] == "/kg/dataset"
        assert 'href="/kg/dataset/graph.ttl"' in client.get("/kg/dataset", Accept=HTML).text
        headers = {"X_Forwarded_Proto": "https", "X_Forwarded_Host": "kg.example.org"}
        api = json.loads(client.get("/kg/api/openapi.json", **headers).text)
        assert api["servers"] == [{"url": "https://kg.example.org/kg"}]
        evil = {**headers, "X_Forwarded_Host": "evil.example"}
        assert "evil" not in client.get("/kg/api/openapi.json", **evil).text


def test_another_base_is_served_under_its_own_path_and_ours(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "out", 10, base="https://data.example.org/things/")
    with serving(folder) as client:
        concept = next(read_jsonl(folder / "concepts.jsonl"))["id"]
        for path in (f"/id/{concept}", f"/things/{concept}"):
            assert client.get(path, Accept=HTML).status == 200


def test_a_folder_that_cannot_be_written_is_served_all_the_same(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "out", 10)
    build_store(folder)
    (folder / STORE / MARKER).unlink()
    with serving(folder) as client:
        assert "half-written; building it again" in client.said
        assert client.ask("ASK { ?s a kg:Paper }").text.endswith("true}")
    assert (folder / STORE / MARKER).is_file()
    shutil.rmtree(folder / STORE)
    with serving(folder / "graph.ttl") as client:
        assert client.ask("ASK { ?s a kg:Paper }").text.endswith("true}")
    assert not (folder / STORE).exists()


def test_a_damaged_store_is_built_again(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "out", 10)
    for file in build_store(folder).iterdir():
        if file.name.startswith(("MANIFEST", "CURRENT")):
            file.write_bytes(b"rubbish")
    with serving(folder) as client:
        assert "it is damaged; building it again" in client.said
        assert client.ask("ASK { ?s a kg:Paper }").text.endswith("true}")


def test_a_store_of_an_older_version_is_built_again(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "out", 10)
    marker = build_store(folder) / MARKER
    marker.write_text(json.dumps({**json.loads(marker.read_text()), "layout": 0}))
    with serving(folder) as client:
        assert "made by another version; building it again" in client.said
        assert client.ask("ASK { ?s a kg:Paper }").text.endswith("true}")
    assert json.loads(marker.read_text())["layout"] > 0


def test_two_servers_started_at_once_on_a_folder_without_a_store(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "out", 10)
    with ThreadPoolExecutor(2) as threads, ExitStack() as stack:
        clients = list(threads.map(lambda _: stack.enter_context(serving(folder)), range(2)))
        answers = {client.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").body for client in clients}
        assert len(answers) == 1
    assert sorted(path.name for path in folder.iterdir() if "store" in path.name) == [STORE]


def test_cors_only_where_it_is_wanted(tmp_path: Path) -> None:
    with serving(write_folder(tmp_path / "out", 10), "--cors", "https://app.example") as client:
        reply = client.ask("ASK {}")
        assert reply.headers["access-control-allow-origin"] == "https://app.example"
        assert client.send("OPTIONS", "/sparql").headers["access-control-allow-methods"]


def test_ctrl_c_and_sigterm_end_it_cleanly(tmp_path: Path) -> None:
    import signal

    folder, temporary = write_folder(tmp_path / "out", 10), tmp_path / "temporary"
    temporary.mkdir()  # its own: beside this test others serve, and leave theirs for a while
    for number in (signal.SIGINT, signal.SIGTERM):
        with serving(folder / "graph.ttl", TMPDIR=str(temporary)) as client:
            assert [path.name[:14] for path in temporary.iterdir()] == ["paperkg-serve-"]
            client.process.send_signal(number)
            out, err = client.process.communicate(timeout=60)
            assert client.process.returncode == 0
            assert err.strip() == "stopped"
            assert out == ""
        assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_ends_it_while_queries_run_and_wait(times: int, tmp_path: Path) -> None:
    """It hung as long as the queries might run, and left processes behind that ran on."""
    import signal

    folder = write_folder(tmp_path / "out", 10)
    with (
        serving(folder, "--workers", "2", "--timeout", "200") as client,
        asked(client, BOMBS["cartesian"], 5) as connections,
    ):
        for _ in range(times):
            client.process.send_signal(signal.SIGINT)
            time.sleep(0.2)
        for connection in connections:
            reply = connection.getresponse()
            assert (reply.status, b"stopped" in reply.read()) == (503, True)
        out, err = client.process.communicate(timeout=60)
    assert (client.process.returncode, out, err) == (0, "", "stopped\n")
    assert not [path for path in Path("/proc").glob("[0-9]*/cmdline") if holds(path, tmp_path)]


def holds(cmdline: Path, folder: Path) -> bool:
    """Whether a process was started with ``folder`` in its command line."""
    try:
        return os.fsencode(folder) in cmdline.read_bytes()
    except OSError:  # ended meanwhile
        return False
