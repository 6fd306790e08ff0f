"""Sets of nodes that are one concept, and the guards that every union must pass."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from kg.names import numbers


@dataclass(frozen=True, slots=True, order=True)
class Union:
    """Why two nodes are one: the reason's name, a score in [0, 1], supporting papers."""

    left: str
    right: str
    reason: str
    score: float
    papers: tuple[str, ...] = ()


@dataclass(slots=True)
class Clusters:
    """Union-find over nodes, where a union is refused if any two members forbid it.

    A guard looks at whole clusters, not only at the two nodes named: that is
    what stops a chain of plausible steps from joining its implausible ends.

    Attributes:
        groups: node -> what kind of thing it is ("" where unknown); two clusters
            of different known kinds do not join.
        apart: node -> nodes that the user keeps apart from it.
        refused: reason of the guard -> how many unions it stopped.
    """

    groups: dict[str, str] = field(default_factory=dict)
    apart: dict[str, set[str]] = field(default_factory=dict)
    parent: dict[str, str] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)
    unions: list[Union] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)

    def root(self, node: str) -> str:
        """Return the representative of the cluster of ``node``."""
        parent = self.parent
        while (up := parent.get(node, node)) != node:
            parent[node] = parent.get(up, up)
            node = up
        return node

    def of(self, node: str) -> list[str]:
        """Return the members of the cluster of ``node``."""
        root = self.root(node)
        return self.members.get(root, [root])

    def join(self, union: Union, *, stated: bool = False, forced: bool = False) -> bool:
        """Make the two nodes of ``union`` one, unless a guard forbids; return whether they are.

        Args:
            stated: a text says so: types and numbers need not agree, since the
                short form spells the long one.
            forced: the user says so: only the user's own "keep apart" forbids.
        """
        left, right = self.root(union.left), self.root(union.right)
        if left == right:
            return True
        guard = self._guard(left, right, stated=stated, forced=forced)
        if guard:
            self.refused[guard] += 1
            return False
        self._unite(left, right)
        self.unions.append(union)
        return True

    def _guard(self, left: str, right: str, *, stated: bool, forced: bool) -> str:
        ours, theirs = self.of(left), self.of(right)
        if self.apart and any(self.apart.get(node, set()) & set(theirs) for node in ours):
            return "kept apart"
        if forced or stated:
            return ""
        if _numbers(ours) != _numbers(theirs):
            return "numbers"
        kinds = {self.groups.get(node, "") for node in (*ours, *theirs)} - {""}
        return "types" if len(kinds) > 1 else ""

    def _unite(self, left: str, right: str) -> None:
        small, large = sorted((left, right), key=lambda node: (len(self.of(node)), node))
        self.members[large] = self.of(large) + self.of(small)
        self.members.pop(small, None)
        self.parent[small] = large


#: Separates a key from what tells two things of that key apart; no key holds it.
SPLIT = "\x1f"


def key_of(node: str) -> str:
    """Return the name key that a node stands for.

    >>> key_of("sam" + SPLIT + "segmentanythingmodel")
    'sam'
    """
    return node.split(SPLIT, 1)[0]


def _numbers(nodes: list[str]) -> set[tuple[str, ...]]:
    """Return the numbers of names spelled out; a short form's are those of its long form."""
    return {short_years(numbers(node)) for node in nodes if SPLIT not in node}


def short_years(found: tuple[str, ...]) -> tuple[str, ...]:
    """Write years with two digits: ("2014",) as ("14",).

    >>> short_years(("2014",)), short_years(("100",))
    (('14',), ('100',))
    """
    years = (n[2:] if len(n) == 4 and n[:2] in ("19", "20") else n for n in found)
    return tuple(years)
