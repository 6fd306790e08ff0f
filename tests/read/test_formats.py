"""Every format gives the same papers as every other, from texts made for these tests."""

# ruff: noqa: E501 - texts stand on one line, as the readers meet them
from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import random
import threading
from pathlib import Path

import pytest

import kg
from kg.errors import ReadError, UsageError
from kg.model import Link, Mention, Paper
from kg.pipeline import describe_inputs
from kg.read import (
    FORMATS,
    Input,
    Notice,
    Refusal,
    find_inputs,
    list_inputs,
    paper_id,
    read_papers,
    read_unique,
)
from kg.read._detect import detect
from kg.read._flavours import to_text
from kg.read._ids import find_arxiv_id, to_arxiv_id, to_doi
from kg.read._paper import to_authors, to_year
from tests.read.test_exports import TAGGED

TITLE = "Folding Cloth with Mirrors: A Study"
ABSTRACT = "We fold cloth with $\\pi_0$ and 79\\% success. It works well."
AUTHORS = ("Ada Lovelace", "Alan M. Turing")


def read(path, **options):
    refusals: list[Refusal] = []
    return list(read_papers(path, on_refusal=refusals.append, **options)), refusals


def write(tmp_path, text: str | bytes, name="input") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


#: One paper, as each format writes it.  Every one must give the same record.
SAME = {
    "jsonl": json.dumps({"title": TITLE, "abstract": ABSTRACT, "authors": AUTHORS, "year": 2021, "doi": "10.1000/AbC", "venue": "ReadConf", "url": "https://example.org/p"}) + "\n",
    "json": json.dumps([{"Title": TITLE, "Summary": ABSTRACT, "Authors": [{"name": a} for a in AUTHORS], "Date": "2021-03-04", "DOI": "https://doi.org/10.1000/abc", "Journal": "ReadConf", "Link": "https://example.org/p"}], indent=1),
    "csv": f'ID;Title;Abstract;Authors;Publication Year;DOI;URL;Venue\n1;"{TITLE}";"{ABSTRACT}";Lovelace, Ada| Turing, Alan M.;2021;10.1000/abc;https://example.org/p;ReadConf\n'.replace("|", ";").replace("Lovelace, Ada; Turing, Alan M.", '"Lovelace, Ada; Turing, Alan M."'),
    "tsv": f"title\tabstract\tauthors\tyear\tdoi\turl\tvenue\n{TITLE}\t{ABSTRACT}\tAda Lovelace and Alan M. Turing\t2021\t10.1000/abc\thttps://example.org/p\tReadConf\n",
    "bibtex": "@string{rc = {ReadConf}}\n@inproceedings{x,\n  title = {Folding {Cloth} with {M}irrors: A Study},\n  author = {Lovelace, Ada and Turing, Alan M.},\n  booktitle = rc,\n  year = 2021,\n  doi = {10.1000/ABC},\n  url = {https://example.org/p},\n  abstract = {" + ABSTRACT + "}\n}\n",
    "ris": f"TY  - CONF\nTI  - {TITLE}\nAU  - Lovelace, Ada\nAU  - Turing, Alan M.\nPY  - 2021/03/04\nT2  - ReadConf\nDO  - 10.1000/abc\nUR  - https://example.org/p\nAB  - {ABSTRACT}\nER  - \n",
    "csl": json.dumps([{"id": "x", "type": "paper-conference", "title": TITLE, "abstract": ABSTRACT, "author": [{"family": "Lovelace", "given": "Ada"}, {"family": "Turing", "given": "Alan M."}], "issued": {"date-parts": [[2021, 3]]}, "container-title": "ReadConf", "DOI": "10.1000/abc", "URL": "https://example.org/p"}]),
    "openalex": json.dumps({"meta": {"count": 1}, "results": [{"id": "https://openalex.org/W1", "display_name": TITLE, "publication_year": 2021, "doi": "https://doi.org/10.1000/abc", "authorships": [{"author": {"display_name": a}} for a in AUTHORS], "primary_location": {"landing_page_url": "https://example.org/p", "source": {"display_name": "ReadConf"}}, "abstract_inverted_index": {w: [i for i, x in enumerate(ABSTRACT.split()) if x == w] for w in ABSTRACT.split()}}], "group_by": []}),
    "semanticscholar": json.dumps({"total": 1, "data": [{"paperId": "a" * 40, "title": TITLE, "abstract": ABSTRACT, "authors": [{"authorId": "1", "name": a} for a in AUTHORS], "year": 2021, "venue": "ReadConf", "externalIds": {"DOI": "10.1000/abc"}, "url": "https://example.org/p"}]}),
    "crossref": json.dumps({"status": "ok", "message": {"total-results": 1, "items": [{"DOI": "10.1000/abc", "title": [TITLE], "abstract": f"<jats:title>Abstract</jats:title><jats:p>{ABSTRACT}</jats:p>", "author": [{"given": "Ada", "family": "Lovelace"}, {"given": "Alan M.", "family": "Turing"}], "issued": {"date-parts": [[2021]]}, "container-title": ["ReadConf"], "URL": "https://example.org/p", "is-referenced-by-count": 3}]}}),
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
@pytest.mark.parametrize("told", [False, True], ids=["detected", "told"])
def test_the_same_paper_from_every_format(name, told, tmp_path):
    path = write(tmp_path, SAME[name])
    [paper], refusals = read(path, format=name if told else None)
    assert not refusals
    assert paper == Paper(
        id="doi:10.1000/abc", title=TITLE, abstract=ABSTRACT, authors=AUTHORS, year=2021,
        venue="ReadConf", doi="10.1000/abc", url="https://example.org/p", source=paper.source,
    )  # fmt: skip
    assert paper.source.startswith(f"{path}:")


ATOM = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <title>arXiv Query: cloth</title>
  <author><name>arXiv</name></author>
  <entry>
    <id>http://arxiv.org/abs/2101.00001v3</id>
    <updated>2021-05-01T00:00:00Z</updated>
    <published>2021-01-02T00:00:00Z</published>
    <title>Folding Cloth
  with Mirrors: A Study</title>
    <summary>  We fold cloth, A &lt; B &amp; C.
It works.
</summary>
    <author><name>Ada Lovelace</name></author>
    <author><name>Alan M. Turing</name></author>
    <arxiv:doi xmlns:arxiv="http://arxiv.org/schemas/atom">10.1000/abc</arxiv:doi>
    <arxiv:journal_ref xmlns:arxiv="http://arxiv.org/schemas/atom">ReadConf 2021</arxiv:journal_ref>
    <link title="pdf" href="http://arxiv.org/pdf/2101.00001v3" rel="related"/>
    <link href="http://arxiv.org/abs/2101.00001v3" rel="alternate" type="text/html"/>
  </entry>
  <entry><id>http://arxiv.org/abs/cs/0112017v1</id><title>Old</title><summary>s</summary></entry>
</feed>
"""


def test_atom(tmp_path):
    [paper, old], refusals = read(write(tmp_path, ATOM))
    assert not refusals
    assert (paper.id, paper.arxiv_id, paper.doi) == (
        "arxiv:2101.00001",
        "2101.00001",
        "10.1000/abc",
    )
    assert (paper.title, paper.abstract) == (TITLE, "We fold cloth, A < B & C. It works.")
    assert (paper.authors, paper.year, paper.venue) == (AUTHORS, 2021, "ReadConf 2021")
    assert paper.url == "http://arxiv.org/abs/2101.00001v3"
    assert paper.source.endswith(":5")
    assert (old.id, old.year) == ("arxiv:cs/0112017", 2001)


def test_rss_and_oai(tmp_path):
    rss = (
        '<rss version="2.0"><channel><title>cs.RO</title><item><title>A Title of Note</title>'
        "<link>https://arxiv.org/abs/2101.00001</link><description>It works.</description>"
        '<dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">Ada Lovelace, Alan M. Turing</dc:creator>'
        "</item></channel></rss>"
    )
    [paper], _ = read(write(tmp_path, rss))
    assert (paper.id, paper.authors, paper.abstract) == ("arxiv:2101.00001", AUTHORS, "It works.")
    oai = (
        "<OAI-PMH><ListRecords><record><header><identifier>oai:arXiv.org:0704.0001</identifier></header>"
        "<metadata><arXiv><id>0704.0001</id><created>2007-04-02</created><authors><author><keyname>Lovelace</keyname>"
        "<forenames>Ada</forenames></author></authors><title>A Title</title><abstract>An abstract.</abstract>"
        "</arXiv></metadata></record></ListRecords></OAI-PMH>"
    )
    [paper], _ = read(write(tmp_path, oai))
    assert (paper.id, paper.authors, paper.year) == ("arxiv:0704.0001", ("Ada Lovelace",), 2007)


MAIL = r"""------------------------------------------------------------------------------
Send any comments regarding submissions directly to submitter.
------------------------------------------------------------------------------
 received from  Fri 1 Mar 24 19:00:00 GMT  to  Mon  4 Mar 24 19:00:00 GMT
------------------------------------------------------------------------------
\\
arXiv:2403.00001
Date: Fri, 1 Mar 2024 10:00:00 GMT   (123kb,D)

Title: Folding Cloth with Mirrors:
  A Study
Authors: Ada Lovelace (University of Nowhere (UN)) and Alan M. Turing
Categories: cs.RO cs.LG
Comments: 9 pages
Journal-ref: ReadConf 2024
DOI: 10.1000/abc
License: http://creativecommons.org/licenses/by/4.0/
\\
  We fold cloth.
It works well: \emph{79\%}.
\\ ( https://arxiv.org/abs/2403.00001 ,  123kb)
------------------------------------------------------------------------------
\\
arXiv:2402.00002 (*cross-listing*)
Date: Thu, 1 Feb 2024 10:00:00 GMT   (1kb)

Title: Second One
Authors: Kurt G\"odel
Categories: math.LO
\\
  Short.
\\ ( https://arxiv.org/abs/2402.00002 ,  1kb)
%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%
------------------------------------------------------------------------------
\\
arXiv:2312.00003
replaced with revised version Fri, 1 Mar 2024 11:00:00 GMT   (5kb)

Title: A Replaced One
Authors: Emmy Noether
\\ ( https://arxiv.org/abs/2312.00003 ,  5kb)
------------------------------------------------------------------------------
"""


def test_arxiv_mail(tmp_path):
    [one, two, three], refusals = read(write(tmp_path, MAIL))
    assert not refusals
    assert (one.id, one.title) == ("arxiv:2403.00001", TITLE)
    assert one.abstract == "We fold cloth. It works well: \\emph{79\\%}."
    assert (one.authors, one.year, one.doi, one.venue) == (
        AUTHORS,
        2024,
        "10.1000/abc",
        "ReadConf 2024",
    )
    assert one.source.endswith(":6")
    assert (two.id, two.abstract) == ("arxiv:2402.00002", "Short.")
    assert (three.id, three.title, three.abstract) == ("arxiv:2312.00003", "A Replaced One", "")


def test_bulk_metadata(tmp_path):
    row = {"id": "math.GT/0309136", "title": "On\n  Knots", "abstract": "  We tie.\n", "authors": "A. Lovelace", "authors_parsed": [["Lovelace", "Ada", ""], ["Turing", "Alan", "Jr."]], "doi": None, "journal-ref": None, "update_date": "2009-11-07", "versions": [{"version": "v1", "created": "Sun, 7 Sep 2003 10:00:00 GMT"}]}  # fmt: skip
    [paper], _ = read(write(tmp_path, json.dumps(row) + "\n"))
    assert (paper.id, paper.title, paper.abstract) == ("arxiv:math/0309136", "On Knots", "We tie.")
    assert (paper.authors, paper.year) == (("Ada Lovelace", "Alan Turing Jr."), 2003)


def test_bibtex_oddities(tmp_path):
    text = r"""% a comment
@comment{jabref-meta: x}
@preamble{"\newcommand{\x}{y}"}
@article{one, title = "{\"U}ber {GPT-4}, $\pi_{0}$ \& more", author = "G{\"o}del, Kurt and {The Team} and others", journal={CoRR}, volume={abs/1706.03762}, year={2017}}
@article{broken, title = {never closed,
  year = 2020
@misc{two, title = {Second}, eprint = {2106.09685v2}, archiveprefix = {arXiv}, year = undefined_macro}
@misc{three, title = {Third}, eprint = {2106.09686}, archivePrefix = {arXiv}}
@article(four, title = "Round brackets")
@article{five, year = 2020}
"""
    notices: list[Notice] = []
    papers, refusals = read(write(tmp_path, text), on_notice=notices.append)
    assert [p.title for p in papers] == [
        "Über GPT-4, $\\pi_{0}$ \\& more",
        "Second",
        "Third",
        "Round brackets",
    ]
    assert papers[0].authors == ("Kurt Gödel", "The Team")
    assert [p.arxiv_id for p in papers] == ["1706.03762", "2106.09685", "2106.09686", None]
    assert [r.line for r in refusals] == [5, 10]
    assert [(n.line, n.text.split()[0]) for n in notices] == [(7, "undefined_macro"), (7, "year")]


def test_bibtex_abbreviations_are_known_whatever_their_case(tmp_path):
    text = (
        "@string{CVPR = {Vision Conf}}\n"
        "@misc{a, title = {One}, booktitle = CVPR, month = JAN, year = 2020}\n"
        '@misc{b, title = {Two}, booktitle = cvpr # " 2021"}\n'
        "@misc{c, title = {Three}, journal = IEEE_J_PAMI}\n"
    )
    notices: list[Notice] = []
    papers, refusals = read(write(tmp_path, text), on_notice=notices.append)
    assert [p.venue for p in papers] == ["Vision Conf", "Vision Conf 2021", "IEEE_J_PAMI"]
    assert [n.line for n in notices] == [4]
    assert not refusals


def test_bibtex_on_one_line_loses_nothing(tmp_path):
    text = (
        "@string{conf = {Conf}} @preamble{{x}} @misc{one, title = {One}, booktitle = conf}"
        " @misc{two, title = {Two}}\n@string{:={}}@!{\x00\t:={}}\n"
        "@misc{three, title = {Three}, booktitle = CONF # { 2020}}\n"
    )
    papers, _ = read(write(tmp_path, text))
    assert [(p.title, p.venue) for p in papers] == [
        ("One", "Conf"),
        ("Two", None),
        ("Three", "Conf 2020"),
    ]


def test_ris_oddities(tmp_path):
    text = "\ufeffstray line\nTY  - JOUR\nT1  - One\nN2  - Text\n goes on\nER  -\n\nTY  - JOUR\nAU  - Nobody\nER  - \nTY  - JOUR\nTI  - Not closed"
    papers, refusals = read(write(tmp_path, text), format="ris")
    assert [p.title for p in papers] == ["One", "Not closed"]
    assert papers[0].abstract == "Text goes on"
    assert [r.line for r in refusals] == [1, 8]


def test_csv_oddities(tmp_path):
    text = '\ufeffTitle,Abstract,Year\r\n"A, b","two\r\nlines ""quoted""",2020\r\n\r\nC,d,2021,extra\r\nOnly title\r\n,no title,2020\r\n'
    papers, refusals = read(write(tmp_path, text))
    assert [(p.title, p.abstract) for p in papers] == [
        ("A, b", 'two lines "quoted"'),
        ("Only title", ""),
    ]
    assert [(r.line, r.reason.split(";")[0]) for r in refusals] == [
        (5, "4 columns, the header has 3"), (7, "the title is empty"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "T.TSV"])
def test_the_ending_tells_a_table_whose_header_does_not(name, tmp_path):
    text = b'Name,Summary text\n"Deep nets","We use a net, and it is good."\n'
    text = text.replace(b",", b"\t") if name == "T.TSV" else text
    path = write(tmp_path, gzip.compress(text) if name.endswith("gz") else text, name)
    papers, [refusal] = read(path)
    assert not papers
    assert refusal.reason.startswith("no title; the record has Name, Summary text; name its column")
    [paper], _ = read(path, mapping={"title": "Name", "abstract": "summary text"})
    assert paper.title == "Deep nets"


def test_an_open_quote_is_told_with_the_lines_it_swallows(tmp_path):
    text = 'title,abstract\nOne,text\nTwo,"never closed\nThree,text\nFour,text\n'
    papers, [refusal] = read(write(tmp_path, text))
    assert [paper.title for paper in papers] == ["One"]
    assert (refusal.line, refusal.reason) == (
        3,
        "a quote opens here and never closes, up to line 5",
    )


def test_what_is_left_out_of_a_record_is_told(tmp_path):
    rows = [{"title": "One", "year": "soon", "doi": "none yet"}, {"title": "Two", "year": "2020"}]
    notices: list[Notice] = []
    path = write(tmp_path, "\n".join(map(json.dumps, rows)), "a.jsonl")
    papers, _ = read(path, on_notice=notices.append, mapping={"abstract": "body"})
    assert [paper.year for paper in papers] == [None, 2020]
    assert [str(notice).removeprefix(f"{path}:") for notice in notices] == [
        "1: year 'soon' is none, and left out",
        "1: doi 'none yet' is none, and left out",
        " no record has 'body', which --map names for abstract",
    ]


def test_jsonl_oddities(tmp_path):
    rows = ['{"title": "One"}', '{"title": "half', "", "[1]", '"text"', "null", '{"title": 7}', '{"title": ["a", "b"]}', '{"title": {"x": 1}}', "[" * 100_000, '{"abstract": "a"}', '{"paper": {"id": "2401.00001", "title": "Inner"}}']  # fmt: skip
    papers, refusals = read(write(tmp_path, "\n".join(rows)))
    assert [p.title for p in papers] == ["One", "7", "a b", "Inner"]
    assert papers[-1].id == "arxiv:2401.00001"
    assert [r.line for r in refusals] == [2, 4, 5, 6, 9, 10, 11]


def test_json_oddities(tmp_path):
    text = '[\n{"title": "One"},\n{"title": broken},\n{"title": "Two", "authors": [{"name": "X Y"}]},\n5,\n{"title": "Three"},\n{"title": "cut'
    papers, refusals = read(write(tmp_path, text))
    assert [(p.title, p.source.rsplit(":", 1)[1]) for p in papers] == [
        ("One", "2"),
        ("Two", "4"),
        ("Three", "6"),
    ]
    assert [r.line for r in refusals] == [3, 5, 7]


@pytest.mark.parametrize(
    "text",
    [
        '{"title": "One"}',
        '{\n  "title": "One",\n  "authors": [{"name": "A B"}]\n}',
        '{"a": {"b": {"papers": [{"title": "One"}]}}}',
        '{"facets": [{"x": 1}], "results": [{"title": "One"}, {"title": "Two"}]}',
        '{\n"title": "One"\n}\n{\n"title": "Two"\n}',
        '[{"paper": {"title": "One"}}]',
        "[]",
        "{}",
    ],
)
def test_where_json_keeps_its_papers(text, tmp_path):
    papers, refusals = read(write(tmp_path, text))
    wanted = [name for name in ("One", "Two") if name in text]
    assert [p.title for p in papers] == wanted
    assert len(refusals) == (text == "{}")


def test_mapping(tmp_path):
    path = write(tmp_path, '{"name": "One", "meta": {"Body": "Text."}, "title": "wrong"}\n')
    [paper], _ = read(path, mapping={"title": "NAME", "abstract": "meta.body"})
    assert (paper.title, paper.abstract) == ("One", "Text.")
    path = write(tmp_path, "heading,body\nOne,Text.\n", "t.csv")
    [paper], _ = read(path, mapping={"title": "heading", "abstract": "body"})
    assert (paper.title, paper.abstract) == ("One", "Text.")
    path = write(tmp_path, '{"title": "One", "abstract": "Text."}\n')
    [paper], _ = read(path, mapping={"abstract": "body"})
    assert paper.abstract == "Text.", "a record without the column keeps what its own names say"
    with pytest.raises(UsageError, match="unknown field"):
        read(path, mapping={"nonsense": "x"})
    with pytest.raises(UsageError, match="unknown format"):
        read(path, format="nonsense")


def test_own_records_round_trip(tmp_path):
    paper = Paper(
        id="arxiv:2101.00001", title="Fizz", abstract="Fizz 😀 is at github.com/a/b", authors=AUTHORS, year=2021,
        venue="V", doi="10.1000/x", arxiv_id="2101.00001", url="https://example.org/p", source="page.txt:7", language="de",
        mentions=(Mention("abstract", 0, 4, "Fizz", "Method", "introduces", 0.5, "rules", "method/fizz"),),
        links=(Link("abstract", 13, 27, "github.com/a/b", "https://github.com/a/b", "code"),),
    )  # fmt: skip
    bare = Paper(id=paper_id("Only"), title="Only", source="x.bib:1", links=())
    rows = [p.to_dict() for p in (paper, bare)]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    papers, refusals = read(write(tmp_path, text))
    assert ([p.to_dict() for p in papers], refusals) == (rows, [])
    assert papers[0].mentions == paper.mentions
    assert papers[0].links == paper.links
    assert papers[0].source == "page.txt:7"
    assert papers[1] == bare


def test_mentions_that_do_not_fit_are_refused(tmp_path):
    row = {"title": "Fizz", "mentions": [{"field": "title", "start": 0, "end": 4, "text": "Buzz", "type": "Method", "role": "uses"}]}  # fmt: skip
    papers, [refusal] = read(write(tmp_path, json.dumps(row)))
    assert papers == []
    assert "mentions or links do not fit" in refusal.reason


def test_spans_move_with_the_white_space_that_is_squeezed(tmp_path):
    title, abstract = " We use  BERT", "Code \n of\t big \n BERT:  a.b/c ."
    kinds = {"type": "Method", "role": "uses"}

    def at(field, text, words):
        start = text.index(words)
        return {"field": field, "start": start, "end": start + len(words), "text": words}

    mentions = [at("title", title, "BERT"), at("abstract", abstract, " big \n BERT")]
    nothing = at("abstract", abstract, " \n ")
    row = {
        "title": title,
        "abstract": abstract,
        "mentions": [m | kinds for m in (*mentions, nothing)],
        "links": [at("abstract", abstract, "a.b/c") | {"url": "https://a.b/c"}],
    }
    notices: list[Notice] = []
    [paper], refusals = read(write(tmp_path, json.dumps(row)), on_notice=notices.append)
    paper.check()
    assert refusals == []
    assert [(m.field, m.start, m.text) for m in paper.mentions] == [
        ("abstract", 8, "big BERT"), ("title", 7, "BERT"),
    ]  # fmt: skip
    assert [(x.start, x.text) for x in paper.links] == [(18, "a.b/c")]
    assert [n.text for n in notices] == ["mentions or links of white space alone are left out"]


@pytest.mark.parametrize("name", ["title", "paper_title", "Heading"])
def test_an_empty_title_is_told_as_such(name, tmp_path):
    row = {name: " ", "abstract": ABSTRACT}
    mapping = {"title": "Heading"} if name == "Heading" else None
    [], [refusal] = read(write(tmp_path, json.dumps(row)), mapping=mapping)
    assert refusal.reason == "the title is empty"


# -------------------------------------------------------------------------- values


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2106.09685", "2106.09685"),
        ("arXiv:2106.09685v12 [cs.CL]", "2106.09685"),
        ("https://arxiv.org/pdf/2106.09685v1.pdf", "2106.09685"),
        ("https://huggingface.co/papers/2106.09685", "2106.09685"),
        ("10.48550/arXiv.2106.09685", "2106.09685"),
        ("https://doi.org/10.48550/ARXIV.2106.09685", "2106.09685"),
        ("oai:arXiv.org:hep-th/9901001", "hep-th/9901001"),
        ("math.GT/0309136v2", "math/0309136"),
        ("cs/0112017", "cs/0112017"),
        ("0704.0001", "0704.0001"),
        ("2113.00001", None),
        ("2106.096", None),
        ("10.1000/xyz", None),
        ("v001", None),
        ("", None),
    ],
)
def test_arxiv_ids(text, found):
    assert to_arxiv_id(text) == found


def test_marked_arxiv_ids():
    assert find_arxiv_id("CoRR abs/1706.03762") == "1706.03762"
    assert find_arxiv_id("see section 2106.09685") is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("doi:10.1000/ABC.", "10.1000/abc"),
        ("https://dx.doi.org/10.1000/a(b)c?x=1", "10.1000/a(b)c"),
        ("(10.1000/abc)", "10.1000/abc"),
        ("11.1000/abc", None),
    ],
)
def test_dois(text, found):
    assert to_doi(text) == found


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("Lovelace, Ada; Turing, Alan", ("Ada Lovelace", "Alan Turing")),
        ("Ada Lovelace; Alan Turing", ("Ada Lovelace", "Alan Turing")),
        (
            "Ada Lovelace, Alan Turing, and Kurt Gödel",
            ("Ada Lovelace", "Alan Turing", "Kurt Gödel"),
        ),
        ("Lovelace, Ada", ("Ada Lovelace",)),
        ("Ada Lovelace and Alan Turing", ("Ada Lovelace", "Alan Turing")),
        ("Ada Lovelace", ("Ada Lovelace",)),
        ("Ada Lovelace*, Alan Turing† et al.", ("Ada Lovelace", "Alan Turing")),
        (["Lovelace, Ada", {"first": "Alan", "last": "Turing"}], ("Ada Lovelace", "Alan Turing")),
        ([{"author": {"display_name": "Ada Lovelace"}}], ("Ada Lovelace",)),
        ([None, 3, {}, [], "", {"name": 5}], ()),
        (None, ()),
        (7, ()),
    ],
)
def test_authors(value, names):
    assert to_authors(value) == names


