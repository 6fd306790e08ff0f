"""A built folder for every test of this package; nobody changes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.query import Runner
from tests.folders import write_folder


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty made-up papers, without an on-disk store."""
    return write_folder(tmp_path_factory.mktemp("built") / "out")


@pytest.fixture(scope="session")
def runner(folder: Path) -> Iterator[Runner]:
    """A runner over the folder."""
    with Runner(folder, timeout=20) as found:
        yield found
