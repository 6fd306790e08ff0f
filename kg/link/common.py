"""Short forms that hardly anybody spells out any more: "RL", "CNN", "QA".

A pile of a few papers may hold none that says what they stand for.  The bundled table
does: short forms that many of 87,187 abstracts define, nine in ten of them alike (made by
``scripts/make_abbreviations.py``).  It speaks last: a paper of the pile that defines or
coins the short form is believed instead.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from pathlib import Path

from kg.link.clusters import Clusters, Union
from kg.link.index import Index

FILE = Path(__file__).with_name("abbreviations.tsv")
#: How sure a merge by the table is.
SCORE = 0.9


@lru_cache(maxsize=1)
def read_common() -> dict[str, tuple[str, ...]]:
    """Return short key -> keys of the spellings of its long form, most frequent first."""
    rows: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for line in FILE.read_text(encoding="utf-8").splitlines():
        short, long, papers = line.split("\t")
        rows[short].append((-int(papers), long))
    return {short: tuple(long for _, long in sorted(longs)) for short, longs in rows.items()}


def join_common(index: Index, clusters: Clusters) -> None:
    """Join short forms that no paper of the pile defines or coins to their usual long forms."""
    common = read_common()
    for short in sorted(index.forms):
        if short in common and not index.senses.get(short) and short not in index.coined:
            for long in common[short]:
                if long in index.forms:
                    clusters.join(Union(short, long, "common abbreviation", SCORE))
