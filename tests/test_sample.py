"""The bundled sample corpus: well formed, connected, true to its rules, in our own words."""

from __future__ import annotations

import json
import lzma
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from kg.read import read_papers
from kg.text import sentence_spans

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "kg" / "data" / "sample.jsonl"
BIBTEX = ROOT / "tests" / "data" / "sample.bib"

RUN = 9  # words in a row that no abstract of the sample may share with a real one
ANCHOR = 5  # words looked up first, see find_runs

FIELDS = {"title", "abstract", "authors", "year", "venue", "doi", "arxiv_id", "url"}
ARXIV = re.compile(r"(\d\d)(0[1-9]|1[0-2])\.\d{4,5}")
DOI = re.compile(r"10\.\d{4,9}/\S+")
URL = re.compile(r"https?://\S+")

#: Names that papers of the sample are meant to share, of every type.
NAMES = (
    "Transformer", "BERT", "GPT-2", "GPT-3", "GPT-4", "LoRA", "T5", "PaLM", "CLIP", "ViT",
    "ResNet", "U-Net", "Mask R-CNN", "Faster R-CNN", "PPO", "RLHF", "CQL", "BEAR", "LLaMA",
    "Llama 2", "DPO", "GRPO", "GCN", "NeRF", "Diffusion Policy", "attention",
    "convolutional neural network", "reinforcement learning", "self-supervised learning",
    "contrastive learning", "chain-of-thought prompting", "self-consistency", "behavior cloning",
    "diffusion model", "fine-tuning", "in-context learning", "ImageNet", "COCO", "SQuAD", "WMT",
    "LibriSpeech", "CIFAR-10", "CIFAR-100", "Common Crawl", "Wikipedia", "GLUE", "SuperGLUE",
    "MMLU", "GSM8K", "HumanEval", "TruthfulQA", "D4RL", "MuJoCo", "Atari", "machine translation",
    "question answering", "object detection", "instance segmentation", "image classification",
    "speech recognition", "robot manipulation", "offline reinforcement learning",
    "node classification", "novel view synthesis", "accuracy", "BLEU", "F1", "FID", "WER",
    "success rate", "PSNR", "perplexity",
)  # fmt: skip


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()]


def test_every_row_is_complete(rows: list[dict[str, Any]]) -> None:
    assert 40 <= len(rows) <= 60
    for row in rows:
        assert set(row) <= FIELDS, row["title"]
        assert all(row.get(name) for name in ("title", "abstract", "authors", "year", "venue"))
        assert all(name == name.strip() and " " in name for name in row["authors"]), row["title"]


def test_abstracts_have_four_to_six_sentences(rows: list[dict[str, Any]]) -> None:
    lengths = {row["title"]: len(sentence_spans(row["abstract"])) for row in rows}
    assert {title: n for title, n in lengths.items() if not 4 <= n <= 6} == {}


def test_years_and_identifiers_agree(rows: list[dict[str, Any]]) -> None:
    """A paper appears in print in the year of its preprint or up to two years later."""
    for row in rows:
        assert 2012 <= row["year"] <= 2025
        if "arxiv_id" in row:
            match = ARXIV.fullmatch(row["arxiv_id"])
            assert match, row
            assert 0 <= row["year"] - (2000 + int(match[1])) <= 2, row["title"]
        assert DOI.fullmatch(row.get("doi", "10.1000/none")), row


@pytest.mark.parametrize("field", ["title", "arxiv_id", "doi", "abstract", "url"])
def test_no_value_stands_twice(rows: list[dict[str, Any]], field: str) -> None:
    counts = Counter(str(row[field]).casefold() for row in rows if field in row)
    assert [value for value, count in counts.items() if count > 1] == []


def test_urls_are_well_formed(rows: list[dict[str, Any]]) -> None:
    found = [url for row in rows for url in URL.findall(row["abstract"])]
    found += [row["url"] for row in rows if "url" in row]
    for url in found:
        parts = urlsplit(url.rstrip(".,;)"))
        assert parts.scheme == "https", url
        assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", parts.netloc), url
    assert sum("github.com/" in row["abstract"] for row in rows) >= 20


