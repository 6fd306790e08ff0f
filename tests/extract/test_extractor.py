"""The shipped extractor on texts as they come: invariants, robustness, independence."""

from __future__ import annotations

import itertools
import random
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.errors import UsageError
from kg.extract import load_extractor, model_folder
from kg.extract.encoder import WINDOW, Encoder, find_windows
from kg.extract.extractor import Extractor
from kg.extract.pieces import PieceTokenizer
from kg.model import Paper

ABSTRACT = (
    "We present FooFormer, a vision transformer for image classification and object detection. "
    "FooFormer is trained with contrastive learning on the ImageNet dataset and evaluated on the "
    "COCO benchmark, where it reaches 52.1 mAP and outperforms Mask R-CNN. "
    "Code is available at https://github.com/foo/fooformer."
)
PAPER = Paper("foo", "FooFormer: Transformers for Object Detection", ABSTRACT)


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return load_extractor()


def test_the_plain_case(extractor: Extractor) -> None:
    [found] = extractor.extract([PAPER])
    found.check()
    by_text = {m.text: m for m in found.mentions}
    assert by_text["FooFormer"].type == "Method"
    assert by_text["FooFormer"].role == "introduces"
    assert by_text["ImageNet"].type == "Dataset"
    assert by_text["object detection"].type == "Task"
    assert {m.field for m in found.mentions if m.text == "FooFormer"} == {"title", "abstract"}
    assert [link.url for link in found.links] == ["https://github.com/foo/fooformer"]
    assert all(0 <= m.confidence <= 1 and m.extractor for m in found.mentions)


def test_mentions_are_sorted_and_do_not_overlap(extractor: Extractor) -> None:
    [found] = extractor.extract([PAPER])
    assert list(found.mentions) == sorted(found.mentions)
    for field in ("title", "abstract"):
        spans = [(m.start, m.end) for m in found.mentions if m.field == field]
        assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))


def varied(count: int) -> list[Paper]:
    sentences = ABSTRACT.split(". ")
    return [
        Paper(f"p{i}", PAPER.title[: 10 + i], ". ".join(sentences[i % 3 :] * (1 + i % 4)))
        for i in range(count)
    ]


def test_nothing_depends_on_batch_order_or_threads(extractor: Extractor) -> None:
    papers = varied(12)
    one = list(extractor.extract(papers, batch_size=1, workers=1))
    many = list(extractor.extract(papers, batch_size=32, workers=4))
    shuffled = random.Random(0).sample(papers, len(papers))
    other = {p.id: p for p in extractor.extract(shuffled, batch_size=5, workers=2)}
    assert one == many
    assert one == [other[p.id] for p in papers]


def test_papers_stream_through(extractor: Extractor) -> None:
    taken = []

    def source() -> object:
        for paper in varied(100):
            taken.append(paper.id)
            yield paper

    stream = extractor.extract(source(), batch_size=4)  # type: ignore[arg-type]
    assert next(stream).id == "p0"
    assert len(taken) <= 8


def test_mentions_of_an_earlier_run_do_not_matter(extractor: Extractor) -> None:
    [once] = extractor.extract([PAPER])
    [twice] = extractor.extract([once])
    assert once == twice


REAL_LIFE = {
    "latex": r"We train $\pi_0$ and \textbf{A}^2Nav on 79\% of Wukong{ViT-B}, 1)~a relabeler.",
    "markdown": "We use **CLIP** and `LoRA`, see [ImageNet](http://image-net.org).",
    "broken words": "We ran exper- iments with rein- forcement learn-\ning on Mu- JoCo.",
    "dashes and quotes": "The “plug–in” ‘CLIP’—based model, ''plug-in'', GPT‑4 and LLaMA−2.",
    "loud": "WE PRESENT FOONET, A DEEP NEURAL NETWORK FOR IMAGE CLASSIFICATION ON IMAGENET.",
    "short": "GPT-4.",
    "one letter": "x",
    "blank": " \n\t ",
    "marks": "()[]{}$$\\^~__**``,.;:!?",
    "emoji": "We 🚀 present 🤖 RoboNet 🎉 for robot manipulation 🦾.",
    "surrogate": "We use \ud800 BERT \udfff on SQuAD.",
    "controls": "We\x00 use\x07 BERT\u200b on\ufeff SQuAD.",
    "right to left": "نقدم طريقة جديدة لتصنيف الصور باستخدام الشبكات العصبية العميقة على ImageNet.",
    "one long word": "a" * 50_000,
    "no spaces": "CLIP,BERT,GPT-4;" * 500,
}


@pytest.mark.parametrize("text", REAL_LIFE.values(), ids=REAL_LIFE.keys())
def test_real_life(extractor: Extractor, text: str) -> None:
    for paper in (Paper("p", "", text), Paper("p", text, ""), Paper("p", text, text)):
        [found] = extractor.extract([paper])
        found.check()
        assert (found.title, found.abstract) == (paper.title, paper.abstract)


def test_another_language_is_flagged_and_kept(extractor: Extractor) -> None:
    paper = Paper("p", "", REAL_LIFE["right to left"])
    [found] = extractor.extract([paper])
    assert found.language == "ar"
    assert (found.title, found.abstract) == (paper.title, paper.abstract)
    [english] = extractor.extract([PAPER])
    assert english.language is None


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=60), st.text(max_size=200))
def test_never_a_traceback(title: str, abstract: str) -> None:
    [found] = load_extractor().extract([Paper("p", title, abstract)], workers=1)
    found.check()


