"""What tests of verbs share: an empty desk, and one with an incident on it."""

from __future__ import annotations

import pytest

from tests.commands.desk import Desk


@pytest.fixture
def desk() -> Desk:
    """Nothing declared yet."""
    return Desk()


@pytest.fixture
def room() -> Desk:
    """A P2 on checkout, declared by rob at 10:00, in its channel C100."""
    return Desk().declared()
