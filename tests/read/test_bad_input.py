"""Bad input is normal input: a refusal or one line, never a traceback, never unbounded memory."""

# ruff: noqa: E501 - texts stand on one line, as the readers meet them
from __future__ import annotations

import gzip
import io
import json
import lzma
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import KGError
from kg.model import Paper
from kg.read import FORMATS, Refusal, read_papers
from kg.read import _base as base
from kg.read import _json as json_reader
from kg.read._base import Source
from kg.read._read import _read_source, find_reader
from tests.linear import check_linear

SEEDS = [
    b'{"title": "A", "abstract": "b"}\n', b'[{"title": "A"}, {"x": [', b"title,abstract\nA,b\n", b'"', b"@misc{a, title={A}}\n",
    b"@string{x = {y}}", b"TY  - JOUR\nTI  - A\nER  - \n", b"<feed><entry><title>A</title></entry></feed>", b"</entry>",
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"\\\\\narXiv:2101.00001\nTitle: A\n\\\\\n  b\n\\\\\n", b"\n\n", b"\xff\xfe", b"\x00",
    b"Title: A\n", b"Abstract: We show it.\n", b"A Title of Some Words\n\n", b"We show that it works. It is good and fast, too.\n",
    b"{", b"}", b"\\", b"null", b"1e999", b'"\\ud800"', b"\r", "é数".encode(), b"arXiv:2101.00001v2", b"12 upvotes\n",
]  # fmt: skip
DATA = st.one_of(
    st.binary(max_size=400),
    st.lists(st.one_of(st.sampled_from(SEEDS), st.binary(max_size=20)), max_size=12).map(b"".join),
)


def read_bytes(data: bytes, format: str | None) -> tuple[list[Paper], list[Refusal]]:
    refusals: list[Refusal] = []
    source = Source("x", io.BufferedReader(io.BytesIO(data)), refusals.append)
    try:
        return list(_read_source(source, find_reader(source, format))), refusals
    except KGError as error:
        if "\n" in str(error):
            pytest.fail(f"more than one line: {error}")
        return [], refusals


@pytest.mark.parametrize("format", [None, *FORMATS])
@settings(max_examples=120, deadline=None)
@given(data=DATA)
def test_any_bytes_in_any_format(format, data):
    papers, refusals = read_bytes(data, format)
    for paper in papers:
        assert paper.title == " ".join(paper.title.split()) != ""
        json.dumps(paper.to_dict(), ensure_ascii=False).encode()
        paper.check()
    for refusal in refusals:
        assert refusal.reason
        assert 0 <= refusal.line <= data.count(b"\n") + data.count(b"\r") + 1


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["title", "abstract", "authors", "year", "doi", "arxiv_id", "url", "venue", "id", "mentions",
                             "links", "source", "abstract_inverted_index", "externalIds", "authors_parsed", "DOI", "issued",
                             "primary_location", "versions", "language", "paper"]),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
                lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "date-parts", "DOI", "a"]), inner, max_size=3),
                max_leaves=6,
            ),
        ),
        max_size=5,
    )
)  # fmt: skip
def test_json_records_of_any_shape_are_kept_or_refused(rows):
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    for format in ("jsonl", "csl", "openalex", "semanticscholar", "crossref", "arxiv-bulk"):
        papers, refusals = read_bytes(data, format)
        if not any("paper" in row for row in rows):
            assert len(papers) + len(refusals) >= len(rows)
    read_bytes(json.dumps(rows).encode(), None)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.text(min_size=1, max_size=30), st.text(max_size=60)), min_size=1, max_size=6
    )
)
def test_jsonl_keeps_all_text_but_white_space(rows):
    data = "".join(json.dumps({"title": t, "abstract": a}) + "\n" for t, a in rows).encode()
    papers, refusals = read_bytes(data, "jsonl")
    assert len(papers) + len(refusals) == len(rows)
    assert len(refusals) == sum(not " ".join(t.split()) for t, _ in rows)
    for paper in papers:
        line = int(paper.source.split(":")[1]) - 1
        title, abstract = (" ".join(x.split()) for x in rows[line])
        bad = {chr(c) for c in (*range(32), 127, 0xFFFE, 0xFFFF)}
        if not bad & set(title + abstract):
            assert (paper.title, paper.abstract) == (title, abstract)


