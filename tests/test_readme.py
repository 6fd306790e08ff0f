"""What the README shows is what the commands print, and its commands exist."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click
import pytest

from kg.cli import cli

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
import update_readme  # noqa: E402

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_outputs_are_what_the_commands_print(tmp_path: Path) -> None:
    new = update_readme.update(README, tmp_path)
    assert update_readme.same(README, new), "run scripts/update_readme.py"


def test_every_command_named_exists() -> None:
    known = set(cli.list_commands(click.Context(cli)))
    named = set(re.findall(r"^(?:\$ )?kg ([a-z][a-z-]*)", README, re.MULTILINE))
    named |= set(re.findall(r"`kg ([a-z][a-z-]*)", README))
    assert named <= known
    assert len(named) > 10


def test_every_local_link_leads_somewhere() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)", README):
        assert (ROOT / target).exists(), target
