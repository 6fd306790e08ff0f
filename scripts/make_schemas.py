"""Write what ``schemas/`` derives from code and ontology: context, page, diagram.

python scripts/make_schemas.py            write the files
python scripts/make_schemas.py --check    exit 1 if one is out of date
"""

from __future__ import annotations

import json
import sys
from html import escape
from pathlib import Path
from typing import Any

from rdflib import OWL, RDF, RDFS, Graph, Literal, Namespace, URIRef

from kg.export.jsonld import to_context
from kg.vocab import KG, PREFIXES, schemas_folder

SKOS = Namespace(PREFIXES["skos"])
DCTERMS = Namespace(PREFIXES["dcterms"])
SHORT = {"rdf": PREFIXES["rdf"], **{p: f for p, f in PREFIXES.items() if p != "id"}}


def make_all(folder: Path) -> dict[str, str]:
    """Return {file name: text} of everything that is generated into ``folder``."""
    ontology = Graph().parse(folder / "kg.ttl")
    alignments = Graph().parse(folder / "alignments.ttl")
    return {
        "context.jsonld": json.dumps({"@context": to_context()}, indent=2) + "\n",
        "diagram.svg": to_diagram(),
        "index.html": to_page(ontology, alignments, _drawing()),
    }


# --- page ------------------------------------------------------------------------------

#: The colours by the names that ``kg serve`` has for them, too: its pages bring their own.
_COLOURS = (
    "--ink: #1a1d21; --paper: #fff; --soft: #f3f4f6; --line: #d5d9df; --link: #0b57a4; "
    "--quiet: #5a6270;"
)
_DARK_COLOURS = (
    "--ink: #e6e8eb; --paper: #16181c; --soft: #22262c; --line: #3a404a; --link: #7db7f2; "
    "--quiet: #a2aab6;"
)
_DARK = "@media (prefers-color-scheme: dark)"
#: What the diagram is painted with; the attributes of its shapes are for readers without CSS.
_DRAWING = """
.drawing { background: var(--paper); } .drawing text { fill: var(--ink); }
.drawing > text { stroke: var(--paper); } .drawing line { stroke: var(--quiet); }
.drawing marker path { fill: var(--quiet); }
.drawing rect { fill: var(--soft); stroke: var(--link); }
"""
#: What only the page that stands alone needs: a served one has a style sheet for this.
_ALONE = f"""
:root {{ color-scheme: light dark; {_COLOURS} }}
{_DARK} {{ :root {{ {_DARK_COLOURS} }} }}
body {{ margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink);
  background: var(--paper); }}
main {{ margin: 0 auto; padding: 1rem; }}
a {{ color: var(--link); }} h1 {{ line-height: 1.2; }}
:focus-visible {{ outline: 2px solid var(--link); outline-offset: 2px; }}
"""
_STYLE = f"""
:root {{ --here: #fff6d6; }} {_DARK} {{ :root {{ --here: #332b00; }} }}
main {{ max-width: 60rem; }} code, pre {{ font-size: .9em; overflow-wrap: anywhere; }}
pre {{ background: var(--soft); padding: .5rem .75rem; white-space: pre-wrap; }}
section.term {{ border-top: 1px solid var(--line); padding: .5rem 0; }}
section.term:target {{ background: var(--here); }}
dl {{ display: grid; gap: 0 1rem; grid-template-columns: max-content 1fr; margin: .5rem 0; }}
dt {{ color: var(--quiet); }} dd {{ margin: 0; overflow-wrap: anywhere; }}
main nav {{ display: block; columns: 12rem; }} main nav a {{ display: block; }}
figure {{ margin: 1rem 0; overflow-x: auto; }}
.drawing {{ display: block; min-width: 44rem; width: 100%; height: auto; }}
{_DRAWING.strip()}
"""

_ROWS = (
    ("is a", RDFS.subClassOf),
    ("is a kind of", RDFS.subPropertyOf),
    ("from", RDFS.domain),
    ("to", RDFS.range),
    ("inverse of", OWL.inverseOf),
)


