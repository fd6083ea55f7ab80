"""Failures of Slack: a revoked token, an unavailable workspace, an exhausted rate limit. Nothing is lost or starved."""

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
def test_jobs_wait_while_the_token_is_revoked_and_run_once_it_is_replaced(rig, error, caplog):
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


def test_after_an_hour_without_slack_prompts_and_lines_are_posted_and_marked_as_late(rig):
    key = rig.declare()
    rig.after(seconds=2)
    rig.sandbox.faults.server_error(times=ALWAYS, status=503)
    rig.act("note", "ilse", key, text="the pool is exhausted")
    before = set(rig.channel(key).messages)
    rig.after(minutes=60)
    assert set(rig.channel(key).messages) == before

    rig.sandbox.faults.clear()
    rig.after(minutes=10)

    posted = [m.text for ts, m in rig.channel(key).messages.items() if ts not in before]
    assert any("was missed" in text and "reminder is late" in text for text in posted)
    assert any("the pool is exhausted" in text and "late" in text for text in posted)
    assert len(posted) == len(set(posted))
    assert rig.store.jobs.dead_letters() == ()


@pytest.mark.parametrize("method", sorted(PER_MINUTE))
def test_low_priority_calls_never_use_the_reserve_of_prompts(method):
    """Backfills and refreshes have priority LATER and NORMAL, prompts URGENT: a prompt always has a reserve."""
    limiter = RateLimiter()
    for rank in (LATER, NORMAL):
        while limiter.take(method, rank, START) is None:
            pass

    assert limiter.take(method, URGENT, START) is None
    assert limiter.take(method, USABLE, START) is None


def read_on(slack, channel):
    for _ in range(100):
        slack.call("conversations.history", channel=channel, limit=1)


def test_a_hundred_backfills_do_not_delay_a_prompt(rig):
    limiter = RateLimiter()
    slack = replace(rig.slack, limiter=limiter)
    reading, asking = slack.for_job("reconcile", LATER), slack.for_job("prompt", URGENT)
    channel = rig.named("incidents").id
    reading.call("conversations.join", channel=channel)

    with pytest.raises(CallPostponed):
        read_on(reading, channel)

    assert asking.call("conversations.history", channel=channel, limit=1)["ok"]
    assert asking.call("chat.postMessage", channel=channel, text="Nobody commands")["ok"]


def test_p4_incidents_declared_first_do_not_delay_a_p1(rig):
    """Six P4 incidents are declared first, then one P1, with one worker on one thread."""
    worker = rig.another_worker("alone", threads=1)
    p4_incidents = [rig.declare(f"Slow page {n}", impact=3, urgency=3) for n in range(6)]
    rig.clock.set(rig.clock.now() + timedelta(seconds=1))
    first = rig.declare("All payments fail", impact=1, urgency=1)

    worker.drain(rig.clock.now())
    worker.stop()

    cards = sorted((rig.incident(key).places.card_ts or "", key) for key in (first, *p4_incidents))
    assert first in [key for _, key in cards[:1]]
