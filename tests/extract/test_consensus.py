"""One type and one role for a name, out of the probabilities at its places."""

from __future__ import annotations

from kg.extract.consensus import INTRODUCED, find_roles, find_types
from kg.extract.encoder import Found
from kg.extract.told import Told


def found(role: str, believed: float, probability: float = 1.0) -> Found:
    rest = 1 - believed
    roles = (believed, rest) if role == "introduces" else (rest, believed)
    return Found("abstract", 0, 1, "Method", role, probability, (probability, 0.0), roles)


def typed(*labels: float) -> Found:
    return Found("abstract", 0, 1, "Method", "uses", max(labels), labels, (1.0,))


def test_a_name_has_the_type_that_its_mentions_together_make_probable() -> None:
    types = ("Method", "Task")
    sure, wavering = typed(0.05, 0.9), typed(0.5, 0.4)
    assert find_types([sure, wavering, wavering], "aaa", types) == ("Task",) * 3
    assert find_types([sure, wavering, wavering], "aba", types) == ("Task", "Method", "Task")
    assert find_types([], "", types) == ()


def test_what_the_paper_says_of_a_name_decides_over_the_types_that_give_way_alone() -> None:
    types, told = ("Method", "Task", "Dataset"), {"a": Told(("Dataset",), 0.1, over=("Method",))}
    method, task, hopeless = typed(0.7, 0.0, 0.3), typed(0.0, 0.7, 0.3), typed(0.95, 0.0, 0.05)
    assert find_types([method], "a", types, told) == ("Dataset",)
    assert find_types([task], "a", types, told) == ("Task",)
    assert find_types([hopeless], "a", types, told) == ("Method",)


def test_a_name_has_the_role_that_its_mentions_together_make_probable() -> None:
    roles = ("introduces", "uses")
    sure, wavering = found("introduces", 0.99), found("uses", 0.6)
    assert find_roles([sure, wavering, wavering], "aaa", roles) == ("introduces",) * 3
    assert find_roles([sure, wavering], "ab", roles) == ("introduces", "uses")
    doubtful = found("introduces", 0.99, probability=0.1)
    assert find_roles([doubtful, wavering], "aa", roles) == ("uses", "uses")


def test_a_name_is_introduced_only_where_the_model_does_not_waver() -> None:
    above, below = found("introduces", INTRODUCED + 0.01), found("introduces", INTRODUCED - 0.01)
    assert find_roles([above, below], "ab", ("introduces", "uses")) == ("introduces", "uses")
    wavering = found("introduces", 0.6, probability=0.6)
    assert find_roles([wavering], "a", ("uses", "reports")) == ("uses",)
    assert find_roles([found("introduces", 1.0)], "a", ("introduces", "uses")) == ("introduces",)


def test_what_may_be_no_name_is_not_introduced() -> None:
    roles = ("introduces", "uses")
    doubtful = found("introduces", 0.9, probability=0.5)
    assert find_roles([doubtful], "a", roles) == ("uses",)
    sure = found("introduces", 0.9)
    assert find_roles([doubtful, sure], "aa", roles) == ("introduces",) * 2
