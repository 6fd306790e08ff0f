"""Pasted pages of many kinds: the same invented papers in every layout."""

# ruff: noqa: E501 - texts stand on one line, as the readers meet them
from __future__ import annotations

import io
import os
import textwrap
from pathlib import Path

import pytest

from kg.read import read_papers

SHARED = Path(os.environ.get("PAPERKG_SHARED", Path(__file__).parents[2] / ".." / "shared"))

#: (title, abstract, authors, arXiv id), all invented.
PAPERS = [
    (
        "TidyHands: Learning to Fold Laundry from Mirror Play",
        "Folding cloth is hard for robots because cloth has no fixed shape. We present TidyHands, a policy "
        "that learns from robots playing in front of a mirror. On ten garments it folds twice as fast as "
        "imitation learning. Code and videos are available at https://tidy-hands.github.io.",
        ["Ada Lovelace", "Alan M. Turing", "Kurt Gödel"],
        "2401.00011",
    ),
    (
        "Does Depth Matter? A Second Look at Shallow Retrievers for Long Questions",
        "Deep retrievers are said to need many layers. This study trains forty retrievers that differ in "
        "nothing but depth (from 2 to 24 layers). Three layers suffice on five of seven collections, e.g. on "
        "one with questions of a thousand words, while deeper ones only cost time.",
        ["Grace Hopper", "John von Neumann"],
        "2402.10022",
    ),
    (
        "A^2Sort: Action-Aware Sorting with $\\pi$-Scheduled Transformers",
        "Sorting parcels by a robot needs both sight and touch. A^2Sort couples the two with a schedule that "
        "follows $\\pi_0$. In 1,200 trials the success rate rises from 61\\% to 84\\%, and no parcel is lost.",
        ["Barbara Liskov", "Edsger W. Dijkstra", "Tony Hoare", "Donald Knuth"],
        "2403.00033",
    ),
    (
        "Left/right brains, slow motor control and what robots can learn from them",
        "Neural controllers promise smooth motion, but they are slow to adapt. Here a fast and a slow "
        "controller share one arm, as the two halves of a brain do. The pair adapts to a new tool within "
        "three minutes, and forgets nothing of the old one.",
        ["Maryam Mirzakhani"],
        "2404.00044",
    ),
    (
        "What Would a Librarian Ask? Benchmarking Clarifying Questions",
        "Users rarely say what they want. LibAsk is a benchmark of 4,000 vague requests with the questions "
        "that librarians asked back. The best of nine language models asks the right question in 38 of 100 "
        "cases; people reach 91.\n\nWe also find that asking twice helps more than asking longer, and we "
        "release all requests, questions and answers for research under a permissive licence.",
        ["Emmy Noether", "Sophie Germain"],
        "2405.00055",
    ),
    (
        "Specialist, Generalist, or Both: Merging Text, Sound, Image and Video Experts",
        "Experts for single modalities are easy to train and hard to combine. We merge four of them by "
        "aligning only their normalisation layers. The merged model keeps 97% of each expert and gains "
        "on tasks that need two senses at once.",
        ["Claude Shannon", "Norbert Wiener", "Hedy Lamarr"],
        "2406.00066",
    ),
]  # fmt: skip


def flat(text: str) -> str:
    return " ".join(text.split())


def read(text: str, *, tmp: Path):
    refusals: list = []
    path = tmp / "page.txt"
    path.write_bytes(text.encode())
    return list(read_papers(path, on_refusal=refusals.append)), refusals


