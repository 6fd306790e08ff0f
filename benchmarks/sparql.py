"""How fast SPARQL is: bundled questions, look-ups, many clients at once, against rdflib's engine.

    python benchmarks/sparql.py --papers 87187          made-up papers of that number
    python benchmarks/sparql.py --folder out            a built folder of your own
    python benchmarks/sparql.py --extracted FILE.jsonl  papers as kg extract prints them
    python benchmarks/sparql.py ... --write docs/benchmarks-sparql.md

Everything is measured in one run on one machine.  "First" is the first time in a fresh
process (the operating system may have the store's files in memory); "repeated" the median
of the following ones, without the server's answer cache.  "Kept" are questions that the
store keeps rows for (kg/query/kept.py); "not kept" the same questions from the graph itself.
"Other values" are twenty for the question's first parameter: ten of the 200 most frequent
concepts and ten of all, or twenty papers, asked once each.  All in milliseconds of the
processor where a column does not say otherwise: the clock also counts who else is at work.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from synthetic import make_papers  # noqa: E402

from kg import vocab  # noqa: E402
from kg.query import (  # noqa: E402
    Ask,
    Question,
    Runner,
    build_store,
    check_store,
    list_questions,
)
from kg.query.bundled import ENTITY_KINDS  # noqa: E402
from kg.query.tokens import bind  # noqa: E402
from kg.rdf import RdfSource, write_ntriples, write_turtle  # noqa: E402

REPEATS = 5
LOOKUPS = {
    "a concept's facts": "SELECT ?p ?o { $it ?p ?o }",
    "papers of a concept": (
        "SELECT ?paper ?title { ?paper kg:mentions $it ; dcterms:title ?title } LIMIT 25"
    ),
    "evidence of a concept": (
        "SELECT ?exact ?sentence { ?m kg:refersTo $it ; kg:exact ?exact ; kg:sentence ?sentence } "
        "LIMIT 25"
    ),
    "concept by its label": "SELECT ?c { ?c skos:prefLabel $label }",
}


def timed(function: Callable[[], object]) -> float:
    """Return milliseconds."""
    start = time.perf_counter()
    function()
    return (time.perf_counter() - start) * 1000


def quantile(values: list[float], share: float) -> float:
    """Return the value below which ``share`` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def questions_table(folder: Path, *, plain: bool = True) -> Iterator[str]:
    """Time every bundled question: its defaults, other values, and without what the store keeps."""
    yield (
        "| question | kept | rows | first | repeated | by the clock | other values | slowest | "
        "not kept, first | repeated |"
    )
    yield "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    slow = []
    with Runner(folder, timeout=300) as runner:
        bound = [(q, runner.bind(q, {})[0], others(runner, q)) for q in list_questions()]
    for question, text, texts in bound:
        kept = measure(folder, text, REPEATS)
        more = [t for other in texts for t in measure(folder, other, 1, fresh=False).cpu]
        alone = measure(folder, text, 3, kept=False) if question.kept and plain else None
        slow += [question.name] if max([statistics.median(kept.cpu), *more]) > 100 else []
        cells = [
            question.name,
            "yes" if question.kept else "",
            f"{kept.rows:,}",
            f"{kept.first:,.1f}",
            f"{statistics.median(kept.cpu):,.1f}",
            f"{statistics.median(kept.times):,.1f}",
            f"{statistics.median(more):,.1f}" if more else "",
            f"{max(more):,.1f}" if more else "",
            f"{alone.first:,.1f}" if alone else "",
            f"{statistics.median(alone.cpu):,.1f}" if alone else "",
        ]
        yield f"| {' | '.join(cells)} |"
    yield ""
    yield f"Over 100 ms, repeated or with one of the other values: {', '.join(slow) or 'none'}."


@dataclass
class Measured:
    """Milliseconds of the processor, the first time and then; and by the clock."""

    first: float = 0.0
    times: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    rows: int = 0


_SHARED: dict[Path, Runner] = {}


def measure(
    folder: Path, text: str, repeats: int, *, kept: bool = True, fresh: bool = True
) -> Measured:
    """Ask ``text`` once and ``repeats`` times more, in a process of its own if ``fresh``."""
    ask = Ask(text, rows="csv", graph="ntriples", kept=kept)
    if not fresh:
        runner = _SHARED.setdefault(folder, Runner(folder, timeout=300))
        return _measured(runner, ask, repeats)
    with Runner(folder, timeout=300) as runner:
        runner.start()
        first = runner.ask(ask).cpu * 1000
        found = _measured(runner, ask, repeats)
    found.first = first
    return found


def _measured(runner: Runner, ask: Ask, repeats: int) -> Measured:
    found = Measured()
    for _ in range(repeats):
        start = time.perf_counter()
        answer = runner.ask(ask)
        found.times.append((time.perf_counter() - start) * 1000)
        found.cpu.append(answer.cpu * 1000)
        found.rows = answer.body.count(b"\n") - (answer.kind == "rows")
    return found


