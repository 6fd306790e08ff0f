"""Annotated papers become what the network learns from; names are swapped to vary them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from kg.extract.encoder import WINDOW, Window, find_windows
from kg.extract.pieces import SHAPES, PieceTokenizer
from kg.model import FIELDS, Mention, Paper
from kg.text import sentence_spans
from kg.train.doubts import Doubt

#: Pieces that a window holds beside the text: one before it, one between its fields, one after.
MARKS = 3


@dataclass(frozen=True, slots=True)
class Example:
    """One window: piece rows, shapes, tags, (first, last, role) of each span.

    ``doubt`` is what teachers were unsure of, ``other`` says that other annotators read it
    (:class:`kg.train.network.Habit`).
    """

    ids: tuple[int, ...]
    shapes: tuple[int, ...]
    tags: tuple[int, ...]
    spans: tuple[tuple[int, int, int], ...]
    doubt: Doubt | None = None
    other: bool = False


def find_examples(
    paper: Paper, tokenizer: PieceTokenizer, labels: Sequence[str], roles: Sequence[str]
) -> Iterator[Example]:
    """Yield the windows of an annotated paper with their tags; a long one goes in parts."""
    for part in find_parts(paper, tokenizer):
        yield from _examples(part, tokenizer, labels, roles)


def find_parts(paper: Paper, tokenizer: PieceTokenizer) -> Iterator[Paper]:
    """Yield the paper, in parts of whole sentences if it is longer than the encoder can read.

    The windows of a long text repeat the end of the one before as silent context,
    where the network would learn that names are none.
    """
    room = WINDOW - MARKS
    head, body = (len(tokenizer.encode(text)) for text in (paper.title, paper.abstract))
    if head + body <= room:
        yield paper
        return
    start, left = 0, room - head
    title = paper.title
    for begin, end in _whole_sentences(paper):
        need = len(tokenizer.encode(paper.abstract[begin:end]))
        if need > left and begin > start:
            yield _part(paper, title, start, begin)
            start, left, title = begin, room, ""
        left -= need
    yield _part(paper, title, start, len(paper.abstract))


def _whole_sentences(paper: Paper) -> Iterator[tuple[int, int]]:
    """Yield the spans of the abstract's sentences, those joined that a mention crosses."""
    spans = [(m.start, m.end) for m in paper.mentions if m.field == "abstract"]
    held = {at for start, end in spans for at in range(start + 1, end)}
    start = 0
    for _, end in sentence_spans(paper.abstract):
        if end not in held:
            yield start, end
            start = end
    if start < len(paper.abstract):
        yield start, len(paper.abstract)


def _part(paper: Paper, title: str, start: int, end: int) -> Paper:
    """Return the paper with ``title`` and that part of its abstract; id and the rest stay."""
    moved = [
        replace(m, start=m.start - start, end=m.end - start)
        for m in paper.mentions
        if m.field == "abstract" and start <= m.start and m.end <= end
    ]
    head = [m for m in paper.mentions if m.field == "title"] if title else []
    return replace(
        paper, title=title, abstract=paper.abstract[start:end], mentions=(*head, *moved), links=()
    )


def _examples(
    paper: Paper, tokenizer: PieceTokenizer, labels: Sequence[str], roles: Sequence[str]
) -> Iterator[Example]:
    for window in find_windows(paper.title, paper.abstract, tokenizer):
        tags = [0] * len(window.ids)
        spans = []
        for mention in paper.mentions:
            pieces = _pieces_of(window, mention)
            if not pieces:
                continue
            label = labels.index(mention.type)
            for number, at in enumerate(pieces):
                tags[at] = 1 + 2 * label + (number > 0)
            spans.append((pieces[0], pieces[-1], roles.index(mention.role)))
        yield Example(window.ids, window.shapes, tuple(tags), tuple(spans))


def _pieces_of(window: Window, mention: Mention) -> list[int]:
    """Return the pieces of a mention, whole words where it cuts one."""
    inside = [
        at
        for at, place in enumerate(window.places)
        if place
        and place[0] == mention.field
        and place[1] < mention.end
        and place[2] > mention.start
    ]
    if not inside:
        return []
    first, last = inside[0], inside[-1]
    while window.shapes[first] >= SHAPES:
        first -= 1
    while window.shapes[last + 1] >= SHAPES:
        last += 1
    return list(range(first, last + 1))


def name_pool(papers: Iterable[Paper]) -> list[str]:
    """Return the coined one-word names of all papers, sorted."""
    return sorted({m.text for paper in papers for m in paper.mentions if _coined(m)})


def _coined(mention: Mention) -> bool:
    text = mention.text
    named = any(c.isupper() for c in text[1:]) or any(c.isdigit() for c in text)
    return mention.role == "introduces" and not any(c.isspace() for c in text) and named


def swap_names(paper: Paper, pool: Sequence[str], chance: random.Random, share: float) -> Paper:
    """Return the paper with some coined names exchanged for other papers' names.

    The network then cannot know a name by heart and must read what stands around it.

    Args:
        share: the probability with which each coined name is exchanged.
    """
    coined = sorted({m.text for m in paper.mentions if _coined(m)})
    swaps = {name: chance.choice(pool) for name in coined if chance.random() < share}
    if not swaps:
        return paper
    fields = {name: _swap_field(paper, name, swaps) for name in FIELDS}
    mentions = tuple(m for _, found in fields.values() for m in found)
    return replace(
        paper, title=fields["title"][0], abstract=fields["abstract"][0], mentions=mentions
    )


def _swap_field(paper: Paper, field: str, swaps: dict[str, str]) -> tuple[str, list[Mention]]:
    text, parts, at, shift = paper.text(field), [], 0, 0
    moved = []
    for mention in sorted(m for m in paper.mentions if m.field == field):
        new = swaps.get(mention.text, mention.text)
        parts += [text[at : mention.start], new]
        at, start = mention.end, mention.start + shift
        moved.append(replace(mention, start=start, end=start + len(new), text=new))
        shift += len(new) - len(mention.text)
    return "".join(parts) + text[at:], moved