LAYOUTS = {
    "bare": lambda t, a, w, i: f"{t}\n\n{a}\n\n",
    "single newlines": lambda t, a, w, i: f"{t}\n{flat(a)}\n",
    "people, date, votes": lambda t, a, w, i: f"{t}\n{', '.join(w)}\nMar 3, 2024\n57\n{flat(a)}\n",
    "daily page": lambda t, a, w, i: f"Submitted by\nfan42\n57\n{t}\n{flat(a)}\n·\n{len(w)} authors\n3\n",
    "trending page": lambda t, a, w, i: f"{t}\n\n{flat(a)}\n\nSome Lab\n·\nPublished on Mar 3, 2024\n\nUpvote\n\n57\n\nGitHub 1.2k\narXiv Page\n\n",
    "votes above, people and id below": lambda t, a, w, i: f"57 upvotes\n{t}\nby {w[0]} et al.\nMar 3\n12 comments\narXiv:{i}\n\n{a}\n\n",
    "id above": lambda t, a, w, i: f"arXiv:{i}\n{t}\n{', '.join(w)}\n\n{a}\n\n",
    "arxiv list": lambda t, a, w, i: f"[7] arXiv:{i} [pdf, html, other]\nTitle: {t}\nAuthors: {', '.join(w)}\nComments: 9 pages, 4 figures\nSubjects: Machine Learning (cs.LG); Robotics (cs.RO)\nAbstract: {a}\n\n",
    "arxiv list without labels": lambda t, a, w, i: f"[7] arXiv:{i} (cross-list from cs.RO) [pdf, html, other]\nTitle: {t}\n{', '.join(w)}\nSubjects: Machine Learning (cs.LG)\n{flat(a)}\n",
    "arxiv search": lambda t, a, w, i: f"arXiv:{i} [pdf, other] cs.LG cs.AI\n{t}\nAuthors: {', '.join(w)}\nAbstract: {flat(a)} △ Less\nSubmitted 3 March, 2024; originally announced March 2024.\nComments: Accepted at a workshop\n\n",
    "anthology": lambda t, a, w, i: f"pdf bib abs\n{t}\n{' | '.join(w)}\nProceedings of the 2024 Conference on Reading Machines\n\n{a}\n\n",
    "openreview": lambda t, a, w, i: f"{t}\n{', '.join(w)}\nPublished: 16 Jan 2024, Last Modified: 05 Mar 2024\nICLR 2024 poster\nReaders: Everyone\nRevisions\nBibTeX\nKeywords: robots, reading\nTL;DR: A short thing.\nAbstract: {a}\n\n",
    "semantic search": lambda t, a, w, i: f"{t}\n{w[0]}, {w[-1]}, +3 authors · Published in Machine Reading Letters 12 June 2024 · Computer Science\nTLDR\nA thing is shown.\nExpand\n{flat(a)}\n912\nPDF\nSave\nAlert\n",
    "scholar": lambda t, a, w, i: f"[PDF] {t}\n{', '.join(w)} - Journal of Machine Reading, 2024 - example.org\n{flat(a)}\nSave Cite Cited by 12 Related articles All 3 versions\n\n",
    "people and venue in one": lambda t, a, w, i: f"{t}.\n\n{', '.join(w)}. Reading Machines 2024.\n\n{a}\n\n",
    "markdown": lambda t, a, w, i: f"## {t}\n*{', '.join(w)}*\n\n{a}\n\n",
    "numbered": lambda t, a, w, i: f"{int(i[-2:])}. {t}\n{', '.join(w)}\n{flat(a)}\n\n",
    "abstract heading": lambda t, a, w, i: f"{t}\n{', '.join(w)}\nAbstract\n{a}\n\n",
    "affiliation and venue": lambda t, a, w, i: f"{t}\n{w[0]}\nDepartment of Reading, University of Nowhere\nIn ReadConf 2024\n\n{a}\n\n",
    "upper case": lambda t, a, w, i: f"{t.upper()}\n\n{a}\n\n",
    "hard-wrapped": lambda t, a, w, i: textwrap.fill(t, 72) + "\n" + textwrap.fill(", ".join(w), 72) + "\n\n" + "\n\n".join(textwrap.fill(p, 72, break_on_hyphens=False) for p in a.split("\n\n")) + "\n\n",
    "hard-wrapped, labelled": lambda t, a, w, i: textwrap.fill("Title: " + t, 72, break_on_hyphens=False) + "\n" + textwrap.fill("Authors: " + ", ".join(w), 72) + "\n" + textwrap.fill("Abstract: " + flat(a), 72, break_on_hyphens=False) + "\n\n",
    "CRLF": lambda t, a, w, i: f"{t}\r\n\r\n{a}\r\n\r\n".replace("\n\n", "\r\n\r\n"),
}  # fmt: skip
HEAD = "new\n\nGet our papers in your inbox!\n\nSubscribe\n\nSign in\n\nbyXY and the research community\n\nMar 12\n\n"
FOOT = "Load more\n\n© 2024 Somebody. All rights reserved.\n\nTerms of Service · Privacy · About · Careers\n"
WITH_PEOPLE = {
    "people, date, votes", "id above", "arxiv list", "arxiv search", "anthology", "openreview", "markdown", "numbered",
    "abstract heading", "scholar", "people and venue in one", "hard-wrapped", "hard-wrapped, labelled",
    "arxiv list without labels",
}  # fmt: skip
WITH_ID = {
    "votes above, people and id below",
    "id above",
    "arxiv list",
    "arxiv search",
    "arxiv list without labels",
}


