"""SPARQL text as tokens: terms in place of parameters, no SERVICE, a caret under an error.

Only what must be decided before the parser sees the text; the parser is Oxigraph's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from kg import vocab
from kg.query.errors import QueryRefusedError, QuerySyntaxError

_TOKEN = re.compile(
    r"""
      (?P<comment>\#[^\r\n]*)
    | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    | (?P<string>\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"
               |'''(?:[^'\\]|\\.|'(?!''))*'''
               |"(?:[^"\\\r\n]|\\.)*"
               |'(?:[^'\\\r\n]|\\.)*')
    | (?P<var>[?$]\w+)
    | (?P<name>[\w.-]*:(?:[\w.:%-]|\\.)*)
    | (?P<word>@?\w+)
    | (?P<other>\s+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_SERVICE = re.compile(r"\bservice\b", re.IGNORECASE)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_UPDATE = re.compile(
    r"\s*(?:(?:PREFIX\s+\S+\s*<[^>]*>|BASE\s*<[^>]*>|#[^\n]*\n)\s*)*"
    r"(INSERT|DELETE|LOAD|CLEAR|DROP|CREATE|ADD|MOVE|COPY|WITH)\b",
    re.IGNORECASE,
)


def find_tokens(text: str) -> Iterator[tuple[str, str]]:
    """Yield (kind, text) of every token; joined they are ``text`` again.

    >>> [t for t in find_tokens('?a "?b" #?c') if t[0] != "other"]
    [('var', '?a'), ('string', '"?b"'), ('comment', '#?c')]
    """
    for match in _TOKEN.finditer(text):
        yield match.lastgroup or "other", match[0]


def bind(text: str, terms: Mapping[str, str]) -> str:
    """Return ``text`` with each ``$name`` of ``terms`` replaced by its term.

    A term is N-Triples syntax made by the RDF library from a value, and it
    stands where a variable token stood, so no value can change the query's
    shape.  ``?name`` is left alone: parameters are written with ``$``.

    >>> bind('SELECT ?x { ?x kg:uses $m # $m', {"m": "<http://e/>"})
    'SELECT ?x { ?x kg:uses <http://e/> # $m'
    """
    return "".join(
        terms.get(token[1:], token) if kind == "var" and token[0] == "$" else token
        for kind, token in find_tokens(text)
    )


def find_unknown_terms(text: str) -> list[str]:
    """Return the local names of the ontology's namespace in ``text`` that the ontology lacks.

    >>> find_unknown_terms("SELECT * { ?p kg:use ?m ; a kg:Paper . ?m kg:uses 'kg:x' # kg:y")
    ['use']
    """
    prefixes, found = {"kg": vocab.KG}, dict[str, None]()
    before = ""
    for kind, token in find_tokens(text):
        if kind == "iri" and before.endswith(":"):
            prefixes[before[:-1]] = token[1:-1]
        if kind == "iri":
            found[token[1:-1]] = None
        elif kind == "name":
            prefix, _, local = token.partition(":")
            found[prefixes.get(prefix, "") + local.rstrip(".")] = None
        before = token if token.strip() else before
    own = [iri.removeprefix(vocab.KG) for iri in found if iri.startswith(vocab.KG)]
    return [name for name in own if name and name not in (*vocab.CLASSES, *vocab.PROPERTIES)]


def check_query(text: str, *, longest: int) -> None:
    """Raise for what is never run, whatever the parser thinks.

    Args:
        longest: the most characters a query may have.

    Raises:
        QuerySyntaxError: there is no query.
        QueryRefusedError: too long, an update, or a call to another server.
    """
    if all(kind == "comment" or not token.strip() for kind, token in find_tokens(text[:longest])):
        raise QuerySyntaxError("the query is empty; expected SELECT, ASK, CONSTRUCT or DESCRIBE")
    if len(text) > longest:
        raise QueryRefusedError(
            f"the query has {len(text):,} characters; at most {longest:,} are taken"
        )
    found = _UPDATE.match(text)
    if found:
        raise QueryRefusedError(
            f"{found[1].upper()} is an update; the graph is read-only, ask with SELECT, ASK, "
            "CONSTRUCT or DESCRIBE"
        )
    if calls_service(text) or calls_service(_unescape(text)):
        raise QueryRefusedError("SERVICE asks another server; this one answers from its own graph")


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda m: _char(m[1] or m[2]), text)


def _char(digits: str) -> str:
    number = int(digits, 16)
    return chr(number) if number < 0x110000 else "?"


def calls_service(text: str) -> bool:
    """Return whether ``text`` may hold a SERVICE clause; doubt counts as yes.

    Doubt: ``a<1)#>`` is an IRI to a tokeniser and "less than, end, comment" to a
    parser that knows the context, so an IRI with a bracket hides nothing here.

    >>> calls_service('SELECT ?service { ?s rdfs:label "SERVICE" }')
    False
    >>> calls_service("SELECT * { service silent ?x {} }")
    True
    """
    if not _SERVICE.search(text):
        return False
    for kind, token in find_tokens(text):
        if kind == "word" and _SERVICE.fullmatch(token):
            return True
        if kind == "iri" and ")" in token:
            return True
    return False


def to_syntax_error(message: str, text: str, known: Mapping[str, str]) -> QuerySyntaxError:
    """Return Oxigraph's message on the query ``text`` as an error with a place, in fewer words.

    >>> to_syntax_error("error at 2:17: expected OPTIONAL", "", {}).column
    17
    """
    found = _PLACE.match(message)
    if not found:
        return QuerySyntaxError(f"not SPARQL 1.1: {' '.join(message.split())}")
    line, column = int(found[1]), int(found[2])
    detail = _shorten(found[3], known) + _slash_hint(text, known)
    return QuerySyntaxError(f"line {line}, column {column}: {detail}", line=line, column=column)


def _shorten(detail: str, known: Mapping[str, str]) -> str:
    if "Prefix not found" in detail:
        return f"a prefix that is not declared; known without declaring: {', '.join(known)}"
    detail = " ".join(detail.split()).replace("[_]", "something else")
    return detail if len(detail) <= 200 else detail[:200].rsplit(" ", 1)[0] + " ..."


def _slash_hint(text: str, known: Mapping[str, str]) -> str:
    """Return how to write an id such as ``id:method/lora``, where ``text`` has it as it is shown.

    >>> _slash_hint("?p kg:uses id:method/lora", {"id": "", "method": ""})
    '; SPARQL takes the slash of id:method/... for a path: write method:...'
    """
    for (_, name), (_, after) in pairwise(find_tokens(text)):
        kind = name.removeprefix("id:")
        if after == "/" and name != kind and kind in known:
            return f"; SPARQL takes the slash of {name}/... for a path: write {kind}:..."
    return ""


def to_caret(text: str, line: int, column: int) -> str:
    """Return the line of ``text`` and, under it, a caret at ``column`` (both from 1).

    >>> print(to_caret("SELECT ?x\\nWHERE oops", 2, 7))
      2 | WHERE oops
        |       ^
    """
    lines = text.split("\n")
    shown = lines[line - 1].rstrip("\r") if 0 < line <= len(lines) else ""
    start = max(0, column - 61)
    piece = shown[start : start + 120].replace("\t", " ")
    return f"{line:>3} | {piece}\n    | {' ' * (column - 1 - start)}^"
