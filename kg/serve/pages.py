"""HTML from templates; every value escaped, nothing inline, nothing from elsewhere."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from kg import __version__
from kg.query.table import to_curie
from kg.serve.settings import Site
from kg.text import counted

HERE = Path(__file__).parent
STATIC = HERE / "static"
ROLES = {
    "introduces": "introduces",
    "uses": "uses",
    "evaluatesOn": "evaluates on",
    "addresses": "addresses",
    "reports": "reports",
    "comparesWith": "compares with",
    "mentions": "mentions",
}


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["role"] = lambda role: ROLES.get(role, role)
    environment.filters["safelink"] = safe_link
    environment.filters["curie"] = to_curie
    environment.filters["counted"] = counted
    environment.filters["within"] = find_words
    return environment


def safe_link(url: str) -> str:
    """Return ``url`` if it is a web address, else "": a link must never run a script.

    >>> safe_link("javascript:alert(1)"), safe_link("https://e.org/")
    ('', 'https://e.org/')
    """
    return url if url.lower().startswith(("http://", "https://")) or url[:1] == "/" else ""


def find_words(exact: str, sentence: str) -> tuple[str, str, str]:
    """Return what is before a mention's words, the words, and what is after them.

    Where they stand alone, if they do anywhere: not within another word.

    >>> find_words("SAT", "GraphSAT calls SAT.")
    ('GraphSAT calls ', 'SAT', '.')
    """
    alone = re.search(rf"(?<!\w){re.escape(exact)}(?!\w)", sentence)
    start = alone.start() if alone else sentence.find(exact)
    if start < 0:
        return sentence, "", ""
    end = start + len(exact)
    return sentence[:start], sentence[start:end], sentence[end:]


def render(template: str, site: Site, **values: Any) -> str:
    """Return the page that a template makes of ``values``."""
    page = _templates().get_template(template)
    return page.render(site=site, path=site.path, version=__version__, **values)


def render_plain(template: str, **values: Any) -> str:
    """Return a page that stands alone, made of ``values``."""
    return _templates().get_template(template).render(**values)


def to_script_data(data: Any) -> str:
    """Return JSON that can stand inside a ``<script>`` element whatever strings it holds.

    >>> to_script_data({"a": "</script>"})
    '{"a": "\\\\u003c/script\\\\u003e"}'
    """
    text = json.dumps(data, ensure_ascii=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text
