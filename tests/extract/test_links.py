"""Links: exact spans, normalised URLs, kinds, and what is no link."""

# ruff: noqa: E501 - texts stand on one line, as the readers meet them
from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.extract.links import find_kind, find_links, find_named, find_urls
from kg.model import LinkKind, Paper


def links(abstract: str, title: str = "T"):
    return find_links(Paper(id="p", title=title, abstract=abstract))


def urls(text: str) -> list[str]:
    return [url for _, _, url in find_urls(text)]


#: (text as it comes, URL as it should be)
FOUND = [
    # missing scheme
    ("Videos are at tidy-hands.github.io", "https://tidy-hands.github.io"),
    ("Code: github.com/ada-l/engine-2.", "https://github.com/ada-l/engine-2"),
    ("see www.example.org/data for more", "https://www.example.org/data"),
    ("See sites.google.com/view/tidy-hands.", "https://sites.google.com/view/tidy-hands"),
    ("Data at lab.cs.example.edu/tidy/, too", "https://lab.cs.example.edu/tidy/"),
    ("(Web: tidy.ai/x)", "https://tidy.ai/x"),
    ("The page is available at tidy-bench.org.", "https://tidy-bench.org"),
    ("Details: bit.ly/tidy-1", "https://bit.ly/tidy-1"),
    ("at //github.com/ada/x now", "https://github.com/ada/x"),
    # trailing punctuation, brackets, quotes
    ("(https://github.com/ada/x).", "https://github.com/ada/x"),
    ("at https://github.com/ada/x, and", "https://github.com/ada/x"),
    ('at "https://github.com/ada/x".', "https://github.com/ada/x"),
    ("<https://github.com/ada/x>", "https://github.com/ada/x"),
    ("[https://github.com/ada/x]", "https://github.com/ada/x"),
    ("“https://tidy.org/a_(b)”", "https://tidy.org/a_(b)"),
    ("(see https://tidy.org/a_(b))", "https://tidy.org/a_(b)"),
    ("at https://tidy.org/x/!", "https://tidy.org/x/"),
    ("at https://tidy.org/x?y=1&amp;z=2#part-3.", "https://tidy.org/x?y=1&z=2#part-3"),
    # split by spaces
    ("at https://github. com/ada/x.", "https://github.com/ada/x"),
    ("at https://github.com/ ada/x.", "https://github.com/ada/x"),
    ("at https://github.com/ada/ Long-Name.", "https://github.com/ada/Long-Name"),
    ("at https://github .com/ada/x.", "https://github.com/ada/x"),
    ("at github. com/ada/x.", "https://github.com/ada/x"),
    ("at https: //github.com/ada/x", "https://github.com/ada/x"),
    ("at https: / /tinyurl. com/tidy for", "https://tinyurl.com/tidy"),
    ("at https:// sites.google.com/view/tidy", "https://sites.google.com/view/tidy"),
    ("at https://tidy.github. io/p/x.html", "https://tidy.github.io/p/x.html"),
    ("at https://github.com/ada/Very- Long-Name.", "https://github.com/ada/Very-Long-Name"),
    ("at https://github.com/ada/key_ point", "https://github.com/ada/key_point"),
    ("at https://tidy- bench.github.io.", "https://tidy-bench.github.io"),
    ("at https://www.robots.example.ac.uk/ ada/research/x/", "https://www.robots.example.ac.uk/~ada/research/x/"),
    ("at https://github.com/ada\n/x", "https://github.com/ada/x"),
    # LaTeX, Markdown, footnotes
    (r"at \url{https://github.com/ada/x_y}.", "https://github.com/ada/x_y"),
    (r"at \href{https://tidy.github.io/4D}{https://tidy.github.io/4D}.", "https://tidy.github.io/4D"),
    (r"at \href{https://tidy.github.io/4D}{here}.", "https://tidy.github.io/4D"),
    (r"at https://github.com/ada/x\_y.", "https://github.com/ada/x_y"),
    (r"at https://a.example.edu/\~ada/x\%20y", "https://a.example.edu/~ada/x%20y"),
    (r"at https://a.example.edu/$\sim$ada/", "https://a.example.edu/~ada/"),
    (r"at https://a.example.edu/{\textasciitilde}ada/", "https://a.example.edu/~ada/"),
    (r"publicly~\footnote{https://github.com/ada/x}.", "https://github.com/ada/x"),
    (r"at https://github.com/ada/x\footnote{MIT}.", "https://github.com/ada/x"),
    ("at https://github.com/ada/x$^1$.", "https://github.com/ada/x"),
    ("our code11https://github.com/ada/x", "https://github.com/ada/x"),
    ("at [the page](https://tidy.org/x).", "https://tidy.org/x"),
    ("at [https://tidy.org/x](https://tidy.org/x).", "https://tidy.org/x"),
    ("see https://pypi.org/project/x/[3]", "https://pypi.org/project/x/"),
    ("**https://tidy.org/x**", "https://tidy.org/x"),
    # glued sentences and words
    ("at https://github.com/ada/x.In this paper", "https://github.com/ada/x"),
    ("to community.https://github.com/ada/x", "https://github.com/ada/x"),
    ("it is atgithub.com/ada/x now", "https://github.com/ada/x"),
    ("in the objectives.tidy.github.io/x/.", "https://tidy.github.io/x/"),
    # odd schemes, case, ports, hosts
    ("HTTP://GitHub.COM/Ada/X", "http://github.com/Ada/X"),
    ("at https//github.com/ada/x", "https://github.com/ada/x"),
    ("at htps://github.com/ada/x", "https://github.com/ada/x"),
    ("GitHub.com/Ada/X", "https://github.com/Ada/X"),
    ("at http://tidy.org:8080/x", "http://tidy.org:8080/x"),
    ("at http://10.1.2.3/x", "http://10.1.2.3/x"),
    ("at https://bücher.example/x", "https://bücher.example/x"),
    ("git@github.com:ada/x.git", "https://github.com/ada/x"),
    ("ftp://ftp.example.org/pub/x", "ftp://ftp.example.org/pub/x"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "url"), FOUND)
