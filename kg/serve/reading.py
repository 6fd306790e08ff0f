"""Reading requests strictly: percent-encoding, UTF-8, sizes, forms."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote_to_bytes

import anyio
from starlette.requests import ClientDisconnect, Request

from kg.serve.faults import Fault

_BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
#: More parameters than any request of the protocol has: a hash-flooding guard.
_MOST_FIELDS = 200
#: Bytes of a request that is too large anyway, read only so that the refusal arrives.
_MOST_DRAINED = 20_000_000


def to_pairs(text: str) -> list[tuple[str, str]]:
    """Return the (name, value) pairs of a query string or a form.

    Raises:
        Fault: 400 for broken percent-encoding, for what is not UTF-8, for too many.

    >>> to_pairs("query=ASK%20%7B%7D")
    [('query', 'ASK {}')]
    """
    if _BROKEN_PERCENT.search(text):
        raise Fault(400, "broken percent-encoding: '%' must stand before two hex digits")
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except UnicodeDecodeError:
        raise Fault(400, "the percent-encoded bytes are not UTF-8") from None
    except ValueError:
        raise Fault(400, f"more than {_MOST_FIELDS} parameters") from None


def query_pairs(request: Request) -> list[tuple[str, str]]:
    """Return the pairs of the request's query string."""
    return to_pairs(_ascii(request.scope["query_string"]))


def read_accept(request: Request) -> str:
    """Return what the client accepts; several headers are one list (RFC 9110, section 5.3)."""
    return ", ".join(request.headers.getlist("accept"))


def _ascii(data: bytes) -> str:
    try:
        return data.decode("ascii")
    except UnicodeDecodeError:
        raise Fault(400, "a URL holds ASCII only: percent-encode the rest") from None


def raw_path(request: Request) -> str:
    """Return the path as sent, percent-encoding and all (``%2F`` is not ``/``).

    Raises:
        Fault: 400 for broken percent-encoding.
    """
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    path = _ascii(raw).split("?", 1)[0]
    if _BROKEN_PERCENT.search(path):
        raise Fault(400, "broken percent-encoding: '%' must stand before two hex digits")
    return path


def to_text(quoted: str) -> str:
    """Return percent-encoded UTF-8 as text.

    Raises:
        Fault: 400 if the bytes are not UTF-8.
    """
    try:
        return unquote_to_bytes(quoted).decode("utf-8")
    except UnicodeDecodeError:
        raise Fault(400, "the percent-encoded bytes are not UTF-8") from None


async def read_body(request: Request, *, most: int) -> bytes:
    """Return the request's body.

    Raises:
        Fault: 413 for more than ``most`` bytes.  They are read and thrown away, up
            to a limit: a client that still sends does not hear.
    """
    announced = request.headers.get("content-length", "0")
    size = int(announced) if announced.isdecimal() and len(announced) < 16 else 0
    parts = []
    try:
        if size > _MOST_DRAINED:
            raise _too_large(most)
        size = 0
        async for part in request.stream():
            size += len(part)
            parts.append(part if size <= most else b"")
            if size > _MOST_DRAINED:
                break
    except ClientDisconnect:
        raise Fault(400, "the request ended early") from None
    except anyio.get_cancelled_exc_class():
        raise Fault(503, "the server ended before the request did") from None
    if size > most:
        raise _too_large(most)
    return b"".join(parts)


def _too_large(most: int) -> Fault:
    return Fault(413, f"the request is larger than {most:,} bytes", Connection="close")