def test_a_long_paper_is_read_in_windows_that_cover_it_once() -> None:
    text = " ".join(f"Sentence {i} uses net{i} on data." for i in range(400))
    tokenizer = PieceTokenizer(
        ["[UNK]", "[CLS]", "[SEP]", *"abcdefghijklmnopqrstuvwxyz0123456789."]
    )
    windows = list(find_windows("A title", text, tokenizer))
    assert len(windows) > 2
    assert all(len(w.ids) == len(w.places) == len(w.shapes) <= WINDOW for w in windows)
    places = [place for w in windows for place in w.places if place]
    assert len(places) == len(set(places))
    body = [p for p in places if p[0] == "abstract"]
    assert body == [("abstract", p.start, p.end) for p in tokenizer.encode(text)]


def test_a_long_title_is_covered_too() -> None:
    tokenizer = PieceTokenizer(["[UNK]", "[CLS]", "[SEP]", "w"])
    for abstract in ("", "w w w. " * 400):
        windows = list(find_windows("w " * 2000, abstract, tokenizer))
        places = [p for w in windows for p in w.places if p and p[0] == "title"]
        assert sorted(places) == [("title", p.start, p.end) for p in tokenizer.encode("w " * 2000)]
        assert len(places) == len(set(places))


def test_a_name_late_in_a_long_abstract_is_found(extractor: Extractor) -> None:
    filler = "This sentence says nothing of interest to anyone at all. " * 200
    paper = Paper("p", PAPER.title, filler + ABSTRACT)
    [found] = extractor.extract([paper])
    found.check()
    assert any(m.text == "ImageNet" and m.start > len(filler) for m in found.mentions)


def test_extractors_can_be_chosen() -> None:
    [found] = load_extractor(extractors="coined").extract([PAPER])
    assert {m.extractor for m in found.mentions} == {"coined"}
    both = load_extractor(extractors="model,coined")
    assert set(both.info()["extractors"]) == {"model", "coined"}


def test_info_names_the_model(extractor: Extractor) -> None:
    info = extractor.info()
    assert info["name"] == model_folder().name
    assert len(info["sha256"]) == 64
    assert set(info["extractors"]) >= {"model", "coined", "abbreviation", "repeat"}


def test_the_model_is_loaded_once() -> None:
    assert load_extractor() is load_extractor()
    assert load_extractor(str(model_folder())) is load_extractor()


def test_a_missing_or_broken_model_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a model"):
        load_extractor(tmp_path / "absent")
    (tmp_path / "config.cfg").write_text("nonsense", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be loaded"):
        load_extractor(tmp_path)


def test_the_model_is_a_spacy_pipeline() -> None:
    import spacy

    nlp = spacy.load(model_folder())
    doc = nlp(f"{PAPER.title}\n\n{PAPER.abstract}")
    assert ("FooFormer", "Method", "introduces") in {
        (e.text, e.label_, e.ent_id_) for e in doc.ents
    }
    assert ("ImageNet", "Dataset") in {(e.text, e.label_) for e in doc.ents}


def test_the_model_is_small() -> None:
    size = sum(p.stat().st_size for p in model_folder().rglob("*") if p.is_file())
    assert size < 25_000_000


def test_real_abstracts_keep_the_invariants(extractor: Extractor, shared: Path) -> None:
    from kg.gold import read_gold
    from kg.score import evaluate

    gold = read_gold(shared / "annotations" / "dev.jsonl")[:40]
    found = list(extractor.extract([replace(p, mentions=()) for p in gold]))
    for paper in found:
        paper.check()
    assert evaluate(gold, found).to_dict()["exact"]["all"]["f1"] > 0.65


def test_a_team_of_one_model_twice_finds_what_the_model_finds(extractor: Extractor) -> None:
    inner = model_folder() / "kg_mentions"
    team = Extractor(model_folder(), beside=[inner, inner])
    assert team.find_mentions(PAPER) == extractor.find_mentions(PAPER)


def test_encoders_of_other_labels_cannot_join(tmp_path: Path) -> None:
    inner = shutil.copytree(model_folder() / "kg_mentions", tmp_path / "other")
    settings_file = inner / "settings.json"
    settings_file.write_text(settings_file.read_text().replace('"Metric"', '"Measure"'))
    with pytest.raises(UsageError, match="cannot join"):
        Extractor(model_folder(), beside=[inner])


def test_every_member_of_a_team_counts_as_often_as_it_joined(tmp_path: Path) -> None:
    mine = Encoder(model_folder() / "kg_mentions")
    alone = mine._crf.end.copy()
    for number in (1, 2):
        inner = shutil.copytree(model_folder() / "kg_mentions", tmp_path / str(number))
        with np.load(inner / "tags.npz") as tags:
            arrays = dict(tags)
        np.savez(inner / "tags.npz", **{**arrays, "end": arrays["end"] + 6 * number})
        mine.join(Encoder(inner))
    mine.join(mine)
    assert mine._crf.end == pytest.approx(alone + (6 + 12) / 4, abs=1e-5)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("encoder.onnx", None),
        ("roles.onnx", None),
        ("embedding.npz", None),
        ("tags.npz", None),
        ("pieces.txt", None),
        ("settings.json", b"{}"),
        ("settings.json", b"[]"),
        ("settings.json", b'{"labels": ["A"], "roles": ["b"], "odd": 1}'),
        ("settings.json", b"\xff"),
    ],
)
def test_a_damaged_model_says_so(tmp_path: Path, name: str, content: bytes | None) -> None:
    """None: half of the file."""
    folder = tmp_path / "model"
    shutil.copytree(model_folder(), folder)
    file = folder / "kg_mentions" / name
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] if content is None else content)
    with pytest.raises(UsageError, match="damaged encoder"):
        load_extractor(folder)
