"""The graph as packed columns: what the page carries as inert data.

Papers and concepts are numbered (papers by id, then concepts by id); claims and
mentions are parallel columns of small unsigned integers in base64, little endian.
Text offsets are in UTF-16 units, as the browser counts.  The page derives every
evidence sentence from the abstract, its sentence ends and the mention's offsets,
so no text is carried twice.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kg.graph import own_part
from kg.louvain import Ints, Network, find_communities
from kg.model import FIELDS, Concept, ConceptType, Mention, Paper, Role
from kg.text import sentence_spans
from kg.view.layout import place
from kg.view.regions import TYPE_WEIGHT, Region, name_regions, numbered

if TYPE_CHECKING:
    import networkx as nx

FORMAT = 1
TYPES = tuple(kind.value for kind in ConceptType)
ROLES = tuple(role.value for role in Role)

#: Characters of abstract that a page carries; above it abstracts stay behind,
#: then the sentences: a page beyond 40 MB opens nowhere.
TEXT_LIMIT = 40_000_000
#: Papers that a page carries; above it those with the fewest shared concepts stay behind.
PAPER_LIMIT = 50_000
#: Nodes on the map; above it the concepts of the fewest papers are folded away.
NODE_LIMIT = 100_000

#: How strongly a role ties a paper to a concept on the map.
_ROLE_TIE = {"introduces": 1.0, "comparesWith": 0.6, "mentions": 0.5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a page may carry; see the module's constants."""

    text: int = TEXT_LIMIT
    papers: int = PAPER_LIMIT
    nodes: int = NODE_LIMIT


@dataclass(slots=True)
class _Content:
    """The graph's records in page order, with what was left out of them."""

    papers: list[Paper]
    concepts: list[Concept]
    claims: list[tuple[int, int, int, float, tuple[Mention, ...]]]
    folded: dict[str, int] = field(default_factory=dict)

    def columns(self) -> tuple[Ints, Ints]:
        """Return the claims' (paper, concept) columns."""
        return (
            np.array([claim[0] for claim in self.claims], dtype=np.int64),
            np.array([claim[1] for claim in self.claims], dtype=np.int64),
        )


def build_payload(
    graph: nx.MultiDiGraph,
    *,
    title: str,
    abstracts: bool = True,
    sentences: bool = True,
    limits: Limits | None = None,
) -> dict[str, Any]:
    """Return the page's data as a JSON object.

    Args:
        graph: as :func:`kg.graph.build_graph` makes it; what others added to it is left out.
        title: heading of the page.
        abstracts: whether the abstracts are carried.
        sentences: whether the sentences of the mentions are carried when the
            abstracts are not.
        limits: what the page may carry; what goes beyond is counted in ``folded``.
    """
    limits = limits or Limits()
    content = _content(own_part(graph), limits)
    text = _text_level(content, abstracts, sentences, limits)
    where = _Map.of(content, limits)
    return {
        "format": FORMAT,
        "title": title,
        "tables": {"types": list(TYPES), "roles": list(ROLES), "venues": _venues(content.papers)},
        "papers": {**_paper_columns(content, text), **where.papers()},
        "concepts": {**_concept_columns(content), **where.concepts()},
        "claims": _claim_columns(content),
        "mentions": _mention_columns(content),
        "regions": where.region_rows(),
        "text": text,
        "folded": content.folded,
        "shown": where.shown(),
    }


# --- what is carried -------------------------------------------------------------


def _content(graph: nx.MultiDiGraph, limits: Limits) -> _Content:
    nodes = sorted(graph.nodes(data=True), key=lambda node: node[0])
    papers = [data["record"] for _, data in nodes if data["kind"] == "paper"]
    concepts = [data["record"] for _, data in nodes if data["kind"] == "concept"]
    kept = _best_connected(graph, papers, limits.papers)
    place_of = {paper.node: at for at, paper in enumerate(kept)}
    number = {concept.id: at for at, concept in enumerate(concepts)}
    claims = [
        (place_of[paper], number[concept], ROLES.index(data["role"]), *_evidence(data))
        for paper, concept, data in graph.edges(data=True)
        if data["kind"] == "claim" and paper in place_of
    ]
    claims.sort(key=lambda claim: claim[:3])
    left = len(papers) - len(kept)
    return _Content(kept, concepts, claims, {"papers": left} if left else {})


