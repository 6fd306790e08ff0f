"""Where the triples are while they are asked: an Oxigraph store, on disk or in memory.

``DIR/store`` is made once by :func:`build_store` and opened read-only, by any
number of processes.  Its marker file is written last: without it the store is
half-written, and one of another version or another graph is not used.
"""

from __future__ import annotations

import gzip
import json
import shutil
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pyoxigraph as ox

from kg import __version__, vocab
from kg.errors import BuildError, MissingExtraError
from kg.files import find_graph_file, sha256, swap_folders
from kg.query.kept import GRAPH, TRIPLES, WHOLE
from kg.query.summary import BROAD, FREQUENT, LARGE, summarise

if TYPE_CHECKING:
    import rdflib

STORE = "store"
MARKER = "paperkg-store.json"
#: Raised when the layout of a store changes; an older one is built again.
LAYOUT = 2
#: The ontology's named graph: there to be asked for, out of the way of the data.
ONTOLOGY_GRAPH = vocab.KG.rstrip("#")

_FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
}


def build_store(
    folder: Path,
    *,
    into: Path | None = None,
    large: int = LARGE,
    frequent: int = FREQUENT,
    broad: int = BROAD,
) -> Path:
    """Build the store of ``folder`` on disk from its graph file, replacing an older one.

    One that another process makes of the same graph meanwhile stays: it may be open by now.

    Args:
        folder: a built folder.
        into: where the store goes; ``folder/store`` if left out.
        large: triples from which on answers are worth keeping (:mod:`kg.query.kept`).
        frequent: papers from which on a concept is frequent enough for the store to
            keep the answers to the bundled questions about it.
        broad: narrower concepts from which on it keeps them as well.

    Returns:
        the store's path.

    Raises:
        BuildError: no graph file, broken RDF, or the folder cannot be written.
    """
    source, target = find_graph_file(folder), into or folder / STORE
    work = _work_folder(target)
    older = _made(target)
    try:
        store = ox.Store(str(work))
        _load(store, source)
        store.flush()
        store.optimize()
        triples = count_triples(store)
        if triples >= large:
            summarise(store, triples=triples, frequent=frequent, broad=broad)
            store.flush()
            store.optimize()
        del store
        marker = json.dumps(_marker(source), indent=1, sort_keys=True) + "\n"
        (work / MARKER).write_text(marker, encoding="utf-8")
        made = _made(target)
        if made in (None, older) or (target / MARKER).read_text(encoding="utf-8") != marker:
            swap_folders(work, target)
    except OSError as error:
        raise BuildError(f"{target}: the store cannot be written: {error}") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return target


def count_triples(store: ox.Store) -> int:
    """Return the number of triples of the graph itself: without the ontology, without what is kept.

    Counting them takes seconds on a large graph, so a store on disk keeps the number.
    """
    kept: Any = next(iter(store.quads_for_pattern(WHOLE, TRIPLES, None, GRAPH)), None)
    if kept is not None:
        return int(kept.object.value)
    graphs = (store.quads_for_pattern(None, None, None, graph) for graph in store.named_graphs())
    return len(store) - sum(1 for quads in graphs for _ in quads)


def _made(store: Path) -> tuple[int, int] | None:
    """Return what tells one making of a store from another, None if there is no whole one."""
    try:
        marker = (store / MARKER).stat()
    except OSError:
        return None
    return marker.st_ino, marker.st_mtime_ns


def _work_folder(target: Path) -> Path:
    try:
        work = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
        work.chmod(0o755)
        return work
    except OSError as error:
        raise BuildError(f"{target.parent}: cannot be written: {error.strerror}") from error


def _versions() -> dict[str, Any]:
    # RocksDB's files and Oxigraph's keys may change with a minor version, not with a patch.
    oxigraph = ".".join(ox.__version__.split(".")[:2])
    return {"layout": LAYOUT, "oxigraph": oxigraph}


def _marker(source: Path) -> dict[str, Any]:
    stat = source.stat()
    return {
        **_versions(),
        "paperkg": __version__,
        "source": source.name,
        "bytes": stat.st_size,
        "modified_ns": stat.st_mtime_ns,
        "sha256": sha256(source),
    }


