"""Links: exact spans, normalised URLs, kinds, and what is no link."""

# ruff: noqa: E501 - texts stand on one line, as the readers meet them
from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.extract.link_kinds import find_kind, find_named
from kg.extract.links import find_links
from kg.extract.urls import find_urls
from kg.model import LinkKind, Paper
from tests.linear import check_linear, cpu


def found_in(text):
    return [(found.start, found.end, found.url) for found in find_urls(text)]


def links(abstract: str, title: str = "T"):
    return find_links(Paper(id="p", title=title, abstract=abstract))


def urls(text: str) -> list[str]:
    return [url for _, _, url in found_in(text)]


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
    ("at https://tidy.org/lamp.Supplementary: none", "https://tidy.org/lamp"),
    ("at https://tidy.org/lamp.Results show", "https://tidy.org/lamp"),
    ("at https://tidy.org.Supplementary: none", "https://tidy.org"),
    ("at https://tidy.org/lamp.Pdf and", "https://tidy.org/lamp.Pdf"),
    ("at github.com/ada/Lamp.Net: a port", "https://github.com/ada/Lamp.Net"),
    ("at github.com/ada/lamp;video: none", "https://github.com/ada/lamp"),
    ("at github.com/ada/lamp;slides are too", "https://github.com/ada/lamp"),
    ("at https://tidy.org/x?y=1&amp;z and", "https://tidy.org/x?y=1&z"),
    ("at https://tidy.org/x;id=4 and", "https://tidy.org/x;id=4"),
    ("at github.com/ada/LampProject: a tool", "https://github.com/ada/LampProject"),
    ("see github.com/ada/LampProject page", "https://github.com/ada/LampProject"),
    # marks of footnotes and emphasis
    ("The demo is available at lamp.ai1. We", "https://lamp.ai"),
    ("The demo is available at lamp.ai². We", "https://lamp.ai"),
    ("at https://lamp.org3, too", "https://lamp.org"),
    ("at https://tidy.org/lamp(1).", "https://tidy.org/lamp"),
    ("at https://tidy.org/lamp_(1)", "https://tidy.org/lamp_(1)"),
    ("at https://tidy.org/lamp(2020)", "https://tidy.org/lamp(2020)"),
    (r"at https://github.com/ada/lamp~\cite{us}.", "https://github.com/ada/lamp"),
    ("at _https://tidy.org/lamp_ now", "https://tidy.org/lamp"),
    ("at _https://tidy.org/lamp_.", "https://tidy.org/lamp"),
    ("at https://tidy.org/lamp_ now", "https://tidy.org/lamp_now"),
    # split by a tokeniser, in the host, by a soft hyphen
    ("at https : // github . com / ada / lamp . We", "https://github.com/ada/lamp"),
    ("at https : / / github . com / ada / lamp", "https://github.com/ada/lamp"),
    ("at https : // github . com / ada / lamp - post lights", "https://github.com/ada/lamp-post"),
    ("at https : // github . com / ada / lamp - the code", "https://github.com/ada/lamp"),
    ("at https : // tidy . org . We", "https://tidy.org"),
    ("at https://github . com/ada/lamp.", "https://github.com/ada/lamp"),
    ("at http s://github.com/ada/lamp", "https://github.com/ada/lamp"),
    ("at https://www.tidy. org/lamp.", "https://www.tidy.org/lamp"),
    ("at https://lab.tidy. org/lamp.", "https://lab.tidy.org/lamp"),
    ("at https://www.tidy.org. in this", "https://www.tidy.org"),
    ("at https://tidy.org/la\u00admp/post", "https://tidy.org/lamp/post"),
    ("at https://github.com/ada/la\u00ad\nmp.", "https://github.com/ada/lamp"),
    ("at https://ti\u00addy.org/lamp", "https://tidy.org/lamp"),
    ("at https://tidy.org\u00ad", "https://tidy.org"),
    ("at http://www.cs.tidy.edu/\u223cada/code.", "http://www.cs.tidy.edu/~ada/code"),
    ("at http://www.cs.tidy.edu/\u02dcada", "http://www.cs.tidy.edu/~ada"),
    ("at https://github.com/ada/la\u2013mp.", "https://github.com/ada/la-mp"),
    ("at https://tidy.org/lamp \u2013 the page", "https://tidy.org/lamp"),
    ("at https://github.com/\r\nada/lamp", "https://github.com/ada/lamp"),
    ("at https://github.com/ada/tidy-\n    lamp.", "https://github.com/ada/tidy-lamp"),
    ("at https://github.\r\n  com/ada/lamp.", "https://github.com/ada/lamp"),
    ("at http:/github.com/ada/lamp", "http://github.com/ada/lamp"),
    ("at ttps://tidy.org/lamp", "https://tidy.org/lamp"),
    ("at ttp://tidy.org/lamp", "http://tidy.org/lamp"),
    ("code: github .com/ada/lamp", "https://github.com/ada/lamp"),
    ("code: github . com/ada/lamp", "https://github.com/ada/lamp"),
    # hyphens as typeset text has them, hosts of apps
    ("at https://tidy\u2011lamp.github.io/a\u2010b.", "https://tidy-lamp.github.io/a-b"),
    ("runs at tidy-lamp.streamlit.app, and", "https://tidy-lamp.streamlit.app"),
    # DOIs
    ("doi: 10.1000/lamp.2.", "https://doi.org/10.1000/lamp.2"),
    ("(DOI:10.1000/S0004(99)36-0)", "https://doi.org/10.1000/S0004(99)36-0"),
    (r"\doi{10.1000/lamp}", "https://doi.org/10.1000/lamp"),
    ("see https://doi.org/10.1000/lamp", "https://doi.org/10.1000/lamp"),
    # the words of a link are no second link
    (r"\href{https://tidy.org/a_b}{\texttt{https://tidy.org/a_b}}", "https://tidy.org/a_b"),
    (r"\href{https://tidy.org/a_b}{\textit{\small tidy.org/a_b}}", "https://tidy.org/a_b"),
    ("href{https://tidy.org/a}{url{https://tidy.org/a}}", "https://tidy.org/a"),
    ("at [tidy.org/a](tidy.org/a).", "https://tidy.org/a"),
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
    "a doi is no link, nor is doi: 10.5, nor 10.1000/lamp",
    "at https://tidy . is there / not",
    "www.tidy. we say",
    "fossil.co2 data are available at fossil.co2.",
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
        (
            "at github.com/ada/x;video: https://youtu.be/abc",
            [("https://github.com/ada/x", "code"), ("https://youtu.be/abc", "video")],
        ),
        (
            "at github.com/ada/x;demo:https://tidy.org/e",
            [("https://github.com/ada/x", "code"), ("https://tidy.org/e", "demo")],
        ),
        (
            "Code: https://tidy.org/xProject page:https://tidy.org/e",
            [("https://tidy.org/x", "code"), ("https://tidy.org/e", "project")],
        ),
        (
            "Code: https://tidy.org/x.Dataset:https://tidy.org/e",
            [("https://tidy.org/x", "code"), ("https://tidy.org/e", "dataset")],
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
        ("https://a.org/lamp.pdf", "", "paper"),
        ("https://a.org/lamp.PDF#page=2", "details are at ", "paper"),
        ("https://www.kaggle.com/code/a/b", "", "code"),
        ("https://kaggle.com/datasets/a/b", "Code: ", "dataset"),
        ("https://kaggle.com/models/a/b", "", "model"),
        ("https://kaggle.com/a/b", "", "dataset"),
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


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        # LaTeX: the words of a link are in the braces after it
        (r"The \href{https://github.com/ada/d}{dataset} and \href{https://github.com/ada/c}{code}.", "dataset code"),
        (r"See \href{https://a.org/x}{project page}, \href{https://a.org/y}{code}, \href{https://a.org/z}{dataset}.", "project code dataset"),
        (r"Data: \href{https://a.org/x}{here}, code: \href{https://a.org/y}{\emph{here}}.", "dataset code"),
        (r"Our code and data: \href{https://github.com/ada/x}{\textbf{data}}", "dataset"),
        (r"Code \href{https://github.com/ada/x}{https://github.com/ada/data}", "code code"),
        (r"The dataset is \href{https://a.org/x}{here", "dataset"),
        (r"See our \href{https://a.org/x}{page}.", "project"),
        (r"Samples: \url{https://a.org/x}", "project"),
        # Markdown, HTML: in the brackets before it, between the tags
        ("Code and [data](https://github.com/ada/x).", "dataset"),
        ("[code](https://a.org/x), [paper](https://a.org/y), [project](https://a.org/z)", "code paper project"),
        ("[here](https://a.org/x) with [code](https://a.org/y)", "project code"),
        ("[code/data](https://github.com/ada/x)", "code"),
        ('The <a href="https://a.org/x">dataset</a> and <a href="https://a.org/y">code</a>', "dataset code"),
        # a label in brackets, if it is no more than that
        ("https://a.org/data (data), https://a.org/demo (demo)", "dataset demo"),
        (r"\url{https://a.org/x} (source code) and \url{https://a.org/y} (the dataset)", "code dataset"),
        ("Code: https://github.com/ada/x (with pretrained models).", "code"),
        ("Code: https://github.com/ada/x (the data will follow).", "code"),
        # respectively
        ("Code, data and models are available at https://a.org/x, https://a.org/y, and https://a.org/z, respectively.", "code dataset model"),
        (r"Our data and code are at \url{https://github.com/ada/x} and \url{https://github.com/ada/y} respectively.", "dataset code"),
        (r"Code and data are respectively available at \url{https://a.org/x} and \url{https://a.org/y}.", "code dataset"),
        ("Code and data are at https://github.com/ada/x and https://github.com/ada/y.", "code code"),
        ("Code, data and models are at https://github.com/ada/x and https://github.com/ada/y, respectively.", "code code"),
        ("It wins by 2 % and 3 %, respectively. Data and code: https://github.com/ada/x, https://github.com/ada/y.", "code code"),
    ],
)  # fmt: skip
def test_kind_from_the_words_of_the_link_alone(text, kinds):
    assert " ".join(link.kind for link in links(text)) == kinds


