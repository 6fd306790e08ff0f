"""``kg query``: ask a built graph something."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.cli._common import check_output, check_place, say, seconds
from kg.errors import UsageError
from kg.text import counted

if TYPE_CHECKING:
    from kg.query import Answer, Question, Runner

FORMATS = ("table", "csv", "tsv", "json", "xml", "turtle", "ntriples", "jsonld", "rdfxml")

EPILOG = """\b
Examples:
  kg query out shared-concepts
  kg query out methods-for-task --task "instance segmentation"
  kg query out papers-sharing-datasets --paper arxiv:2106.09685 --format csv
  kg query out 'SELECT ?m (COUNT(?p) AS ?n) { ?p kg:uses ?m } GROUP BY ?m ORDER BY DESC(?n)'
  kg query out @mine.rq --timeout 300 --limit 1000
  kg query out 'CONSTRUCT { ?p kg:uses ?m } WHERE { ?p kg:uses ?m }' --html uses.html
  kg query --list                          the bundled questions
  kg query --list methods-for-task         one of them: parameters, columns, text
"""


@click.command(
    epilog=EPILOG, context_settings={"ignore_unknown_options": True, "allow_extra_args": True}
)
@click.argument("folder", required=False, metavar="DIR", type=click.Path(path_type=Path))
@click.argument("query", required=False, metavar="QUERY")
@click.argument("parameters", nargs=-1, type=click.UNPROCESSED, metavar="[--PARAMETER VALUE]...")
@click.option(
    "--format", "-f", type=click.Choice(FORMATS),
    help="table, csv, tsv, json, xml: rows, of a graph's triples, too; "
    "turtle, ntriples, jsonld, rdfxml: graphs.",
)  # fmt: skip
@click.option("--limit", type=click.IntRange(0, 10**9), help="At most so many rows or triples.")
@click.option(
    "--timeout", type=seconds, default=60.0, show_default=True,
    help="Seconds after which the query is stopped for good.",
)  # fmt: skip
@click.option(
    "--memory", type=click.IntRange(16, 10**7), default=4096, show_default=True, metavar="MB",
    help="What the query may take above the loaded graph (Linux).",
)  # fmt: skip
@click.option("--explain", is_flag=True, help="Show how the query is read; do not run it.")
@click.option(
    "--html", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Write the graph that a CONSTRUCT or DESCRIBE gives as an interactive page.",
)  # fmt: skip
@click.option("--list", "list_", is_flag=True, help="List the bundled questions.")
def command(
    folder: Path | None,
    query: str | None,
    parameters: Sequence[str],
    format: str | None,
    limit: int | None,
    timeout: float,
    memory: int,
    explain: bool,
    html: Path | None,
    list_: bool,
) -> None:
    """Ask a built graph a question in SPARQL.

    QUERY is SPARQL 1.1 (SELECT, ASK, CONSTRUCT, DESCRIBE), @FILE, or the name
    of a bundled question, which takes its parameters as options.  The prefixes
    kg:, id:, skos:, dcterms:, rdf:, rdfs:, xsd: ... need no declaring.
    """
    from kg.query import MEGABYTE, Runner, read_question
    from kg.query.bundled import naming_file

    if list_:
        _list(query or ("" if folder is None or folder.is_dir() else str(folder)))
        return
    if folder is None or query is None:
        raise UsageError("kg query wants DIR and QUERY; see the questions with kg query --list")
    if html is not None:
        file = Path(query[1:]) if query.startswith("@") else None
        check_output("--html", html, folder, file)
        check_place("--html", html)
    question = read_question(query)
    values = to_values(parameters)
    with Runner(folder, timeout=timeout, memory=memory * MEGABYTE) as runner:
        if runner.note:
            say(runner.note)
        text = _bound(runner, question, values)
        if explain:
            from kg.query.explain import explain as explained

            click.echo(explained(runner, text))
            return
        with naming_file(query):
            _answer(runner, text, folder, format=format, limit=limit, html=html)
    _tell_unknown(question.text)


def to_values(words: Sequence[str]) -> dict[str, str]:
    """Return {name: value} of ``--name value`` and ``--name=value`` words.

    >>> to_values(["--paper", "x", "--least=3"])
    {'paper': 'x', 'least': '3'}
    """
    values, left = {}, list(words)
    while left:
        name, equals, value = left.pop(0).partition("=")
        if not name.startswith("--") or len(name) < 3:
            raise UsageError(f"{name!r}: expected --PARAMETER VALUE; quote the query as one word")
        if not equals:
            if not left:
                raise UsageError(f"{name}: expected a value after it")
            value = left.pop(0)
        values[name[2:].replace("-", "_")] = value
    return values


def _list(name: str) -> None:
    from kg.query import find_question, list_questions

    if name:
        _describe(find_question(name))
        return
    questions = list_questions()
    width = max(len(question.name) for question in questions)
    for question in questions:
        options = " ".join(p.option for p in question.parameters)
        click.echo(
            f"{question.name:<{width}}  {question.title}{f'  [{options}]' if options else ''}"
        )


def _describe(question: Question) -> None:
    click.echo(f"{question.name}: {question.title}\n{question.question}\n")
    for parameter in question.parameters:
        default = f"{parameter.kind}, default {parameter.default}"
        click.echo(f"  {parameter.option:<12} {parameter.help} ({default})")
    click.echo(f"\ncolumns: {', '.join(question.columns)}\n\n{question.text.strip()}")


def _bound(runner: Runner, question: Question, values: dict[str, str]) -> str:
    text, shown = runner.bind(question, values)
    for parameter in question.parameters:
        if parameter.name not in values and shown[parameter.name] != parameter.default:
            say(
                f"{parameter.name}: {shown[parameter.name]} "
                f"(the default: {parameter.default}; choose with {parameter.option})"
            )
    return text


def _answer(
    runner: Runner,
    text: str,
    folder: Path,
    *,
    format: str | None,
    limit: int | None,
    html: Path | None,
) -> None:
    from kg.query import Ask

    answer = _asked(runner, Ask(text, limit=limit, **_formats(format, html)))
    if html is not None:
        _write_html(runner, answer, folder, html)
    else:
        _check_format(answer, format)
        _print(answer, format, runner)
    _tell_undated(runner, text)
    if answer.cut:
        say(f"{answer.count:,} shown, there are more; --limit sets how many")


def _tell_unknown(text: str) -> None:
    """Say which terms the ontology lacks: a slip matches nothing, and a count of nothing is 0."""
    from kg import vocab
    from kg.nearest import find_nearest
    from kg.query.tokens import find_unknown_terms

    for name in find_unknown_terms(text):
        near = find_nearest(name, (*vocab.CLASSES, *vocab.PROPERTIES), limit=1)
        say(f"the schema has no kg:{name}{''.join(f'; nearest: kg:{term}' for term in near)}")


def _tell_undated(runner: Runner, text: str) -> None:
    """Say that no paper has a year, where a query that finds nothing asks for years."""
    from kg import vocab
    from kg.query import Ask
    from kg.query.tokens import find_tokens

    issued = f"<{vocab.expand('dcterms:issued')}>"
    asks = any(token in ("dcterms:issued", issued) for _, token in find_tokens(text))
    if not asks or runner.count([[None, issued, None]])[0]:
        return
    if not runner.ask(Ask(text, limit=1)).count:  # without a limit nobody counts
        say("no paper of this graph has a year, and the query asks for years")


def _formats(format: str | None, html: Path | None) -> dict[str, Any]:
    from kg.query import AS_ROWS, GRAPH_FORMATS, ROW_FORMATS

    graph = format if format in GRAPH_FORMATS else AS_ROWS if format else "turtle"
    return {
        "rows": format if format in ROW_FORMATS else "json",
        "graph": "ntriples" if html else graph,
    }


def _asked(runner: Runner, ask: Any) -> Answer:
    from kg.query import QuerySyntaxError
    from kg.query.tokens import to_caret

    try:
        return runner.ask(ask)
    except QuerySyntaxError as error:
        if error.line:
            click.echo(to_caret(ask.text, error.line, error.column), err=True)
        raise


def _check_format(answer: Answer, format: str | None) -> None:
    from kg.query import GRAPH_FORMATS

    if answer.kind != "graph" and format in GRAPH_FORMATS:
        others = ", ".join(f for f in FORMATS if f not in GRAPH_FORMATS)
        raise UsageError(f"--format {format}: this query gives rows; choose of {others}")


def _print(answer: Answer, format: str | None, runner: Runner) -> None:
    import shutil
    import sys

    body = answer.body
    if answer.kind != "graph" and format in (None, "table"):
        from kg.query.table import to_table

        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        body = to_table(body, width=width, prefixes=runner.about()["prefixes"]).encode()
    sys.stdout.buffer.write(body if body.endswith(b"\n") else body + b"\n")
    sys.stdout.buffer.flush()


def _write_html(runner: Runner, answer: Answer, folder: Path, html: Path) -> None:
    from kg.folder import load_graph
    from kg.query.network import to_network
    from kg.view import write_html

    if answer.kind != "graph":
        raise UsageError("--html wants a graph: a CONSTRUCT or DESCRIBE query, not SELECT or ASK")
    part = to_network(answer.body, load_graph(folder), runner.about()["base"])
    write_html(part, html)
    say(
        f"wrote {html}: {counted(part.number_of_nodes(), 'node')}, "
        f"{counted(part.number_of_edges(), 'edge')}"
    )
