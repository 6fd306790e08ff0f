"""Write kg/link/abbreviations.tsv: what short forms stand for in papers that do not say so.

    python scripts/make_abbreviations.py EXTRACTED.jsonl

EXTRACTED is what ``kg extract`` printed for many papers (the file that is committed was
made from 87,187 abstracts).  A short form is listed if ``LEAST`` papers define it and
``SHARE`` of all that do mean the same.  Columns: short form, long form, defining papers.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from kg.link.clusters import Clusters
from kg.link.common import FILE
from kg.link.index import Index, merge_names
from kg.link.keys import find_names
from kg.link.resolve import with_kinds
from kg.link.senses import Sense, find_senses
from kg.model import Paper

LEAST, SHARE = 20, 0.9
#: Share of a meaning's papers that must use a spelling of the long form.
SPELLED = 0.05


def main(path: str) -> None:
    """Write the table that the linked papers in the JSON Lines file ``path`` give."""
    with Path(path).open(encoding="utf-8") as lines:
        papers = (Paper.from_dict(json.loads(line)) for line in lines)
        index = merge_names([find_names(paper) for paper in papers])
    clusters = with_kinds(index, Clusters())
    rows = [row for s in find_senses(index, clusters).items() for row in find_rows(*s, index)]
    FILE.write_text("".join("\t".join(row) + "\n" for row in sorted(rows)), encoding="utf-8")
    print(f"{FILE}: {len(rows)} rows")


def find_rows(
    short: str, senses: tuple[Sense, ...], index: Index
) -> Iterator[tuple[str, str, str]]:
    """Yield (short, long, papers) of a short form that has one meaning nearly everywhere."""
    top = len(senses[0].papers) if senses else 0
    if top < LEAST or top < SHARE * sum(len(sense.papers) for sense in senses):
        return
    for long in senses[0].longs:
        found = index.senses[short][long]
        if found.stated and len(found.papers) >= SPELLED * top:
            yield short, long, str(len(found.papers))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
