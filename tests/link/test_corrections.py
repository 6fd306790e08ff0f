"""The corrections file: read, refused, written, obeyed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.link import Linked, link_papers
from kg.link.corrections import ACTIONS, CorrectionError, Entry, parse_corrections, read_corrections
from kg.link.edit import add_entry
from kg.model import Paper
from tests.link.papers import paper

EVERYTHING = """\
merge:
  - [LoRA, low-rank adapters, "LORA: the method"]
keep-apart:
  - [CLIP, CLIPScore]
rename:
  LLM: large language model
retype: {MMLU: Benchmark}
drop: [our framework, the model]
alias:
  LoRA: [low rank adapter, lora tuning]
broader:
  GPT-4: LLM
not-broader:
  GPT-4: reasoning
papers:
  arxiv:2106.09685:
    drop: [baseline]
    retype: {WikiSQL: Dataset}
    role: {LoRA: introduces}
    means: {CLIP: method/clip-1a2b3c4d}
"""


def test_every_part_is_read_with_its_line() -> None:
    entries = parse_corrections(EVERYTHING, "c.yaml")
    assert [(e.action, e.place.split(":")[-1]) for e in entries] == [
        ("merge", "2"),
        ("keep-apart", "4"),
        ("rename", "6"),
        ("retype", "7"),
        ("drop", "8"),
        ("drop", "8"),
        ("alias", "10"),
        ("alias", "10"),
        ("broader", "12"),
        ("not-broader", "14"),
        ("drop", "17"),
        ("retype", "18"),
        ("role", "19"),
        ("means", "20"),
    ]
    assert {e.action for e in entries if not e.paper} == set(ACTIONS)


def test_an_empty_file_corrects_nothing() -> None:
    assert parse_corrections("") == parse_corrections("# nothing\n") == ()
    assert parse_corrections("merge:\ndrop: []\n") == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("merge: [", "c.yaml:1: not YAML"),
        ("\tmerge: x", "c.yaml:1: not YAML"),
        ("drop: [a]\nmerg: [[a, b]]\n", "c.yaml:2: unknown part 'merg'; expected one of: papers"),
        ("- a\n", "c.yaml:1: the file: expected 'name: value' lines, found a sequence"),
        ("merge: [LoRA]\n", "c.yaml:1: merge: expected a list"),
        ("merge:\n  - [LoRA, LoRA]\n", "c.yaml:2: merge needs two names or more"),
        ("retype:\n  A: Methods\n", "c.yaml:2: retype: 'Methods' is none; expected one of: Method"),
        ("papers:\n  p:\n    role: {A: user}\n", "c.yaml:3: role: 'user' is none"),
        ("papers:\n  p:\n    merge: [[A, B]]\n", "c.yaml:3: unknown part 'merge'"),
        ("rename:\n  A: [b, c]\n", "c.yaml:2: expected a name"),
        ("rename:\n  A: b\n  A: c\n", "c.yaml:3: 'A' is here twice"),
        ("rename:\n  LLM: b\n  LLMs: c\n", "c.yaml:3: rename 'LLMs' to 'c', but c.yaml:2 says 'b'"),
        ("retype:\n  A: Task\n  a: Method\n", "c.yaml:3: retype 'a' to 'Method', but c.yaml:2"),
        (
            "merge:\n  - [A, B]\n  - [B, C]\nkeep-apart:\n  - [A, C]\n",
            "c.yaml:5: 'A' and 'C' are kept apart, but c.yaml:2 merges them",
        ),
        (
            "broader:\n  A: B\n  B: C\n  C: A\n",
            "c.yaml:2: broader goes in a circle: A -> B -> C -> A",
        ),
        (
            "broader: {A: B}\nnot-broader: {A: B}\n",
            "c.yaml:2: not-broader 'a' contradicts c.yaml:1",
        ),
        ("drop: [A]\nrename: {A: B}\n", "c.yaml:2: rename 'A', but c.yaml:1 drops it"),
    ],
)
def test_mistakes_name_their_line(text: str, message: str) -> None:
    with pytest.raises(CorrectionError) as caught:
        parse_corrections(text, "c.yaml")
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(CorrectionError, match="cannot be read"):
        read_corrections(tmp_path / "none.yaml")
    (tmp_path / "c.yaml").write_bytes(b"\xff\xfe\x00bad")
    with pytest.raises(CorrectionError, match="cannot be read"):
        read_corrections(tmp_path / "c.yaml")


def test_code_in_a_file_is_not_run() -> None:
    with pytest.raises(CorrectionError):
        parse_corrections("drop: !!python/object/apply:os.system ['true']\nx: y\n")


# --- writing ------------------------------------------------------------------------

NAMES = st.text(min_size=1, max_size=12).map(str.strip).filter(bool)
SINGLE = st.builds(
    lambda action, name, value, paper: Entry(action, (name,), value, paper),
    st.sampled_from(["rename", "alias", "broader"]),
    NAMES,
    NAMES,
    st.just(""),
)
OF_PAPER = st.builds(
    lambda name, role, paper: Entry("role", (name,), role, paper),
    NAMES,
    st.sampled_from(["uses", "introduces"]),
    NAMES,
)
DROPS = st.builds(lambda name, paper: Entry("drop", (name,), "", paper), NAMES, NAMES)
MERGES = st.builds(lambda left, right: Entry("merge", (left, right)), NAMES, NAMES).filter(
    lambda e: e.names[0] != e.names[1]
)


def bare(entry: Entry) -> tuple[object, ...]:
    return entry.action, entry.names, entry.value, entry.paper


@settings(deadline=None)
@given(st.lists(st.one_of(SINGLE, OF_PAPER, DROPS, MERGES), max_size=8))
def test_what_is_written_is_read_again(entries: list[Entry]) -> None:
    """Adding an entry and reading the file are inverses, whatever the names hold."""
    text, kept = "", []
    for entry in entries:
        try:
            text = add_entry(text, entry)
        except CorrectionError:  # contradicts an earlier one
            continue
        kept.append(bare(entry))
    assert set(map(bare, parse_corrections(text))) == set(kept)


@pytest.mark.parametrize(
    "text",
    [
        EVERYTHING,
        "# first\ndrop: [a, b]  # why\n# last\n",
        "drop:\n- a\n- b\n\n# about renaming\nrename:\n  c: d   # why\n",
        "papers:\n  p:\n    drop: [a]\n",
        "merge:",
        "drop:\n# nothing yet\n",
        "{rename: {a: b}}",
    ],
)
@pytest.mark.parametrize(
    "entry",
    [
        Entry("drop", ("new name",)),
        Entry("merge", ("new", "newer")),
        Entry("rename", ("Q",), "R: s"),
        Entry("alias", ("LoRA",), "third"),
        Entry("role", ("X",), "uses", "p"),
        Entry("drop", ("Y",), "", "arxiv:2106.09685"),
    ],
    ids=lambda entry: entry.action,
)
def test_adding_keeps_comments_and_entries(text: str, entry: Entry) -> None:
    new = add_entry(text, entry)
    before = {bare(e) for e in parse_corrections(text)}
    assert {bare(e) for e in parse_corrections(new)} == before | {bare(entry)}
    for line in text.splitlines():
        if line.startswith("#"):
            assert line in new
    assert add_entry(new, entry) == new


# --- obeying ------------------------------------------------------------------------

PAPERS = [
    paper("a", "[m:Low-Rank Adaptation] ([m:LoRA]) and [m:adapter tuning] on [d:MMLU]."),
    paper("b", "[m:LoRA] beats [m~:our baseline]; [m:GPT-4] and [m:CLIP] and [m:Clip]."),
    paper("c", "[m:GPT-4] is one of the [m:language models]."),
]


def corrected(tmp_path: Path, text: str, papers: list[Paper] = PAPERS) -> Linked:
    path = tmp_path / "corrections.yaml"
    path.write_text(text, encoding="utf-8")
    return link_papers(papers, corrections=path)


def names(linked: Linked) -> dict[str, tuple[str, ...]]:
    return {concept.label: concept.aliases for concept in linked.concepts}


def test_merge(tmp_path: Path) -> None:
    linked = corrected(tmp_path, "merge: [[LoRA, adapter tuning]]")
    assert names(linked)["LoRA"] == ("Low-Rank Adaptation", "adapter tuning")
    [concept] = [c for c in linked.concepts if c.label == "LoRA"]
    assert ("adapter tuning", "correction", 1.0) in [
        (m.name, m.reason, m.score) for m in concept.merges
    ]


def test_keep_apart_what_a_paper_defines(tmp_path: Path) -> None:
    linked = corrected(tmp_path, "keep-apart: [[LoRA, Low-Rank Adaptation]]")
    assert names(linked)["LoRA"] == names(linked)["Low-Rank Adaptation"] == ()


def test_keep_apart_what_only_case_tells_apart(tmp_path: Path) -> None:
    linked = corrected(tmp_path, "keep-apart: [[CLIP, Clip]]")
    assert names(linked)["CLIP"] == names(linked)["Clip"] == ()


def test_rename_keeps_the_id_and_the_old_name(tmp_path: Path) -> None:
    before = {c.label: c.id for c in link_papers(PAPERS).concepts}
    linked = corrected(tmp_path, "rename: {LoRA: Low-rank adapters}")
    [concept] = [c for c in linked.concepts if c.label == "Low-rank adapters"]
    assert concept.id == before["LoRA"]
    assert "LoRA" in concept.aliases


def test_retype_drop_alias_broader(tmp_path: Path) -> None:
    linked = corrected(
        tmp_path,
        "retype: {MMLU: Benchmark}\ndrop: [our baseline]\nalias: {LoRA: lora tuning}\n"
        "broader: {GPT-4: language models}\n",
    )
    by_label = {c.label: c for c in linked.concepts}
    assert by_label["MMLU"].id == "benchmark/mmlu"
    assert "our baseline" not in by_label
    assert all(m.text != "our baseline" for p in linked.papers for m in p.mentions)
    assert "lora tuning" in by_label["LoRA"].aliases
    [why] = by_label["GPT-4"].broader_why
    assert (why.id, why.reason) == (by_label["language models"].id, "correction")
    assert linked.report["corrections"]["changed_papers"] == ["b"]


def test_not_broader(tmp_path: Path) -> None:
    papers = [paper("a", "[t:face detection] is [t:detection].")]
    assert any(c.broader for c in link_papers(papers).concepts)
    linked = corrected(tmp_path, "not-broader: {face detection: detection}", papers)
    assert not any(c.broader for c in linked.concepts)


def test_entries_for_one_paper(tmp_path: Path) -> None:
    linked = corrected(
        tmp_path,
        "papers:\n  b:\n    drop: [GPT-4]\n    role: {LoRA: introduces}\n"
        "    retype: {CLIP: Dataset}\n    means: {Clip: LoRA}\n",
    )
    found = next(p for p in linked.papers if p.id == "b")
    assert [m.text for m in found.mentions] == ["LoRA", "our baseline", "CLIP", "Clip"]
    assert found.mentions[0].role == "introduces"
    assert found.mentions[2].type == "Dataset"
    assert found.mentions[2].concept == found.mentions[0].concept  # "Clip" is "CLIP" here
    assert any(c.label == "GPT-4" for c in linked.concepts)  # paper c keeps it


def test_what_fits_nothing_is_told_with_the_nearest_names(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    linked = corrected(
        tmp_path,
        "merge:\n  - [LoAR, adapter tuning]\nalias: {LoRA: GPT-4}\npapers:\n  zz: {drop: [x]}\n"
        "  a: {drop: [nothing]}\n",
    )
    messages = linked.report["corrections"]["unmatched"]
    assert any(
        m.startswith("corrections.yaml:2: merge: no concept is called 'LoAR'; nearest: 'LoRA'")
        for m in messages
    )
    assert "corrections.yaml:3: alias: 'GPT-4' is a name of method/gpt-4; merge them instead" in (
        messages
    )
    assert "corrections.yaml:5: no paper 'zz'" in messages
    assert "corrections.yaml:6: drop: paper a does not mention 'nothing'" in messages
    assert sorted(r.message for r in caplog.records) == sorted(messages)


def test_a_name_of_two_concepts_must_be_told_by_its_id(tmp_path: Path) -> None:
    papers = [
        paper("a", "[m:Contrastive learning] ([m:CL])."),
        paper("b", "[m:Continual learning] ([m:CL])."),
    ]
    linked = corrected(tmp_path, "rename: {CL: x}", papers)
    [message] = linked.report["corrections"]["unmatched"]
    assert "'CL' names 2 concepts, say which by its id: method/" in message
    id = linked.concepts[0].id
    linked = corrected(tmp_path, f"rename: {{{id}: chosen}}", papers)
    assert [c.label for c in linked.concepts if c.id == id] == ["chosen"]


def test_corrections_do_not_depend_on_the_order_of_papers(tmp_path: Path) -> None:
    text = "merge: [[LoRA, adapter tuning]]\nkeep-apart: [[CLIP, Clip]]\ndrop: [MMLU]\n"
    assert corrected(tmp_path, text) == corrected(tmp_path, text, PAPERS[::-1])
