"""Inputs as the user names them: files, folders, globs, "-"; plain or compressed."""

from __future__ import annotations

import bz2
import codecs
import glob
import gzip
import io
import lzma
import os
import shutil
import stat
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, TypeAlias, cast

from kg.errors import ReadError, UsageError
from kg.files import MANIFEST
from kg.read._decode import BROKEN, bom_encoding

STDIN = Path("-")

#: In a folder, files with these endings are read, others passed over.
ENDINGS = (
    ".txt", ".text", ".md", ".mail", ".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".bib",
    ".bibtex", ".ris", ".enw", ".nbib", ".ciw", ".xml", ".atom", ".rss",
)  # fmt: skip
PACKED = (".gz", ".xz", ".zst", ".bz2")

_MAGIC = {
    b"%PDF": "a PDF; export its reference, or paste title and abstract into a text file",
    b"PK\x03\x04": "a zip archive (or office document); unpack it first",
    b"{\\rtf": "an RTF document; save it as plain text",
    b"\xd0\xcf\x11\xe0": "an office document; save it as plain text or CSV",
    b"PAR1": "a Parquet file; export it as JSON Lines or CSV",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"SQLite format 3": "an SQLite database; export a table as CSV",
}


@dataclass(frozen=True, slots=True, order=True)
class Input:
    """A file to read, under the name that the user gave it.

    ``named`` when it was named itself, not found in a folder; ``at`` is where its
    bytes are, if elsewhere.
    """

    name: str
    named: bool = True
    at: str = ""

    @property
    def path(self) -> Path:
        """The file; ``Path("-")`` is the standard input."""
        return Path(self.at or self.name)


#: What may be handed over to be read.
Inputs: TypeAlias = "str | Path | Input | Iterable[str | Path | Input]"


def find_inputs(inputs: Inputs) -> list[Path]:
    """Return the files that ``inputs`` stand for, sorted, each once.

    Folders are searched through; hidden files, unknown endings (:data:`ENDINGS`, also with
    .gz, .xz, .zst, .bz2) and built folders in them are left out; globs may hold ``**``.

    A folder that cannot be listed stands for itself.

    Raises:
        UsageError: a file or folder does not exist, or a glob finds nothing.
        ReadError: a folder on the way to a file may not be entered.
    """
    return [item.path for item in list_inputs(inputs)]


def to_list(inputs: Inputs) -> list[str | Path | Input]:
    """Return what was handed over as a list, whether it was one thing or several."""
    return [inputs] if isinstance(inputs, str | Path | Input) else list(inputs)


def list_inputs(inputs: Inputs) -> list[Input]:
    """Like :func:`find_inputs`, with what the user said of each."""
    names = to_list(inputs)
    found: dict[str, Input] = {}
    for item in sorted(item for name in names for item in _expand(name)):
        real = "-" if item.path == STDIN else os.path.realpath(item.path)
        if real not in found or item.named > found[real].named:
            found[real] = item
    return sorted(found.values())


def _expand(given: str | Path | Input) -> list[Input]:
    if isinstance(given, Input):
        return [given]
    name = str(given)
    if name == "-":
        return [Input("-")]
    if not name:
        # As an unset shell variable gives it; a path would take it for the current folder.
        raise UsageError("an input's name is empty: expected a file, a folder or a pattern")
    path = Path(name)
    try:
        if path.is_dir():
            return _in_folder(path, named=True)
        if path.exists():
            return [Input(name)]
        matches = _glob(name)
    except (OSError, ValueError) as error:
        raise _no_file(name, error) from None
    if matches:
        return matches
    kind = "matches no file" if glob.has_magic(name) else "no such file or folder"
    raise UsageError(f"{name}: {kind}")


def _no_file(name: str, error: OSError | ValueError) -> ReadError | UsageError:
    if isinstance(error, PermissionError):  # of a folder on the way
        return ReadError(f"{name}: cannot be read: {error.strerror}")
    return UsageError(f"{name!r}: not a file name ({error})")


def _glob(name: str) -> list[Input]:
    found: list[Input] = []
    for match in glob.glob(name, recursive=True) if glob.has_magic(name) else ():
        found += (
            _in_folder(Path(match), named=False) if os.path.isdir(match) else [Input(match, False)]
        )
    return found


def _in_folder(folder: Path, *, named: bool) -> list[Input]:
    """Return what is to be read of a folder.

    Folders that cannot be listed are among it: opening them tells why, as it does of a file.
    """
    closed: list[str] = []
    files = [
        Path(where, name)
        for where, _, names in _walk(folder, closed.append)
        for name in names
        if _readable(name)
    ]
    found = [Input(str(file), False) for file in files]
    return found + [Input(str(Path(c)), named and Path(c) == folder) for c in closed]


