"""paperkg: from a pile of paper abstracts to a knowledge graph, offline.

>>> import kg
>>> graph = kg.build("papers.txt")           # doctest: +SKIP
>>> kg.similar(graph, "LoRA")                # doctest: +SKIP

Importing ``kg`` loads nothing heavy; each name is fetched on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # what _HOMES says, for type checkers and editors
    from kg.analyse import communities, describe, path, similar, top, trends
    from kg.folder import load_graph
    from kg.graph import build_graph, to_records
    from kg.pipeline import build
    from kg.query.ask import ask
    from kg.rdf import to_rdf
    from kg.view.notebook import show
    from kg.view.page import write_html

__version__ = "0.1.0"

_HOMES = {
    "ask": "kg.query.ask",
    "build": "kg.pipeline",
    "build_graph": "kg.graph",
    "communities": "kg.analyse",
    "describe": "kg.analyse",
    "load_graph": "kg.folder",
    "path": "kg.analyse",
    "show": "kg.view",
    "similar": "kg.analyse",
    "to_records": "kg.graph",
    "to_rdf": "kg.rdf",
    "top": "kg.analyse",
    "trends": "kg.analyse",
    "write_html": "kg.view",
}

__all__ = [
    "__version__", "ask", "build", "build_graph", "communities", "describe", "load_graph", "path",
    "show", "similar", "to_rdf", "to_records", "top", "trends", "write_html",
]  # fmt: skip

if not TYPE_CHECKING:  # a checker would take any name for one of ours

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module 'kg' has no attribute {name!r}")
        return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
