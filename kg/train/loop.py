"""One training stage: epochs over examples, resumable after each.

Two replicas share the weights and split every batch, one thread each; their
gradients are added before the step.  On a CPU that others use as well this is
two to three times faster than one replica on two threads, whose every operation
waits for the slower core.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from kg.extract.pieces import SHAPES, PieceTokenizer
from kg.train.examples import Example
from kg.train.network import Drop, Tagger, find_targets

#: Pieces of a batch, padding included; fewer where an epoch would have less steps than this.
BATCH, STEPS = 4096, 16
#: Weight of the role loss beside the tag loss, and pieces that the tag loss is averaged over.
ROLE_WEIGHT, PIECES = 0.3, 20.0
#: Share of a stage's steps in which the rate rises, share of pieces hidden from the network.
WARM, HIDDEN = 0.06, 0.04
#: Rate of the heads, of the embeddings and of each lower layer, as multiples.
HEADS, EMBEDDINGS, DECAY = 8.0, 0.4, 0.9
REPLICAS = 2
#: Weight of the teachers' probabilities in the tags that a raw paper is taught with.
DOUBT = 0.5


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage's name, its examples for an epoch, number of epochs, learning rate, seed."""

    name: str
    examples: Callable[[int], list[Example]]
    epochs: int
    rate: float
    seed: int
    roles: bool = True


def run_stage(
    network: Tagger, stage: Stage, folder: Path, *, say: Callable[[str], object] = print
) -> None:
    """Train ``network`` through a stage; a finished one is only loaded, a broken one goes on.

    ``folder`` keeps ``NAME.part.pt`` after every epoch and ``NAME.pt`` at the end.
    """
    done, part = folder / f"{stage.name}.pt", folder / f"{stage.name}.part.pt"
    if done.exists():
        network.load_state_dict(torch.load(done, weights_only=True))
        say(f"{stage.name}: done before")
        return
    trainer = _Trainer(network, stage)
    first = trainer.load(part) if part.exists() else 0
    with trainer.pool:
        for epoch in range(first, stage.epochs):
            loss = trainer.epoch(epoch)
            trainer.save(part, epoch + 1)
            say(f"{stage.name}: epoch {epoch + 1} of {stage.epochs}, loss {loss:.3f}")
    save_state(network.state_dict(), done)
    part.unlink(missing_ok=True)


def save_state(state: dict[str, Any], path: Path) -> None:
    """Write a state whole or not at all."""
    torch.save(state, path.with_suffix(".tmp"))
    path.with_suffix(".tmp").replace(path)


