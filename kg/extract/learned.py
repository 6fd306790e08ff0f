"""The learned extractor behind one class, whichever kind of model it is.

A model is a folder that ``spacy.load`` reads.  Ours holds the encoder as the
component ``kg_mentions``; a model trained without torch holds spaCy's own ``ner``,
whose labels are types, or types with roles as ``Method|introduces``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import UsageError
from kg.extract.consensus import find_roles, find_types
from kg.extract.encoder import Encoder
from kg.extract.merge import Key
from kg.extract.pipe import FACTORY, MentionPipe
from kg.extract.registry import LEARNED
from kg.extract.told import find_known, find_own, find_told
from kg.model import DEFAULT_ROLE, FIELDS, Mention, Paper

if TYPE_CHECKING:
    from kg.extract.encoder import Found

#: Version of how a model's beliefs become mentions; its weights have a version of their own.
VERSION = 6
#: Confidence of a plain spaCy model whose precision was never measured.
UNMEASURED = 0.7


class Learned:
    """A trained model: finds the mentions of one paper at a time.

    Args:
        folder: what ``kg train`` wrote.
        beside: encoders whose scores are averaged with the first one's, which may be among
            them: then it counts twice.
    """

    def __init__(self, folder: Path, beside: Iterable[Path] = ()) -> None:
        self.folder = folder
        self.nlp = _load(folder)
        pipe = self.nlp.get_pipe(FACTORY) if FACTORY in self.nlp.pipe_names else None
        self.pipe: MentionPipe | None = pipe
        for other in beside:
            self.encoder.join(self.encoder if other == folder / FACTORY else Encoder(other))
        self.calibration: dict[str, Any] = _calibration(self)
        #: The types that the model knows; none where a pipeline does not tell.
        self.types: frozenset[str] = _types(self)

    @property
    def encoder(self) -> Encoder:
        """The encoder of a model that has one.

        Raises:
            KeyError: it has none.
        """
        encoder: Encoder = self.nlp.get_pipe(FACTORY).encoder
        return encoder

    @property
    def threads(self) -> bool:
        """Whether several threads may use the model at once."""
        return self.pipe is not None

    def find(self, paper: Paper, key: Key) -> tuple[Mention, ...]:
        """Return the paper's mentions, without overlaps; confidence is not yet calibrated.

        An encoder's mentions of one name, of those with the same ``key``, have one type and role.
        """
        if self.pipe is None:
            return tuple(sorted(self._find_entities(paper)))
        found = self.pipe.predict(paper.title, paper.abstract)
        names = [key(paper.text(item.field)[item.start : item.end]) for item in found]
        told = find_told(paper, found, names)
        types = find_types(found, names, self.encoder.settings.labels, told)
        own, known = find_own(paper, found, names), find_known(paper, found, names)
        roles = find_roles(found, names, self.encoder.settings.roles, own, known)
        return tuple(map(_to_mention, repeat(paper), found, types, roles))

    def _find_entities(self, paper: Paper) -> Iterator[Mention]:
        precision = self.calibration.get("precision", {})
        for field in FIELDS:
            for first, span in self._entities(paper.text(field)):
                kind, _, role = span.label_.partition("|")
                yield Mention(
                    field,
                    first + span.start_char,
                    first + span.end_char,
                    span.text,
                    kind,
                    role or DEFAULT_ROLE.get(kind, "mentions"),
                    precision.get(kind, UNMEASURED),
                    LEARNED,
                )

    def _entities(self, text: str) -> Iterator[tuple[int, Any]]:
        """Yield entities and where the part of ``text`` begins that spaCy read them in."""
        for first, end in _parts(text, self.nlp.max_length):
            part = text[first:end]
            if part.strip():
                yield from ((first, span) for span in self.nlp(part).ents)

    def info(self) -> dict[str, str]:
        """Return name, version and SHA-256 of the model, for manifests."""
        meta = self.nlp.meta
        return {
            "name": str(meta.get("name", self.folder.name)),
            "version": str(meta.get("version", "0")),
            "sha256": hash_folder(self.folder),
        }


def _parts(text: str, longest: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of parts of ``text``, cut between words where there are any.

    >>> list(_parts("one two three", 9)), list(_parts("abcdef", 4))
    ([(0, 8), (8, 13)], [(0, 4), (4, 6)])
    """
    start = 0
    while len(text) - start > longest:
        end = text.rfind(" ", start + 1, start + longest) + 1 or start + longest
        yield start, end
        start = end
    yield start, len(text)


def _load(folder: Path) -> Any:
    import spacy

    if not (folder / "config.cfg").is_file():
        raise UsageError(
            f"{folder}: not a model; expected a folder that 'kg train' wrote (with config.cfg)"
        )
    try:
        return spacy.load(folder)
    except (OSError, ValueError) as error:
        reason = str(error).strip().split("\n")[0]
        raise UsageError(f"{folder}: the model cannot be loaded: {reason}") from error


def _calibration(model: Learned) -> dict[str, Any]:
    if model.pipe is not None:
        return model.pipe.encoder.settings.calibration
    return dict(model.nlp.meta.get("paperkg", {}))


def _types(model: Learned) -> frozenset[str]:
    if model.pipe is not None:
        return frozenset(model.encoder.settings.labels)
    nlp = model.nlp
    finders = [name for name in nlp.pipe_names if "doc.ents" in nlp.get_pipe_meta(name).assigns]
    labels = (label for name in finders for label in nlp.pipe_labels.get(name, ()))
    return frozenset(label.partition("|")[0] for label in labels)


def _to_mention(paper: Paper, found: Found, kind: str, role: str) -> Mention:
    start, end = found.start, found.end
    text = paper.text(found.field)[start:end]
    return Mention(found.field, start, end, text, kind, role, found.probability, LEARNED)


def hash_folder(folder: Path) -> str:
    """Return one SHA-256 over the names and bytes of a folder's files, in sorted order."""
    total = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        total.update(path.relative_to(folder).as_posix().encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
