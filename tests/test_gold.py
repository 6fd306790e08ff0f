"""Annotated papers in three forms, and what is no annotated paper."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest

from kg.errors import ReadError
from kg.gold import read_gold
from kg.model import Mention, Paper

TEXT = "Foo beats Bar on COCO."
FOO = Mention("abstract", 0, 3, "Foo", "Method", "introduces", 1.0, "test")
GOLD = Paper("p", "", TEXT, mentions=(FOO,))


def test_the_three_forms(tmp_path: Path) -> None:
    ours = tmp_path / "ours.jsonl"
    ours.write_text(json.dumps(GOLD.to_dict()) + "\n\n", encoding="utf-8")
    assert read_gold(ours) == [GOLD]
    scier = tmp_path / "scier.jsonl"
    row = {"doc_id": "d", "sentence": TEXT, "ner": [["Foo", "Method"], ["COCO", "Dataset"]]}
    scier.write_text(json.dumps(row), encoding="utf-8")
    [paper] = read_gold(scier)
    paper.check()
    assert [(m.text, m.type) for m in paper.mentions] == [("Foo", "Method"), ("COCO", "Dataset")]
    import spacy
    from spacy.tokens import DocBin

    doc = spacy.blank("en")(TEXT)
    doc.ents = [doc.char_span(0, 3, label="Gadget")]
    DocBin(docs=[doc]).to_disk(tmp_path / "own.spacy")
    [own] = read_gold(tmp_path / "own.spacy")
    assert [(m.text, m.type) for m in own.mentions] == [("Foo", "Gadget")]


def test_sciers_documents_are_read_whole_and_its_entities_in_order(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"doc_id": "a", "sentence": "NetX and Net win .", "ner": [["Net", "Method"]]},
        {"doc_id": "b", "sentence": "Nothing .", "ner": []},
        {"doc_id": "a", "sentence": "Net or Net ?", "ner": [["Net", "Method"], ["Net", "Task"]]},
    ]
    path = tmp_path / "scier.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    one, two = read_gold(path)
    one.check()
    assert (one.id, one.abstract) == ("a", "NetX and Net win . Net or Net ?")
    assert [(m.start, m.type) for m in one.mentions] == [
        (9, "Method"),
        (19, "Method"),
        (26, "Task"),
    ]
    assert (two.id, two.mentions) == ("b", ())
    rows[2]["ner"] = [["Web", "Method"]]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    with pytest.raises(ReadError, match=r"scier\.jsonl:3: 'Web' is not in the sentence; expected"):
        read_gold(path)


def test_a_line_separator_within_a_text_ends_no_line(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text('{"title": "one\u2028two\u0085three", "mentions": []}', encoding="utf-8")
    [paper] = read_gold(path)
    assert paper.title == "one\u2028two\u0085three"


def test_short_annotations_are_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    row = {"title": "T", "abstract": "Use Foo.", "mentions": [{"start": 4, "end": 7, "type": "X"}]}
    path.write_text(json.dumps(row), encoding="utf-8")
    [paper] = read_gold(path)
    assert paper.mentions[0].text == "Foo"
    assert paper.id == "own:1"
    path.write_text(json.dumps({**row, "title": None, "year": None}), encoding="utf-8")
    [paper] = read_gold(path)
    assert (paper.title, paper.mentions[0].text) == ("", "Foo")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "no annotated papers"),
        ("{", ":1: "),
        ("[1]", "found list, expected a JSON object"),
        ('{"title": "T", "mentions": [{"start": 0}]}', ":1: "),
        ('{"title": "T", "mentions": [{"field": "title", "start": 0, "end": 9, "type": "M"}]}',
         "ends beyond its text of 1 character"),
        ('{"title": "T", "mentions": [{"field": "title", "start": "0", "end": 1, "type": "M"}]}',
         "start and end must be integers"),
        ('{"title": ["T"]}', "title: found a list, expected text"),
        ('{"id": true, "title": "T"}', "id: found true or false, expected text"),
        ('{"title": "T", "abstract": 5}', "abstract: found a number, expected text"),
        ('{"title": "T", "mentions": {}}', "mentions: found an object, expected a list"),
        ('{"title": "T", "links": "x"}', "links: found text, expected a list"),
        ('{"title": "T", "mentions": ["x"]}', "mentions: found text in the list, expected an"),
        ('{"title": "T", "mentions": [null]}', "mentions: found null in the list, expected an"),
        ('{"title": "T", "links": [{"field": "title", "start": 0, "end": 1, "text": "T"}]}',
         "a link without url"),
        ('{"title": "T", "mentions": [{"field": "title", "start": 0, "end": 1}]}',
         "a mention without type"),
        ('{"title": "T", "mentions": [{"field": "title", "start": 0, "end": 1, "type": 3}]}',
         "mention type: found a number, expected text"),
        ('{"title": "T", "mentions": [{"field": "title", "start": 0, "end": 1, "type": "M", '
         '"confidence": NaN}]}', "mention confidence nan: expected a number from 0 to 1"),
        ('{"title": "T", "mentions": [{"field": "body", "start": 0, "end": 1, "type": "M"}]}',
         "mention field 'body': expected title or abstract"),
        ('{"title": "T", "mentions": [{"field": ["x"], "start": 0, "end": 1, "type": "M"}]}',
         "mention field ['x']: expected title or abstract"),
        ('{"doc_id": 1, "sentence": 5, "ner": []}', "sentence: found a number, expected text"),
        ('{"doc_id": 1, "sentence": "a", "ner": 5}', "ner: found a number, expected a list"),
        ('{"doc_id": 1, "sentence": "a", "ner": [["a", 5]]}', 'ner: found ["a", 5], expected'),
        ('{"id": "x", "title": "T", "mentions": [{"field": "title", "start": 0, "end": 1, '
         '"text": "no", "type": "M", "role": "uses"}]}', "the record says 'no'"),
    ],
)  # fmt: skip
def test_bad_gold_names_file_and_line(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ReadError) as caught:
        read_gold(path)
    assert message in str(caught.value)
    assert "bad.jsonl" in str(caught.value)
    assert "__init__" not in str(caught.value)


def test_a_number_is_an_id(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text('{"id": 5, "title": "T"}', encoding="utf-8")
    assert [paper.id for paper in read_gold(path)] == ["5"]


@pytest.mark.parametrize("data", [b"", b"text", zlib.compress(b"\x05"), zlib.compress(b"\x90")])
def test_what_is_no_spacy_file_is_one_line(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bad.spacy"
    path.write_bytes(data)
    with pytest.raises(ReadError, match=r"bad\.spacy: not a \.spacy file"):
        read_gold(path)


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    for name in ("absent.jsonl", "absent.spacy"):
        with pytest.raises(ReadError, match="absent"):
            read_gold(tmp_path / name)


def test_bytes_that_are_not_utf_8_are_told_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    line = json.dumps(GOLD.to_dict()).encode()
    path.write_bytes(b"\xef\xbb\xbf" + line + b"\r\n" + line.replace(b"COCO", b"C\xd6CO"))
    with pytest.raises(ReadError, match=r"gold\.jsonl:2: not UTF-8: .*0xd6"):
        read_gold(path)
