"""What tests of the demands share: an empty desk, and an incident that went all the way."""

from __future__ import annotations

import pytest

from tests.commands.desk import Desk
from tests.requirements.story import a_major


@pytest.fixture
def desk() -> Desk:
    """Nothing declared yet."""
    return Desk()


@pytest.fixture
def closed() -> Desk:
    """A P1 on checkout, declared by rob, commanded and closed by ilse."""
    desk = a_major()
    assert not desk.do("close", "ilse", 40).is_refused
    return desk