def test_url_is_found_and_normalised(text, url):
    assert urls(text) == [url]


NOT_LINKS = [
    "e.g. this, i.e. that, a.k.a. those, et al.Next, w.r.t. x, vs.the",
    "We use Node.js, train.py, data.csv, model.pt, v1.0, GPT-3.5 and ASP.NET.",
    "on WebArena.To this end we propose X.In this work.This is so.It is.",
    "Write to ada.l@cs.example.edu or bob@example.org.",
    "sold on Amazon.com and Booking.com, as arXiv.org and OpenAI.com",
    "available on GitHub. We also",
    "and/or.We hope so, 3.14, 10.1.2, section 4.a, p.i.d, U.S.A.",
    "available cues (e.g. video) are used, found e.g. in fingertips",
    "http:// is a scheme and https:// another, www. is not",
    "https://anonymous. Then",
    "at README.md, index.html and the file config.yml",
    "",
    "......",
    "a.b.c.d",
]


@pytest.mark.parametrize("text", NOT_LINKS)
def test_what_is_no_link(text):
    assert urls(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "The project is at tidy.github.io and the codebase at github.com/ada/tidy",
            [("https://tidy.github.io", "project"), ("https://github.com/ada/tidy", "code")],
        ),
        (
            "Code: https://github.com/ada/x Data: https://example.org/d. Demo: https://example.org/e",
            [
                ("https://github.com/ada/x", "code"),
                ("https://example.org/d", "dataset"),
                ("https://example.org/e", "demo"),
            ],
        ),
        (
            "at https://github.com/ada/x/ along with a video at youtu.be/abc.",
            [("https://github.com/ada/x/", "code"), ("https://youtu.be/abc", "video")],
        ),
        (
            "at https://github.com/ada/xgithub.com/ada/x",
            [("https://github.com/ada/x", "code")],
        ),
    ],
)
def test_several_links_each_with_its_kind(text, found):
    assert [(link.url, link.kind) for link in links(text)] == found


