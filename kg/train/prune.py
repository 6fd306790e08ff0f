"""Attention heads that matter least leave a network: a third of attention's time a quarter less.

Michel, Levy and Neubig, "Are sixteen heads really better than one?", NeurIPS 2019: a
head matters as much as the loss would change, to first order, if it were scaled.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from kg.extract.pieces import SHAPES
from kg.train.examples import Example
from kg.train.network import HEAD, Tagger


def find_importance(network: Tagger, examples: Sequence[Example]) -> list[Tensor]:
    """Return for each layer how much each of its heads matters: mean |dloss/dscale|."""
    network.eval()
    total = [torch.zeros(layer.heads) for layer in network.enc.layers]
    weights = [layer.o.weight for layer in network.enc.layers]
    for example in examples:
        for mine, weight, slope in zip(total, weights, _slopes(network, example), strict=True):
            # Scaling a head's output is scaling its columns of the output projection.
            change = (weight * slope).detach().sum(0)
            mine += change.view(-1, HEAD).sum(1).abs() / len(examples)
    return total


def _slopes(network: Tagger, example: Example) -> Sequence[Tensor]:
    ids, shapes, tags = (torch.tensor([row]) for row in (example.ids, example.shapes, example.tags))
    mask = torch.ones_like(ids).bool()
    scores = network.out(network.encode(ids, shapes, mask))
    loss = network.crf.loss(scores, tags, mask, shapes >= SHAPES).sum()
    return torch.autograd.grad(loss, [layer.o.weight for layer in network.enc.layers])


def drop_heads(network: Tagger, importance: Sequence[Tensor], keep: int) -> None:
    """Leave each layer the ``keep`` heads that matter most, in their order; changes ``network``."""
    for layer, values in zip(network.enc.layers, importance, strict=True):
        kept = values.argsort(descending=True)[:keep].sort().values
        inside = (kept[:, None] * HEAD + torch.arange(HEAD)).flatten()
        rows = torch.cat([part * layer.heads * HEAD + inside for part in range(3)])
        layer.qkv.weight.data = layer.qkv.weight.data[rows].clone()
        layer.qkv.bias.data = layer.qkv.bias.data[rows].clone()
        layer.o.weight.data = layer.o.weight.data[:, inside].clone()
        layer.heads = keep
