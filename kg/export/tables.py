"""Tables of papers, concepts, mentions, links and edges: CSV, Parquet, Neo4j's import.

Each is a folder with a file a table, written beside its target and swapped in whole.
``mentions`` and ``links`` hold what stands where in which paper.  ``edges`` holds what
the graph states, by the keys of :mod:`kg.graph`: paper to concept (role, confidence,
number of mentions), paper to link, concept to broader one.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from kg.errors import BuildError, MissingExtraError, UsageError
from kg.export.source import Source
from kg.files import replace_folder
from kg.model import Link, Paper, claims
from kg.rdf.blocks import to_place
from kg.rdf.terms import keep_xml

Row = tuple[Any, ...]

#: Table -> its columns, with the Python type of each.
COLUMNS: dict[str, dict[str, type]] = {
    "papers": {
        "id": str, "title": str, "abstract": str, "authors": str, "year": int, "venue": str,
        "doi": str, "arxiv_id": str, "url": str, "language": str, "source": str,
    },
    "concepts": {
        "id": str, "type": str, "label": str, "aliases": str, "papers": int,
        "introduced_by": str,
    },
    "mentions": {
        "id": str, "paper": str, "concept": str, "field": str, "start": int, "end": int,
        "text": str, "type": str, "role": str, "confidence": float, "extractor": str,
    },
    "links": {
        "id": str, "paper": str, "field": str, "start": int, "end": int, "text": str, "url": str,
        "kind": str,
    },
    "edges": {
        "source": str, "relation": str, "target": str, "confidence": float, "mentions": int,
    },
}  # fmt: skip


def to_rows(source: Source, table: str) -> Iterator[Row]:
    """Yield the rows of one of the :data:`COLUMNS`' tables, in a fixed order."""
    return _ROWS[table](source)


def _papers(source: Source) -> Iterator[Row]:
    for p in source.papers:
        abstract = p.abstract if source.abstracts else ""
        yield (
            p.id, p.title, abstract, "; ".join(p.authors), p.year, p.venue, p.doi, p.arxiv_id,
            p.url, p.language, to_place(p.source or ""),
        )  # fmt: skip


def _concepts(source: Source) -> Iterator[Row]:
    for c in source.concepts:
        aliases, first = "; ".join(c.aliases), "; ".join(c.introduced_by)
        yield c.id, c.type, c.label, aliases, c.papers, first


def _mentions(source: Source) -> Iterator[Row]:
    for p in source.papers:
        for m in sorted(set(p.mentions)):
            if m.concept:
                yield (
                    m.node(p.id), p.id, m.concept, m.field, m.start, m.end, m.text, m.type,
                    m.role, m.confidence, m.extractor,
                )  # fmt: skip


def _link_rows(source: Source) -> Iterator[Row]:
    for p in source.papers:
        for link in sorted(set(p.links)):
            yield (
                link.node, p.id, link.field, link.start, link.end, link.text, link.url,
                link.kind,
            )  # fmt: skip


def _edges(source: Source) -> Iterator[Row]:
    for paper in source.papers:
        for claim in claims(paper):
            yield paper.node, claim.role, claim.concept, claim.confidence, len(claim.mentions)
        for node, links in _links(paper).items():
            yield paper.node, links[0].kind, node, None, len(links)
    for concept in source.concepts:
        score = {step.id: step.score for step in concept.broader_why}
        for other in concept.broader:
            yield concept.id, "broader", other, score.get(other), None


def _links(paper: Paper) -> dict[str, list[Link]]:
    groups: dict[str, list[Link]] = {}
    for link in sorted(set(paper.links)):
        groups.setdefault(link.node, []).append(link)
    return groups


_ROWS: dict[str, Callable[[Source], Iterator[Row]]] = {
    "papers": _papers,
    "concepts": _concepts,
    "mentions": _mentions,
    "links": _link_rows,
    "edges": _edges,
}


def _clean(row: Row) -> Row:
    return tuple(keep_xml(cell) if isinstance(cell, str) else cell for cell in row)