# -------------------------------------------------------------------------- hostile


def peak(action) -> int:
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("format", sorted(FORMATS))
@pytest.mark.parametrize(
    "unit",
    [b"{", b"[", b'{"a":', b"@a{", b"\\", b"<a>", b"(", b'"', b"a ", b"A. ", b"A", b"\n", b"TY  - \n", b"\\\\\n", b"a,", b"$",
     b"https://", b"Title: ", b"{\\'e}"],
)  # fmt: skip
def test_a_lot_of_anything_takes_linear_time(format, unit):
    check_linear(lambda n: unit * (n // len(unit)), lambda data: read_bytes(data, format), 100_000)


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "haha">'
    + "".join(
        f'<!ENTITY {y} "{f"&{x};" * 10}">' for x, y in zip("abcdefghi", "bcdefghij", strict=True)
    )
    + "]><feed><entry><title>&j;</title></entry></feed>"
)
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><feed><entry><title>&a;</title></entry></feed>'


@pytest.mark.parametrize("text", [LAUGHS, OUTSIDE])
def test_xml_entities_are_refused(text):
    papers, [refusal] = read_bytes(text.encode(), "atom")
    assert papers == []
    assert "entities" in refusal.reason


def test_broken_xml_keeps_what_came_before():
    text = "<feed><entry><title>A</title></entry><entry><title>B</entry></feed>"
    papers, [refusal] = read_bytes(text.encode(), "atom")
    assert [p.title for p in papers] == ["A"]
    assert "broken XML" in refusal.reason


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("around", ["{}", '{{"papers": {}}}', "{0}\n{0}", "{0}{0}"])
@pytest.mark.parametrize(
    "broken", ['"name": "P "2",', '"name": "P2"', '"name": P2,', '"name": "\t",', '"name": {,']
)
def test_a_broken_record_of_a_list_costs_no_other(indent, around, broken):
    """Whatever lists of objects are within the records, even such as begin alike."""
    people = [{"name": "A B"}, {"name": "C D"}]
    rows = [
        {"name": f"P{n}", "title": f"Paper {n}", "authors": people, "ids": {"a": {}}}
        for n in range(6)
    ]
    text = json.dumps(rows, indent=indent)
    if not indent:
        text = text.replace('"authors": [{"name"', '"authors": [{"last"').replace(
            '}, {"name": "C', '}, {"last": "C'
        )
    for n in (5, 2):
        text = text.replace(f'"name": "P{n}",', broken)
    papers, refusals = read_bytes(around.format(text).encode(), "json")
    times = around.count("{0}") or 1
    assert [p.title for p in papers] == [f"Paper {n}" for n in (0, 1, 3, 4)] * times
    assert len(refusals) == 2 * times
    assert all(r.reason.startswith("broken JSON: ") for r in refusals)


def entry(title, more=""):
    return f"<entry><title>{title}</title>{more}</entry>\n"


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (entry("A & B"), "not well-formed (invalid token)"),
        (entry("A&nbsp;B"), "undefined entity"),
        (entry("AB", "<summary>"), "mismatched tag"),
        (entry("AB", "<x:doi>1</x:doi>"), "unbound prefix"),
        (entry("AB", "<a b='1' b='2'/>"), "duplicate attribute"),
        ("<entry <b>\n", "not well-formed (invalid token)"),
    ],
)
def test_broken_xml_costs_the_entry_it_is_in(wrong, reason):
    """Wherever in the stream that is read in pieces it stands, and however often."""
    head = "<?xml version='1.0'?>\n<f:feed xmlns:f='u' xmlns:d='v'><list>\n"
    entries = [entry(f"{n} {'word ' * 500}", "<d:doi>10.1234/x</d:doi>") for n in range(120)]
    for n in (100, 51, 50, 0):
        entries.insert(n, wrong)
    papers, refusals = read_bytes((head + "".join(entries) + "</list></f:feed>").encode(), "atom")
    assert [int(p.title.split()[0]) for p in papers] == list(range(120))
    assert [r.line for r in refusals] == [3, 54, 56, 106]
    assert {r.reason for r in refusals} == {f"broken XML: {reason}"}
    assert papers[-1].doi == "10.1234/x"
    assert papers[-1].source.endswith(":126")


