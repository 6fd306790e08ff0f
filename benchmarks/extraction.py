"""Speed of extraction: abstracts and words a second, as ratios to two peers in the same run.

Peers: spaCy's stock convolutional pipeline (tok2vec and NER, random weights) on the
same texts, and a transformer encoder of BERT-base size (12 layers, width 768, random
weights are honest for speed) in onnxruntime.  Each contestant runs in a process of its
own, on one and on two cores, so that peak memory is its own (spaCy's second core is a
second process: its memory and CPU time are added).  On a machine that does other work,
trust the figures per CPU second and their ratios.

    python benchmarks/extraction.py [--papers 200] [--input PAPERS.jsonl[.xz]]

Without --input the texts are made by benchmarks/synthetic.py.
"""

from __future__ import annotations

import argparse
import json
import lzma
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

from kg.model import Paper  # noqa: E402

#: Width of BERT-base.
BERT = 768
CONTESTANTS = ("paperkg", "paperkg, model alone", "spaCy CNN", "BERT-base size")
#: Papers read before the clock starts, and how many of all the slow transformer reads.
WARM, SLOW_SHARE = 5, 0.1


def read(path: str | None, count: int) -> list[Paper]:
    """Return papers from JSON Lines, or synthetic ones."""
    if path is None:
        return list(islice(_synthetic(count), count))
    opener = lzma.open if path.endswith(".xz") else open
    with opener(path, "rt", encoding="utf-8") as lines:
        rows = (json.loads(line) for line in islice(lines, count))
        return [
            Paper(str(row.get("id", n)), row.get("title") or "", row.get("abstract") or "")
            for n, row in enumerate(rows)
        ]


def _synthetic(count: int) -> Iterator[Paper]:
    from synthetic import make_papers

    for paper in make_papers(count)[0]:
        yield Paper(paper.id, paper.title, paper.abstract)


@dataclass(frozen=True, slots=True)
class Contestant:
    """A run that is ready to start: what it does, what it reads, what it cost so far in children.

    ``run`` returns CPU seconds and peak MB of processes other than this one.
    """

    run: Callable[[], tuple[float, float]]
    papers: list[Paper]


def ours(papers: list[Paper], cores: int, extractors: str | None) -> Contestant:
    """Return a run of this project's extractor: a thread a core."""
    from kg.extract import load_extractor

    extractor = load_extractor(extractors=extractors)
    list(extractor.extract(papers[:WARM], workers=cores))

    def run() -> tuple[float, float]:
        list(extractor.extract(papers, workers=cores))
        return 0.0, 0.0

    return Contestant(run, papers)


# --- spaCy --------------------------------------------------------------------------


def stock(papers: list[Paper], cores: int) -> Contestant:
    """Return a run of spaCy's stock tok2vec and NER over title and abstract: a process a core.

    The processes are started and warm before the clock starts.
    """
    texts = [f"{p.title}\n\n{p.abstract}" for p in papers]
    if cores == 1:
        _start_spacy()
        _read_spacy(texts[:WARM])

        def alone() -> tuple[float, float]:
            _read_spacy(texts)
            return 0.0, 0.0

        return Contestant(alone, papers)
    pool = ProcessPoolExecutor(cores, initializer=_start_spacy)
    list(pool.map(_read_spacy, [texts[:WARM]] * cores * 4))
    parts = [texts[i :: cores * 4] for i in range(cores * 4)]

    def run() -> tuple[float, float]:
        rows = list(pool.map(_read_spacy, parts))
        peaks = {pid: peak for pid, _, peak in rows}
        return sum(cpu for _, cpu, _ in rows), sum(peaks.values())

    return Contestant(run, papers)


_SPACY: list[Any] = []


def _start_spacy() -> None:
    import spacy
    from spacy.training import Example

    nlp: Any = spacy.blank("en")
    ner = nlp.add_pipe("ner")
    for label in ("Method", "Dataset", "Benchmark", "Task", "Metric"):
        ner.add_label(label)
    doc = nlp.make_doc("a b c")
    nlp.initialize(lambda: [Example.from_dict(doc, {"entities": [(0, 1, "Method")]})])
    _SPACY.append(nlp)


def _read_spacy(texts: list[str]) -> tuple[int, float, float]:
    """Return this process's id, the CPU seconds it took and its peak MB."""
    cpu = time.process_time()
    for _ in _SPACY[-1].pipe(texts):
        pass
    return os.getpid(), time.process_time() - cpu, _peak()


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# --- a transformer ------------------------------------------------------------------


def transformer(papers: list[Paper], cores: int, graph: str) -> Contestant:
    """Return a run of an encoder of BERT-base size, in 32 bits, one paper at a time.

    It sees as many pieces as this project's extractor; the look-up of their
    embeddings, which costs next to nothing, is left out.
    """
    import numpy as np
    import onnxruntime

    from kg.extract import model_folder
    from kg.extract.encoder import find_windows
    from kg.extract.pieces import PieceTokenizer

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = cores
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    pieces = (model_folder() / "kg_mentions" / "pieces.txt").read_text(encoding="utf-8")
    tokenizer = PieceTokenizer(pieces.split("\n"))
    read = papers[: max(int(len(papers) * SLOW_SHARE), WARM)]

    def run() -> tuple[float, float]:
        for paper in read:
            for window in find_windows(paper.title, paper.abstract, tokenizer):
                x = np.ones((1, len(window.ids), BERT), dtype=np.float32)
                session.run(None, {"embedded": x})
        return 0.0, 0.0

    return Contestant(run, read)


