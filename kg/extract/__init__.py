"""Text to spans: what a paper mentions, in which role, and the links it gives.

>>> from kg.extract import load_extractor
>>> from kg.model import Paper
>>> paper = Paper("p", "", "We evaluate on the ImageNet dataset.")
>>> [found] = load_extractor().extract([paper])
>>> [(m.text, m.type) for m in found.mentions]
[('ImageNet', 'Dataset')]
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.extract.extractor import Extractor

#: The shipped model's name: its folder within kg/models.
MODEL = "ai-abstracts"


def model_folder() -> Path:
    """Return the folder of the shipped model."""
    return Path(__file__).parent.parent / "models" / MODEL


def load_extractor(model: str | Path | None = None, *, extractors: str | None = None) -> Extractor:
    """Return the extractor of a model, loaded once per process.

    Args:
        model: a folder that ``kg train`` wrote; None for the shipped one.
        extractors: names joined by commas, to use only these; None for all
            (:func:`kg.extract.registry.names`).

    Raises:
        UsageError: no model there, or an unknown extractor.
    """
    folder = model_folder() if model is None else Path(model)
    return _load(folder.resolve(), extractors)


@lru_cache(maxsize=4)
def _load(folder: Path, extractors: str | None) -> Extractor:
    from kg.extract.extractor import Extractor

    return Extractor(folder, extractors=extractors)
