"""Queries that must end: time-outs, memory, sizes, queues, workers that die."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.errors import QueryError, UsageError
from kg.query import (
    MEGABYTE,
    Ask,
    QueryBusyError,
    QueryMemoryError,
    QueryRefusedError,
    QuerySizeError,
    QuerySyntaxError,
    QueryTimeoutError,
    Runner,
)

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory limits: Linux only")

SIX = " . ".join(f"?s{n} ?p{n} ?o{n}" for n in range(6))
BOMBS = {
    "cartesian": f"SELECT (COUNT(*) AS ?n) {{ {SIX} }}",
    "order": f"SELECT * {{ {SIX} }} ORDER BY ?o5 ?s1",
    "distinct": f"SELECT DISTINCT ?s0 ?s1 ?s2 ?s3 {{ {SIX} }}",
    "group": f"SELECT ?s0 ?s1 ?s2 (COUNT(*) AS ?n) {{ {SIX} }} GROUP BY ?s0 ?s1 ?s2",
    "path": "SELECT (COUNT(*) AS ?n) { ?a (!<x:x>|^!<x:x>)* ?b . ?c (!<x:x>|^!<x:x>)* ?d }",
    "regex": (
        "SELECT * { ?s ?p ?o . ?a ?b ?c . ?d ?e ?f "
        'FILTER REGEX(CONCAT(STR(?o), STR(?c), STR(?f)), "(a|a?)*(b|b?)*(c|c?)*$x") }'
    ),
    "union": "SELECT (COUNT(*) AS ?n) { "
    + " . ".join(f"{{ ?s{n} ?p ?o }} UNION {{ ?o ?p ?s{n} }}" for n in range(9))
    + " }",
    "concat": f"SELECT (GROUP_CONCAT(?o1) AS ?long) {{ {SIX} }}",
    "exists": f"SELECT * {{ ?a ?b ?c FILTER NOT EXISTS {{ {SIX} FILTER(?o5 = 1) }} }}",
}


def alive(pid: int) -> bool:
    """Whether the process runs; one that is dead and not buried yet does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:  # gone by now, or not Linux
        return not Path("/proc/self/stat").exists()


