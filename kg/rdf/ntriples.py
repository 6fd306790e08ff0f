"""N-Triples and N-Quads: line by line, sorted outside memory, gzipped or not."""

from __future__ import annotations

import gzip
import heapq
import io
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO

from kg.files import replace_file
from kg.rdf.blocks import Block, RdfSource

#: Lines that a sort holds in memory at once (about 100 MB of this graph's lines).
SORTED_IN_MEMORY = 500_000
#: Level 6 is a tenth smaller and twice as slow.
GZIP_LEVEL = 4


def to_lines(stream: Iterable[Block], graph: str | None = None) -> Iterator[str]:
    """Yield N-Triples lines, or N-Quads lines in the named ``graph`` (an IRI)."""
    end = f" <{graph}> .\n" if graph else " .\n"
    for subject, pairs in stream:
        for predicate, value in pairs:
            yield f"{subject} {predicate} {value}{end}"


def write_ntriples(source: RdfSource, path: str | Path, *, sort: bool = True) -> int:
    """Write N-Triples, gzipped if ``path`` ends in ``.gz``; return the number of triples.

    Memory does not grow with the graph: lines are sorted in runs on disk and merged.
    The file appears whole or not at all, and the same graph gives the same bytes.

    Args:
        sort: by bytes, without repeats; False keeps the stream's own order, which is
            as repeatable as the order of papers and concepts, and is faster.
    """
    return write_lines(to_lines(source.blocks()), Path(path), sort=sort)


def write_nquads(source: RdfSource, path: str | Path, *, sort: bool = True) -> int:
    """Write N-Quads, everything in one graph named by the build; else `write_ntriples`."""
    graph = source.build.iri(source.base)
    return write_lines(to_lines(source.blocks(), graph), Path(path), sort=sort)


def write_lines(lines: Iterable[str], path: Path, *, sort: bool) -> int:
    """Write lines to ``path``, sorted and without repeats if ``sort``; return how many."""
    with sorting(lines) if sort else _as_they_come(lines) as ordered, open_text(path) as out:
        return _copy(ordered, out)


def _copy(lines: Iterator[str], out: IO[str], size: int = 10_000) -> int:
    count = 0
    while batch := list(islice(lines, size)):
        out.write("".join(batch))
        count += len(batch)
    return count


@contextmanager
def open_text(path: Path) -> Iterator[IO[str]]:
    """Open ``path`` for UTF-8 text, gzipped by its name; it appears whole or not at all.

    Neither file name nor time goes into the gzip header: same text, same bytes.
    """
    with replace_file(path) as out:
        if path.suffix != ".gz":
            yield out
            return
        with (
            gzip.GzipFile("", "wb", GZIP_LEVEL, out.buffer, mtime=0) as packed,  # type: ignore[attr-defined]
            io.TextIOWrapper(packed, encoding="utf-8", newline="\n") as text,
        ):
            yield text


@contextmanager
def _as_they_come(lines: Iterable[str]) -> Iterator[Iterator[str]]:
    yield iter(lines)


@contextmanager
def sorting(lines: Iterable[str], size: int = SORTED_IN_MEMORY) -> Iterator[Iterator[str]]:
    """Give an iterator over ``lines`` sorted by code point, repeats dropped.

    At most ``size`` lines are in memory; more are sorted in runs, spilled to a
    temporary folder and merged.  (Code-point order is the byte order of UTF-8.)
    """
    source = iter(lines)
    first = sorted(islice(source, size))
    with tempfile.TemporaryDirectory(prefix="paperkg-sort-") as folder:
        runs = [first]
        names = [_spill(run, Path(folder), n) for n, run in enumerate(_runs(source, size))]
        files = [open(name, encoding="utf-8", newline="\n") for name in names]  # noqa: SIM115
        try:
            merged = heapq.merge(*runs, *files) if files else iter(first)
            yield drop_repeats(merged)
        finally:
            for file in files:
                file.close()


def _runs(source: Iterator[str], size: int) -> Iterator[list[str]]:
    while run := sorted(islice(source, size)):
        yield run


def _spill(run: list[str], folder: Path, number: int) -> str:
    path = os.path.join(folder, f"{number:05d}")
    with open(path, "w", encoding="utf-8", newline="\n") as out:
        out.writelines(run)
    return path


def drop_repeats(lines: Iterable[str]) -> Iterator[str]:
    """Yield sorted lines without repeats.

    >>> list(drop_repeats(["a", "a", "b"]))
    ['a', 'b']
    """
    last = None
    for line in lines:
        if line != last:
            yield line
        last = line