def to_page(ontology: Graph, alignments: Graph, diagram: str) -> str:
    """Return the ontology as one HTML page; every term's local name is an anchor."""
    about = URIRef(KG.rstrip("#"))
    kinds = (
        ("Classes", OWL.Class),
        ("Properties between things", OWL.ObjectProperty),
        ("Properties with a value", OWL.DatatypeProperty),
    )
    groups = [(title, sorted(ontology.subjects(RDF.type, kind))) for title, kind in kinds]
    title = escape(str(ontology.value(about, DCTERMS.title)))
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<title>{title}</title><link rel="icon" href="data:,">',
        f"<style>{_ALONE}</style>",
        f"<style>{_STYLE}</style></head><body><main>",
        f"<h1>{title}</h1>",
        f"<p>{escape(str(ontology.value(about, DCTERMS.description)))}</p>",
        f"<p>Version {escape(str(ontology.value(about, OWL.versionInfo)))}. "
        f"Namespace <code>{escape(KG)}</code>, prefix <code>kg:</code>. Source: "
        '<a href="kg.ttl">kg.ttl</a>; <a href="alignments.ttl">alignments.ttl</a>; '
        '<a href="shapes.ttl">shapes.ttl</a>; <a href="context.jsonld">context.jsonld</a>.</p>',
        '<figure tabindex="0" aria-label="The diagram; it scrolls where it is wider">',
        diagram,
        "</figure>",
    ]
    for title, terms in groups:
        links = "".join(f'<a href="#{_local(t)}">{_local(t)}</a>' for t in terms)
        parts += [f"<h2>{title}</h2>", f"<nav aria-label={title!r}>{links}</nav>"]
        parts += [_section(ontology, alignments, term) for term in terms]
    return "\n".join([*parts, "</main></body></html>"]) + "\n"


def _local(term: Any) -> str:
    return escape(str(term).removeprefix(KG))


def _section(ontology: Graph, alignments: Graph, term: Any) -> str:
    rows = [(name, ontology.objects(term, predicate)) for name, predicate in _ROWS]
    cells = [(name, ", ".join(_link(v) for v in sorted(values))) for name, values in rows]
    also = sorted(alignments.predicate_objects(term))
    cells += [(_short(p), _link(o)) for p, o in also if not isinstance(o, Literal)]
    table = "".join(f"<dt>{escape(name)}</dt><dd>{value}</dd>" for name, value in cells if value)
    return (
        f'<section class="term" id="{_local(term)}">'
        f"<h3>{escape(str(ontology.value(term, RDFS.label)))} "
        f'<small><a href="#{_local(term)}"><code>kg:{_local(term)}</code></a></small></h3>'
        f"<p>{escape(str(ontology.value(term, RDFS.comment)))}</p>"
        f"<dl><dt>IRI</dt><dd><code>{escape(str(term))}</code></dd>{table}</dl>"
        f"<pre>{escape(str(ontology.value(term, SKOS.example)))}</pre></section>"
    )


def _short(term: Any) -> str:
    for prefix, full in SHORT.items():
        if str(term).startswith(full):
            return f"{prefix}:{str(term)[len(full) :]}"
    return str(term)


def _link(term: Any) -> str:
    where = f"#{_local(term)}" if str(term).startswith(KG) else escape(str(term), quote=True)
    return f'<a href="{where}"><code>{escape(_short(term))}</code></a>'


# --- diagram -----------------------------------------------------------------------------

#: Box -> (x, y, its second line).
BOXES = {
    "Paper": (60, 190, "title, abstract, authors, year"),
    "Concept": (560, 190, "prefLabel, altLabel"),
    "Link": (60, 380, "url"),
    "Mention": (310, 40, "exact, field, begin, end, sentence"),
    "LinkMention": (310, 480, "exact, field, begin, end"),
    "Decision": (560, 380, "joinsName, reason, score"),
    "Build": (310, 290, "softwareVersion, modelName"),
    "Method": (820, 60, ""),
    "Dataset": (820, 125, ""),
    "Benchmark": (820, 190, ""),
    "Task": (820, 255, ""),
    "Metric": (820, 320, ""),
}
#: (from, to, words on the arrow).
ARROWS = (
    (
        "Paper",
        "Concept",
        "mentions: introduces, uses, evaluatesOn,\naddresses, reports, comparesWith",
    ),
    ("Paper", "Link", "hasLink: code, projectPage,\ndata, model, demo, video"),
    ("Mention", "Paper", "inPaper"),
    ("Mention", "Concept", "refersTo"),
    ("LinkMention", "Link", "refersTo"),
    ("Decision", "Concept", "decides"),
    ("Decision", "Build", "wasGeneratedBy"),
    *((kind, "Concept", "") for kind in ("Method", "Dataset", "Benchmark", "Task", "Metric")),
)
WIDTH, HEIGHT = 210, 46