def _evidence(data: dict[str, Any]) -> tuple[float, tuple[Mention, ...]]:
    return data["confidence"], tuple(data["mentions"])


def _best_connected(graph: nx.MultiDiGraph, papers: list[Paper], limit: int) -> list[Paper]:
    """Return the papers with the most shared concepts, in the given order."""
    if len(papers) <= limit:
        return papers

    def shared(paper: Paper) -> int:
        return sum(graph.in_degree(other) > 1 for other in graph.successors(paper.node))

    ranked = sorted(papers, key=lambda paper: (-shared(paper), paper.id))
    kept = {paper.id for paper in ranked[:limit]}
    return [paper for paper in papers if paper.id in kept]


def _text_level(content: _Content, abstracts: bool, sentences: bool, limits: Limits) -> str:
    """Return "abstracts", "sentences" or "none", and count what the limit left out."""
    if abstracts:
        if sum(len(paper.abstract) for paper in content.papers) <= limits.text:
            return "abstracts"
        content.folded["abstracts"] = len(content.papers)
    if sentences:
        spans = (span for paper in content.papers for span in _touched(paper))
        if sum(end - start for start, end in spans) <= limits.text:
            return "sentences"
        content.folded["sentences"] = len(content.papers)
    return "none"


# --- the map ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Map:
    """Places and regions: of every paper, and of the concepts that are on the map."""

    paper_points: npt.NDArray[np.float64]
    concept_points: npt.NDArray[np.float64]
    on_map: npt.NDArray[np.bool_]
    paper_region: Ints
    concept_region: Ints
    regions: list[Region]
    least: int

    @classmethod
    def of(cls, content: _Content, limits: Limits) -> _Map:
        """Lay out papers and the concepts that at least two of them share."""
        concepts = content.columns()[1]
        count = len(content.papers)
        spread = np.bincount(concepts, minlength=len(content.concepts))
        least = _least_papers(spread, limits.nodes - count)
        on_map = spread >= least
        network = _network(content, on_map, spread)
        communities = find_communities(network)
        points = place(network, communities)
        regions, of_region, on_concepts = _regions(content, communities, on_map)
        concept_points = np.zeros((len(content.concepts), 2))
        concept_points[on_map] = points[count:]
        return cls(points[:count], concept_points, on_map, of_region, on_concepts, regions, least)

    def papers(self) -> dict[str, Any]:
        """Return the papers' columns."""
        return {**_point_columns(self.paper_points), "region": _column(self.paper_region)}

    def concepts(self) -> dict[str, Any]:
        """Return the concepts' columns."""
        return {
            **_point_columns(self.concept_points),
            "region": _column(self.concept_region),
            "on": _column(self.on_map.astype(np.int64)),
        }

    def region_rows(self) -> list[dict[str, Any]]:
        """Return label, telling concepts and number of papers per region."""
        return [
            {"label": r.label, "concepts": list(r.concepts), "papers": r.papers}
            for r in self.regions
        ]

    def shown(self) -> dict[str, int]:
        """Return how many nodes are on the map and what it takes for a concept to be."""
        return {"nodes": len(self.paper_points) + int(self.on_map.sum()), "least": self.least}


def _least_papers(spread: Ints, room: int) -> int:
    """Return in how many papers a concept must be to fit on the map; 2 if there is room."""
    least = 2
    while int((spread >= least).sum()) > max(room, 0) and least < 1000:
        least += 1
    return least


