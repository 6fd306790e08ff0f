"""The explorer: one self-contained HTML file, offline, under a strict CSP.

``write_html`` and ``to_html`` make the page, ``show`` displays it in a notebook.
"""

from __future__ import annotations

from typing import Any

__all__ = ["show", "to_html", "write_html"]

_HOMES = {"to_html": "page", "write_html": "page", "show": "notebook"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'kg.view' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"kg.view.{_HOMES[name]}"), name)
