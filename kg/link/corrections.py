"""The user's own word: ``corrections.yaml``, read with line numbers, checked, applied.

The file is a mapping; every part may be left out::

    merge:                            # these names are one concept
      - [LoRA, low-rank adapters]
    keep-apart:                       # these are not
      - [CLIP, CLIPScore]
    rename:                           # the preferred label; the IRI stays
      LLM: large language model
    retype:
      MMLU: Benchmark
    drop:                             # not concepts at all
      - our framework
    alias:                            # names that no paper uses
      LoRA: [low rank adapter]
    broader:
      GPT-4: large language model
    not-broader:
      GPT-4: reasoning
    papers:                           # for single papers
      arxiv:2106.09685:
        drop: [baseline]
        retype: {WikiSQL: Dataset}
        role: {LoRA: introduces}
        means: {CLIP: method/clip-1a2b3c4d}

A name is any spelling that some paper uses, or a concept's id where a name has
several concepts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kg.errors import KGError
from kg.files import CORRECTIONS
from kg.model import ConceptType, Role
from kg.names import name_key

_LISTS = ("merge", "keep-apart")
_MAPS = ("rename", "retype", "alias", "broader", "not-broader")
_PAPER_MAPS = ("retype", "role", "means")
ACTIONS = (*_LISTS, *_MAPS, "drop")

_TYPES = tuple(t.value for t in ConceptType)
_ROLES = tuple(r.value for r in Role)


class CorrectionError(KGError):
    """The corrections file is malformed or contradicts itself; names file and line."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One correction: what to do, to which names, with which value, said where.

    ``names`` are those to merge or keep apart, else the one concept meant.
    ``paper`` is set for what holds in one paper only.  ``place`` does not count when two
    entries are compared.
    """

    action: str
    names: tuple[str, ...]
    value: str = ""
    paper: str = ""
    place: str = field(default="", compare=False)


def read_corrections(path: str | Path) -> tuple[Entry, ...]:
    """Return the entries of a corrections file, in its order.

    Their places name the file without its folders, so that what a build reports
    is the same on any machine.

    Raises:
        CorrectionError: no such file, not YAML, an unknown part, a wrong shape,
            a type or role that does not exist, entries that contradict each other.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CorrectionError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise CorrectionError(f"{path}: cannot be read as UTF-8: {error.reason}") from None
    entries = parse_corrections(text, str(path))
    return tuple(replace(e, place=path.name + e.place[len(str(path)) :]) for e in entries)


def parse_corrections(text: str, name: str = CORRECTIONS) -> tuple[Entry, ...]:
    """Return the entries that ``text`` holds; ``name`` is what messages call it.

    >>> [(e.action, e.names, e.value) for e in parse_corrections("rename: {LLM: language model}")]
    [('rename', ('LLM',), 'language model')]
    """
    entries = tuple(_entries(compose(text, name), name))
    _check(entries)
    return entries


