"""A built folder over HTTP: SPARQL 1.1 endpoint, query editor, explorer, linked data, JSON API.

>>> from pathlib import Path
>>> from kg.serve import Settings, serve
>>> serve(Path("out"), Settings(port=0), print)                # doctest: +SKIP
"""

from __future__ import annotations

from kg.serve.run import serve
from kg.serve.settings import Settings, Site

__all__ = ["Settings", "Site", "serve"]
