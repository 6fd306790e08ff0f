"""Ask a built folder from Python: one call, plain values. ``kg query`` as a function."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg import vocab
from kg.errors import UsageError
from kg.query.bundled import naming_file, read_question
from kg.query.evaluate import MEGABYTE, Answer, Ask
from kg.query.runner import Runner

if TYPE_CHECKING:
    import rdflib

_VALUES: dict[str, Callable[[str], Any]] = {
    vocab.expand("xsd:integer"): int,
    vocab.expand("xsd:decimal"): float,
    vocab.expand("xsd:double"): float,
    vocab.expand("xsd:float"): float,
    vocab.expand("xsd:boolean"): lambda text: text in ("true", "1"),
}


def ask(
    folder: str | Path,
    query: str,
    *,
    limit: int | None = None,
    timeout: float = 60.0,
    memory: int = 4096,
    **parameters: object,
) -> list[dict[str, Any]] | bool | rdflib.Graph:
    """Ask a built folder a question in SPARQL.

    Args:
        folder: a built folder, or an RDF file.
        query: SPARQL 1.1 (prefixes need no declaring), ``@FILE``, or the name of a
            bundled question.
        limit: at most so many rows or triples.
        timeout: seconds after which the query is stopped for good.
        memory: megabytes that the query may take above the loaded graph (Linux).
        parameters: a bundled question's parameters, ``task="..."`` for ``--task``.

    Returns:
        of a SELECT the rows, each {column: value}: numbers and truth values as such,
        all else as text, None where nothing is bound; of an ASK the truth value; of
        CONSTRUCT and DESCRIBE a graph.

    Raises:
        QueryError: what went wrong, by the classes of :mod:`kg.query.errors`.
        UsageError: no folder's name; no such bundled question, parameter or file; a limit,
            time or memory that is none.
        NotFoundError: a parameter that names nothing of the graph.
        BuildError: the folder holds no graph.

    >>> import kg, pandas                                             # doctest: +SKIP
    >>> pandas.DataFrame(kg.ask("out", "shared-concepts", least=3))   # doctest: +SKIP
    """
    if not isinstance(folder, str | Path):
        raise UsageError(
            f"found a {type(folder).__name__}, expected a built folder; "
            "kg.to_rdf(graph).query(...) asks a graph in memory"
        )
    question = read_question(query)
    if memory < 1:
        raise UsageError(f"memory {memory}: expected a number of megabytes above 0")
    values = {name: str(value) for name, value in parameters.items()}
    with Runner(Path(folder), timeout=timeout, memory=memory * MEGABYTE) as runner:
        text, _ = runner.bind(question, values)
        with naming_file(query):
            answer = runner.ask(Ask(text, limit=limit))
    return _to_graph(answer) if answer.kind == "graph" else _to_values(answer)


def _to_values(answer: Answer) -> list[dict[str, Any]] | bool:
    data = json.loads(answer.body)
    if "boolean" in data:
        return bool(data["boolean"])
    names = data["head"]["vars"]
    return [
        {name: to_value(row.get(name)) for name in names} for row in data["results"]["bindings"]
    ]


def to_value(term: Mapping[str, Any] | None) -> Any:
    """Return a term of SPARQL's JSON as a plain value: a number, a truth value, text or None."""
    if term is None:
        return None
    try:
        return _VALUES.get(term.get("datatype", ""), str)(term["value"])
    except ValueError:  # what the query calls a number and is none
        return term["value"]


def _to_graph(answer: Answer) -> rdflib.Graph:
    import rdflib

    graph = rdflib.Graph(bind_namespaces="none")
    for prefix, iri in vocab.PREFIXES.items():
        graph.bind(prefix, iri)
    return graph.parse(data=answer.body, format="nt")
