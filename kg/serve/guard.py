"""The middleware around every answer: who may ask, under which path, with which headers.

A pure ASGI layer: it sees each request before anything else and each response last.
"""

from __future__ import annotations

import ipaddress
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse

from kg.serve.settings import Settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: The two style sheets that the editor's table makes at run time: column-resizer's, constants.
RESIZER_STYLES = (
    "'sha256-zCK2EVMoPc04mRF/g5CotUvxbJPWS+8V0b+s9ptqQIk=' "
    "'sha256-c0O6TmFAkgpNbHxKAa1BrveWHHopjEtC47i0PzMudxg='"
)
CSP = (
    f"default-src 'none'; script-src 'self'; style-src 'self' {RESIZER_STYLES}; "
    "img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'self'"
)


def to_hash(inline: str) -> str:
    """Return what allows one inline script or style in a Content-Security-Policy.

    >>> to_hash("")
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    return f"'sha256-{b64encode(sha256(inline.encode()).digest()).decode()}'"


HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def host_name(header: str) -> str:
    """Return the name of a Host header, without port and brackets.

    >>> host_name("[::1]:8000"), host_name("Example.org:80"), host_name("localhost")
    ('::1', 'example.org', 'localhost')
    """
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.partition(":")[0].lower().rstrip(".")


def is_allowed(header: str, allowed: tuple[str, ...]) -> bool:
    """Return whether a request for this Host may be answered.

    A page elsewhere can make a browser ask this server under the page's own
    name (DNS rebinding).  It cannot do so under an IP address or localhost.

    >>> is_allowed("127.0.0.1:8000", ()), is_allowed("evil.example", ())
    (True, False)
    """
    name = host_name(header)
    if name in ("localhost", *allowed) or "*" in allowed:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class Guard:
    """ASGI middleware: Host check, path prefix, security headers."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        own = settings.host.lower()
        self.allowed = (*(h.lower() for h in settings.allow_hosts), own)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        wrapped = self._with_headers(send)
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        if not is_allowed(host, self.allowed):
            refusal = PlainTextResponse(
                f"host {host!r} is not served here; start with --allow-host {host_name(host)}\n",
                status_code=421,
            )
            await refusal(scope, receive, wrapped)
            return
        await self.app(self._without_prefix(scope), receive, wrapped)

    def _without_prefix(self, scope: Scope) -> Scope:
        """Take the prefix off a path that has it: some proxies do, some do not."""
        prefix = self.settings.prefix
        if not prefix or not (scope["path"] + "/").startswith(prefix + "/"):
            return scope
        raw = (scope.get("raw_path") or scope["path"].encode()).removeprefix(prefix.encode())
        return {**scope, "path": scope["path"][len(prefix) :] or "/", "raw_path": raw or b"/"}

    def _with_headers(self, send: Send) -> Send:
        async def sender(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *self._missing(message)]}
            await send(message)

        return sender

    def _missing(self, message: Message) -> list[tuple[bytes, bytes]]:
        present = {name.lower() for name, _ in message["headers"]}
        headers = dict(HEADERS)
        if self.settings.cors:
            headers["Access-Control-Allow-Origin"] = self.settings.cors
            headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        pairs = ((name.lower().encode(), value.encode()) for name, value in headers.items())
        return [(name, value) for name, value in pairs if name not in present]
