"""Rows for people: widths, alignment, and nothing that steers a terminal."""

from __future__ import annotations

import json

import pytest

from kg.query.table import to_cell, to_table
from kg.text import display_width

INTEGER = "http://www.w3.org/2001/XMLSchema#integer"


def body(*rows: dict[str, str], names: tuple[str, ...] = ("name", "n")) -> bytes:
    bindings = [
        {
            key: {
                "type": "literal",
                "value": value,
                **({"datatype": INTEGER} if key == "n" else {}),
            }
            for key, value in row.items()
        }
        for row in rows
    ]
    return json.dumps({"head": {"vars": names}, "results": {"bindings": bindings}}).encode()


def test_numbers_stand_to_the_right_and_text_to_the_left() -> None:
    lines = to_table(body({"name": "abc", "n": "5"}, {"name": "d", "n": "100"})).splitlines()
    assert lines == ["name    n", "----  ---", "abc     5", "d     100"]


def test_no_rows_is_a_table_of_names() -> None:
    assert to_table(body()) == "name  n\n----  -"
    assert to_table(body(names=())) == "\n"


def test_a_missing_value_is_a_gap() -> None:
    assert to_table(body({"n": "5"})).splitlines()[-1] == "      5"


@pytest.mark.parametrize("width", [20, 40, 80])
def test_a_table_fits_the_terminal(width: int) -> None:
    table = to_table(
        body({"name": "long " * 50, "n": "7"}, {"name": "知識" * 50, "n": "7"}), width=width
    )
    assert all(display_width(line) <= width for line in table.splitlines())
    assert "…" in table


def test_a_pipe_gets_everything() -> None:
    assert "long " * 50 in to_table(body({"name": "long " * 50 + "x", "n": "7"}))


def test_escape_codes_do_not_reach_the_terminal() -> None:
    cell = to_cell({"type": "literal", "value": "a\x1b[31mb\nc\td\u202ee\u2028f"})
    assert cell == "a [31mb c d e f"


def test_truth_and_odd_terms() -> None:
    assert to_table(b'{"head":{},"boolean":false}') == "no"
    assert to_cell({"type": "bnode", "value": "b0"}) == "_:b0"
    triple = {n: {"type": "uri", "value": "http://e/"} for n in ("subject", "predicate", "object")}
    assert to_cell({"type": "triple", "value": triple}) == "http://e/ http://e/ http://e/"
