"""The bundled questions in ``schemas/queries/*.rq`` and the headers that describe them.

A header is comment lines at the top of the file::

    # title: Papers that share datasets
    # question: Which papers use the datasets that this one uses?
    # param: paper paper most -- the paper to start from
    # param: least integer 2 -- how many datasets they must share
    # columns: other, title, shared

``param`` is a name, a kind and a default.  The kinds: ``paper``, ``concept``,
``method``, ``dataset``, ``benchmark``, ``task``, ``metric`` (given as id, label or
alias), ``text``, ``integer``, ``number``.  Defaults of the first seven, so that every
question can be asked of every graph: ``most`` and ``second`` by number of papers (a
paper's: of concepts), ``introduced`` the most mentioned of those that the collection
introduces, ``compared`` the one most often compared by who introduces it, ``broadest``
and ``narrowest`` by the hierarchy, ``any`` for no restriction.  In the query a parameter
is written ``$name``.

``# kept:`` says for which values the store on disk keeps the answer (:mod:`kg.query.kept`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kg import vocab
from kg.errors import QueryError, UsageError
from kg.nearest import find_nearest
from kg.query.errors import QuerySyntaxError

ENTITY_KINDS = ("paper", "concept", "method", "dataset", "benchmark", "task", "metric")
_KEYS = ("title", "question", "param", "columns", "kept")
VALUE_KINDS = ("text", "integer", "number")
_PARAM = re.compile(r"(?P<name>\w+)\s+(?P<kind>\w+)\s+(?P<default>.*?)(?:\s+--\s+(?P<help>.*))?$")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A ``$name`` of a question: its kind, its default as text, and what it is."""

    name: str
    kind: str
    default: str
    help: str = ""

    @property
    def option(self) -> str:
        """The option on the command line."""
        return "--" + self.name.replace("_", "-")


@dataclass(frozen=True, slots=True)
class Question:
    """A bundled query: its name (the file's), what its header says, and its text."""

    name: str
    title: str
    question: str
    text: str
    parameters: tuple[Parameter, ...] = ()
    columns: tuple[str, ...] = ()
    kept: str = ""


def to_question(name: str, text: str) -> Question:
    """Return the question that ``text``, the content of a ``.rq`` file, holds.

    Raises:
        QueryError: a header line that cannot be read, an unknown kind.

    >>> to_question("x", "# title: T\\n# param: n integer 2 -- how many\\nASK {}").parameters
    (Parameter(name='n', kind='integer', default='2', help='how many'),)
    """
    header = _header(text)
    columns = [c.strip() for line in header.get("columns", []) for c in line.split(",")]
    return Question(
        name=name,
        title=" ".join(header.get("title", [name])),
        question=" ".join(header.get("question", [])),
        text=text,
        parameters=tuple(_parameter(name, line) for line in header.get("param", [])),
        columns=tuple(column for column in columns if column),
        kept=" ".join(header.get("kept", [])),
    )


def _header(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        key, colon, value = line[1:].strip().partition(":")
        if colon and key in _KEYS:
            found.setdefault(key, []).append(value.strip())
    return found


def _parameter(name: str, line: str) -> Parameter:
    found = _PARAM.match(line)
    if not found or found["kind"] not in (*ENTITY_KINDS, *VALUE_KINDS):
        kinds = ", ".join((*ENTITY_KINDS, *VALUE_KINDS))
        raise QueryError(f"{name}: '# param: {line}': expected NAME KIND DEFAULT, kind of {kinds}")
    default = found["default"].strip().strip('"')
    return Parameter(found["name"], found["kind"], default, found["help"] or "")


def queries_folder() -> Path:
    """Return the folder of the bundled questions."""
    return vocab.schemas_folder() / "queries"


@cache
def list_questions() -> tuple[Question, ...]:
    """Return the bundled questions, sorted by name."""
    files = sorted(queries_folder().glob("*.rq"))
    return tuple(to_question(file.stem, file.read_text(encoding="utf-8")) for file in files)


def find_question(name: str) -> Question:
    """Return the bundled question of that name.

    Raises:
        UsageError: no such question; offers the nearest names.
    """
    known = {question.name: question for question in list_questions()}
    if name in known:
        return known[name]
    close = find_nearest(name, known)
    hint = f"did you mean {', '.join(close)}?" if close else "see them with kg query --list"
    raise UsageError(f"no bundled query is called {name!r}; {hint}")


def read_question(text: str) -> Question:
    """Return the question that a user typed: a bundled name, ``@file.rq`` or SPARQL itself.

    Raises:
        UsageError: the file cannot be read, or a word that is no bundled name.
    """
    if text.startswith("@"):
        return _read_file(Path(text[1:]))
    if re.fullmatch(r"[\w.-]+", text):
        return find_question(text)
    return to_question("query", text)


@contextmanager
def naming_file(query: str) -> Iterator[None]:
    """Have a syntax error in what a user typed as ``@FILE`` name the file.

    Raises:
        UsageError: in place of the :class:`QuerySyntaxError` of a file.
    """
    try:
        yield
    except QuerySyntaxError as error:
        if query.startswith("@"):
            raise UsageError(f"{query[1:]}: {error}") from None
        raise


def _read_file(path: Path) -> Question:
    try:
        return to_question(path.stem, path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: is not UTF-8 text") from None
