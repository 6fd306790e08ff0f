"""What services and programs really export: the same invented papers in each of their shapes."""

# ruff: noqa: E501 - texts stand on one line, as the readers meet them
from __future__ import annotations

import csv
import io
import json
import textwrap
from pathlib import Path

import pytest

from kg.model import Paper, source_parts
from kg.read import Input, Refusal, read_papers
from kg.read._flavours import unwrap

#: (title, abstract, authors, arXiv id), all invented.
PAPERS = [
    (
        "KiteNet: Steering Soft Wings with Sparse Touch",
        "Soft wings bend in ways that are hard to model. KiteNet reads 16 touch sensors and steers a kite without a camera.",
        ["Zoë Krämer", "Luis M. Ortega", "Wei Zhang"],
        "2411.16001",
    ),
    (
        "How Much Does a Token Cost? Energy Audits of Large Language Models",
        "Energy figures of large language models are often guessed. This paper measures them with meters between wall and server.",
        ["Amara Okafor", "Nguyen Van An"],
        "2411.16002",
    ),
    (
        "A Survey of Maps",
        "Maps guide robots. This survey orders two hundred methods for building them from images, sound and touch.",
        ["Hiroshi Tanaka"],
        "2411.16003",
    ),
]  # fmt: skip


def read(text: str | bytes, tmp_path: Path, name="export.txt") -> tuple[list[Paper], list[Refusal]]:
    refusals: list[Refusal] = []
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(read_papers(path, on_refusal=refusals.append)), refusals


def plain(paper) -> dict:
    title, abstract, authors, arxiv_id = paper
    return {"title": title, "abstract": abstract, "authors": authors, "year": 2024, "id": arxiv_id}


def check(found: list[Paper], refusals: list[Refusal], fields: str) -> None:
    """Hold ``found`` to :data:`PAPERS`; letters say which fields the export carries."""
    assert not refusals
    assert [p.title for p in found] == [p[0] for p in PAPERS]
    assert {p.year for p in found} == {2024}
    if "a" in fields:
        assert [p.abstract for p in found] == [p[1] for p in PAPERS]
    if "w" in fields:
        assert [list(p.authors) for p in found] == [p[2] for p in PAPERS]
    if "i" in fields:
        assert [p.arxiv_id for p in found] == [p[3] for p in PAPERS]
    if "d" in fields:
        assert [p.doi for p in found] == [f"10.1000/{p[3]}" for p in PAPERS]


def _dblp_authors(names):
    listed = [{"@pid": "1/2", "text": name} for name in names]
    listed[-1]["text"] += " 0001"
    return {"author": listed if len(listed) > 1 else listed[0]}


JSON = {
    "Hugging Face daily papers": ("awi", [{"paper": {"id": i, "authors": [{"_id": "6", "name": n} for n in w], "publishedAt": "2024-11-25T00:00:00Z", "title": t, "summary": a, "upvotes": 3}, "title": t, "numComments": 1, "submittedBy": {"fullname": "Some User"}} for t, a, w, i in PAPERS]),
    "OpenReview, API 2": ("aw", {"count": 3, "notes": [{"id": f"f{i}", "forum": "f", "content": {"title": {"value": t}, "authors": {"value": w}, "abstract": {"value": a, "readers": ["everyone"]}, "venue": {"value": "ICLR 2024 poster"}}} for t, a, w, i in PAPERS]}),
    "OpenReview, API 1": ("aw", {"notes": [{"id": f"f{i}", "details": {"tags": [{"x": 1}]}, "content": {"title": t, "authors": w, "abstract": a, "venue": "ICLR 2024 poster"}} for t, a, w, i in PAPERS]}),
    "DBLP search": ("wd", {"result": {"hits": {"@total": "3", "hit": [{"@score": "3", "info": {"authors": _dblp_authors(w), "title": f"{t}.", "year": "2024", "venue": "ICML", "doi": f"10.1000/{i}"}} for t, a, w, i in PAPERS]}}}),
    "Semantic Scholar, citations": ("aw", {"offset": 0, "data": [{"contextsWithIntent": [{"context": "We follow.", "intents": []}], "citingPaper": {"paperId": i, "title": t, "abstract": a, "year": 2024, "authors": [{"name": n} for n in w]}} for t, a, w, i in PAPERS]}),
    "Semantic Scholar, bulk": ("wi", [{"corpusid": 7, "externalids": {"ArXiv": i, "DOI": None}, "title": t, "authors": [{"name": n} for n in w], "publicationdate": "2024-11-25", "venue": ""} for t, a, w, i in PAPERS]),
    "data set viewer rows": ("aw", {"features": [{"feature_idx": 0, "name": "title"}], "rows": [{"row_idx": 0, "row": plain(p), "truncated_cells": []} for p in PAPERS]}),
    "GraphQL": ("aw", {"data": {"papers": {"edges": [{"node": plain(p)} for p in PAPERS]}}}),
    "conference schedule": ("aw", {"count": 3, "results": [{"id": 7, "name": t, "authors": [{"id": 1, "fullname": n} for n in w], "abstract": a, "session": "Poster Session 1", "year": 2024} for t, a, w, i in PAPERS]}),
    "object by id": ("awi", {i: {"title": t, "abstract": a, "authors": w} for t, a, w, i in PAPERS}),
    "columns, as pandas writes them": ("awi", {name: {str(k): plain(p)[name] for k, p in enumerate(PAPERS)} for name in plain(PAPERS[0])}),
    "columns of lists": ("awi", {name: [plain(p)[name] for p in PAPERS] for name in plain(PAPERS[0])}),
    "names with a prefix": ("aw", [{"paper_id": "x", "paper_title": t, "paper_abstract": a, "paper_authors": w, "paper_year": 2024} for t, a, w, i in PAPERS]),
}  # fmt: skip


