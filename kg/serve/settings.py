"""What a server may be told: where it listens, what a query may cost, who may ask."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from kg.errors import UsageError
from kg.query import MEGABYTE
from kg.vocab import KG


@dataclass(frozen=True, slots=True)
class Settings:
    """A server's options; the defaults suit one machine and its user.

    Args:
        host: the address to listen on; loopback by default.
        port: 0 takes any free port.
        prefix: the path that a proxy serves this under, such as ``/kg``.
        allow_hosts: names under which it may be asked, besides IP addresses and
            localhost (a page of another name is a DNS rebinding attack or a
            proxy that must be named here).
        trusted_proxies: addresses whose X-Forwarded-* headers are believed.
        workers: how many queries run at once.
        waiting: how many more may wait.
        timeout: seconds that a query may take.
        memory: bytes that a query may take above the open store (Linux).
        largest: bytes that an answer may have.
        longest: characters that a query may have.
        cors: the origin that scripts of other sites may come from; "" for none.
        license: the URL of the graph's licence; "" where none is stated.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    prefix: str = ""
    allow_hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    workers: int = max(2, min(4, os.cpu_count() or 1))
    waiting: int = 64
    timeout: float = 10.0
    memory: int = 1024 * MEGABYTE
    largest: int = 64 * MEGABYTE
    longest: int = 100_000
    cors: str = ""
    license: str = ""

    def __post_init__(self) -> None:
        if self.prefix and not (self.prefix.startswith("/") and not self.prefix.endswith("/")):
            raise UsageError(f"--prefix {self.prefix!r}: expected a path such as /kg")
        if set(self.prefix) & set("?#%<>\"' \\"):
            raise UsageError(f"--prefix {self.prefix!r}: expected plain characters, as in /kg")
        if self.license and not re.fullmatch(r"https?://[^\s/<>]+[^\s<>]*", self.license):
            raise UsageError(f"--license {self.license!r}: expected the URL of a licence")


@dataclass(frozen=True, slots=True)
class Site:
    """What is served: the folder, its graph's base and size, and the settings."""

    folder: Path
    base: str
    triples: int
    settings: Settings

    @property
    def explorer(self) -> Path:
        """The explorer's page, which may not be there."""
        return self.folder / "graph.html"

    def path(self, tail: str = "") -> str:
        """Return the path of a page as a browser must ask for it."""
        return f"{self.settings.prefix}/{tail}"

    def local(self, iri: str) -> str:
        """Return where this server describes ``iri``: a path here, or the IRI itself."""
        if iri.startswith(self.base):
            return self.path("id/" + iri.removeprefix(self.base))
        if iri.startswith(KG):
            return self.path("ontology/#" + iri.removeprefix(KG))
        return iri
