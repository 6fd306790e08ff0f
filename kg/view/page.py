"""The page itself: pyvis fills a template of ours, and nothing in it can run but its own code.

pyvis (0.3.2) is the producer: its ``Network`` holds nodes, edges and options, its
``generate_html`` renders the page, its package brings vis-network.  Its stock
template is not used: it loads scripts from CDNs and lets a title or a node id run
as script.  Every piece of data is inert JSON with ``<`` escaped; the two or three
scripts are named by their SHA-256 in the Content-Security-Policy, which allows
nothing else: no request, no inline handler, no style attribute.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.files import replace_file
from kg.view.payload import TYPES, Limits, build_payload

if TYPE_CHECKING:
    import networkx as nx
    from pyvis.network import Network

STATIC = Path(__file__).parent / "static"

#: Up to this many nodes on the map pyvis' vis-network draws it; above it WebGL does.
#: vis-network takes half a second a frame at 18,000 nodes, 1 s to open at 1,000.
PYVIS_LIMIT = 1_000
#: Payloads of more characters are gzipped; smaller ones stay readable, and their
#: bytes do not depend on the zlib at hand.
PLAIN_LIMIT = 1_500_000

DEFAULT_TITLE = "Papers and what they share"

#: What pyvis' Network tells vis-network: places are given, so nothing moves or waits.
OPTIONS: dict[str, Any] = {
    "autoResize": False,
    "physics": {
        "enabled": False,
        "solver": "forceAtlas2Based",
        "forceAtlas2Based": {"gravitationalConstant": -60, "springLength": 70, "damping": 0.6},
        "stabilization": False,
    },
    "layout": {"randomSeed": 7, "improvedLayout": False},
    "edges": {"smooth": False, "selectionWidth": 0, "hoverWidth": 0, "width": 1},
    "nodes": {
        "borderWidth": 1,
        "borderWidthSelected": 1,
        "shapeProperties": {"interpolation": False},
    },
    "interaction": {
        "hover": True,
        "hoverConnectedEdges": False,
        "selectConnectedEdges": False,
        "selectable": False,
        "keyboard": False,
        "navigationButtons": False,
        "dragNodes": False,
    },
}

#: vis-network's shape per kind of node; the other renderers draw the same ones.
SHAPES = {
    "Paper": "dot",
    "Method": "square",
    "Dataset": "triangle",
    "Benchmark": "triangleDown",
    "Task": "diamond",
    "Metric": "hexagon",
}


def write_html(
    graph: nx.MultiDiGraph,
    path: str | Path,
    *,
    title: str | None = None,
    abstracts: bool = True,
    sentences: bool = True,
) -> None:
    """Write the explorer of ``graph`` to the file ``path``, whole or not at all.

    Args:
        graph: as :func:`kg.graph.build_graph` makes it, or a subgraph of one.
        path: the HTML file.
        title: heading of the page.
        abstracts: whether the page carries the abstracts.
        sentences: without the abstracts: whether it carries the sentences that
            hold a mention.
    """
    page = to_html(graph, title=title, abstracts=abstracts, sentences=sentences)
    with replace_file(Path(path)) as out:
        out.write(page)


def to_html(
    graph: nx.MultiDiGraph,
    *,
    title: str | None = None,
    abstracts: bool = True,
    sentences: bool = True,
    limits: Limits | None = None,
) -> str:
    """Return the explorer of ``graph`` as the text of one HTML file.

    The arguments are those of :func:`write_html`; ``limits`` says what a page may
    carry before it folds things away and says so.
    """
    heading = _one_line(title or DEFAULT_TITLE)
    payload = build_payload(
        graph, title=heading, abstracts=abstracts, sentences=sentences, limits=limits
    )
    small = payload["shown"]["nodes"] <= PYVIS_LIMIT
    net = _network(payload if small else None, heading)
    net.templateEnv.globals["page"] = _page(payload, heading, webgl=not small)
    html: str = net.generate_html()
    return html.encode("utf-8", "replace").decode("utf-8")


def _one_line(text: str) -> str:
    return " ".join(text.split())


# --- pyvis ---------------------------------------------------------------------------


def _network(payload: dict[str, Any] | None, heading: str) -> Network:
    """Return pyvis' network; its lists are filled directly, for add_edge is quadratic."""
    from pyvis.network import Network

    net = Network(directed=True, heading=heading, cdn_resources="in_line")
    net.set_template_dir([str(STATIC), str(_pyvis_templates())], "view.html")
    net.options = OPTIONS
    if payload is not None:
        net.nodes.extend(_nodes(payload))
        net.edges.extend(_edges(payload))
    return net


