"""A worker between a store and the pretend workspace, for tests of everything posted to Slack."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from storage.store import Store
from tests.support.worker_env import WorkerEnv, worker_env_on


@pytest.fixture
def rig(sqlite_store: Store) -> Iterator[WorkerEnv]:
    """A worker on SQLite."""
    with worker_env_on(sqlite_store) as built:
        yield built
