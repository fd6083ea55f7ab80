"""A start waits for a transient error of Slack to end, and reports any other error at once."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

import pytest
from slack_sdk.errors import SlackApiError

from bot.slack.client.client_factory import client_for, identify
from bot.slack.client.startup_retry import retry_transient
from sandbox.pretend_workspace import Sandbox

SHORT = (0.01, 0.01)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as opened:
        yield opened


@pytest.mark.parametrize("trouble", ["server_error", "too_many_requests", "lose_reply"])
def test_a_transient_error_is_waited_for(sandbox: Sandbox, caplog: pytest.LogCaptureFixture, trouble: str) -> None:
    getattr(sandbox.faults, trouble)("auth.test", times=2)
    client = client_for(sandbox.base_url, sandbox.bot_token)

    with caplog.at_level(logging.WARNING):
        who = retry_transient(lambda: identify(client), SHORT)

    assert who.team_id == sandbox.workspace.team_id
    assert sum("is asked again" in record.message for record in caplog.records) == 2
    assert sandbox.bot_token not in caplog.text


def test_an_error_that_does_not_end_in_time_is_raised(sandbox: Sandbox) -> None:
    sandbox.faults.server_error("auth.test", times=9, status=503)
    client = client_for(sandbox.base_url, sandbox.bot_token)

    with pytest.raises(SlackApiError):
        retry_transient(lambda: identify(client), SHORT)

    assert sum(one.name == "auth.test" for one in sandbox.wire_log.since(0)) == len(SHORT) + 1


def test_an_unknown_token_and_an_unreachable_address_are_raised_at_once(sandbox: Sandbox) -> None:
    began = time.monotonic()

    with pytest.raises(SlackApiError, match="invalid_auth"):
        retry_transient(lambda: identify(client_for(sandbox.base_url, "xoxb-of-another-app")), (60.0,))
    with pytest.raises(OSError, match="refused"):
        retry_transient(lambda: identify(client_for("http://127.0.0.1:9/api/", sandbox.bot_token)), (60.0,))

    assert time.monotonic() - began < 30