def test_an_entry_without_its_end_tag_swallows_no_others():
    text = "<feed>" + entry("A").replace("</entry>", "") + entry("B") + entry("C") + "</feed>"
    papers, [refusal] = read_bytes(text.encode(), "atom")
    assert [p.title for p in papers] == ["A", "B", "C"]
    assert refusal.reason == "broken XML: mismatched tag"


@pytest.mark.parametrize("between", ["", "\n", "\n\n<?xml version='1.0'?>\n", "<!-- -->"])
def test_documents_one_after_another_are_all_read(between):
    one = "<?xml version='1.0'?><feed xmlns='u'>" + entry("A") + "</feed>"
    two = "<rss><channel>" + entry("B").replace("entry", "item") + "</channel></rss>"
    papers, refusals = read_bytes((one + between + two).encode(), "atom")
    assert ([p.title for p in papers], refusals) == (["A", "B"], [])
    papers, [refusal] = read_bytes((one[:-20] + between + one).encode(), "atom")
    assert [p.title for p in papers] == ["A"]
    assert "broken XML" in refusal.reason
    papers, [refusal] = read_bytes((one + " and more").encode(), "atom")
    assert (len(papers), refusal.reason) == (1, "broken XML: junk after document element")


@pytest.mark.parametrize(
    ("declared", "written", "notices"),
    [
        ("", "utf-8", []),
        ("", "cp1252", ["not UTF-8: read as Windows-1252"]),
        ("utf-16", "utf-8", ["this is not written in utf-16, as it says: read as UTF-8"]),
        ("klingon", "utf-8", ["this is not written in klingon, as it says: read as UTF-8"]),
        ("hex", "utf-8", ["this is not written in hex, as it says: read as UTF-8"]),
        ("us-ascii", "utf-8", []),
        ("ISO-8859-1", "latin-1", []),
        ("GB18030", "gb18030", []),
        ("UTF-16", "utf-16", []),
    ],
)
def test_xml_is_read_in_the_encoding_it_names(declared, written, notices, tmp_path):
    says = f" encoding='{declared}'" if declared else ""
    title = "Grüße, naïve Sätze" if written != "gb18030" else "图 graphs"
    path = tmp_path / "a.xml"
    text = f"<?xml version='1.0'{says}?>\n<feed>" + entry(title) + "</feed>"
    path.write_bytes(text.encode(written))
    told = []
    [paper] = read_papers(path, on_notice=told.append)
    assert paper.title == title
    assert [n.text for n in told] == notices


def test_control_characters_cost_a_letter():
    papers, refusals = read_bytes(("<feed>" + entry("A\x0bB") + "</feed>").encode(), "atom")
    assert ([p.title for p in papers], refusals) == (["A\ufffdB"], [])


def test_ten_megabytes_in_one_field(tmp_path):
    text = "word " * 2_000_000
    for format, data in {
        "jsonl": json.dumps({"title": "A", "abstract": text}),
        "json": json.dumps([{"title": "A", "abstract": text}], indent=1),
        "csv": f"title,abstract\nA,{text}\n",
        "bibtex": "@misc{a, title={A}, abstract={" + text + "}}",
        "ris": f"TY  - JOUR\nTI  - A\nAB  - {text}\nER  - \n",
        "atom": f"<feed><entry><title>A</title><summary>{text}</summary></entry></feed>",
        "listing": f"A Title of Some Words\n\n{text}\n",
        "arxiv-mail": f"\\\\\narXiv:2101.00001\nTitle: A\n\\\\\n{text}\n\\\\\n",
    }.items():
        [paper], _ = read_bytes(data.encode(), format)
        assert len(paper.abstract) == len(text) - 1, format


