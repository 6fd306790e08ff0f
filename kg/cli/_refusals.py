"""What reading took, refused and changed, as several commands tell it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kg.cli._common import first_of, say

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
        from kg.read import nothing_read

        if not self.kept:
            raise nothing_read(self.inputs, self.refusals)
        for title, items in (("refused", self.refusals), ("changed", self.notices)):
            for line in first_of(items, SHOWN, f" (kg -v {command} ... lists them)"):
                say(f"{title}: {line}")
