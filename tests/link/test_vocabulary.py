"""Concepts matched to vocabularies of others, in every syntax, large ones as well."""

from __future__ import annotations

import bz2
import gzip
import lzma
import subprocess
import sys
from pathlib import Path

import pytest

from kg.link import link_papers
from kg.link.vocabulary import VocabularyError, match_vocabulary
from kg.model import Concept
from tests.link.papers import paper

ROOT = Path(__file__).parents[2]

SKOS = """\
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix ex: <http://example.org/> .
ex:llm a skos:Concept ; skos:prefLabel "Large Language Models"@en, "grosse Sprachmodelle"@de .
ex:qa a skos:Concept ; skos:prefLabel "answering questions" ; skos:altLabel "question-answering" .
ex:cl a skos:Concept ; rdfs:label "CL" .
ex:cifar a skos:Concept ; rdfs:label "CIFAR-100" .
ex:old a skos:Concept ; rdfs:label "machine translation" ; owl:deprecated true .
ex:adam a <http://xmlns.com/foaf/0.1/Person> ; rdfs:label "Adam" .
ex:seg1 a skos:Concept ; rdfs:label "segmentation" .
ex:seg2 a skos:Concept ; rdfs:label "Segmentation" .
"""

CONCEPTS = [
    Concept("dataset/cifar-10", "Dataset", "CIFAR-10"),
    Concept("method/adam", "Method", "Adam"),
    Concept("method/cl", "Method", "CL"),
    Concept("method/llm", "Method", "large language model", ("LLM",)),
    Concept("task/mt", "Task", "machine translation"),
    Concept("task/qa", "Task", "question answering", ("QA",)),
    Concept("task/seg", "Task", "segmentation"),
]


def matches(path: Path) -> dict[str, list[tuple[str, str]]]:
    found, _ = match_vocabulary(CONCEPTS, path)
    return {
        c.id: [(m.relation, m.iri.rsplit("/", 1)[1]) for m in c.matches] for c in found if c.matches
    }


def test_labels_match_under_the_guards(tmp_path: Path) -> None:
    path = tmp_path / "v.ttl"
    path.write_text(SKOS, encoding="utf-8")
    assert matches(path) == {
        "method/llm": [("exactMatch", "llm")],
        "task/qa": [("closeMatch", "qa")],  # by its other label only
        "task/seg": [("closeMatch", "seg1"), ("closeMatch", "seg2")],  # two as near
    }
    _, counts = match_vocabulary(CONCEPTS, path)
    assert counts == {
        "file": "v.ttl",
        "labels": 10,
        "concepts": 3,
        "exactMatch": 1,
        "closeMatch": 3,
    }


def test_every_syntax_and_compression(tmp_path: Path) -> None:
    """rdflib writes what pyoxigraph reads: an independent oracle."""
    from rdflib import Graph

    graph = Graph().parse(data=SKOS, format="turtle")
    expected = None
    for suffix, form in (("ttl", "turtle"), ("nt", "nt"), ("owl", "xml"), ("jsonld", "json-ld")):
        path = tmp_path / f"v.{suffix}"
        graph.serialize(path, format=form, encoding="utf-8")
        expected = expected or matches(path)
        assert matches(path) == expected, suffix
    data = (tmp_path / "v.ttl").read_bytes()
    for suffix, pack in ((".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)):
        path = tmp_path / f"v.ttl{suffix}"
        path.write_bytes(pack(data))
        assert matches(path) == expected, suffix


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("v.ttl", b"@prefix ex: <http://e/> .\nex:a ex:b .\n", r"v\.ttl:2: broken RDF"),
        ("v.owl", b"<rdf:RDF", "broken RDF"),
        ("v.csv", b"a,b", "unknown format '.csv'; expected RDF"),
        ("v.ttl.gz", b"no gzip", "cannot be read"),
    ],
)
def test_what_is_no_vocabulary_is_one_line(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(VocabularyError, match=message) as caught:
        match_vocabulary(CONCEPTS, tmp_path / name)
    assert "\n" not in str(caught.value)
    with pytest.raises(VocabularyError, match="cannot be read"):
        match_vocabulary(CONCEPTS, tmp_path / "absent.ttl")


def test_linking_takes_vocabularies_and_counts_them(tmp_path: Path) -> None:
    path = tmp_path / "v.ttl"
    path.write_text(SKOS, encoding="utf-8")
    linked = link_papers(
        [paper("a", "[m:LLMs] are [m:large language models].")], vocabularies=[path]
    )
    found = {m.iri for c in linked.concepts for m in c.matches}
    assert found == {"http://example.org/llm"}
    assert linked.report["vocabularies"][0]["exactMatch"] == 1


def test_memory_does_not_grow_with_the_vocabulary(tmp_path: Path) -> None:
    """Once caches are full, 60,000 more labels that match nothing cost no memory."""
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    for part in range(3):
        with (tmp_path / f"{part}.nt").open("w", encoding="utf-8") as out:
            for number in range(60_000 * part, 60_000 * (part + 1)):
                out.write(f'<http://example.org/{number}> {label} "large thing {number}" .\n')
    code = f"""
import resource
from tests.link.test_vocabulary import CONCEPTS, match_vocabulary
for part in range(3):
    match_vocabulary(CONCEPTS, {str(tmp_path)!r} + f"/{{part}}.nt")
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=True)
    _, before, after = map(float, done.stdout.split())
    assert after - before < 4  # MB; each file has 5
