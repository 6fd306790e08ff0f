"""Concepts matched to a vocabulary of others: any SKOS or OWL file, however large.

The file is streamed; of its labels only those are kept whose key is the key of
one of our names, so that memory grows with what matches, not with the file.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote

from kg.abbreviations import is_short_form
from kg.errors import KGError
from kg.model import Concept, Match
from kg.names import name_key, name_key_once

if TYPE_CHECKING:
    import pyoxigraph

_PREFERRED = frozenset(
    (
        "http://www.w3.org/2004/02/skos/core#prefLabel",
        "http://www.w3.org/2000/01/rdf-schema#label",
        "http://schema.org/name",
        "https://schema.org/name",
        "http://purl.org/dc/terms/title",
        "http://xmlns.com/foaf/0.1/name",
    )
)
_OTHER = frozenset(
    (
        "http://www.w3.org/2004/02/skos/core#altLabel",
        "http://www.w3.org/2004/02/skos/core#hiddenLabel",
        "http://www.geneontology.org/formats/oboInOwl#hasExactSynonym",
        "http://purl.obolibrary.org/obo/IAO_0000118",
        "http://schema.org/alternateName",
        "https://schema.org/alternateName",
    )
)
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_DEPRECATED = "http://www.w3.org/2002/07/owl#deprecated"

#: Local names of classes that no concept of a paper is one of.
_ALIEN = frozenset(
    ["Person", "Organization", "Organisation", "Place", "Event", "Q5", "ObjectProperty",
     "DatatypeProperty", "AnnotationProperty", "Property", "Ontology", "ConceptScheme"]
)  # fmt: skip
#: Letters and digits that a key shares with its name as written, at its beginning.
_OPENING = 3
_NOT_KEY = re.compile(r"[^a-z0-9]")
_OPENERS = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}


class VocabularyError(KGError):
    """A vocabulary cannot be read; names file, line where known, and what was expected."""


@dataclass(slots=True)
class Hits:
    """What a vocabulary says about our names: IRI -> key -> whether by a preferred label."""

    labels: dict[str, dict[str, bool]] = field(default_factory=dict)
    seen: int = 0


def match_vocabulary(
    concepts: Iterable[Concept], path: str | Path
) -> tuple[list[Concept], dict[str, Any]]:
    """Return ``concepts`` with matches to the vocabulary added, and the counts.

    ``exactMatch`` where a preferred label is the concept's own or two names
    agree, one candidate only; ``closeMatch`` where it is another name, or where
    several candidates are equally near.  An abbreviation alone matches nothing,
    and digits must agree, since keys do.

    Raises:
        VocabularyError: no such file, an unknown format, broken syntax.
    """
    known, path = list(concepts), Path(path)
    names = _names(known)
    hits = _find_labels(path, names.keys())
    _drop_aliens(path, hits)
    found = _candidates(names, hits)
    matched = [_add(concept, found.get(concept.id, {})) for concept in known]
    return matched, _counts(path, hits, known, matched)


def check_vocabulary(path: str | Path) -> None:
    """Raise :class:`VocabularyError` unless ``path`` begins like a vocabulary: before long work."""
    next(iter(_parse(Path(path))), None)


def _names(concepts: list[Concept]) -> dict[str, list[tuple[str, int]]]:
    """Return key -> (concept id, strength): 2 the label's key, 1 another name, 0 short forms."""
    names: dict[str, dict[str, int]] = defaultdict(dict)
    for concept in concepts:
        for name in (concept.label, *concept.aliases):
            strength = 2 if name == concept.label else 1
            strength = 0 if is_short_form(name) and len(name) <= 6 else strength
            key = name_key(name)
            names[key][concept.id] = max(strength, names[key].get(concept.id, 0))
    return {key: sorted(owners.items()) for key, owners in names.items()}


def _find_labels(path: Path, keys: Iterable[str]) -> Hits:
    wanted, hits = set(keys), Hits()
    openings = {key[:_OPENING] for key in wanted}
    for quad in _parse(path):
        predicate = quad.predicate.value
        if predicate in _PREFERRED or predicate in _OTHER:
            hits.seen += 1
            if _may_match(_value(quad.object), openings):
                _keep(quad, predicate in _PREFERRED, wanted, hits)
    return hits


def _may_match(label: str, openings: set[str]) -> bool:
    """Whether the first letters of a label are those of a key: spares most labels the full key."""
    return not label.isascii() or _NOT_KEY.sub("", label.lower())[:_OPENING] in openings


