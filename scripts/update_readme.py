"""Run the commands in README.md's ``console`` blocks and write their output there.

``--check`` only compares.

A block starts with a line ``$ kg ...``; what follows up to the next ``$`` or the
fence is its output.  All run in one empty folder, in order, so that a later one
finds what an earlier one built.  A line ``... (N more lines)`` keeps long
outputs short: N lines after the first 24 are counted, not shown.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(r"(?<=^```console\n)(.*?)(?=^```$)", re.DOTALL | re.MULTILINE)
MOST = 24
#: Seconds differ from run to run.
TIMES = re.compile(r"^\d+\.\d seconds \(.*\)$|\b\d+(\.\d+)? ?(ms|s)\b", re.MULTILINE)


def update(text: str, folder: Path) -> str:
    """Return ``text`` with every console block's output renewed."""
    return BLOCK.sub(lambda match: _block(match[1], folder), text)


def _block(block: str, folder: Path) -> str:
    commands = [line[2:] for line in block.splitlines() if line.startswith("$ ")]
    return "".join(f"$ {command}\n{_output(command, folder)}" for command in commands)


def _output(command: str, folder: Path) -> str:
    words = shlex.split(command)
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    lines = [line.rstrip() for line in done.stdout.strip().splitlines()]
    if len(lines) > MOST:
        lines = [*lines[:MOST], f"... ({len(lines) - MOST} more lines)"]
    return "\n".join(lines) + "\n"


def same(old: str, new: str) -> bool:
    """Compare two READMEs, timings apart."""
    return TIMES.sub("TIME", old) == TIMES.sub("TIME", new)


def main() -> int:
    """Update or check; return the exit code."""
    old = README.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        new = update(old, Path(folder))
    if same(old, new):
        print("README.md is up to date")
        return 0
    if "--check" in sys.argv:
        print("README.md is out of date: run scripts/update_readme.py")
        return 1
    README.write_text(new, encoding="utf-8")
    print("README.md updated")
    return 0


if __name__ == "__main__":
    sys.exit(main())
