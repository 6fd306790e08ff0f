"""``kg correct``: the user's word on what is one concept and what is not."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli._common import folder_argument, print_table, say, track
from kg.errors import NotFoundError, UsageError
from kg.files import CORRECTIONS, check_replaceable, replace_file
from kg.text import counted

if TYPE_CHECKING:
    from kg.folder import Folder
    from kg.link.corrections import Entry
    from kg.pipeline import Build

#: Action -> what follows it.
ACTIONS = {
    "merge": "NAME NAME...",
    "keep-apart": "NAME NAME...",
    "rename": "NAME LABEL",
    "retype": "NAME TYPE",
    "drop": "NAME",
    "alias": "NAME NEW-NAME",
    "broader": "NAME BROADER-NAME",
    "not-broader": "NAME BROADER-NAME",
    "role": "NAME ROLE (with --paper)",
    "means": "NAME CONCEPT (with --paper)",
}

#: Actions that single papers may have, and those that only they may.
_OF_PAPER = ("drop", "retype", "role", "means")
_ONLY_PAPER = ("role", "means")


@click.command(
    short_help="Correct the graph: merge, keep apart, rename, retype, drop ...",
    epilog="""\b
Examples:
  kg correct out merge "chain-of-thought prompting" CoT
  kg correct out keep-apart DeepSeekMath "DeepSeekMath 7B"
  kg correct out rename LLM "large language model"
  kg correct out retype GSM8K Dataset --dry-run
  kg correct out drop "Sequence Modeling"
  kg correct out broader GPT-4 LLM
  kg correct out role LoRA introduces --paper arxiv:2106.09685
  kg correct out                      apply out/corrections.yaml after editing it
  kg correct out --corrections mine.yaml --dry-run

\b
ACTION is one of:
"""
    + "".join(f"  {action:<12} {what}\n" for action, what in ACTIONS.items())
    + """