def wait_for(happened: Callable[[], bool], seconds: float = 60) -> None:
    """Return as soon as something has happened; fail if it does not."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


@linux
@pytest.mark.parametrize("name", sorted(BOMBS))
def test_a_bomb_ends_in_time_and_the_next_query_works(name: str, folder: Path) -> None:
    with Runner(folder, timeout=1.5, memory=300 * MEGABYTE) as runner:
        runner.start()
        worker = runner._workers[0]
        before = worker._process.pid
        start = time.monotonic()
        with pytest.raises((QueryTimeoutError, QueryMemoryError, QuerySizeError)) as caught:
            runner.ask(Ask(BOMBS[name], largest=MEGABYTE))
        assert time.monotonic() - start < 20
        if caught.type is not QuerySizeError:
            assert not alive(before)
        assert runner.rows("SELECT ?c { ?c a kg:Method } LIMIT 1")


@linux
def test_memory_is_limited(folder: Path) -> None:
    limited = Runner(folder, timeout=60, memory=64 * MEGABYTE)
    with limited as runner, pytest.raises(QueryMemoryError, match="more than 64 MB"):
        runner.ask(Ask(BOMBS["order"]))


def test_the_limit_on_rows_tells_that_there_are_more(runner: Runner) -> None:
    answer = runner.ask(Ask("SELECT ?s { ?s ?p ?o }", limit=3, rows="csv"))
    assert (answer.count, answer.cut) == (3, True)
    assert len(answer.body.splitlines()) == 4
    exact = runner.ask(Ask("SELECT ?s { ?s ?p ?o } LIMIT 3", limit=3))
    assert not exact.cut
    assert runner.ask(Ask("SELECT ?s { ?s ?p ?o }", limit=0)).count == 0
    triples = runner.ask(Ask("CONSTRUCT WHERE { ?s ?p ?o }", limit=5))
    assert (triples.count, triples.cut) == (5, True)


@pytest.mark.parametrize("wrong", [0, -1.0, 1e18, float("inf"), float("nan")])
def test_a_time_that_no_clock_can_count_is_wrong_usage(wrong: float, folder: Path) -> None:
    with pytest.raises(UsageError, match="expected a number of seconds above 0"):
        Runner(folder, timeout=wrong)


@pytest.mark.parametrize("wrong", [-1, 10**20])
def test_a_limit_that_cannot_be_counted_is_wrong_usage(wrong: int) -> None:
    with pytest.raises(UsageError, match=f"limit {wrong}: expected a number from 0"):
        Ask("ASK {}", limit=wrong)


def test_more_memory_than_can_be_addressed_is_no_limit(folder: Path) -> None:
    with Runner(folder, memory=10**30) as runner:
        assert runner.rows("SELECT ?c { ?c a kg:Method } LIMIT 1")


@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv"])
def test_limited_and_whole_answers_are_written_alike(form: str, runner: Runner) -> None:
    query = "SELECT ?s ?l ?n ?none { ?s skos:prefLabel ?l ; kg:paperCount ?n } ORDER BY ?s"
    whole = runner.ask(Ask(query, rows=form))
    limited = runner.ask(Ask(query, rows=form, limit=100_000))
    assert limited.body.replace(b"\n", b"") == whole.body.replace(b"\n", b"")


def test_an_answer_that_is_too_large_is_refused_whole(runner: Runner) -> None:
    for query in ("SELECT * { ?s ?p ?o }", "CONSTRUCT WHERE { ?s ?p ?o }"):
        with pytest.raises(QuerySizeError, match="1,000 bytes"):
            runner.ask(Ask(query, largest=1000))


def test_syntax_errors_keep_their_place(runner: Runner) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        runner.ask(Ask("SELECT *\n{ ?s oops }"))
    assert (caught.value.line, caught.value.column > 5) == (2, True)


def test_what_is_never_run_is_refused(runner: Runner) -> None:
    for query in (
        "LOAD <file:///etc/passwd>",
        "ASK { SERVICE <http://127.0.0.1/> {} }",
        "a" * 2_000_000,
    ):
        with pytest.raises(QueryRefusedError):
            runner.ask(Ask(query))


def test_from_a_file_reads_no_file(runner: Runner) -> None:
    for source in ("file:///etc/passwd", "http://127.0.0.1:9/x"):
        assert runner.rows(f"SELECT * FROM <{source}> {{ ?s ?p ?o }}") == []


@pytest.mark.parametrize(
    "text",
    ["", " ", "\x00", "{", "SELECT", "é", "\ud800", "ASK { <a b> ?p ?o }",
     "SELECT * { ?s <http://e/\"> ?o }", "(" * 5000, "SELECT * {" + "{" * 20000],
)  # fmt: skip
def test_rubbish_is_an_error_and_not_the_end(text: str, folder: Path) -> None:
    with Runner(folder, timeout=20) as runner:
        with pytest.raises(QueryError):
            runner.ask(Ask(text))
        assert runner.rows("SELECT ?c { ?c a kg:Method } LIMIT 1")


def test_too_many_at_once_are_refused(folder: Path) -> None:
    with Runner(folder, workers=1, waiting=1, timeout=3) as runner:
        runner.start()
        outcomes: list[type[BaseException] | None] = []

        def ask(query: str) -> None:
            try:
                runner.ask(Ask(query))
                outcomes.append(None)
            except QueryError as error:
                outcomes.append(type(error))

        threads = [threading.Thread(target=ask, args=(BOMBS["cartesian"],)) for _ in range(2)]
        for places, thread in zip((1, 0), threads, strict=True):
            thread.start()
            wait_for(lambda left=places: runner._places._value == left)
        with pytest.raises(QueryBusyError, match="waiting"):
            runner.ask(Ask("ASK {}"))
        for thread in threads:
            thread.join()
        assert QueryTimeoutError in outcomes
        assert runner.rows("SELECT ?c { ?c a kg:Method } LIMIT 1")


def test_a_worker_that_somebody_killed_is_replaced(folder: Path) -> None:
    with Runner(folder) as runner:
        runner.start()
        process = runner._workers[0]._process
        os.kill(process.pid, signal.SIGKILL)
        wait_for(lambda: not alive(process.pid))
        assert runner.rows("SELECT ?c { ?c a kg:Method } LIMIT 1")


@linux
def test_a_worker_whose_parent_is_gone_ends_itself(folder: Path) -> None:
    """Its alarm rings five seconds after the time-out that nobody is left to enforce."""
    import subprocess

    script = (
        "import os, threading, time\nfrom pathlib import Path\nfrom kg.query import Ask, Runner\n"
        f"r = Runner(Path({str(folder)!r}), timeout=0.5)\nr.start()\n"
        "print(r._workers[0]._process.pid, flush=True)\n"
        "threading.Timer(0.2, os._exit, [0]).start()\n"
        f"r.ask(Ask({BOMBS['cartesian']!r}))\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60
    )
    pid = int(found.stdout)
    wait_for(lambda: not alive(pid), 30)


def test_a_time_limit_that_ends_with_the_answer_hits_no_later_query(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Late(threading.Timer):
        """Rings as it is cancelled: it had begun to when the answer came."""

        def cancel(self) -> None:
            super().cancel()
            self.function()

    monkeypatch.setattr(threading, "Timer", Late)
    with Runner(folder) as runner:
        assert runner.rows("SELECT ?c { ?c a kg:Method } LIMIT 1")
        process = runner._workers[0]._process
        assert runner.rows("SELECT ?c { ?c a kg:Method } LIMIT 1")
        assert runner._workers[0]._process is process
        assert process.poll() is None


def test_closing_stops_who_asks_and_who_waits_and_starts_nothing(folder: Path) -> None:
    """A worker started again for a query that had waited outlived the program by the time limit."""
    told: list[str] = []

    def ask(query: str) -> None:
        try:
            runner.ask(Ask(query))
        except QueryBusyError as error:
            told.append(str(error))

    runner = Runner(folder, workers=2, timeout=100)
    runner.start()
    threads = [
        threading.Thread(target=ask, args=(BOMBS["cartesian"],), daemon=True) for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    wait_for(lambda: runner._places._value == 1002 - 5)
    runner.close()
    for thread in threads:
        thread.join(timeout=60)
    assert len(told) == 5, told
    assert all("stopped" in text for text in told)
    assert [worker._process for worker in runner._workers] == [None, None]
    with pytest.raises(QueryBusyError, match="stopped"):
        runner.start()


def test_closing_ends_every_process(folder: Path) -> None:
    with Runner(folder, workers=2) as runner:
        runner.start()
        pids = [worker._process.pid for worker in runner._workers]
    assert not any(map(alive, pids))
