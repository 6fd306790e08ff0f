"""Queries in processes of their own, which a time-out or a memory limit truly ends.

Oxigraph cannot be interrupted: an aggregate over a cartesian product runs on
after every time-out of its caller.  So each query goes to a child process, and
the child that takes too long is killed and replaced.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from kg.errors import BuildError, NotFoundError, UsageError
from kg.files import find_graph_file
from kg.query.bundled import Question
from kg.query.errors import (
    QueryBusyError,
    QueryMemoryError,
    QueryTimeoutError,
    from_wire,
)
from kg.query.evaluate import MEGABYTE, Answer, Ask
from kg.query.names import Hit
from kg.query.store import usable_store
from kg.query.tokens import bind
from kg.query.worker import read_frame, write_frame

#: Seconds to open a store or to load a graph file, at most.
OPENING = 600.0
_ADVICE = "delete it, and the graph file is asked instead, or 'kg serve' builds it again"
_MAIN = "from kg.query.worker import main; main()"


class Worker:
    """One child process with an open store; started on first use and after each kill."""

    def __init__(self, path: Path, *, disk: bool, memory: int) -> None:
        self._arguments = {"path": str(path), "disk": disk, "memory": memory}
        self._process: subprocess.Popen[bytes] | None = None
        self._memory = memory

    def start(self) -> None:
        """Start the process unless it runs.

        Raises:
            BuildError: the store cannot be opened.
        """
        if self._process is not None and self._process.poll() is None:
            return
        self.stop()
        self._process = subprocess.Popen(
            [sys.executable, "-c", _MAIN, json.dumps(self._arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a failed allocation prints a page of Rust
            env={**os.environ, "PYTHONSAFEPATH": "1", "PYTHONPATH": _python_path()},
        )
        with self._deadline(OPENING):
            frame = read_frame(self._pipe(self._process.stdout))
        if frame is None or "opening" in frame[0]:
            self.stop()
            damaged = f"{self._arguments['path']}: cannot be read, it is damaged; {_ADVICE}"
            raise BuildError(frame[0]["opening"] if frame else damaged)

    @staticmethod
    def _pipe(pipe: Any) -> Any:
        assert pipe is not None
        return pipe

    @contextmanager
    def _deadline(self, seconds: float) -> Iterator[threading.Event]:
        """Kill the process if the block is still running after ``seconds``."""
        process, late = self._process, threading.Event()
        assert process is not None

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()
        try:
            yield late
        finally:
            timer.cancel()

    def request(self, data: dict[str, Any], *, seconds: float) -> tuple[dict[str, Any], bytes]:
        """Send one request and return the answer's JSON and body.

        Raises:
            QueryTimeoutError: no answer within ``seconds``; the process is killed.
            QueryMemoryError: the process died, which the memory limit makes it do.
            QueryError: what the process reports.
        """
        self.start()
        assert self._process is not None
        with self._deadline(seconds) as late:
            frame = self._exchange({**data, "seconds": seconds})
        if frame is None:
            self.stop()
            raise self._death(late.is_set(), seconds)
        _raise(frame[0].get("error"))
        return frame

    def _exchange(self, data: dict[str, Any]) -> tuple[dict[str, Any], bytes] | None:
        assert self._process is not None
        try:
            write_frame(self._pipe(self._process.stdin), data)
            return read_frame(self._pipe(self._process.stdout))
        except OSError:
            return None

    def _death(self, late: bool, seconds: float) -> Exception:
        if late:
            return QueryTimeoutError(
                f"the query ran longer than {seconds:g} seconds and was stopped; "
                "narrow it, or allow more time"
            )
        return QueryMemoryError(
            f"the query needed more than {self._memory // MEGABYTE:,} MB, or is nested too deeply, "
            "and was stopped; narrow it, or allow more memory"
        )

    def stop(self) -> None:
        """Kill the process and wait until it is gone."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            try:
                self._pipe(pipe).close()
            except OSError:  # unsent bytes of a request to a process that is gone
                continue


def _python_path() -> str:
    """The folder that ``kg`` was imported from, before whatever the user set."""
    here = str(Path(__file__).parents[2])
    return os.pathsep.join(p for p in (here, os.environ.get("PYTHONPATH", "")) if p)


def _raise(error: dict[str, Any] | None) -> None:
    if error is None:
        return
    if error["kind"] == "notfound":
        raise NotFoundError(error["message"])
    if error["kind"] == "usage":
        raise UsageError(error["message"])
    raise from_wire(error)


