"""Whole pages as they are copied from the browser, with all that sites print around papers."""

# ruff: noqa: E501 - texts stand on one line, as the readers meet them
from __future__ import annotations

import pytest

from kg.read import read_papers

CRANES = "Folding Paper Cranes with Language Models"
CRANES_TEXT = "We study whether language models can describe the folding of paper cranes. On CraneBench, a benchmark of 900 folding sequences, a fine-tuned T5 reaches 71.2% accuracy."
WAIT = "SlowRAG: Why Retrieval Should Wait"
WAIT_TEXT = "Retrieval-augmented generation fetches documents early. SlowRAG defers retrieval until the model is uncertain, and improves exact match on Natural Questions by 3 points."
TINY = "A Tiny Model of Everything"
TINY_TEXT = "We present a tiny model of everything and test it on three data sets. The model has only one million parameters and reaches 93% accuracy on CIFAR-10."
PEOPLE = "Aiko Tanaka, Bernd Müller, Chen-Yu Li"

#: Page -> what it must give: (title, abstract, authors, arXiv id) of each paper.
PAGES = {
    "arXiv, one paper": (
        f"Computer Science > Computation and Language\n[Submitted on 12 Nov 2026 (v1), last revised 20 Nov 2026 (this version, v2)]\n{CRANES}\n{PEOPLE}\nView PDF\nHTML (experimental)\n{CRANES_TEXT}\nComments:\t12 pages, 3 figures\nSubjects:\tComputation and Language (cs.CL)\nMSC classes:\t68T50\nACM classes:\tI.2.7\nCite as:\tarXiv:2611.12345 [cs.CL]\n \t(or arXiv:2611.12345v2 [cs.CL] for this version)\n \t\nhttps://doi.org/10.48550/arXiv.2611.12345\nFocus to learn more\narXiv-issued DOI via DataCite\nJournal reference:\tFindings of EMNLP 2026\n",
        [(CRANES, CRANES_TEXT, PEOPLE, "2611.12345", "Findings of EMNLP 2026")],
    ),
    "arXiv, search": (
        f"Showing 1–2 of 2 results for all: crane folding\nCrane Folding by Any Means\n50 results per page. Sort results by Announcement date (newest first) Go\n1. arXiv:2611.12345 [pdf, ps, other]  cs.CL cs.AI doi 10.1145/3666666.3777777\n{CRANES}\nAuthors: {PEOPLE}\nAbstract: {CRANES_TEXT} △ Less\nSubmitted 12 November, 2026; originally announced November 2026.\n2. arXiv:2611.12347 [pdf, other]  cs.IR\n{WAIT}\nAuthors: Jane Doe, Richard Roe, et al. (3 additional authors not shown)\nAbstract: {WAIT_TEXT} △ Less\nSubmitted 13 November, 2026; originally announced November 2026.\n",
        [(CRANES, CRANES_TEXT, PEOPLE, "2611.12345", None), (WAIT, WAIT_TEXT, "Jane Doe, Richard Roe", "2611.12347", None)],
    ),
    "arXiv, new": (
        f"Showing new listings for Friday, 27 November 2026\nTotal of 2 entries\nNew submissions (showing 2 of 2 entries)\n[1] arXiv:2611.12345 [pdf, html, other]\nTitle: {CRANES}\n{PEOPLE}\nSubjects: Computation and Language (cs.CL)\n{CRANES_TEXT}\n[2] arXiv:2611.12347 [pdf, other]\nTitle: {WAIT}\nJane Doe, Richard Roe\nComments: 9 pages\nSubjects: Information Retrieval (cs.IR)\n{WAIT_TEXT}\nTotal of 2 entries\nAbout\nHelp\nWeb Accessibility Assistance\narXiv Operational Status\n",
        [(CRANES, CRANES_TEXT, PEOPLE, "2611.12345", None), (WAIT, WAIT_TEXT, "Jane Doe, Richard Roe", "2611.12347", None)],
    ),
    "Hugging Face, daily": (
        f"Models\nDatasets\nSpaces\nDaily Papers\nby AK and the research community\nNov 27\nSubmitted by\nfan42\n87\n{CRANES}\n·\n12 authors\n4\n\nSubmitted by\nsomelab\n54\n{WAIT}\n\nStanford University\n·\n5 authors\n2\n3\n\nSubmitted by\nzwei\n41\n{TINY}\nTechnical University of Munich\n·\n2 authors\n",
        [(CRANES, "", "", None, None), (WAIT, "", "", None, None), (TINY, "", "", None, None)],
    ),
    "Hugging Face, one paper": (
        f"Papers\narxiv:2611.12345\n{CRANES}\nPublished on Nov 12\n·\n Submitted by\nAiko Tanaka on Nov 13\n#2 Paper of the day\nUpvote\n87\n+79\nAuthors:\nAiko Tanaka\n,\nBernd Müller\n,\nChen-Yu Li\nAbstract\nA benchmark called CraneBench tests whether language models can describe folding, with T5 reaching 71.2%.\nAI-generated summary\n{CRANES_TEXT}\n\nView arXiv page\nView PDF\nAdd to collection\nCommunity\nfan42\nPaper submitter\nabout 14 hours ago\nWe wrote this paper because we love origami and wanted to know what models can do with it. The code is to come soon, and more!\n\nReply\nlibrarian-bot\nThis is an automated message from the Librarian Bot.\n\nOrigami Transformers for Folding (2026)\nModels citing this paper\n0\n",
        [(CRANES, CRANES_TEXT, PEOPLE, "2611.12345", None)],
    ),
    "Google Scholar": (
        f"[PDF] arxiv.org\n{CRANES}\nA Tanaka, B Müller, CY Li - arXiv preprint arXiv:2611.12345, 2026 - arxiv.org\n{CRANES_TEXT}\nSave Cite Cited by 12 Related articles All 3 versions\n[HTML] acm.org\n[HTML] {WAIT}\nJ Doe, R Roe - Proceedings of the ACM Web Conference …, 2026 - dl.acm.org\n{WAIT_TEXT}\nSave Cite Cited by 3 Related articles All 2 versions \n[BOOK] {TINY}\nW Zhang - 2025 - books.google.com\n{TINY_TEXT}\nSave Cite Related articles\nShowing the best results for this search. See all results\n",
        [(CRANES, CRANES_TEXT, "A Tanaka, B Müller, CY Li", "2611.12345", "arXiv preprint arXiv:2611.12345"), (WAIT, WAIT_TEXT, "J Doe, R Roe", None, "Proceedings of the ACM Web Conference …"), (TINY, TINY_TEXT, "W Zhang", None, None)],
    ),
    "Semantic Scholar": (
        f"{CRANES}\nAiko Tanaka, +4 authors Chen-Yu Li\nComputer Science, Mathematics · ICML · 2026\n{CRANES_TEXT}\nExpand\n12\nPDF\nSave\nAlert\nCite\n{WAIT}\nJane Doe, Richard Roe\nComputer Science · EMNLP · 1 October 2026\n{WAIT_TEXT}\nExpand\n3\nSave\nAlert\nCite\n",
        [(CRANES, CRANES_TEXT, "Aiko Tanaka, Chen-Yu Li", None, None), (WAIT, WAIT_TEXT, "Jane Doe, Richard Roe", None, None)],
    ),
    "DBLP": (
        f"Search dblp for Publications\n2026\n[c3]\nAiko Tanaka, Bernd Müller 0002, Chen-Yu Li:\n{CRANES}. ACL (1) 2026: 120-134\n[i2]\nJane Doe, Richard Roe:\n{WAIT}. CoRR abs/2611.12347 (2026)\n2025\n[j1]\nWei Zhang 0001:\n{TINY}. J. Mach. Learn. Res. 26: 1-40 (2025)\n",
        [(CRANES, "", PEOPLE, None, "ACL (1) 2026: 120-134"), (WAIT, "", "Jane Doe, Richard Roe", "2611.12347", "CoRR abs/2611.12347 (2026)"), (TINY, "", "Wei Zhang", None, "J. Mach. Learn. Res. 26: 1-40 (2025)")],
    ),
    "CVF": (
        f"These CVPR 2026 papers are the Open Access versions, provided by the Computer Vision Foundation.\nExcept for the watermark, they are identical to the accepted versions; the final published version of the proceedings is available on IEEE Xplore.\nThis material is presented to ensure timely dissemination of scholarly and technical work. Copyright and all rights therein are retained by authors or by other copyright holders.\nPapers\n{CRANES}\n{PEOPLE}\n[pdf] [supp] [arXiv] [bibtex]\n{TINY}\nWei Zhang\n[pdf] [bibtex]\n{WAIT}\nJane Doe, Richard Roe\n[pdf] [supp]\n[bibtex]\n",
        [(CRANES, "", PEOPLE, None, None), (TINY, "", "Wei Zhang", None, None), (WAIT, "", "Jane Doe, Richard Roe", None, None)],
    ),
    "NeurIPS": (
        f"{CRANES}\nPart of Advances in Neural Information Processing Systems 39 (NeurIPS 2026) Main Conference Track\n\nBibtex Paper Supplemental\n\nAuthors\n{PEOPLE}\n\nAbstract\n{CRANES_TEXT}\n\nName Change Policy\nRequests for name changes in the electronic proceedings will be accepted with no questions asked. However name changes may cause bibliographic tracking issues. Authors are asked to consider this carefully.\n\nUse the \"Report an Issue\" link to request a name change.\n\nDo not remove: This comment is monitored to verify that the site is working properly\n",
        [(CRANES, CRANES_TEXT, PEOPLE, None, "Advances in Neural Information Processing Systems 39 (NeurIPS 2026) Main Conference Track")],
    ),
    "ACL Anthology": (
        f"{CRANES}\n{PEOPLE}\nCorrect Metadata for 2026.acl-long.12\nAbstract\n{CRANES_TEXT}\nAnthology ID:\n2026.acl-long.12\nYear:\n2026\nVenue:\nACL\nDOI:\n10.18653/v1/2026.acl-long.12\n",
        [(CRANES, CRANES_TEXT, PEOPLE, None, "ACL")],
    ),
    "OpenReview with reviews": (
        f"Go to ICLR 2026 Conference homepage\n{CRANES}\nDownload PDF\n{PEOPLE}\nPublished: 26 Jan 2026, Last Modified: 02 Mar 2026\nICLR 2026 Oral\nEveryone\nTL;DR: We ask whether language models can fold.\nAbstract: {CRANES_TEXT}\nSubmission Number: 1234\nFilter by reply type...\nOfficial Review of Submission1234 by Reviewer abCd\nSummary:\nThis paper presents a benchmark of folding sequences. The authors show that a fine-tuned T5 does well, and that prompting alone is not enough.\nSoundness: 3: good\nStrengths:\nThe benchmark is well made and the text is easy to follow. I liked the analysis of errors most of all.\n",
        [(CRANES, CRANES_TEXT, PEOPLE, None, "ICLR 2026 Oral")],
    ),
    "alphaXiv": (
        f"27 Nov 2026\nbenchmarks\norigami\n+4\n{CRANES}\nTanaka Lab logoTanaka Lab\n{CRANES_TEXT}\nView blog\nResources\n48\n1,203\n26 Nov 2026\ninformation-retrieval\n{WAIT}\n{WAIT_TEXT}\nView blog\nResources\n12\n403\n",
        [(CRANES, CRANES_TEXT, "", None, None), (WAIT, WAIT_TEXT, "", None, None)],
    ),
    "programme": (
        f"Session 4B: Language and Origami\nRoom 212, Chair: Noam Example\n14:00–14:15 {CRANES}\n{PEOPLE}\n14:15–14:30 {WAIT}\nJane Doe, Richard Roe\n14:30–15:00 Coffee Break\nSession 5A: Models of All Kinds\n15:00–15:15 {TINY}\nWei Zhang, Eva Novak\n",
        [(CRANES, "", PEOPLE, None, None), (WAIT, "", "Jane Doe, Richard Roe", None, None), (TINY, "", "Wei Zhang, Eva Novak", None, None)],
    ),
    "ACM": (
        f"research-article\nOpen Access\n{CRANES}\nAiko Tanaka,\nBernd Müller,\nChen-Yu Li\nKDD '26: Proceedings of the 32nd ACM Conference on Knowledge Discovery\nPages 1 - 12\nhttps://doi.org/10.1145/3666666.1\n{CRANES_TEXT}\n3\n412\nAbstract\nresearch-article\n{WAIT}\nJane Doe,\nRichard Roe\nKDD '26: Proceedings of the 32nd ACM Conference on Knowledge Discovery\nPages 13 - 20\nhttps://doi.org/10.1145/3666666.2\n{WAIT_TEXT}\n1\n88\n",
        [(CRANES, CRANES_TEXT, PEOPLE, None, "KDD '26: Proceedings of the 32nd ACM Conference on Knowledge Discovery"), (WAIT, WAIT_TEXT, "Jane Doe, Richard Roe", None, "KDD '26: Proceedings of the 32nd ACM Conference on Knowledge Discovery")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("page", PAGES)
def test_pages_of_sites(page, ends, tmp_path):
    text, expected = PAGES[page]
    path = tmp_path / "page.txt"
    path.write_bytes(text.replace("\n", ends).encode())
    refusals: list = []
    found = list(read_papers(path, on_refusal=refusals.append))
    assert not refusals
    assert [
        (p.title, p.abstract, ", ".join(p.authors), p.arxiv_id, p.venue) for p in found
    ] == expected


def test_replies_that_are_left_out_are_told_and_the_next_page_is_read(tmp_path):
    pages = [PAGES[name][0] for name in ("OpenReview with reviews", "Hugging Face, one paper")]
    other = pages[0].replace("Paper Cranes", "Linen Swans").replace("paper cranes", "linen swans")
    path = tmp_path / "page.txt"
    text = other + "Skip to main content\n" + pages[1]
    path.write_text(text + pages[0])
    notices: list = []
    found = list(read_papers(path, on_notice=notices.append))
    assert [p.title for p in found] == [
        CRANES.replace("Paper Cranes", "Linen Swans"),
        CRANES,
        CRANES,
    ]
    lines = text.split("\n")
    ends = [lines.index("Skip to main content"), lines.index("Models citing this paper")]
    ends.append((text + pages[0]).count("\n"))
    assert [n.text for n in notices] == [
        f"replies to a paper, up to line {end}, are left out" for end in ends
    ]


def test_a_button_of_each_paper_opens_no_replies(tmp_path):
    path = tmp_path / "page.txt"
    papers = ((CRANES, CRANES_TEXT), (WAIT, WAIT_TEXT), (TINY, TINY_TEXT))
    path.write_text("".join(f"{a}\n{PEOPLE}\n{b}\nAdd to collection\n" for a, b in papers))
    notices: list = []
    found = list(read_papers(path, on_notice=notices.append))
    assert [(p.title, p.abstract) for p in found] == list(papers)
    assert not notices


def test_a_narrow_column_of_a_pdf_with_broken_words(tmp_path):
    lines = (
        "We study whether language models can de-",
        "scribe the folding of paper cranes in words.",
        "We collect CraneBench, a benchmark of 900 fold-",
        "ing sequences, and show that a fine-tuned T5",
        "reaches 71.2% accuracy over the best base-",
        "line that we know of.",
    )
    path = tmp_path / "page.txt"
    head = f"{CRANES}\n\nAiko Tanaka, Bernd Müller\n\nAbstract. "
    path.write_text(head + "\n".join(lines) + "\n")
    [paper] = read_papers(path)
    assert (paper.title, paper.abstract) == (CRANES, " ".join(lines))
