"""The committed bundles are what their sources give, and say whose code they hold."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from kg.view.page import STATIC

SOURCES = STATIC.parent / "src"


def test_bundles_are_up_to_date_with_their_sources(tmp_path: Path) -> None:
    node, modules = shutil.which("node"), SOURCES / "node_modules"
    if node is None or not (modules / "esbuild").is_dir():
        pytest.skip("needs node and 'npm ci' in kg/view/src")
    subprocess.run([node, "build.mjs", str(tmp_path)], cwd=SOURCES, check=True)
    for name in ("app.js", "webgl.js"):
        assert (tmp_path / name).read_bytes() == (STATIC / name).read_bytes(), (
            f"{name}: run scripts/build_view_bundle.sh"
        )


def test_versions_are_pinned_and_licences_noted() -> None:
    package = json.loads((SOURCES / "package.json").read_text())
    lock = json.loads((SOURCES / "package-lock.json").read_text())["packages"]
    notes = (STATIC / "THIRD-PARTY.txt").read_text(encoding="utf-8")
    for name, version in package["devDependencies"].items():
        assert version[0].isdigit()
        assert lock[f"node_modules/{name}"]["version"] == version
    for name in ("sigma", "graphology", "graphology-utils", "events", "vis-network"):
        assert f"\n{name} " in notes, name
    assert f"sigma {lock['node_modules/sigma']['version']}" in notes


def test_no_markup_is_built_from_text() -> None:
    for path in SOURCES.glob("*.js"):
        source = path.read_text(encoding="utf-8")
        for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert way not in source, f"{path.name} uses {way}"


def test_every_word_comes_from_the_table_of_strings() -> None:
    """Text children of h() are S.something, data or punctuation: no words in the other modules."""
    import re

    for path in SOURCES.glob("*.js"):
        if path.name in ("strings.js", "build.mjs"):
            continue
        source = path.read_text(encoding="utf-8")
        words = re.findall(r'h\("\w+", \{[^{}]*\}, "([A-Za-z][^"]{2,})"', source)
        assert words == [], path.name
