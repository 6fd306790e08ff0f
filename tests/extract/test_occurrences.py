"""Names found in one pass: the same as a pattern for each, in time that grows with the text."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from kg.abbreviations import find_abbreviations
from kg.extract.merge import is_name, name_key
from kg.extract.occurrences import find_names
from tests.linear import cpu

WORDS = st.sampled_from(
    ["GAN", "GANs", "gan", "beam", "Search", "SEARCH", "searches", "ß", "ẞ", "ſearch", "K9", "ı"]
)
JOINTS = st.sampled_from([" ", "-", "/", ".", ". ", ", ", "_", "(", ") ", "s ", ""])


def one_pattern_each(text: str, keys: list[str]) -> list[tuple[str, int, int]]:
    found = []
    for key in sorted(keys):
        flags = 0 if is_name(key) else re.IGNORECASE
        longer = r"(?![+*^]|-(?:\d|[A-Z](?![a-z]+(?:ed|en|ing)\b)))" if is_name(key) else ""
        pattern = rf"(?<![\w/.-]){re.escape(key)}s?(?![\w])(?![./]\w){longer}"
        found += [(key, *m.span()) for m in re.finditer(pattern, text, flags)]
    return found


@given(
    st.lists(st.tuples(WORDS, JOINTS), max_size=12),
    st.lists(st.tuples(WORDS, JOINTS, WORDS), min_size=1, max_size=4),
)
def test_one_pass_finds_what_a_pattern_for_each_name_finds(
    parts: list[tuple[str, str]], names: list[tuple[str, str, str]]
) -> None:
    text = "".join(word + joint for word, joint in parts)
    spelled = ["".join(name) for name in names] + [name[0] for name in names]
    keys = sorted({name_key(name) for name in spelled})
    assert list(find_names(text, keys)) == one_pattern_each(text, keys)


def test_a_longer_name_is_another_and_every_hyphen_is_one() -> None:
    text = "GOAT, GOAT-2, GOAT-Traj, GOAT+, GOAT-Based, GOAT\u2011free and self\u2013play."
    found = [text[start:end] for _, start, end in find_names(text, ["GOAT", "self-play"])]
    assert found == ["GOAT", "GOAT", "GOAT", "self\u2013play"]
    assert name_key("self\u2013play") == name_key("self-play")


def test_thousands_of_names_in_a_long_text_take_seconds() -> None:
    """A pattern for each took minutes, as did a look at all the text before each parenthesis."""
    keys = [f"name{i} of method {i}" for i in range(4000)]
    text = " ".join(
        f"We use Name{i} of method {i} (NM{i}), XYZ, short for it," for i in range(4000)
    )
    assert cpu(lambda: (list(find_names(text, keys)), find_abbreviations(text))) < 10