def write_bert(path: str) -> None:
    """Write the graph of an encoder of BERT-base size with random weights.

    Its heads are 24 of width 32 instead of 12 of 64: as many operations.
    """
    import numpy as np

    from kg.train.onnx_graph import to_onnx

    chance = np.random.default_rng(0)

    def random(*shape: int) -> Any:
        return chance.standard_normal(shape, dtype=np.float32) * np.float32(0.02)

    inner, layers = 4 * BERT, 12
    shapes = {"qkv": (3 * BERT, BERT), "o": (BERT, BERT), "f1": (inner, BERT), "f2": (BERT, inner)}
    weights = {"enc.n.weight": np.ones(BERT, np.float32), "enc.n.bias": np.zeros(BERT, np.float32)}
    for layer in range(layers):
        part = f"enc.layers.{layer}"
        for name, shape in shapes.items():
            weights[f"{part}.{name}.weight"] = random(*shape)
            weights[f"{part}.{name}.bias"] = np.zeros(shape[0], np.float32)
        for name in ("n1", "n2"):
            weights[f"{part}.{name}.weight"] = np.ones(BERT, np.float32)
            weights[f"{part}.{name}.bias"] = np.zeros(BERT, np.float32)
    weights |= {"out.weight": random(11, BERT), "out.bias": np.zeros(11, np.float32)}
    Path(path).write_bytes(to_onnx(weights, bits=32))


# --- the contest --------------------------------------------------------------------


def contest(name: str, papers: list[Paper], cores: int, graph: str) -> dict[str, Any]:
    """Run one contestant in this process, on so many cores; return its figures."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:cores]))
    make: dict[str, Callable[[], Contestant]] = {
        "paperkg": lambda: ours(papers, cores, None),
        "paperkg, model alone": lambda: ours(papers, cores, "model"),
        "spaCy CNN": lambda: stock(papers, cores),
        "BERT-base size": lambda: transformer(papers, cores, graph),
    }
    ready = make[name]()
    wall, cpu = time.perf_counter(), time.process_time()
    more_cpu, more_peak = ready.run()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu + more_cpu
    read = ready.papers
    words = sum(len(f"{p.title} {p.abstract}".split()) for p in read)
    return {
        "name": name,
        "cores": cores,
        "papers": len(read),
        "abstracts_per_s": len(read) / wall,
        "abstracts_per_cpu_s": len(read) / cpu,
        "words_per_s": words / wall,
        "peak_mb": _peak() + more_peak,
    }


def main() -> None:
    """Run every contestant on one and two cores and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--papers", type=int, default=200, help="how many papers to read")
    parser.add_argument("--input", help="JSON Lines of papers (plain or .xz); synthetic without")
    parser.add_argument("--json", action="store_true", help="print the rows as JSON Lines")
    parser.add_argument("--only", help=argparse.SUPPRESS)
    parser.add_argument("--cores", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("--graph", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only == "write":
        write_bert(options.graph)
    elif options.only:
        papers = read(options.input, options.papers)
        print(json.dumps(contest(options.only, papers, options.cores, options.graph)))
    else:
        rows = _rows()
        print("\n".join(map(json.dumps, rows)) if options.json else _table(rows))


def _rows() -> list[dict[str, Any]]:
    """Return the figures of every contestant, each from a process of its own."""
    missing = [name for name in ("onnx", "spacy") if not find_spec(name)]
    if missing:
        raise SystemExit(f"{missing[0]} is missing: pip install 'paperkg[train]'")
    with tempfile.TemporaryDirectory() as folder:
        graph = str(Path(folder) / "bert.onnx")
        _child("write", 1, graph)
        lines = [_child(name, cores, graph) for cores in (1, 2) for name in CONTESTANTS]
    return [json.loads(line.splitlines()[-1]) for line in lines]


def _child(name: str, cores: int, graph: str) -> str:
    words = ["--only", name, "--cores", str(cores), "--graph", graph]
    command = [sys.executable, __file__, *sys.argv[1:], *words]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def _table(rows: list[dict[str, Any]]) -> str:
    """Return a table; the ratios are to paperkg on as many cores, per wall and per CPU second."""
    head = (
        f"{'':22}{'cores':>6}{'papers':>8}{'abstracts/s':>13}{'per CPU s':>11}"
        f"{'words/s':>10}{'peak MB':>9}{'ratio':>8}{'CPU ratio':>11}"
    )
    lines = [head]
    for row in rows:
        base = next(r for r in rows if (r["cores"], r["name"]) == (row["cores"], "paperkg"))
        ratio, cpu = (row[k] / base[k] for k in ("abstracts_per_s", "abstracts_per_cpu_s"))
        lines.append(
            f"{row['name']:22}{row['cores']:>6}{row['papers']:>8}{row['abstracts_per_s']:>13.1f}"
            f"{row['abstracts_per_cpu_s']:>11.1f}{row['words_per_s']:>10.0f}"
            f"{row['peak_mb']:>9.0f}{ratio:>8.2f}{cpu:>11.2f}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