A name is any spelling that papers use, or a concept's id where one name has
several concepts ('kg show DIR NAME' tells).
""",
)
@folder_argument
@click.argument("action", required=False, metavar="[ACTION]")
@click.argument("names", nargs=-1, metavar="[NAME...]")
@click.option("--paper", metavar="ID", help="For this paper only: drop, retype, role, means.")
@click.option(
    "--corrections",
    metavar="FILE",
    help="The corrections file to use and to write to, instead of DIR/corrections.yaml.",
)
@click.option("--dry-run", is_flag=True, help="Print the difference it makes; change nothing.")
def command(
    folder: str,
    action: str | None,
    names: tuple[str, ...],
    paper: str | None,
    corrections: str | None,
    dry_run: bool,
) -> None:
    """Add an entry to the corrections of DIR and build its graph anew.

    Corrections live in DIR/corrections.yaml: keep it in version control, edit it
    as you like.  They hold for every later build and addition.
    """
    from kg.folder import load
    from kg.grow import find_paper

    built = load(folder)
    path = Path(corrections) if corrections else built.path / CORRECTIONS
    entry = _entry(action, names, paper) if action else None
    if entry and entry.paper:
        id = find_paper(built, entry.paper)
        entry = replace(entry, paper=id, names=(_spelling(built, id, entry.names[0]),))
    _correct(built.path, path, entry, dry_run=dry_run)


def _spelling(built: Folder, paper: str, name: str) -> str:
    """Return how the paper writes the concept, where ``name`` is the id of one; else ``name``."""
    from kg.names import name_key

    if all(concept.id != name for concept in built.concepts):
        return name
    mentions = next(p.mentions for p in built.papers if p.id == paper)
    found = {name_key(m.text): m.text for m in mentions if m.concept == name}
    if not found:
        raise NotFoundError(f"paper {paper} does not mention {name}; nothing was changed")
    if len(found) > 1:
        texts = " and ".join(map(repr, sorted(found.values())))
        raise UsageError(f"paper {paper} calls {name} {texts}: name one of them, each in its turn")
    return next(iter(found.values()))


def _entry(action: str, names: tuple[str, ...], paper: str | None) -> Entry:
    from kg.link.corrections import Entry

    if action not in ACTIONS:
        raise UsageError(f"no action {action!r}; expected one of: {', '.join(ACTIONS)}")
    if paper and action not in _OF_PAPER:
        raise UsageError(f"{action} is not for single papers; those have {', '.join(_OF_PAPER)}")
    if not paper and action in _ONLY_PAPER:
        raise UsageError(f"{action} needs --paper ID")
    many = action in ("merge", "keep-apart")
    wanted = 1 if action == "drop" else 2
    if len(names) < wanted or (not many and len(names) > wanted):
        raise UsageError(f"kg correct DIR {action} takes {ACTIONS[action]}")
    if many:
        return Entry(action, names, paper=paper or "")
    value = names[1] if wanted == 2 else ""
    _check_value(action, value)
    return Entry(action, names[:1], value, paper or "")


def _check_value(action: str, value: str) -> None:
    """Raise for a type or role that does not exist, before a line of the draft is blamed."""
    from kg.model import ConceptType, Role

    allowed = [*{"retype": ConceptType, "role": Role}.get(action, ())]
    if allowed and value not in allowed:
        raise UsageError(f"{action}: {value!r} is none; expected one of: {', '.join(allowed)}")


def _correct(folder: Path, path: Path, entry: Entry | None, *, dry_run: bool) -> None:
    """Write the entry to a draft, link with that, and keep both only if all is well."""
    import tempfile

    from kg import grow

    if entry is None and not path.is_file():
        raise NotFoundError(f"{path}: no corrections yet; 'kg correct --help' shows how to begin")
    if not dry_run:
        check_replaceable(folder)
    logging.getLogger("kg.link").setLevel(logging.ERROR)  # told below, once
    with tempfile.TemporaryDirectory() as temporary:
        draft = Path(temporary) / path.name
        draft.write_text(_with_entry(path, entry), encoding="utf-8", newline="\n")
        made, growth = grow.rebuild(folder, progress=track, corrections=str(draft))
        _check(made.linking["corrections"]["unmatched"], draft, path, entry)
        rows = grow.differences(growth.before, made.concepts)
        rows += grow.role_differences(growth.papers_before, made.papers)
        _tell(rows, dry_run=dry_run)
        if not dry_run:
            _save(made, folder, draft, path)
            say(f"{path} and {folder} are up to date")


def _save(made: Build, folder: Path, draft: Path, path: Path) -> None:
    """Write the corrections, then the folder; if that fails, the corrections are as before."""
    from kg import grow

    before = path.read_bytes() if path.is_file() else None
    with replace_file(path) as out:
        out.write(draft.read_text(encoding="utf-8"))
    made.options = replace(made.options, corrections=str(path))
    try:
        grow.save(made, folder)
    except BaseException:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(before)
        raise


def _with_entry(path: Path, entry: Entry | None) -> str:
    from kg.link.corrections import read_corrections
    from kg.link.edit import add_entry

    if path.is_file():
        read_corrections(path)
        text = path.read_text(encoding="utf-8-sig")
    else:
        text = ""
    return add_entry(text, entry, str(path)) if entry else text


def _check(unmatched: Sequence[str], draft: Path, path: Path, entry: Entry | None) -> None:
    """Raise if the new entry has no effect; older entries were only worth a warning."""
    from kg.link.corrections import read_corrections

    ours = {known.place for known in read_corrections(draft) if known == entry}
    for message in unmatched:
        place = next((place for place in ours if message.startswith(f"{place}:")), "")
        if place:  # a line of the draft, which nobody sees
            raise NotFoundError(f"{message[len(place) + 2 :]}; {path} stays as it is")
        say(message)


def _tell(rows: list[dict[str, str]], *, dry_run: bool) -> None:
    if not rows:
        say("no difference")
    elif dry_run:
        print_table(list(rows))
    else:
        count = len({row["concept"] for row in rows})
        say(counted(count, "concept differs", "concepts differ"))
