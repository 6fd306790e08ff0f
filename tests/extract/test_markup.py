"""A learned span does not halve LaTeX, HTML, quotes or broken words, nor cross a free dash."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.extract.markup import find_whole, mend
from kg.extract.tidy import tidy
from kg.model import Mention, Paper
from tests.linear import cpu


def spans(text: str, *parts: str, title: str = "") -> list[str]:
    """What becomes of learned spans of ``text``, borders and all."""
    paper = Paper("p", title, text)
    found = [
        Mention("abstract", text.index(part), text.index(part) + len(part), part, "Method", "uses")
        for part in parts
    ]
    done = tidy(mend(found, paper))
    paper.with_extraction(done, ()).check()
    return [mention.text for mention in done]


@pytest.mark.parametrize(
    ("text", "part", "name"),
    [
        # braces and formulas are closed
        ("a ResNet_{50} net", "ResNet_{50", "ResNet_{50}"),
        ("a FOO$_{XL}$ net", "FOO$_{XL", "FOO$_{XL}$"),
        ("The $F_1$ score rises", "F_1$ score", "$F_1$ score"),
        ("by $R^2$.", "R^2$", "$R^2$"),
        (r"fine-tune $\pi_0$ here", r"\pi_0", r"$\pi_0$"),
        ("a C$^3$Net here", "C$^3$Net", "C$^3$Net"),
        (r"costs \$5 for FOO", "FOO", "FOO"),
        # commands around a name go, those within it stay
        (r"{\sc FooNet} wins", r"{\sc FooNet", "FooNet"),
        (r"{\sc FooNet} wins", r"\sc FooNet", "FooNet"),
        (r"\textsc{FooNet} wins", r"\textsc{FooNet", "FooNet"),
        (
            r"a \textbf{F}oo \textbf{N}et",
            r"\textbf{F}oo \textbf{N}et",
            r"\textbf{F}oo \textbf{N}et",
        ),
        # HTML
        ("<b>FooNet</b> &mdash; a net", "FooNet</b> &mdash", "FooNet"),
        ("<b>F</b>oo<b>N</b>et", "<b>F</b>oo<b>N</b>et", "<b>F</b>oo<b>N</b>et"),
        # quotes come in pairs
        ("the “best of” loss", "best of” loss", "“best of” loss"),
        ('the "best of" loss', 'best of" loss', '"best of" loss'),
        ("the ``FooNet'' net", "FooNet''", "FooNet"),
        ("“ladder” models", "“ladder” models", "“ladder” models"),
        ('of "ladder" models', '"ladder" models', '"ladder" models'),
        ("by Foo’s theorem", "Foo’s theorem", "Foo’s theorem"),
        # words that a line break has split are whole
        ("deep neural net- works win", "deep neural net", "deep neural net- works"),
        ("a self- supervised net", "supervised net", "self- supervised net"),
        ("in speech- and text-driven", "speech", "speech"),
        ("in speech- or text-driven", "speech", "speech"),
        # signs beside a name are no part of it
        ("the \U0001f680FooNet net", "\U0001f680FooNet", "FooNet"),
        ("by FooNet\u2021 and", "FooNet\u2021", "FooNet"),
        ("by FooNet\u2122 and", "FooNet\u2122", "FooNet"),
        ("by A* and", "A*", "A*"),
        ("in 360\u00b0 video", "360\u00b0 video", "360\u00b0 video"),
    ],
)
def test_a_name_is_whole_and_bare(text: str, part: str, name: str) -> None:
    assert spans(text, part) == [name]


def test_a_dash_that_stands_free_parts_two_names() -> None:
    title = "FT2TF - First-Person Statement Face Generation"
    found = mend(
        [Mention("title", 0, len(title), title, "Method", "introduces")], Paper("p", title)
    )
    assert [(m.text, m.role) for m in found] == [
        ("FT2TF", "introduces"),
        ("First-Person Statement Face Generation", "introduces"),
    ]
    assert spans("We use FOO – a net – here.", "FOO – a net –") == ["FOO", "net"]
    assert spans("We use GPT - 4 and x-y.", "GPT - 4") == ["GPT - 4"]


def test_in_text_that_a_tokeniser_spaced_a_free_dash_is_a_hyphen() -> None:
    assert spans("We use Tok - Net , a net for all . It wins .", "Tok - Net") == ["Tok - Net"]


@given(st.text(alphabet="aB {}$\\sc<b>/“”\"'-†\U0001f680", min_size=2, max_size=30), st.data())
def test_borders_stay_within_the_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    begin, stop = find_whole(text, start, end)
    assert 0 <= begin < stop <= len(text)


def test_many_mentions_of_a_long_text_take_seconds() -> None:
    text = "{FooNet$ “" * 100_000
    found = [Mention("abstract", i, i + 9, text[i : i + 9], "Method", "uses") for i in range(9000)]
    assert cpu(lambda: mend(found, Paper("p", "", text))) < 8
