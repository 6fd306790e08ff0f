"""Takes the README's pictures of the explorer: docs/images/view-*.png.

    python scripts/view_screenshots.py

Builds the bundled sample, opens its page in headless Chromium at three sizes, light
and dark, and keeps each picture under 300 kB.  Needs the "dev" extra, chromium and Pillow.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import kg
from tests.browser import ARGS, wait_until

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "images"
LIMIT = 300_000

#: name, width, height, scheme, what is done first
PICTURES = (
    ("view-map", 1440, 900, "light", ""),
    ("view-paper", 1440, 900, "light", "paperkg.select(PAPER)"),
    ("view-concept-dark", 1440, 900, "dark", "paperkg.select(CONCEPT)"),
    (
        "view-neighbourhood-dark",
        1440,
        900,
        "dark",
        "paperkg.change({sel: paperkg.model.key(CONCEPT), depth: 2, big: true})",
    ),
    ("view-table", 1440, 900, "light", "paperkg.change({view: 'table', rows: 'concepts'})"),
    ("view-tablet", 768, 1024, "light", "paperkg.select(PAPER)"),
    ("view-phone", 390, 844, "light", ""),
    ("view-phone-dark", 390, 844, "dark", "paperkg.select(CONCEPT)"),
)


def main() -> None:
    """Write all pictures."""
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        page = Path(folder) / "view.html"
        graph = kg.build([str(ROOT / "kg" / "data" / "sample.jsonl")])
        kg.write_html(graph, page, title="Well-known AI papers")
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=ARGS, chromium_sandbox=False
        )
        for picture in PICTURES:
            take(browser, page, *picture)
        browser.close()


def take(
    browser: Any, page: Path, name: str, width: int, height: int, scheme: str, act: str
) -> None:
    """Take one picture and say how large it is."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    tab = context.new_page()
    tab.goto(page.as_uri())
    wait_until(tab, "document.documentElement.dataset.ready")
    if act:
        tab.evaluate(
            f"""() => {{ const at = (text) => paperkg.index.find(text).hits[0].node;
            const [PAPER, CONCEPT] = [at("Attention Is All You Need"), at("GPT-3")]; {act}; }}"""
        )
    tab.wait_for_timeout(1500)
    target = FOLDER / f"{name}.png"
    tab.screenshot(path=str(target))
    context.close()
    slim(target)
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size // 1000} kB")
    if target.stat().st_size > LIMIT:
        raise SystemExit(f"{target}: over {LIMIT // 1000} kB")


def slim(path: Path) -> None:
    """Store a picture with 256 colours: a third of the bytes, and nothing to see of it."""
    from PIL import Image

    with Image.open(path) as picture:
        # The usual method (median cut) spends its colours on greys: green triangles turn blue.
        method = Image.Quantize.MAXCOVERAGE
        small = picture.convert("RGB").quantize(256, method, kmeans=4, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


if __name__ == "__main__":
    main()