@cache
def by_frequency(runner: Runner, kind: str) -> list[str]:
    """Return the IRIs of a kind, those in the most papers first; papers in no order."""
    count = "" if kind == "paper" else "; kg:paperCount ?papers"
    rows = runner.rows(f"SELECT * {{ ?it a kg:{kind.capitalize()}{count} }}")
    papers = {r["it"]["value"]: int(r.get("papers", {"value": 0})["value"]) for r in rows}
    return sorted(papers, key=lambda iri: (-papers[iri], iri))


def others(runner: Runner, question: Question) -> list[str]:
    """Return a question's text with other values: ten of the 200 most frequent, ten of all."""
    parameter = next((p for p in question.parameters if p.kind in ENTITY_KINDS), None)
    if parameter is None:
        return []
    iris, rng = by_frequency(runner, parameter.kind), random.Random(question.name)
    chosen = [rng.choice(iris[:200]) for _ in range(10)] + [rng.choice(iris) for _ in range(10)]
    return [runner.bind(question, {parameter.name: iri})[0] for iri in chosen]


def some_concepts(runner: Runner, count: int) -> list[tuple[str, str]]:
    """Return (IRI, label) of concepts drawn at random, with a fixed seed."""
    rows = runner.rows("SELECT ?c ?l { ?c a kg:Concept ; skos:prefLabel ?l }")
    pairs = sorted((row["c"]["value"], row["l"]["value"]) for row in rows)
    return random.Random(1).sample(pairs, min(count, len(pairs)))


def lookups_table(folder: Path) -> Iterator[str]:
    """Time the look-ups that pages are made of, each on many concepts."""
    yield "| look-up | median ms | 99th percentile ms | median ms by the clock |"
    yield "|---|---:|---:|---:|"
    with Runner(folder, timeout=60) as runner:
        concepts = some_concepts(runner, 300)
        for name, query in LOOKUPS.items():
            cpu, times = [], []
            for iri, label in concepts:
                terms = {"it": f"<{iri}>", "label": json.dumps(label, ensure_ascii=False)}
                found = _measured(runner, Ask(bind(query, terms)), 1)
                cpu, times = cpu + found.cpu, times + found.times
            median, slowest = statistics.median(cpu), quantile(cpu, 0.99)
            yield f"| {name} | {median:.2f} | {slowest:.2f} | {statistics.median(times):.2f} |"


def engines_table(papers: int) -> Iterator[str]:
    """Time Oxigraph against rdflib's own evaluator on the same small graph, in one run."""
    import rdflib

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made, concepts = make_papers(papers)
        triples = write_turtle(RdfSource(made, concepts), folder / "graph.ttl")
        graph = rdflib.Graph()
        yield f"{papers:,} papers, {triples:,} triples, in memory."
        yield ""
        yield "| | Oxigraph ms | rdflib ms | ratio |"
        yield "|---|---:|---:|---:|"
        with Runner(folder, timeout=600) as runner:
            opened = timed(runner.start)
            parsed = timed(lambda: graph.parse(folder / "graph.ttl"))
            load = f"{opened:,.0f} | {parsed:,.0f} | {parsed / opened:,.0f}"
            yield f"| load (Oxigraph: with its process) | {load} |"
            for question in list_questions():
                text, _ = runner.bind(question, {})
                ask = Ask(text, rows="csv", graph="ntriples")
                ours = statistics.median(timed(lambda a=ask: runner.ask(a)) for _ in range(5))
                theirs = timed(lambda t=text: list(graph.query(t, initNs=dict(vocab.PREFIXES))))
                yield f"| {question.name} | {ours:,.1f} | {theirs:,.1f} | {theirs / ours:,.0f} |"


