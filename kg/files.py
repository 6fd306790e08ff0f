"""Reading and writing files safely: JSON Lines, atomic folders, hashes."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from kg.errors import BuildError, reason

#: A folder that `kg build` made holds this file, and it says so; no other is ever replaced.
MANIFEST = "manifest.json"
#: The user's corrections within a built folder (:mod:`kg.link.corrections`): rebuilds keep them.
CORRECTIONS = "corrections.yaml"

#: What a built folder may hold, and what each is.
FILES = {
    "graph.html": "the explorer: open it in a browser",
    "papers.jsonl": "papers with their mentions and links",
    "concepts.jsonl": "concepts with labels, aliases, merges",
    "graph.ttl": "RDF, Turtle",
    "graph.nt.gz": "RDF, N-Triples",
    "graph.graphml": "for Gephi, Cytoscape, yEd, networkx",
    "graph.gexf": "for Gephi",
    "store": "the SPARQL store, ready on disk",
    CORRECTIONS: "your corrections, kept over rebuilds",
    MANIFEST: "inputs, versions, counts, refusals, seconds",
}


def to_json(data: Any) -> str:
    """Return compact JSON text, UTF-8 characters as they are, keys in given order.

    Lone surrogates (a file name's undecodable bytes, say) are escaped, so that
    the text always encodes.
    """
    text = json.dumps(data, ensure_ascii=False, separators=(", ", ": "))
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(data, ensure_ascii=True, separators=(", ", ": "))
    return text


def write_jsonl(rows: Iterable[dict[str, Any]], path: Path) -> int:
    """Write one JSON object a line; return how many."""
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for row in rows:
            out.write(to_json(row) + "\n")
            count += 1
    return count


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON Lines file that this project wrote.

    Raises:
        BuildError: a line is not a JSON object; names file and line.
    """
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                yield _object(line, path, number)
    except (OSError, UnicodeDecodeError) as error:
        raise BuildError(f"{path}: cannot be read: {reason(error)}") from error


def _object(line: str, path: Path, number: int) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except ValueError as error:
        raise BuildError(
            f"{path}:{number}: broken JSON ({error}); build the folder again"
        ) from None
    if not isinstance(data, dict):
        raise BuildError(f"{path}:{number}: found {type(data).__name__}, expected a JSON object")
    return data


def sha256(path: Path) -> str:
    """Return the hex SHA-256 of a file's bytes."""
    with path.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


#: A disk that takes no more; the system does not say which file it was.
_FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))


