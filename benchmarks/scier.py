"""SciER's documents by field: those on images to train on, those on language to be tested on.

SciER (Zhang et al., EMNLP 2024; GPL-3.0) comes here without its test parts, so a
figure for texts of another field needs a division of one's own.  A document counts
as one on language where words of language outnumber those of vision; both lists
are below, and the division is the same on any machine.

    python benchmarks/scier.py ../shared/benchmarks/scier --out DIR && cd DIR
    kg train vision.jsonl --dev language.jsonl --out model --start ai-abstracts --steps 4
    kg evaluate language.jsonl --model model
"""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from pathlib import Path

WORDS = {
    "language": (
        "language text word words sentence sentences translation token tokens corpus question "
        "answer dialogue document linguistic"
    ),
    "vision": (
        "image images visual object objects pixel pixels video videos camera pose convolutional"
    ),
}
PATTERNS = {
    field: re.compile(rf"\b(?:{'|'.join(words.split())})\b", re.IGNORECASE)
    for field, words in WORDS.items()
}


def find_field(text: str) -> str:
    """Return "language" or "vision", whichever has more words in ``text``; vision if even.

    >>> find_field("We translate each sentence of the corpus."), find_field("An image of words.")
    ('language', 'vision')
    """
    counts = {field: len(pattern.findall(text)) for field, pattern in PATTERNS.items()}
    return "language" if counts["language"] > counts["vision"] else "vision"


def read_documents(folder: Path) -> dict[str, list[str]]:
    """Return the lines of every document of train and dev, in order of first appearance."""
    documents: dict[str, list[str]] = defaultdict(list)
    for part in ("train.jsonl", "dev.jsonl"):
        for line in (folder / part).read_text(encoding="utf-8").split("\n"):
            if line.strip():
                documents[json.loads(line)["doc_id"]].append(line)
    return documents


def main() -> None:
    """Write ``vision.jsonl`` and ``language.jsonl``; print how much each holds."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="folder with SciER's train.jsonl and dev.jsonl")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    lines: dict[str, list[str]] = {"vision": [], "language": []}
    documents = read_documents(options.folder)
    for rows in documents.values():
        lines[find_field(" ".join(json.loads(row)["sentence"] for row in rows))] += rows
    for field, rows in lines.items():
        (options.out / f"{field}.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
        count = len({json.loads(row)["doc_id"] for row in rows})
        print(f"{field}: {count} documents, {len(rows)} sentences")


if __name__ == "__main__":
    main()
