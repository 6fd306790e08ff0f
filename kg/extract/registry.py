"""The extractors by name and version: one learned, the others rules.

A rule reads a paper with the mentions known so far and returns mentions of its
own; it changes none.  :mod:`kg.extract.merge` puts the answers together and
records who agreed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kg.errors import UsageError
from kg.model import Mention, Paper

Find = Callable[[Paper, tuple[Mention, ...]], Iterable[Mention]]

#: Name of the learned extractor in every selection and in ``Mention.extractor``.
LEARNED = "model"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule extractor: ``version`` grows whenever its answers change."""

    name: str
    version: int
    find: Find


_RULES: dict[str, Rule] = {}


def register(name: str, *, version: int) -> Callable[[Find], Find]:
    """Register a rule under ``name``; rules run in the order of registration."""

    def add(find: Find) -> Find:
        if name in _RULES or name == LEARNED:
            raise ValueError(f"extractor {name!r} is registered twice")
        _RULES[name] = Rule(name, version, find)
        return find

    return add


def names() -> tuple[str, ...]:
    """Return the names of all extractors, the learned one first."""
    return (LEARNED, *_rules())


def choose(selection: str | Iterable[str] | None = None) -> tuple[bool, tuple[Rule, ...]]:
    """Return whether the model is in ``selection``, and the rules that are, in running order.

    Args:
        selection: names, as a list or joined by commas; None for all of them.

    Raises:
        UsageError: an unknown name, or none at all.
    """
    given = selection.split(",") if isinstance(selection, str) else selection
    wanted = {name.strip() for name in (names() if given is None else given)} - {""}
    unknown = sorted(wanted - set(names()))
    if unknown or not wanted:
        what = f"unknown extractor {unknown[0]!r}" if unknown else "no extractor chosen"
        raise UsageError(f"{what}: expected names among {', '.join(names())}, joined by commas")
    return LEARNED in wanted, tuple(rule for rule in _rules().values() if rule.name in wanted)


def _rules() -> dict[str, Rule]:
    from kg.extract import rules  # noqa: F401  (registers them)

    return _RULES
