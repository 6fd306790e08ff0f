"""The Neo4j export, loaded by an embedded property graph that was not written here.

Neo4j itself is not on a package index.  Ladybug (MIT, the kept successor of Kùzu) reads
the same CSV files with its own parser, with the types that the headers promise, and
refuses a relationship whose ends are no nodes.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from kg.export import Source, export
from kg.graph import build_graph
from kg.model import Concept, Paper
from kg.rdf import BuildInfo
from kg.rdf.terms import keep_xml
from tests.folders import make_records
from tests.rdf.conftest import hostile, rich  # noqa: F401 - fixtures

ladybug = pytest.importorskip("ladybug")

#: Type in a header (neo4j-admin database import, "CSV header format") -> Ladybug's.
TYPES = {"": "STRING", "int": "INT64", "double": "DOUBLE"}
#: How both read CSV: RFC 4180, line breaks within quotes, no escapes but the doubled quote.
CSV = "(header=true, parallel=false, escape='\"')"


def columns(path: Path) -> list[tuple[str, str]]:
    """Return (name, type) of a file's columns."""
    with path.open(encoding="utf-8", newline="") as lines:
        pairs = (cell.partition(":") for cell in next(csv.reader(lines)))
        return [(name, type) for name, _, type in pairs]


class Loaded:
    """An in-memory property graph of an export: a node table a file, a table a relationship."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._connection = ladybug.Connection(ladybug.Database(":memory:"))
        self.tables = {p.stem.removeprefix("nodes-"): p for p in sorted(folder.glob("nodes-*"))}
        for table, path in self.tables.items():
            self._load_nodes(table, path)
        self._load_edges(folder / "edges.csv")

    def rows(self, query: str) -> list[list[Any]]:
        """Return the rows of a Cypher query."""
        found = self._connection.execute(query)
        return [list(row) for row in found.get_all()]

    def _load_nodes(self, table: str, path: Path) -> None:
        types = {"ID": "STRING PRIMARY KEY", "LABEL": "STRING", **TYPES}
        named = {"LABEL": "labels"}
        pairs = [f"`{name or named[type]}` {types[type]}" for name, type in columns(path)]
        self.rows(f"CREATE NODE TABLE `{table}` ({', '.join(pairs)})")
        self.rows(f"COPY `{table}` FROM '{path}' {CSV}")

    def _load_edges(self, path: Path) -> None:
        assert columns(path)[:3] == [("", "START_ID"), ("", "TYPE"), ("", "END_ID")]
        names = [f"`{name}` {TYPES[type]}" for name, type in columns(path)[3:]]
        kinds = {"paper": "papers", "link": "links"}
        with path.open(encoding="utf-8", newline="") as lines:
            rows = [row[:3] for row in list(csv.reader(lines))[1:]]
        found = sorted({(k, *(kinds.get(n.split("/")[0], "concepts") for n in (a, b)))
                        for a, k, b in rows})  # fmt: skip
        for kind, start, end in found:
            table = f"{kind}_{start}_{end}"
            self.rows(f"CREATE REL TABLE `{table}` (FROM `{start}` TO `{end}`, {', '.join(names)})")
            self.rows(
                f"COPY `{table}` FROM (LOAD WITH HEADERS (`start` STRING, `type` STRING, "
                f"`end` STRING, {', '.join(names)}) FROM '{path}' {CSV} "
                f"WHERE `type` = '{kind}' AND {_of(start, 'start')} AND {_of(end, 'end')} "
                "RETURN `start`, `end`, `confidence`, `mentions`)"
            )
        self.edges = found


def _of(table: str, column: str) -> str:
    """Return the condition that a key belongs to a table: papers and links say so themselves."""
    paper, link = (f"starts_with(`{column}`, '{kind}/')" for kind in ("paper", "link"))
    return {"papers": paper, "links": link}.get(table, f"NOT {paper} AND NOT {link}")


@pytest.fixture(params=["rich", "hostile", "made"])
def records(request: pytest.FixtureRequest) -> tuple[list[Paper], list[Concept]]:
    if request.param == "made":
        return make_records(60)
    papers, concepts = request.getfixturevalue(request.param)
    return list(papers), list(concepts)


@pytest.fixture
def loaded(records: tuple[list[Paper], list[Concept]], tmp_path: Path) -> Loaded:
    papers, concepts = records
    source = Source(papers=papers, concepts=concepts, build=BuildInfo(version="9.9.9"))
    export(source, "neo4j", tmp_path / "out")
    return Loaded(tmp_path / "out")


def test_nodes_and_relationships_are_the_graph_s(
    loaded: Loaded, records: tuple[list[Paper], list[Concept]]
) -> None:
    graph = build_graph(*records)
    kinds = Counter(data["kind"] for _, data in graph.nodes(data=True))
    for table, kind in (("papers", "paper"), ("concepts", "concept"), ("links", "link")):
        assert loaded.rows(f"MATCH (n:`{table}`) RETURN count(n)") == [[kinds[kind]]]
    (total,) = loaded.rows("MATCH ()-[r]->() RETURN count(r)")
    assert total == [graph.number_of_edges()]
    by_role = Counter(key for *_, key in graph.edges(keys=True))
    for role, name in (("introduces", "INTRODUCES"), ("evaluatesOn", "EVALUATES_ON")):
        tables = [f"`{'_'.join(edge)}`" for edge in loaded.edges if edge[0] == name]
        counts = (loaded.rows(f"MATCH ()-[r:{t}]->() RETURN count(r)")[0][0] for t in tables)
        assert sum(counts) == by_role[role]


def test_every_value_is_read_as_it_was_written(
    loaded: Loaded, records: tuple[list[Paper], list[Concept]]
) -> None:
    """Quotes, commas, line breaks, signs of every script."""
    rows = loaded.rows("MATCH (p:papers) RETURN p.id, p.title, p.abstract, p.year ORDER BY p.node")
    wanted = sorted(records[0], key=lambda p: p.node)
    assert [row[1] for row in rows] == [keep_xml(p.title) for p in wanted]
    assert [row[2] or "" for row in rows] == [keep_xml(p.abstract) for p in wanted]
    assert [row[3] for row in rows] == [p.year for p in wanted]
    labels = dict(loaded.rows("MATCH (c:concepts) RETURN c.node, c.label"))
    assert labels == {keep_xml(c.id): keep_xml(c.label) for c in records[1]}
    counts = loaded.rows("MATCH (c:concepts) RETURN c.node, c.papers, c.labels")
    assert {(n, p) for n, p, _ in counts} == {(keep_xml(c.id), c.papers) for c in records[1]}
    assert {kinds for *_, kinds in counts} == {f"Concept;{c.type}" for c in records[1]}


def test_a_relationship_to_nowhere_would_be_noticed(tmp_path: Path) -> None:
    papers, concepts = make_records(5)
    source = Source(papers=papers, concepts=concepts[1:], build=BuildInfo(version="9.9.9"))
    gone = concepts[0].id
    if not any(m.concept == gone for p in papers for m in p.mentions):
        source = Source(papers=papers, concepts=(), build=BuildInfo(version="9.9.9"))
    export(source, "neo4j", tmp_path / "out")
    with pytest.raises(RuntimeError, match="primary key"):
        Loaded(tmp_path / "out")
