"""Growing a built folder: papers come, change and go, and the user's word stays.

Whatever was done before, the result is that of a build from scratch over the
same papers, byte for byte: mentions of papers whose text did not change are
taken over, everything after extraction is computed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import BuildError, NotFoundError, ReadError, UsageError
from kg.files import CORRECTIONS, check_replaceable, sha256
from kg.folder import Folder, load
from kg.model import Paper, claims, source_parts
from kg.nearest import nearest_hint
from kg.pipeline import (
    Build,
    Options,
    Tracker,
    describe_inputs,
    no_progress,
    relink,
    write,
)
from kg.text import fold

if TYPE_CHECKING:
    from kg.model import Concept


@dataclass(slots=True)
class Growth:
    """What became of the papers: ids, sorted, and the records before."""

    added: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    before: tuple[Concept, ...] = ()
    papers_before: tuple[Paper, ...] = ()


def add(
    path: str | Path,
    inputs: Sequence[str],
    *,
    format: str | None = None,
    mapping: dict[str, str] | None = None,
    progress: Tracker = no_progress,
    **changes: Any,
) -> tuple[Build, Growth]:
    """Add the papers of ``inputs`` to the built folder at ``path``.

    A paper that is there already is replaced if its text differs; if it does
    not, what the old record lacks is filled in from the new one.

    Args:
        inputs: files, folders, globs or "-".
        format: name of a reader, instead of detecting it.
        mapping: record field -> column or key that holds it; left out, as for the build.
        changes: fields of :class:`kg.pipeline.Options` to set anew, such as ``corrections``.

    Raises:
        KGError: ``path`` is no build or holds other files as well, or nothing could be read.
    """
    from kg.read import list_inputs, read_papers

    folder = load(path)
    check_replaceable(folder.path)
    made = _start(folder, changes)
    found = read_papers(
        list(inputs),
        format=format,
        mapping=mapping or made.options.mapping,
        on_refusal=made.refusals.append,
        on_notice=made.notices.append,
    )
    new = list(progress(found, "reading"))
    if not new:
        raise ReadError(f"{', '.join(inputs)}: no papers found; {folder.path} stays as it is")
    growth = Growth(before=folder.concepts)
    papers = _merge(made, folder, new, growth)
    rows = describe_inputs(list_inputs(list(inputs)), new)
    made.inputs += [row for row in rows if row not in made.inputs]
    return _finish(made, folder, papers, growth, progress)


def remove(
    path: str | Path,
    names: Sequence[str],
    *,
    progress: Tracker = no_progress,
    **changes: Any,
) -> tuple[Build, Growth]:
    """Take papers out of the built folder at ``path``, by what they are called.

    Inputs of which no paper is left are forgotten, too.

    Args:
        names: as :func:`find_paper` takes them.

    Raises:
        NotFoundError: there is no such paper; the message offers the nearest.
        UsageError: a name that several papers have.
        BuildError: no paper would be left, or the folder holds other files as well.
    """
    folder = load(path)
    check_replaceable(folder.path)
    gone = {find_paper(folder, name) for name in names}
    papers = [paper for paper in folder.papers if paper.id not in gone]
    if not papers:
        raise BuildError(f"{folder.path}: no paper would be left; delete the folder instead")
    made = _start(folder, changes)
    used = {_source_file(paper) for paper in papers}
    lost = {_source_file(p) for p in folder.papers if p.id in gone} - used
    made.inputs = [row for row in made.inputs if row["path"] not in lost]
    growth = Growth(removed=sorted(gone), before=folder.concepts)
    return _finish(made, folder, papers, growth, progress)


def rebuild(
    path: str | Path, *, progress: Tracker = no_progress, **changes: Any
) -> tuple[Build, Growth]:
    """Link the papers of the built folder at ``path`` again, with other corrections, say."""
    folder = load(path)
    made = _start(folder, changes)
    growth = Growth(before=folder.concepts, papers_before=folder.papers)
    return _finish(made, folder, list(folder.papers), growth, progress)


def save(made: Build, path: str | Path) -> None:
    """Write a grown build back to the folder it came from, whole or not at all."""
    write(made, Path(path))


def _start(folder: Folder, changes: dict[str, Any]) -> Build:
    """Return an empty build with the options, inputs, refusals and notices of ``folder``."""
    from kg.read import Notice, Refusal

    manifest = folder.manifest
    known = {f.name for f in fields(Options)}
    options = {k: v for k, v in manifest.get("options", {}).items() if k in known}
    options["vocabularies"] = tuple(options.get("vocabularies", ()))
    options["corrections"] = _corrections(folder, options.get("corrections"))
    options.update({name: value for name, value in changes.items() if value is not None})
    made = Build(Options(**options))
    made.inputs = list(manifest.get("inputs", []))
    made.refusals = [Refusal(**row) for row in manifest.get("refusals", [])]
    made.notices = [Notice(**row) for row in manifest.get("notices", [])]
    made.duplicates = int(manifest.get("counts", {}).get("duplicates", 0))
    return made


def _corrections(folder: Folder, given: str | None) -> str | None:
    """Return the corrections in force: the file given to the build, or the folder's own copy.

    The copy wins where the two differ: it is what the folder was built with.
    """
    kept = folder.path / CORRECTIONS
    if not kept.is_file():
        return given
    same = given and Path(given).is_file() and sha256(Path(given)) == sha256(kept)
    return given if same else str(kept)


def _finish(
    made: Build, folder: Folder, papers: list[Paper], growth: Growth, progress: Tracker
) -> tuple[Build, Growth]:
    stale = _stale(made, folder)
    ready = [_bare(paper) if stale is None or paper.id in stale else paper for paper in papers]
    return relink(made, sorted(ready, key=lambda p: p.id), progress=progress), growth


def _stale(made: Build, folder: Folder) -> set[str] | None:
    """Return the ids of papers whose mentions are not as extracted; None if all are another's.

    Corrections change mentions of single papers, and another extractor finds others.
    """
    from kg.extract import load_extractor

    linking = folder.manifest.get("linking", {})
    options = made.options
    extractor = load_extractor(options.model, extractors=options.extractors)
    if extractor.info() != folder.manifest.get("model"):
        return None
    return set(linking.get("corrections", {}).get("changed_papers", []))


def _bare(paper: Paper) -> Paper:
    return replace(paper, mentions=(), links=())


def _merge(made: Build, folder: Folder, new: list[Paper], growth: Growth) -> list[Paper]:
    """Return the folder's papers with ``new`` merged in, each paper once."""
    from kg.read._duplicates import group_keys, to_key

    old = list(folder.papers)
    groups: dict[int, tuple[list[Paper], list[Paper]]] = {}
    keys = group_keys(to_key(paper) for paper in (*old, *new))
    for i, (paper, group) in enumerate(zip((*old, *new), keys, strict=True)):
        groups.setdefault(group, ([], []))[i >= len(old)].append(paper)
    merged = [_merge_group(before, after, growth) for before, after in groups.values()]
    made.duplicates += len(old) + len(new) - len(merged) - len(growth.replaced)
    for ids in (growth.added, growth.replaced, growth.known):
        ids.sort()
    return merged