@pytest.mark.parametrize("furniture", [False, True], ids=["papers only", "with furniture"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_papers(layout, furniture, tmp_path):
    page = "".join(LAYOUTS[layout](*paper) for paper in PAPERS)
    found, refusals = read(HEAD + page + FOOT if furniture else page, tmp=tmp_path)
    assert not refusals
    titles = [p[0].upper() if layout == "upper case" else p[0] for p in PAPERS]
    assert [p.title.rstrip(".") for p in found] == titles
    assert [p.abstract for p in found] == [flat(p[1]) for p in PAPERS]
    if layout in WITH_PEOPLE:
        assert [list(p.authors) for p in found] == [p[2] for p in PAPERS]
    if layout in WITH_ID:
        assert [p.arxiv_id for p in found] == [p[3] for p in PAPERS]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_page_of_one_paper(layout, tmp_path):
    found, refusals = read(LAYOUTS[layout](*PAPERS[0]), tmp=tmp_path)
    assert not refusals
    assert [flat(p.abstract) for p in found] == [flat(PAPERS[0][1])]
    assert found[0].title.rstrip(".").lower() == PAPERS[0][0].lower()


#: Lists of papers without abstracts, as sites and people write them.
LISTS = {
    "cards": lambda t, w, i: f"Submitted by\n\n\nfan42\n\n57\n{t}\nSome Lab\nSomeLab\n\n·\n{len(w)} authors\n\n3\n",
    "review site": lambda t, w, i: f"{t}\npdf icon\n{', '.join(w)}\nPublished: 16 Jan 2024, Last Modified: 15 Mar 2024ICLR 2024 oralReaders: EveryoneRevisionsBibTeX\nShow details\n",
    "proceedings": lambda t, w, i: f"{t}\n{', '.join(w)}\n[pdf] [supp] [arXiv]\n[bibtex]\n",
    "proceedings, people and venue": lambda t, w, i: f"{t}\n{', '.join(w)}; Proceedings of the 41st International Conference on Machine Learning, PMLR 235:1-9\n[abs][Download PDF][OpenReview]\n",
    "anthology": lambda t, w, i: f"pdf bib abs\n{t}\n{' | '.join(w)}\n\n",
    "track": lambda t, w, i: f"{t}\n{', '.join(w)}\nMain Conference Track\n",
    "programme": lambda t, w, i: f"{int(i[-2:]) % 12}:00–{int(i[-2:]) % 12}:15 {t}\n{' ⋅ '.join(w)}\n\n",
    "publisher": lambda t, w, i: f"{t}\n{';'.join(w)}\n2024 International Conference on Reading (ICR)\nYear: 2024 | Conference Paper | Publisher: IEEE\nCited by: Papers (3)\nAbstract\nHTML\n",
    "names line by line": lambda t, w, i: f"RESEARCH-ARTICLE\n{t}\n" + ",\n".join(w) + "\nhttps://doi.org/10.1145/3613904.3641\n12\n345\nHighlights\n",
    "bibliography server": lambda t, w, i: f"[c7]\nview\nexport record\nshare record\n{', '.join(w)}:\n{t.rstrip('?')}. ICML 2024: 1-9\n",
    "references, quoted": lambda t, w, i: f"[7] {', '.join(w)}, “{t},” in Proc. ICML, 2024, pp. 1–9.\n",
    "references": lambda t, w, i: f"[7] {', '.join(w)}. {t.rstrip('?')}. arXiv preprint arXiv:{i}, 2024.\n",
    "references, year first": lambda t, w, i: f"{', '.join(w)}. 2024. {t.rstrip('?')}. In Proceedings of ICML, pages 1-9.\n",
    "Markdown links": lambda t, w, i: f"- [{t}](https://arxiv.org/abs/{i}) - {w[0]} et al., 2024. [[Code]](https://github.com/x/y)\n",
    "Markdown bold": lambda t, w, i: f"* **{t}**<br>*{', '.join(w)}*<br>NeurIPS 2024. [[paper]](https://arxiv.org/abs/{i}) [[code]](https://github.com/x/y)\n\n",
    "Markdown table": lambda t, w, i: f"| [**{t}**](https://arxiv.org/abs/{i}) | NeurIPS | 2024-11 | [Github](https://github.com/x/y) |\n",
    "Markdown tags": lambda t, w, i: f"- (**arXiv 2024**) {t} [[paper](https://arxiv.org/abs/{i})] [[code](https://github.com/x/y)]\n",
}  # fmt: skip
LISTS_WITHOUT_PEOPLE = {"cards", "Markdown links", "Markdown table", "Markdown tags"}
LISTS_WITH_ID = {
    "references", "Markdown links", "Markdown bold", "Markdown table", "Markdown tags",
}  # fmt: skip


@pytest.mark.parametrize("layout", LISTS)
def test_lists_without_abstracts(layout, tmp_path):
    page = "".join(LISTS[layout](t, w, i) for t, _, w, i in PAPERS)
    found, refusals = read(HEAD + page + FOOT, tmp=tmp_path)
    assert not refusals
    assert [p.title.rstrip("?.") for p in found] == [p[0].rstrip("?") for p in PAPERS]
    assert not any(p.abstract for p in found)
    if layout not in LISTS_WITHOUT_PEOPLE:
        assert [list(p.authors) for p in found] == [p[2] for p in PAPERS]
    if layout in LISTS_WITH_ID:
        assert [p.arxiv_id for p in found] == [p[3] for p in PAPERS]


def test_layouts_may_mix_on_a_page(tmp_path):
    names = ["bare", "people, date, votes", "arxiv list", "anthology", "abstract heading", "bare"]
    page = "".join(LAYOUTS[n](*p) for n, p in zip(names, PAPERS, strict=True))
    found, _ = read(page, tmp=tmp_path)
    assert [p.title for p in found] == [p[0] for p in PAPERS]


def test_venue_year_and_links_are_kept(tmp_path):
    page = LAYOUTS["affiliation and venue"](*PAPERS[0]) + "doi:10.1234/xyz.5\n\n"
    [paper], _ = read(page, tmp=tmp_path)
    assert (paper.venue, paper.year, paper.doi) == ("ReadConf 2024", 2024, "10.1234/xyz.5")
    assert paper.source == f"{tmp_path}/page.txt:1"


def test_source_names_the_line_of_the_title(tmp_path):
    found, _ = read(HEAD + LAYOUTS["bare"](*PAPERS[0]), tmp=tmp_path)
    assert found[0].source.endswith("page.txt:13")


def test_a_title_without_abstract_is_kept_between_others(tmp_path):
    page = (
        LAYOUTS["bare"](*PAPERS[0])
        + "A Paper Whose Abstract Was Never Written\n\n"
        + LAYOUTS["bare"](*PAPERS[1])
    )
    found, refusals = read(page, tmp=tmp_path)
    assert [p.title for p in found] == [
        PAPERS[0][0], "A Paper Whose Abstract Was Never Written", PAPERS[1][0],
    ]  # fmt: skip
    assert found[1].abstract == ""
    assert not refusals


def test_a_title_cut_off_at_the_end_is_told(tmp_path):
    title = "A Title That Was Cut Off at the Bottom of the Page"
    page = "".join(LAYOUTS["bare"](*paper) for paper in PAPERS[:3])
    path = tmp_path / "page.txt"
    for text, lines in ((page + title, [page.count("\n") + 1]), (HEAD + page + FOOT, [])):
        path.write_text(text)
        notices: list = []
        assert len(list(read_papers(path, on_notice=notices.append))) == 3
        assert [n.line for n in notices] == lines
        told = f"{title!r} looks like a title, no abstract follows; left out"
        assert all(n.text == told for n in notices)


def test_a_page_of_titles_only(tmp_path):
    page = "".join(f"{t}\n\n" for t, *_ in PAPERS)
    found, _ = read(page, tmp=tmp_path)
    assert [p.title for p in found] == [p[0] for p in PAPERS]


def test_a_page_of_titles_with_people(tmp_path):
    page = HEAD + "".join(f"{t}\n{', '.join(w)}\n12\n" for t, _, w, _ in PAPERS if len(w) > 1)
    found, _ = read(page, tmp=tmp_path)
    assert [p.title for p in found] == [p[0] for p in PAPERS if len(p[2]) > 1]


def test_prose_without_a_title_is_refused_not_lost(tmp_path):
    found, refusals = read(flat(PAPERS[0][1]) + "\n\n" + LAYOUTS["bare"](*PAPERS[1]), tmp=tmp_path)
    assert [p.title for p in found] == [PAPERS[1][0]]
    assert [(r.line, r.reason[:40]) for r in refusals] == [
        (1, "a paragraph without a title above it: 'F")
    ]


@pytest.mark.parametrize(
    "words",
    [
        "We repair JavaScript programs of beginners with a small model.",
        "The model gets better at law by continuing its training on verdicts.",
        "Users of forty repositories report an issue when a test fails.",
        "© 2026 Some Publisher. All rights reserved.",
    ],
)
def test_an_abstract_with_words_that_pages_print_is_kept(words, tmp_path):
    abstract = f"{flat(PAPERS[0][1])} {words}"
    found, refusals = read(f"{PAPERS[0][0]}\n{abstract}\n", tmp=tmp_path)
    assert not refusals
    assert [p.abstract for p in found] == [abstract]


@pytest.mark.parametrize(
    "abstract",
    [
        "Web agents act by clicking on elements and by typing text. We present FooAgent, which "
        "grounds each action in a screenshot, and test it on 812 tasks.",
        "JavaScript is a language whose dynamic types make static analysis hard. We present "
        "FooLint, a model that finds type errors in programs of 4,000 projects.",
        "Many sites break without JavaScript, which hurts crawlers. We propose FooCrawl, a "
        "crawler that renders pages with a network, and test it on 9,000 pages.",
        "Session 1 of an experiment differs from session 2 in most studies of memory. We propose "
        "a model of both that reaches 80% accuracy on three data sets.",
    ],
)
def test_an_abstract_about_pages_is_none_of_their_notices(abstract, tmp_path):
    found, refusals = read(f"{PAPERS[0][0]}\nAda Lovelace, Alan Turing\n{abstract}\n", tmp=tmp_path)
    assert not refusals
    assert [p.abstract for p in found] == [abstract]


def test_furniture_alone_gives_nothing(tmp_path):
    found, refusals = read(HEAD + FOOT, tmp=tmp_path)
    assert found == []
    assert refusals == []


def test_chinese_page(tmp_path):
    title = "面向长文档的层次化检索方法"
    abstract = "本文提出一种面向长文档的层次化检索方法。" * 6
    found, _ = read(f"{title}\n\n{abstract}\n\n", tmp=tmp_path)
    assert [(p.title, p.abstract) for p in found] == [(title, abstract)]
    assert found[0].id.startswith("paper-")


def test_titles_of_like_length_are_not_taken_for_broken_lines(tmp_path):
    titles = [p[0] for p in PAPERS if len(p[0]) > 60]
    found, _ = read("\n".join(titles) + "\n", tmp=tmp_path)
    assert [p.title for p in found] == titles


def test_the_foot_of_a_listing_says_no_year(tmp_path):
    page = "".join(LAYOUTS["arxiv list"](*p) for p in PAPERS)
    foot = "Total of 187 entries\nShowing up to 2000 entries per page: fewer | more | all\n"
    found, _ = read(page + foot, tmp=tmp_path)
    assert {p.year for p in found} == {2024}


def test_a_label_may_stand_above_its_value(tmp_path):
    page = (
        f"{PAPERS[0][0]}\nAuthors:\nAda Lovelace ,\nNguyen Van An\nAbstract\n{PAPERS[0][1]}\n"
        "Editors:\nTony Hoare, Donald Knuth\nVenue:\nACL\nSIG:\nPublisher:\nAssociation for "
        "Computational Linguistics\nYear:\n2023\nDOI:\n10.18653/v1/2023.acl-long.5\n"
    )
    [paper], refusals = read(page, tmp=tmp_path)
    assert not refusals
    assert paper.authors == ("Ada Lovelace", "Nguyen Van An")
    assert (paper.venue, paper.year, paper.doi) == ("ACL", 2023, "10.18653/v1/2023.acl-long.5")


def test_the_page_of_one_paper_with_all_that_stands_around_it(tmp_path):
    title, abstract, authors, number = PAPERS[2]
    page = (
        f"Computer Science > Machine Learning\narXiv:{number} (cs)\n[Submitted on 25 Mar 2024 (v1), "
        f"last revised 2 Apr 2024 (this version, v2)]\n{title}\n{', '.join(authors)}\nView PDF\n"
        f"HTML (experimental)\n{abstract}\nComments:\t12 pages\nSubjects:\tMachine Learning (cs.LG)\n"
        f"Cite as:\tarXiv:{number} [cs.LG]\n \t(or arXiv:{number}v2 [cs.LG] for this version)\n"
        "Submission history\nFrom: B. Liskov [view email]\nHave an idea for a project that will add "
        "value for the community? Learn more about arXivLabs.\n"
        "Which authors of this paper are endorsers? | Disable MathJax (What is MathJax?)\n"
    )
    found, refusals = read(page * 2, tmp=tmp_path)
    assert not refusals
    assert [(p.title, p.abstract, p.arxiv_id) for p in found] == [
        (title, flat(abstract), number)
    ] * 2


def test_title_and_abstract_with_a_tab_between(tmp_path):
    found, refusals = read("".join(f"{t}\t{flat(a)}\n" for t, a, *_ in PAPERS), tmp=tmp_path)
    assert not refusals
    assert [(p.title, p.abstract) for p in found] == [(p[0], flat(p[1])) for p in PAPERS]


@pytest.mark.parametrize("form", ["{}", "https://arxiv.org/abs/{}", "arXiv:{}"])
def test_ids_without_titles_are_refused_each(form, tmp_path):
    page = "".join(form.format(i) + "\n" for *_, i in PAPERS)
    found, refusals = read(page, tmp=tmp_path)
    assert not found
    assert [r.line for r in refusals] == [1, 2, 3, 4, 5, 6]
    assert "has no title" in refusals[0].reason


@pytest.mark.skipif(not (SHARED / "seed").is_dir(), reason="../shared is not there")
@pytest.mark.shared
def test_the_seed_page_gives_its_74_papers():
    refusals: list = []
    path = SHARED / "seed" / "hf-papers-listing.txt"
    found = list(read_papers(path, on_refusal=refusals.append))
    assert (len(found), refusals) == (74, [])
    lines = [line for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    assert [text for p in found for text in (p.title, p.abstract)] == [
        flat(x) for x in lines[-148:]
    ]


def test_a_long_page_streams(tmp_path):
    import tracemalloc

    path = tmp_path / "long.txt"
    with path.open("w", encoding="utf-8") as out:
        for n in range(6000):
            out.write(f"Paper Number {n}: A Title of Its Own\n\n{PAPERS[n % 4][1]} Case {n}.\n\n")
    tracemalloc.start()
    count = sum(1 for _ in read_papers(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 6000
    assert peak < 12e6, io.StringIO(f"{peak}").read()
