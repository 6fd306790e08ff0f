"""Bytes to lines of valid text, in bounded memory.

The policy for text that is not UTF-8: a byte order mark decides, if there is
one.  Otherwise each line is decoded by itself; a line that is not UTF-8 and
holds no UTF-8 sequence at all is taken as Windows-1252, any other has its wrong
bytes replaced by U+FFFD.  NUL, which no text has, becomes U+FFFD, too, lest it
break the record that it stands in.  All are reported as notices, never silently.
"""

from __future__ import annotations

import codecs
import io
import lzma
import re
import zlib
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from kg.read._base import Source

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UTF8_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_NUL = re.compile("\x00")
_BAD = re.compile("[\x00-\x08\x0e-\x1b\x7f\ud800-\udfff\ufffe\uffff]")

#: What a broken compressed stream raises.
BROKEN = (EOFError, lzma.LZMAError, zlib.error, OSError, ValueError)


def find_encoding(stream: IO[bytes]) -> str:
    """Return the encoding that a byte order mark names; "utf-8" without one."""
    return bom_encoding(stream.peek(4)[:4])  # type: ignore[attr-defined]


def bom_encoding(head: bytes) -> str:
    """Return the encoding for the first bytes of a file.

    >>> bom_encoding(b"\\xff\\xfea\\x00"), bom_encoding(b"abc")
    ('utf-16', 'utf-8')
    """
    return next((name for bom, name in _BOMS if head.startswith(bom)), "utf-8")


def to_lines(source: Source, encoding: str, limit: int) -> Iterator[tuple[int, str]]:
    """Yield (number, line) of ``source``; lines end at LF, CRLF or CR."""
    number = 0
    decoded = (
        _utf8_lines(source, limit)
        if encoding.startswith("utf-8")
        else _wide_lines(source, encoding, limit)
    )
    try:
        for text in decoded:
            for line in text.removesuffix("\n").removesuffix("\r").split("\r"):
                number += 1
                yield number, line
    except UnicodeError as error:
        source.refuse(number + 1, f"not {encoding} text after this line ({error})")
    except BROKEN as error:
        source.refuse(number + 1, f"the data breaks off here ({error}); the rest is lost")


def _utf8_lines(source: Source, limit: int) -> Iterator[str]:
    if source.stream.peek(3)[:3] == codecs.BOM_UTF8:  # type: ignore[attr-defined]
        source.stream.read(3)
    number = 0
    while raw := source.stream.readline(limit + 1):
        number += 1
        if len(raw) > limit:
            _skip_line(source.stream, raw, limit)
            source.refuse(number, f"a line of more than {limit:,} bytes")
            raw = b"\n"
        yield _without_nul(source, number, _decode_lines(source, number, raw))


def _without_nul(source: Source, number: int, text: str) -> str:
    return without(source, number, text, _NUL, "NUL") if "\x00" in text else text


def without(source: Source, number: int, text: str, characters: re.Pattern[str], name: str) -> str:
    """Replace ``characters`` by U+FFFD and say so, under their ``name``, with the line.

    Args:
        number: the line that ``text`` begins in.
    """
    found = characters.search(text)
    if not found:
        return text
    line = number + text.count("\n", 0, found.start())
    source.notice(line, f"{name} characters became U+FFFD")
    return characters.sub("\ufffd", text)


def _decode_lines(source: Source, number: int, raw: bytes) -> str:
    """Return the text of whole lines, of which the first has that number."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        lines = enumerate(raw.split(b"\n"), number)
        return "\n".join(_decode_line(source, line, part) for line, part in lines)


def _decode_line(source: Source, number: int, raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return _not_utf8(source, number, raw)


def _skip_line(stream: IO[bytes], raw: bytes, limit: int) -> None:
    while raw and not raw.endswith(b"\n"):
        raw = stream.readline(min(limit, 1 << 20))


def _not_utf8(source: Source, number: int, raw: bytes) -> str:
    if _UTF8_SEQUENCE.search(raw):
        source.notice(number, "not valid UTF-8: wrong bytes became U+FFFD")
        return raw.decode(errors="replace")
    source.notice(number, "not UTF-8: read as Windows-1252")
    return "".join(_latin(part) for part in re.split(rb"([\x81\x8d\x8f\x90\x9d])", raw))


def _latin(part: bytes) -> str:
    try:
        return part.decode("cp1252")
    except UnicodeDecodeError:
        return part.decode("latin-1")


def _wide_lines(source: Source, encoding: str, limit: int) -> Iterator[str]:
    text = io.TextIOWrapper(source.stream, encoding, errors="replace", newline="\n")
    number = 0
    while line := text.readline(limit + 1):
        number += 1
        if len(line) > limit:
            while line and not line.endswith("\n"):
                line = text.readline(min(limit, 1 << 20))
            source.refuse(number, f"a line of more than {limit:,} characters")
            line = "\n"
        yield _without_nul(source, number, line)


def to_chunks(source: Source, encoding: str, size: int = 1 << 16) -> Iterator[str]:
    """Yield the text of ``source`` in pieces; wrong bytes become U+FFFD, with a notice."""
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)(
        "replace"
    )
    try:
        while raw := source.stream.read(size):
            text = decoder.decode(raw)
            if "\ufffd" in text and b"\xef\xbf\xbd" not in raw:
                source.notice(0, f"not valid {encoding.upper()}: wrong bytes became U+FFFD")
            yield _without_nul(source, 0, text)
        yield decoder.decode(b"", True)
    except BROKEN as error:
        source.refuse(0, f"the data breaks off ({error}); the rest is lost")


def to_pieces(source: Source, encoding: str, size: int = 1 << 16) -> Iterator[tuple[int, str]]:
    """Yield (number of the line it begins in, piece of text), for text of any length of line.

    Wrong bytes and NUL as in :func:`to_lines`.
    """
    narrow, line = encoding.startswith("utf-8"), 1
    if source.stream.peek(3)[:3] == codecs.BOM_UTF8:  # type: ignore[attr-defined]
        source.stream.read(3)
    decoder, held = codecs.getincrementaldecoder(encoding)("replace"), b""
    while read := source.stream.read(size):
        raw = held + read
        cut = len(raw) - _unfinished(raw) if narrow else len(raw)
        raw, held = raw[:cut], raw[cut:]
        text = _decode_lines(source, line, raw) if narrow else decoder.decode(raw)
        yield line, _without_nul(source, line, text)
        line += text.count("\n")
    yield line, held.decode(errors="replace") if narrow else decoder.decode(b"", True)


def _unfinished(raw: bytes) -> int:
    """Return how many bytes at the end begin a UTF-8 sequence that goes on."""
    for back in range(1, min(4, len(raw) + 1)):
        if raw[-back] >= 0xC0:
            return back if raw[-back] >= (0xC0, 0xE0, 0xF0)[back - 1] else 0
    return 0


def to_valid(text: str) -> str:
    """Return ``text`` with surrogate pairs joined, and what no file format can carry
    (lone surrogates, control characters) replaced by U+FFFD.

    >>> to_valid("a\\ud83d\\ude00\\ud800\\x00")
    'a😀\\ufffd\\ufffd'
    """
    if not _BAD.search(text):
        return text
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _BAD.sub("\ufffd", joined)
