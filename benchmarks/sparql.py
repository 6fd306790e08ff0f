"""How fast SPARQL is: bundled questions, look-ups, many clients at once, against rdflib's engine.

    python benchmarks/sparql.py --papers 87187          made-up papers of that number
    python benchmarks/sparql.py --folder out            a built folder of your own
    python benchmarks/sparql.py ... --write docs/benchmarks-sparql.md

Everything is measured in one run on one machine.  "First" is the first time in a fresh
process (the operating system may have the store's files in memory); "repeated" the median
of the following ones, without the server's answer cache.
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
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from synthetic import make_papers  # noqa: E402

from kg import vocab  # noqa: E402
from kg.query import Ask, Runner, build_store, check_store, list_questions  # noqa: E402
from kg.query.tokens import bind  # noqa: E402
from kg.rdf import write_ntriples, write_turtle  # noqa: E402

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


def questions_table(folder: Path) -> Iterator[str]:
    """Time every bundled question with its defaults."""
    yield "| question | rows | first ms | repeated ms |"
    yield "|---|---:|---:|---:|"
    slow = []
    with Runner(folder, timeout=300) as runner:
        bound = [(q, runner.bind(q, {})[0]) for q in list_questions()]
    for question, text in bound:
        with Runner(folder, timeout=300) as runner:
            runner.start()
            ask = Ask(text, rows="csv", graph="ntriples")
            first = timed(lambda r=runner, a=ask: r.ask(a))
            times = [timed(lambda r=runner, a=ask: r.ask(a)) for _ in range(REPEATS)]
            rows = runner.ask(ask).body.count(b"\n")
        median = statistics.median(times)
        slow += [question.name] if median > 100 else []
        yield f"| {question.name} | {rows:,} | {first:,.1f} | {median:,.1f} |"
    yield ""
    yield f"Over 100 ms repeated: {', '.join(slow) or 'none'}."


def some_concepts(runner: Runner, count: int) -> list[tuple[str, str]]:
    """Return (IRI, label) of concepts drawn at random, with a fixed seed."""
    rows = runner.rows("SELECT ?c ?l { ?c a kg:Concept ; skos:prefLabel ?l }")
    pairs = sorted((row["c"]["value"], row["l"]["value"]) for row in rows)
    return random.Random(1).sample(pairs, min(count, len(pairs)))


def lookups_table(folder: Path) -> Iterator[str]:
    """Time the look-ups that pages are made of, each on many concepts."""
    yield "| look-up | median ms | 99th percentile ms |"
    yield "|---|---:|---:|"
    with Runner(folder, timeout=60) as runner:
        concepts = some_concepts(runner, 300)
        for name, query in LOOKUPS.items():
            times = []
            for iri, label in concepts:
                terms = {"it": f"<{iri}>", "label": json.dumps(label, ensure_ascii=False)}
                ask = Ask(bind(query, terms))
                times.append(timed(lambda a=ask: runner.ask(a)))
            median, slowest = statistics.median(times), quantile(times, 0.99)
            yield f"| {name} | {median:.2f} | {slowest:.2f} |"


def engines_table(papers: int) -> Iterator[str]:
    """Time Oxigraph against rdflib's own evaluator on the same small graph, in one run."""
    import rdflib

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made, concepts = make_papers(papers)
        triples = write_turtle(made, concepts, None, folder / "graph.ttl")
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
    yield "| 50 clients at once | requests/s | median ms | 99th percentile ms | not 200 |"
    yield "|---|---:|---:|---:|---|"
    with Runner(folder, timeout=300) as runner:
        concepts = some_concepts(runner, 5000)
        texts = [runner.bind(q, {})[0] for q in list_questions()]
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
            ("bundled questions, same parameters", [sparql(text) for text in texts]),
        ):
            load = Load(port, paths, seconds)
            load.run(50)
            rate = len(load.times) / seconds
            yield (
                f"| {name} | {rate:,.0f} | {statistics.median(load.times):,.1f} | "
                f"{quantile(load.times, 0.99):,.1f} | {load.failed or 'none'} |"
            )
        process.terminate()
        process.communicate()


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


def make_folder(papers: int, folder: Path) -> None:
    """Write a made-up graph of that size."""
    made, concepts = make_papers(papers)
    write_ntriples(made, concepts, None, folder / "graph.nt.gz", sort=False)


def report(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """Yield the report's lines."""
    with Runner(folder, timeout=300) as runner:
        triples = runner.about()["triples"]
        papers = int(runner.rows("SELECT (COUNT(*) AS ?n) { ?p a kg:Paper }")[0]["n"]["value"])
    import pyoxigraph
    import rdflib

    source = "made-up papers" if options.folder is None else f"papers of {folder.name}"
    yield "# SPARQL: measured"
    yield ""
    words = [word.rsplit("/", 1)[-1] for word in sys.argv[1:]]
    command = f"python benchmarks/sparql.py {' '.join(words)}"
    yield f"Made by `{command}` on {time.strftime('%Y-%m-%d')}:"
    yield f"{papers:,} {source}, {triples:,} triples, store on disk, {os.cpu_count()} cores,"
    engines = f"pyoxigraph {pyoxigraph.__version__}, rdflib {rdflib.__version__}"
    yield f"Python {platform.python_version()}, {engines}.  Load of the machine when it began:"
    yield f"{os.getloadavg()[0]:.1f} (trust ratios more than absolutes)."
    for title, lines in (
        ("Look-ups", lookups_table(folder)),
        ("The server", server_table(folder, options.seconds)),
        ("Bundled questions on the large graph", questions_table(folder)),
        ("Oxigraph and rdflib's own evaluator", engines_table(options.rdflib_papers)),
    ):
        yield f"\n## {title}\n"
        yield from lines


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--papers", type=int, default=5000, help="made-up papers")
    parser.add_argument("--folder", type=Path, help="a built folder instead")
    parser.add_argument(
        "--rdflib-papers", type=int, default=200, help="papers that rdflib can bear"
    )
    parser.add_argument("--seconds", type=float, default=10, help="of each load on the server")
    parser.add_argument("--write", type=Path, help="write the report to this file, too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = options.folder or Path(name)
        if options.folder is None:
            make_folder(options.papers, folder)
        if check_store(folder):
            took = timed(lambda: build_store(folder)) / 1000
            print(f"store built in {took:.0f} s", file=sys.stderr)
        lines = []
        for line in report(folder, options):
            print(line, flush=True)
            lines.append(line)
    if options.write:
        options.write.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