def test_kind_from_the_words_of_the_path_where_the_sentence_has_none():
    assert find_kind("https://tidy.org/lamp/data", "It lights up (") == LinkKind.DATASET
    assert find_kind("https://tidy.org/demo.html", "It lights up (") == LinkKind.DEMO
    assert find_kind("https://tidy.org/lamp", "It lights up (") == LinkKind.OTHER
    assert find_kind("https://tidy.org/data", "The code is at ") == LinkKind.CODE


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
    "make",
    [
        lambda n: "." * 10 * n, lambda n: "http" * n, lambda n: "https://" * (n // 10), lambda n: "a." * n, lambda n: "a.b " * n,
        lambda n: "http://a.com/" + "(" * n, lambda n: "-a" * n, lambda n: "github.com/" * (n // 10),
        lambda n: "https://" + "a." * n, lambda n: "http://a.com/" + "b.In" * n, lambda n: "https://github. " * (n // 10),
        lambda n: "http://a.com/" + "\\_" * n, lambda n: "www." * n, lambda n: "{" * n + "http://a.com", lambda n: " " * 10 * n + "x.com",
        lambda n: "a.b@" * n, lambda n: "a\u00ad" * n, lambda n: "doi:10.1145/" * (n // 10), lambda n: "https : // a . b " * (n // 10),
        lambda n: "https : // a . com / b" + " - b" * n, lambda n: "http://a.com/" + ";ab:" * n,
        lambda n: "http://a.com/" + "aProject page :" * (n // 10), lambda n: "git@github.com:a/b" + "(" * n,
        lambda n: r"\href{http://a.com/}{" * (n // 10), lambda n: "](http://a.com " * (n // 10),
    ],
    ids=lambda make: make(10)[:12],
)  # fmt: skip
def test_hostile_text_takes_linear_time(make):
    def read(text):
        assert len(found_in(text)) <= 10**5

    check_linear(make, read, 10**6)


@pytest.mark.parametrize(
    "make",
    [
        lambda n: "https://a.com/x (data) " * n, lambda n: "https://a.com and " * n + "respectively", lambda n: r"\href{http://a.com/}{" * n,
        lambda n: "[" * 100 * n + "a](http://a.com)", lambda n: "respectively " * 10 * n + "http://a.com",
        lambda n: "http://a.com}{" + "{" * 100 * n,
    ],
    ids=lambda make: make(1)[:12],
)  # fmt: skip
def test_kinds_of_hostile_text_take_linear_time(make):
    check_linear(make, links, 10**4)


def test_ordinary_abstract_is_fast():
    text = "We study how agents learn, e.g. from play. It works well on three tasks. " * 20
    found_in(text)
    assert min(cpu(lambda: found_in(text)) for _ in range(200)) < 0.003


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        (
            "Code(https://x.org/a/b)and data (https://x.org/c_(d)).",
            ["https://x.org/a/b", "https://x.org/c_(d)"],
        ),
        ("Leaderboard: quux-bench.dev", ["https://quux-bench.dev"]),
        ("The leaderboard is at quux-bench.dev.", ["https://quux-bench.dev"]),
        ("Data: quux.org, weights: quux.ai", ["https://quux.org", "https://quux.ai"]),
        ("Models: node.js and Quux.ai", []),
    ],
)
def test_brackets_glued_to_a_word_and_labels_before_a_host(text: str, urls: list[str]) -> None:
    assert [found.url for found in find_urls(text)] == urls
