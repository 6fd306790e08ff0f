"""The explorer inside a notebook: Jupyter, VS Code, Colab and anything that shows HTML."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True, slots=True)
class View:
    """A page that a notebook displays; ``save`` writes it as a file.

    Attributes:
        page: the HTML text.
        height: of the frame, in CSS pixels.
    """

    page: str = field(repr=False)  # megabytes, where a prompt shows what came back
    height: int = 680

    def _repr_html_(self) -> str:
        """Return a frame with the whole page inside: no file, no server, no request.

        The frame may run the page's scripts and offer downloads, and is an origin
        of its own: it sees neither the notebook nor its cookies.
        """
        allowed = "allow-scripts allow-downloads allow-popups allow-popups-to-escape-sandbox"
        return (
            f'<iframe srcdoc="{escape(self.page, quote=True)}" sandbox="{allowed}" '
            f'width="100%" height="{self.height}" style="border:0" '
            'title="Papers and the concepts they share"></iframe>'
        )

    def save(self, path: str | Path) -> Path:
        """Write the page to ``path`` and return it."""
        target = Path(path)
        target.write_text(self.page, encoding="utf-8", newline="\n")
        return target


def show(
    graph: nx.MultiDiGraph,
    *,
    title: str | None = None,
    height: int = 680,
    abstracts: bool = True,
    sentences: bool = True,
) -> View:
    """Return the explorer of ``graph`` for a notebook: as a cell's last line it is displayed.

    Args:
        graph: as :func:`kg.build` returns it, or any subgraph of one.
        title: heading.
        height: of the frame, in CSS pixels.
        abstracts: whether the page carries the abstracts.
        sentences: without the abstracts: whether it carries the evidence sentences.

    Examples:
        >>> import kg
        >>> graph = kg.build("papers.txt")      # doctest: +SKIP
        >>> kg.view.show(graph)                 # doctest: +SKIP
    """
    from kg.view.page import to_html

    page = to_html(graph, title=title, abstracts=abstracts, sentences=sentences)
    return View(page, height)
