"""The rules and the merging, each on its own words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kg.errors import UsageError
from kg.extract import registry
from kg.extract.confidence import calibrate, fit_lines, log_odds
from kg.extract.language import find_language
from kg.extract.merge import (
    LEAST,
    find_key,
    find_reported,
    merge_mentions,
    pool_evidence,
    unify_roles,
    unify_types,
)
from kg.extract.rules import find_coined, find_measures, find_repeats, find_short_and_long
from kg.model import Mention, Paper
from tests.linear import cpu


def mention(text: str, part: str, kind: str = "Method", **fields: object) -> Mention:
    start = text.index(part)
    values = {"role": "uses", "confidence": 0.9, "extractor": "model", **fields}
    return Mention("abstract", start, start + len(part), part, kind, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("title", "abstract", "found"),
    [
        ("FooNet: A network", "", [("FooNet", "Method")]),
        ("BAR-10K: A dataset of bars", "", [("BAR-10K", "Dataset")]),
        ("Attention: a survey", "", []),
        ("", "We introduce QuxBench, a benchmark for quxing.", [("QuxBench", "Benchmark")]),
        ("", "A new loss, dubbed ZapLoss, is used.", [("ZapLoss", "Method")]),
        ("", "We introduce nothing here.", []),
        ("FooNet – nets for all", "", [("FooNet", "Method")]),
        ("FooNet, a net for all", "", [("FooNet", "Method")]),
        (r"\textbf{FooNet}: nets", "", [("FooNet", "Method")]),
        ("M3-Bench: how agents remember", "", [("M3-Bench", "Benchmark")]),
        ("3D: a survey", "", []),
        ("COVID-19: A Brief Survey of Tests", "", []),
        ("LLMs, an overview", "", []),
        ("RevNet: a net for review", "", [("RevNet", "Method")]),
        ("", "This paper presents the foo2vec to embed foos.", [("foo2vec", "Method")]),
        ("", "We propose **FooNet** and show it.", [("FooNet", "Method")]),
        ("", "a policy, which we call ``FooNet'', wins", [("FooNet", "Method")]),
        ("", "a new dataset, called MECX. It is big.", [("MECX", "Dataset")]),
        ("", "We introduce FooNet, a method for dataset pruning.", [("FooNet", "Method")]),
        ("", "Nets are called on GPUs.", []),
        (r"{\sc FooNet}: nets", "", [("FooNet", "Method")]),
        (r"$\texttt{FooNet}$: nets", "", [("FooNet", "Method")]),
        ("", r"We present {\sc FooNet}, a net for all.", [("FooNet", "Method")]),
        ("", "We propose <b>FooNet</b>, a net for all.", [("FooNet", "Method")]),
    ],
)
def test_coined_names(title: str, abstract: str, found: list[tuple[str, str]]) -> None:
    paper = Paper("p", title, abstract)
    mentions = tuple(find_coined(paper, ()))
    assert [(m.text, m.type) for m in mentions] == found
    assert all(m.role == "introduces" for m in mentions)
    paper.with_extraction(mentions, ()).check()


@pytest.mark.parametrize(
    "text",
    ["ACGT" * 200_000, "We propose " + "A" * 10**6, "A-" * 400_000, "We call it A1 " * 70_000],
)
def test_hostile_text_takes_linear_time(text: str) -> None:
    """Names without a bound took minutes here, four times as long for twice the text."""
    assert cpu(lambda: list(find_coined(Paper("p", text, text), ()))) < 8


def test_a_name_by_its_capital_alone_is_no_plain_word() -> None:
    abstract = "We use Whisper and Segment Anything; whispers can segment anything. Whisper wins."
    seeds = tuple(mention(abstract, name) for name in ("Whisper", "Segment Anything"))
    [again] = find_repeats(Paper("p", "", abstract), seeds)
    assert abstract[again.start :] == "Whisper wins."


def test_repeats_are_found_in_title_plural_and_other_case() -> None:
    abstract = "A vision transformer is used. Vision Transformers are good; transformers too."
    paper = Paper("p", "Vision Transformer Tricks", abstract)
    seed = mention(abstract, "vision transformer")
    repeats = tuple(find_repeats(paper, (seed,)))
    assert [(m.field, m.text) for m in repeats] == [
        ("title", "Vision Transformer"),
        ("abstract", "Vision Transformers"),
    ]
    paper.with_extraction(repeats, ()).check()


def test_a_name_is_not_repeated_inside_words_urls_or_in_another_case() -> None:
    abstract = "MoE is used. See moe.org/MoE.html and SuperMoE, or Moe."
    seed = mention(abstract, "MoE")
    assert list(find_repeats(Paper("p", "", abstract), (seed,))) == []


def test_the_unsure_is_not_repeated() -> None:
    abstract = "Foo and Foo again."
    seed = mention(abstract, "Foo", confidence=0.3)
    assert list(find_repeats(Paper("p", "", abstract), (seed,))) == []


def test_long_form_and_short_form_share_their_type() -> None:
    abstract = "We use Low-Rank Adaptation (LoRA) here."
    seed = mention(abstract, "LoRA")
    paper = Paper("p", "", abstract)
    assert [m.text for m in find_short_and_long(paper, (seed,))] == ["Low-Rank Adaptation"]


def test_merging_records_agreement_and_keeps_what_is_known() -> None:
    text = "We use Low-Rank Adaptation here."
    known = mention(text, "Low-Rank Adaptation")
    same = mention(text, "Low-Rank Adaptation", extractor="repeat")
    inside = mention(text, "Adaptation", extractor="coined")
    other = mention(text, "here", extractor="coined")
    merged = merge_mentions([known], [same, inside, other])
    assert [(m.text, m.extractor) for m in merged] == [
        ("Low-Rank Adaptation", "model+repeat"),
        ("here", "coined"),
    ]


def test_a_weak_mention_gives_way_to_a_sure_one_across_it() -> None:
    text = "Pretrained Transformers, then Transformers."
    weak = mention(text, "Pretrained Transformers", confidence=0.2)
    sure = Mention("abstract", 11, 23, "Transformers", "Method", "uses", 0.9, "repeat")
    assert merge_mentions([weak], [sure]) == (sure,)
    firm = replace(weak, confidence=0.4)
    assert merge_mentions([firm], [sure]) == (firm,)
    assert merge_mentions([weak], [replace(sure, confidence=0.4)]) == (weak,)


def test_a_piece_of_a_long_form_grows_to_it_unless_it_is_sure() -> None:
    text = "a support vector machine (SVM)"
    short = mention(text, "SVM")
    piece = mention(text, "vector machine", confidence=0.6)
    sure = replace(piece, confidence=0.95)
    paper = Paper("p", "", text)
    for known, name, by in (
        (piece, "support vector machine", "abbreviation+model"),
        (sure, "vector machine", "model"),
    ):
        merged = merge_mentions([known, short], find_short_and_long(paper, (known, short)))
        assert [(m.text, m.extractor) for m in merged] == [(name, by), ("SVM", "model")]
        paper.with_extraction(merged, ()).check()


def test_a_piece_of_a_name_that_is_sure_elsewhere_grows_to_it() -> None:
    text = "Faster R-CNN is fast. We beat Faster R-CNN."
    sure = mention(text, "Faster R-CNN", confidence=0.95)
    piece = Mention("abstract", 37, 42, "R-CNN", "Method", "uses", 0.6, "model")
    paper = Paper("p", "", text)
    for known, end in ((piece, "Faster R-CNN"), (replace(piece, confidence=0.92), "R-CNN")):
        merged = merge_mentions([sure, known], find_repeats(paper, (sure, known)))
        assert [m.text for m in merged] == ["Faster R-CNN", end]


def test_a_name_that_is_sure_in_one_place_is_reported_in_all() -> None:
    text = "Foo search (FS). FS is Foo search."
    sure = mention(text, "Foo search", confidence=0.8)
    overlooked = Mention("abstract", 23, 33, "Foo search", "Method", "uses", 0.4, "repeat")
    assert [m.start for m in find_reported([sure, overlooked])] == [0, 23]
    wavering = replace(sure, confidence=0.6)
    assert [m.start for m in find_reported([wavering, overlooked])] == [0]


def test_a_ligature_is_its_letters_in_a_name() -> None:
    abstract = "A di\ufb00usion model is used. Diffusion models are good."
    seed = mention(abstract, "di\ufb00usion model")
    [again] = find_repeats(Paper("p", "", abstract), (seed,))
    assert again.text == "Diffusion models"


def test_a_coined_name_is_reported_whatever_the_model_makes_of_it() -> None:
    text = "We propose FooNet. FooNet wins over BarNet."
    coined = mention(text, "FooNet", confidence=0.0, extractor="coined")
    again = Mention("abstract", 19, 25, "FooNet", "Method", "introduces", 0.0, "repeat")
    other = mention(text, "BarNet", confidence=0.4)
    assert [(m.start, m.confidence) for m in find_reported([coined, again, other])] == [
        (coined.start, LEAST),
        (again.start, LEAST),
    ]


def test_one_type_and_one_role_for_a_name() -> None:
    text = "COCO, again COCO."
    first = mention(text, "COCO", "Dataset", confidence=0.9)
    second = Mention("abstract", 12, 16, "COCO", "Benchmark", "evaluatesOn", 0.4, "model")
    assert {m.type for m in unify_types([first, second])} == {"Dataset"}
    assert {m.role for m in unify_roles(unify_types([first, second]))} == {"uses"}


def test_evidence_is_pooled_over_a_name() -> None:
    text = "Foo and Foo."
    first = mention(text, "Foo", confidence=0.9)
    second = Mention("abstract", 8, 11, "Foo", "Method", "uses", 0.9, "repeat")
    one, two = pool_evidence([first, second], "model")
    assert one.confidence > two.confidence > 0
    [alone] = pool_evidence([first], "model")
    assert alone.confidence == pytest.approx(0.9)


def test_calibration_learns_what_it_is_shown() -> None:
    rows = [("model", 0.9, i % 2 == 0) for i in range(400)]
    lines = fit_lines(rows)
    [m] = calibrate([mention("Foo", "Foo", confidence=0.9)], lines)
    assert m.confidence == pytest.approx(0.5, abs=0.02)
    [other] = calibrate([mention("Foo", "Foo", confidence=0.9, extractor="x")], lines)
    assert other.confidence == pytest.approx(0.5, abs=0.02)
    assert fit_lines([]) == {}
    assert log_odds(0.0) < -9


def test_extractors_are_chosen_by_name() -> None:
    learns, rules = registry.choose("repeat,model")
    assert learns
    assert [rule.name for rule in rules] == ["repeat"]
    assert registry.choose(None)[0]
    assert all(rule.find.__doc__ and rule.version >= 1 for rule in registry.choose(None)[1])
    with pytest.raises(UsageError, match="unknown extractor 'magic': expected names among model"):
        registry.choose("magic")
    with pytest.raises(UsageError, match="no extractor chosen"):
        registry.choose(",")
    with pytest.raises(ValueError, match="registered twice"):
        registry.register("repeat", version=2)(lambda paper, known: ())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("We present a method for the analysis of images that is fast and works on any GPU.", None),
        (
            "Wir stellen ein Verfahren vor, das die Bilder mit einem neuronalen Netz für die "
            "Analyse der Daten verwendet und auch auf dem Rechner schnell ist.",
            "de",
        ),
        ("本文提出了一种用于图像分类的新方法,并在多个数据集上进行了实验验证其有效性。", "zh"),
        ("この論文では、画像分類のための新しい手法を提案し、複数のデータセットで評価する。", "ja"),
        ("Мы предлагаем новый метод классификации изображений на основе сетей.", "ru"),
        ("a b a b " * 50, None),
        ("", None),
    ],
)
def test_language(text: str, language: str | None) -> None:
    assert find_language(text) == language


def test_a_short_form_and_its_long_form_are_one_name_in_the_paper_that_says_so() -> None:
    paper = Paper("p", "", "We use Foo Bar Net (FBN). FBN wins.")
    key = find_key(paper)
    long = Mention("abstract", 7, 18, "Foo Bar Net", "Task", "addresses", 0.5, "model")
    short = Mention("abstract", 20, 23, "FBN", "Method", "introduces", 0.9, "model")
    assert {m.type for m in unify_types([long, short], key)} == {"Method"}
    assert {m.role for m in unify_roles(unify_types([long, short], key), key)} == {"introduces"}
    assert {m.type for m in unify_types([long, short])} == {"Task", "Method"}


def test_measures_are_told_by_their_form() -> None:
    text = "It has a pass@1 of 3, mAP@0.5, Recall@$k$; write to me@quux.org, CVPR@2022, a@b."
    found = list(find_measures(Paper("p", "On NDCG@10", text), ()))
    assert [m.text for m in found] == ["NDCG@10", "pass@1", "mAP@0.5", "Recall@$k$"]
    assert {(m.type, m.role) for m in found} == {("Metric", "reports")}


def test_plurals_of_short_forms_are_not_coined_and_capitals_tell_a_benchmark() -> None:
    assert not list(find_coined(Paper("p", "VLAs: What They Forget", "We present GNNs."), ()))
    [found] = find_coined(Paper("p", "TINY-BENCH: How Small?", ""), ())
    assert found.type == "Benchmark"