@contextmanager
def _name_full_disk(path: Path) -> Iterator[None]:
    """Have the error of a full disk name ``path``."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL and error.filename is None:
            raise type(error)(error.errno, error.strerror, str(path)) from error
        raise


@contextmanager
def replace_file(path: Path) -> Iterator[IO[str]]:
    """Open a file beside ``path`` for text; rename it into place on success only."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:  # names a file that nobody has heard of
        raise type(error)(error.errno, error.strerror, str(path)) from None
    try:
        with (
            _name_full_disk(path),
            os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out,
        ):
            yield out
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def replace_folder(folder: Path, *, ours: Collection[str] | None = None) -> Iterator[Path]:
    """Yield an empty folder beside ``folder``; swap it in whole on success only.

    After a failure, Ctrl-C included, ``folder`` is what it was before.

    Args:
        ours: names of the files that may be replaced; None for those of a build.

    Raises:
        BuildError: ``folder`` exists and holds something else, or its parent
            cannot be written.
    """
    check_replaceable(folder, ours=ours)
    # Named before it is there: an interrupt while it is made finds it to take away.
    work = folder.parent / f".{folder.name}.building-{secrets.token_hex(8)}"
    try:
        _make_folder(work, folder)
        with _name_full_disk(folder):
            yield work
        # Once more: "new/../old" is there only now, as may be what others have put there.
        check_replaceable(folder, ours=ours)
        swap_folders(work, folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def check_replaceable(folder: Path, *, ours: Collection[str] | None = None) -> None:
    """Raise :class:`BuildError` if ``folder`` cannot be replaced, or holds what is not to be."""
    if folder.exists() and not folder.is_dir():
        raise BuildError(f"{folder}: is a file; --out takes a folder")
    if folder.is_dir() and (os.path.ismount(folder) or folder.resolve() == Path.cwd()):
        raise BuildError(
            f"{folder}: is the folder you are in, or a mount point, which cannot be replaced "
            f"whole; choose a folder in it, such as {folder / 'graph'}"
        )
    found = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    if ours is None:
        if found:
            _check_built(folder, found)
        return
    others = [name for name in found if name not in ours]
    if others:
        raise BuildError(
            f"{folder}: holds {others[0]!r}, which is not of an earlier export of this format; "
            "choose another folder"
        )


def _check_built(folder: Path, found: list[str]) -> None:
    """Raise unless ``folder`` is an earlier build and holds nothing that would be lost with it."""
    if MANIFEST not in found:
        raise BuildError(
            f"{folder}: holds files but no {MANIFEST}, so it is not an earlier build; "
            "choose another folder"
        )
    if not _has_our_manifest(folder):
        raise BuildError(
            f"{folder}: its {MANIFEST} is not one of kg, so it is not an earlier build; "
            "choose another folder"
        )
    others = [name for name in found if not _is_of_build(name)]
    if others:
        raise BuildError(
            f"{folder}: holds {others[0]!r}, which no build writes and which would be lost; "
            "move it elsewhere, or choose another folder"
        )


def _has_our_manifest(folder: Path) -> bool:
    """Whether a build wrote the manifest; of a damaged one its records have to tell."""
    try:
        data = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        data = None
    return "paperkg" in data if isinstance(data, dict) else (folder / "concepts.jsonl").is_file()


def _is_of_build(name: str) -> bool:
    """Whether a build writes a file of that name, or something leaves it there unasked.

    Left by a killed process, an editor of the corrections, a file manager.

    >>> [_is_of_build(name) for name in ("graph.ttl", ".store.x1", "corrections.yaml~", ".git")]
    [True, True, True, False]
    """
    left = name.startswith(tuple(f".{known}." for known in FILES))
    return name in FILES or left or name in (f"{CORRECTIONS}~", ".DS_Store")


def _make_folder(work: Path, folder: Path) -> None:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        work.mkdir()
        work.chmod(0o755)
    except OSError as error:
        raise BuildError(f"{folder}: cannot be written: {error.strerror}") from error


def swap_folders(work: Path, folder: Path) -> None:
    """Put ``work`` in the place of ``folder``, in one step where the system can.

    What was there may be at ``work`` afterwards, for the caller to take away.

    Raises:
        OSError: not possible; ``folder`` is what it was.
    """
    if folder.exists() and _exchange(work, folder):
        return
    old = work.with_name(work.name + "-old")
    if folder.exists():
        os.replace(folder, old)
    try:
        os.replace(work, folder)
    except BaseException:
        if old.exists():
            os.replace(old, folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step, so that no kill can come between; False where Linux cannot."""
    import ctypes

    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE of renameat2(2)
    try:
        rename = ctypes.CDLL(None).renameat2
        return bool(rename(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0)
    except (OSError, AttributeError, TypeError):
        return False


def find_graph_file(folder: Path) -> Path:
    """Return the RDF file of a built folder (or ``folder`` itself, if it is such a file).

    Raises:
        BuildError: there is none.
    """
    if folder.is_file():
        return folder
    for name in ("graph.nt.gz", "graph.ttl", "graph.nt"):
        if (folder / name).is_file():
            return folder / name
    problem = "holds no graph.ttl or graph.nt.gz" if folder.is_dir() else "is not there"
    raise BuildError(f"{folder}: {problem}; make one with: kg build INPUT... --out {folder}")
