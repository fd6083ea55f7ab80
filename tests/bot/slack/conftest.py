"""A pretend workspace per test module: connecting takes seconds to end, and channels of their own keep tests apart."""

from __future__ import annotations

import itertools
import shutil

import pytest

from tests.support.slack_env import SlackEnv

_COUNT = itertools.count(1)


@pytest.fixture(scope="module")
def place(sqlite_template, tmp_path_factory):
    """Give a workspace with the edge connected to it."""
    path = tmp_path_factory.mktemp("edge") / "muster.db"
    shutil.copy(sqlite_template, path)
    opened = SlackEnv(f"sqlite:///{path}")
    yield opened
    opened.close()


@pytest.fixture
def channel() -> str:
    """Give the name of an incident channel that no other test has."""
    return f"inc-{next(_COUNT)}"


@pytest.fixture
def incident(place, channel):
    """Give an incident whose channel is `channel`."""
    return place.incident(channel=channel)
