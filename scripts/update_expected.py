"""Write tests/query/expected/*.csv anew: each bundled question's answer on graphs/sample.

Run it after the sample was rebuilt, look at the difference, and commit it.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from kg.query import Runner, list_questions  # noqa: E402
from tests.query.test_bundled import EXPECTED, SAMPLE, to_csv  # noqa: E402


def main() -> None:
    """Regenerate every expected answer; drop those of questions that are gone."""
    EXPECTED.mkdir(exist_ok=True)
    for file in EXPECTED.glob("*.csv"):
        file.unlink()
    with Runner(SAMPLE) as runner:
        for question in list_questions():
            text = to_csv(runner, question.name)
            (EXPECTED / f"{question.name}.csv").write_text(text, encoding="utf-8", newline="\n")
            print(f"{question.name}: {text.count(chr(10)) - 1} rows")


if __name__ == "__main__":
    main()
