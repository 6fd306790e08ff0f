"""What a graph says of its own making: enough to make it again, and no clocks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from kg import __version__
from kg.files import sha256
from kg.text import digest, file_name
from kg.vocab import BASE, iri

#: Options that change the graph and are not told otherwise (the model is told by its name).
_TOLD = ("extractors", "format", "mapping", "base", "abstracts", "sentences")
#: Those of them that :class:`kg.rdf.RdfSource` takes.
_SHAPE = ("base", "abstracts", "sentences")
#: Options that name files: told by file name and content, never by the path of a machine.
_FILES = ("corrections", "vocabularies")


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class BuildInfo:
    """One build, identified by what went into it; the same on any machine, at any time.

    Attributes:
        version: version of paperkg; by default this one.
        model_name: name of the extractor; "" where none is known.
        model_version: its version; "" where none is known.
        inputs: (file name without folders, hex SHA-256), sorted.
        options: (name, JSON value) of every option that changes the graph, sorted.
    """

    version: str = __version__
    model_name: str = ""
    model_version: str = ""
    inputs: tuple[tuple[str, str], ...] = ()
    options: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> str:
        """Sixteen hex digits: the digest of inputs (by content), versions and options."""
        hashes = sorted({found for _, found in self.inputs})
        parts = [self.version, self.model_name, self.model_version, hashes, self.options]
        return digest(json.dumps(parts), 16)

    @property
    def node(self) -> str:
        """The build's key and the tail of its IRI."""
        return f"build/{self.id}"

    @property
    def shape(self) -> dict[str, Any]:
        """The options that shape the RDF, as far as they are told: base, abstracts, sentences."""
        return {name: json.loads(value) for name, value in self.options if name in _SHAPE}

    def iri(self, base: str = BASE) -> str:
        """Return the build's IRI under ``base``."""
        return iri("build", self.id, base)

    @classmethod
    def make(
        cls,
        *,
        version: str,
        model: Mapping[str, Any] | None = None,
        inputs: Iterable[tuple[str, str]] = (),
        options: Mapping[str, Any] | None = None,
    ) -> Self:
        """Return the description of a build from what its pipeline and manifest hold.

        Args:
            version: version of paperkg.
            model: what the extractor says of itself; its "name" and "version" are used.
            inputs: (path, hex SHA-256) pairs; folders are cut off the path.
            options: the build's options; files among them are told by name and hash.
        """
        about = model or {}
        return cls(
            version=version,
            model_name=str(about.get("name") or ""),
            model_version=str(about.get("version") or ""),
            inputs=tuple(sorted({(file_name(path), found) for path, found in inputs})),
            options=tuple(sorted(_told(options or {}))),
        )

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> Self:
        """Return the description of a built folder from its ``manifest.json``.

        Options that name files are told by name alone if the file is gone.
        """
        rows = manifest.get("inputs") or ()
        return cls.make(
            version=str(manifest.get("paperkg") or ""),
            model=manifest.get("model"),
            inputs=((row["path"], row["sha256"]) for row in rows),
            options=manifest.get("options"),
        )


def _told(options: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for name in _TOLD:
        if options.get(name) not in (None, {}):
            yield name, json.dumps(options[name], sort_keys=True)
    for name in _FILES:
        value = options.get(name) or ()
        paths = (value,) if isinstance(value, str) else value
        if paths:
            yield name, json.dumps(sorted(_fingerprint(Path(path)) for path in paths))


def _fingerprint(path: Path) -> str:
    return f"{path.name} {sha256(path)[:16]}" if path.is_file() else path.name
