"""HTTP content negotiation (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kg.serve.faults import Fault

#: Format name -> media types that ask for it, the one that is sent first.
ROWS: dict[str, tuple[str, ...]] = {
    "json": ("application/sparql-results+json", "application/json"),
    "xml": ("application/sparql-results+xml", "application/xml", "text/xml"),
    "csv": ("text/csv",),
    "tsv": ("text/tab-separated-values",),
}
GRAPHS: dict[str, tuple[str, ...]] = {
    "turtle": ("text/turtle", "application/x-turtle"),
    "jsonld": ("application/ld+json", "application/json"),
    "ntriples": ("application/n-triples", "text/plain"),
    "rdfxml": ("application/rdf+xml", "application/xml", "text/xml"),
}
PAGES: dict[str, tuple[str, ...]] = {"html": ("text/html", "application/xhtml+xml"), **GRAPHS}

#: What other programs call a format: SPARQLWrapper, rdflib, the endings of files.
_OTHER_NAMES = {
    "srj": "json", "srx": "xml",
    "ttl": "turtle", "n3": "turtle", "json": "jsonld", "json-ld": "jsonld",
    "nt": "ntriples", "n-triples": "ntriples", "xml": "rdfxml", "rdf": "rdfxml",
    "rdf+xml": "rdfxml", "rdf/xml": "rdfxml",
}  # fmt: skip

#: The same where data are the rule and a page is for who asks for one.
DATA_FIRST = {**GRAPHS, "html": PAGES["html"]}


def to_ranges(accept: str) -> list[tuple[str, float]]:
    """Return the (media range, quality) pairs of an Accept header; nonsense is left out.

    >>> to_ranges("text/html, */*;q=0.1")
    [('text/html', 1.0), ('*/*', 0.1)]
    """
    found = []
    for part in accept.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if media.count("/") == 1:
            found.append((media, _quality(parameters)))
    return found


def _quality(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def find_named(format: str, offers: Mapping[str, Sequence[str]]) -> str | None:
    """Return the offer that a ``format`` parameter asks for, by name or media type; None if none.

    >>> find_named("xml", ROWS), find_named("xml", GRAPHS), find_named("text/csv", GRAPHS)
    ('xml', 'rdfxml', None)
    """
    wanted = format.strip().lower().replace(" ", "+")  # a plus in a query is a space
    for name in (wanted, _OTHER_NAMES.get(wanted, "")):
        if name in offers:
            return name
    return choose(wanted, offers) if "/" in wanted else None


def agree(format: str, accept: str, offers: Mapping[str, Sequence[str]], what: str = "this") -> str:
    """Return the offer that a ``format`` parameter names, else the one that ``accept`` wants most.

    Raises:
        Fault: 406 if that is none; the message says as what ``what`` comes.
    """
    if not format:
        found = choose(accept, offers)
        medias = ", ".join(types[0] for types in offers.values())
        problem = f"Accept {accept!r}: {what} comes as {medias}"
    else:
        found = find_named(format, offers)
        problem = f"format={format}: expected one of {', '.join(offers)}"
    if found is None:
        raise Fault(406, problem)
    return found


def choose(accept: str, offers: Mapping[str, Sequence[str]]) -> str | None:
    """Return the name of the offer that ``accept`` wants most; the first of equals; None if none.

    >>> choose("text/csv;q=0.9, application/json", ROWS), choose("image/png", ROWS)
    ('json', None)
    """
    ranges = to_ranges(accept or "*/*")
    best: tuple[float, str] | None = None
    for name, medias in offers.items():
        quality = max(_match(medias[0], ranges), *(_exact(media, ranges) for media in medias))
        if quality > 0 and (best is None or quality > best[0]):
            best = (quality, name)
    return best[1] if best else None


def _exact(media: str, ranges: Sequence[tuple[str, float]]) -> float:
    """An alias must be named: ``text/*`` is no wish for the XML that is also ``text/xml``."""
    return max((quality for name, quality in ranges if name == media), default=0.0)


def _match(media: str, ranges: Sequence[tuple[str, float]]) -> float:
    """The quality of the most specific range that holds ``media``."""
    whole = media.split("/")[0] + "/*"
    for wanted in (media, whole, "*/*"):
        found = [quality for name, quality in ranges if name == wanted]
        if found:
            return max(found)
    return 0.0
