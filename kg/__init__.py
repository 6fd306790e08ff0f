"""paperkg: from a pile of paper abstracts to a knowledge graph, offline.

>>> import kg
>>> graph = kg.build("papers.txt")           # doctest: +SKIP
>>> kg.similar(graph, "LoRA")                # doctest: +SKIP

Importing ``kg`` loads nothing heavy; each name is fetched on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

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

__all__ = ["__version__", *sorted(_HOMES)]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'kg' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
