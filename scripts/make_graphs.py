"""Rebuild what ``graphs/`` holds; ``--check`` only compares.

``graphs/sample``: the bundled corpus, in every form.
``graphs/seed``: the real listing page this project began with, without its
abstracts and sentences (they are their authors'): titles, names, links only, and
of a title that its abstract repeats the first words.
Needs ``../shared``; left as it is where that is absent.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import sys
import tempfile
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from kg import pipeline
from kg.files import MANIFEST
from kg.model import Paper
from kg.read import paper_id

ROOT = Path(__file__).parent.parent
GRAPHS = ROOT / "graphs"
SHARED = Path(os.environ.get("PAPERKG_SHARED", ROOT.parent / "shared"))

#: On what the committed graphs were made: elsewhere they may differ in a last decimal.
MADE_ON = GRAPHS / "made-on.json"

#: So many successive words of an abstract are a quotation; a word as the check counts them.
RUN = 9
WORD = re.compile(r"\w+")

#: What the manifest says of one run and not of the graph.
RUN_ONLY = ("seconds", "python", "files", "inputs")
COMPARED = (
    "papers.jsonl",
    "concepts.jsonl",
    "graph.ttl",
    "graph.graphml",
    "graph.gexf",
    "graph.html",
)


def make_sample(folder: Path) -> None:
    """Build the bundled corpus into ``folder``."""
    os.chdir(ROOT)
    made = pipeline.run("kg/data/sample.jsonl", title="Well-known AI papers")
    pipeline.write(made, folder)


def make_seed(folder: Path) -> None:
    """Build the listing page into ``folder``, then take every abstract out."""
    os.chdir(SHARED.parent)
    made = pipeline.run(
        "shared/seed/hf-papers-listing.txt",
        title="A listing page of 74 papers",
        abstracts=False,
        sentences=False,
    )
    made = pipeline.relink(made, map(without_quote, made.papers))
    made.papers = tuple(without_abstract(paper) for paper in made.papers)
    pipeline.write(made, folder)


def quotes_title(paper: Paper) -> bool:
    """Return whether ``RUN`` successive words of the title stand in the abstract, too."""
    return not word_runs(paper.title).isdisjoint(word_runs(paper.abstract))


def word_runs(text: str) -> set[str]:
    """Return all runs of ``RUN`` successive words, in small letters."""
    words = WORD.findall(text.lower())
    return {" ".join(words[i : i + RUN]) for i in range(len(words) - RUN + 1)}


def without_quote(paper: Paper) -> Paper:
    """Cut the title short where the abstract repeats it: its words are the abstract's as well."""
    if not quotes_title(paper):
        return paper
    end = [match.end() for match in WORD.finditer(paper.title)][RUN - 2]
    kept = tuple(m for m in paper.mentions if m.field != "title" or m.end <= end)
    title = f"{paper.title[:end]} …"
    return replace(paper, id=paper_id(title, paper.doi, paper.arxiv_id), title=title, mentions=kept)


def without_abstract(paper: Paper) -> Paper:
    """Drop the abstract, and keep of its mentions and links the names and places alone."""
    return replace(paper, abstract="")


def differences(old: Path, new: Path) -> list[str]:
    """Return the names of the files that differ; of the manifest what a run does not change."""
    changed = [name for name in COMPARED if _bytes(old / name) != _bytes(new / name)]
    return changed + ([MANIFEST] if _manifest(old) != _manifest(new) else [])


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _manifest(folder: Path) -> dict[str, object]:
    data = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return {name: value for name, value in data.items() if name not in RUN_ONLY}


def machine() -> dict[str, str]:
    """Return what decides the last bits: another processor or release may round otherwise."""
    flags = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8")
    found = _cpu_flags()
    releases = {name: version(name) for name in ("numpy", "onnxruntime", "scipy", "spacy")}
    return {"cpu": " ".join([platform.machine(), *(f for f in flags if f in found)]), **releases}


def _cpu_flags() -> set[str]:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    return set(next((line for line in lines if line.startswith(("flags", "Features"))), "").split())


def main() -> int:
    """Rebuild or check; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args().check
    makers = {"sample": make_sample}
    if SHARED.is_dir():
        makers["seed"] = make_seed
    else:
        print("graphs/seed left as it is: no ../shared here", file=sys.stderr)
    changed = [line for name, make in makers.items() for line in _one(name, make, check)]
    if not check:
        MADE_ON.write_text(json.dumps(machine(), indent=2) + "\n", encoding="utf-8")
    print("\n".join(changed) or "graphs/ is up to date")
    return 1 if check and changed else 0


def _one(name: str, make: object, check: bool) -> list[str]:
    target = GRAPHS / name
    with tempfile.TemporaryDirectory() as work:
        fresh = Path(work) / name
        make(fresh)  # type: ignore[operator]
        changed = differences(target, fresh) if (target / MANIFEST).exists() else ["all of it"]
        if changed and not check:
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(fresh, target)
    return [f"graphs/{name}: {what}" for what in changed]


if __name__ == "__main__":
    sys.exit(main())
