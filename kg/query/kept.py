"""Answers that a store on disk keeps ready, and the queries that find them there.

Some questions cost too much to be asked anew each time: what the whole graph holds, or
what is in the thousands of papers about one frequent concept.  :mod:`kg.query.summary`
answers them once, when the store is built, and keeps the rows as triples of one named
graph, :data:`SUMMARY`.  A query that is a bundled question, word for word but for its
parameters and its layout, is then asked of those rows; the answer is the same, byte for
byte.  Any other query, and any graph without a store, is answered from the graph itself.

A question's header says what is kept::

    # kept: whole                 it has no parameter: its answer
    # kept: task                  its answer for every frequent task
    # kept: concept if broad      its answer for every concept with many narrower ones
    # kept: year at year          its answer for every year of the graph
    # kept: since from year       the same; a year without papers means the next one
    # kept: least <= papers       its answer without the limit, which then chooses rows

``schemas/queries/kept/NAME.rq`` keeps less: resources alone, from which the rest is
looked up when asked.  It holds two queries, what to keep and how to ask it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import pyoxigraph as ox

from kg import vocab
from kg.query.bundled import ENTITY_KINDS, Parameter, Question, list_questions, queries_folder
from kg.query.tokens import bind, find_tokens

#: The named graph of what is kept; its terms begin with :data:`TERMS`.
SUMMARY = "https://w3id.org/paperkg/summary"
TERMS = f"{SUMMARY}#"
#: What is kept of a question without parameters is kept about this.
WHOLE = ox.NamedNode(f"{TERMS}graph")
GRAPH = ox.NamedNode(SUMMARY)
KEEPS = ox.NamedNode(f"{TERMS}keeps")
TRIPLES = ox.NamedNode(vocab.expand("void:triples"))
#: Ways of keeping answers that are about single concepts.
PER_CONCEPT = ("frequent", "if broad")
POSITION = ox.NamedNode(f"{TERMS}position")

_ASKED = "# --- asked\n"
_END = "\0"
#: No question is longer; a query of a megabyte is not compared with them.
_LONGEST = 8000
#: What xsd:gYear calls a year without ado.
_YEARS = range(1, 9999)
_NUMBER = r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
_TERM = (
    rf"<[^{_END}]*>|[?$]\w+|[\w.-]*:[^{_END}]*|\d+(?:{_END}\.{_END}\d+)?"
    rf'|"{_NUMBER}"{_END}\^{_END}\^{_END}<[^{_END}]*>'
)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a question.

    Attributes:
        question: the question.
        per: name of the parameter for whose values answers are kept; "" for none.
        how: "frequent" values of it, those "if broad", "at year" or "from year"; or "rows", one
            answer of which ``condition`` chooses rows.
        condition: a SPARQL condition on the rows, "" for all of them.
        keep: the query whose answer is kept.
        asked: the query that answers the question from what is kept.
    """

    question: Question
    per: str
    how: str
    condition: str
    keep: str
    asked: str

    @property
    def predicate(self) -> ox.NamedNode:
        """What leads from a parameter's value to what is kept of it."""
        return ox.NamedNode(TERMS + self.question.name)

    @property
    def parameter(self) -> Parameter | None:
        """The parameter that ``per`` names."""
        return next((p for p in self.question.parameters if p.name == self.per), None)

    @property
    def is_list(self) -> bool:
        """Whether resources are kept, not rows of their own."""
        return self.asked != _asked_of_rows(self.question, self.condition)


