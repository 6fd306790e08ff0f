"""Training that starts from a trained extractor instead of bare MiniLM.

What it knows of the language of papers is kept, and so are its types and roles
where the new annotations have some of the same name; the others start anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

from kg.errors import UsageError
from kg.extract import MODEL, model_folder
from kg.extract.pipe import FACTORY
from kg.train.export import read_encoder
from kg.train.network import Tagger
from kg.train.size import Size, measure

#: Names of the arrays with a row for each piece, tag (``crf.t`` a column as well) and role.
PIECES = "enc.word.weight"
TAGS = ("out.weight", "out.bias", "crf.t", "crf.s", "crf.e")
ROLES = ("role.3.weight", "role.3.bias")


class Start:
    """A trained encoder to start from: its weights, pieces, types and roles.

    Args:
        model: a folder that ``kg train`` wrote, or the shipped model's name.

    Raises:
        UsageError: there is no encoder.
    """

    def __init__(self, model: str | Path) -> None:
        shipped = str(model) == MODEL and not Path(model).exists()
        self.folder = (model_folder() if shipped else Path(model)) / FACTORY
        if not (self.folder / "encoder.onnx").is_file():
            raise UsageError(
                f"{model}: no encoder to start from; expected a model that 'kg train --recipe "
                f"encoder' wrote, or {MODEL} for the shipped one"
            )
        self.weights, self.pieces, self.settings = read_encoder(self.folder)

    @property
    def size(self) -> Size:
        """The encoder's measures."""
        return measure(self.weights)

    def load(
        self,
        network: Tagger,
        vocabulary: Sequence[str],
        labels: Sequence[str],
        roles: Sequence[str],
    ) -> None:
        """Copy the weights into ``network``; pieces, types and roles find theirs by name."""
        mine = dict(network.named_parameters())
        pieces = list(_shared(vocabulary, self.pieces))
        known = list(_shared(tags(labels), tags(self.settings.labels)))
        stances = list(_shared(roles, self.settings.roles))
        for name, values in self.weights.items():
            rows = pieces if name == PIECES else known if name in TAGS else None
            rows = stances if name in ROLES else rows
            given = torch.tensor(values)
            # Not load_state_dict: bare MiniLM's layers may be wider than those of a pruned start.
            mine[name].data = _placed(mine[name].data, given, rows, name == "crf.t")


def tags(labels: Sequence[str]) -> list[str]:
    """Return the tags of ``labels`` in the network's order.

    >>> tags(["Gene", "Drug"])
    ['O', 'B-Gene', 'I-Gene', 'B-Drug', 'I-Drug']
    """
    return ["O", *(f"{part}-{label}" for label in labels for part in "BI")]


def _shared(wanted: Sequence[str], known: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield (place in wanted, place in known) of the names that both have."""
    places = {name: at for at, name in enumerate(known)}
    yield from ((at, places[name]) for at, name in enumerate(wanted) if name in places)


def _placed(mine: Any, other: Any, rows: Sequence[tuple[int, int]] | None, square: bool) -> Any:
    """Return ``other``, or ``mine`` with those rows (and columns, if square) of ``other``."""
    if rows is None:
        return other
    made = mine.clone()
    here, there = (torch.tensor([pair[i] for pair in rows], dtype=torch.long) for i in (0, 1))
    if square:
        made[here[:, None], here] = other[there[:, None], there]
    else:
        made[here] = other[there]
    return made
