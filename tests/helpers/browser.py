"""A real Chromium for tests of pages: what it asks for, says and shows is kept."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from helpers.programs import HANG, needs

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request

# Nothing of the browser's own goes out either.
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

# With DLTHEORY_LATE_SCRIPTS set, scripts that a page asks for after it was read come late, as on a
# busy machine: a test that asks before they came fails every time.
_LATE = """(() => {
  const own = Object.getOwnPropertyDescriptor(HTMLScriptElement.prototype, "src");
  const set = function (value) { setTimeout(() => own.set.call(this, value), 1500); };
  Object.defineProperty(HTMLScriptElement.prototype, "src", { ...own, set });
})()"""


@dataclass
class Watched:
    """A page, with everything that must not happen on one."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    """Errors and warnings of the console, scripts that failed, files that were not there."""
    requests: list[str] = field(default_factory=list)

    def ask(self, script: str, *values: Any) -> Any:
        """Run a function of JavaScript in the page; what it gives."""
        return self.page.evaluate(script, *values)

    def wait(self, script: str, *values: Any) -> None:
        """Ask until the page answers yes.

        Playwright's `wait_for_function` asks again by `eval`, which the pages' policy forbids: it
        waits for ever if the first answer is no.
        """
        end = time.monotonic() + HANG
        while not self.ask(script, *values):
            assert time.monotonic() < end, f"never came true: {script}"
            self.page.wait_for_timeout(50)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, with a profile of its own that is thrown away."""
    path = needs("chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS, timeout=HANG * 1000)
        try:
            yield browser
        finally:
            browser.close()


def _failed(found: Watched, request: Request) -> None:
    if request.failure != "net::ERR_ABORTED":  # a page that was left while it was read
        found.complaints.append(f"failed: {request.url}")


@contextmanager
def watched(browser: Browser, width: int = 1280, **options: Any) -> Iterator[Watched]:
    """A page in a fresh context of a window this wide."""
    height = 900 if width > 600 else 800
    context = browser.new_context(viewport={"width": width, "height": height}, **options)
    context.set_default_timeout(HANG * 1000)
    found = Watched(context.new_page())
    page = found.page
    if os.environ.get("DLTHEORY_LATE_SCRIPTS"):
        context.add_init_script(_LATE)
    page.on("request", lambda request: found.requests.append(request.url))
    page.on("requestfailed", lambda request: _failed(found, request))
    page.on("pageerror", lambda error: found.complaints.append(f"script: {error}"))
    page.on(
        "console",
        lambda said: (
            found.complaints.append(f"{said.type}: {said.text}")
            if said.type in {"error", "warning"}
            else None
        ),
    )
    try:
        yield found
    finally:
        context.close()
