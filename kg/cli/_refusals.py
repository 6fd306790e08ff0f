"""What reading took, refused and changed, as several commands tell it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kg.cli._common import first_of, say
from kg.errors import ReadError

if TYPE_CHECKING:
    from kg.model import Paper
    from kg.read import Notice, Refusal

#: Refusals and changes that are listed without -v.
SHOWN = 10


@dataclass(slots=True)
class Tally:
    """What became of the records of ``inputs``."""

    inputs: tuple[str, ...]
    kept: int = 0
    duplicates: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    @property
    def read(self) -> int:
        """How many records there were."""
        return self.kept + self.duplicates + len(self.refusals)

    def callbacks(self) -> dict[str, Any]:
        """Return what :func:`kg.read.read_papers` is to call for refusals and notices."""
        return {"on_refusal": self.refusals.append, "on_notice": self.notices.append}

    def count(self, papers: Iterable[Paper]) -> Iterator[Paper]:
        """Yield ``papers``, counting them."""
        for paper in papers:
            self.kept += 1
            yield paper

    def report(self, command: str) -> None:
        """List refusals and changes; raise :class:`ReadError` when there is no paper at all.

        Args:
            command: what was called, as in "read": with -v it lists them all.
        """
        if not self.kept:
            raise ReadError(self._nothing())
        for title, items in (("refused", self.refusals), ("changed", self.notices)):
            shown = first_of(items, SHOWN)
            for item in shown:
                say(f"{title}: {item}")
            more = len(items) - len(shown)
            if more:
                say(f"{title}: ... and {more} more (kg -v {command} ... lists them)")

    def _nothing(self) -> str:
        where = ", ".join(self.inputs[:3]) + (", ..." if len(self.inputs) > 3 else "")
        if self.refusals:
            count, first = len(self.refusals), self.refusals[0]
            return f"{where}: no paper could be read, {count} refused; the first: {first}"
        return (
            f"{where}: no papers found; expected a listing page, BibTeX, JSON Lines, ... "
            "(kg read --formats lists all)"
        )
