"""A workspace per test, without rate limits unless the test asks for them, and a client of its bot."""

from collections.abc import Iterator

import pytest
from slack_sdk import WebClient

from sandbox.pretend_workspace import Sandbox
from tests.support.sandbox_client import client_of, people


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(people(), strict_tiers=False) as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> WebClient:
    return client_of(sandbox)
