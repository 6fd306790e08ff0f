"""Graph analysis: what is shared, what is similar, what lies between.

Every function takes the graph of :func:`kg.build` and returns plain rows
(frozen records), best first, ties broken by id, so that results are the same on
any machine; anything else than such a graph is a ``UsageError``.  Each is the twin
of a command of ``kg``.

Similarity and projection work on the bipartite graph of papers and concepts;
a concept counts for less the more papers share it (inverse document frequency,
Sparck Jones, "A statistical interpretation of term specificity", 1972).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kg.errors import NotFoundError, UsageError
from kg.graph import check_graph, own_part
from kg.model import ConceptType
from kg.nearest import nearest_hint
from kg.text import fold, sentence_at

if TYPE_CHECKING:
    import networkx as nx

#: How much a role ties a paper to a concept: what it introduces or studies says
#: more about it than what it mentions in passing.
ROLE_WEIGHT = {
    "introduces": 1.0,
    "addresses": 1.0,
    "evaluatesOn": 0.9,
    "uses": 0.8,
    "comparesWith": 0.6,
    "reports": 0.4,
    "mentions": 0.2,
}


@dataclass(frozen=True, slots=True)
class Similar:
    """A node like another: cosine in [0, 1] and the labels of what they share, rarest first."""

    id: str
    label: str
    type: str
    score: float
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A node and its score under the measure asked for; ``papers`` counts its papers."""

    id: str
    label: str
    type: str
    papers: int
    score: float


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: the node, and the relation that led to it ("" for the first)."""

    id: str
    label: str
    type: str
    relation: str


@dataclass(frozen=True, slots=True)
class Community:
    """A group of papers and concepts, named by its most telling concepts."""

    number: int
    name: str
    papers: int
    concepts: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """Papers a year that have a concept, and that share of the year's papers in [0, 1]."""

    id: str
    label: str
    type: str
    year: int
    papers: int
    share: float


# --- finding a node ---------------------------------------------------------------


def find_node(graph: nx.MultiDiGraph, name: str) -> str:
    """Return the key of the paper or concept that ``name`` names.

    ``name`` is a node key ("method/lora", or "method:lora" as SPARQL's prefixes
    write it), a paper's id, title, DOI, arXiv id or key in its input, a label or an
    alias; the comparison ignores case and punctuation.  Of several, a label wins over
    an alias and the node with more papers over one with fewer.

    Raises:
        NotFoundError: nothing has that name; the message offers the nearest names.
    """
    check_graph(graph)
    for key in (name, f"paper/{name}", name.replace(":", "/", 1)):
        if key in graph and graph.nodes[key].get("kind", "link") != "link":
            return key
    key = fold(name)
    found = [
        (not is_label, -graph.nodes[node].get("papers", 1), node)
        for node, folded, is_label in _names(graph)
        if folded == key
    ]
    if not found:
        raise NotFoundError(_unknown(graph, name))
    return min(found)[2]


def _names(graph: nx.MultiDiGraph) -> Iterable[tuple[str, str, bool]]:
    for node, data in graph.nodes(data=True):
        if data.get("kind", "link") == "link":
            continue
        yield node, fold(data["label"]), True
        others = data["record"].names if data["kind"] == "paper" else data["aliases"]
        for other in others:
            yield node, fold(other), False


def _unknown(graph: nx.MultiDiGraph, name: str) -> str:
    labels = (d["label"] for _, d in graph.nodes(data=True) if d.get("kind", "link") != "link")
    return f"{name!r} is no paper or concept of this graph{nearest_hint(name, labels)}"


# --- similar ----------------------------------------------------------------------


def similar(graph: nx.MultiDiGraph, name: str, *, limit: int = 10) -> list[Similar]:
    """Return the nodes of the same kind most like ``name``, with what they share.

    Papers are compared by their concepts, concepts by the papers that have them:
    cosine of vectors weighted by role and by inverse document frequency
    (Salton & McGill, "Introduction to Modern Information Retrieval", 1983).
    Concepts are compared with concepts of the same type.

    Raises:
        NotFoundError: nothing has that name.
        UsageError: a limit below 0.
    """
    _check_limit(limit)
    graph = own_part(graph)
    node = find_node(graph, name)
    vectors = _vectors(graph, paper_side=graph.nodes[node]["kind"] == "paper")
    own = vectors.get(node, {})
    kin = graph.nodes[node]["type"]
    rows = [
        _similar_row(graph, other, own, vectors[other])
        for other in sorted(vectors)
        if other != node
        and graph.nodes[other]["type"] == kin
        and own.keys() & vectors[other].keys()
    ]
    return sorted(rows, key=lambda row: (-row.score, row.id))[:limit]


