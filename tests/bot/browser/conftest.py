"""A whole Muster in the pretend workspace, at work on its own threads, and pages to look at it as somebody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bot.browser.scene import Scene, scene_on
from tests.browser import Desk


@pytest.fixture
def stood(desk: Desk) -> Iterator[Scene]:
    """A scene in which time stands until it is moved, or let run."""
    with scene_on(desk) as scene:
        yield scene


@pytest.fixture
def scene(stood: Scene) -> Scene:
    """A scene in which time runs and Muster works by itself."""
    stood.run()
    return stood
