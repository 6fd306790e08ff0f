"""A real browser for tests: Debian's chromium, driven by Playwright, watched for every slip.

``browser`` is one process for the session; ``watched`` opens pages that fail the
test on a request, a Content-Security-Policy violation, a console error or a
script's exception.  ``tests/conftest.py`` imports both, once for all folders.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ARGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--enable-unsafe-swiftshader",
    "--no-first-run",
]

#: Counts violations of the policy in the page itself, whatever the console says.
_WATCH = """
window.__csp = [];
addEventListener("securitypolicyviolation",
  event => window.__csp.push(event.violatedDirective + " " + event.blockedURI));
"""


def find_chromium() -> str | None:
    """Return the path of a chromium, or None; ``PAPERKG_CHROMIUM`` overrides the search."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("PAPERKG_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless chromium; without one the tests are skipped, in CI they fail."""
    playwright = pytest.importorskip("playwright.sync_api", reason="pip install 'paperkg[dev]'")
    path = find_chromium()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("no chromium in CI: apt-get install chromium")
        pytest.skip("no chromium: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=path, args=ARGS, chromium_sandbox=False)
        yield running
        running.close()


@dataclass
class Watch:
    """What a page did that it should not have; ``requests`` are those beyond its own file."""

    page: Any
    own: str
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def check(self) -> None:
        """Fail if the page asked for anything, broke its policy or logged an error."""
        # Gives up on a page that is busy for ever, as evaluate never would: once a test has run
        # out of time, nothing else ends its tear-down.
        self.page.locator(":root").get_attribute("lang")
        violations = self.page.evaluate("window.__csp")
        slips = {"requests": self.requests, "violations": violations, "errors": self.errors}
        assert not any(slips.values()), slips


@pytest.fixture
def watched(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open a page: ``page = watched(path, fragment="", width=.., height=.., scheme="light")``."""
    open_pages: list[tuple[Any, Watch]] = []

    def open_page(
        path: Path | str,
        fragment: str = "",
        *,
        width: int = 1440,
        height: int = 900,
        scheme: str = "light",
        ready: str | None = "document.documentElement.dataset.ready",
    ) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, accept_downloads=True
        )
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.add_init_script(_WATCH)
        own = path.as_uri() if isinstance(path, Path) else path
        watch = Watch(page, own)
        _listen(page, watch)
        open_pages.append((context, watch))
        page.goto(own + fragment)
        if ready:
            wait_until(page, ready)
        return page

    yield open_page
    try:
        for _, watch in open_pages:
            watch.check()
    finally:
        for context, _ in open_pages:
            context.close()


def wait_until(page: Any, expression: str, arg: Any = None, *, seconds: float = 15) -> None:
    """Wait until a JavaScript expression (or a function of ``arg``) is true.

    Not Playwright's wait_for_function: that evaluates strings inside the page,
    which a strict Content-Security-Policy forbids.
    """
    end = time.monotonic() + seconds
    while not page.evaluate(expression, arg):
        assert time.monotonic() < end, f"still not true after {seconds} s: {expression}"
        page.wait_for_timeout(30)


def _listen(page: Any, watch: Watch) -> None:
    def on_request(request: Any) -> None:
        if request.url.split("#")[0] != watch.own and not request.url.startswith(
            ("data:", "blob:")
        ):
            watch.requests.append(request.url)

    def on_console(message: Any) -> None:
        if message.type == "error":
            watch.errors.append(message.text)

    page.on("request", on_request)
    page.on("console", on_console)
    page.on("pageerror", lambda error: watch.errors.append(str(error)))
    page.on("dialog", lambda dialog: (watch.errors.append(dialog.message), dialog.dismiss()))