@pytest.mark.parametrize("format", ["jsonl", "csv", "bibtex", "ris", "listing", "arxiv-mail"])
def test_too_long_a_line_is_refused_and_the_next_read(format, monkeypatch):
    monkeypatch.setattr(base, "MAX_LINE", 50_000)
    good = {"jsonl": '{"title": "Good"}', "csv": "Good,x", "bibtex": "@misc{a, title={Good}}", "ris": "TY  - A\nTI  - Good\nER  - ",
            "listing": "A Title of Several Words\n\nWe show that it works well in all cases, and we say how and why it does so here.",
            "arxiv-mail": "\\\\\narXiv:2101.00001\nTitle: Good\n\\\\\n x\n\\\\"}[format]  # fmt: skip
    head = "title,abstract\n" if format == "csv" else ""
    papers, refusals = read_bytes(f"{head}{'x' * 100_000}\n{good}\n".encode(), format)
    assert len(papers) == 1
    assert "a line of more than 50,000 bytes" in [r.reason for r in refusals]
    wide, refusals = read_bytes(f"{head}{'x' * 100_000}\n{good}\n".encode("utf-16"), format)
    assert len(wide) == 1


def test_too_large_a_json_item_is_refused_and_the_next_read(monkeypatch):
    monkeypatch.setattr(json_reader, "MAX_RECORD", 300_000)
    data = '[{"title": "A"},\n{"title": "' + "x" * 2_000_000 + '"},\n{"title": "B"}]'
    papers, refusals = read_bytes(data.encode(), "json")
    assert "A" in [p.title for p in papers]
    assert refusals


# -------------------------------------------------------------------------- streaming


def rows(count: int):
    for n in range(count):
        yield {
            "title": f"Paper number {n}",
            "abstract": f"Text {n} of a paper. " * 40,
            "authors": ["Ada Lovelace"],
            "year": 2020,
        }


@pytest.mark.parametrize(
    "kind", ["jsonl.xz", "json", "json-object", "csv", "bib.gz", "ris", "atom"]
)
def test_memory_does_not_grow_with_the_file(kind, tmp_path, monkeypatch):
    monkeypatch.setattr(json_reader, "WHOLE", 200_000)

    def write(count: int):
        path = tmp_path / f"{count}.{kind}"
        opener = {"xz": lzma.open, "gz": gzip.open}.get(kind.rsplit(".", 1)[-1], open)
        with opener(path, "wt", encoding="utf-8") as out:
            out.write(
                {
                    "json": "[\n",
                    "json-object": '{"meta": {}, "results": [\n',
                    "csv": "title,abstract\n",
                    "atom": "<feed>",
                }.get(kind, "")
            )
            for n, row in enumerate(rows(count)):
                t, a = row["title"], row["abstract"]
                out.write({
                    "jsonl.xz": json.dumps(row) + "\n", "json": (",\n" if n else "") + json.dumps(row), "json-object": (",\n" if n else "") + json.dumps(row),
                    "csv": f"{t},{a}\n", "bib.gz": f"@misc{{x{n}, title={{{t}}}, abstract={{{a}}}}}\n",
                    "ris": f"TY  - JOUR\nTI  - {t}\nAB  - {a}\nER  - \n", "atom": f"<entry><title>{t}</title><summary>{a}</summary></entry>\n",
                }[kind])  # fmt: skip
            out.write({"json": "]", "json-object": "]}", "atom": "</feed>"}.get(kind, ""))
        return path

    small, large = write(400), write(4000)
    counts = []
    read = lambda path: counts.append(sum(1 for _ in read_papers(path)))  # noqa: E731
    read(small)
    used_small = peak(lambda: read(small))
    used_large = peak(lambda: read(large))
    assert counts == [400, 400, 4000]
    assert used_large < 1.4 * used_small + 300_000


def test_a_tar_archive_is_told_as_such(tmp_path):
    import tarfile

    from kg.errors import ReadError

    (tmp_path / "papers.txt").write_text("A Title\n")
    with tarfile.open(tmp_path / "papers.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "papers.txt")
    with pytest.raises(ReadError, match=r"papers\.tar\.gz: a tar archive; unpack it first"):
        list(read_papers(tmp_path / "papers.tar.gz"))
