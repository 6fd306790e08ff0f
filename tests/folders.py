"""Built folders for the tests of query and server: made-up papers, no extraction needed."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from kg.files import write_jsonl
from kg.model import Broader, Concept, Match, Merge, Paper
from kg.rdf import RdfSource, write_turtle

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))

from synthetic import make_papers

#: What a label may hold without harm to a page, a query or a table.
HOSTILE = 'O\'Neil "<b>" </script><script>alert(1)</script> \\ {{7*7}} %41 é知'


def hostile_concept() -> Concept:
    """A concept whose every text is hostile; in no paper."""
    return Concept(
        "method/hostile",
        "Method",
        HOSTILE,
        (f"{HOSTILE} alias",),
        merges=(Merge(f"{HOSTILE} alias", HOSTILE, 0.4),),
        matches=(Match("closeMatch", "javascript:alert(2)", "test", 0.5),),
    )


def make_records(count: int) -> tuple[list[Paper], list[Concept]]:
    """Return made-up papers and concepts, among them a hierarchy and a hostile label."""
    papers, concepts = make_papers(count)
    methods = [c for c in concepts if c.type == "Method"]
    top = max(methods, key=lambda c: (c.papers, c.id))
    under = {c.id for c in methods if c.id != top.id and c.papers > 2}
    why = (Broader(top.id, "name ends alike", 0.8),)
    nested = [
        replace(c, broader=(top.id,), broader_why=why) if c.id in under else c for c in concepts
    ]
    return papers, sorted([*nested, hostile_concept()], key=lambda c: c.id)


def write_folder(folder: Path, count: int = 60, **options: object) -> Path:
    """Write a built folder of ``count`` made-up papers; return it."""
    folder.mkdir(parents=True, exist_ok=True)
    papers, concepts = make_records(count)
    source = RdfSource(papers, concepts, **options)  # type: ignore[arg-type]
    write_turtle(source, folder / "graph.ttl")
    write_jsonl((paper.to_dict() for paper in papers), folder / "papers.jsonl")
    write_jsonl((concept.to_dict() for concept in concepts), folder / "concepts.jsonl")
    (folder / "manifest.json").write_text('{"format": 1}\n', encoding="utf-8")
    return folder
