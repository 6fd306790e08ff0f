"""A process that holds a store and answers one request at a time; ``kg.query.runner`` starts it.

It is killed, not asked to stop, when a query takes too long; so it never writes
anything but its answers.  Frames on stdin and stdout: eight bytes of length,
JSON, and after an answer's JSON its body.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from kg.errors import KGError, NotFoundError, QueryError
from kg.query.bundled import Parameter
from kg.query.errors import QueryMemoryError, to_wire


def write_frame(out: IO[bytes], data: dict[str, Any], body: bytes = b"") -> None:
    """Write one message; inverse of :func:`read_frame`."""
    head = json.dumps({**data, "body": len(body)}).encode()
    out.write(len(head).to_bytes(8, "big") + head + body)
    out.flush()


def read_frame(source: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    """Read one message, or None at the end of the stream."""
    size = source.read(8)
    if len(size) < 8:
        return None
    head = source.read(int.from_bytes(size, "big"))
    try:
        data: dict[str, Any] = json.loads(head)
        body = source.read(data["body"])
    except (ValueError, KeyError):
        return None
    return (data, body) if len(body) == data["body"] else None


def main() -> None:
    """Open the store that the arguments name and answer until stdin ends."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a stray print must not look like an answer
    # Ctrl-C reaches the whole terminal group: the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    options = json.loads(sys.argv[1])
    try:
        store = _open(options)
    except KGError as error:
        write_frame(out, {"opening": str(error)})
        return
    _limit_memory(options["memory"])
    write_frame(out, {"ready": True})
    _serve(store, out)


def _open(options: dict[str, Any]) -> Any:
    from kg.query.entities import prefixes_of
    from kg.query.kept import find_kept
    from kg.query.store import load_store, read_store

    path = Path(options["path"])
    store = read_store(path) if options["disk"] else load_store(path)
    # The first client must not wait for what is the same for all.
    find_kept(store, "ASK {}", prefixes_of(store))
    return store


def _limit_memory(size: int) -> None:
    """Let this process have ``size`` bytes more than it has now, where the system can."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except (ImportError, OSError):
        return
    most = min(pages * resource.getpagesize() + size, sys.maxsize)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _serve(store: Any, out: IO[bytes]) -> None:
    while (frame := read_frame(sys.stdin.buffer)) is not None:
        request = frame[0]
        _set_alarm(request.get("seconds"))
        data, body = _answer(store, request)
        _set_alarm(None)
        write_frame(out, data, body)


def _set_alarm(seconds: float | None) -> None:
    """End this process if nobody else does: its parent may be gone."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, (seconds or 0) and seconds + 5)


def _answer(store: Any, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    try:
        return _OPERATIONS[request["do"]](store, request)
    except QueryError as error:
        return {"error": to_wire(error)}, b""
    except KGError as error:
        kind = "notfound" if isinstance(error, NotFoundError) else "usage"
        return {"error": {"kind": kind, "message": str(error)}}, b""
    except MemoryError:
        return {"error": to_wire(QueryMemoryError("the query needs more memory"))}, b""


def _ask(store: Any, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    from kg.query.evaluate import Ask, evaluate

    start = time.process_time()
    answer = evaluate(store, Ask(**request["ask"]))
    data = {n: getattr(answer, n) for n in ("kind", "format", "media", "cut", "count")}
    return {"answer": {**data, "cpu": time.process_time() - start}}, answer.body


def _bind(store: Any, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    from kg.query.entities import to_term

    found = {}
    for parameter, value in request["values"]:
        found[parameter["name"]] = to_term(store, Parameter(**parameter), value)
    return {"terms": found}, b""


def _nearest(store: Any, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    from kg.query.entities import nearest

    found = nearest(store, request["kind"], request["name"], limit=request["limit"])
    return {"entities": [[entity.iri, entity.label] for entity in found]}, b""


def _search(store: Any, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    from dataclasses import asdict

    from kg.query.names import name_index

    kinds = tuple(request["kinds"])
    hits = name_index(store).search(request["text"], kinds, limit=request["limit"])
    return {"hits": [asdict(hit) for hit in hits]}, b""


def _former(store: Any, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    from kg.query.former import find_former

    return {"iri": find_former(store, request["id"])}, b""


def _base(store: Any, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    from kg.query.entities import base_of, prefixes_of
    from kg.query.store import count_triples

    data = {"base": base_of(store), "prefixes": prefixes_of(store)}
    return {**data, "triples": count_triples(store)}, b""


def _count(store: Any, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    from kg.query.explain import count_patterns

    return {"counts": count_patterns(store, request["patterns"])}, b""


def _keeps(store: Any, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    from kg.query.entities import prefixes_of
    from kg.query.kept import find_kept

    return {"keeps": bool(find_kept(store, request["text"], prefixes_of(store)))}, b""


_OPERATIONS: dict[str, Callable[[Any, dict[str, Any]], tuple[dict[str, Any], bytes]]] = {
    "ask": _ask,
    "bind": _bind,
    "nearest": _nearest,
    "search": _search,
    "former": _former,
    "base": _base,
    "count": _count,
    "keeps": _keeps,
}