def _vectors(graph: nx.MultiDiGraph, *, paper_side: bool) -> dict[str, dict[str, float]]:
    """Return node -> {neighbour: weight} over the claims, from one side or the other."""
    pairs = [
        (s, t, ROLE_WEIGHT[d["role"]]) if paper_side else (t, s, ROLE_WEIGHT[d["role"]])
        for s, t, d in graph.edges(data=True)
        if d["kind"] == "claim"
    ]
    spread = Counter(far for _, far, _ in pairs)
    total = len({near for near, _, _ in pairs})
    vectors: dict[str, dict[str, float]] = defaultdict(dict)
    for near, far, weight in pairs:
        vectors[near][far] = weight * math.log(1 + total / spread[far])
    return dict(vectors)


def _similar_row(
    graph: nx.MultiDiGraph, other: str, a: dict[str, float], b: dict[str, float]
) -> Similar:
    shared = sorted(a.keys() & b.keys(), key=lambda node: (-a[node] * b[node], node))
    dot = sum(a[node] * b[node] for node in shared)
    data = graph.nodes[other]
    labels = tuple(graph.nodes[node]["label"] for node in shared)
    return Similar(
        other, data["label"], data["type"], round(dot / (_norm(a) * _norm(b)), 4), labels
    )


def _norm(vector: dict[str, float]) -> float:
    return math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0


# --- path -------------------------------------------------------------------------


def path(graph: nx.MultiDiGraph, start: str, end: str, *, limit: int = 1) -> list[list[Step]]:
    """Return the ``limit`` cheapest paths between two nodes, as lists of steps.

    A step through a concept costs the logarithm of how many papers share it, so
    that paths avoid hubs such as "large language models" where they can
    (after Faloutsos, McCurley & Tomkins, "Fast discovery of connection
    subgraphs", KDD 2004).

    Raises:
        NotFoundError: one of the nodes is unknown, or no path joins them.
        UsageError: a limit below 0.
    """
    import networkx as nx

    _check_limit(limit)
    graph = own_part(graph)
    source, target = find_node(graph, start), find_node(graph, end)
    flat = _cost_graph(graph)
    if not nx.has_path(flat, source, target):
        raise NotFoundError(
            f"no path joins {start!r} and {end!r}: they share nothing, even far off"
        )
    paths = nx.shortest_simple_paths(flat, source, target, weight="cost")
    return [_steps(graph, nodes) for nodes, _ in zip(paths, range(limit), strict=False)]


def _cost_graph(graph: nx.MultiDiGraph) -> nx.Graph:
    import networkx as nx

    flat = nx.Graph()
    flat.add_nodes_from(sorted(n for n, d in graph.nodes(data=True) if d["kind"] != "link"))
    for source, target, data in sorted(graph.edges(data=True), key=lambda edge: edge[:2]):
        if data["kind"] != "link":
            flat.add_edge(source, target, cost=1 + math.log1p(graph.degree(target)))
    return flat


def _steps(graph: nx.MultiDiGraph, nodes: list[str]) -> list[Step]:
    relations = ["", *(_relation(graph, a, b) for a, b in pairwise(nodes))]
    return [
        Step(node, graph.nodes[node]["label"], graph.nodes[node]["type"], relation)
        for node, relation in zip(nodes, relations, strict=True)
    ]


def _relation(graph: nx.MultiDiGraph, a: str, b: str) -> str:
    """Return the relation from a to b; "^" marks one that runs the other way, as in SPARQL."""
    if graph.has_edge(a, b):
        return str(min(graph[a][b]))
    return f"^{min(graph[b][a])}"


# --- top --------------------------------------------------------------------------

MEASURES = ("papers", "pagerank", "betweenness")


