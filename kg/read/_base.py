"""What every reader shares: the rows they yield and the refusals they report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from kg.read._decode import find_encoding, to_chunks, to_lines

#: A line longer than this many bytes is refused: memory must stay bounded.
MAX_LINE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """A record, or a whole file, that was not taken, and why.

    ``line`` counts from 1; 0 stands for the whole file.
    """

    source: str
    line: int
    reason: str

    def __str__(self) -> str:
        return _told(self.source, self.line, self.reason)


@dataclass(frozen=True, slots=True, order=True)
class Notice:
    """Something a reader had to decide for the user: the record was kept, with this change.

    ``line`` as in :class:`Refusal`.
    """

    source: str
    line: int
    text: str

    def __str__(self) -> str:
        return _told(self.source, self.line, self.text)


def _told(source: str, line: int, text: str) -> str:
    return f"{source}:{line}: {text}" if line else f"{source}: {text}"


@dataclass(frozen=True, slots=True)
class Row:
    """One record as a format gives it, before names and values are understood."""

    line: int
    fields: Mapping[str, Any]


@dataclass(slots=True)
class Source:
    """An opened input: its name as the user typed it, its bytes, and where problems go."""

    name: str
    stream: IO[bytes]
    refuse_to: Callable[[Refusal], None] = lambda refusal: None
    notice_to: Callable[[Notice], None] = lambda notice: None
    mapping: Mapping[str, str] = field(default_factory=dict)

    def refuse(self, line: int, reason: str) -> None:
        """Report a record that is not taken."""
        self.refuse_to(Refusal(self.name, line, reason))

    def notice(self, line: int, text: str) -> None:
        """Report a change that reading made to a record."""
        self.notice_to(Notice(self.name, line, text))

    def lines(self, limit: int | None = None) -> Iterator[tuple[int, str]]:
        """Yield (number from 1, line without its end); too long a line is refused."""
        yield from to_lines(self, find_encoding(self.stream), limit or MAX_LINE)

    def chunks(self) -> Iterator[str]:
        """Yield the text in pieces, for formats that do not care about lines."""
        yield from to_chunks(self, find_encoding(self.stream))


Reader = Callable[[Source], Iterator[Row]]