@pytest.mark.parametrize(
    ("url", "before", "kind"),
    [
        ("https://github.com/a/b", "Our code is available at ", "code"),
        ("https://github.com/a/b", "The dataset is available at ", "dataset"),
        ("https://github.com/a/b", "Code, data and models are at ", "code"),
        ("https://github.com/a/b", "Project page: ", "project"),
        ("https://github.com/a/b", "", "code"),
        ("https://anonymous.4open.science/r/x-1", "", "code"),
        ("https://gitlab.inria.fr/a/b", "", "code"),
        ("https://a.github.io/b", "Videos and code are available at ", "project"),
        ("https://a.github.io/b", "The dataset can be found at ", "dataset"),
        ("https://sites.google.com/view/b", "Videos: ", "project"),
        ("https://huggingface.co/datasets/a/b", "Code at ", "dataset"),
        ("https://huggingface.co/spaces/a/b", "Code at ", "demo"),
        ("https://huggingface.co/a/b", "Everything is at ", "model"),
        ("https://huggingface.co/papers/2401.00001", "", "paper"),
        ("https://zenodo.org/record/1", "available at ", "dataset"),
        ("https://doi.org/10.5281/zenodo.1", "available at ", "dataset"),
        ("https://doi.org/10.1000/1", "see ", "paper"),
        ("https://arxiv.org/abs/2106.09685", "", "paper"),
        ("https://youtu.be/x", "The demo is at ", "video"),
        ("https://example.org/x.mp4", "", "video"),
        ("https://colab.research.google.com/drive/x", "code: ", "demo"),
        ("https://bit.ly/x", "Source code and data: ", "code"),
        ("https://example.org/x", "Our code is publicly available at ", "code"),
        ("https://example.org/x", "The benchmark is hosted at ", "dataset"),
        ("https://example.org/x", "Pretrained checkpoints are at ", "model"),
        ("https://example.org/x", "An online demo is at ", "demo"),
        ("https://example.org/x", "Data, code, models and videos are at ", "project"),
        ("https://example.org/x", "More details are on our website ", "project"),
        ("https://example.org/x", "from articles of ", "other"),
    ],
)
def test_kind(url, before, kind):
    assert find_kind(url, before) == kind


def test_kind_from_the_words_after():
    [link] = links("We refer to https://example.org/x for the source code.")
    assert link.kind == "code"


def test_the_sentence_before_does_not_count():
    [link] = links("It is better than the victim model. https://github.com/ada/x")
    assert link.kind == "code"


def test_named_kinds_in_order():
    assert find_named("the dataset, code and a video of our model at") == [
        "dataset", "code", "video", "model",
    ]  # fmt: skip
    assert find_named("a data-driven, model-based approach") == []


def test_both_fields_are_read():
    found = links("And https://b.example.org/x.", title="See https://a.example.org/x")
    assert [(link.field, link.url) for link in found] == [
        ("title", "https://a.example.org/x"),
        ("abstract", "https://b.example.org/x"),
    ]


PIECES = st.sampled_from(
    ["https://", "http://", "www.", "github", ".", " ", "com", "/", "io", "a", "b-", "_", "(", ")",
     "\\url{", "}", "\\_", "{", "é", "In", "@", ":", "//", ",", "~", "$^1$", "]", "[", "数", "\n", "1", "%", "&amp;"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=40).map("".join)))
def test_spans_are_exact_ordered_and_urls_absolute(text):
    found = links(text)
    Paper(id="p", title="T", abstract=text, links=found).check()
    for one, other in itertools.pairwise(found):
        assert one.end <= other.start
    for link in found:
        scheme, _, rest = link.url.partition("://")
        assert scheme in {"http", "https", "ftp"}
        assert rest
        assert not any(c.isspace() for c in link.url)
        assert link.url[-1] not in ".,;:!?"
        host = rest.split("/")[0].split("?")[0].split("#")[0]
        assert host == host.lower()
        assert link.kind in set(LinkKind)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([url for _, url in FOUND if url.startswith("http")]),
    st.sampled_from([" ", ". ", ", and ", ") ", "\n"]),
)
def test_normalised_urls_are_found_as_they_are(url, after):
    assert urls(f"It is at {url}{after}we say")[0] == url


@pytest.mark.parametrize(
    "text",
    [
        "." * 10**7, "http" * 10**6, "https://" * 10**5, "a." * 10**6, "a.b " * 10**6, "http://a.com/" + "(" * 10**6,
        "-a" * 10**6, "github.com/" * 10**5, "https://" + "a." * 10**6, "http://a.com/" + "b.In" * 10**6,
        "https://github. " * 10**5, "http://a.com/" + "\\_" * 10**6, "www." * 10**6, "{" * 10**6 + "http://a.com",
        " " * 10**7 + "x.com", "a.b@" * 10**6,
    ],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_hostile_text_takes_linear_time(text):
    begin = time.process_time()
    found = find_urls(text)
    assert time.process_time() - begin < 8
    assert len(found) <= 10**5


def test_ordinary_abstract_is_fast():
    text = "We study how agents learn, e.g. from play. It works well on three tasks. " * 20
    find_urls(text)
    begin = time.process_time()
    for _ in range(200):
        find_urls(text)
    assert (time.process_time() - begin) / 200 < 0.003