def to_diagram() -> str:
    """Return the classes and what relates them as an SVG file, light or dark like its reader."""
    style = f".drawing {{ {_COLOURS} }} {_DARK} {{ .drawing {{ {_DARK_COLOURS} }} }}{_DRAWING}"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{_drawing(f"<style>{style}</style>")}\n'


def _drawing(style: str = "") -> str:
    """Return the SVG element; without ``style`` its colours are those of the page around it."""
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" class="drawing" viewBox="0 0 1050 560" role="img" '
        'aria-label="Classes of the ontology and the properties between them" '
        'font-family="sans-serif" font-size="13">' + style,
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" '
        'markerHeight="8" orient="auto"><path d="M0 0L10 5L0 10z" fill="#57606a"/></marker></defs>',
        *(_arrow(*arrow) for arrow in ARROWS),
        *(_box(name, *place) for name, place in BOXES.items()),
        "</svg>",
    ]
    return "\n".join(parts)


def _width(name: str) -> int:
    return WIDTH if BOXES[name][2] else 110


def _box(name: str, x: int, y: int, second: str) -> str:
    middle, width = x + _width(name) // 2, _width(name)
    lines = (
        [f'<text x="{middle}" y="{y + 18}" font-weight="bold">kg:{name}</text>']
        if second
        else [f'<text x="{middle}" y="{y + 28}" font-weight="bold">kg:{name}</text>']
    )
    lines += [f'<text x="{middle}" y="{y + 36}" font-size="11">{second}</text>'] if second else []
    return (
        f'<g text-anchor="middle" fill="#1b1f24"><rect x="{x}" y="{y}" width="{width}" '
        f'height="{HEIGHT}" rx="6" fill="#eef4fb" stroke="#0b57a4"/>{"".join(lines)}</g>'
    )


def _edge(name: str, towards: tuple[float, float]) -> tuple[float, float]:
    """Return where the line from a box's middle to ``towards`` leaves the box."""
    x, y = BOXES[name][0] + _width(name) / 2, BOXES[name][1] + HEIGHT / 2
    dx, dy = towards[0] - x, towards[1] - y
    scale = min(_width(name) / 2 / abs(dx) if dx else 9e9, HEIGHT / 2 / abs(dy) if dy else 9e9)
    return round(x + dx * scale, 1), round(y + dy * scale, 1)


def _arrow(start: str, end: str, words: str) -> str:
    middles = [(BOXES[n][0] + _width(n) / 2, BOXES[n][1] + HEIGHT / 2) for n in (start, end)]
    (x1, y1), (x2, y2) = _edge(start, middles[1]), _edge(end, middles[0])
    dashed = "" if words else ' stroke-dasharray="4 3"'
    line = (
        f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#57606a"{dashed} '
        'marker-end="url(#tip)"/>'
    )
    rows = words.split("\n") if words else []
    x, y = (x1 + x2) / 2, (y1 + y2) / 2 - 6 - 14 * (len(rows) - 1)
    texts = "".join(
        f'<text x="{x:.1f}" y="{y + 14 * n:.1f}" text-anchor="middle" fill="#1b1f24" '
        f'stroke="#fff" stroke-width="4" paint-order="stroke">{escape(row)}</text>'
        for n, row in enumerate(rows)
    )
    return line + texts


def main() -> int:
    """Write the files, or with ``--check`` compare them."""
    folder, stale = schemas_folder(), []
    for name, text in make_all(folder).items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in sys.argv[1:]:
                path.write_text(text, encoding="utf-8", newline="\n")
    print(f"out of date: {', '.join(stale)}" if stale else "up to date")
    return int(bool(stale) and "--check" in sys.argv[1:])


if __name__ == "__main__":
    raise SystemExit(main())
