"""Fixtures of the requirement tests: an empty workspace, and an incident worked from declaration to closure."""

from __future__ import annotations

import pytest

from tests.support.command_bench import CommandBench
from tests.support.worked_incidents import a_major


@pytest.fixture
def desk() -> CommandBench:
    """Nothing declared yet."""
    return CommandBench()


@pytest.fixture
def closed() -> CommandBench:
    """A P1 on checkout, declared by rob, commanded and closed by ilse."""
    desk = a_major()
    assert not desk.do("close", "ilse", 40).is_refused
    return desk