def _pyvis_templates() -> Path:
    import pyvis.network

    return Path(pyvis.network.__file__).parent / "templates"


def _nodes(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the map's nodes for vis-network; labels are drawn by the page, without overlaps."""
    papers, concepts = payload["papers"], payload["concepts"]
    count = len(papers["id"])
    places = zip(unpack(papers["x"]), unpack(papers["y"]), strict=True)
    rows = [_node(at, "Paper", x, y) for at, (x, y) in enumerate(places)]
    columns = (unpack(concepts[name]) for name in ("on", "type", "x", "y"))
    for at, (on, kind, x, y) in enumerate(zip(*columns, strict=True)):
        if on:
            rows.append(_node(count + at, TYPES[kind], x, y))
    return rows


def _node(at: int, kind: str, x: int, y: int) -> dict[str, Any]:
    return {"id": at, "shape": SHAPES[kind], "x": x / 10, "y": y / 10}


def _edges(payload: dict[str, Any]) -> list[dict[str, Any]]:
    count = len(payload["papers"]["id"])
    on = unpack(payload["concepts"]["on"])
    claims = payload["claims"]
    pairs = zip(unpack(claims["paper"]), unpack(claims["concept"]), strict=True)
    return [
        {"id": at, "from": paper, "to": count + concept}
        for at, (paper, concept) in enumerate(pairs)
        if on[concept]
    ]


def unpack(column: dict[str, Any]) -> list[int]:
    """Return the numbers of a packed column (see :mod:`kg.view.payload`)."""
    import numpy as np

    raw = base64.b64decode(column["b"])
    values: list[int] = np.frombuffer(raw, dtype=np.dtype(column["t"]).newbyteorder("<")).tolist()
    return values


# --- what the template gets ------------------------------------------------------------


def _page(payload: dict[str, Any], heading: str, *, webgl: bool) -> dict[str, Any]:
    scripts = [_vis_script(), *([_static("webgl.js")] if webgl else []), _static("app.js")]
    style = _static("app.css")
    data, encoding = _packed(payload)
    return {
        "title": heading,
        "csp": _policy(scripts, style),
        "scripts": scripts,
        "style": style,
        "data": data,
        "encoding": encoding,
    }


def _policy(scripts: list[str], style: str) -> str:
    allowed = " ".join(_hash(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_hash(style)}; "
        "img-src data: blob:; font-src 'none'; connect-src 'none'; object-src 'none'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    raw = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(raw).decode()}'"


@cache
def _static(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8").replace("\r\n", "\n").strip()


@cache
def _vis_script() -> str:
    """Return the vis-network that pyvis brings."""
    folder = _pyvis_templates() / "lib"
    path = max(folder.glob("vis-9*/vis-network.min.js"), key=lambda p: p.parent.name)
    text = path.read_text(encoding="utf-8").replace("\r\n", "\n").strip()
    # A closing tag inside the script would end it; in JavaScript the two are the same.
    return text.replace("</script", "<\\/script")


def _packed(payload: dict[str, Any]) -> tuple[str, str]:
    text = json.dumps(payload, ensure_ascii=True, separators=(",", ":"))
    if len(text) <= PLAIN_LIMIT:
        return inert(text), "json"
    packed = gzip.compress(text.encode(), compresslevel=6, mtime=0)
    return base64.b64encode(packed).decode("ascii"), "gzip"


def inert(json_text: str) -> str:
    """Return JSON that cannot end, or begin, anything in HTML.

    >>> inert('"</script><!--"')
    '"\\\\u003c/script\\\\u003e\\\\u003c!--"'
    """
    return json_text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
