"""BibTeX, by pybtex, one entry at a time: a broken entry costs only itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kg.read._base import Row, Source
from kg.text import squeeze

#: An entry of more characters than this is refused.
MAX_ENTRY = 32 * 1024 * 1024

_START = re.compile(r"\s*@\s*(\w+)\s*[{(]")
_NEW_ENTRY = re.compile(
    r"@\s*\w+\s*[{(]\s*[^\s,{}=]*\s*,\s*$|@\s*\w+\s*[{(]\s*[^\s,{}=]+\s*,\s*\w+\s*="
)
_BRACES = re.compile(r"\\.|[{}]")
_ACCENT = re.compile(
    r"""\{?\\(?:["'`^~=.]\s*(?:\{\s*\\?[A-Za-z]\s*\}|\\?[ij](?![A-Za-z])|[A-Za-z])"""
    r"""|[uvHtcdbkr](?:\s*\{\s*\\?[A-Za-z]\s*\}|\s+[A-Za-z](?![A-Za-z]))"""
    r"""|(?:ss|ae|AE|oe|OE|aa|AA|o|O|l|L|i|j)(?![A-Za-z])(?:\{\})?\s?)\}?"""
)
_MONTHS = "January February March April May June July August September October November December"
#: Kinds of parts that are no records.
_NO_ENTRIES = ("string", "preamble")
_VOLUMES = frozenset({"proceedings", "mvproceedings", "book", "mvbook", "collection"})
#: What an entry takes over from the volume that it refers to.
_INHERITED = frozenset({"title", "booktitle", "journal", "year", "date"})
_MATH = re.compile(r"(\$[^$]*\$|\\\((?:[^\\]|\\[^()])*\\\)|\\[A-Za-z]+\s*\{[^{}]*\}|\\.)")
#: Commands that set their words in another type, and mean no more.
_TYPE = re.compile(
    r"\\(?:emph|text(?:it|bf|tt|sc|sf|rm|sl|md|up|normal)|mbox|hbox)\s*(?=\{)"
    r"|\\(?:em|it|bf|sc|tt|sl|sf)\s+(?=[\w{])"
)


def read_bibtex(source: Source) -> Iterator[Row]:
    """Yield the entries of a BibTeX file; ``@string`` abbreviations are understood."""
    known = _Abbreviations()
    volumes: dict[str, dict[str, str]] = {}
    waiting: list[tuple[int, dict[str, str]]] = []
    for line, kind, text in _entries(source):
        if kind == "comment":
            continue
        for command, key, fields in _read_part(source, line, kind, text, known):
            fields["key"] = key
            if command in _VOLUMES:
                volumes[key.lower()] = {n: v for n, v in fields.items() if n in _INHERITED}
            if command == "proceedings":
                source.refuse(line, "a volume of proceedings, no paper")
            elif fields.get("crossref"):
                waiting.append((line, fields))
            else:
                yield Row(line, _fields(fields))
    # BibTeX wants a volume below the papers that refer to it: they wait for it.
    for line, fields in waiting:
        yield Row(line, _fields(_inherit(fields, volumes.get(fields["crossref"].lower(), {}))))


def _inherit(fields: dict[str, str], volume: dict[str, str]) -> dict[str, str]:
    """Return ``fields`` with what they lack of the volume that "crossref" names."""
    titled = {"booktitle": volume["title"]} if "title" in volume else {}
    return {**titled, **{n: v for n, v in volume.items() if n != "title"}, **fields}


def _entries(source: Source) -> Iterator[tuple[int, str, str]]:
    """Yield (line, kind, text) of each "@kind{...}"."""
    part: list[str] = []
    start, kind, depth, size = 0, "", 0, 0
    for number, line in source.lines():
        if part and _NEW_ENTRY.match(line):
            source.refuse(start, "a BibTeX entry without its closing brace")
            part = []
        match = _START.match(line) if not part else None
        if match:
            start, kind, depth, size = number, match[1].lower(), 0, 0
        elif not part:
            continue
        part.append(line)
        size += len(line)
        depth += _depth(line)
        if depth <= 0 and _closed(line, part):
            yield start, kind, "\n".join(part)
            part = []
        elif size > MAX_ENTRY:
            source.refuse(start, f"a BibTeX entry of more than {MAX_ENTRY:,} characters")
            part = []
    if part:
        source.refuse(start, "a BibTeX entry without its closing brace")


def _closed(line: str, part: list[str]) -> bool:
    """Whether an entry whose braces match has ended: one in round brackets wants its own, too."""
    opened_round = "(" in part[0].split("{", 1)[0]
    return not opened_round or line.rstrip().rstrip(",").endswith(")")


def _depth(line: str) -> int:
    if "\\" not in line:
        return line.count("{") - line.count("}")
    marks = _BRACES.findall(line)
    # BibTeX itself counts escaped braces, too: a "\{" must have its "\}".
    return sum({"{": 1, "}": -1, "\\{": 1, "\\}": -1}.get(mark, 0) for mark in marks)


class _Abbreviations(dict[str, str]):
    """What ``@string`` defines, case aside; a name that nothing defines stands for itself."""

    def __init__(self) -> None:
        super().__init__({month[:3].lower(): month for month in _MONTHS.split()})
        self.unknown: list[str] = []

    def __setitem__(self, name: str, value: str) -> None:
        super().__setitem__(name.lower(), value)

    def __getitem__(self, name: str) -> str:
        if name.lower() in self:
            return super().__getitem__(name.lower())
        self.unknown.append(name)
        return name


def _parse(text: str, known: _Abbreviations) -> list[Any]:
    """Return pybtex's (command, content) of each entry; it writes what it learns into ``known``."""
    from pybtex.database.input.bibtex import LowLevelParser

    return list(LowLevelParser(text, macros=known))


def _read_part(
    source: Source, line: int, kind: str, text: str, known: _Abbreviations
) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield (kind, key, fields) of the entries in a part, which may hold more than one."""
    from pybtex.exceptions import PybtexError

    known.unknown.clear()
    try:
        entries = _parse(text, known)
    except (PybtexError, ValueError, RecursionError) as error:
        if kind not in _NO_ENTRIES:
            source.refuse(line, f"broken BibTeX entry: {' '.join(str(error).split())[:200]}")
        return
    for name in known.unknown:
        source.notice(line, f"{name} is an abbreviation that nothing defines, and stays as it is")
    for command, content in entries:
        if command.lower() not in _NO_ENTRIES:
            fields: dict[str, str] = {}
            for name, value in content[1]:
                fields.setdefault(name.lower(), "".join(value))
            yield command.lower(), content[0] or "", fields


def _fields(fields: dict[str, str]) -> dict[str, Any]:
    plain = {name: without_braces(value) for name, value in fields.items() if name != "abstract"}
    archive = (fields.get("archiveprefix") or fields.get("eprinttype") or "arxiv").lower()
    eprint = fields.get("eprint") if archive == "arxiv" else None
    keep = ("title", "year", "date", "doi", "journal", "booktitle", "arxivid")
    result: dict[str, Any] = {name: plain.get(name) for name in keep}
    result["venue"] = plain.get("booktitle") or plain.get("journal") or plain.get("journaltitle")
    result["url"] = [
        u for u in (fields.get("url"), fields.get("howpublished"), fields.get("note")) if u
    ]
    result["authors"] = names(fields.get("author", ""))
    result["abstract"] = fields.get("abstract")
    result["eprint"] = eprint or ((plain.get("journal") or "") + " " + (plain.get("volume") or ""))
    return {**plain, **result}


def names(text: str) -> list[str]:
    r"""Return the names of a BibTeX author list, given name first.

    >>> names(r"G{\"o}del, Kurt and {OpenAI and Friends} and others")
    ['Kurt Gödel', 'OpenAI and Friends']
    """
    from pybtex.bibtex.utils import split_name_list

    # pybtex splits at " and " alone: a list wrapped over lines must lie on one first.
    found = [name for name in split_name_list(squeeze(text)) if name.lower() != "others"]
    return [_name(name) for name in found]


def _name(name: str) -> str:
    from pybtex.bibtex.utils import split_tex_string

    parts = [without_braces(part) for part in split_tex_string(name, ",")]
    return (
        " ".join([*parts[-1:], *parts[:-1]])
        if len(parts) < 3
        else f"{parts[-1]} {parts[0]} {parts[1]}"
    )


def without_braces(text: str) -> str:
    r"""Return a BibTeX value without the braces that only protect case; accents become letters.

    Mathematics and other commands stay as they are.

    >>> without_braces(r"{LoRA}: {\"U}ber $\pi_{0}$ \& more")
    'LoRA: Über $\\pi_{0}$ \\& more'
    >>> without_braces(r"\emph{Deep} \textbf{N}ets with {\sc {F}oo} and \url{x.y}")
    'Deep Nets with Foo and \\url{x.y}'
    """
    if "\\" in text:
        text = _TYPE.sub("", _ACCENT.sub(lambda match: to_letter(match[0]), text))
    if "{" not in text and "}" not in text:
        return text
    parts = _MATH.split(text)
    return "".join(p if i % 2 else p.replace("{", "").replace("}", "") for i, p in enumerate(parts))


def to_letter(latex: str) -> str:
    r"""Return the letter of a LaTeX accent command.

    >>> to_letter(r"{\'e}"), to_letter(r"\v{c}")
    ('é', 'č')
    """
    import unicodedata

    import latexcodec  # noqa: F401 - registers the codec

    try:
        decoded = latex.strip().encode().decode("latex")
    except ValueError:
        return latex
    return unicodedata.normalize("NFC", decoded.strip("{}")) or latex