class Load:
    """Clients that ask at once, each over a connection of its own, until the time is over."""

    def __init__(self, port: int, paths: list[str], seconds: float) -> None:
        self.port, self.paths, self.end = port, paths, time.monotonic() + seconds
        self.times: list[float] = []
        self.failed: dict[int, int] = {}

    def client(self, number: int) -> None:
        """Ask one request after the other."""
        rng, link = random.Random(number), HTTPConnection("127.0.0.1", self.port, timeout=60)
        while time.monotonic() < self.end:
            path, start = rng.choice(self.paths), time.perf_counter()
            link.request("GET", path, headers={"Accept": "*/*"})
            reply = link.getresponse()
            reply.read()
            self.times.append((time.perf_counter() - start) * 1000)
            if reply.status != 200:
                self.failed[reply.status] = self.failed.get(reply.status, 0) + 1

    def run(self, clients: int) -> None:
        """Run ``clients`` of them at once."""
        threads = [threading.Thread(target=self.client, args=(n,)) for n in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def server_table(folder: Path, seconds: float) -> Iterator[str]:
    """Time 50 clients at once over HTTP."""
    yield (
        "| 50 clients at once | requests/s | median ms | 99th percentile ms | "
        "processor ms a request | not 200 |"
    )
    yield "|---|---:|---:|---:|---:|---|"
    with Runner(folder, timeout=300) as runner:
        concepts = some_concepts(runner, 5000)
        texts = [runner.bind(q, {})[0] for q in list_questions()]
        varied = [text for q in list_questions() for text in others(runner, q)]
        base = runner.about()["base"]
    lookups = [sparql(bind(q, {"it": f"<{iri}>"})) for iri, _ in concepts for q in LOOKUPS.values()
               if "$it" in q]  # fmt: skip
    pages = ["/id/" + iri.removeprefix(base) + "?format=html" for iri, _ in concepts]
    command = [sys.executable, "-m", "kg", "serve", str(folder), "--port", "0", "--timeout", "60"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        port = _port(process)
        for name, paths in (
            ("look-ups, all different", lookups),
            ("concept pages, all different", pages),
            ("bundled questions, 20 values each", [sparql(text) for text in varied]),
            ("bundled questions, same parameters", [sparql(text) for text in texts]),
        ):
            load, before = Load(port, paths, seconds), spent(process.pid)
            load.run(50)
            rate, each = len(load.times) / seconds, (spent(process.pid) - before) / len(load.times)
            yield (
                f"| {name} | {rate:,.0f} | {statistics.median(load.times):,.1f} | "
                f"{quantile(load.times, 0.99):,.1f} | {each:,.1f} | {load.failed or 'none'} |"
            )
            time.sleep(2)
        process.terminate()
        process.communicate()


def spent(process: int) -> float:
    """Return milliseconds of the processor that a process and its children took (Linux)."""
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    children = [int(child) for task in tasks for child in task.read_text().split()]
    ticks = 0
    for number in (process, *children):
        after = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
        ticks += int(after[11]) + int(after[12])
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def sparql(text: str) -> str:
    """Return the path that asks ``text``."""
    return f"/sparql?query={quote(text)}"


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stderr is not None
    port = 0
    for line in process.stderr:
        if "  start " in line:
            port = int(line.rstrip("/\n").rsplit(":", 1)[1])
        if "Ctrl-C" in line:
            break
    return port


def make_folder(options: argparse.Namespace, folder: Path) -> str:
    """Write the graph that the options ask for; return in words what it is made of."""
    folder.mkdir(parents=True, exist_ok=True)
    if options.extracted is None:
        made, concepts = make_papers(options.papers)
        write_ntriples(RdfSource(made, concepts), folder / "graph.nt.gz", sort=False)
        return "made-up papers"
    from kg.link import link_papers
    from kg.model import Paper

    with options.extracted.open(encoding="utf-8") as lines:
        linked = link_papers([Paper.from_dict(json.loads(line)) for line in lines])
    source = RdfSource(linked.papers, linked.concepts)
    write_ntriples(source, folder / "graph.nt.gz", sort=False)
    return "extracted papers"


def report(folder: Path, source: str, options: argparse.Namespace) -> Iterator[str]:
    """Yield the report's lines."""
    with Runner(folder, timeout=300) as runner:
        triples = runner.about()["triples"]
        papers = int(runner.rows("SELECT (COUNT(*) AS ?n) { ?p a kg:Paper }")[0]["n"]["value"])
    import pyoxigraph
    import rdflib

    yield "# SPARQL: measured"
    yield ""
    words = [word.rsplit("/", 1)[-1] for word in sys.argv[1:]]
    command = f"python benchmarks/sparql.py {' '.join(words)}"
    yield f"Made by `{command}` on {time.strftime('%Y-%m-%d')}:"
    yield f"{papers:,} {source}, {triples:,} triples, store on disk, {os.cpu_count()} cores,"
    engines = f"pyoxigraph {pyoxigraph.__version__}, rdflib {rdflib.__version__}"
    yield f"Python {platform.python_version()}, {engines}.  Load of the machine when it began:"
    yield f"{os.getloadavg()[0]:.1f} (trust ratios more than absolutes, processor time most)."
    for title, lines in (
        ("Look-ups", lookups_table(folder)),
        ("The server", server_table(folder, options.seconds)),
        ("Bundled questions on the large graph", questions_table(folder, plain=options.plain)),
        ("Oxigraph and rdflib's own evaluator", engines_table(options.rdflib_papers)),
    ):
        yield f"\n## {title}\n"
        yield from lines


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--papers", type=int, default=5000, help="made-up papers")
    parser.add_argument("--folder", type=Path, help="a built folder instead, or where to make one")
    parser.add_argument("--extracted", type=Path, help="papers as kg extract prints them, instead")
    parser.add_argument(
        "--rdflib-papers", type=int, default=200, help="papers that rdflib can bear"
    )
    parser.add_argument("--seconds", type=float, default=10, help="of each load on the server")
    parser.add_argument(
        "--no-plain", dest="plain", action="store_false", help="only with what the store keeps"
    )
    parser.add_argument("--write", type=Path, help="write the report to this file, too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, source = options.folder or Path(name), f"papers of `{options.folder}`"
        if options.folder is None or options.extracted:
            source = make_folder(options, folder)
        if check_store(folder):
            took = timed(lambda: build_store(folder)) / 1000
            print(f"store built in {took:.0f} s", file=sys.stderr)
        lines = []
        for line in report(folder, source, options):
            print(line, flush=True)
            lines.append(line)
    if options.write:
        options.write.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