def check_store(folder: Path) -> str:
    """Return why ``folder/store`` cannot be used, "" if it can, "none" if there is none."""
    store = folder / STORE
    if not store.is_dir():
        return "none"
    try:
        marker = json.loads((store / MARKER).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return "it is half-written"
    except (OSError, ValueError):
        return "its marker file cannot be read"
    if not isinstance(marker, dict) or not _versions().items() <= marker.items():
        return "it was made by another version"
    return "" if _same_source(folder, marker) else "the graph has changed since it was made"


def _same_source(folder: Path, marker: dict[str, Any]) -> bool:
    try:
        source = find_graph_file(folder)
    except BuildError:
        return True  # only the store was shipped: nothing to compare with
    stat = source.stat()
    if marker.get("source") != source.name or marker.get("bytes") != stat.st_size:
        return False
    # Copying a folder changes times and not bytes: only then is the hash worth its seconds.
    return marker.get("modified_ns") == stat.st_mtime_ns or marker.get("sha256") == sha256(source)


def usable_store(folder: Path) -> tuple[Path | None, str]:
    """Return (the store's path or None, a line for the user or "")."""
    problem = check_store(folder)
    if problem in ("", "none"):
        return (None if problem else folder / STORE), ""
    advice = f"asking the graph file instead; build it again with: kg build ... --out {folder}"
    return None, f"{folder / STORE}: {problem}; {advice} --store"


def open_store(folder: Path) -> ox.Store:
    """Return the triples of a built folder as a store: from disk read-only, else in memory.

    Raises:
        BuildError: the folder holds no graph, or its RDF is broken.
    """
    path, _ = usable_store(folder)
    return read_store(path) if path else load_store(find_graph_file(folder))


def read_store(path: Path) -> ox.Store:
    """Open a store on disk read-only.

    Raises:
        BuildError: the files are damaged.
    """
    try:
        return ox.Store.read_only(str(path))
    except OSError as error:
        raise BuildError(f"{path}: the store is damaged ({error}); build it again") from error


def load_store(source: Path) -> ox.Store:
    """Return an RDF file's triples, and the ontology as a named graph, in memory.

    Raises:
        BuildError: not RDF; names the file and the place.
    """
    store = ox.Store()
    _load(store, source)
    return store


def _load(store: ox.Store, source: Path) -> None:
    try:
        with _open(source) as data:
            store.bulk_load(input=data, format=_format(source))
    except (SyntaxError, ValueError, EOFError) as error:
        raise BuildError(f"{source}: is not the RDF its name promises: {error}") from error
    except OSError as error:
        raise BuildError(f"{source}: cannot be read: {error}") from error
    ontology = vocab.schemas_folder() / "kg.ttl"
    if ontology.is_file():
        graph = ox.NamedNode(ONTOLOGY_GRAPH)
        store.load(path=str(ontology), format=ox.RdfFormat.TURTLE, to_graph=graph)


def _open(source: Path) -> IO[bytes]:
    opener: Any = gzip.open if source.suffix == ".gz" else open
    found: IO[bytes] = opener(source, "rb")
    return found


def _format(source: Path) -> ox.RdfFormat:
    name = source.name.removesuffix(".gz")
    found = _FORMATS.get(Path(name).suffix)
    if found is None:
        expected = ", ".join(_FORMATS)
        raise BuildError(f"{source}: expected a built folder or an RDF file ({expected})")
    return found


def open_rdflib(folder: Path) -> rdflib.Graph:
    """Return the graph behind rdflib's API, answered by Oxigraph (package ``oxrdflib``).

    Raises:
        MissingExtraError: ``oxrdflib`` is not installed.
        BuildError: as :func:`open_store`.
    """
    try:
        from oxrdflib import OxigraphStore
    except ImportError:
        raise MissingExtraError("oxrdflib", "rdflib", "the rdflib API over the store") from None
    import rdflib
    from rdflib.graph import DATASET_DEFAULT_GRAPH_ID

    store = OxigraphStore(store=open_store(folder))
    graph = rdflib.Graph(store=store, identifier=DATASET_DEFAULT_GRAPH_ID)
    for prefix, iri in vocab.PREFIXES.items():
        graph.bind(prefix, iri)
    return graph
