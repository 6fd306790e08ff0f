"""RDF terms as N-Triples text: IRIs, literals, and what must be escaped in them.

A term is a ``str`` exactly as N-Triples writes it: ``<iri>``, ``"text"`` or
``"text"^^<datatype>``.  No language tags and no blank nodes occur in the data.

XML, and so RDF/XML, has no way to write control characters; UTF-8 has none for
lone surrogates.  Both become U+FFFD, one for one, in *every* form, so that all
exports are the same graph and the offsets of mentions still hold.
"""

from __future__ import annotations

import re
from functools import cache

from kg.errors import UsageError
from kg.text import NOT_XML
from kg.vocab import PREFIXES, expand

REPLACEMENT = "\ufffd"

_ESCAPED = {"\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_UNESCAPED = {"t": "\t", "n": "\n", "r": "\r", '"': '"', "\\": "\\", "b": "\b", "f": "\f", "'": "'"}
_SPECIAL = re.compile(f'[\t\n\r"\\\\]|{NOT_XML.pattern}')
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_TYPED = re.compile(r'"((?:[^"\\]|\\.)*)"(?:\^\^<([^>]*)>)?', re.DOTALL)

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?=.)")
# What RFC 3987 allows raw in an IRI (of non-ASCII, its "ucschar" ranges); "%" only
# before two hex digits.  Square brackets are for IPv6 hosts alone: encoded.
_NOT_IRI = re.compile(
    r"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~:/?#@!$&'()*+,;=%"
    "\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef\U00010000-\U0001fffd\U00020000-\U0002fffd"
    "\U00030000-\U0003fffd]"
)


def keep_xml(text: str) -> str:
    """Replace what XML or UTF-8 cannot hold by U+FFFD, one for one.

    >>> keep_xml("a\\x00b\\ud83d")
    'a\\ufffdb\\ufffd'
    """
    return NOT_XML.sub(REPLACEMENT, text)


def escape(text: str) -> str:
    """Return ``text`` as it stands between the quotes of an N-Triples or Turtle literal.

    >>> print(escape('say "hi"\\n\\\\x'))
    say \\"hi\\"\\n\\\\x
    """
    if _SPECIAL.search(text) is None:
        return text
    return _SPECIAL.sub(lambda match: _ESCAPED.get(match[0], REPLACEMENT), text)


def unescape(text: str) -> str:
    r"""Inverse of :func:`escape`; also understands ``\u`` and ``\U``.

    >>> unescape(escape('say "hi"\t\\n')) == 'say "hi"\t\\n'
    True
    """
    return _ESCAPE.sub(_unescaped, text) if "\\" in text else text


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _UNESCAPED.get(match[3], match[3])


def literal(text: str) -> str:
    """Return the plain literal (``xsd:string``) of ``text``."""
    return f'"{escape(text)}"'


def typed(text: str, datatype: str) -> str:
    """Return a typed literal; ``datatype`` is a prefixed name, as ``xsd:gYear``."""
    return f'"{escape(text)}"^^<{expand(datatype)}>'


def integer(value: int) -> str:
    """Return an ``xsd:integer`` literal."""
    return f'"{value}"^^<http://www.w3.org/2001/XMLSchema#integer>'


def decimal(value: float) -> str:
    """Return an ``xsd:decimal`` literal in canonical form; ``float`` gives the value back.

    >>> decimal(0.95), decimal(1), decimal(0.00001)
    ... # doctest: +NORMALIZE_WHITESPACE, +ELLIPSIS
    ('"0.95"^^<...decimal>', '"1.0"^^<...decimal>', '"0.00001"^^<...decimal>')
    """
    text = repr(float(value))
    if "e" in text:
        text = f"{value:.20f}".rstrip("0")
        text += "0" if text.endswith(".") else ""
    return f'"{text}"^^<http://www.w3.org/2001/XMLSchema#decimal>'


def uri(text: str) -> str:
    """Return ``text`` as an ``xsd:anyURI`` literal: a URL as written, even a broken one."""
    return typed(text, "xsd:anyURI")


def resource(text: str) -> str:
    """Return the IRI term of ``text``, percent-encoding what an IRI cannot hold.

    >>> resource('http://e.org/a b"<c>?q=100%')
    '<http://e.org/a%20b%22%3Cc%3E?q=100%25>'
    """
    return f"<{_NOT_IRI.sub(_percent, text)}>"


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "backslashreplace"))


def is_absolute(text: str) -> bool:
    """Tell whether ``text`` begins like an absolute IRI: a scheme and a colon.

    >>> is_absolute("http://e.org/"), is_absolute("e.org/x")
    (True, False)
    """
    return _SCHEME.match(text) is not None


@cache
def name(curie: str) -> str:
    """Return the IRI term of a prefixed name.

    >>> name("rdf:type")
    '<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>'
    """
    return f"<{expand(curie)}>"


def split(term: str) -> tuple[str, str | None]:
    """Return (IRI, None) of an IRI term, (text, datatype IRI) of a literal.

    >>> split('"a\\\\"b"'), split("<http://e.org/>")
    (('a"b', 'http://www.w3.org/2001/XMLSchema#string'), ('http://e.org/', None))
    """
    if term.startswith("<"):
        return term[1:-1], None
    match = _TYPED.fullmatch(term)
    if match is None:
        raise ValueError(f"not a term: {term!r}")
    return unescape(match[1]), match[2] or PREFIXES["xsd"] + "string"


def check_base(base: str) -> str:
    """Return ``base`` if resources can be named under it.

    Raises:
        UsageError: it is no absolute IRI, or does not end in "/" or "#".
    """
    if not is_absolute(base) or _NOT_IRI.search(base) or not base.endswith(("/", "#")):
        raise UsageError(
            f"--base {base!r}: expected an absolute IRI that ends in '/' or '#', "
            "as in https://example.org/kg/"
        )
    return base
