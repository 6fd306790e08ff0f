"""The explorer's figures: bytes of the page, seconds to usable, script per frame of panning.

    python benchmarks/view.py                 # made-up papers: 80, 1,000, 10,000, 50,000
    python benchmarks/view.py --papers 10000 --no-abstracts
    python benchmarks/view.py --folder out    # a built folder
    python benchmarks/view.py --input ../shared/seed/hf-papers-listing.txt

Headless Chromium, software rendering: the numbers are of a machine without a GPU.
"Usable" is from navigation to the first drawn map with all controls live; script
is what the page's JavaScript took, divided by the frames it drew.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent))

from synthetic import make_papers

from kg.graph import build_graph
from kg.view.page import to_html
from kg.view.payload import Limits
from tests.browser import ARGS, wait_until

FRAMES = 90


def main() -> None:
    """Print a JSON line per page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--papers", type=int, nargs="*", default=[80, 1_000, 10_000, 50_000])
    parser.add_argument("--folder", help="a built folder, instead of made-up papers")
    parser.add_argument("--input", help="anything 'kg build' reads, instead of made-up papers")
    parser.add_argument("--no-abstracts", action="store_true")
    parser.add_argument("--no-sentences", action="store_true")
    parser.add_argument("--no-limits", action="store_true", help="fold nothing away")
    options = parser.parse_args()
    text = {"abstracts": not options.no_abstracts, "sentences": not options.no_sentences}
    limits = Limits(text=10**9, papers=10**6, nodes=10**6) if options.no_limits else Limits()
    for name, graph in graphs(options):
        print(json.dumps({"input": name, **text, **measure(graph, text, limits)}), flush=True)


def graphs(options: argparse.Namespace) -> Any:
    """Yield (name, graph)."""
    if options.folder:
        from kg.folder import load

        yield options.folder, load(options.folder).graph
        return
    if options.input:
        import kg

        yield Path(options.input).name, kg.build(options.input)
        return
    for count in options.papers:
        yield f"{count} made-up papers", build_graph(*make_papers(count))


def measure(graph: Any, text: dict[str, bool], limits: Limits) -> dict[str, Any]:
    """Write the page and drive it."""
    start = time.perf_counter()
    page = to_html(graph, **text, limits=limits)
    seconds = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "view.html"
        path.write_text(page, encoding="utf-8")
        return {
            "write_s": round(seconds, 2),
            "megabytes": round(path.stat().st_size / 1e6, 2),
            **drive(path),
        }


def drive(path: Path) -> dict[str, Any]:
    """Open the page in Chromium; return what it took to open and to pan."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=ARGS, chromium_sandbox=False
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(180_000)
        page.goto(path.as_uri())
        wait_until(page, "document.documentElement.dataset.ready", seconds=120)
        usable = page.evaluate(
            "new Promise(r => requestAnimationFrame(() => setTimeout(() => r(performance.now()))))"
        )
        found = {
            "engine": page.evaluate("paperkg.engine"),
            "nodes": page.evaluate("paperkg.content.nodes.length"),
            "edges": page.evaluate("paperkg.content.edges.length"),
            "usable_s": round(usable / 1000, 2),
            **pan(page),
            "focus_ms": timed(page, "paperkg.select(paperkg.view.order[0])"),
            "search_ms": timed(page, "paperkg.index.find('learning')"),
            "search_again_ms": timed(page, "paperkg.index.find('retrieval')"),
            "facet_ms": timed(page, "paperkg.change({ sel: '', type: [1] })"),
        }
        browser.close()
        return found


def timed(page: Any, expression: str) -> float:
    """Return the milliseconds that an expression's own work takes."""
    work = f"const t = performance.now(); {expression}; return performance.now() - t;"
    code = f"(() => {{ {work} }})()"
    return round(page.evaluate(code), 1)


def pan(page: Any) -> dict[str, float]:
    """Drag the map and return script milliseconds per frame, and frames a second."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    page.evaluate(
        """() => { window.frames_ = 0; const view = paperkg.view, follow = view.follow.bind(view);
        view.follow = () => { window.frames_++; follow(); }; }"""
    )
    page.wait_for_timeout(500)
    page.mouse.move(800, 450)
    page.mouse.down()
    before, start = metrics(session), time.perf_counter()
    page.evaluate("window.frames_ = 0")
    for step in range(FRAMES):
        page.mouse.move(800 + 3 * (step % 60), 450 + 2 * (step % 40))
        page.wait_for_timeout(16)
    seconds = time.perf_counter() - start
    after = metrics(session)
    page.mouse.up()
    frames = max(1, page.evaluate("window.frames_"))
    return {
        "script_ms_per_frame": round(1000 * (after - before) / frames, 2),
        "frames_per_s": round(frames / seconds, 1),
    }


def metrics(session: Any) -> float:
    """Return the seconds of script so far."""
    rows = session.send("Performance.getMetrics")["metrics"]
    return float(next(row["value"] for row in rows if row["name"] == "ScriptDuration"))


if __name__ == "__main__":
    main()
