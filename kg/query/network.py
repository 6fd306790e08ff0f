"""The graph that a CONSTRUCT gives, as the part of the built graph that it speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pyoxigraph as ox

from kg import vocab
from kg.query.errors import QueryRefusedError

if TYPE_CHECKING:
    import networkx as nx


def to_network(body: bytes, graph: nx.MultiDiGraph, base: str) -> nx.MultiDiGraph:
    """Return the papers, concepts and edges of ``graph`` that triples speak of.

    A triple between a paper and a concept keeps their edge if its property is the
    edge's role or no role at all (``kg:mentions``, a property of the query's own);
    any other resource of the graph that occurs is kept as a node.

    Args:
        body: N-Triples, the answer to a CONSTRUCT or DESCRIBE.
        graph: of the whole folder (:mod:`kg.graph`).
        base: what the resources' IRIs begin with.

    Raises:
        QueryRefusedError: no paper of the graph is in the triples; the page draws papers
            and what they are connected with.
    """
    import networkx as nx

    part = nx.MultiDiGraph()
    for subject, property, target in _triples(body, base):
        for key in (subject, target):
            if key in graph and graph.nodes[key]["kind"] != "link":
                part.add_node(key, **graph.nodes[key])
        _add_edges(part, graph, subject, property, target)
    if not any(data["kind"] == "paper" for _, data in part.nodes(data=True)):
        raise QueryRefusedError(
            "no paper is in the answer, so there is nothing to draw; CONSTRUCT triples "
            "such as { ?paper kg:uses ?method }"
        )
    return part


def _triples(body: bytes, base: str) -> Iterator[tuple[str, str, str]]:
    for triple in ox.parse(body, format=ox.RdfFormat.N_TRIPLES):
        yield _key(triple.subject, base), triple.predicate.value, _key(triple.object, base)


def _key(term: Any, base: str) -> str:
    """The node key of a resource, "" for anything else."""
    if isinstance(term, ox.NamedNode) and term.value.startswith(base):
        return unquote(term.value.removeprefix(base))
    return ""


def _add_edges(
    part: nx.MultiDiGraph, graph: nx.MultiDiGraph, subject: str, property: str, target: str
) -> None:
    if not (subject in part and target in part):
        return
    role = property.removeprefix(vocab.KG)
    for one, other in ((subject, target), (target, subject)):
        for key, data in (graph.get_edge_data(one, other) or {}).items():
            if key == role or role not in vocab.ROLE_PROPERTIES:
                part.add_edge(one, other, key=key, **data)
