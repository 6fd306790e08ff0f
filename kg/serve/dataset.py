"""The data set for people: its name, how it was built, the files that can be downloaded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.files import MANIFEST
from kg.serve.settings import Site
from kg.text import file_name

TITLE = "Methods, datasets, benchmarks, tasks and metrics of papers"
#: File -> (media type, what it is); the manifest is not among them: it names folders.
FILES = {
    "graph.ttl": ("text/turtle", "RDF, Turtle: the whole graph"),
    "graph.nt": ("application/n-triples", "RDF, N-Triples: the whole graph"),
    "graph.nt.gz": ("application/gzip", "RDF, N-Triples, compressed: the whole graph"),
    "graph.graphml": ("application/graphml+xml", "GraphML, for Gephi, Cytoscape, yEd, networkx"),
    "graph.gexf": ("application/gexf+xml", "GEXF, for Gephi"),
    "papers.jsonl": ("application/jsonl", "papers with their mentions and links, JSON Lines"),
    "concepts.jsonl": ("application/jsonl", "concepts with labels, aliases, merges, JSON Lines"),
    "graph.html": ("text/html", "the explorer, one page that works offline"),
}
RDF = ("graph.nt.gz", "graph.ttl", "graph.nt")


@dataclass(frozen=True, slots=True)
class Download:
    """A file on offer: its path on disk, media type, and what it is."""

    path: Path
    media: str
    what: str

    @property
    def name(self) -> str:
        """The file's name, under which it is asked for."""
        return self.path.name

    @property
    def size(self) -> str:
        """How large it is: "771 kB"."""
        size = float(self.path.stat().st_size)
        for unit in ("bytes", "kB", "MB"):
            if size < 1000:
                return f"{size:.0f} {unit}"
            size /= 1000
        return f"{size:.1f} GB"


def find_downloads(site: Site) -> list[Download]:
    """Return the files on offer, the RDF first."""
    return list(_downloads(site))


def _downloads(site: Site) -> Iterator[Download]:
    single = site.folder.is_file()
    # papers.jsonl always holds the abstracts: a build that publishes none keeps it back.
    kept = set() if _options(site).get("abstracts") else {"papers.jsonl"}
    for name, (media, what) in FILES.items():
        path = site.folder if single else site.folder / name
        if path.name == name and name not in kept and path.is_file():
            yield Download(path, media, what)


def find_dump(site: Site) -> Download | None:
    """Return the file that holds the whole graph as RDF."""
    return next((file for file in _downloads(site) if file.name in RDF), None)


def read_title(site: Site) -> str:
    """Return the data set's name: what ``kg build --title`` said, or one for any."""
    return str(_options(site).get("title") or TITLE)


def read_build(site: Site) -> dict[str, Any] | None:
    """Return what the manifest tells of the build; None where there is none to read.

    {"version", "model", "inputs": [file name], "read", "kept", "duplicates", "refused"};
    an input has no folder: that is the business of the machine it was on.
    """
    manifest = _manifest(site)
    counts = _dict(manifest.get("counts"))
    if not counts:
        return None
    model = _dict(manifest.get("model"))
    inputs = [_dict(item).get("path", "") for item in manifest.get("inputs", [])]
    return {
        "version": manifest.get("paperkg", ""),
        "model": " ".join(str(model.get(key, "")) for key in ("name", "version")).strip(),
        "inputs": [file_name(str(path)) for path in inputs],
        "read": counts.get("papers_read", 0),
        "kept": counts.get("papers_kept", 0),
        "duplicates": counts.get("duplicates", 0),
        "refused": counts.get("refused", 0),
    }


def _options(site: Site) -> dict[str, Any]:
    return _dict(_manifest(site).get("options"))


def _manifest(site: Site) -> dict[str, Any]:
    """The manifest, read leniently: a folder is served whether or not it has a good one."""
    try:
        return _dict(json.loads((site.folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