@pytest.mark.parametrize("lines", [False, True], ids=["JSON", "JSON Lines"])
@pytest.mark.parametrize("name", JSON)
def test_json_of_services(name, lines, tmp_path):
    fields, value = JSON[name]
    if lines and not isinstance(value, list):
        lists = [v for v in value.values() if isinstance(v, list) and isinstance(v[0], dict)]
        value = max(lists, key=len, default=[value])
    text = "".join(json.dumps(x) + "\n" for x in value) if lines else json.dumps(value, indent=1)
    check(*read(text, tmp_path), fields)


def test_what_is_no_envelope_stays_as_it_is():
    record = {"title": "A Title", "journal": {"title": "Another"}, "x": 1}
    assert unwrap(record) == record
    assert unwrap({"a": {"title": "x"}, "b": 1}) == {"b": 1, "title": "x"}


def test_a_name_is_a_title_only_in_a_record_that_has_more_of_a_paper(tmp_path):
    rows = [{"name": "Ada Lovelace", "age": 36}, {"name": "A Title of Note", "year": 2024}]
    found, refusals = read("".join(json.dumps(r) + "\n" for r in rows), tmp_path)
    assert [p.title for p in found] == ["A Title of Note"]
    assert len(refusals) == 1


def _table(rows, delimiter=",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def _flip(name: str) -> str:
    first, _, last = name.rpartition(" ")
    return f"{last}, {first}"


_HEADER = ["Title", "Abstract", "Authors", "Year"]
_ROWS = [[t, a, "; ".join(map(_flip, w)), "2024"] for t, a, w, i in PAPERS]
TABLES = {
    "Excel's line above": ("aw", "sep=;\r\n" + _table([_HEADER, *_ROWS], ";")),
    "a remark above": ("aw", _table([["About the data: exported on Nov 27"], _HEADER, *_ROWS])),
    "Scopus": ("awd", "\ufeff" + _table([["Authors", "Author full names", "Author(s) ID", "Title", "Year", "DOI", "Abstract"], *([", ".join(w), "; ".join(f"{_flip(n)} (57200012345)" for n in w), "57;58", t, "2024", f"10.1000/{i}", a] for t, a, w, i in PAPERS)])),
    "Web of Science": ("awd", "\ufeff" + _table([["PT", "AU", "AF", "TI", "SO", "AB", "PY", "DI"], *(["J", "Z, A", "; ".join(map(_flip, w)), t, "KITES", a, "2024", f"10.1000/{i}"] for t, a, w, i in PAPERS)], "\t")),
    "Springer": ("d", _table([["Item Title", "Publication Title", "Item DOI", "Publication Year"], *([t, "Kites", f"10.1000/{i}", "2024"] for t, a, w, i in PAPERS)])),
    "a reading list": ("i", _table([["Name", "Link", "Year"], *([t, f"https://arxiv.org/abs/{i}", "2024"] for t, a, w, i in PAPERS)])),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_tables_of_services(name, tmp_path):
    fields, text = TABLES[name]
    found, refusals = read(text, tmp_path, "export.csv")
    check(found, refusals, fields)
    assert all(p.source and int(p.source.rsplit(":", 1)[1]) > 1 for p in found)


def test_a_table_without_title_says_what_its_columns_are(tmp_path):
    text = _table([["Titel", "Autoren"], *([t, w[0]] for t, _, w, _ in PAPERS)], ";")
    _, refusals = read(text, tmp_path, "export.csv")
    assert [r.line for r in refusals] == [2, 3, 4]
    assert {r.reason for r in refusals} == {
        "no title; the record has Titel, Autoren; name its column with --map title=COLUMN"
    }


def _wrapped(text: str, width: int, indent: str) -> str:
    return textwrap.fill(text, width, subsequent_indent=indent, break_on_hyphens=False)


#: Format -> (what it carries, one record, what stands above and below the records).
TAGGED = {
    "endnote": ("awi", lambda t, a, w, i: f"%0 Journal Article\n%T {t}\n" + "".join(f"%A {_flip(n)}\n" for n in w) + f"%J arXiv preprint arXiv:{i}\n%D 2024\n%X {a}\n\n", "", ""),
    "pubmed": ("awd", lambda t, a, w, i: f"PMID- 345{i[-1]}\nOWN - NLM\nDP  - 2024 Nov 2\nTI  - {_wrapped(t, 60, '      ')}\nLID - S0140 [pii]\nLID - 10.1000/{i} [doi]\nAB  - {_wrapped(a, 60, '      ')}\n" + "".join(f"FAU - {_flip(n)}\nAU  - {n[0]}\n" for n in w) + "JT  - Kites\n\n", "", ""),
    "wos": ("awd", lambda t, a, w, i: "PT J\nAU X, Y\nAF " + "\n   ".join(map(_flip, w)) + f"\nTI {_wrapped(t, 60, '   ')}\nSO KITES\nAB {_wrapped(a, 60, '   ')}\nPY 2024\nDI 10.1000/{i}\nUT WOS:{i[-1]}\nER\n\n", "FN Clarivate Analytics Web of Science\nVR 1.0\n", "EF\n"),
}  # fmt: skip


@pytest.mark.parametrize("told", [False, True], ids=["detected", "told"])
@pytest.mark.parametrize("name", TAGGED)
def test_tagged_records(name, told, tmp_path):
    fields, record, above, below = TAGGED[name]
    text = above + "".join(record(*paper) for paper in PAPERS) + below
    for ends in ("\n", "\r\n"):
        path = tmp_path / "export.txt"
        path.write_bytes(text.replace("\n", ends).encode())
        refusals: list[Refusal] = []
        format = name if told else None
        check(list(read_papers(path, on_refusal=refusals.append, format=format)), refusals, fields)


def test_what_feeds_of_arxiv_say_before_the_abstract(tmp_path):
    items = "".join(
        f"<item><title>{t}</title><link>https://arxiv.org/abs/{i}</link><description>arXiv:{i}v1 Announce Type: new \nAbstract: {a}</description>"
        f"<dc:creator>{', '.join(w)}</dc:creator></item>"
        for t, a, w, i in PAPERS
    )
    rss = f'<rss xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel>{items}</channel></rss>'
    check(*read(rss, tmp_path), "awi")


def test_a_deleted_record_is_refused_as_such(tmp_path):
    record = '<record><header status="deleted"><identifier>oai:x:1</identifier></header></record>'
    _, refusals = read(f"<OAI-PMH><ListRecords>{record}</ListRecords></OAI-PMH>", tmp_path)
    assert [r.reason for r in refusals] == ["a record that the repository has deleted"]


def test_xml_of_another_kind_is_refused_by_name(tmp_path):
    found, refusals = read('<?xml version="1.0"?><html><p>x</p></html>', tmp_path)
    assert not found
    assert [r.reason for r in refusals] == [
        "no Atom, RSS, OAI-PMH or EndNote entry; XML of another kind: html"
    ]


def test_bibtex_entries_take_over_from_their_volume(tmp_path):
    volume = "@proceedings{conf/icml/2024,\n title = {Forty-First ICML},\n year = {2024}\n}\n"
    entries = "".join(
        f"@inproceedings{{k{i},\n title = {{{t}}},\n author = {{{' and '.join(w)}}},\n crossref = {{Conf/ICML/2024}}\n}}\n"
        for t, _, w, i in PAPERS
    )
    for text in (entries + volume, volume + entries):
        found, refusals = read(text, tmp_path)
        assert [r.reason for r in refusals] == ["a volume of proceedings, no paper"]
        assert {p.venue for p in found} == {"Forty-First ICML"}
        check(found, [], "w")
    alone, _ = read(entries, tmp_path)
    assert {(p.venue, p.year) for p in alone} == {(None, None)}


KEYS = {
    "JSON Lines": ('{"title": "A Title", "paper_id": "P-1"}', ":1#P-1"),
    "a number": ('{"title": "A Title", "id": 7}', ":1#7"),
    "CSV": ("Title,Key\nA Title,ABC\n", ":2#ABC"),
    "BibTeX": ("@misc{ho:2020,\n title = {A Title}}", ":1#ho:2020"),
    "RIS": ("TY  - JOUR\nTI  - A Title\nID  - K7\nER  - \n", ":1#K7"),
    "OpenAlex": ('{"id": "https://openalex.org/W12", "title": "A Title", "authorships": []}', ":1#W12"),
    "Semantic Scholar": ('{"paperId": "ab12", "title": "A Title"}', ":1#ab12"),
    "an arXiv id": ('{"title": "A Title", "id": "2411.16001v2"}', ":1"),
    "a DOI": ('{"title": "A Title", "id": "https://doi.org/10.1/X", "doi": "10.1000/x"}', ":1#https://doi.org/10.1/X"),
    "the DOI": ('{"title": "A Title", "id": "https://doi.org/10.1000/X", "doi": "10.1000/x"}', ":1"),
    "a sentence": ('{"title": "A Title", "id": "not one word"}', ":1"),
    "none": ('{"title": "A Title"}', ":1"),
}  # fmt: skip


@pytest.mark.parametrize("name", KEYS)
def test_what_the_input_calls_a_record_ends_its_source(name, tmp_path):
    text, place = KEYS[name]
    [paper], refusals = read(text, tmp_path)
    assert not refusals
    path = f"{tmp_path}/export.txt"
    assert paper.source == path + place
    assert source_parts(paper.source) == (path, place)
    [again], _ = read(json.dumps(paper.to_dict()) + "\n", tmp_path)
    assert again == paper


def test_an_input_may_go_by_another_name(tmp_path):
    path = tmp_path / "real.jsonl"
    path.write_text('{"title": "A Title"}\n', encoding="utf-8")
    [paper] = read_papers([Input("lists/given.jsonl", at=str(path))])
    assert paper.source == "lists/given.jsonl:1"


def test_arxivraw_has_its_people_in_one_text(tmp_path):
    path = tmp_path / "oai.xml"
    path.write_text(
        "<OAI-PMH><ListRecords><record><metadata><arXivRaw><id>2611.12345</id><title>Cranes</title>"
        '<authors>Aiko Tanaka, Bernd M\\"uller (TUM (Munich)) and Chen-Yu Li</authors>'
        "</arXivRaw></metadata></record></ListRecords></OAI-PMH>"
    )
    [paper] = read_papers(path)
    assert paper.authors == ("Aiko Tanaka", "Bernd Müller", "Chen-Yu Li")


@pytest.mark.parametrize("top", ["xml", "records"])
def test_endnote_xml(top, tmp_path):
    record = (
        "<record><contributors><authors><author><style>Tanaka, Aiko</style></author><author><style>"
        "Müller, Bernd</style></author></authors><secondary-authors><author><style>Foo, Ed</style>"
        '</author></secondary-authors></contributors><titles><title><style face="normal">Cranes of '
        '</style><style face="italic">E. coli</style></title><secondary-title><style>ACL</style>'
        "</secondary-title></titles><dates><year><style>2026</style></year><pub-dates><date><style>"
        "May 3</style></date></pub-dates></dates><urls><related-urls><url><style>https://x.org/1"
        "</style></url></related-urls></urls><electronic-resource-num><style>10.1000/x1</style>"
        "</electronic-resource-num><abstract><style>We fold.</style></abstract></record>"
    )
    text = f"<records>{record}</records>"
    path = tmp_path / "library.xml"
    path.write_text(f"<xml>{text}</xml>" if top == "xml" else text, encoding="utf-8")
    refusals: list = []
    [paper] = read_papers(path, on_refusal=refusals.append)
    assert not refusals
    assert paper.to_dict() | {"source": ""} == {
        "id": "doi:10.1000/x1", "title": "Cranes of E. coli", "abstract": "We fold.",
        "authors": ["Aiko Tanaka", "Bernd Müller"], "year": 2026, "venue": "ACL",
        "doi": "10.1000/x1", "url": "https://x.org/1", "source": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (r"@misc{a, title={\emph{Deep} Folds of \textsc{Ori{G}ami}}}", "Deep Folds of OriGami"),
        (r"@misc{a, title={{\em Deep} Folds and {\(\beta\)}-Cranes}}", r"Deep Folds and \(\beta\)-Cranes"),
        ('[{"title": "On <i>Cranes</i><sup>2</sup> & <unk>", "issued": {"date-parts": [[2026]]}}]', "On Cranes2 & <unk>"),
        ('{"title": "On <i>Cranes</i>", "authorships": []}', "On Cranes"),
    ],
)  # fmt: skip
def test_titles_lose_what_only_sets_them_in_another_type(text, title, tmp_path):
    path = tmp_path / "export"
    path.write_text(text + "\n")
    assert [p.title for p in read_papers(path)] == [title]


@pytest.mark.parametrize("name", ["paper_id", "identifier", "id"])
def test_a_records_own_id_may_be_that_of_arxiv(name, tmp_path):
    path = tmp_path / "papers.jsonl"
    path.write_text(f'{{"{name}": "2611.12345v2", "title": "Folding", "abstract": "We fold."}}\n')
    assert [p.id for p in read_papers(path)] == ["arxiv:2611.12345"]


@pytest.mark.parametrize(
    "parts",
    [
        ('[{"title": "One"}]', '[{"title": "Two"}]'),
        ('{"papers": [{"title": "One"}], "next": 1}', '{"papers": [{"title": "Two"}], "next": 2}'),
        ('{\n "papers": [\n  {"title": "One"}\n ]\n}', '[\n {"title": "Two"}\n]'),
        ("Title,Year,Abstract\nOne,2024,We fold.", "Year,Title,Abstract\n2025,Two,We wait."),
    ],
)
def test_exports_put_together_in_one_file_are_read_to_the_end(parts, tmp_path):
    path = tmp_path / "all"
    path.write_text("\n".join(parts) + "\n")
    refusals: list = []
    assert [p.title for p in read_papers(path, on_refusal=refusals.append)] == ["One", "Two"]
    assert not refusals


@pytest.mark.parametrize("chunk", [1, 7, 1 << 16])
def test_large_exports_put_together_are_read_to_the_end(chunk, tmp_path, monkeypatch):
    """Documents beyond what is held whole, a list of strings with brackets behind each list."""
    from kg.read import _json

    monkeypatch.setattr(_json, "WHOLE", 100)
    monkeypatch.setattr(_json, "_CHUNK", chunk)
    parts = (
        {"meta": {"n": 1}, "papers": [{"title": f"Title {at}"}], "more": ["]}", 'a "b" {', "\\"]}
        for at in range(20)
    )
    path = tmp_path / "all.json"
    path.write_text("\n".join(json.dumps(part, indent=1) for part in parts) + "\n")
    refusals: list = []
    found = [p.title for p in read_papers(path, on_refusal=refusals.append)]
    assert found == [f"Title {at}" for at in range(20)]
    assert not refusals


def test_text_after_json_is_refused(tmp_path):
    path = tmp_path / "papers.json"
    path.write_text('[\n{"title": "One"}\n]\nAbout these papers\n')
    refusals: list = []
    assert [p.title for p in read_papers(path, on_refusal=refusals.append)] == ["One"]
    assert [str(r) for r in refusals] == [
        f"{path}:4: text after the end of the JSON; the rest is lost"
    ]


def test_formulas_that_never_close_take_linear_time():
    from kg.read._bibtex import without_braces

    # Where each is sought to the end of the text this takes hours.
    assert without_braces("{" + r"\(" * 1_000_000 + "}") == r"\(" * 1_000_000
