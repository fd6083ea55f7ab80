"""One pretend workspace per test module, since closing a connection takes seconds. Each test has channels of its own."""

from __future__ import annotations

import itertools
import shutil

import pytest

from tests.support.slack_env import SlackEnv

_COUNT = itertools.count(1)


@pytest.fixture(scope="module")
def place(sqlite_template, tmp_path_factory):
    """A workspace with the Slack gateway connected to it."""
    path = tmp_path_factory.mktemp("edge") / "muster.db"
    shutil.copy(sqlite_template, path)
    opened = SlackEnv(f"sqlite:///{path}")
    yield opened
    opened.close()


@pytest.fixture
def channel() -> str:
    """The name of an incident channel that no other test uses."""
    return f"inc-{next(_COUNT)}"


@pytest.fixture
def incident(place, channel):
    """An incident whose channel is `channel`."""
    return place.incident(channel=channel)
