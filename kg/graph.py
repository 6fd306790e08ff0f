"""Records to a networkx graph and back, and the graph formats networkx writes.

Nodes, by key:

=====================  ========================================================
``paper/<paper id>``   kind "paper", type "Paper", label (the title), and title,
                       abstract, authors (tuple), year, venue, doi, arxiv_id, url
concept id             kind "concept", type "Method" ... "Metric", label, aliases
                       (tuple), papers (count), introduced_by (tuple of paper ids)
``link/<digest>``      kind "link", type "Link", label and url (the absolute URL)
=====================  ========================================================

Every node's ``record`` is the frozen record itself (for links the URL).  The graph of a
build or a built folder has ``graph.graph["build"]``, a :class:`kg.rdf.BuildInfo`.

Edges, all directed, by key:

===================  ============================  ===============================
paper -> concept     key and ``role``: strongest   kind "claim", confidence,
                     role                          mentions (tuple of Mention)
paper -> link        key "link"                    kind "link", link_kind, links
                                                   (tuple of Link)
concept -> concept   key "broader"                 kind "broader", reason, score
===================  ============================  ===============================

``build_graph`` and ``to_records`` are inverses: the graph is a projection of the
records and holds them whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kg.errors import RecordError, UsageError
from kg.model import Broader, Concept, Link, Merge, Paper, claims
from kg.text import NOT_XML

if TYPE_CHECKING:
    import networkx as nx

Record = TypeVar("Record", Paper, Concept, Merge, Broader)
Decision = TypeVar("Decision", Merge, Broader)

_PAPER_FIELDS = ("title", "abstract", "authors", "year", "venue", "doi", "arxiv_id", "url")


def build_graph(papers: Iterable[Paper], concepts: Iterable[Concept]) -> nx.MultiDiGraph:
    """Return the graph of linked papers and their concepts.

    Args:
        papers: papers whose mentions carry the id of their concept.
        concepts: every concept that a mention names.

    Returns:
        a ``networkx.MultiDiGraph`` with the nodes and edges of this module's table.

    Raises:
        RecordError: a mention or a broader concept is not among ``concepts``.
    """
    import networkx as nx

    graph = nx.MultiDiGraph()
    broader = []
    for concept in concepts:
        graph.add_node(concept.id, **_concept_attributes(concept))
        broader.append(concept)
    for paper in papers:
        graph.add_node(paper.node, **_paper_attributes(paper))
        _add_claims(graph, paper)
        _add_links(graph, paper)
    for concept in broader:
        _add_broader(graph, concept)
    return graph


def _paper_attributes(paper: Paper) -> dict[str, Any]:
    own = {name: getattr(paper, name) for name in _PAPER_FIELDS}
    return {"kind": "paper", "type": "Paper", "label": paper.title, **own, "record": paper}


def _concept_attributes(concept: Concept) -> dict[str, Any]:
    return {
        "kind": "concept",
        "type": concept.type,
        "label": concept.label,
        "aliases": concept.aliases,
        "papers": concept.papers,
        "introduced_by": concept.introduced_by,
        "record": concept,
    }


def _add_claims(graph: nx.MultiDiGraph, paper: Paper) -> None:
    for claim in claims(paper):
        _check_known(graph, claim.concept, f"paper {paper.id!r} mentions")
        graph.add_edge(
            paper.node,
            claim.concept,
            key=claim.role,
            kind="claim",
            role=claim.role,
            confidence=claim.confidence,
            mentions=claim.mentions,
        )


def _check_known(graph: nx.MultiDiGraph, concept: str, who: str) -> None:
    if concept not in graph:  # networkx would add a node that says nothing of itself
        raise RecordError(f"{who} {concept!r}, which is not among the concepts that were given")


def _add_links(graph: nx.MultiDiGraph, paper: Paper) -> None:
    groups: dict[str, list[Link]] = {}
    for link in paper.links:
        groups.setdefault(link.node, []).append(link)
    for node, links in groups.items():
        url = links[0].url
        graph.add_node(node, kind="link", type="Link", label=url, url=url, record=url)
        graph.add_edge(
            paper.node, node, key="link", kind="link", link_kind=links[0].kind, links=tuple(links)
        )


def _add_broader(graph: nx.MultiDiGraph, concept: Concept) -> None:
    why = {step.id: step for step in concept.broader_why}
    for target in concept.broader:
        _check_known(graph, target, f"{concept.id!r} falls under")
        step = why.get(target)
        graph.add_edge(
            concept.id,
            target,
            key="broader",
            kind="broader",
            reason=step.reason if step else "",
            score=step.score if step else 1.0,
        )


def check_graph(graph: Any) -> None:
    """Raise unless ``graph`` is a graph whose edges know their direction.

    Raises:
        UsageError: it is a folder's name, or what ``to_undirected`` gives, say.
    """
    if not (hasattr(graph, "is_directed") and graph.is_directed()):
        what = "an undirected graph" if hasattr(graph, "is_directed") else repr(graph)[:100]
        raise UsageError(
            f"found {what}, expected the graph that kg.build or kg.load_graph gives, or a part"
        )


def own_part(graph: nx.MultiDiGraph) -> nx.MultiDiGraph:
    """Return ``graph`` without the nodes and edges that somebody else added to it.

    Those have no ``kind`` of this module's tables.  The graph itself where there are none.

    Raises:
        UsageError: as :func:`check_graph`.
    """
    check_graph(graph)
    nodes = [node for node, data in graph.nodes(data=True) if "kind" not in data]
    edges = [edge for *edge, data in graph.edges(keys=True, data=True) if "kind" not in data]
    if not nodes and not edges:
        return graph
    part = graph.copy()
    part.remove_edges_from(edges)
    part.remove_nodes_from(nodes)
    return part


def to_records(graph: nx.MultiDiGraph) -> tuple[tuple[Paper, ...], tuple[Concept, ...]]:
    """Return the papers and the concepts of ``graph``, each sorted by id.

    The inverse of :func:`build_graph`, for whole graphs and for subgraphs: the records of a
    subgraph say what it still holds.  Mentions and links whose edge is gone go, as do
    broader concepts and papers that are not there; concepts count the papers that are left.

    Raises:
        UsageError: ``graph`` is no directed graph.
    """
    check_graph(graph)
    papers = sorted(
        (_kept_paper(graph, node, data["record"]) for node, data in _nodes(graph, "paper")),
        key=lambda paper: paper.id,
    )
    holders: dict[str, set[str]] = {node: set() for node, _ in _nodes(graph, "concept")}
    for paper in papers:
        for mention in paper.mentions:
            if mention.concept:
                holders[mention.concept].add(paper.id)
    there = {paper.id for paper in papers}
    concepts = sorted(
        _kept_concept(graph, data["record"], holders[node], there)
        for node, data in _nodes(graph, "concept")
    )
    return tuple(papers), tuple(concepts)


def _nodes(graph: nx.MultiDiGraph, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the nodes of one kind; those that a user added are of none."""
    return ((node, data) for node, data in graph.nodes(data=True) if data.get("kind") == kind)


