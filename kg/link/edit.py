"""Writing corrections into the user's file: only what is new; comments and layout stay."""

from __future__ import annotations

import re
from typing import Any

from kg.files import CORRECTIONS
from kg.link.corrections import Entry, compose, parse_corrections

_LISTS = ("merge", "keep-apart", "drop")
_PLAIN = re.compile(r"[^\W\d_][\w ./+-]*[\w+]")
_WORDS = frozenset(["true", "false", "yes", "no", "on", "off", "null", "y", "n"])

HEADER = "# Corrections to the graph in this folder; see 'kg correct --help'.\n"


def add_entry(text: str, entry: Entry, name: str = CORRECTIONS) -> str:
    """Return the corrections file ``text`` with ``entry`` added; the same text if it is there.

    Raises:
        CorrectionError: the file is malformed, or would contradict itself.

    >>> print(add_entry("", Entry("rename", ("LLM",), "large language model")), end="")
    # Corrections to the graph in this folder; see 'kg correct --help'.
    rename:
      LLM: large language model
    """
    known = parse_corrections(text, name)
    if entry in known:
        return text
    new = _insert(text or HEADER, _path(entry), _value(entry), name)
    parse_corrections(new, name)
    return new


def _path(entry: Entry) -> list[str]:
    """Return the keys under which the entry's value stands."""
    above = ["papers", entry.paper] if entry.paper else []
    own = [] if entry.action in _LISTS else [entry.names[0]]
    return [*above, entry.action, *own]


def _value(entry: Entry) -> str:
    """Return the YAML of what the entry adds there: a list item ("- ...") or a value."""
    if entry.action == "drop":
        return f"- {quote(entry.names[0])}"
    if entry.action in _LISTS:
        return "- [" + ", ".join(quote(name) for name in entry.names) + "]"
    return quote(entry.value)


def quote(text: str) -> str:
    """Return ``text`` as a YAML scalar, quoted only where it must be.

    >>> quote("LoRA"), quote("yes"), quote("a: b"), quote("2019")
    ('LoRA', '"yes"', '"a: b"', '"2019"')
    """
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    escaped = "".join(_escaped(c) for c in text)
    return f'"{escaped}"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char.isprintable():
        return char
    return f"\\U{ord(char):08x}"


def _insert(text: str, path: list[str], value: str, name: str) -> str:
    """Put ``value`` at ``path``: into what is there of it, the rest made anew."""
    node, depth = compose(text, name), 0
    while depth < len(path) and node is not None and node.id == "mapping":
        key, child = next(((k, v) for k, v in node.value if k.value == path[depth]), (None, None))
        if child is None:
            break
        if child.tag == "tag:yaml.org,2002:null":
            return _fill(text, key, path[depth + 1 :], value)
        node, depth = child, depth + 1
    if node is None:
        return _ended(text) + _lines(path, value, "")
    if depth == len(path):
        return _extend(text, node, value)
    if node.flow_style:
        return _in_flow(text, node, _flow(path[depth:], value))
    return _in_block(text, node, _lines(path[depth:], value, _indent(node)))


def _fill(text: str, key: Any, path: list[str], value: str) -> str:
    """Put ``value`` under a key that has none yet, in place of a "null" or "~" if one is there."""
    end = key.end_mark.index
    line = text.find("\n", end)
    rest = text[line + 1 :] if line >= 0 else ""
    if not path and not value.startswith("- "):
        return f"{text[:end]}: {value}\n{rest}"
    indent = " " * (key.start_mark.column + 2)
    return f"{text[:end]}:\n{_lines(path, value, indent)}{rest}"


def _extend(text: str, node: Any, value: str) -> str:
    """Add to a list, or make a list of the value that is there."""
    if node.id == "sequence" and node.flow_style:
        return _in_flow(text, node, value.removeprefix("- "))
    if node.id == "sequence":
        item = value if value.startswith("- ") else f"- {value}"
        return _in_block(text, node, f"{_indent(node)}{item}\n")
    start, end = node.start_mark.index, node.end_mark.index
    return f"{text[:start]}[{text[start:end].rstrip()}, {value}]{text[end:]}"


def _lines(path: list[str], value: str, indent: str) -> str:
    """Return the block lines of ``value`` under the keys of ``path``."""
    if not path:
        return f"{indent}{value}\n"
    *above, last = path
    lines = ""
    for key in above:
        lines += f"{indent}{quote(key)}:\n"
        indent += "  "
    if value.startswith("- "):
        return f"{lines}{indent}{quote(last)}:\n{indent}  {value}\n"
    return f"{lines}{indent}{quote(last)}: {value}\n"


def _flow(path: list[str], value: str) -> str:
    inner = f"[{value.removeprefix('- ')}]" if value.startswith("- ") else value
    for key in reversed(path[1:]):
        inner = f"{{{quote(key)}: {inner}}}"
    return f"{quote(path[0])}: {inner}"


def _in_flow(text: str, node: Any, item: str) -> str:
    end = node.end_mark.index - 1
    comma = ", " if node.value else ""
    return f"{text[:end].rstrip()}{comma}{item}{text[end:]}"


def _in_block(text: str, node: Any, lines: str) -> str:
    """Insert ``lines`` behind the last line of a block that holds something."""
    at = _last_index(node)
    end = text.find("\n", at)
    if end < 0:
        return f"{text}\n{lines}"
    return text[: end + 1] + lines + text[end + 1 :]


def _last_index(node: Any) -> int:
    """Return where the last thing within ``node`` ends; block nodes end late, after comments."""
    if node.id == "scalar" or node.flow_style:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _last_index(last[1] if node.id == "mapping" else last)


def _indent(node: Any) -> str:
    return " " * int(node.start_mark.column)


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"
