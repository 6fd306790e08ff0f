"""Papers, concepts and mentions of any number, made from a seed: for tests and benchmarks.

Topics own concepts whose popularity falls like 1/rank, a few concepts are everybody's
(hubs), and every sentence is assembled around the mentions it holds, so the offsets
are right by construction.  No text of a real paper is in here.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from kg.model import Concept, Link, Mention, Merge, Paper
from kg.text import slug

_SYLLABLES = (
    "ra", "vel", "no", "mi", "tor", "ka", "lu", "zen", "pra", "di", "sol", "mar", "qui", "fe",
    "lan", "bri", "o", "ta", "xe", "gor",
)  # fmt: skip
_TASKS = ("detection", "segmentation", "translation", "retrieval", "planning", "parsing", "ranking")
_KINDS = ("Method", "Method", "Method", "Task", "Dataset", "Benchmark")
_HUBS = (
    ("Method", "large language models"),
    ("Metric", "accuracy"),
    ("Task", "question answering"),
    ("Method", "Transformer"),
)
_ROLE = {"Method": "uses", "Task": "addresses", "Dataset": "uses", "Benchmark": "evaluatesOn"}
_FRAMES = {
    "introduces": ("We propose {}, which learns from fewer examples.", "This paper presents {}."),
    "uses": ("Our training relies on {}.", "We build on {} and extend it to longer inputs."),
    "addresses": ("We study {} under realistic conditions.", "Progress in {} has been slow."),
    "evaluatesOn": ("On {} it is better than all earlier systems.", "We evaluate on {}."),
    "reports": ("We report {} over five runs.", "It improves {} by a wide margin."),
    "comparesWith": ("It is faster than {}.", "Compared with {}, it needs half the memory."),
    "mentions": ("Recent work on {} points the same way.",),
}


def make_papers(
    count: int, *, topics: int | None = None, seed: int = 1
) -> tuple[list[Paper], list[Concept]]:
    """Return ``count`` papers and their concepts, the same for the same seed."""
    rng = random.Random(seed)
    pools = [list(_pool(rng)) for _ in range(topics or max(3, round(count**0.5 / 2)))]
    papers = [_paper(rng, n, rng.choice(pools), pools) for n in range(count)]
    return papers, _concepts(papers)


def _pool(rng: random.Random) -> Iterator[tuple[str, str]]:
    """Yield the (type, name) pairs of a topic, the most popular first."""
    word = _word(rng)
    yield "Task", f"{word.lower()} {rng.choice(_TASKS)}"
    for number in range(40):
        kind = rng.choice(_KINDS)
        tail = {"Task": f" {rng.choice(_TASKS)}", "Dataset": "Set", "Benchmark": "Bench"}
        yield kind, f"{_word(rng)}{tail.get(kind, '')}" + (f"-{number}" if number % 5 == 4 else "")


def _word(rng: random.Random) -> str:
    return "".join(rng.choice(_SYLLABLES) for _ in range(rng.randint(2, 4))).capitalize()


def _paper(
    rng: random.Random, number: int, pool: list[tuple[str, str]], pools: list[list[tuple[str, str]]]
) -> Paper:
    own = f"{_word(rng)}{number}"
    title = f"{own}: {rng.choice(['Towards', 'Learning', 'Rethinking'])} {pool[0][1]}"
    picked = [("Method", own, "introduces"), ("Task", pool[0][1], "addresses")]
    picked += [_pick(rng, pool) for _ in range(rng.randint(3, 7))]
    picked += [_pick(rng, rng.choice(pools))] * (rng.random() < 0.3)
    hub = rng.choice(_HUBS)
    picked.append((*hub, "reports" if hub[0] == "Metric" else _ROLE[hub[0]]))
    abstract, mentions = _abstract(rng, list(dict.fromkeys(picked)))
    first = Mention(
        "title", 0, len(own), own, "Method", "introduces", 0.97, "made", _id("Method", own)
    )
    address = f"https://example.org/{slug(own)}"
    abstract += f" Code: {address}"
    start = len(abstract) - len(address)
    return Paper(
        f"made:{number:06d}",
        title,
        abstract,
        tuple(f"{_word(rng)} {_word(rng)}" for _ in range(rng.randint(1, 5))),
        2015 + min(10, int(rng.expovariate(0.25))),
        f"Conf{rng.randint(1, 6)}",
        mentions=(first, *mentions),
        links=(Link("abstract", start, len(abstract), address, address, "code"),),
    )


def _pick(rng: random.Random, pool: list[tuple[str, str]]) -> tuple[str, str, str]:
    kind, name = pool[min(len(pool) - 1, int(rng.paretovariate(0.7)))]
    other = rng.random()
    role = "comparesWith" if kind == "Method" and other < 0.25 else _ROLE[kind]
    return kind, name, "mentions" if other > 0.9 else role


def _abstract(rng: random.Random, picked: list[tuple[str, str, str]]) -> tuple[str, list[Mention]]:
    text, mentions = "", []
    for kind, name, role in picked:
        before, after = rng.choice(_FRAMES[role]).split("{}")
        start = len(text) + len(before)
        text += f"{before}{name}{after} "
        confidence = round(0.55 + 0.44 * rng.random(), 2)
        mentions.append(
            Mention(
                "abstract", start, start + len(name), name, kind, role, confidence, "made",
                _id(kind, name),
            )
        )  # fmt: skip
    return text.strip(), mentions


def _id(kind: str, name: str) -> str:
    return f"{kind.lower()}/{slug(name)}"


def _concepts(papers: list[Paper]) -> list[Concept]:
    found: dict[str, tuple[str, str, set[str], set[str]]] = {}
    for paper in papers:
        for m in paper.mentions:
            row = found.setdefault(str(m.concept), (m.type, m.text, set(), set()))
            row[2].add(paper.id)
            if m.role == "introduces":
                row[3].add(paper.id)
    return [
        Concept(
            key, kind, label, (label.upper(),), papers=len(inside), introduced_by=tuple(sorted(by)),
            merges=(Merge(label.upper(), "same folded name", 1.0),),
        )
        for key, (kind, label, inside, by) in sorted(found.items())
    ]  # fmt: skip
