"""Attention heads and inner units that matter least leave a network, for speed.

Michel, Levy and Neubig, "Are sixteen heads really better than one?", NeurIPS 2019: a
part matters as much as the loss would change, to first order, if it were scaled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from kg.extract.pieces import SHAPES
from kg.train.examples import Example
from kg.train.network import Layer, Tagger, find_targets


@dataclass(frozen=True, slots=True)
class Importance:
    """How much each head and each inner unit of one layer matters."""

    heads: Tensor
    units: Tensor


def find_importance(network: Tagger, examples: Sequence[Example]) -> list[Importance]:
    """Return for each layer how much its parts matter: the sum of |dloss/dscale|."""
    network.eval()
    layers = list(network.enc.layers)
    outputs = [weight for layer in layers for weight in (layer.o.weight, layer.f2.weight)]
    found = [Importance(torch.zeros(n.heads), torch.zeros(n.f2.weight.shape[1])) for n in layers]
    for example in examples:
        slopes = iter(torch.autograd.grad(_loss(network, example), outputs))
        for layer, parts in zip(layers, found, strict=True):
            heads = _change(layer.o.weight, next(slopes)).view(-1, layer.head).sum(1)
            parts.heads.add_(heads.abs())
            parts.units.add_(_change(layer.f2.weight, next(slopes)).abs())
    return found


def _change(weight: Tensor, slope: Tensor) -> Tensor:
    """Scaling a part's output is scaling its columns of the projection behind it."""
    return (weight * slope).detach().sum(0)


def _loss(network: Tagger, example: Example) -> Tensor:
    ids, shapes, tags = (torch.tensor([row]) for row in (example.ids, example.shapes, example.tags))
    mask = torch.ones_like(ids).bool()
    scores = network.out(network.encode(ids, shapes, mask))
    wanted, moves = find_targets(tags, mask, scores.shape[2])
    return network.crf.loss(scores, wanted, moves, mask, shapes >= SHAPES).sum()


def prune(network: Tagger, importance: Sequence[Importance], *, heads: int, inner: int) -> None:
    """Leave each layer those ``heads`` and ``inner`` units that matter most, in their order.

    Changes ``network``; a layer that has fewer keeps all.
    """
    for layer, parts in zip(network.enc.layers, importance, strict=True):
        _keep_heads(layer, _most(parts.heads, heads))
        units = _most(parts.units, inner)
        layer.f1.weight.data = layer.f1.weight.data[units].clone()
        layer.f1.bias.data = layer.f1.bias.data[units].clone()
        layer.f2.weight.data = layer.f2.weight.data[:, units].clone()


def _most(values: Tensor, count: int) -> Tensor:
    return values.argsort(descending=True, stable=True)[:count].sort().values


def _keep_heads(layer: Layer, kept: Tensor) -> None:
    inside = (kept[:, None] * layer.head + torch.arange(layer.head)).flatten()
    rows = torch.cat([part * layer.heads * layer.head + inside for part in range(3)])
    layer.qkv.weight.data = layer.qkv.weight.data[rows].clone()
    layer.qkv.bias.data = layer.qkv.bias.data[rows].clone()
    layer.o.weight.data = layer.o.weight.data[:, inside].clone()
    layer.heads = len(kept)