def _network(content: _Content, on_map: npt.NDArray[np.bool_], spread: Ints) -> Network:
    papers, concepts = content.columns()
    place_of = np.cumsum(on_map) - 1 + len(content.papers)
    weights = np.array(
        [_tie(content, claim, int(spread[claim[1]])) for claim in content.claims], dtype=np.int64
    )
    use = on_map[concepts] if len(concepts) else np.zeros(0, dtype=bool)
    size = len(content.papers) + int(on_map.sum())
    return Network(size, papers[use], place_of[concepts[use]], weights[use])


def _tie(content: _Content, claim: tuple[Any, ...], spread: int) -> int:
    """Return a claim's weight on the map: telling types, rare concepts and strong roles more."""
    kind = TYPE_WEIGHT.get(content.concepts[claim[1]].type, 1.0)
    role = _ROLE_TIE.get(ROLES[claim[2]], 0.8)
    rarity = math.log(1 + len(content.papers) / (1 + spread))
    return max(1, round(100 * kind * role * rarity))


def _regions(
    content: _Content, communities: Ints, on_map: npt.NDArray[np.bool_]
) -> tuple[list[Region], Ints, Ints]:
    count = len(content.papers)
    types = [concept.type for concept in content.concepts]
    labels = [concept.label for concept in content.concepts]
    regions, number = name_regions(communities[:count], content.columns(), types, labels)
    padded = np.concatenate([number, np.zeros(len(communities) + 1, dtype=np.int64)])
    on_concepts = np.zeros(len(content.concepts), dtype=np.int64)
    on_concepts[on_map] = padded[communities[count:]]
    return regions, padded[communities[:count]], on_concepts


# --- columns ------------------------------------------------------------------------


def _column(values: Ints | Sequence[int]) -> dict[str, Any]:
    """Return a column of whole numbers in the smallest type that holds them, base64."""
    data = np.asarray(values, dtype=np.int64)
    kind = _smallest(data)
    packed = data.astype(np.dtype(kind).newbyteorder("<")).tobytes()
    return {"t": kind, "b": base64.b64encode(packed).decode("ascii")}


def _smallest(data: Ints) -> str:
    if not len(data):
        return "uint8"
    low, high = int(data.min()), int(data.max())
    kinds = ("uint8", "uint16", "uint32") if low >= 0 else ("int8", "int16", "int32")
    return next(k for k in kinds if np.iinfo(k).min <= low and high <= np.iinfo(k).max)


def _point_columns(points: npt.NDArray[np.float64]) -> dict[str, Any]:
    """Return x and y in tenths of a layout unit."""
    tenths = np.round(points * 10).astype(np.int64)
    return {"x": _column(tenths[:, 0]), "y": _column(tenths[:, 1])}


def _venues(papers: Iterable[Paper]) -> list[str]:
    return list(numbered([paper.venue for paper in papers if paper.venue]))


def _paper_columns(content: _Content, text: str) -> dict[str, Any]:
    papers = content.papers
    venue = numbered([paper.venue for paper in papers if paper.venue])
    return {
        "id": [paper.id for paper in papers],
        "title": [paper.title for paper in papers],
        "authors": [list(paper.authors) for paper in papers],
        "year": _column([paper.year or 0 for paper in papers]),
        "venue": _column([venue[paper.venue] + 1 if paper.venue else 0 for paper in papers]),
        "doi": _sparse(paper.doi for paper in papers),
        "arxiv": _sparse(paper.arxiv_id for paper in papers),
        "url": _sparse(paper.url for paper in papers),
        "links": _sparse(_links(paper) for paper in papers),
        "text": [_carried(content, at, text) for at in _mentioned(content, text)],
    }


def _sparse(values: Iterable[Any]) -> dict[str, Any]:
    return {str(at): value for at, value in enumerate(values) if value}


def _links(paper: Paper) -> list[list[str]]:
    found = {link.url: [link.kind, link.url] for link in paper.links}
    return sorted(found.values())


