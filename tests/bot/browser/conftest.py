"""A whole Muster in the pretend workspace, at work on its own threads, and pages to look at it as somebody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.browser import BrowserDesk
from tests.support.browser_env import BrowserEnv, browser_env_on


@pytest.fixture
def stood(desk: BrowserDesk) -> Iterator[BrowserEnv]:
    """A scene in which time stands until it is moved, or let run."""
    with browser_env_on(desk) as scene:
        yield scene


@pytest.fixture
def scene(stood: BrowserEnv) -> BrowserEnv:
    """A scene in which time runs and Muster works by itself."""
    stood.run()
    return stood
