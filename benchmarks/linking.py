"""Time and memory of linking at 10 thousand, 100 thousand and 1 million distinct surface forms.

    python benchmarks/linking.py            all three sizes, each in a process of its own
    python benchmarks/linking.py 100000     one size

Names are made up from a seed: concepts whose popularity falls like 1/rank, each
written in several ways (case, hyphens, plural, generic head, abbreviation with
its definition, slips), in papers of twelve mentions.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import time

from kg.link import link_papers
from kg.model import Mention, Paper

SIZES = (10_000, 100_000, 1_000_000)

_PARTS = (
    "graph", "neural", "vision", "language", "latent", "sparse", "temporal", "causal", "robust",
    "deep", "joint", "dense", "speech", "video", "token", "prompt", "policy", "reward", "motion",
    "point", "cloud", "scene", "depth", "pose", "image", "text", "query", "cross", "multi", "low",
)  # fmt: skip
_HEADS = {
    "Method": ("network", "attention", "learning", "model", "transformer", "sampling"),
    "Task": ("detection", "segmentation", "retrieval", "generation", "parsing"),
    "Dataset": ("Set", "Corpus", "Bank"),
    "Benchmark": ("Bench", "Arena", "Suite"),
    "Metric": ("score", "error", "accuracy"),
}
_SYLLABLES = ("ra", "vel", "no", "mi", "tor", "ka", "lu", "zen", "di", "sol", "mar", "fe", "xe")


def make_forms(rng: random.Random, number: int) -> tuple[str, list[str], str]:
    """Return type, surface forms and a defining sentence ("" if none) of a made-up concept."""
    type = rng.choice(("Method", "Method", "Task", "Dataset", "Benchmark", "Metric"))
    coined = "".join(rng.choice(_SYLLABLES) for _ in range(rng.randint(2, 4))).capitalize()
    if type in ("Dataset", "Benchmark") or rng.random() < 0.3:
        name = f"{coined}{rng.choice(_HEADS[type]) if type != 'Method' else ''}{number % 997}"
        return type, [name, f"{coined}-{name[len(coined) :]}", name.upper(), f"{name} model"], ""
    words = [rng.choice(_PARTS) for _ in range(rng.randint(1, 3))]
    name = " ".join([f"{coined.lower()}{number % 89}", *words, rng.choice(_HEADS[type])])
    short = "".join(word[0] for word in name.split()).upper()
    forms = [name, name.title(), name.replace(" ", "-", 1), name + "s", short]
    return type, forms, f"{name} ({short})"


def make_papers(forms: int, *, seed: int = 1) -> list[Paper]:
    """Return papers that mention about ``forms`` distinct surface forms."""
    rng = random.Random(seed)
    concepts = [make_forms(rng, n) for n in range(int(forms / 4.43))]
    left = [(n, i) for n, (_, names, _) in enumerate(concepts) for i in range(len(names))]
    rng.shuffle(left)
    papers = []
    for number, start in enumerate(range(0, len(left), 8)):
        picked = left[start : start + 8]
        picked += [(min(int(rng.paretovariate(0.5)), len(concepts)) - 1, 0) for _ in range(4)]
        papers.append(_paper(number, [(concepts[n], i) for n, i in picked]))
    return papers


def _paper(number: int, picked: list[tuple[tuple[str, list[str], str], int]]) -> Paper:
    text, mentions = "", []
    for (type, forms, defined), i in picked:
        for name in (forms[0], forms[i]) if defined and i == len(forms) - 1 else (forms[i],):
            start = len(text)
            mentions.append(Mention("abstract", start, start + len(name), name, type, "uses", 0.9))
            text += name + (" (" if defined and name == forms[0] and i == len(forms) - 1 else ". ")
        if defined and i == len(forms) - 1:
            text = text.removesuffix(". ") + "). "
    return Paper(f"made:{number:07d}", f"Paper {number}", text.strip(), mentions=tuple(mentions))


def measure(forms: int) -> str:
    """Link one corpus; return a row of the table."""
    papers = make_papers(forms)
    distinct = len({mention.text for paper in papers for mention in paper.mentions})
    mentions = sum(len(paper.mentions) for paper in papers)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start, used = time.perf_counter(), time.process_time()
    linked = link_papers(papers)
    spent, used = time.perf_counter() - start, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"{distinct:>9,} forms  {mentions:>9,} mentions  {len(papers):>7,} papers  "
        f"{len(linked.concepts):>8,} concepts  {spent:6.1f} s  "
        f"{used:6.1f} CPU s  {1e6 * used / distinct:5.0f} CPU us a form  "
        f"{peak:6.0f} MB (input {before:.0f})"
    )


def main(arguments: list[str]) -> None:
    """Print one row per size, each measured in a fresh process."""
    if arguments:
        print(measure(int(arguments[0])), flush=True)
        return
    for size in SIZES:
        subprocess.run([sys.executable, __file__, str(size)], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
