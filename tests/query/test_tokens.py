"""Parameters cannot change a query's shape, and SERVICE cannot hide."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.query.errors import QueryRefusedError, QuerySyntaxError
from kg.query.tokens import bind, calls_service, check_query, find_tokens, to_caret, to_syntax_error

PIECES = st.sampled_from(
    [
        "'",
        '"',
        '"""',
        "'''",
        "#",
        "<",
        ">",
        "\\",
        "\n",
        "$x",
        "?x",
        "{",
        "}",
        "a:b",
        ")",
        " ",
        "é",
        ".",
    ]
)


@given(st.lists(PIECES | st.text(max_size=5)).map("".join))
def test_tokens_join_to_the_text(text: str) -> None:
    assert "".join(token for _, token in find_tokens(text)) == text


@given(st.text())
def test_a_value_stays_one_literal_whatever_it_holds(value: str) -> None:
    value = value.encode("utf-8", "replace").decode()
    store = ox.Store()
    query = bind("SELECT ?v WHERE { BIND ($it AS ?v) # $it\n}", {"it": str(ox.Literal(value))})
    assert [row["v"].value for row in store.query(query)] == [value]


def test_parameters_in_strings_comments_and_question_marks_stay() -> None:
    text = "SELECT \"$a\" ?a $a <http://e/$a> # $a\n''' $a ''' $ab"
    assert bind(text, {"a": "1"}) == text.replace("?a $a", "?a 1")


HIDDEN = [
    "SELECT * {{ SERVICE <{u}> {{?s ?p ?o}} }}",
    "SELECT * {{ service silent<{u}>{{?s ?p ?o}} }}",
    "SELECT * {{ SeRvIcE ?x {{?s ?p ?o}} VALUES ?x {{<{u}>}} }}",
    'SELECT * {{ BIND(2 AS ?a) FILTER(?a<1)#>"""\nSERVICE<{u}>{{?s ?p ?o}}#"""\n}}',
    "SELECT * {{ FILTER(2<1)SERVICE:x#>\n{{?s ?p ?o}} }}",
    "SELECT * {{ ?s ?p 'a' . SERVICE/**/<{u}> {{}} }}",
    "SELECT * {{ #\rSERVICE <{u}> {{?s ?p ?o}} }}",
    "SELECT * {{ \\u0053ERVICE <{u}> {{?s ?p ?o}} }}",
    "SELECT * {{ ?s ?p '\\u0027 . SERVICE <{u}> {{?s ?p ?o}} #' }}",
    'SELECT * {{ ?s ?p """a"""SERVICE<{u}>{{?s ?p ?o}} }}',
]


@pytest.fixture
def listener() -> Iterator[tuple[str, list[int]]]:
    """A server that counts who came and turns everybody away."""
    hits: list[int] = []
    server = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            hits.append(1)
            with connection:
                # Answered, not cut off: what a cut says depends on the moment.
                connection.recv(1 << 16)
                connection.sendall(b"HTTP/1.1 503 Closed\r\nContent-Length: 0\r\n\r\n")

    threading.Thread(target=accept, daemon=True).start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}/sparql", hits
    server.close()


def test_the_listener_hears_what_oxigraph_would_do(listener: tuple[str, list[int]]) -> None:
    """Without the check the first of the hidden calls goes out: the check is needed."""
    url, hits = listener
    with pytest.raises(OSError, match=r"503|Closed"):
        list(ox.Store().query(HIDDEN[0].format(u=url)))
    assert hits


@pytest.mark.parametrize("template", HIDDEN)
def test_no_query_reaches_another_server(template: str, listener: tuple[str, list[int]]) -> None:
    url, hits = listener
    query = template.format(u=url)
    try:
        check_query(query, longest=10_000)
        list(ox.Store().query(query))
    except (QueryRefusedError, SyntaxError):
        pass
    assert not hits


@pytest.mark.parametrize(
    "text",
    [
        'SELECT ?service { ?service a "SERVICE" } # SERVICE',
        "SELECT * { ?s a <http://example.org/service> , ex:service , service:x }",
        "SELECT * { ?s ?p ?o }",
    ],
)
def test_words_that_are_no_calls_pass(text: str) -> None:
    assert not calls_service(text)


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <a:a> <a:b> <a:c> }",
        "PREFIX a: <http://e/>\n# note\nDELETE WHERE { ?s ?p ?o }",
        "load <file:///etc/passwd>",
        "CLEAR ALL",
    ],
)
def test_updates_are_refused_in_words(text: str) -> None:
    with pytest.raises(QueryRefusedError, match="read-only"):
        check_query(text, longest=1000)


@pytest.mark.parametrize("text", ["", " \n\t", "# nothing\n", "  # a\r\n # b"])
def test_no_query_is_told_as_such(text: str) -> None:
    with pytest.raises(QuerySyntaxError, match="the query is empty; expected SELECT"):
        check_query(text, longest=1000)


def test_a_long_query_is_refused_before_anyone_reads_it() -> None:
    with pytest.raises(QueryRefusedError, match="at most 100"):
        check_query("x" * 101, longest=100)


def test_the_caret_stands_under_the_place() -> None:
    text = "SELECT ?x\nWHERE { ?x a } LIMIT"
    with pytest.raises(SyntaxError) as caught:
        ox.Store().query(text)
    error = to_syntax_error(str(caught.value), "", {})
    line, caret = to_caret(text, error.line, error.column).splitlines()
    assert line.endswith("WHERE { ?x a } LIMIT")
    assert (error.line, caret.index("^") - line.index("WHERE")) == (2, error.column - 1)


def test_the_caret_of_a_long_line_is_in_sight() -> None:
    drawn = to_caret("x" * 5000, 1, 4000).splitlines()
    assert len(drawn[0]) < 140
    assert len(drawn[1]) < 140


def test_an_unknown_prefix_is_named_as_such() -> None:
    with pytest.raises(SyntaxError) as caught:
        ox.Store().query("SELECT * { ?s foo:bar ?o }")
    message = str(to_syntax_error(str(caught.value), "", {"kg": "x"}))
    assert "prefix that is not declared" in message
    assert len(message) < 300