def _walk(
    folder: Path, on_closed: Callable[[str], object] = lambda _: None
) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield each folder under ``folder``, the built ones in it and its files; nothing hidden.

    Built folders are not entered: what an earlier build wrote beside its inputs is no input.
    ``on_closed`` is called with each folder that cannot be listed.
    """
    for where, folders, names in os.walk(folder, onerror=lambda error: on_closed(error.filename)):
        inner = _visible(folders)
        built = [name for name in inner if _is_built(Path(where, name))]
        folders[:] = [name for name in inner if name not in built]
        yield where, [os.path.join(where, name) for name in built], _visible(names)


def _visible(names: Iterable[str]) -> list[str]:
    return sorted(name for name in names if not name.startswith("."))


def _is_built(folder: Path) -> bool:
    # Not Path.is_file, which raises in a folder that may not be entered.
    return all(os.path.isfile(folder / name) for name in (MANIFEST, "concepts.jsonl"))


def passed_over(inputs: Inputs) -> list[tuple[str, str]]:
    """Return (folder, what of it is not read) of each folder that the user named.

    Files are counted by ending, hidden ones not; sorted.
    """
    names = to_list(inputs)
    folders = {str(n) for n in names if not isinstance(n, Input) and n != "-" and _is_dir(n)}
    return [(name, text) for name in sorted(folders) if (text := _left_out(Path(name)))]


def _is_dir(name: str | Path) -> bool:
    try:
        return Path(name).is_dir()
    except (OSError, ValueError):
        return False


def _left_out(folder: Path) -> str:
    endings: Counter[str] = Counter()
    built: list[str] = []
    for _, graphs, names in _walk(folder):
        built += graphs
        endings.update(
            Path(name).suffix.lower() or "without ending" for name in names if not _readable(name)
        )
    told = []
    if endings:
        kinds = ", ".join(f"{count} {ending}" for ending, count in sorted(endings.items())[:8])
        told.append(f"passed over: {kinds}; name such a file itself to have it read")
    if built:
        told.append(f"passed over, as built by kg: {', '.join(sorted(built))}")
    return "; ".join(told)


def _readable(name: str) -> bool:
    lower = name.lower()
    for ending in PACKED:
        lower = lower.removesuffix(ending)
    return lower.endswith(ENDINGS)


def open_input(item: Input) -> IO[bytes]:
    """Open a file, or the standard input, for its unpacked bytes; the content tells how.

    Raises:
        ReadError: it cannot be opened, is empty or binary.
    """
    stream = _open(item)
    try:
        unpacked = io.BufferedReader(cast(io.RawIOBase, _unpack(stream)), 1 << 16)
        _check(item.name, unpacked.peek(8192)[:8192])
    except BROKEN as error:
        stream.close()
        raise ReadError(f"{item.name}: cannot be unpacked: {error}") from None
    return unpacked


def _open(item: Input) -> io.BufferedReader:
    """Open a file, or the standard input, for its bytes as they are."""
    if not item.named and is_pipe(item):
        raise ReadError(f"{item.name}: a pipe or a device; name it itself to have it read")
    try:
        return _standard_input() if item.path == STDIN else item.path.open("rb")
    except OSError as error:
        raise ReadError(f"{item.name}: cannot be read: {error.strerror}") from None


def is_pipe(item: Input) -> bool:
    """Whether the input can be read once only: standard input, a pipe, a device."""
    if item.path == STDIN:
        return True
    try:
        mode = item.path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


class _StandardInput(io.RawIOBase):
    """The standard input, which stays open when this is closed."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = sys.stdin.buffer.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _standard_input() -> io.BufferedReader:
    return io.BufferedReader(_StandardInput(), 1 << 16)


def _unpack(stream: io.BufferedReader) -> Any:
    head = stream.peek(8)[:8]
    if head.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=stream)
    if head.startswith(b"\xfd7zXZ\x00"):
        return lzma.LZMAFile(stream)
    if head.startswith(b"BZh"):
        return bz2.BZ2File(stream)
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        return _zstandard(stream)
    return stream


def _zstandard(stream: io.BufferedReader) -> Any:
    import zstandard

    return zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True)


def _check(name: str, head: bytes) -> None:
    for magic, what in _MAGIC.items():
        if head.startswith(magic):
            raise ReadError(f"{name}: {what}")
    if head[257:262] == b"ustar":
        raise ReadError(f"{name}: a tar archive; unpack it first")
    if not head.removeprefix(codecs.BOM_UTF8).strip():
        raise ReadError(f"{name}: empty; expected papers (kg read --help lists the formats)")
    if bom_encoding(head) in {"utf-16", "utf-32"}:
        return
    if _is_binary(head):
        raise ReadError(f"{name}: a binary file; expected text such as JSON Lines or BibTeX")


def _is_binary(head: bytes) -> bool:
    """Whether these are no text's first bytes; a text may hold a few stray NULs.

    >>> _is_binary(b'{"title": "A\\x00B"}'), _is_binary(b"a\\x00b\\x00"), _is_binary(b"ab")
    (False, True, False)
    """
    controls = sum(byte < 9 or 13 < byte < 27 for byte in head)
    stray = 3 + len(head) // 100
    return controls > len(head) // 10 or (b"\x00" in head and controls > stray)


def copy_pipe(item: Input, stack: ExitStack) -> Input:
    """Copy a pipe to a temporary file, gone when ``stack`` closes, to be read from there.

    Raises:
        ReadError: it cannot be opened.
    """
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="kg-"))
    path = Path(folder, "pipe")
    with _open(item) as stream, path.open("wb") as copy:
        shutil.copyfileobj(stream, copy)
    return replace(item, at=str(path))
