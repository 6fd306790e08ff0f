"""What the graph says about one resource: plain dictionaries for pages and for the JSON API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote

import pyoxigraph as ox

from kg import vocab
from kg.model import ConceptType
from kg.query import Ask, Runner
from kg.query.ask import to_value
from kg.query.errors import QuerySyntaxError
from kg.query.kept import PAPERS, RELATED
from kg.query.table import to_curie
from kg.query.tokens import bind
from kg.serve.settings import Site

CONCEPTS = tuple(kind.value for kind in ConceptType)
#: Papers on one page of a concept.
PAGE = 25
#: What other lists of a page show, at most.
LISTED = 100
#: Triples of a resource's description in which others speak of it, at most.
DESCRIPTION = 5000

# Patterns stand before the first OPTIONAL: what follows one, Oxigraph finds in the whole
# graph and joins afterwards.
_OUTGOING = "SELECT ?p ?o ?label { $it ?p ?o OPTIONAL { ?o skos:prefLabel|dcterms:title ?label } }"
_INCOMING = f"""SELECT ?s ?p ?label {{
  ?s ?p $it OPTIONAL {{ ?s skos:prefLabel|dcterms:title ?label }} }}
LIMIT {LISTED + 1}"""
_NARROWER = f"""SELECT ?it ?label ?papers {{ ?it skos:broader $it ; skos:prefLabel ?label ;
kg:paperCount ?papers }} ORDER BY DESC(?papers) ?label LIMIT {LISTED + 1}"""
_DECISIONS = """SELECT ?name ?broader ?label ?match ?reason ?score {
  ?d kg:decides $it ; kg:reason ?reason ; kg:score ?score .
  OPTIONAL { ?d kg:joinsName ?name }
  OPTIONAL { ?d kg:joinsBroader ?broader . ?broader skos:prefLabel ?label }
  OPTIONAL { ?d kg:joinsMatch ?match }
} ORDER BY ?name ?label ?match ?reason"""
_EVIDENCE = """SELECT ?paper ?role ?exact ?sentence ?confidence {
  VALUES ?paper { PAPERS }
  ?m kg:inPaper ?paper ; kg:refersTo $it ; kg:role ?role ; kg:exact ?exact ;
     kg:confidence ?confidence ; kg:field ?field ; kg:begin ?begin .
  OPTIONAL { ?m kg:sentence ?sentence }
} ORDER BY ?paper DESC(?field) ?begin"""
_MENTIONS = """SELECT ?it ?label ?class ?role ?confidence ?field ?begin ?end ?exact ?sentence {
  ?m kg:inPaper $it ; kg:refersTo ?it ; kg:role ?role ; kg:confidence ?confidence ;
     kg:field ?field ; kg:begin ?begin ; kg:end ?end ; kg:exact ?exact .
  ?it skos:prefLabel ?label ; a ?class .
  FILTER (?class IN (kg:Method, kg:Dataset, kg:Benchmark, kg:Task, kg:Metric))
  OPTIONAL { ?m kg:sentence ?sentence }
} ORDER BY DESC(?field) ?begin ?end"""
_LINKS = """SELECT ?it ?url ?kind { $it kg:hasLink ?it . ?it kg:url ?url .
  OPTIONAL { ?m kg:inPaper $it ; kg:refersTo ?it ; kg:linkKind ?kind } } ORDER BY ?url ?kind"""
_LINKED = """SELECT DISTINCT ?it ?label ?kind { ?it kg:hasLink $it ; dcterms:title ?label .
  OPTIONAL { ?m kg:inPaper ?it ; kg:refersTo $it ; kg:linkKind ?kind }
} ORDER BY ?label ?it ?kind LIMIT 200"""
_SIMILAR = """SELECT ?it ?title (COUNT(?c) AS ?shared) {
  $it kg:mentions ?c . ?c kg:paperCount ?n FILTER (?n <= 300)
  ?it kg:mentions ?c ; dcterms:title ?title . FILTER (?it != $it)
} GROUP BY ?it ?title ORDER BY DESC(?shared) ?title ?it LIMIT 10"""
_DESCRIBE = f"""CONSTRUCT {{ ?s ?p ?o }} {{
  {{ BIND ($it AS ?s) $it ?p ?o }} UNION
  {{ SELECT ?s ?p ?o {{ BIND ($it AS ?o) ?s ?p $it }} LIMIT {DESCRIPTION} }}
}}"""


class Reader:
    """Looks resources up through a runner; every look-up has the runner's time-out."""

    def __init__(self, runner: Runner, site: Site) -> None:
        self.runner = runner
        self.site = site

    def iri(self, kind: str, key: str) -> str:
        """Return the IRI of a resource by kind and decoded key."""
        return vocab.iri(kind, key, self.site.base)

    def to_id(self, iri: str) -> str:
        """Return the id within the graph: ``method/lora``, ``paper/arxiv:2106.09685``."""
        return unquote(iri.removeprefix(self.site.base))

    def rows(self, query: str, iri: str) -> list[dict[str, Any]]:
        """Return a look-up's rows as plain values, ``$it`` being the resource."""
        return [_plain(row) for row in self.runner.rows(bind(query, {"it": _term(iri)}))]

    def describe(self, iri: str, format: str) -> tuple[bytes, str]:
        """Return (RDF about the resource, media type) in a graph format; empty if unknown."""
        text = bind(_DESCRIBE, {"it": _term(iri)})
        answer = self.runner.ask(Ask(text, graph=format))
        return (answer.body if answer.count else b""), answer.media

    def node(self, iri: str, *, page: int = 1) -> dict[str, Any] | None:
        """Return what is known of a resource, or None if the graph does not have it."""
        facts = self.rows(_OUTGOING, iri)
        if not facts:
            return None
        types = {_local(row["o"]) for row in facts if row["p"] == vocab.expand("rdf:type")}
        data = {"id": self.to_id(iri), "iri": iri, "url": self.site.local(iri)}
        concept = next((name for name in CONCEPTS if name in types), None)
        if concept:
            return {**data, "kind": "concept", "type": concept, **self._concept(iri, facts, page)}
        if "Paper" in types:
            return {**data, "kind": "paper", "type": "Paper", **self._paper(iri, facts)}
        return {**data, "kind": "other", "type": _type(types), **self._thing(iri, facts)}

    # --- concepts ----------------------------------------------------------------

    def _concept(self, iri: str, facts: list[dict[str, Any]], page: int) -> dict[str, Any]:
        decisions = self.rows(_DECISIONS, iri)
        narrower = self.rows(_NARROWER, iri)
        papers = self.rows(f"{PAPERS} LIMIT {PAGE + 1} OFFSET {PAGE * (page - 1)}", iri)
        return {
            "label": _one(facts, "skos:prefLabel"),
            "aliases": sorted(_all(facts, "skos:altLabel")),
            "papers": _one(facts, "kg:paperCount") or 0,
            "introduced_by": self._named(facts, "kg:introducedBy"),
            "broader": self._broader(facts, decisions),
            "narrower": [self._item(row, papers=row["papers"]) for row in narrower[:LISTED]],
            "more_narrower": len(narrower) > LISTED,
            "matches": list(_matches(facts)),
            "merges": [
                {"name": d["name"], "reason": d["reason"], "score": d["score"]}
                for d in decisions
                if "name" in d
            ],
            "related": [
                self._item(row, type=_local(row["class"]), shared=row["shared"])
                for row in self.rows(RELATED, iri)
            ],
            "page": page,
            "more": len(papers) > PAGE,
            "evidence": self._evidence(iri, papers[:PAGE]),
        }

    def _named(self, facts: list[dict[str, Any]], curie: str) -> list[dict[str, Any]]:
        found = [row for row in facts if row["p"] == vocab.expand(curie)]
        items = ({**row, "it": row["o"]} for row in found)
        return sorted((self._item(row) for row in items), key=lambda item: item["label"])

    def _item(self, row: dict[str, Any], **more: Any) -> dict[str, Any]:
        iri = row["it"]
        label = row.get("label") or row.get("title") or self.to_id(iri)
        own = {"id": self.to_id(iri), "iri": iri, "url": self.site.local(iri), "label": label}
        return {**own, **more}

    def _broader(
        self, facts: list[dict[str, Any]], decisions: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        why = {d["broader"]: d for d in decisions if "broader" in d}
        items = self._named(facts, "skos:broader")
        for item in items:
            found = why.get(item["iri"], {})
            item.update({name: found[name] for name in ("reason", "score") if name in found})
        return items

    def _evidence(self, iri: str, papers: list[dict[str, Any]]) -> list[dict[str, Any]]:
        terms = " ".join(_term(row["it"]) for row in papers)
        found = self.rows(_EVIDENCE.replace("PAPERS", terms), iri) if papers else []
        quotes: dict[str, list[dict[str, Any]]] = {}
        for row in found:
            quotes.setdefault(row.pop("paper"), []).append({**row, "role": _local(row["role"])})
        return [
            self._item(row, year=_year(row.get("year")), mentions=quotes.get(row["it"], []))
            for row in papers
        ]

    # --- papers ------------------------------------------------------------------

    def _paper(self, iri: str, facts: list[dict[str, Any]]) -> dict[str, Any]:
        mentions = self.rows(_MENTIONS, iri)
        authors = _one(facts, "kg:authorList")
        abstract = _one(facts, "dcterms:abstract") or ""
        return {
            "label": _one(facts, "dcterms:title"),
            "authors": authors.split("; ") if authors else _all(facts, "dcterms:creator"),
            "year": _year(_one(facts, "dcterms:issued")),
            "venue": _one(facts, "kg:venue"),
            "read_from": _one(facts, "kg:readFrom"),
            "pages": _pages(facts),
            "abstract": abstract,
            "marked": list(to_marked(abstract, self._spans(mentions))),
            "concepts": self._stances(mentions),
            "links": [
                {"link": row["url"], "url": self.site.local(row["it"]), "kind": row.get("kind", "")}
                for row in self.rows(_LINKS, iri)
            ],
            "similar": [self._item(row, shared=row["shared"]) for row in self.rows(_SIMILAR, iri)],
        }

    def _spans(self, mentions: list[dict[str, Any]]) -> list[tuple[int, int, dict[str, Any]]]:
        inside = (row for row in mentions if row["field"] == "abstract")
        return [
            (row["begin"], row["end"], self._item(row, type=_local(row["class"]))) for row in inside
        ]

    def _stances(self, mentions: list[dict[str, Any]]) -> list[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for row in mentions:
            item = found.setdefault(
                row["it"], self._item(row, type=_local(row["class"]), roles=[], mentions=[])
            )
            role = _local(row["role"])
            if role not in item["roles"]:
                item["roles"].append(role)
            item["mentions"].append({**_quote(row), "role": role})
        return sorted(
            found.values(), key=lambda i: (CONCEPTS.index(i["type"]), i["label"], i["id"])
        )

    # --- everything else ---------------------------------------------------------

    def _thing(self, iri: str, facts: list[dict[str, Any]]) -> dict[str, Any]:
        names = ("rdfs:label", "kg:url", "dcterms:title", "kg:exact")
        label = next(filter(None, (_one(facts, name) for name in names)), None)
        referring = self.rows(_INCOMING, iri)
        return {
            "label": label or self.to_id(iri),
            "link": _one(facts, "kg:url") or "",
            "linked_by": [
                self._item(row, kind=row.get("kind", "")) for row in self.rows(_LINKED, iri)
            ],
            "facts": self._facts(facts, "o"),
            "referred_by": self._facts(referring[:LISTED], "s"),
            "more_referred_by": len(referring) > LISTED,
        }

    def _facts(self, rows: list[dict[str, Any]], end: str) -> list[dict[str, Any]]:
        found = []
        for row in sorted(rows, key=lambda row: (row["p"], str(row[end]))):
            value = row[end]
            fact: dict[str, Any] = {
                "property": to_curie(row["p"]),
                "value": row.get("label", value),
            }
            if isinstance(value, str) and row.get("is_iri_" + end):
                fact |= {"iri": value, "url": self.site.local(value)}
            found.append(fact)
        return found


def _term(iri: str) -> str:
    try:
        return str(ox.NamedNode(iri))
    except ValueError as error:
        raise QuerySyntaxError(f"not an IRI: {error}") from None


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = {name: to_value(term) for name, term in row.items()}
    for name in ("s", "o"):
        if row.get(name, {}).get("type") == "uri":
            plain[f"is_iri_{name}"] = True
    return plain


def _all(facts: Iterable[dict[str, Any]], curie: str) -> list[Any]:
    predicate = vocab.expand(curie)
    return [row["o"] for row in facts if row["p"] == predicate]


def _one(facts: Iterable[dict[str, Any]], curie: str) -> Any:
    return next(iter(_all(facts, curie)), None)


def _matches(facts: Iterable[dict[str, Any]]) -> Iterator[dict[str, str]]:
    for row in facts:
        name = row["p"].removeprefix(vocab.PREFIXES["skos"])
        if name.endswith("Match"):
            yield {"relation": name, "iri": row["o"]}


def _pages(facts: list[dict[str, Any]]) -> list[str]:
    found = [*_all(facts, "kg:url"), *_all(facts, "rdfs:seeAlso")]
    return sorted({page for page in found if page.startswith(("http://", "https://"))})


def _quote(row: dict[str, Any]) -> dict[str, Any]:
    names = ("exact", "sentence", "confidence", "field")
    return {name: row[name] for name in names if name in row}


def _year(value: Any) -> int | None:
    text = str(value or "")[:4]
    return int(text) if text.isdecimal() else None


def _local(iri: str) -> str:
    return iri.replace("#", "/").rsplit("/", 1)[-1]


def _type(types: set[str]) -> str:
    own = ("Link", "Mention", "LinkMention", "Decision", "Build", "ConceptScheme", "Entity")
    return next((name for name in own if name in types), min(types, default="Resource"))


def to_marked(
    text: str, spans: Iterable[tuple[int, int, dict[str, Any]]]
) -> Iterator[dict[str, Any]]:
    """Yield the pieces of ``text``: {"text"} or, for a span, {"text", "item"}; overlaps lose.

    >>> list(to_marked("ab cd", [(3, 5, {"id": 1})]))
    [{'text': 'ab '}, {'text': 'cd', 'item': {'id': 1}}]
    """
    last = 0
    for begin, end, item in sorted(spans, key=lambda span: (span[0], -span[1])):
        if begin < last or end > len(text):
            continue
        if begin > last:
            yield {"text": text[last:begin]}
        yield {"text": text[begin:end], "item": item}
        last = end
    if last < len(text):
        yield {"text": text[last:]}
