"""The measures of an encoder, and how to tell them from its weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Size:
    """How large an encoder is; the default measures are MiniLM's.

    Attributes:
        layers: transformer layers.
        heads: attention heads a layer.
        inner: inner units of a layer's feed-forward net.
        width: numbers in a hidden state.
        head: numbers in an attention head.
        epsilon: what keeps its normalisations from dividing by 0.
        relative: whether attention also weighs how far apart two pieces are.
    """

    layers: int = 6
    heads: int = 12
    inner: int = 1536
    width: int = 384
    head: int = 32
    epsilon: float = 1e-12
    relative: bool = False


MINILM = Size()
MPNET = Size(12, 12, 3072, 768, 64, 1e-5, relative=True)


def measure(weights: Mapping[str, Any]) -> Size:
    """Return the size of the encoder that has these weights, pruned or not.

    Args:
        weights: the state of :class:`kg.train.network.Tagger`, as arrays.
    """
    kind = MPNET if "enc.far.weight" in weights else MINILM
    return Size(
        _count_layers(weights),
        len(weights["enc.layers.0.qkv.bias"]) // (3 * kind.head),
        len(weights["enc.layers.0.f1.bias"]),
        len(weights["enc.n.weight"]),
        kind.head,
        kind.epsilon,
        kind.relative,
    )


def _count_layers(weights: Iterable[str]) -> int:
    """Return the number of transformer layers, from the names of the weights."""
    return len({name.split(".")[2] for name in weights if name.startswith("enc.layers.")})
