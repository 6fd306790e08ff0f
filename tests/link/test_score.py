"""Linking measured: the sums by hand, the pairs of this repository, SciREX where it is."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from kg.errors import KGError
from kg.link.score import Ratio, evaluate_linking
from tests.test_cli import kg as run

HERE = Path(__file__).parent
SHARED = Path(os.environ.get("PAPERKG_SHARED", HERE.parents[1].parent / "shared"))
SCIREX = SHARED / "annotations" / "scirex_aliases.jsonl"


def test_no_pair_of_ours_is_wrong_and_few_are_missed() -> None:
    report = evaluate_linking(HERE / "pairs.tsv")
    assert not report.wrong, [(p.left, p.right) for p in report.wrong]
    assert report.pairwise.recall >= 0.97, [(p.left, p.right) for p in report.missed]


def test_clusters_by_hand(tmp_path: Path) -> None:
    """Gold {LoRA, LoRA model, adapters}, {BERT}: we join the first two only."""
    path = tmp_path / "gold.jsonl"
    path.write_text(
        '{"doc_id": "d", "clusters": [{"name": "L", "type": "Method", "forms": '
        '["LoRA", "LoRA model", "adapters"]}, '
        '{"name": "B", "type": "Method", "forms": ["BERT"]}]}\n',
        encoding="utf-8",
    )
    report = evaluate_linking(path)
    assert (report.pairwise.right, report.pairwise.found, report.pairwise.wanted) == (1, 1, 3)
    assert report.bcubed_precision == 1.0
    assert report.bcubed_recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert [row["type"] for row in report.rows()] == ["Method", "all", "B-cubed"]


def test_ratios_of_nothing() -> None:
    nothing = Ratio(0, 0, 0)
    assert (nothing.precision, nothing.recall, nothing.f1) == (1.0, 1.0, 1.0)
    assert Ratio(0, 2, 2).f1 == 0.0


@pytest.mark.parametrize(
    "line", ["nonsense", "same\tMethod\tA", "same\tMineral\tA\tB", "{broken", '{"doc_id": 1}']
)
def test_what_is_no_gold_names_its_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "gold.tsv"
    path.write_text(f"# comment\n\n{line}\n", encoding="utf-8")
    with pytest.raises(KGError, match=r"gold\.tsv:3: expected"):
        evaluate_linking(path)


def test_lines_are_read_as_those_of_other_gold(tmp_path: Path) -> None:
    """A mark at the file's start, lines of Windows, bytes that are not UTF-8."""
    path = tmp_path / "gold.tsv"
    pair = b"same\tMethod\tLoRA\tLoRA\r\n"
    path.write_bytes(b"\xef\xbb\xbf" + pair)
    assert evaluate_linking(path).pairwise.wanted == 1
    path.write_bytes(pair + pair.replace(b"LoRA", b"L\xf6RA"))
    with pytest.raises(KGError, match=r"gold\.tsv:2: not UTF-8"):
        evaluate_linking(path)


@pytest.mark.shared
@pytest.mark.skipif(not SCIREX.is_file(), reason="needs ../shared/annotations")
def test_scirex_precision() -> None:
    report = evaluate_linking(SCIREX)
    assert report.pairwise.precision >= 0.96
    assert report.bcubed_precision >= 0.99
    assert report.bcubed_recall >= 0.38


def test_the_command_line_prints_both_forms(tmp_path: Path) -> None:
    gold = tmp_path / "gold.tsv"
    gold.write_text("same\tMethod\tBERT model\tBERT\ndifferent\tMethod\tT5\tmT5\n", "utf-8")
    text = run("evaluate", str(gold), "--linking")
    assert text.stdout.decode().splitlines()[-1].split() == ["all", *["1.0000"] * 3, "1"]
    report = json.loads(run("evaluate", str(gold), "--linking", "--format", "json").stdout)
    assert (report["documents"], report["wrong"], report["missed"]) == (2, [], [])
