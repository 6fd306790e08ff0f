"""The graph as ``rdflib.Graph``, and the records back out of one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from kg.build_info import BuildInfo
from kg.errors import RecordError
from kg.model import Broader, Concept, ConceptType, Link, Match, Mention, Merge, Paper
from kg.rdf.blocks import Block, RdfSource
from kg.rdf.terms import split
from kg.rdf.turtle import prefixes
from kg.vocab import BASE, KG, PREFIXES, expand

if TYPE_CHECKING:
    import networkx as nx
    import rdflib


def to_rdf(
    graph: nx.MultiDiGraph,
    *,
    build: BuildInfo | None = None,
    base: str | None = None,
    abstracts: bool | None = None,
    sentences: bool | None = None,
) -> rdflib.Graph:
    """Return the RDF of a networkx graph made by :func:`kg.build` or of a part of it.

    Args:
        graph: nodes carry their frozen record as ``record`` (:mod:`kg.graph`).
        build: how it was made; by default ``graph.graph["build"]``, which :func:`kg.build` and
            :func:`kg.load_graph` set, else this version alone.
        base, abstracts, sentences: see :class:`kg.rdf.RdfSource`; by default as the graph
            was built.

    Returns:
        the triples of ``graph.ttl``, prefixes bound; of a part of the graph, those that
        hold in it (:func:`kg.graph.to_records`).
    """
    from kg.graph import to_records

    papers, concepts = to_records(graph)
    known = graph.graph.get("build")
    made = build or (known if isinstance(known, BuildInfo) else BuildInfo())
    given = {"base": base, "abstracts": abstracts, "sentences": sentences}
    options = {name: value for name, value in given.items() if value is not None}
    source = RdfSource(papers, concepts, made, **{**made.shape, **options})
    return from_blocks(source.blocks(), base=source.base)


def from_blocks(stream: Iterable[Block], *, base: str = BASE) -> rdflib.Graph:
    """Return an ``rdflib.Graph`` of blocks."""
    import rdflib

    rdf = rdflib.Graph(bind_namespaces="none")
    for prefix, full in prefixes(base).items():
        rdf.bind(prefix, full)
    term = lru_cache(maxsize=100_000)(_term)
    rdf.addN(
        (term(subject), term(predicate), term(value), rdf)
        for subject, pairs in stream
        for predicate, value in pairs
    )
    return rdf


def _term(text: str) -> Any:
    import rdflib

    value, datatype = split(text)
    if datatype is None:
        return rdflib.URIRef(value)
    plain = datatype == PREFIXES["xsd"] + "string"
    return rdflib.Literal(value, datatype=None if plain else rdflib.URIRef(datatype))


# --- and back ---------------------------------------------------------------------


def from_rdf(
    rdf: rdflib.Graph, *, base: str | None = None
) -> tuple[tuple[Paper, ...], tuple[Concept, ...]]:
    """Return the papers and concepts of an RDF graph, each sorted by id.

    Args:
        rdf: what :func:`to_rdf` gave, or a file of a built folder.
        base: IRI under which everything is named; by default that of its build.

    The inverse of :func:`to_rdf` but for what RDF does not hold: the folders of
    ``source``, the abstract if it was left out, control characters (U+FFFD in RDF), and
    the order of what is a set there: mentions, links, aliases, merges come back sorted,
    as a build writes them.

    Raises:
        RecordError: a mention lacks its place, a value is not what it should be, or a
            paper or concept is not named under the base.
    """
    reader = _Reader(rdf, base or _find_base(rdf))
    mentions, links = reader.mentions(), reader.links()
    papers = [reader.paper(node, mentions, links) for node in reader.instances("Paper")]
    concepts = [
        reader.concept(node, kind) for kind in ConceptType for node in reader.instances(kind)
    ]
    return tuple(sorted(papers, key=lambda p: p.id)), tuple(sorted(concepts))


def _find_base(rdf: rdflib.Graph) -> str:
    """Return the base of the graph's build: ids are what follows it in an IRI."""
    import rdflib

    builds = rdf.subjects(rdflib.URIRef(expand("rdf:type")), rdflib.URIRef(expand("kg:Build")))
    found = min(map(str, builds), default="")
    return found.rpartition("build/")[0] or BASE