def top(
    graph: nx.MultiDiGraph,
    *,
    type: str | None = None,
    role: str | None = None,
    by: str = "papers",
    limit: int = 10,
) -> list[Ranked]:
    """Return the nodes that stand out, by one of :data:`MEASURES`.

    Args:
        type: keep only this type: Method, Dataset, Benchmark, Task, Metric or
            Paper; by default all concepts.
        role: count only claims in this role, one of :data:`ROLE_WEIGHT`'s; goes with
            ``by="papers"`` alone.
        by: "papers" (claims that reach the node), "pagerank" (Brin & Page 1998,
            on the undirected graph) or "betweenness" (Brandes 2001, sampled from
            200 sources above 2,000 nodes).
        limit: how many rows.

    Raises:
        UsageError: an unknown measure, type or role, a role with another measure, a
            limit below 0.
    """
    graph = own_part(graph)
    _check_limit(limit)
    _check_word("by", by, MEASURES)
    _check_word("type", type or "Paper", (*ConceptType, "Paper"))
    _check_word("role", role or "uses", tuple(ROLE_WEIGHT))
    if role and by != "papers":
        raise UsageError(f"role {role!r} counts papers; {by} knows no roles")
    scores = _scores(graph, by, role)
    wanted = [n for n in sorted(scores) if _is_type(graph.nodes[n], type)]
    wanted.sort(key=lambda node: (-scores[node], node))
    return [_ranked(graph, node, scores[node]) for node in wanted[:limit]]


def _check_limit(limit: int) -> None:
    if limit < 0:  # a slice would leave out the last rows instead, a range be empty
        raise UsageError(f"limit {limit}: expected a number from 0")


def _check_word(what: str, word: str, known: Sequence[str]) -> None:
    if word not in known:
        hint = nearest_hint(word, map(str, known), limit=1)  # an enum would show its repr
        raise UsageError(f"{what} {word!r}: expected one of {', '.join(known)}{hint}")


def _is_type(data: dict[str, Any], type: str | None) -> bool:
    return bool(data["kind"] == "concept" if type is None else data["type"] == type)


def _ranked(graph: nx.MultiDiGraph, node: str, score: float) -> Ranked:
    data = graph.nodes[node]
    return Ranked(node, data["label"], data["type"], data.get("papers", 1), round(score, 6))


def _scores(graph: nx.MultiDiGraph, by: str, role: str | None) -> dict[str, float]:
    if by == "papers":
        return _claim_counts(graph, role)
    import networkx as nx

    flat = _cost_graph(graph)
    if by == "pagerank":
        # The tolerance is multiplied by the number of nodes: the default is 5 % off at 100,000.
        return dict(nx.pagerank(flat, tol=1e-10, max_iter=500, weight=None))
    sample = 200 if len(flat) > 2000 else None
    return dict(nx.betweenness_centrality(flat, k=sample, seed=0))


def _claim_counts(graph: nx.MultiDiGraph, role: str | None) -> dict[str, float]:
    counts: dict[str, float] = {}
    for source, target, data in graph.edges(data=True):
        if data["kind"] == "claim" and role in (None, data["role"]):
            counts[target] = counts.get(target, 0) + 1
            counts[source] = counts.get(source, 0) + 1
    return counts


# --- communities ------------------------------------------------------------------

#: Communities are found over whole numbers; the least weight of a claim is 0.14.
_WEIGHT_STEPS = 1000


def communities(graph: nx.MultiDiGraph, *, resolution: float = 1.0) -> list[Community]:
    """Return communities of papers and concepts, largest first.

    The Louvain method (:mod:`kg.louvain`) over the claims, weighted as in
    :func:`similar`.  Nodes without a claim are in none.

    Args:
        resolution: above 1 more and smaller communities, below 1 fewer.

    Raises:
        UsageError: a resolution that is no number above 0.
    """
    graph = own_part(graph)
    if not 0 < resolution < math.inf:
        raise UsageError(f"resolution {resolution}: expected a number above 0")
    from kg.louvain import Network, find_communities

    vectors = _vectors(graph, paper_side=True)
    nodes = sorted(vectors.keys() | {concept for own in vectors.values() for concept in own})
    at = {node: number for number, node in enumerate(nodes)}
    edges = (
        (at[paper], at[concept], round(weight * _WEIGHT_STEPS))
        for paper in sorted(vectors)
        for concept, weight in sorted(vectors[paper].items())
    )
    found = find_communities(Network.from_edges(len(nodes), edges), resolution=resolution)
    groups: dict[int, list[str]] = defaultdict(list)
    for node, group in zip(nodes, found.tolist(), strict=True):
        groups[group].append(node)
    return [_community(graph, number + 1, groups[number]) for number in sorted(groups)]