def _keep(quad: Any, preferred: bool, wanted: set[str], hits: Hits) -> None:
    subject, label = quad.subject, quad.object
    if type(subject).__name__ != "NamedNode" or type(label).__name__ != "Literal":
        return
    language = label.language or "en"
    if not language.startswith("en") or len(label.value) > 200:
        return
    key = name_key_once(label.value)
    if key in wanted:
        labels = hits.labels.setdefault(subject.value, {})
        labels[key] = labels.get(key, False) or preferred


def _drop_aliens(path: Path, hits: Hits) -> None:
    """Forget people, places, properties and deprecated terms: a second pass, for hits only."""
    if not hits.labels:
        return
    for quad in _parse(path):
        predicate = quad.predicate.value
        if predicate in (_TYPE, _DEPRECATED) and _value(quad.subject) in hits.labels:
            value = _value(quad.object)
            alien = value.replace("#", "/").rsplit("/", 1)[-1] in _ALIEN
            if alien if predicate == _TYPE else value in ("true", "1"):
                del hits.labels[_value(quad.subject)]


def _value(term: Any) -> str:
    """Return the text of a term; a triple term of RDF 1.2 has none."""
    return getattr(term, "value", "")


def _candidates(
    names: dict[str, list[tuple[str, int]]], hits: Hits
) -> dict[str, dict[str, tuple[int, int, bool]]]:
    """Return concept id -> IRI -> (names that agree, best strength, by a preferred label)."""
    found: dict[str, dict[str, tuple[int, int, bool]]] = defaultdict(dict)
    for iri in sorted(hits.labels):
        for key, preferred in sorted(hits.labels[iri].items()):
            for id, strength in names[key]:
                agree, best, by = found[id].get(iri, (0, 0, False))
                found[id][iri] = (
                    agree + 1,
                    max(best, strength),
                    by or (preferred and strength == 2),
                )
    return found


def _add(concept: Concept, found: dict[str, tuple[int, int, bool]]) -> Concept:
    usable = {iri: how for iri, how in found.items() if how[1] > 0 or how[0] > 1}
    if not usable:
        return concept
    best = max(usable.values())
    top = [iri for iri, how in sorted(usable.items()) if how == best]
    exact = len(top) == 1 and (best[2] or best[0] > 1)
    matches = [_match(iri, exact, best) for iri in top]
    return replace(concept, matches=tuple(sorted({*concept.matches, *matches})))


def _match(iri: str, exact: bool, how: tuple[int, int, bool]) -> Match:
    relation = "exactMatch" if exact else "closeMatch"
    reason = "label" if how[2] else "several names" if how[0] > 1 else "other name"
    return Match(relation, iri, reason, round((0.97 if exact else 0.8) - 0.02 / how[0], 4))


def _counts(path: Path, hits: Hits, before: list[Concept], after: list[Concept]) -> dict[str, Any]:
    new = [
        match
        for old, concept in zip(before, after, strict=True)
        for match in concept.matches
        if match not in old.matches
    ]
    linked = sum(old.matches != c.matches for old, c in zip(before, after, strict=True))
    return {
        "file": path.name,
        "labels": hits.seen,
        "concepts": linked,
        "exactMatch": sum(match.relation == "exactMatch" for match in new),
        "closeMatch": sum(match.relation == "closeMatch" for match in new),
    }


def _parse(path: Path) -> Iterator[pyoxigraph.Quad]:
    import pyoxigraph

    try:
        with _opened(path) as (data, suffix):
            yield from pyoxigraph.parse(
                data,
                format=_format(path, suffix),
                base_iri=f"file:///{quote(path.name)}",
                lenient=True,
            )
    except SyntaxError as error:
        line = f":{error.lineno}" if error.lineno else ""
        raise VocabularyError(f"{path}{line}: broken RDF: {error.msg}") from None
    except (OSError, EOFError, lzma.LZMAError) as error:
        why = getattr(error, "strerror", None) or error
        raise VocabularyError(f"{path}: cannot be read: {why}") from None


@contextmanager
def _opened(path: Path) -> Iterator[tuple[IO[bytes], str]]:
    opener: Any = _OPENERS.get(path.suffix.lower(), open)
    suffix = Path(path.stem).suffix if opener is not open else path.suffix
    with opener(path, "rb") as data:
        yield data, suffix.lower()


def _format(path: Path, suffix: str) -> pyoxigraph.RdfFormat:
    import pyoxigraph

    aliases = {"owl": "rdf", "skos": "rdf", "xml": "rdf", "json": "jsonld", "turtle": "ttl"}
    extension = suffix.lstrip(".")
    found = pyoxigraph.RdfFormat.from_extension(aliases.get(extension, extension))
    if found is None:
        raise VocabularyError(
            f"{path}: unknown format {suffix!r}; expected RDF: "
            ".ttl .nt .nq .trig .rdf .owl .xml .jsonld .n3, also with .gz .bz2 .xz"
        )
    return found