@pytest.mark.parametrize(
    ("value", "year"),
    [("2020", 2020), (2020, 2020), (2020.0, 2020), ("Mar 3rd, 1999", 1999), ("20200101", None), ({"date-parts": [[None]]}, None),
     ([[2020]], 2020), (True, None), ("", None), (10**400, None), ("0020", None), ({"raw": "June 2018"}, 2018)],
)  # fmt: skip
def test_years(value, year):
    assert to_year(value) == year


def test_inverted_index():
    assert to_text({"b": [1], "a": [0, 2], "x": "no", "y": [None]}) == "a b a"
    assert to_text("plain") == "plain"


# -------------------------------------------------------------------------- detection


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b'{"title": 1}\n{"title": 2}\n', "jsonl"),
        (b'{"title": 1}', "jsonl"),
        (b'[{"title": 1},\n{"title": 2}]', "json"),
        (b'{\n"results": [', "json"),
        (b"[1] A title of a paper\n", "listing"),
        (b"{A} brace at the start of a title\n", "listing"),
        (b"\xef\xbb\xbf@misc{a,\n", "bibtex"),
        (b"some header text\n\n@article{a,\n", "bibtex"),
        (b"TY  - JOUR\r\n", "ris"),
        (b"<?xml version='1.0'?><feed>", "atom"),
        (b"<feed xmlns='x'>", "atom"),
        (b"<!DOCTYPE html><html>", "html"),
        (MAIL.encode(), "arxiv-mail"),
        (b"title,abstract\n", "csv"),
        (b"Title;Year\n", "csv"),
        (b"Title\tYear\n", "tsv"),
        ("title,abstract\n".encode("utf-16"), "csv"),
        (b"Everything, including the title, is text\n", "listing"),
        (b"", "listing"),
    ],
)
def test_detection(head, name):
    assert detect(head) == name


