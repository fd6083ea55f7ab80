"""Slack itself in trouble: the token revoked, the whole workspace away, budgets spent. Nothing is lost or starved."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.slack.client.rate_limiter import PER_MINUTE, RateLimiter
from bot.slack.client.web_api import CallPostponed
from incident.jobs import LATER, NORMAL, URGENT, USABLE
from tests.support.worker_env import START

ALWAYS = 1_000_000


@pytest.mark.parametrize("error", ["token_revoked", "invalid_auth", "account_inactive"])
def test_with_a_revoked_token_nothing_is_given_up_and_all_goes_out_once_it_is_replaced(rig, error, caplog):
    key = rig.declare()
    rig.after(seconds=2)
    rig.sandbox.faults.fail_with(error, times=ALWAYS)
    rig.act("note", "ilse", key, text="the pool is exhausted")
    with caplog.at_level(logging.ERROR, "bot.slack.client.web_api"):
        rig.after(minutes=10)
    assert rig.store.jobs.dead_letters() == ()
    assert f"Slack does not take SLACK_BOT_TOKEN ({error})" in caplog.text

    rig.sandbox.faults.clear()
    rig.after(minutes=2)

    [line] = [text for text in rig.texts(key) if "the pool is exhausted" in text]
    assert "late" in line
    assert len(rig.entries(key, "noted")) == 1


def test_when_slack_was_away_for_an_hour_prompts_and_lines_come_late_and_say_so(rig):
    key = rig.declare()
    rig.after(seconds=2)
    rig.sandbox.faults.server_error(times=ALWAYS, status=503)
    rig.act("note", "ilse", key, text="the pool is exhausted")
    before = set(rig.channel(key).messages)
    rig.after(minutes=60)
    assert set(rig.channel(key).messages) == before

    rig.sandbox.faults.clear()
    rig.after(minutes=10)

    said = [m.text for ts, m in rig.channel(key).messages.items() if ts not in before]
    assert any("was missed" in text and "asks late" in text for text in said)
    assert any("the pool is exhausted" in text and "late" in text for text in said)
    assert len(said) == len(set(said))
    assert rig.store.jobs.dead_letters() == ()


@pytest.mark.parametrize("method", sorted(PER_MINUTE))
def test_what_is_done_later_never_takes_what_a_prompt_needs(method):
    """Reading back and redrawing have rank LATER and NORMAL, prompts URGENT: however many come, a prompt finds room."""
    budget = RateLimiter()
    for rank in (LATER, NORMAL):
        while budget.take(method, rank, START) is None:
            pass

    assert budget.take(method, URGENT, START) is None
    assert budget.take(method, USABLE, START) is None


def read_on(slack, channel):
    for _ in range(100):
        slack.call("conversations.history", channel=channel, limit=1)


def test_a_hundred_channels_to_read_back_do_not_keep_a_prompt_waiting(rig):
    budget = RateLimiter()
    slack = replace(rig.slack, limiter=budget)
    reading, asking = slack.for_job("reconcile", LATER), slack.for_job("prompt", URGENT)
    channel = rig.named("incidents").id
    reading.call("conversations.join", channel=channel)

    with pytest.raises(CallPostponed):
        read_on(reading, channel)

    assert asking.call("conversations.history", channel=channel, limit=1)["ok"]
    assert asking.call("chat.postMessage", channel=channel, text="Nobody commands")["ok"]


def test_a_p4_declared_first_does_not_keep_a_p1_waiting(rig):
    """Six of the least declared first, then one P1, and one worker that does one thing at a time."""
    worker = rig.another_worker("alone", threads=1)
    lesser = [rig.declare(f"Slow page {n}", impact=3, urgency=3) for n in range(6)]
    rig.clock.set(rig.clock.now() + timedelta(seconds=1))
    first = rig.declare("All payments fail", impact=1, urgency=1)

    worker.drain(rig.clock.now())
    worker.stop()

    cards = sorted((rig.incident(key).places.card_ts or "", key) for key in (first, *lesser))
    assert first in [key for _, key in cards[:1]]
