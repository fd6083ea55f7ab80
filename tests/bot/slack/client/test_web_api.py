"""How a call to Slack can end: done, not yet, nobody knows, or no. Each with the pretend workspace answering so."""

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


def test_a_call_that_worked_gives_slacks_answer(joined):
    assert post(joined)["message"]["text"] == "hello"


def test_too_many_requests_wait_for_as_long_as_slack_says_and_no_call_is_made_meanwhile(joined):
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


def test_a_lost_reply_leaves_the_outcome_unknown_though_it_was_done(joined):
    joined.sandbox.faults.lose_reply("chat.postMessage")

    with pytest.raises(UnknownOutcome):
        post(joined)

    assert [m.text for m in joined.named("general").messages.values() if not m.subtype] == ["hello"]


def test_no_answer_within_the_clients_time_leaves_the_outcome_unknown(joined):
    joined.slack.client.timeout = 0.2
    joined.sandbox.faults.set_latency(1000, "chat.postMessage")

    with pytest.raises(UnknownOutcome):
        post(joined)


@pytest.mark.parametrize("error", ["internal_error", "fatal_error", "service_unavailable"])
def test_an_error_that_passes_leaves_the_outcome_unknown(joined, error):
    joined.sandbox.faults.fail_with(error, "chat.postMessage")

    with pytest.raises(UnknownOutcome):
        post(joined)


@pytest.mark.parametrize("error", ["is_archived", "missing_scope", "some_new_error"])
def test_anything_else_slack_says_is_a_no(joined, error):
    joined.sandbox.faults.fail_with(error, "chat.postMessage")

    with pytest.raises(SlackError) as no:
        post(joined)

    assert no.value.error == error