def _merge_group(old: list[Paper], new: list[Paper], growth: Growth) -> Paper:
    from kg.read._duplicates import merge

    if not new:
        return old[0]
    fresh = merge(new)
    if not old:
        growth.added.append(fresh.id)
        return fresh
    changed = fresh.abstract and all(paper.texts != fresh.texts for paper in old)
    if changed:
        growth.replaced.append(fresh.id)
        return fresh
    full = merge([*(_bare(paper) for paper in old), *new])
    growth.known.append(full.id)
    same = next((p for p in old if p.texts == full.texts), None)
    if same is None:
        return full
    return replace(full, mentions=same.mentions, links=same.links, language=same.language)


def _source_file(paper: Paper) -> str:
    """Return the file that a paper was read from."""
    return source_parts(paper.source or "")[0]


def find_paper(folder: Folder, name: str) -> str:
    """Return the id of the paper that a user's word means: its id, or one of its names.

    Raises:
        NotFoundError: no paper has that name; the message offers the nearest names.
        UsageError: several have it; the message holds their ids.
    """
    key = fold(name)
    ids = [paper.id for paper in folder.papers if paper.id == name]
    ids = ids or [paper.id for paper in folder.papers if key in map(fold, paper.names)]
    if not ids:
        names = (known for paper in folder.papers for known in paper.names)
        raise NotFoundError(f"{folder.path}: no paper {name!r}{nearest_hint(name, names, limit=2)}")
    if len(ids) > 1:
        raise UsageError(f"{name!r} names {len(ids)} papers, say which by its id: {', '.join(ids)}")
    return ids[0]


def differences(before: Iterable[Concept], after: Iterable[Concept]) -> list[dict[str, str]]:
    """Return how two sets of concepts differ, one row per change, sorted by concept.

    ``change`` is "gone", "new" or what changed: label, type, aliases, broader, papers.
    """
    old = {concept.id: concept for concept in before}
    new = {concept.id: concept for concept in after}
    rows = []
    for id in sorted({*old, *new}):
        if id not in new:
            rows.append(_row(id, "gone", old[id].label, _heir(old[id], new.values())))
        elif id not in old:
            rows.append(_row(id, "new", "", new[id].label))
        else:
            rows += _changes(old[id], new[id])
    return rows


def role_differences(before: Iterable[Paper], after: Iterable[Paper]) -> list[dict[str, str]]:
    """Return which claims have another role than before: rows as of :func:`differences`.

    Claims that came or went are not among them: their concepts' counts tell.
    """
    old = {paper.id: _roles(paper) for paper in before}
    rows = [
        _row(concept, f"role in {paper.id}", old[paper.id][concept], role)
        for paper in after
        for concept, role in _roles(paper).items()
        if old.get(paper.id, {}).get(concept, role) != role
    ]
    return sorted(rows, key=lambda row: (row["concept"], row["change"]))


def _roles(paper: Paper) -> dict[str, str]:
    return {claim.concept: str(claim.role) for claim in claims(paper)}


def _row(id: str, change: str, before: str, after: str) -> dict[str, str]:
    return {"concept": id, "change": change, "before": before, "after": after}


def _heir(gone: Concept, concepts: Iterable[Concept]) -> str:
    """Return where the names of a concept that is gone went: the id of its new owner."""
    heirs = [c.id for c in concepts if gone.label == c.label or gone.label in c.aliases]
    return f"now {min(heirs)}" if heirs else ""


def _changes(old: Concept, new: Concept) -> list[dict[str, str]]:
    rows = []
    for name in ("label", "type", "papers"):
        before, after = str(getattr(old, name)), str(getattr(new, name))
        if before != after:
            rows.append(_row(new.id, name, before, after))
    for name in ("aliases", "broader"):
        lost = sorted({*getattr(old, name)} - {*getattr(new, name)})
        won = sorted({*getattr(new, name)} - {*getattr(old, name)})
        if lost or won:
            rows.append(_row(new.id, name, ", ".join(lost), ", ".join(won)))
    return rows