#: What every server asks: how often each class and property is used.
COUNTS = """
SELECT ?what ?kind (COUNT(*) AS ?count) WHERE {
  { ?x a ?what BIND ("class" AS ?kind) } UNION { ?x ?what ?y BIND ("property" AS ?kind) }
} GROUP BY ?what ?kind ORDER BY ?kind ?what
"""
#: What a concept's page asks: its papers, the newest first, and what else is in them.
PAPERS = """SELECT ?it ?title ?year {
  ?it kg:mentions $it ; dcterms:title ?title OPTIONAL { ?it dcterms:issued ?year }
} ORDER BY DESC(?year) ?title ?it"""
#: Papers on one page of a concept, and one that tells whether there are more.
FIRST_PAPERS = f"{PAPERS} LIMIT 26 OFFSET 0"
RELATED = """SELECT ?it ?label ?class (COUNT(?paper) AS ?shared) {
  { SELECT ?paper { ?paper kg:mentions $it } LIMIT 300 }
  ?paper kg:mentions ?it . FILTER (?it != $it)
  ?it skos:prefLabel ?label ; a ?class .
  FILTER (?class IN (kg:Method, kg:Dataset, kg:Benchmark, kg:Task, kg:Metric))
} GROUP BY ?it ?label ?class ORDER BY DESC(?shared) ?label ?it LIMIT 15"""


def _asked_by_server() -> Iterator[Question]:
    """Questions that are not bundled, but asked again and again."""
    it = (Parameter("it", "concept", "most", "the concept"),)
    yield Question("uses", "", "", COUNTS, (), ("what", "kind", "count"), "whole")
    yield Question("first-papers", "", "", FIRST_PAPERS, it, ("it", "title", "year"), "it")
    yield Question("related", "", "", RELATED, it, ("it", "label", "class", "shared"), "it")


@cache
def list_kept() -> tuple[Kept, ...]:
    """Return what is kept of the bundled questions, and of those that every server asks."""
    questions = (*list_questions(), *_asked_by_server())
    return tuple(to_kept(question) for question in questions if question.kept)


def to_kept(question: Question) -> Kept:
    """Return what the header of ``question`` says is kept of it."""
    per, _, how = question.kept.partition(" ")
    condition = ""
    if per == "whole":
        per, how = "", "rows"
    elif how and how not in PER_CONCEPT and "year" not in how:
        operator, _, column = how.partition(" ")
        condition, how = f"${per} {operator} ?{column}", "rows"
    keep, asked = question.text, _asked_of_rows(question, condition)
    file = queries_folder() / "kept" / f"{question.name}.rq"
    if file.is_file():
        keep, asked = file.read_text(encoding="utf-8").split(_ASKED)
    return Kept(question, per, how or "frequent", condition, keep, asked)


def _asked_of_rows(question: Question, condition: str) -> str:
    columns = [f"OPTIONAL {{ ?kept s:{name} ?{name} }}" for name in question.columns]
    return "\n".join(
        [
            f"SELECT {' '.join(f'?{name}' for name in question.columns)} WHERE {{",
            f"  GRAPH $summary {{ $about s:{question.name} ?kept . ?kept s:position ?position .",
            *(f"    {column}" for column in columns),
            "  }",
            *([f"  FILTER ({condition})"] if condition else []),
            "}",
            "ORDER BY ?position",
        ]
    )


# --- a query that is a question -----------------------------------------------------


def find_kept(store: ox.Store, text: str, prefixes: Mapping[str, str]) -> str:
    """Return the query that answers ``text`` from what ``store`` keeps, or "".

    Args:
        text: a query, which may or may not be a bundled question.
        prefixes: what the query's author need not declare.
    """
    if len(text) > _LONGEST or not is_summarised(store):
        return ""
    asked = _END.join(_without_prologue(_tokens(text), prefixes))
    for kept, pattern in _patterns():
        found = pattern.fullmatch(asked)
        if found:
            terms = {name: term.replace(_END, "") for name, term in found.groupdict().items()}
            return _answering(store, kept, terms, prefixes)
    return ""


@lru_cache(maxsize=4)
def is_summarised(store: ox.Store) -> bool:
    """Return whether ``store`` keeps anything."""
    return next(iter(store.quads_for_pattern(None, KEEPS, None, GRAPH)), None) is not None


