"""The encoder as a spaCy component, so that a model is an ordinary spaCy pipeline.

``spacy.load(folder)`` gives an ``nlp`` whose component ``kg_mentions`` finds
mentions and writes them to ``doc.ents`` (label the type, ``ent_id_`` the role).
The first line of a text that is followed by an empty line is taken for the title.

:meth:`MentionPipe.predict` is the pure half: title and abstract to exact offsets.
Only ``__call__`` writes, and it widens a span to spaCy's tokens where a name
begins or ends within one.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from kg.errors import UsageError
from kg.extract.encoder import Encoder, Found

FACTORY = "kg_mentions"


class MentionPipe:
    """Finds mentions of methods, data sets, benchmarks, tasks and metrics."""

    def __init__(self, name: str = FACTORY) -> None:
        self.name = name
        self._encoder: Encoder | None = None
        self._folder: Path | None = None

    @property
    def encoder(self) -> Encoder:
        """The encoder in memory."""
        if self._encoder is None:
            raise UsageError(f"{self.name}: no encoder yet; load it with from_disk(FOLDER)")
        return self._encoder

    def predict(self, title: str, abstract: str) -> list[Found]:
        """Return what the paper mentions, with exact offsets; changes nothing."""
        return self.encoder.find(title, abstract)

    def __call__(self, doc: Doc) -> Doc:
        """Write the mentions of ``doc`` to ``doc.ents``."""
        title, gap, abstract = doc.text.partition("\n\n")
        if not gap:
            title, abstract = "", doc.text
        shift = {"title": 0, "abstract": len(title) + len(gap)}
        spans = (self._span(doc, f, shift[f.field]) for f in self.predict(title, abstract))
        doc.ents = filter_spans([span for span in spans if span is not None])
        return doc

    @staticmethod
    def _span(doc: Doc, found: Found, shift: int) -> Span | None:
        return doc.char_span(
            found.start + shift,
            found.end + shift,
            label=found.label,
            span_id=found.role,
            alignment_mode="expand",
        )

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> MentionPipe:
        """Read the encoder's files from the folder ``path``."""
        self._folder = Path(path)
        self._encoder = Encoder(self._folder)
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Copy the encoder's files to the folder ``path``."""
        if self._folder is None:
            raise UsageError(f"{self.name}: no encoder to write; load one first")
        target = Path(path)
        target.mkdir(parents=True, exist_ok=True)
        for name in Encoder.FILES:
            if (self._folder / name).resolve() != (target / name).resolve():
                shutil.copyfile(self._folder / name, target / name)


@Language.factory(FACTORY, assigns=["doc.ents"])
def make_mention_pipe(nlp: Any, name: str) -> MentionPipe:
    """Return an empty component; ``from_disk`` fills it."""
    return MentionPipe(name)
