"""The learned extractor: a small transformer read by onnxruntime, no torch.

One paper is one text for it: title and abstract together, so that what the title
coins is known in the abstract and the other way round.  A paper longer than a
window is read in several, cut between sentences, each with the title in front and
one sentence of the window before.

Papers go through one at a time.  Quantised products take their range from the whole
batch; alone, a paper always gives the same mentions, whatever stands beside it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from kg.errors import UsageError
from kg.extract.crf import Crf, Span, mean_crf
from kg.extract.pieces import SHAPES, Piece, PieceTokenizer
from kg.text import sentence_spans

#: Most pieces a window can hold: positions the encoder knows.
WINDOW = 512
#: Most pieces of a title that is repeated in front of a window.
TITLE = 128


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """A span that the model found: field, half-open code points, label, role, probability.

    ``labels`` and ``roles`` hold the probability of each of :attr:`Settings.labels` and
    :attr:`Settings.roles` for this span; ``label`` is that of the best reading of the text,
    ``role`` the most probable.
    """

    field: str
    start: int
    end: int
    label: str
    role: str
    probability: float
    labels: tuple[float, ...]
    roles: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a trained encoder is: its labels in the order of its tags, roles, name and version."""

    labels: tuple[str, ...]
    roles: tuple[str, ...]
    name: str
    version: str
    calibration: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Settings:
        """Read ``settings.json``."""
        data = json.loads(path.read_text(encoding="utf-8"))
        return cls(tuple(data.pop("labels")), tuple(data.pop("roles")), **data)

    def write(self, path: Path) -> None:
        """Inverse of :meth:`read`."""
        path.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Window:
    """Pieces of one run of the encoder and the field and offsets that each stands for.

    ``places[i]`` is None for a mark of the encoder's own and for context that
    another window reports on.
    """

    ids: tuple[int, ...]
    shapes: tuple[int, ...]
    places: tuple[tuple[str, int, int] | None, ...]


#: What :attr:`Encoder.watch` is called with: see :meth:`kg.extract.crf.Crf.find_marginals`.
Watch = Callable[[Window, NDArray[np.float32], NDArray[np.float32]], object]


class Encoder:
    """A trained encoder in memory; ``find`` is its one use.

    Others can join it: their scores are averaged with its own before any tag is
    chosen.  Slower and surer; this is how raw papers are labelled in training.
    """

    FILES = (
        "encoder.onnx",
        "roles.onnx",
        "embedding.npz",
        "tags.npz",
        "pieces.txt",
        "settings.json",
    )

    def __init__(self, folder: Path) -> None:
        missing = [name for name in self.FILES if not (folder / name).is_file()]
        if missing:
            raise UsageError(f"{folder}: not a trained encoder, {missing[0]} is missing")
        try:
            self._read_files(folder)
        except (BadZipFile, EOFError, KeyError, OSError, TypeError, ValueError) as error:
            raise UsageError(f"{folder}: a damaged encoder: {error!r}") from error
        self._team = Counter([self])
        #: Told of every window that is read, with its tags' and steps' probabilities.
        self.watch: Watch | None = None

    def _read_files(self, folder: Path) -> None:
        self.settings = Settings.read(folder / "settings.json")
        pieces = (folder / "pieces.txt").read_text(encoding="utf-8").split("\n")
        self.tokenizer = PieceTokenizer(pieces)
        with np.load(folder / "embedding.npz") as table:
            self._codes, self._scale = table["codes"], table["scale"]
            self._positions = table["positions"].astype(np.float32)
            self._shapes = table["shapes"].astype(np.float32)
        with np.load(folder / "tags.npz") as tags:
            self._own = self._crf = Crf(tags["steps"], tags["begin"], tags["end"])
        self._roles = _open_session(folder / "roles.onnx")
        self._session = _open_session(folder / "encoder.onnx")
        if len(pieces) != len(self._codes):
            raise ValueError(f"{len(pieces)} pieces for an embedding of {len(self._codes)}")

    def join(self, other: Encoder) -> None:
        """Average ``other``'s scores with this encoder's own from now on.

        Joining twice counts twice, and an encoder may join itself.

        Raises:
            UsageError: it has other labels, roles or pieces.
        """
        mine, its = self.settings, other.settings
        if (mine.labels, mine.roles) != (its.labels, its.roles) or (
            self.tokenizer != other.tokenizer
        ):
            raise UsageError(f"{its.name} cannot join {mine.name}: other labels, roles or pieces")
        self._team[other] += 1
        self._crf = mean_crf([member._own for member in self._team.elements()])

    def find(self, title: str, abstract: str) -> list[Found]:
        """Return what the paper with this title and abstract mentions, in order."""
        found: list[Found] = []
        for window in find_windows(title, abstract, self.tokenizer):
            found += self._read(window)
        return sorted(found)

    def _read(self, window: Window) -> Iterator[Found]:
        votes = self._team.total()
        read = [(member, times, *member._score(window)) for member, times in self._team.items()]
        scores = sum(times * scores for _, times, _, scores in read) / votes
        glued = [shape >= SHAPES for shape in window.shapes]
        if self.watch:
            self.watch(window, *self._crf.find_marginals(scores, glued))
        spans = [s for s in self._crf.find_spans(scores, glued) if _whole(window, s)]
        if not spans:
            return
        roles = (
            sum(times * who._find_roles(hidden, spans) for who, times, hidden, _ in read) / votes
        )
        for span, role in zip(spans, roles, strict=True):
            name, start, _ = window.places[span.first] or ("", 0, 0)
            _, _, end = window.places[span.last] or ("", 0, 0)
            best = int(role.argmax())
            yield Found(
                name,
                start,
                end,
                self.settings.labels[span.label],
                self.settings.roles[best],
                span.probability,
                span.probabilities,
                tuple(role.tolist()),
            )

    def _score(self, window: Window) -> tuple[Any, Any]:
        """Return the hidden states and the tag scores of a window's pieces."""
        hidden, scores = self._session.run(None, {"embedded": self._embed(window)})
        return hidden[0], scores[0]

    def _embed(self, window: Window) -> NDArray[np.float32]:
        ids = np.array(window.ids)
        table = self._codes[ids].astype(np.float32) * self._scale[ids, None]
        embedded = table + self._positions[: len(ids)] + self._shapes[np.array(window.shapes)]
        return np.asarray(embedded[None], dtype=np.float32)

    def _find_roles(self, hidden: NDArray[np.float32], spans: Sequence[Span]) -> Any:
        """Return the probability of every role for every span."""
        vectors = [
            np.concatenate([hidden[s.first], hidden[s.last], hidden[s.first : s.last + 1].mean(0)])
            for s in spans
        ]
        return self._roles.run(None, {"spans": np.stack(vectors)})[0]