class _Trainer:
    def __init__(self, network: Tagger, stage: Stage) -> None:
        self.stage = stage
        self.replicas = [network, *(copy.deepcopy(network) for _ in range(REPLICAS - 1))]
        for replica in self.replicas[1:]:
            for mine, shared in zip(replica.parameters(), network.parameters(), strict=True):
                mine.data = shared.data
        self.parameters = list(network.parameters())
        self.optimizer = torch.optim.AdamW(_groups(network, stage.rate), fused=True)
        self.pool = ThreadPoolExecutor(REPLICAS)
        self.chances: list[torch.Generator] = []
        self.step, self.steps = 0, 0

    def save(self, path: Path, epoch: int) -> None:
        state: dict[str, Any] = {"epoch": epoch, "step": self.step, "steps": self.steps}
        state |= {
            "network": self.replicas[0].state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }
        save_state(state, path)

    def load(self, path: Path) -> int:
        """Go on from a saved state; return the number of epochs it has behind it."""
        state = torch.load(path, weights_only=True)
        self.replicas[0].load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.steps = state["step"], state["steps"]
        return int(state["epoch"])

    def epoch(self, number: int) -> float:
        """Train once over the stage's examples; return the mean loss of a step."""
        seed = self.stage.seed * 1000 + number
        chance = random.Random(seed)
        torch.manual_seed(seed)
        examples = self.stage.examples(number)
        batches = find_batches(examples, chance)
        self.steps = self.steps or len(batches) * self.stage.epochs
        self._start_chance(seed)
        total = sum(self._step([examples[i] for i in batch]) for batch in batches)
        return total / max(len(batches), 1)

    def _start_chance(self, seed: int) -> None:
        """Give every replica its own chance: threads that shared one would not repeat."""
        self.chances = [torch.Generator().manual_seed(seed * REPLICAS + i) for i in range(REPLICAS)]
        for replica, chance in zip(self.replicas, self.chances, strict=True):
            replica.train()
            for module in replica.modules():
                if isinstance(module, Drop):
                    module.generator = chance

    def _step(self, batch: list[Example]) -> float:
        share = min(1.0, (self.step + 1) / (WARM * self.steps)) * max(
            0.0, 1 - self.step / self.steps
        )
        for group in self.optimizer.param_groups:
            group["lr"] = group["base"] * share
        pieces = sum(len(example.ids) for example in batch)
        spans = max(sum(len(example.spans) for example in batch), 1)
        parts = [batch[i::REPLICAS] for i in range(REPLICAS)]
        jobs = [
            self.pool.submit(self._gradient, number, part, pieces, spans)
            for number, part in enumerate(parts)
            if part
        ]
        loss = sum(job.result() for job in jobs)
        self._add_gradients()
        nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.step += 1
        return loss

    def _gradient(self, number: int, batch: list[Example], pieces: int, spans: int) -> float:
        network, chance = self.replicas[number], self.chances[number]
        torch.set_num_threads(1)
        ids, shapes, tags = (
            _pad([getattr(e, name) for e in batch]) for name in ("ids", "shapes", "tags")
        )
        mask = _pad([(1,) * len(e.ids) for e in batch]).bool()
        hide = (torch.rand(ids.shape, generator=chance) < HIDDEN) & (ids > PieceTokenizer.SEPARATOR)
        other = torch.tensor([float(example.other) for example in batch])
        shown = ids.masked_fill(hide, PieceTokenizer.UNKNOWN)
        hidden = network.encode(shown, shapes, mask, other)
        scores = network.tag_scores(hidden, other)
        wanted, moves = find_targets(tags, mask, scores.shape[2])
        _add_doubts(wanted, moves, batch)
        loss = network.crf.loss(scores, wanted, moves, mask, shapes >= SHAPES).sum()
        loss = loss * PIECES / pieces
        if self.stage.roles:
            loss = loss + ROLE_WEIGHT * _role_loss(network, hidden, other, batch) / spans
        loss.backward()  # type: ignore[no-untyped-call,unused-ignore]
        return float(loss.detach())

    def _add_gradients(self) -> None:
        for replica in self.replicas[1:]:
            for mine, other in zip(self.parameters, replica.parameters(), strict=True):
                if other.grad is not None:
                    mine.grad = other.grad if mine.grad is None else mine.grad + other.grad
                    other.grad = None


def _add_doubts(wanted: Tensor, moves: Tensor, batch: Sequence[Example]) -> None:
    """Mix the teachers' probabilities, where they are known, into the targets."""
    for i, example in enumerate(batch):
        if example.doubt:
            tags, steps = (
                torch.from_numpy(x).float() for x in (example.doubt.tags, example.doubt.moves)
            )
            wanted[i, : len(tags)].lerp_(tags, DOUBT)
            moves[i].lerp_(steps, DOUBT)


def _role_loss(network: Tagger, hidden: Tensor, other: Tensor, batch: Sequence[Example]) -> Tensor:
    spans = [(i, a, b) for i, example in enumerate(batch) for a, b, _ in example.spans]
    if not spans:
        return hidden.sum() * 0
    roles = torch.tensor([role for example in batch for *_, role in example.spans])
    scores = network.role_scores(hidden, spans, other)
    return functional.cross_entropy(scores, roles, reduction="sum")


def _pad(rows: Sequence[Sequence[int]]) -> Tensor:
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows])


def find_batches(examples: Sequence[Example], chance: random.Random) -> list[list[int]]:
    """Return batches of about the same length each, in random order, as indices."""
    order = sorted(range(len(examples)), key=lambda i: len(examples[i].ids) + chance.random() * 40)
    room = min(BATCH, sum(len(example.ids) for example in examples) // STEPS)
    batches: list[list[int]] = [[]]
    longest = 0
    for i in order:
        longest = max(longest, len(examples[i].ids))
        if batches[-1] and (len(batches[-1]) + 1) * longest > room:
            batches.append([])
            longest = len(examples[i].ids)
        batches[-1].append(i)
    chance.shuffle(batches)
    return batches


def _groups(network: Tagger, rate: float) -> list[dict[str, Any]]:
    """Return the optimiser's parameter groups: heads learn fast, low layers slowly."""
    groups = []
    for name, parameter in network.named_parameters():
        own = rate * _multiple(name, len(network.enc.layers))
        decay = 0.01 if parameter.dim() > 1 else 0.0
        groups.append({"params": [parameter], "lr": own, "base": own, "weight_decay": decay})
    return groups


def _multiple(name: str, layers: int) -> float:
    if not name.startswith("enc.") or "shape" in name:
        return HEADS
    if name.startswith("enc.layers."):
        return float(DECAY ** (layers - 1 - int(name.split(".")[2])))
    return EMBEDDINGS if name.startswith(("enc.word", "enc.pos")) else 1.0