def test_names_are_shared(rows: list[dict[str, Any]]) -> None:
    """By plain search, before any extraction: what there is to link."""
    texts = [row["title"] + "\n" + row["abstract"] for row in rows]
    counts = {name: sum(_has(text, name) for text in texts) for name in NAMES}
    assert {name for name, count in counts.items() if count == 0} == set()
    assert sum(count >= 3 for count in counts.values()) >= 45, counts
    assert sum(count >= 5 for count in counts.values()) >= 15, counts


def _has(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(name)}s?(?![\w-])", text) is not None


def test_real_text_oddities_are_there(rows: list[dict[str, Any]]) -> None:
    text = SAMPLE.read_text(encoding="utf-8")
    assert r"$\\pi_0$" in text
    assert r"\\%" in text
    assert "ε-greedy" in text
    assert any(len(row) < 7 and "arxiv_id" not in row for row in rows)


def test_the_sample_is_read_without_loss(rows: list[dict[str, Any]]) -> None:
    refused: list[object] = []
    papers = list(read_papers([str(SAMPLE)], on_refusal=refused.append))
    assert refused == []
    assert len({paper.id for paper in papers}) == len(rows)
    for paper, row in zip(papers, rows, strict=True):
        read = {name: value for name, value in paper.to_dict().items() if name in FIELDS}
        assert read == {**row, **({"doi": row["doi"].lower()} if "doi" in row else {})}


def test_the_bibtex_says_the_same_as_the_json() -> None:
    """Two readers, one record: accents, braces, wrapped lines and escaped % included."""
    papers = {paper.id: paper for paper in read_papers([str(SAMPLE)])}
    entries = list(read_papers([str(BIBTEX)]))
    assert len(entries) == 6
    for entry in entries:
        twin = papers[entry.id].to_dict()
        assert {**entry.to_dict(), "source": twin["source"]} == twin


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def runs(found: list[str], length: int) -> set[str]:
    return {" ".join(found[i : i + length]) for i in range(len(found) - length + 1)}


def find_runs(text: str, own: set[str], anchors: set[str]) -> set[str]:
    """Return the runs of RUN words that ``text`` shares with ``own``.

    A run of nine words holds a five-word window that starts at a multiple of
    five, so a text without such an anchor needs no closer look.
    """
    found = words(text)
    starts = range(0, len(found) - ANCHOR + 1, ANCHOR)
    if not any(" ".join(found[i : i + ANCHOR]) in anchors for i in starts):
        return set()
    return own & runs(found, RUN)


def test_a_copied_run_of_words_is_found() -> None:
    copied = "the quick brown fox jumps over the lazy dog"
    own, anchors = runs(words(copied), RUN), runs(words(copied), ANCHOR)
    for shift in range(ANCHOR):
        assert find_runs("and so " * 3 + "x " * shift + copied + " again", own, anchors) == own
        assert find_runs("x " * shift + copied.replace("lazy", "old"), own, anchors) == set()


@pytest.mark.shared
def test_no_run_of_nine_words_is_from_a_real_abstract(
    rows: list[dict[str, Any]], shared: Path
) -> None:
    own: set[str] = set()
    anchors: set[str] = set()
    for row in rows:
        own |= runs(words(row["abstract"]), RUN)
        anchors |= runs(words(row["abstract"]), ANCHOR)
    hits: set[str] = set()
    for text in real_texts(shared):
        hits |= find_runs(text, own, anchors)
    assert sorted(hits) == []


def real_texts(shared: Path) -> Iterator[str]:
    with lzma.open(shared / "corpus" / "papers.jsonl.xz", "rt", encoding="utf-8") as lines:
        yield from (json.loads(line).get("abstract") or "" for line in lines)
    for name in ("train.jsonl", "dev.jsonl"):
        lines = (shared / "annotations" / name).read_text(encoding="utf-8").splitlines()
        yield from (json.loads(line)["abstract"] for line in lines)
    yield from (page.read_text(encoding="utf-8") for page in sorted(shared.glob("seed/*.txt")))
