"""The built wheel, installed in an empty environment outside the repository, works."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "-w",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    (path,) = folder.glob("paperkg-*.whl")
    return path


def test_the_wheel_holds_model_schemas_and_templates(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"kg/schemas/kg.ttl", "kg/schemas/shapes.ttl", "kg/data/sample.jsonl"} <= names
    assert any(name.startswith("kg/schemas/queries/") for name in names)
    assert any(name.startswith("kg/models/") for name in names)
    assert not any(name.startswith(("tests/", "graphs/", "benchmarks/")) for name in names)
    assert wheel.stat().st_size < 40e6


@pytest.mark.slow
@pytest.mark.timeout(1800)  # what it installs comes over the network
@pytest.mark.skipif(os.environ.get("PAPERKG_OFFLINE") == "1", reason="needs a package index")
def test_the_installed_wheel_builds_queries_and_renders(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "env"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    install = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", str(wheel)]
    subprocess.run(install, check=True, capture_output=True, timeout=600)
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def kg(*args: str) -> str:
        done = subprocess.run(
            [home / "bin" / "kg", *args],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    kg("demo", "--out", "out")
    assert "<!doctype html>" in (tmp_path / "out" / "graph.html").read_text("utf-8")[:100].lower()
    assert len(kg("query", "out", "shared-concepts", "--format", "csv").splitlines()) > 5
    kg("validate", "out")
    assert "score" in kg("similar", "out", "BERT")