def _whole(window: Window, span: Span) -> bool:
    """Return whether a span lies within one field and is this window's to report."""
    first, last = window.places[span.first], window.places[span.last]
    return first is not None and last is not None and first[0] == last[0]


def _open_session(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # The extended level fuses sums into normalisations, which is slower on a CPU.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # Its errors have no class in common but this one.
        raise ValueError(f"{path.name}: {error}") from error


def find_windows(title: str, abstract: str, tokenizer: PieceTokenizer) -> Iterator[Window]:
    """Yield the windows of a paper: one, unless it is longer than the encoder can read."""
    head = tokenizer.encode(title)
    body = tokenizer.encode(abstract)
    if len(head) + len(body) + 3 <= WINDOW:
        yield _window(head, "title", body, ())
        return
    for part in _cut(head, WINDOW - 3)[1:] if len(head) > TITLE else ():
        yield _window(part, "title", [], ())
    front = head[:TITLE]
    chunks = list(_chunks(abstract, body, WINDOW - 3 - len(front)))
    for number, (context, part) in enumerate(chunks):
        yield _window(front, "title" if not number else None, part, context)


def _cut(pieces: list[Piece], size: int) -> list[list[Piece]]:
    """Return the title's pieces in runs of ``size`` after the first ``TITLE``."""
    rest = [pieces[i : i + size] for i in range(TITLE, len(pieces), size)]
    return [pieces[:TITLE], *rest]


def _window(
    head: Sequence[Piece], head_field: str | None, body: Sequence[Piece], context: Sequence[Piece]
) -> Window:
    """Return [CLS] head [SEP] context body [SEP]; context and a head without field are silent."""
    rows: list[tuple[int, int, tuple[str, int, int] | None]] = [(PieceTokenizer.BEGIN, 0, None)]
    rows += [(p.id, p.shape, (head_field, p.start, p.end) if head_field else None) for p in head]
    rows.append((PieceTokenizer.SEPARATOR, 0, None))
    rows += [(p.id, p.shape, None) for p in context]
    rows += [(p.id, p.shape, ("abstract", p.start, p.end)) for p in body]
    rows.append((PieceTokenizer.SEPARATOR, 0, None))
    ids, shapes, places = zip(*rows, strict=True)
    return Window(ids, shapes, places)


def _chunks(text: str, pieces: list[Piece], size: int) -> Iterator[tuple[list[Piece], list[Piece]]]:
    """Yield (context, pieces) that together fit ``size``; context is the sentence before."""
    sentences = list(_sentences(text, pieces, size * 3 // 4))
    context: list[Piece] = []
    part: list[Piece] = []
    for sentence in sentences:
        if part and len(context) + len(part) + len(sentence) > size:
            yield context, part
            context, part = part[-min(len(part), size // 8) :], []
        part = part + sentence
    if part or not sentences:
        yield context, part


def _sentences(text: str, pieces: list[Piece], longest: int) -> Iterator[list[Piece]]:
    """Yield the pieces of each sentence, those of a very long one in several runs."""
    at = 0
    for _, end in [*sentence_spans(text), (0, len(text))]:
        run: list[Piece] = []
        while at < len(pieces) and pieces[at].start < end:
            run.append(pieces[at])
            at += 1
        yield from (run[i : i + longest] for i in range(0, len(run), longest))
