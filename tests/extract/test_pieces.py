"""Word pieces: offsets are exact, shapes and rare characters do not break anything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.extract.pieces import SHAPES, PieceTokenizer, shape

VOCABULARY = ["[UNK]", "[CLS]", "[SEP]", "lo", "##ra", "3", "##d", "cafe", "a", "##n", "-", "."]


@pytest.fixture(scope="module")
def tokenizer() -> PieceTokenizer:
    return PieceTokenizer(VOCABULARY)


def texts(tokenizer: PieceTokenizer, text: str) -> list[tuple[str, str]]:
    return [(text[p.start : p.end], VOCABULARY[p.id]) for p in tokenizer.encode(text)]


def test_pieces_are_the_longest_and_case_is_kept_as_shape(tokenizer: PieceTokenizer) -> None:
    assert texts(tokenizer, "LoRA 3D") == [("Lo", "lo"), ("RA", "##ra"), ("3", "3"), ("D", "##d")]
    shapes = [p.shape for p in tokenizer.encode("LoRA")]
    assert shapes == [shape("Lo"), shape("RA") + SHAPES]


def test_accents_go_and_offsets_stay(tokenizer: PieceTokenizer) -> None:
    assert texts(tokenizer, "Café.") == [("Café", "cafe"), (".", ".")]
    assert texts(tokenizer, "Cafe\u0301.")[0][0] == "Cafe\u0301"[:4]


def test_a_ligature_is_read_as_its_letters_and_never_split() -> None:
    whole = PieceTokenizer(["[UNK]", "[CLS]", "[SEP]", "e", "##ffi", "##cient", "ef", "##fi"])
    pieces = whole.encode("E\ufb03cient")
    assert [(p.id, p.start, p.end) for p in pieces] == [(3, 0, 1), (4, 1, 2), (5, 2, 7)]
    torn = PieceTokenizer(["[UNK]", "[CLS]", "[SEP]", "ef", "##fi", "##cient"])
    assert [(p.id, p.start, p.end) for p in torn.encode("E\ufb03cient")] == [(0, 0, 7)]


def test_an_unknown_word_is_one_piece(tokenizer: PieceTokenizer) -> None:
    assert texts(tokenizer, "lo xyz lo") == [("lo", "lo"), ("xyz", "[UNK]"), ("lo", "lo")]
    assert len(tokenizer.encode("a" * 10_000)) == 1


@given(st.text(max_size=80))
def test_any_text_gives_ordered_pieces_within_it(text: str) -> None:
    at = 0
    for piece in PieceTokenizer(VOCABULARY).encode(text):
        assert at <= piece.start < piece.end <= len(text)
        at = piece.end