def _kept_paper(graph: nx.MultiDiGraph, node: str, paper: Paper) -> Paper:
    near = graph.adj[node]
    mentions = tuple(m for m in paper.mentions if not m.concept or m.concept in near)
    links = tuple(link for link in paper.links if link.node in near)
    return _changed(paper, mentions=mentions, links=links)


def _kept_concept(
    graph: nx.MultiDiGraph, concept: Concept, holders: set[str], there: set[str]
) -> Concept:
    """Return ``concept`` as the graph has it: ``holders`` of its papers, ``there`` of all."""
    near = graph.adj[concept.id]
    why = (step for step in concept.broader_why if step.id in near)
    return _changed(
        concept,
        papers=min(concept.papers, len(holders)),
        broader=tuple(other for other in concept.broader if other in near),
        introduced_by=tuple(paper for paper in concept.introduced_by if paper in holders),
        merges=tuple(_kept_support(merge, there) for merge in concept.merges),
        broader_why=tuple(_kept_support(step, there) for step in why),
    )


def _kept_support(decision: Decision, there: set[str]) -> Decision:
    """Return a merge or a broader step without the papers that are gone."""
    return _changed(decision, papers=tuple(p for p in decision.papers if p in there))


def _changed(record: Record, **values: Any) -> Record:
    """Return ``record`` with ``values``; itself where it has them already."""
    if all(getattr(record, name) == value for name, value in values.items()):
        return record
    return replace(record, **values)


# --- formats -------------------------------------------------------------------


def to_flat(graph: nx.MultiDiGraph, *, abstracts: bool = True) -> nx.MultiDiGraph:
    """Return a copy whose attributes are plain strings and numbers, for file formats.

    Tuples become "; "-joined strings, evidence becomes counts, records go, and
    characters that XML cannot hold are dropped.
    """
    import networkx as nx

    flat = nx.MultiDiGraph()
    for node, data in graph.nodes(data=True):
        flat.add_node(_clean(node), **_flat_attributes(data, abstracts))
    for source, target, key, data in graph.edges(keys=True, data=True):
        flat.add_edge(_clean(source), _clean(target), key=key, **_flat_attributes(data, abstracts))
    return flat


def _flat_attributes(data: dict[str, Any], abstracts: bool) -> dict[str, Any]:
    left_out = {"record"} if abstracts else {"record", "abstract"}
    pairs = ((name, _flat_value(name, value)) for name, value in data.items())
    return {
        name: value for name, value in pairs if name not in left_out and value not in (None, "")
    }


def _flat_value(name: str, value: Any) -> Any:
    if name in ("mentions", "links"):
        return len(value)
    if isinstance(value, tuple):
        return _clean("; ".join(value))
    return _clean(value) if isinstance(value, str) else value


def _clean(text: str) -> str:
    return NOT_XML.sub("", text)


def write_graphml(graph: nx.MultiDiGraph, path: Path, *, abstracts: bool = True) -> None:
    """Write GraphML that Gephi, yEd, Cytoscape and ``networkx.read_graphml`` open."""
    import networkx as nx

    nx.write_graphml(to_flat(graph, abstracts=abstracts), path, named_key_ids=True)


def write_gexf(graph: nx.MultiDiGraph, path: Path, *, abstracts: bool = True) -> None:
    """Write GEXF 1.2 for Gephi."""
    import networkx as nx

    flat = to_flat(graph, abstracts=abstracts)
    generator = nx.generate_gexf(_numbered(flat), version="1.2draft")
    text = "\n".join(generator)
    # networkx stamps the file with today's date: the same graph must give the same bytes.
    text = re.sub(r' lastmodifieddate="[^"]*"', "", text, count=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def _numbered(flat: nx.MultiDiGraph) -> nx.MultiDiGraph:
    """Give every edge the id that GEXF wants, in a fixed order."""
    for number, (_, _, _, data) in enumerate(flat.edges(keys=True, data=True)):
        data["id"] = str(number)
    return flat


def write_node_link(graph: nx.MultiDiGraph, path: Path, *, abstracts: bool = True) -> None:
    """Write node-link JSON (``networkx.node_link_graph`` and d3 read it)."""
    import networkx as nx

    data = nx.node_link_data(to_flat(graph, abstracts=abstracts), edges="links")
    path.write_text(json.dumps(data, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
