"""Cost grows with the number of names, not with its square; also on the worst of input."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

from kg.link import link_papers
from kg.model import Paper
from tests.linear import check_linear, cpu
from tests.link.papers import paper

ROOT = Path(__file__).parents[2]
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("linking", ROOT / "benchmarks" / "linking.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def seconds(papers: list[Paper]) -> float:
    """Return the CPU seconds that linking takes."""
    return cpu(lambda: link_papers(papers))


def test_eight_times_the_names_take_little_more_than_eight_times_as_long() -> None:
    check_linear(benchmark().make_papers, link_papers, 16_000)


def test_the_benchmark_marks_what_it_says() -> None:
    for found in benchmark().make_papers(500):
        found.check()


def word(number: int) -> str:
    return "".join(LETTERS[number // 26**i % 26] for i in range(3))


def test_one_short_form_with_thousands_of_meanings() -> None:
    papers = [
        paper(
            f"{i:04}", f"We use [m:c{word(i)}tion l{word(i * 7)}ning] ([m:CL]) and [m:X{i % 50}]."
        )
        for i in range(1500)
    ]
    papers += [paper(f"u{i:04}", f"We use [m:CL] with [m:X{i % 50}].") for i in range(1500)]
    assert seconds(papers) < 15


def test_one_paper_with_thousands_of_mentions() -> None:
    names = " and ".join(f"[m:Foo{word(i)} {word(i * 3)} B{word(i)}]" for i in range(1500))
    shorts = " and ".join(f"[m:F{word(i)[0].upper()}B{i}]" for i in range(500))
    assert seconds([paper("a", f"{names} such as {shorts}.")]) < 10


def test_a_chain_of_thousands_of_broader_concepts() -> None:
    text = ", ".join("[t:" + "very " * i + "deep parsing]" for i in range(200))
    assert seconds([paper("a", text)]) < 10