def _mentioned(content: _Content, text: str) -> range:
    return range(len(content.papers)) if text != "none" else range(0)


def _carried(content: _Content, at: int, text: str) -> list[Any]:
    """Return a paper's sentences as [offset, sentence, offset, sentence, ...].

    With "abstracts" the pieces join to the whole abstract; with "sentences" only
    those with a mention are there.
    """
    paper = content.papers[at]
    spans = _pieces(paper.abstract) if text == "abstracts" else _touched(paper)
    return [
        item
        for start, end in spans
        for item in (_utf16(paper.abstract, start), paper.abstract[start:end])
    ]


def _pieces(abstract: str) -> list[tuple[int, int]]:
    """Cut an abstract into sentences that keep the white space between them.

    >>> _pieces("One. Two.")
    [(0, 5), (5, 9)]
    """
    starts = [start for start, _ in sentence_spans(abstract)]
    return list(zip([0, *starts[1:]], [*starts[1:], len(abstract)], strict=True)) if starts else []


def _touched(paper: Paper) -> list[tuple[int, int]]:
    spots = [(m.start, m.end) for m in paper.mentions if m.field == "abstract" and m.concept]
    return [
        (start, end)
        for start, end in sentence_spans(paper.abstract)
        if any(one < end and two > start for one, two in spots)
    ]


def _utf16(text: str, offset: int) -> int:
    """Return an offset in code points as one in UTF-16 units.

    >>> _utf16("a😀b", 2)
    3
    """
    return offset + sum(char > "\uffff" for char in text[:offset])


def _concept_columns(content: _Content) -> dict[str, Any]:
    concepts = content.concepts
    number = {concept.id: at for at, concept in enumerate(concepts)}
    return {
        "id": [concept.id for concept in concepts],
        "type": _column([TYPES.index(concept.type) for concept in concepts]),
        "label": [concept.label for concept in concepts],
        "aliases": _sparse(list(concept.aliases) for concept in concepts),
        "merges": _sparse(_merges(concept) for concept in concepts),
        "broader": _sparse(_broader(concept, number) for concept in concepts),
        "matches": _sparse([[m.relation, m.iri] for m in c.matches] for c in concepts),
    }


def _merges(concept: Concept) -> list[list[Any]]:
    return [[merge.name, merge.reason, merge.score] for merge in concept.merges]


def _broader(concept: Concept, number: dict[str, int]) -> list[list[Any]]:
    why = {step.id: (step.reason, step.score) for step in concept.broader_why}
    return [[number[b], *why.get(b, ("", 1.0))] for b in concept.broader if b in number]


def _claim_columns(content: _Content) -> dict[str, Any]:
    papers, concepts = content.columns()
    return {
        "paper": _column(papers),
        "concept": _column(concepts),
        "role": _column([claim[2] for claim in content.claims]),
        "confidence": _column([round(claim[3] * 100) for claim in content.claims]),
        "mentions": _column([len(claim[4]) for claim in content.claims]),
    }


def _mention_columns(content: _Content) -> dict[str, Any]:
    """Return the mentions of all claims, in the claims' order."""
    rows = [
        row for claim in content.claims for row in _mention_rows(content.papers[claim[0]], claim[4])
    ]
    names = ("field", "start", "length", "role", "confidence")
    columns = zip(*rows, strict=True) if rows else [[] for _ in names]
    return {name: _column(list(values)) for name, values in zip(names, columns, strict=True)}


def _mention_rows(paper: Paper, mentions: Iterable[Mention]) -> Iterable[tuple[int, ...]]:
    for mention in sorted(mentions):
        text = paper.text(mention.field)
        start, end = _utf16(text, mention.start), _utf16(text, mention.end)
        role = ROLES.index(mention.role) if mention.role in ROLES else len(ROLES) - 1
        confidence = round(mention.confidence * 100)
        yield FIELDS.index(mention.field), start, end - start, role, confidence
