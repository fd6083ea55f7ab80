"""A call to Slack succeeds, is rate-limited, has an unknown outcome, or is refused: each with the pretend workspace."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.slack.client.web_api import CallPostponed, SlackError, UnknownOutcome
from tests.support.worker_env import START


def post(rig):
    return rig.slack.call("chat.postMessage", channel=rig.named("general").id, text="hello")


@pytest.fixture
def joined(rig):
    rig.slack.call("conversations.join", channel=rig.named("general").id)
    return rig


def test_a_successful_call_returns_the_response_of_slack(joined):
    assert post(joined)["message"]["text"] == "hello"


def test_a_rate_limited_method_waits_for_retry_after_and_is_not_called_before(joined):
    joined.sandbox.faults.too_many_requests("chat.postMessage", times=1, retry_after=7)
    with pytest.raises(CallPostponed) as first:
        post(joined)
    before = joined.calls("chat.postMessage")

    with pytest.raises(CallPostponed) as second:
        post(joined)

    assert first.value.until == second.value.until == START + timedelta(seconds=7)
    assert joined.calls("chat.postMessage") == before


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_leaves_the_outcome_unknown(joined, status):
    joined.sandbox.faults.server_error("chat.postMessage", status=status)

    with pytest.raises(UnknownOutcome):
        post(joined)


def test_a_lost_reply_leaves_the_outcome_of_an_executed_call_unknown(joined):
    joined.sandbox.faults.lose_reply("chat.postMessage")

    with pytest.raises(UnknownOutcome):
        post(joined)

    assert [m.text for m in joined.named("general").messages.values() if not m.subtype] == ["hello"]


def test_a_timeout_leaves_the_outcome_unknown(joined):
    joined.slack.client.timeout = 0.2
    joined.sandbox.faults.set_latency(1000, "chat.postMessage")

    with pytest.raises(UnknownOutcome):
        post(joined)


@pytest.mark.parametrize("error", ["internal_error", "fatal_error", "service_unavailable"])
def test_a_transient_error_leaves_the_outcome_unknown(joined, error):
    joined.sandbox.faults.fail_with(error, "chat.postMessage")

    with pytest.raises(UnknownOutcome):
        post(joined)


@pytest.mark.parametrize("error", ["is_archived", "missing_scope", "some_new_error"])
def test_any_other_error_of_slack_is_a_refusal(joined, error):
    joined.sandbox.faults.fail_with(error, "chat.postMessage")

    with pytest.raises(SlackError) as no:
        post(joined)

    assert no.value.error == error
