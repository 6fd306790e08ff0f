"""Fixtures that several test modules share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from kg.model import Broader, Concept, Link, Mention, Merge, Paper

# Once for all folders: a second import would start a second Playwright in one process.
from tests.browser import browser, watched  # noqa: F401

ROOT = Path(__file__).parent.parent

# No example has a time of its own: a busy machine is no defect. Else as it is, in CI as in CI.
settings.register_profile(
    "paperkg", settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
)
settings.load_profile("paperkg")


def shared_folder() -> Path:
    """Return the folder of real material beside the repository (``PAPERKG_SHARED`` overrides)."""
    return Path(os.environ.get("PAPERKG_SHARED", ROOT.parent / "shared"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The ../shared folder; tests that ask for it are skipped where it is absent."""
    folder = shared_folder()
    if not folder.is_dir():
        pytest.skip("needs ../shared (real abstracts, not part of the repository)")
    return folder


def mention(paper_text: str, text: str, type: str, concept: str, **fields: object) -> Mention:
    """Return a mention of the first occurrence of ``text`` in an abstract."""
    start = paper_text.index(text)
    values = {"role": "uses", "confidence": 0.9, "extractor": "test", **fields}
    return Mention("abstract", start, start + len(text), text, type, concept=concept, **values)  # type: ignore[arg-type]


@pytest.fixture
def papers() -> tuple[Paper, ...]:
    """Three small linked papers: two share a data set, one stands alone."""
    one = "We propose Fizz, trained on PicData. Fizz beats Buzz. Code: github.com/a/fizz."
    two = "Buzz learns from PicData and is measured by accuracy."
    start = one.index("github")
    link = Link("abstract", start, len(one) - 1, one[start:-1], "https://github.com/a/fizz", "code")
    first = Paper(
        "arxiv:2401.00001",
        "Fizz: a method",
        one,
        ("Ada Lovelace", "Alan Turing"),
        2024,
        "TestConf",
        arxiv_id="2401.00001",
        mentions=(
            Mention("title", 0, 4, "Fizz", "Method", "introduces", 0.95, "test", "method/fizz"),
            mention(one, "Fizz", "Method", "method/fizz", role="introduces"),
            mention(one, "PicData", "Dataset", "dataset/picdata"),
            mention(one, "Buzz", "Method", "method/buzz", role="comparesWith", confidence=0.5),
        ),
        links=(link,),
    )
    second = Paper(
        "buzz-00000000",
        "Learning with Buzz",
        two,
        year=2023,
        mentions=(
            mention(two, "Buzz", "Method", "method/buzz", role="introduces"),
            mention(two, "PicData", "Dataset", "dataset/picdata"),
            mention(two, "accuracy", "Metric", "metric/accuracy", role="reports"),
        ),
    )
    return first, second, Paper("zilch-00000000", "Nothing in here", "Plain words only.")


@pytest.fixture
def concepts() -> tuple[Concept, ...]:
    """The concepts of ``papers``."""
    return (
        Concept("dataset/picdata", "Dataset", "PicData", ("Pic Data",), papers=2),
        Concept(
            "method/buzz",
            "Method",
            "Buzz",
            ("BUZZ",),
            papers=2,
            introduced_by=("buzz-00000000",),
            merges=(Merge("BUZZ", "folded name", 1.0),),
        ),
        Concept(
            "method/fizz",
            "Method",
            "Fizz",
            broader=("method/buzz",),
            papers=1,
            introduced_by=("arxiv:2401.00001",),
            broader_why=(Broader("method/buzz", "test", 0.8),),
        ),
        Concept("metric/accuracy", "Metric", "accuracy", papers=1),
    )
