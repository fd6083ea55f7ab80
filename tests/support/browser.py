"""Finds a Chromium on this machine and opens pages in it, for every test marked `browser`.

Without a browser such tests are skipped and say so; where CI is set they fail, so that nothing goes unseen there.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

# The shell is the same browser without what only a window needs, and takes a quarter less time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)


def find_chromium() -> str | None:
    """Return the path of the first browser found, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def chromium_or_skip() -> str:
    """Return the path of a browser; skip when there is none, and fail where CI is set."""
    found = find_chromium()
    if found is not None:
        return found
    why = f"no browser: none of {', '.join(NAMES)} is on the path"
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


@contextmanager
def launched() -> Iterator[Browser]:
    """Run a browser without a window for as long as the block lasts."""
    path = chromium_or_skip()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGS))
        try:
            yield browser
        finally:
            browser.close()


class BrowserDesk:
    """One browser; every page opened from it is watched for errors and for anything fetched from elsewhere."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.errors: list[str] = []
        self.strangers: list[str] = []
        self._pages: list[Page] = []

    def open(self, url: str, width: int = 1440, height: int = 900) -> Page:
        """Open an address in a page of its own, in a zone where none of our people live."""
        page = self.browser.new_page(
            viewport={"width": width, "height": height}, timezone_id="Asia/Tokyo", reduced_motion="reduce"
        )
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        home = "/".join(url.split("/")[:3]) + "/"
        page.on("request", lambda request: None if request.url.startswith((home, "data:")) else self._note(request.url))
        page.goto(url)
        self._pages.append(page)
        return page

    def tidy(self) -> None:
        """Close every page that was opened."""
        for page in self._pages:
            page.close()
        self._pages.clear()

    def _note(self, url: str) -> None:
        self.strangers.append(url)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A browser that all tests of a run share."""
    with launched() as browser:
        yield browser


@pytest.fixture
def desk(chromium: Browser) -> Iterator[BrowserDesk]:
    """Pages for one test, which fails when any of them logged an error or fetched something from elsewhere."""
    desk = BrowserDesk(chromium)
    yield desk
    errors, strangers = list(desk.errors), list(desk.strangers)
    desk.tidy()
    assert errors == []
    assert strangers == []
