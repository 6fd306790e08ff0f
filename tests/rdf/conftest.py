"""Records for the tests of RDF: the shared ones, made richer, and hostile ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kg.model import Concept, Link, Match, Mention, Paper
from kg.rdf import BuildInfo

HOSTILE = 'x"y\\z <b> \t\n\r \x00\x07 \ud83d é知😀 {{7*7}} %41 . ; , @prefix \u202e end'


@pytest.fixture
def build() -> BuildInfo:
    """A build with a model, an input and an option."""
    return BuildInfo(
        version="9.9.9",
        model_name="test-model",
        model_version="1.2",
        inputs=(("papers.txt", "ab" * 32), ("same.txt", "ab" * 32), ("z.bib", "cd" * 32)),
        options=(("base", '"https://w3id.org/paperkg/id/"'),),
    )


@pytest.fixture
def rich(
    papers: tuple[Paper, ...], concepts: tuple[Concept, ...]
) -> tuple[tuple[Paper, ...], tuple[Concept, ...]]:
    """The shared records with every field and every kind of decision in use."""
    first = replace(
        papers[0], doi="10.1000/a(b)<c>", url="https://e.org/a b", venue="V", language="de",
        source="/home/ada/lists/papers.txt:12",
    )  # fmt: skip
    match = Match("closeMatch", "https://e.org/cso/buzz", "test", 0.5)
    buzz = replace(concepts[1], matches=(match,))
    return (first, *papers[1:]), (concepts[0], buzz, *concepts[2:])


@pytest.fixture
def hostile() -> tuple[tuple[Paper, ...], tuple[Concept, ...]]:
    """One paper and one concept whose every text is hostile."""
    words = HOSTILE[4:20]
    paper = Paper(
        f"odd-{HOSTILE}",
        HOSTILE,
        HOSTILE,
        (HOSTILE, f"{HOSTILE} 2"),
        33,
        HOSTILE,
        doi="10.1/" + HOSTILE,
        arxiv_id='2401.00001 "<>',
        url=HOSTILE,
        mentions=(
            Mention("title", 4, 20, words, "Method", "uses", 1e-7, HOSTILE, "method/odd-%é"),
            Mention("abstract", 4, 20, words, "Method", "odd", 1.0, "", "method/odd-%é"),
        ),
        source=f"/home/{HOSTILE}/C:\\{HOSTILE}#{HOSTILE}",
        links=(Link("abstract", 0, 3, HOSTILE[:3], 'http://e.org/"<>^`{|}\\ \n', "other"),),
    )
    concept = Concept(
        "method/odd-%é",
        "Method",
        HOSTILE,
        (f"{HOSTILE} alias",),
        papers=1,
        matches=(Match("exactMatch", 'http://e.org/"> <x> "', HOSTILE, 1e-9),),
    )
    return (paper,), (concept,)
