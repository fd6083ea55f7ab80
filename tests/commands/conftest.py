"""What tests of verbs share: an empty desk, and one with an incident on it."""

from __future__ import annotations

import pytest

from tests.support.command_bench import CommandBench


@pytest.fixture
def desk() -> CommandBench:
    """Nothing declared yet."""
    return CommandBench()


@pytest.fixture
def room() -> CommandBench:
    """A P2 on checkout, declared by rob at 10:00, in its channel C100."""
    return CommandBench().declared()