def compose(text: str, name: str = CORRECTIONS) -> Any:
    """Return the YAML node tree of ``text``, with the place of every node; None if empty."""
    import yaml

    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CorrectionError(f"{name}:{line}: not YAML: {error.problem}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise CorrectionError(f"{name}: not YAML: {error}") from None


def _entries(root: Any, name: str) -> Iterator[Entry]:
    for key, value in _pairs(root, name, "the file"):
        if key.value == "papers":
            for paper, body in _pairs(value, name, "papers"):
                yield from _paper_entries(paper.value, body, name)
        elif key.value in ACTIONS:
            yield from _of_action(key.value, value, name)
        else:
            raise _wrong(key, name, f"unknown part {key.value!r}", ("papers", *ACTIONS))


def _paper_entries(paper: str, body: Any, name: str) -> Iterator[Entry]:
    for key, value in _pairs(body, name, f"paper {paper}"):
        if key.value in _PAPER_MAPS:
            yield from _mapped(key.value, value, name, paper)
        elif key.value == "drop":
            yield from _dropped(value, name, paper)
        else:
            raise _wrong(key, name, f"unknown part {key.value!r}", ("drop", *_PAPER_MAPS))


def _of_action(action: str, node: Any, name: str) -> Iterator[Entry]:
    if action in _MAPS:
        yield from _mapped(action, node, name)
    elif action == "drop":
        yield from _dropped(node, name)
    else:
        for item in _items(node, name, action):
            names = tuple(_scalar(child, name) for child in _items(item, name, action))
            if len(set(names)) < 2:
                raise _wrong(item, name, f"{action} needs two names or more", ())
            yield Entry(action, names, place=_place(item, name))


def _dropped(node: Any, name: str, paper: str = "") -> Iterator[Entry]:
    for item in _items(node, name, "drop"):
        yield Entry("drop", (_scalar(item, name),), paper=paper, place=_place(item, name))


def _mapped(action: str, node: Any, name: str, paper: str = "") -> Iterator[Entry]:
    allowed = {"retype": _TYPES, "role": _ROLES}.get(action, ())
    many = action in ("alias", "broader", "not-broader")
    for key, value in _pairs(node, name, action):
        for item in _items(value, name, action, single=True) if many else [value]:
            text = _scalar(item, name)
            if allowed and text not in allowed:
                raise _wrong(item, name, f"{action}: {text!r} is none", allowed)
            yield Entry(action, (_scalar(key, name),), text, paper, _place(key, name))


def _pairs(node: Any, name: str, what: str) -> list[tuple[Any, Any]]:
    if node is None or _is_null(node):
        return []
    if node.id != "mapping":
        raise _wrong(node, name, f"{what}: expected 'name: value' lines, found a {node.id}", ())
    seen: set[str] = set()
    for key, _ in node.value:
        text = _scalar(key, name)
        if text in seen:
            raise _wrong(key, name, f"{text!r} is here twice", ())
        seen.add(text)
    return list(node.value)


def _items(node: Any, name: str, what: str, *, single: bool = False) -> list[Any]:
    if _is_null(node):
        return []
    if node.id == "sequence":
        return list(node.value)
    if single and node.id == "scalar":
        return [node]
    raise _wrong(node, name, f"{what}: expected a list, as in [A, B], found a {node.id}", ())


def _is_null(node: Any) -> bool:
    return bool(node.tag == "tag:yaml.org,2002:null")


def _scalar(node: Any, name: str) -> str:
    if node.id != "scalar" or not node.value.strip():
        raise _wrong(node, name, "expected a name", ())
    return str(node.value).strip()


def _place(node: Any, name: str) -> str:
    return f"{name}:{node.start_mark.line + 1}"


def _wrong(node: Any, name: str, message: str, allowed: Iterable[str]) -> CorrectionError:
    options = ", ".join(allowed)
    more = f"; expected one of: {options}" if options else ""
    return CorrectionError(f"{_place(node, name)}: {message}{more}")


def _check(entries: Iterable[Entry]) -> None:
    """Raise if two entries cannot both hold, as far as their own words show."""
    known = list(entries)
    _check_merges(known)
    for action in ("rename", "retype"):
        _check_once([e for e in known if e.action == action and not e.paper])
    _check_broader([e for e in known if e.action == "broader"])
    _check_opposites(known, "broader", "not-broader")
    _check_dropped(known)


def _check_merges(entries: list[Entry]) -> None:
    """Raise where what is merged, step by step, is to be kept apart."""
    group: dict[str, str] = {}

    def root(key: str) -> str:
        while group.setdefault(key, key) != key:
            key = group[key]
        return key

    places: dict[str, str] = {}
    for entry in (e for e in entries if e.action == "merge"):
        first, *rest = (name_key(name) for name in entry.names)
        for other in rest:
            group[root(other)] = root(first)
        for name in entry.names:
            places.setdefault(name_key(name), entry.place)
    for entry in (e for e in entries if e.action == "keep-apart"):
        keys = {name_key(name): name for name in entry.names}
        roots = [root(key) for key in keys]
        if len(set(roots)) < len(roots):
            merged = next(places[k] for k in keys if k in places)
            names = " and ".join(repr(name) for name in keys.values())
            raise CorrectionError(
                f"{entry.place}: {names} are kept apart, but {merged} merges them"
            )


def _check_once(entries: list[Entry]) -> None:
    seen: dict[str, Entry] = {}
    for entry in entries:
        first = seen.setdefault(name_key(entry.names[0]), entry)
        if first.value != entry.value:
            raise CorrectionError(
                f"{entry.place}: {entry.action} {entry.names[0]!r} to {entry.value!r}, "
                f"but {first.place} says {first.value!r}"
            )


def _check_broader(entries: list[Entry]) -> None:
    """Raise where the user's own steps form a circle."""
    up: dict[str, list[Entry]] = {}
    for entry in entries:
        up.setdefault(name_key(entry.names[0]), []).append(entry)
    for entry in entries:
        way = _way(up, name_key(entry.value), name_key(entry.names[0]))
        if way is not None:
            circle = " -> ".join([entry.names[0], entry.value, *(step.value for step in way)])
            raise CorrectionError(f"{entry.place}: broader goes in a circle: {circle}")


def _way(up: dict[str, list[Entry]], start: str, goal: str) -> list[Entry] | None:
    stack: list[tuple[str, list[Entry]]] = [(start, [])]
    seen = {start}
    while stack:
        node, way = stack.pop()
        if node == goal:
            return way
        for step in up.get(node, []):
            above = name_key(step.value)
            if above not in seen:
                seen.add(above)
                stack.append((above, [*way, step]))
    return None


def _check_opposites(entries: list[Entry], left: str, right: str) -> None:
    def pairs(action: str) -> dict[tuple[str, str], Entry]:
        return {(name_key(e.names[0]), name_key(e.value)): e for e in entries if e.action == action}

    ours, theirs = pairs(left), pairs(right)
    for pair in ours.keys() & theirs.keys():
        raise CorrectionError(
            f"{theirs[pair].place}: {right} {pair[0]!r} contradicts {ours[pair].place}"
        )


def _check_dropped(entries: list[Entry]) -> None:
    dropped = {name_key(e.names[0]): e for e in entries if e.action == "drop" and not e.paper}
    for entry in entries:
        if entry.action in ("merge", "rename", "retype", "alias", "broader") and not entry.paper:
            for name in entry.names:
                if name_key(name) in dropped:
                    place = dropped[name_key(name)].place
                    raise CorrectionError(
                        f"{entry.place}: {entry.action} {name!r}, but {place} drops it"
                    )
