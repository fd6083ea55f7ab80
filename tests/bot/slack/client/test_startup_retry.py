"""A start waits until Slack answers, however long; what waiting does not heal is reported at once."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Callable, Iterator
from http.client import IncompleteRead
from urllib.error import URLError

import pytest
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from bot.slack.client.client_factory import client_for, identify
from bot.slack.client.startup_retry import PAUSES, StartupRetry
from sandbox.pretend_workspace import Sandbox

SHORT = (0.001, 0.002)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as opened:
        yield opened


@pytest.fixture(autouse=True)
def no_faults(sandbox: Sandbox) -> None:
    sandbox.faults.clear()


def answer(status: int, error: str, **headers: str) -> SlackApiError:
    """What slack_sdk makes of an answer that is no success."""
    response = SlackResponse(
        client=None,
        http_verb="POST",
        api_url="",
        req_args={},
        data={"ok": False, "error": error},
        headers=headers,
        status_code=status,
    )
    return SlackApiError("refused", response)


def failing(error: Exception, times: int) -> tuple[Callable[[], str], list[int]]:
    """Return a call that fails as many times and then answers, and the list of its attempts."""
    attempts: list[int] = []

    def call() -> str:
        attempts.append(len(attempts))
        if len(attempts) <= times:
            raise error
        return "answered"

    return call, attempts


HEALS = [
    URLError(socket.gaierror(-3, "Temporary failure in name resolution")),
    URLError(ConnectionRefusedError(111, "Connection refused")),
    URLError(OSError(101, "Network is unreachable")),
    URLError(ssl.SSLCertVerificationError("certificate is not yet valid")),
    OSError("Tunnel connection failed: 407 Proxy Authentication Required"),
    TimeoutError("timed out"),
    ConnectionResetError(104, "Connection reset by peer"),
    IncompleteRead(b""),
    SlackClientError("no reply"),
    answer(500, "internal_error"),
    answer(503, "Received a response in a non-JSON format"),
    answer(403, "Received a response in a non-JSON format"),
    answer(429, "ratelimited"),
    answer(200, "ratelimited"),
    answer(200, "fatal_error"),
    answer(200, "service_unavailable"),
]


@pytest.mark.parametrize("error", HEALS, ids=lambda error: f"{error}"[:40])
def test_what_can_heal_is_waited_for_longer_than_the_pauses_last(error: Exception) -> None:
    call, attempts = failing(error, times=20)

    assert StartupRetry(SHORT).until_answered(call) == "answered"
    assert len(attempts) == 21


@pytest.mark.parametrize(
    "error",
    [
        *(answer(200, code) for code in ("invalid_auth", "account_inactive", "token_revoked", "missing_scope", "what")),
        answer(404, "Received a response in a non-JSON format"),
    ],
    ids=lambda error: str(error.response["error"])[:20],
)
def test_what_waiting_does_not_heal_is_raised_at_once(error: SlackApiError) -> None:
    call, attempts = failing(error, times=20)

    with pytest.raises(SlackApiError):
        StartupRetry(SHORT).until_answered(call)

    assert len(attempts) == 1


def test_slack_is_not_asked_before_the_time_it_names() -> None:
    slept: list[float] = []
    call, _ = failing(answer(429, "ratelimited", **{"Retry-After": "37"}), times=2)

    StartupRetry(sleep=slept.append).until_answered(call)

    assert slept == [37.0, 37.0]


def test_the_pauses_grow_to_a_quarter_of_a_minute() -> None:
    slept: list[float] = []
    call, _ = failing(TimeoutError(), times=8)

    StartupRetry(sleep=slept.append).until_answered(call)

    assert slept == [*PAUSES, 15.0, 15.0, 15.0]


def test_an_unreachable_slack_is_logged_once_a_minute_and_its_return_too(caplog: pytest.LogCaptureFixture) -> None:
    def ask() -> None:
        client_for("http://127.0.0.1:9/api/", "xoxb-1").auth_test()

    tries = iter(range(7))
    with caplog.at_level(logging.INFO):
        StartupRetry(SHORT).until_answered(lambda: ask() if next(tries) < 6 else None)

    lines = [record.getMessage() for record in caplog.records]
    assert lines[0] == "waiting for Slack for 0 s: [Errno 111] Connection refused"
    assert lines[1:] == ["Slack answers after 0 s"]


def test_after_a_minute_the_reason_is_logged_again(caplog: pytest.LogCaptureFixture) -> None:
    call, _ = failing(TimeoutError("timed out"), times=4)

    with caplog.at_level(logging.WARNING):
        StartupRetry(SHORT, log_seconds=0).until_answered(call)

    assert len(caplog.records) == 4


def test_the_reason_is_known_while_it_waits_and_forgotten_afterwards() -> None:
    reasons: list[str] = []
    retry = StartupRetry(SHORT)
    call, _ = failing(URLError(socket.gaierror(-3, "Temporary failure in name resolution")), times=1)

    def observed() -> str:
        reasons.append(retry.reason)
        return call()

    retry.until_answered(observed)

    assert reasons == ["", "[Errno -3] Temporary failure in name resolution"]
    assert retry.reason == ""


@pytest.mark.parametrize("fault", ["server_error", "too_many_requests", "lose_reply"])
def test_a_fault_of_slack_is_waited_for(sandbox: Sandbox, fault: str, caplog: pytest.LogCaptureFixture) -> None:
    getattr(sandbox.faults, fault)("auth.test", times=2)
    client = client_for(sandbox.base_url, sandbox.bot_token)

    who = StartupRetry(SHORT).until_answered(lambda: identify(client))

    assert who.team_id == sandbox.workspace.team_id
    assert sandbox.bot_token not in caplog.text
