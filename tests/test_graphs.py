"""The committed graphs are what the committed code makes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "scripts"))
import make_graphs

from kg.folder import load
from kg.graph import build_graph
from kg.read import read_papers


def compare(made: Path, committed: Path) -> None:
    """Hold a fresh build to the committed one: its bytes where the machine is of the same kind.

    Another processor or another release of numpy may round the last bit of a
    probability otherwise; there the counts must agree within three in a hundred.
    """
    if json.loads(make_graphs.MADE_ON.read_text(encoding="utf-8")) == make_graphs.machine():
        assert make_graphs.differences(committed, made) == []
        return
    new, old = load(made).manifest["counts"], load(committed).manifest["counts"]
    assert new["papers_kept"] == old["papers_kept"]
    for name in ("mentions", "concepts", "links", "triples"):
        assert new[name] == pytest.approx(old[name], rel=0.03), name


def test_the_sample_graph_is_up_to_date(tmp_path: Path) -> None:
    make_graphs.make_sample(tmp_path / "sample")
    compare(tmp_path / "sample", make_graphs.GRAPHS / "sample")


@pytest.mark.shared
def test_the_seed_graph_is_up_to_date(shared: Path, tmp_path: Path) -> None:
    make_graphs.make_seed(tmp_path / "seed")
    compare(tmp_path / "seed", make_graphs.GRAPHS / "seed")


def test_the_seed_graph_holds_no_abstract_and_no_sentence() -> None:
    """Abstracts are their authors': titles, names and links only."""
    folder = make_graphs.GRAPHS / "seed"
    papers = load(folder).papers
    assert len(papers) == 74
    assert not any(paper.abstract for paper in papers)
    for path in folder.iterdir():
        text = path.read_text(encoding="utf-8")
        assert "In this work, we" not in text, path.name
        assert "kg:sentence" not in text or path.suffix == ".html", path.name


@pytest.mark.shared
def test_the_seed_graph_repeats_no_nine_words_of_an_abstract(shared: Path) -> None:
    """Not even where the abstract repeats its title."""
    runs = {
        run
        for paper in read_papers(shared / "seed" / "hf-papers-listing.txt")
        for run in make_graphs.word_runs(paper.abstract)
    }
    assert make_graphs.RUN == 9
    assert len(runs) > 5000
    for path in (make_graphs.GRAPHS / "seed").iterdir():
        assert not runs & make_graphs.word_runs(path.read_text(encoding="utf-8")), path.name


@pytest.mark.parametrize("name", ["sample", "seed"])
def test_the_committed_graphs_load(name: str) -> None:
    folder = load(make_graphs.GRAPHS / name)
    graph = build_graph(folder.papers, folder.concepts)
    counts = folder.manifest["counts"]
    kinds = [kind for _, kind in graph.nodes(data="kind")]
    assert kinds.count("paper") == counts["papers_kept"]
    assert kinds.count("concept") == counts["concepts"]