class _Reader:
    """Reads records out of an rdflib graph under one base."""

    def __init__(self, rdf: rdflib.Graph, base: str) -> None:
        import rdflib

        self.rdf, self.base, self.ref = rdf, base, rdflib.URIRef
        self.decisions = self._group("decides", "Decision")

    def instances(self, kind: str) -> list[Any]:
        """Return the IRIs of the instances of ``kg:<kind>``, sorted."""
        return sorted(self.rdf.subjects(self.ref(expand("rdf:type")), self.ref(KG + kind)))

    def all(self, node: Any, curie: str) -> list[str]:
        """Return the values of a property as text, sorted."""
        return sorted(str(value) for value in self.rdf.objects(node, self.ref(expand(curie))))

    def one(self, node: Any, curie: str) -> str | None:
        """Return the first value of a property, or None."""
        return next(iter(self.all(node, curie)), None)

    def must(self, node: Any, curie: str) -> str:
        """Return the value of a property that has to be there."""
        value = self.one(node, curie)
        if value is None:
            raise RecordError(f"{node}: found no {curie}, expected one; run 'kg validate'")
        return value

    def number(self, node: Any, curie: str) -> float:
        """Return a property that has to be a number."""
        value = self.must(node, curie)
        try:
            return float(value)
        except ValueError:
            raise RecordError(f"{node}: {curie} is {value!r}, expected a number") from None

    def key(self, node: str) -> str:
        """Return the node key of an IRI: its path under the base, decoded."""
        if not node.startswith(self.base):
            raise RecordError(f"{node}: expected an IRI under {self.base}; say base=...")
        kind, _, rest = node.removeprefix(self.base).partition("/")
        return f"{kind}/{unquote(rest)}"

    def id(self, node: str) -> str:
        """Return the id of a paper's IRI."""
        return self.key(node).partition("/")[2]

    def _group(self, curie: str, kind: str) -> dict[str, list[Any]]:
        groups: dict[str, list[Any]] = {}
        for node in self.instances(kind):
            groups.setdefault(self.must(node, f"kg:{curie}"), []).append(node)
        return groups

    def mentions(self) -> dict[str, list[Mention]]:
        """Return the mentions by the IRI of their paper."""
        groups = self._group("inPaper", "Mention")
        return {paper: [self._mention(n) for n in nodes] for paper, nodes in groups.items()}

    def _mention(self, node: Any) -> Mention:
        concept = self.key(self.must(node, "kg:refersTo"))
        kind = concept.partition("/")[0].capitalize()
        return Mention(
            *self._place(node),
            type=kind,
            role=self.must(node, "kg:role").removeprefix(KG),
            confidence=self.number(node, "kg:confidence"),
            extractor=self.one(node, "kg:extractor") or "",
            concept=concept,
        )

    def _place(self, node: Any) -> tuple[str, int, int, str]:
        begin, end = int(self.number(node, "kg:begin")), int(self.number(node, "kg:end"))
        return self.must(node, "kg:field"), begin, end, self.must(node, "kg:exact")

    def links(self) -> dict[str, list[Link]]:
        """Return the links by the IRI of their paper."""
        groups = self._group("inPaper", "LinkMention")
        return {paper: [self._link(n) for n in nodes] for paper, nodes in groups.items()}

    def _link(self, node: Any) -> Link:
        url = self.must(self.ref(self.must(node, "kg:refersTo")), "kg:url")
        return Link(*self._place(node), url=url, kind=self.must(node, "kg:linkKind"))

    def paper(
        self, node: Any, mentions: dict[str, list[Mention]], links: dict[str, list[Link]]
    ) -> Paper:
        """Return the record of a paper."""
        year = self.one(node, "dcterms:issued")
        return Paper(
            id=self.id(node),
            title=self.must(node, "dcterms:title"),
            abstract=self.one(node, "dcterms:abstract") or "",
            authors=self._authors(node),
            year=int(year) if year else None,
            venue=self.one(node, "kg:venue"),
            doi=self.one(node, "kg:doi"),
            arxiv_id=self.one(node, "kg:arxivId"),
            url=self.one(node, "kg:url"),
            source=self.one(node, "kg:readFrom"),
            language=self.one(node, "dcterms:language"),
            mentions=tuple(sorted(mentions.get(str(node), ()))),
            links=tuple(sorted(links.get(str(node), ()))),
        )

    def _authors(self, node: Any) -> tuple[str, ...]:
        found = self.all(node, "dcterms:creator")
        ordered = (self.one(node, "kg:authorList") or "").split("; ")
        return tuple(ordered if set(ordered) == set(found) else found)

    def concept(self, node: Any, kind: str) -> Concept:
        """Return the record of a concept."""
        found = self.decisions.get(str(node), [])
        return Concept(
            id=self.key(node),
            type=kind,
            label=self.must(node, "skos:prefLabel"),
            aliases=tuple(self.all(node, "skos:altLabel")),
            broader=tuple(self.key(other) for other in self.all(node, "skos:broader")),
            papers=int(self.number(node, "kg:paperCount")),
            introduced_by=tuple(self.id(p) for p in self.all(node, "kg:introducedBy")),
            merges=tuple(sorted(m for d in found for m in self._merges(d))),
            broader_why=tuple(sorted(b for d in found for b in self._broader(d))),
            matches=tuple(sorted(m for d in found for m in self._matches(d))),
        )

    def _why(self, node: Any) -> tuple[str, float]:
        return self.must(node, "kg:reason"), self.number(node, "kg:score")

    def _papers(self, node: Any) -> tuple[str, ...]:
        return tuple(self.id(paper) for paper in self.all(node, "kg:supportedBy"))

    def _merges(self, node: Any) -> list[Merge]:
        names = self.all(node, "kg:joinsName")
        return [Merge(name, *self._why(node), self._papers(node)) for name in names]

    def _broader(self, node: Any) -> list[Broader]:
        steps = self.all(node, "kg:joinsBroader")
        return [Broader(self.key(s), *self._why(node), self._papers(node)) for s in steps]

    def _matches(self, node: Any) -> list[Match]:
        relation = self.one(node, "kg:relation") or ""
        return [Match(relation, iri, *self._why(node)) for iri in self.all(node, "kg:joinsMatch")]