@contextmanager
def replace_tables(path: Path, names: Iterable[str]) -> Iterator[Path]:
    """Yield an empty folder that becomes ``path`` once all tables are written, or never.

    Args:
        names: of the tables' files; a folder that holds anything else is left alone.

    Raises:
        UsageError: ``path`` is a file, holds other files, or cannot be written.
    """
    try:
        with replace_folder(path.resolve(), ours=frozenset(names)) as folder:
            yield folder
    except BuildError as error:
        raise UsageError(f"the tables: {error}") from None


def write_csv(source: Source, path: Path) -> int:
    """Write five CSV files (RFC 4180, UTF-8) as the folder ``path``; return the rows."""
    with replace_tables(path, [f"{table}.csv" for table in COLUMNS]) as folder:
        return sum(
            _write_csv(folder / f"{table}.csv", list(columns), to_rows(source, table))
            for table, columns in COLUMNS.items()
        )


def _write_csv(path: Path, header: list[str], rows: Iterable[Row]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(header)
        for row in rows:
            writer.writerow(_clean(row))
            count += 1
    return count


def write_parquet(source: Source, path: Path) -> int:
    """Write five Parquet files as the folder ``path``; return the rows.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
    except ImportError:
        raise MissingExtraError("pyarrow", "parquet", "the format parquet") from None
    kinds = {str: pa.string(), int: pa.int64(), float: pa.float64()}
    count = 0
    with replace_tables(path, [f"{table}.parquet" for table in COLUMNS]) as folder:
        for table, columns in COLUMNS.items():
            schema = pa.schema([(name, kinds[kind]) for name, kind in columns.items()])
            count += _write_parquet(folder / f"{table}.parquet", schema, to_rows(source, table))
    return count


def _write_parquet(path: Path, schema: Any, rows: Iterator[Row], size: int = 50_000) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    count = 0
    with pq.ParquetWriter(path, schema) as writer:
        while batch := [_clean(row) for row in islice(rows, size)]:
            columns = list(zip(*batch, strict=True))
            arrays = [
                pa.array(values, type=field.type)
                for values, field in zip(columns, schema, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            count += len(batch)
    return count


# --- Neo4j ---------------------------------------------------------------------------


def write_neo4j(source: Source, path: Path) -> int:
    """Write CSV files for ``neo4j-admin database import`` as a folder; return the rows.

    Usage: ``neo4j-admin database import full --nodes=nodes-papers.csv
    --nodes=nodes-concepts.csv --nodes=nodes-links.csv --relationships=edges.csv
    --multiline-fields=true``.
    """
    parts: tuple[tuple[str, list[str], Iterator[Row]], ...] = (
        ("nodes-papers", ["node:ID", *_typed_columns("papers"), ":LABEL"], _paper_nodes(source)),
        ("nodes-concepts", ["node:ID", *_typed_columns("concepts"), ":LABEL"],
         _concept_nodes(source)),
        ("nodes-links", ["node:ID", "url", ":LABEL"], _link_nodes(source)),
        ("edges", [":START_ID", ":TYPE", ":END_ID", "confidence:double", "mentions:int"],
         _relationships(source)),
    )  # fmt: skip
    with replace_tables(path, [f"{part}.csv" for part, *_ in parts]) as folder:
        return sum(_write_csv(folder / f"{part}.csv", header, rows) for part, header, rows in parts)


def _typed_columns(table: str) -> list[str]:
    ends = {str: "", int: ":int", float: ":double"}
    return [f"{name}{ends[kind]}" for name, kind in COLUMNS[table].items()]


def _paper_nodes(source: Source) -> Iterator[Row]:
    return ((f"paper/{row[0]}", *row, "Paper") for row in _papers(source))


def _concept_nodes(source: Source) -> Iterator[Row]:
    return ((row[0], *row, f"Concept;{row[1]}") for row in _concepts(source))


def _link_nodes(source: Source) -> Iterator[Row]:
    found = {link.node: link.url for paper in source.papers for link in paper.links}
    return ((node, url, "Link") for node, url in sorted(found.items()))


def _relationships(source: Source) -> Iterator[Row]:
    """Yield the edges; relationship types are in upper case there: EVALUATES_ON."""
    for start, relation, end, confidence, count in _edges(source):
        upper = "".join(f"_{c}" if c.isupper() else c.upper() for c in relation)
        kind = f"HAS_{upper}" if end.startswith("link/") else upper
        yield start, kind, end, confidence, count
