"""Records to RDF: a stream of blocks, one subject with its statements each.

Every form of RDF is written from this one stream; nothing of it is held in memory
but the ids of links already stated.  A block is ``(subject, [(predicate, object)])``
of N-Triples terms (:mod:`kg.rdf.terms`), its statements in a fixed, readable order.
The blocks come in the order build, inputs, concepts, papers; after each paper its
mentions, its link mentions and the links seen for the first time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import KW_ONLY, dataclass, field
from urllib.parse import quote

from kg.build_info import BuildInfo
from kg.model import Concept, Link, Mention, Paper, claims, source_parts
from kg.rdf.terms import (
    check_base,
    decimal,
    integer,
    is_absolute,
    literal,
    name,
    resource,
    typed,
    uri,
)
from kg.text import digest, file_name, sentence_spans
from kg.vocab import BASE, LINK_PROPERTIES, ROLE_PROPERTIES, iri

Pair = tuple[str, str]
Block = tuple[str, list[Pair]]

A = name("rdf:type")
_MENTION = (A, name("kg:Mention"))
_LINK_MENTION = (A, name("kg:LinkMention"))
_PAPER = [(A, name(c)) for c in ("kg:Paper", "fabio:ResearchPaper", "schema:ScholarlyArticle")]
_MENTIONS, _HAS_LINK = name("kg:mentions"), name("kg:hasLink")
_ROLES = {role: name(f"kg:{role}") for role in ROLE_PROPERTIES}
_KINDS = {kind: name(f"kg:{local}") for kind, local in LINK_PROPERTIES.items()}
_IN_PAPER, _REFERS_TO, _ROLE = name("kg:inPaper"), name("kg:refersTo"), name("kg:role")
_EXACT, _FIELD, _BEGIN, _END = (name(f"kg:{n}") for n in ("exact", "field", "begin", "end"))
_SENTENCE, _CONFIDENCE = name("kg:sentence"), name("kg:confidence")
_EXTRACTOR, _GENERATED = name("kg:extractor"), name("prov:wasGeneratedBy")
_FIELD_NAMES = {"title": '"title"', "abstract": '"abstract"'}
_MATCHES = {
    r: name(f"skos:{r}")
    for r in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
}


@dataclass(frozen=True, slots=True)
class RdfSource:
    """What RDF is written from: the records of a graph, and what of them is stated.

    Attributes:
        papers: linked papers; mentions without a concept are left out.
        concepts: every concept that a mention names.
        build: how the graph was made; by default by this version, from unknown inputs.
        base: IRI under which everything is named; ends in "/" or "#".
        abstracts: whether to state ``dcterms:abstract``.
        sentences: whether to state ``kg:sentence``.
    """

    papers: Iterable[Paper]
    concepts: Iterable[Concept]
    build: BuildInfo = field(default_factory=BuildInfo)
    _: KW_ONLY
    base: str = BASE
    abstracts: bool = True
    sentences: bool = True

    def blocks(self) -> Iterator[Block]:
        """Yield the graph subject by subject.

        Raises:
            UsageError: ``base`` is not usable.
        """
        writer = _Writer(self, (_GENERATED, f"<{self.build.iri(check_base(self.base))}>"))
        yield from _build_blocks(writer)
        for concept in self.concepts:
            yield from _concept_blocks(concept, writer)
        for paper in self.papers:
            yield from _paper_blocks(paper, writer)


def count_triples(source: RdfSource) -> int:
    """Return how many triples the graph of ``source`` has, without writing it."""
    return sum(len(pairs) for _, pairs in source.blocks())


@dataclass(slots=True)
class _Writer:
    """What all blocks of one graph share."""

    source: RdfSource
    generated: Pair
    names: dict[str, str] = field(default_factory=dict)
    links: set[str] = field(default_factory=set)

    @property
    def base(self) -> str:
        """The IRI under which everything is named."""
        return self.source.base

    def node(self, key: str) -> str:
        """Return the IRI term of a node key (``method/lora``), cached."""
        found = self.names.get(key)
        if found is None:
            kind, _, rest = key.partition("/")
            found = self.names[key] = f"<{iri(kind, rest, self.base)}>"
        return found


# --- build -----------------------------------------------------------------------


def _build_blocks(writer: _Writer) -> Iterator[Block]:
    build, base = writer.source.build, writer.base
    used = sorted({found for _, found in build.inputs})
    pairs = [
        (A, name("kg:Build")),
        (A, name("prov:Activity")),
        (name("rdfs:label"), literal(f"paperkg {build.version}, build {build.id}")),
        (name("kg:softwareVersion"), literal(build.version)),
        *_optional("kg:modelName", build.model_name),
        *_optional("kg:modelVersion", build.model_version),
        *((name("kg:option"), literal(f"{key}={value}")) for key, value in build.options),
        *((name("prov:used"), _input(found, base)) for found in used),
    ]
    yield writer.generated[1], pairs
    for found in used:
        yield _input(found, base), [*_input_pairs(build, found)]
    yield (
        _scheme(base),
        [
            (A, name("skos:ConceptScheme")),
            (name("dcterms:title"), literal("Methods, data sets, benchmarks, tasks and metrics")),
            writer.generated,
        ],
    )


def _optional(curie: str, text: str | None) -> list[Pair]:
    return [(name(curie), literal(text))] if text else []


def _input(found: str, base: str) -> str:
    return f"<{iri('input', found[:16], base)}>"


def _input_pairs(build: BuildInfo, found: str) -> Iterator[Pair]:
    yield A, name("prov:Entity")
    for title in sorted(title for title, other in build.inputs if other == found):
        yield name("dcterms:title"), literal(title)
    yield name("kg:sha256"), literal(found)


def _scheme(base: str) -> str:
    return f"<{iri('scheme', 'concepts', base)}>"


# --- concepts --------------------------------------------------------------------


def _concept_blocks(concept: Concept, writer: _Writer) -> Iterator[Block]:
    subject = writer.node(concept.id)
    pairs = [
        (A, name(f"kg:{concept.type}")),
        (A, name("kg:Concept")),
        (A, name("skos:Concept")),
        (name("skos:prefLabel"), literal(concept.label)),
        *((name("skos:altLabel"), literal(alias)) for alias in _aliases(concept)),
        *((name("skos:broader"), writer.node(other)) for other in sorted(set(concept.broader))),
        *_match_pairs(concept),
        *((name("kg:introducedBy"), writer.node(f"paper/{p}")) for p in concept.introduced_by),
        (name("kg:paperCount"), integer(concept.papers)),
        (name("skos:inScheme"), _scheme(writer.base)),
    ]
    yield subject, pairs
    yield from _decision_blocks(concept, writer)


def _aliases(concept: Concept) -> list[str]:
    """A SKOS label is preferred or alternative, never both."""
    return sorted(set(concept.aliases) - {concept.label})


def _match_pairs(concept: Concept) -> Iterator[Pair]:
    for match in sorted({(m.relation, m.iri) for m in concept.matches}):
        relation = _MATCHES.get(match[0].removeprefix("skos:"))
        if relation and is_absolute(match[1]):
            yield relation, resource(match[1])


def _decision_blocks(concept: Concept, writer: _Writer) -> Iterator[Block]:
    for merge in sorted(set(concept.merges)):
        pair = (name("kg:joinsName"), literal(merge.name))
        yield _decision(concept, [pair], merge.reason, merge.score, merge.papers, writer)
    for step in sorted(set(concept.broader_why)):
        pair = (name("kg:joinsBroader"), writer.node(step.id))
        yield _decision(concept, [pair], step.reason, step.score, step.papers, writer)
    for match in sorted(set(concept.matches)):
        found = (name("kg:joinsMatch"), uri(match.iri))
        relation = (name("kg:relation"), literal(match.relation))
        yield _decision(concept, [found, relation], match.reason, match.score, (), writer)


def _decision(
    concept: Concept,
    joined: list[Pair],
    reason: str,
    score: float,
    papers: tuple[str, ...],
    writer: _Writer,
) -> Block:
    key = "|".join((concept.id, *(term for pair in joined for term in pair), reason))
    supported = ((name("kg:supportedBy"), writer.node(f"paper/{p}")) for p in sorted(set(papers)))
    pairs = [
        (A, name("kg:Decision")),
        (name("kg:decides"), writer.node(concept.id)),
        *joined,
        (name("kg:reason"), literal(reason)),
        (name("kg:score"), decimal(score)),
        *supported,
        writer.generated,
    ]
    return f"<{iri('decision', digest(key, 16), writer.base)}>", pairs


# --- papers ----------------------------------------------------------------------


def _paper_blocks(paper: Paper, writer: _Writer) -> Iterator[Block]:
    subject = f"<{iri('paper', paper.id, writer.base)}>"
    linked = [mention for mention in paper.mentions if mention.concept]
    yield subject, [*_PAPER, *_paper_pairs(paper, writer), *_edge_pairs(paper, writer)]
    quotes = _Quotes(paper, writer.source.sentences)
    for mention in sorted(set(linked)):
        yield _mention_block(paper, mention, subject, quotes, writer)
    for link in sorted(set(paper.links)):
        yield _link_mention_block(paper, link, subject, quotes, writer)
        if link.node not in writer.links:
            writer.links.add(link.node)
            yield writer.node(link.node), _link_pairs(link)


def _paper_pairs(paper: Paper, writer: _Writer) -> Iterator[Pair]:
    yield name("dcterms:title"), literal(paper.title)
    for author in sorted(set(paper.authors)):
        yield name("dcterms:creator"), literal(author)
    if len(paper.authors) > 1:
        yield name("kg:authorList"), literal("; ".join(paper.authors))
    if paper.year is not None:
        yield name("dcterms:issued"), typed(f"{paper.year:04d}", "xsd:gYear")
    yield from _optional("kg:venue", paper.venue)
    yield from _identifier_pairs(paper)
    yield from _optional("dcterms:language", paper.language)
    yield from _optional("kg:readFrom", to_place(paper.source or ""))
    if paper.abstract and writer.source.abstracts:
        yield name("dcterms:abstract"), literal(paper.abstract)


def to_place(source: str) -> str:
    """Return where a paper was read without the folders of somebody's machine.

    >>> to_place("/home/ada/lists/papers.txt:12"), to_place("refs.bib#conf/nips/Vaswani17")
    ('papers.txt:12', 'refs.bib#conf/nips/Vaswani17')
    """
    path, place = source_parts(source)
    file = file_name(path)
    return f"{file}{place}" if file or place.startswith(":") else ""


def _identifier_pairs(paper: Paper) -> Iterator[Pair]:
    known = {paper.id}
    known |= {f"doi:{paper.doi}"} if paper.doi else set()
    known |= {f"arxiv:{paper.arxiv_id}"} if paper.arxiv_id else set()
    for identifier in sorted(known):
        yield name("dcterms:identifier"), literal(identifier)
    yield from _optional("kg:doi", paper.doi)
    yield from _optional("kg:arxivId", paper.arxiv_id)
    if paper.url:
        yield name("kg:url"), uri(paper.url)
    yield from ((name("rdfs:seeAlso"), resource(page)) for page in _pages(paper))


def _pages(paper: Paper) -> Iterator[str]:
    if paper.arxiv_id:
        yield f"https://arxiv.org/abs/{_quoted(paper.arxiv_id)}"
    if paper.doi:
        yield f"https://doi.org/{_quoted(paper.doi)}"


def _quoted(text: str) -> str:
    return quote(text, safe="/:;()-._~", errors="backslashreplace")


def _edge_pairs(paper: Paper, writer: _Writer) -> list[Pair]:
    found = [(claim.role, writer.node(claim.concept)) for claim in claims(paper)]
    edges = [(_MENTIONS, node) for _, node in found]
    for role, predicate in _ROLES.items():
        edges += [(predicate, node) for own, node in found if own == role]
    nodes = sorted({(link.kind, link.node) for link in paper.links})
    links = dict.fromkeys((_HAS_LINK, writer.node(node)) for _, node in nodes)
    kinds = ((_KINDS[kind], writer.node(node)) for kind, node in nodes if kind in _KINDS)
    return [*edges, *links, *kinds]


class _Quotes:
    """The sentences of one paper as literals, each field split and escaped once."""

    __slots__ = ("_found", "_paper", "_spans", "_wanted")

    def __init__(self, paper: Paper, wanted: bool) -> None:
        self._paper, self._wanted = paper, wanted
        self._spans: dict[str, list[tuple[int, int]]] = {}
        self._found: dict[tuple[str, int, int], str] = {}

    def pairs(self, item: Mention | Link) -> list[Pair]:
        """Return the ``kg:sentence`` statement of a mention, if it is wanted."""
        if not self._wanted or not self._paper.text(item.field):
            return []
        spans = self._spans.get(item.field)
        if spans is None:
            spans = self._spans[item.field] = sentence_spans(self._paper.text(item.field))
        touched = [span for span in spans if span[0] < item.end and span[1] > item.start]
        begin, end = (touched[0][0], touched[-1][1]) if touched else (item.start, item.end)
        key = (item.field, begin, end)
        if key not in self._found:
            self._found[key] = literal(self._paper.text(item.field)[begin:end])
        return [(_SENTENCE, self._found[key])]


def _mention_block(
    paper: Paper, mention: Mention, subject: str, quotes: _Quotes, writer: _Writer
) -> Block:
    pairs = [
        _MENTION,
        (_IN_PAPER, subject),
        (_REFERS_TO, writer.node(mention.concept or "")),
        (_ROLE, _ROLES.get(mention.role, _MENTIONS)),
        *_place(mention),
        *quotes.pairs(mention),
        (_CONFIDENCE, decimal(mention.confidence)),
        *([(_EXTRACTOR, literal(mention.extractor))] if mention.extractor else ()),
        writer.generated,
    ]
    return f"<{writer.base}{mention.node(paper.id)}>", pairs


def _place(item: Mention | Link) -> tuple[Pair, ...]:
    return (
        (_EXACT, literal(item.text)),
        (_FIELD, _FIELD_NAMES[item.field]),
        (_BEGIN, integer(item.start)),
        (_END, integer(item.end)),
    )


def _link_mention_block(
    paper: Paper, link: Link, subject: str, quotes: _Quotes, writer: _Writer
) -> Block:
    place = f"{paper.id}|{link.field}|{link.start}|{link.end}|link"
    pairs = [
        _LINK_MENTION,
        (_IN_PAPER, subject),
        (_REFERS_TO, writer.node(link.node)),
        (_ROLE, _KINDS.get(link.kind, _HAS_LINK)),
        (name("kg:linkKind"), literal(link.kind)),
        *_place(link),
        *quotes.pairs(link),
        writer.generated,
    ]
    return f"<{writer.base}mention/{digest(place, 16)}>", pairs


def _link_pairs(link: Link) -> list[Pair]:
    return [
        (A, name("kg:Link")),
        (A, name("foaf:Document")),
        (name("kg:url"), uri(link.url)),
    ]
