"""SPARQL without a server: one HTML file with the graph, Oxigraph and the query editor.

The page opens from a disk or any static host and asks nobody: Oxigraph runs in it as
WebAssembly, in a worker that is ended when a query takes too long.
"""

from __future__ import annotations

import gzip
from base64 import b64encode
from pathlib import Path

import pyoxigraph as ox

from kg import vocab
from kg.errors import BuildError, UsageError
from kg.files import find_graph_file, replace_file
from kg.query import Runner, load_store
from kg.serve.editor import editor_data
from kg.serve.guard import RESIZER_STYLES, to_hash
from kg.serve.pages import STATIC, render_plain, to_script_data

#: Triples above which a browser is no longer the place.
MOST = 1_000_000
_POLICY = (
    "default-src 'none'; script-src {scripts} 'wasm-unsafe-eval'; worker-src blob:; "
    "style-src {styles}; img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
)


def write_sparql_page(folder: Path, path: Path, *, title: str = "Ask the graph") -> int:
    """Write the page of a built folder; return how many triples are in it.

    Args:
        folder: a built folder (or an RDF file).
        path: the HTML file; it appears whole or not at all.
        title: the page's heading.

    Raises:
        BuildError: the folder holds no graph.
        UsageError: the graph is too large for a browser.
    """
    data, triples = _triples(find_graph_file(folder))
    with Runner(folder) as runner:
        config = to_script_data({**editor_data(runner), "local": True})
    style, script = _static("editor.css") + _static("site.css"), _script(_static("editor.js"))
    with replace_file(path) as out:
        out.write(
            render_plain(
                "sparql_page.html",
                title=title,
                policy=_POLICY.format(
                    scripts=to_hash(script), styles=f"{to_hash(style)} {RESIZER_STYLES}"
                ),
                style=style,
                script=script,
                worker=_script(_static("worker.js")),
                config=config,
                wasm=b64encode((STATIC / "oxigraph.wasm.gz").read_bytes()).decode(),
                data=data,
                ontology=_ontology(),
            )
        )
    return triples


def _triples(source: Path) -> tuple[str, int]:
    store = load_store(source)
    triples = sorted(
        str(ox.Triple(q.subject, q.predicate, q.object)) + " .\n"
        for q in store.quads_for_pattern(None, None, None, ox.DefaultGraph())
    )
    if len(triples) > MOST:
        raise UsageError(
            f"{source}: {len(triples):,} triples are too many for a page (at most {MOST:,}); "
            "use: kg serve"
        )
    return _pack("".join(triples).encode()), len(triples)


def _pack(data: bytes) -> str:
    """Gzip, the same bytes for the same data, as base64 text."""
    return b64encode(gzip.compress(data, 9, mtime=0)).decode()


def _ontology() -> str:
    file = vocab.schemas_folder() / "kg.ttl"
    return _pack(file.read_bytes() if file.is_file() else b"")


def _static(name: str) -> str:
    try:
        return (STATIC / name).read_text(encoding="utf-8")
    except OSError as error:
        raise BuildError(f"{STATIC / name}: cannot be read: {error.strerror}") from error


def _script(text: str) -> str:
    """Return JavaScript that no HTML parser ends early or reads as a comment."""
    return text.replace("</script", "<\\/script").replace("<!--", "\\x3C!--")
