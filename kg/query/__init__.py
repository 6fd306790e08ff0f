"""SPARQL over a built folder: stores, bundled questions, queries that can be stopped.

>>> from pathlib import Path
>>> from kg.query import Ask, Runner
>>> with Runner(Path("out")) as runner:                        # doctest: +SKIP
...     print(runner.ask(Ask("SELECT * { ?s kg:uses ?o }", rows="csv")).body.decode())

``open_store`` gives the plain ``pyoxigraph.Store`` and ``open_rdflib`` an
``rdflib.Graph`` over it, for whoever wants to go on by hand.
"""

from __future__ import annotations

from kg.query.bundled import (
    Parameter,
    Question,
    find_question,
    list_questions,
    read_question,
    to_question,
)
from kg.query.errors import (
    QueryBusyError,
    QueryMemoryError,
    QueryRefusedError,
    QuerySizeError,
    QuerySyntaxError,
    QueryTimeoutError,
)
from kg.query.evaluate import AS_ROWS, GRAPH_FORMATS, MEGABYTE, ROW_FORMATS, Answer, Ask, evaluate
from kg.query.runner import Runner
from kg.query.store import build_store, check_store, load_store, open_rdflib, open_store

__all__ = [
    "AS_ROWS",
    "GRAPH_FORMATS",
    "MEGABYTE",
    "ROW_FORMATS",
    "Answer",
    "Ask",
    "Parameter",
    "QueryBusyError",
    "QueryMemoryError",
    "QueryRefusedError",
    "QuerySizeError",
    "QuerySyntaxError",
    "QueryTimeoutError",
    "Question",
    "Runner",
    "build_store",
    "check_store",
    "evaluate",
    "find_question",
    "list_questions",
    "load_store",
    "open_rdflib",
    "open_store",
    "read_question",
    "to_question",
]
