"""A composed Muster in the pretend workspace, and browser pages signed in as its people."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.browser import BrowserDesk
from tests.support.browser_env import BrowserEnv, browser_env_on


@pytest.fixture
def stood(desk: BrowserDesk) -> Iterator[BrowserEnv]:
    """An environment whose clock stops until a test moves it or lets it run."""
    with browser_env_on(desk) as scene:
        yield scene


@pytest.fixture
def scene(stood: BrowserEnv) -> BrowserEnv:
    """An environment whose clock runs, with Muster on its own threads."""
    stood.run()
    return stood