def test_every_format_is_tested_here():
    tested = {*SAME, *TAGGED, "listing", "atom", "arxiv-bulk", "arxiv-mail"}
    assert set(FORMATS) == tested


# -------------------------------------------------------------------------- files


def test_compressed_files(tmp_path):
    import zstandard

    text = SAME["jsonl"].encode()
    packers = {
        "gz": gzip.compress,
        "xz": lzma.compress,
        "bz2": bz2.compress,
        "zst": zstandard.compress,
    }
    for name, pack in packers.items():
        [paper], _ = read(write(tmp_path, pack(text), f"p.jsonl.{name}"))
        assert paper.title == TITLE
        [paper], _ = read(write(tmp_path, pack(text), f"{name}-without-ending"))
        assert paper.title == TITLE


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_broken_archives_keep_what_came_before(pack, tmp_path):
    text = b"".join(
        json.dumps({"title": f"Paper {os.urandom(40).hex()}"}).encode() + b"\n" for _ in range(9000)
    )
    packed = pack(text)
    papers, refusals = read(write(tmp_path, packed[: len(packed) * 2 // 3]))
    assert 100 < len(papers) < 9000
    assert len(refusals) >= 1
    assert "breaks off" in refusals[-1].reason


def test_folders_globs_and_names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in (
        "d/a.jsonl",
        "d/sub/b.bib",
        "d/.hidden/c.jsonl",
        "d/picture.png",
        "d/.x.jsonl",
        "e.jsonl",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SAME["bibtex" if name.endswith("bib") else "jsonl"])
    assert find_inputs("d") == [Path("d/a.jsonl"), Path("d/sub/b.bib")]
    assert find_inputs(["e.jsonl", "d", "d/a.jsonl", "./d/a.jsonl"]) == [
        Path("d/a.jsonl"), Path("d/sub/b.bib"), Path("e.jsonl"),
    ]  # fmt: skip
    assert find_inputs("**/*.jsonl") == [Path("d/a.jsonl"), Path("e.jsonl")]
    assert find_inputs("-") == [Path("-")]
    papers, _ = read("d")
    assert [p.source for p in papers] == ["d/a.jsonl:1", "d/sub/b.bib:2#x"]
    for missing in ("nothing", "*.nothing", "\0"):
        with pytest.raises(UsageError):
            find_inputs(missing)


def test_what_of_a_folder_is_not_read_is_told(tmp_path):
    for name in ("a.jsonl", "b.pdf", "c.PDF", "sub/d.html", "README", ".hidden.pdf", ".git/x.pdf"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text('{"title": "A Title"}\n', encoding="utf-8")
    for reader in (read_papers, read_unique):
        notices: list[Notice] = []
        assert len(list(reader(tmp_path, on_notice=notices.append))) == 1
        assert [(n.source, n.line, n.text) for n in notices] == [(
            str(tmp_path), 0,
            "passed over: 1 .html, 2 .pdf, 1 without ending; name such a file itself to have it read",
        )]  # fmt: skip
    notices = []
    list(read_papers(tmp_path / "a.jsonl", on_notice=notices.append))
    assert not notices


def test_what_was_built_among_the_inputs_is_no_input(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"title": "A Title"}\n', encoding="utf-8")
    kg.build(tmp_path, out=tmp_path / "first")
    notices: list[Notice] = []
    [paper] = read_papers(tmp_path, on_notice=notices.append)
    assert paper.source.endswith("a.jsonl:1")
    assert [n.text for n in notices] == [f"passed over, as built by kg: {tmp_path / 'first'}"]
    assert len(list(read_papers(tmp_path / "first" / "papers.jsonl"))) == 1


def test_standard_input(monkeypatch):
    class Stdin:
        buffer = io.BytesIO(gzip.compress(SAME["ris"].encode()))

    monkeypatch.setattr("sys.stdin", Stdin)
    [paper], _ = read("-")
    assert (paper.title, paper.source) == (TITLE, "-:1")
    Stdin.buffer = io.BytesIO(SAME["ris"].encode())
    assert [p.title for p in read_unique("-")] == [TITLE]


@pytest.fixture
def pipe(tmp_path):
    """A named pipe that gives one paper, to the first who reads it."""
    path = tmp_path / "pipe.ris"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_text, args=(SAME["ris"],), daemon=True)
    writer.start()
    yield path
    # Frees a writer that nobody read; without O_NONBLOCK it would wait for one that has gone.
    reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    writer.join(timeout=30)
    os.close(reading)
    assert not writer.is_alive()


@pytest.mark.parametrize("reader", [read_papers, read_unique])
def test_a_pipe_is_read_once(reader, pipe):
    assert [(p.title, p.source) for p in reader(pipe)] == [(TITLE, f"{pipe}:1")]
    row, standard = describe_inputs(list_inputs([pipe]), []), describe_inputs([Input("-")], [])
    assert row == [{**standard[0], "path": str(pipe)}]


@pytest.mark.parametrize("reader", [read_papers, read_unique])
def test_a_pipe_met_in_a_folder_is_not_waited_for(reader, pipe):
    refusals: list[Refusal] = []
    assert not list(reader(pipe.parent, on_refusal=refusals.append))
    assert [(r.source, r.reason[:16]) for r in refusals] == [(str(pipe), "a pipe or a devi")]
    assert describe_inputs(list_inputs(pipe.parent), []) == []


# -------------------------------------------------------------------------- encodings


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks(encoding, tmp_path):
    for name in ("jsonl", "json", "csv", "bibtex", "ris"):
        [paper], _ = read(write(tmp_path, SAME[name].replace("Study", "Stüdy 数").encode(encoding)))
        assert paper.title == TITLE.replace("Study", "Stüdy 数")


def test_what_is_not_utf8_is_read_and_noticed(tmp_path):
    notices: list[Notice] = []
    text = "title,abstract\nGödel,é\n".encode("latin-1") + "Gödel 数,".encode() + b"\xff bad\n"
    found = list(read_papers(write(tmp_path, text), on_notice=notices.append))
    assert [(p.title, p.abstract) for p in found] == [("Gödel", "é"), ("Gödel 数", "\ufffd bad")]
    assert [(n.line, n.text[:8]) for n in notices] == [(2, "not UTF-"), (3, "not vali")]


def test_characters_that_no_file_can_hold(tmp_path):
    notices: list[Notice] = []
    path = write(
        tmp_path, '{"title": "a\\ud800b \\ud83d\\ude00", "abstract": "x\\u0000y\\u0007"}\n'
    )
    [paper] = read_papers(path, on_notice=notices.append)
    assert (paper.title, paper.abstract) == ("a\ufffdb 😀", "x\ufffdy\ufffd")
    assert len(notices) == 1
    paper.title.encode()


def test_white_space_is_squeezed_and_nothing_else(tmp_path):
    [paper], _ = read(
        write(
            tmp_path,
            json.dumps({"title": " A\u00a0 B\n", "abstract": "a\t\r\n b  {\\em c} **d** <i>e</i>"}),
        )
    )
    assert (paper.title, paper.abstract) == ("A B", "a b {\\em c} **d** <i>e</i>")


NUL = {
    "jsonl": b'{"title": "One"}\n{"title": "T\x00wo", "abstract": "a"}\n{"title": "Three"}\n',
    "json": b'[\n{"title": "One"},\n{"title": "T\x00wo"},\n{"title": "Three"}]\n',
    "csv": b"title,abstract\nOne,a\nT\x00wo,b\nThree,c\n",
    "bibtex": b"@misc{a, title={One}}\n@misc{b, title={T\x00wo}}\n@misc{c, title={Three}}\n",
    "ris": b"TY  - A\nTI  - One\nER  - \nTY  - A\nTI  - T\x00wo\nER  - \n"
    b"TY  - A\nTI  - Three\nER  - \n",
    "atom": b"<feed><entry><title>One</title></entry><entry><title>T\x00wo</title></entry>"
    b"<entry><title>Three</title></entry></feed>",
}


@pytest.mark.parametrize("format", NUL)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_stray_nul_costs_one_letter(format, encoding, tmp_path):
    path = write(tmp_path, NUL[format].decode().encode(encoding))
    notices, refusals = [], []
    papers = list(read_papers(path, on_notice=notices.append, on_refusal=refusals.append))
    assert [paper.title for paper in papers] == ["One", "T\ufffdwo", "Three"]
    assert not refusals
    assert [n.text for n in notices] == ["NUL characters became U+FFFD"]


@pytest.mark.parametrize(
    "data",
    [
        NUL["jsonl"].decode().encode("utf-16-le"),  # no byte order mark
        NUL["jsonl"] + b"\x00" * 40,
        random.Random(1).randbytes(8192),
        b"\x00" + random.Random(2).randbytes(300),
        (b"\x7fELF" + b"\x00\x01some text in between, as a program has it" * 9) * 9,
    ],
)
def test_many_nuls_are_no_text(data, tmp_path):
    with pytest.raises(ReadError, match="binary"):
        read(write(tmp_path, data))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"PK\x03\x04....", "a zip"),
        (b"abc\x00def", "binary"),
        (bytes(range(256)) * 10, "binary"),
        (b"<!doctype html><html><body>x</body></html>", "HTML"),
    ],
)
def test_what_is_no_text_gets_one_line(data, message, tmp_path):
    with pytest.raises(ReadError, match=message) as error:
        read(write(tmp_path, data))
    assert "\n" not in str(error.value)
    folder = tmp_path / "folder"
    folder.mkdir()
    write(folder, data, "x.txt")
    write(folder, SAME["jsonl"], "y.jsonl")
    papers, [refusal] = read(folder)
    assert len(papers) == 1
    assert message in refusal.reason
    assert refusal.line == 0