class Runner:
    """A pool of workers over one built folder.

    Args:
        folder: a built folder, or an RDF file.
        workers: how many queries run at once.
        timeout: seconds that a query may take.
        memory: bytes that a query may take above what the open store needs.
        waiting: how many requests may wait for a worker; more are refused.
        store: an on-disk store to use instead of looking in the folder.

    Use it as a context manager, or call :meth:`close`.

    Raises:
        UsageError: a time-out that is not above 0, or that no clock can count.
    """

    def __init__(
        self,
        folder: Path,
        *,
        workers: int = 1,
        timeout: float = 60.0,
        memory: int = 2048 * MEGABYTE,
        waiting: int = 1000,
        store: Path | None = None,
    ) -> None:
        if not 0 < timeout <= threading.TIMEOUT_MAX:
            raise UsageError(f"timeout {timeout}: expected a number of seconds above 0")
        found, self.note = (store, "") if store else usable_store(folder)
        path = found or find_graph_file(folder)
        self.timeout = timeout
        self._workers = [
            Worker(path, disk=found is not None, memory=memory) for _ in range(workers)
        ]
        self._free: queue.LifoQueue[Worker] = queue.LifoQueue()
        for worker in reversed(self._workers):
            self._free.put(worker)
        self._places = threading.BoundedSemaphore(workers + waiting)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start every worker now rather than on first use."""
        for worker in self._workers:
            worker.start()

    def close(self) -> None:
        """End every worker."""
        for worker in self._workers:
            worker.stop()

    def request(self, data: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Give a request to the next free worker.

        Raises:
            QueryBusyError: too many wait already, or none got free in time.
            QueryError: as :meth:`Worker.request`.
        """
        if not self._places.acquire(blocking=False):
            raise QueryBusyError("too many queries are waiting; try again in a moment")
        try:
            with self._worker() as worker:
                return worker.request(data, seconds=self.timeout)
        finally:
            self._places.release()

    @contextmanager
    def _worker(self) -> Iterator[Worker]:
        try:
            worker = self._free.get(timeout=max(self.timeout, 1.0))
        except queue.Empty:
            raise QueryBusyError("every worker is busy; try again in a moment") from None
        try:
            yield worker
        finally:
            self._free.put(worker)

    def ask(self, ask: Ask) -> Answer:
        """Return the answer to a query.

        Raises:
            QueryError: of :mod:`kg.query.errors`, by what went wrong.
        """
        data, body = self.request({"do": "ask", "ask": asdict(ask)})
        return Answer(body=body, **data["answer"])

    def rows(self, text: str, *, limit: int | None = None) -> list[dict[str, Any]]:
        """Return a SELECT's rows, each {column: {"type", "value", ...}} as in SPARQL's JSON."""
        answer = self.ask(Ask(text, limit=limit))
        found: list[dict[str, Any]] = json.loads(answer.body)["results"]["bindings"]
        return found

    def bind(self, question: Question, values: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """Return a question's text with its parameters in place, and how each reads.

        Args:
            values: parameter's name to what the user typed; the rest are defaults.

        Raises:
            UsageError: a parameter that the question does not have, a bad number.
            NotFoundError: no resource of that name.
        """
        _check_names(question, values)
        pairs = [(asdict(p), values.get(p.name, p.default)) for p in question.parameters]
        terms = self.request({"do": "bind", "values": pairs})[0]["terms"] if pairs else {}
        shown = {name: show for name, (_, show) in terms.items()}
        return bind(question.text, {name: term for name, (term, _) in terms.items()}), shown

    def nearest(self, kind: str, name: str, *, limit: int = 5) -> list[tuple[str, str]]:
        """Return (IRI, label) of the resources whose names are most like ``name``."""
        data, _ = self.request({"do": "nearest", "kind": kind, "name": name, "limit": limit})
        return [(iri, label) for iri, label in data["entities"]]

    def search(self, text: str, kinds: Sequence[str], *, limit: int = 20) -> list[Hit]:
        """Return the resources that have ``text`` in a name, or the nearest names."""
        request = {"do": "search", "text": text, "kinds": list(kinds), "limit": limit}
        return [Hit(**hit) for hit in self.request(request)[0]["hits"]]

    def former(self, id: str) -> str | None:
        """Return the IRI of the concept that had the unknown ``id`` in an earlier build, if any."""
        found: str | None = self.request({"do": "former", "id": id})[0]["iri"]
        return found

    def about(self) -> dict[str, Any]:
        """Return {"base": IRI, "prefixes": {prefix: IRI}, "triples": count} of the graph."""
        return self.request({"do": "base"})[0]

    def keeps(self, text: str) -> bool:
        """Return whether the store keeps the answer to a query (:mod:`kg.query.kept`)."""
        return bool(self.request({"do": "keeps", "text": text})[0]["keeps"])

    def count(self, patterns: Iterable[list[str | None]]) -> list[int]:
        """Return how many triples match each pattern of N-Triples terms or None."""
        found: list[int] = self.request({"do": "count", "patterns": list(patterns)})[0]["counts"]
        return found


def _check_names(question: Question, values: Mapping[str, str]) -> None:
    known = [parameter.name for parameter in question.parameters]
    for name in values:
        if name not in known:
            options = ", ".join(p.option for p in question.parameters) or "none"
            raise UsageError(
                f"{question.name} has no parameter --{name.replace('_', '-')}; it has: {options}"
            )