def _tokens(text: str) -> list[str]:
    return [
        token
        for kind, token in find_tokens(text)
        if kind != "comment" and not (kind == "other" and token.isspace())
    ]


def _without_prologue(tokens: list[str], prefixes: Mapping[str, str]) -> list[str]:
    """Drop declarations that say what is known; after any other one nothing matches."""
    while len(tokens) > 2 and tokens[0].upper() == "PREFIX":
        if f"<{prefixes.get(tokens[1].removesuffix(':'))}>" != tokens[2]:
            break
        tokens = tokens[3:]
    return tokens


@cache
def _patterns() -> tuple[tuple[Kept, re.Pattern[str]], ...]:
    return tuple((kept, re.compile(_pattern(kept.question))) for kept in list_kept())


def _pattern(question: Question) -> str:
    names = {f"${parameter.name}": parameter.name for parameter in question.parameters}
    seen: set[str] = set()
    parts = []
    for token in _tokens(question.text):
        name = names.get(token)
        if name is None:
            parts.append(re.escape(token))
        else:
            parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>{_TERM})")
            seen.add(name)
    return _END.join(parts)


def _answering(
    store: ox.Store, kept: Kept, terms: dict[str, str], prefixes: Mapping[str, str]
) -> str:
    about = _about(store, kept, terms, prefixes)
    if about is None or not _are_free(kept, terms):
        return ""
    if next(iter(store.quads_for_pattern(about, KEEPS, kept.predicate, GRAPH)), None) is None:
        return ""
    return to_asked(kept, about, terms)


def to_asked(kept: Kept, about: ox.NamedNode, terms: Mapping[str, str]) -> str:
    """Return the query that reads what is kept about ``about``."""
    values = {**terms, "about": str(about), "summary": str(GRAPH)}
    return f"PREFIX s: <{TERMS}>\n{bind(kept.asked, values)}"


def _are_free(kept: Kept, terms: Mapping[str, str]) -> bool:
    """Whether the other parameters that stand for resources leave the choice open."""
    others = [p for p in kept.question.parameters if p.kind in ENTITY_KINDS and p.name != kept.per]
    return all(terms[p.name] == f"?{p.name}" for p in others)


def _about(
    store: ox.Store, kept: Kept, terms: Mapping[str, str], prefixes: Mapping[str, str]
) -> ox.NamedNode | None:
    if kept.how == "rows":
        numbers = [_number(term) for term in terms.values()]
        return None if None in numbers else WHOLE
    term = terms[kept.per]
    if kept.how in PER_CONCEPT:
        return _resource(term, prefixes)
    year = _number(term)
    if year is None or year not in _YEARS:
        return None
    known = kept_years(store, kept)
    if kept.how == "from year":
        year = next((y for y in known if y >= year), known[-1] if known else year)
    return year_node(int(year)) if year in known else None


def year_node(year: int) -> ox.NamedNode:
    """Return what answers about a year are kept about.

    >>> year_node(2024).value
    'https://w3id.org/paperkg/summary#year-2024'
    """
    return ox.NamedNode(f"{TERMS}year-{year}")


@lru_cache(maxsize=16)
def kept_years(store: ox.Store, kept: Kept) -> tuple[int, ...]:
    """Return the years about which answers to a question are kept, in order."""
    found: Any = store.quads_for_pattern(None, KEEPS, kept.predicate, GRAPH)
    return tuple(sorted(int(quad.subject.value.rpartition("-")[2]) for quad in found))


def _number(term: str) -> float | None:
    found = re.match(rf'"?({_NUMBER})(?:"|$)', term)
    return float(found[1]) if found else None


def _resource(term: str, prefixes: Mapping[str, str]) -> ox.NamedNode | None:
    if term.startswith("<"):
        iri = term[1:-1]
    else:
        prefix, colon, local = term.partition(":")
        if not colon or prefix not in prefixes or "\\" in local:
            return None
        iri = prefixes[prefix] + local
    try:
        return ox.NamedNode(iri)
    except ValueError:
        return None
