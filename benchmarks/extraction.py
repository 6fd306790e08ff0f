"""Speed of extraction: abstracts and words a second, as ratios to two peers in the same run.

Peers: spaCy's stock convolutional pipeline (tok2vec and NER, random weights) on the
same texts, and a transformer encoder of BERT-base size (12 layers, width 768, random
weights are honest for speed) in onnxruntime.  Each contestant runs in a process of its
own, on one and on two cores, so that peak memory is its own.

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
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

from kg.model import Paper  # noqa: E402

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
        return [Paper(r["id"], r.get("title", ""), r.get("abstract", "")) for r in rows]


def _synthetic(count: int) -> Iterator[Paper]:
    from synthetic import make_papers

    for paper in make_papers(count)[0]:
        yield Paper(paper.id, paper.title, paper.abstract)


def ours(papers: list[Paper], cores: int, extractors: str | None) -> Callable[[], object]:
    """Return a run of this project's extractor."""
    from kg.extract import load_extractor

    extractor = load_extractor(extractors=extractors)
    list(extractor.extract(papers[:WARM], workers=cores))
    return lambda: list(extractor.extract(papers, workers=cores))


def stock(papers: list[Paper], cores: int) -> Callable[[], object]:
    """Return a run of spaCy's stock tok2vec and NER over title and abstract."""
    import spacy
    from spacy.training import Example

    nlp: Any = spacy.blank("en")
    ner = nlp.add_pipe("ner")
    for label in ("Method", "Dataset", "Benchmark", "Task", "Metric"):
        ner.add_label(label)
    doc = nlp.make_doc("a b c")
    nlp.initialize(lambda: [Example.from_dict(doc, {"entities": [(0, 1, "Method")]})])
    texts = [f"{p.title}\n\n{p.abstract}" for p in papers]
    list(nlp.pipe(texts[:WARM]))
    return lambda: list(nlp.pipe(texts, n_process=cores))


def transformer(papers: list[Paper], cores: int) -> Callable[[], object]:
    """Return a run of an encoder of BERT-base size, in 32 bits, one paper at a time."""
    import numpy as np
    import onnxruntime

    from kg.extract import model_folder
    from kg.extract.encoder import find_windows
    from kg.extract.pieces import PieceTokenizer

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = cores
    session = onnxruntime.InferenceSession(_bert_base(), options)
    pieces = (model_folder() / "kg_mentions" / "pieces.txt").read_text(encoding="utf-8")
    tokenizer = PieceTokenizer(pieces.split("\n"))
    width = 768

    def run() -> None:
        for paper in papers:
            for window in find_windows(paper.title, paper.abstract, tokenizer):
                x = np.ones((1, len(window.ids), width), dtype=np.float32)
                session.run(None, {"embedded": x})

    return run


def _bert_base() -> bytes:
    """Return the graph of 12 layers of width 768 with random weights."""
    import numpy as np

    from kg.train.onnx_graph import to_onnx

    chance = np.random.default_rng(0)
    width, inner = 768, 3072
    shapes = {"qkv": (3 * width, width), "o": (width, width), "f1": (inner, width)}
    shapes["f2"] = (width, inner)
    weights = {"enc.n.weight": np.ones(width), "enc.n.bias": np.zeros(width)}
    for layer in range(12):
        for name, shape in shapes.items():
            weights[f"enc.layers.{layer}.{name}.weight"] = chance.normal(0, 0.02, shape)
            weights[f"enc.layers.{layer}.{name}.bias"] = np.zeros(shape[0])
        for name in ("n1", "n2"):
            weights[f"enc.layers.{layer}.{name}.weight"] = np.ones(width)
            weights[f"enc.layers.{layer}.{name}.bias"] = np.zeros(width)
    weights |= {"out.weight": chance.normal(0, 0.02, (11, width)), "out.bias": np.zeros(11)}
    single = {name: value.astype(np.float32) for name, value in weights.items()}
    return to_onnx(single, layers=12, heads=12, bits=32)


def contest(name: str, papers: list[Paper], cores: int) -> dict[str, Any]:
    """Run one contestant in this process; return its figures."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:cores]))
    if name == "BERT-base size":
        papers = papers[: max(int(len(papers) * SLOW_SHARE), WARM)]
    make: dict[str, Callable[[], Callable[[], object]]] = {
        "paperkg": lambda: ours(papers, cores, None),
        "paperkg, model alone": lambda: ours(papers, cores, "model"),
        "spaCy CNN": lambda: stock(papers, cores),
        "BERT-base size": lambda: transformer(papers, cores),
    }
    run = make[name]()
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    words = sum(len(f"{p.title} {p.abstract}".split()) for p in papers)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "name": name,
        "cores": cores,
        "abstracts_per_s": len(papers) / wall,
        "abstracts_per_cpu_s": len(papers) / cpu,
        "words_per_s": words / wall,
        "peak_mb": peak,
    }


def main() -> None:
    """Run every contestant on one and two cores and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--papers", type=int, default=200)
    parser.add_argument("--input")
    parser.add_argument("--only", help=argparse.SUPPRESS)
    parser.add_argument("--cores", type=int, default=1, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        papers = read(options.input, options.papers)
        print(json.dumps(contest(options.only, papers, options.cores)))
        return
    rows = [_child(name, cores) for cores in (1, 2) for name in CONTESTANTS]
    print(
        f"{'':24}{'cores':>6}{'abstracts/s':>13}{'per CPU s':>11}"
        f"{'words/s':>10}{'peak MB':>9}{'ratio':>8}"
    )
    for row in rows:
        base = next(r for r in rows if r["cores"] == row["cores"] and r["name"] == "paperkg")
        ratio = row["abstracts_per_s"] / base["abstracts_per_s"]
        print(
            f"{row['name']:24}{row['cores']:>6}{row['abstracts_per_s']:>13.1f}"
            f"{row['abstracts_per_cpu_s']:>11.1f}{row['words_per_s']:>10.0f}"
            f"{row['peak_mb']:>9.0f}{ratio:>8.2f}"
        )


def _child(name: str, cores: int) -> dict[str, Any]:
    command = [sys.executable, __file__, *sys.argv[1:], "--only", name, "--cores", str(cores)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    row: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return row


if __name__ == "__main__":
    main()
