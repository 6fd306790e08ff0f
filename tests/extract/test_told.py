"""What a paper's own words tell of its names, whatever the network makes of them."""

from __future__ import annotations

import pytest

from kg.extract.consensus import find_roles, find_types
from kg.extract.encoder import Found
from kg.extract.merge import introduce_variants
from kg.extract.told import find_own, find_told
from kg.model import Mention, Paper

TYPES = ("Method", "Dataset", "Benchmark", "Task", "Metric")
ROLES = ("introduces", "uses")
#: A network that takes a name for a method and thinks of a data set and a benchmark as well.
DOUBT = (0.7, 0.1, 0.15, 0.0, 0.05)


def read(text: str, *names: str, labels: tuple[float, ...] = DOUBT) -> dict[str, tuple[str, str]]:
    """Return type and role of ``names`` in ``text`` for a network that believes ``labels``."""
    found, at = [], 0
    for name in names:
        at = text.index(name, at)
        kind = TYPES[max(range(5), key=lambda i: labels[i])]
        found.append(Found("abstract", at, at + len(name), kind, "uses", 1.0, labels, (0.1, 0.9)))
        at += len(name)
    paper = Paper("p", "A title", text)
    types = find_types(found, names, TYPES, find_told(paper, found, names))
    roles = find_roles(found, names, ROLES, find_own(paper, found, names))
    return {name: (types[i], roles[i]) for i, name in enumerate(names)}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("We build Quux, a test suite of 512 issues.", "Benchmark"),
        ("Quux, the first in-the-wild data set capturing doors, is large.", "Dataset"),
        ("Quux is a corpus of 9 languages.", "Dataset"),
        ("We show Quux, an open-source simulation environment in which agents trade.", "Benchmark"),
        ("We show Quux, a corpus construction method.", "Method"),
        ("We show Quux, a library.", "Method"),
        ("On Quux it wins.", "Benchmark"),
        ("It reaches 71.3% accuracy on Quux.", "Benchmark"),
        ("We evaluate it on the Quux tracks.", "Benchmark"),
        ("It improves by 3.1% on Quux.", "Method"),
        ("Simulation. Based on Quux, we plan.", "Method"),
    ],
)
def test_the_words_beside_a_name_tell_its_type(text: str, kind: str) -> None:
    assert read(text, "Quux")["Quux"][0] == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ForgetBench", "Benchmark"),
        ("TINY-BENCH", "Benchmark"),
        ("tau-bench", "Benchmark"),
        ("Maps-50K", "Benchmark"),
        ("Recall@5", "Metric"),
        ("Workbench", "Method"),
    ],
)
def test_a_name_s_form_tells_its_type(name: str, kind: str) -> None:
    assert read(f"This is about {name} today.", name)[name][0] == kind


def test_a_size_in_parameters_makes_a_model() -> None:
    labels = (0.1, 0.0, 0.9, 0.0, 0.0)
    text = "Here Quux-27B ranks first, before Corge, a model fine-tuned from it."
    found = read(text, "Quux-27B", "Corge", labels=labels)
    assert {kind for kind, _ in found.values()} == {"Method"}
    curated = read("We have Quux-1B, a billion-frame data set.", "Quux-1B", labels=labels)
    assert curated["Quux-1B"][0] == "Benchmark"


def test_a_model_is_no_data_set_because_one_evaluates_on_it() -> None:
    sure = (0.99, 0.0, 0.01, 0.0, 0.0)
    assert read("Experiments on Quux show it.", "Quux", labels=sure)["Quux"][0] == "Method"
    data = (0.0, 0.99, 0.01, 0.0, 0.0)
    assert read("We give Quux, a benchmark.", "Quux", labels=data)["Quux"][0] == "Dataset"


def test_what_is_told_of_one_goes_for_those_enumerated_with_it() -> None:
    found = read("On Quux, Corge and Grault it wins.", "Quux", "Corge", "Grault")
    assert {kind for kind, _ in found.values()} == {"Benchmark"}
    found = read("On Quux, Corge beats Grault.", "Quux", "Corge", "Grault")
    assert [found[name][0] for name in ("Quux", "Corge", "Grault")] == [
        "Benchmark",
        "Method",
        "Method",
    ]


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("We establish the first two matching benchmarks QuuX and CorgE to test it.", "QuuX CorgE"),
        ("We also release the QuuX, CorgE and Grault sets.", "QuuX"),
        ("We develop QuuX for evaluation.", "QuuX"),
        ("We construct QuuX-based triplets, and GPTs follow.", ""),
        ("We present GPTs with plug-in modules.", ""),
        ("We provide experiments on four data sets, QuuX and CorgE.", ""),
    ],
)
def test_what_a_paper_says_to_give_it_introduces(text: str, own: str) -> None:
    names = [name for name in ("QuuX", "CorgE", "GPTs") if name in text]
    found = read(text, *names)
    assert {name for name in names if found[name][1] == "introduces"} == set(own.split())


def test_a_variant_of_what_a_paper_introduces_is_introduced() -> None:
    def mention(name: str, role: str) -> Mention:
        return Mention("abstract", 0, len(name), name, "Method", role)

    found = introduce_variants(
        mention(name, role)
        for name, role in (
            ("Quux-LoRA", "introduces"),
            ("Quux-LoRA+", "comparesWith"),
            ("Quux-LoRA-S", "uses"),
            ("Quux", "uses"),
            ("LoRA", "uses"),
        )
    )
    assert [m.role for m in found] == ["introduces"] * 3 + ["uses"] * 2


def test_no_role_is_told_that_a_model_does_not_know() -> None:
    found = [Found("abstract", 0, 4, "Method", "uses", 1.0, DOUBT, (0.9, 0.1))]
    assert find_roles(found, ["Quux"], ("uses", "mentions"), {"Quux"}) == ("uses",)