def _community(graph: nx.MultiDiGraph, number: int, members: list[str]) -> Community:
    papers = [node for node in members if graph.nodes[node]["kind"] == "paper"]
    return Community(
        number, _name(graph, members), len(papers), len(members) - len(papers), tuple(members)
    )


def _name(graph: nx.MultiDiGraph, members: list[str]) -> str:
    """Name a group by the three concepts whose claims lie most within it; metrics name nothing."""
    inside = set(members)
    scored = []
    for node in members:
        data = graph.nodes[node]
        if data["kind"] == "concept" and data["type"] != "Metric":
            claims = [s for s, _, d in graph.in_edges(node, data=True) if d["kind"] == "claim"]
            within = sum(source in inside for source in claims)
            scored.append((-within * within / max(len(claims), 1), node))
    return ", ".join(graph.nodes[node]["label"] for _, node in sorted(scored)[:3])


# --- trends -----------------------------------------------------------------------


def trends(
    graph: nx.MultiDiGraph,
    names: str | Iterable[str] = (),
    *,
    type: str | None = None,
    limit: int = 10,
) -> list[Trend]:
    """Return papers per year for ``names``, or for the ``limit`` most shared concepts.

    Years in which a concept has no paper are left out; papers without a year
    are not counted.

    Args:
        names: one or several, as :func:`find_node` takes them.
        type: without names, only concepts of this type; all by default.
        limit: without names, how many concepts.

    Raises:
        NotFoundError: a name that nothing has.
        UsageError: an unknown type, a limit below 0.
    """
    _check_limit(limit)
    graph = own_part(graph)
    wanted = [names] if isinstance(names, str) else names  # else each letter were a name
    nodes = [find_node(graph, name) for name in wanted] or [
        row.id for row in top(graph, type=type, limit=limit)
    ]
    per_year = Counter(
        d["year"] for _, d in graph.nodes(data=True) if d["kind"] == "paper" and d["year"]
    )
    return [row for node in nodes for row in _trend(graph, node, per_year)]


def _trend(graph: nx.MultiDiGraph, node: str, per_year: Counter[int]) -> list[Trend]:
    data = graph.nodes[node]
    papers = [s for s, _, d in graph.in_edges(node, data=True) if d["kind"] == "claim"]
    years = Counter(graph.nodes[p]["year"] for p in papers if graph.nodes[p]["year"])
    return [
        Trend(node, data["label"], data["type"], year, count, round(count / per_year[year], 4))
        for year, count in sorted(years.items())
    ]


# --- one node ---------------------------------------------------------------------


def describe(graph: nx.MultiDiGraph, name: str) -> dict[str, Any]:
    """Return everything the graph says of one paper or concept, as plain data.

    Evidence comes as sentences with the words and their place.

    Raises:
        NotFoundError: nothing has that name.
    """
    graph = own_part(graph)
    node = find_node(graph, name)
    record = graph.nodes[node]["record"]
    facts: dict[str, Any] = {
        k: v for k, v in record.to_dict().items() if k not in ("mentions", "links")
    }
    edges = graph.out_edges if graph.nodes[node]["kind"] == "paper" else graph.in_edges
    found = sorted(edges(node, keys=True, data=True), key=lambda edge: (edge[2], edge[0], edge[1]))
    facts["claims"] = [_claim(graph, *edge) for edge in found if edge[3]["kind"] == "claim"]
    facts["links"] = [
        {"url": graph.nodes[t]["url"], "kind": d["link_kind"]}
        for _, t, _, d in found
        if d["kind"] == "link"
    ]
    return facts


def _claim(
    graph: nx.MultiDiGraph, source: str, target: str, _: str, data: dict[str, Any]
) -> dict[str, Any]:
    paper = graph.nodes[source]["record"]
    evidence = [
        {
            "text": mention.text,
            "field": mention.field,
            "start": mention.start,
            "end": mention.end,
            "sentence": sentence_at(paper.text(mention.field), mention.start, mention.end),
        }
        for mention in data["mentions"]
    ]
    return {
        "paper": paper.id,
        "title": paper.title,
        "concept": target,
        "label": graph.nodes[target]["label"],
        "type": graph.nodes[target]["type"],
        "role": data["role"],
        "confidence": data["confidence"],
        "evidence": evidence,
    }
