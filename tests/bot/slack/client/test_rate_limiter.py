"""The rate limiter: no method exceeds its tier, urgent calls come first, and Retry-After is obeyed."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.slack.client.rate_limiter import PER_MINUTE, RateLimiter
from incident.jobs import LATER, NORMAL, URGENT, USABLE
from tests.support.clock import T0

METHOD = "conversations.setTopic"


def seconds(n: float) -> datetime:
    return T0 + timedelta(seconds=n)


def test_the_highest_priority_may_use_a_whole_tier_and_the_others_leave_a_reserve():
    spent = {}
    for rank in (LATER, NORMAL, URGENT, USABLE):
        budget = RateLimiter()
        spent[rank] = sum(budget.take(METHOD, rank, T0) is None for _ in range(100))

    assert spent[USABLE] == PER_MINUTE[METHOD]
    assert spent[LATER] < spent[NORMAL] < spent[URGENT] < spent[USABLE]


def test_low_priority_calls_never_use_the_reserve_of_the_highest():
    budget = RateLimiter()
    while budget.take(METHOD, LATER, T0) is None:
        pass

    assert budget.take(METHOD, USABLE, T0) is None


def test_a_backfill_may_use_most_of_a_quiet_tier_and_a_major_incident_comes_first():
    method = "conversations.replies"
    spent = {}
    for rank in (LATER, NORMAL):
        budget = RateLimiter()
        spent[rank] = sum(budget.take(method, rank, T0) is None for _ in range(100))

    assert PER_MINUTE[method] * 0.7 < spent[LATER] < spent[NORMAL] < PER_MINUTE[method]


def test_no_minute_ever_sees_more_calls_than_the_tier():
    budget, made = RateLimiter(), []
    for tenth in range(1800):
        at = seconds(tenth / 10)
        if budget.take(METHOD, USABLE, at) is None:
            made.append(at)

    assert all(sum(a <= b < a + timedelta(seconds=60) for b in made) <= PER_MINUTE[METHOD] for a in made)
    assert len(made) > 2 * PER_MINUTE[METHOD]


def test_a_postponed_call_gets_its_time_and_may_run_then():
    budget = RateLimiter({METHOD: 1})
    budget.take(METHOD, USABLE, T0)

    until = budget.take(METHOD, USABLE, seconds(10))

    assert until == seconds(60)
    assert budget.take(METHOD, USABLE, until) is None


def test_a_channel_gets_about_one_message_a_second_without_delaying_other_channels():
    budget = RateLimiter()
    in_one = sum(budget.take("chat.postMessage", USABLE, T0, "C1") is None for _ in range(20))

    assert in_one == 5
    assert budget.take("chat.postMessage", USABLE, T0, "C2") is None


def test_a_blocked_method_waits_for_retry_after_and_other_methods_continue():
    budget = RateLimiter()

    budget.block(METHOD, seconds(30))

    assert budget.take(METHOD, USABLE, seconds(29)) == seconds(30)
    assert budget.take("pins.add", USABLE, T0) is None
    assert budget.take(METHOD, USABLE, seconds(30)) is None


def test_a_rate_limiter_without_tiers_still_obeys_retry_after():
    budget = RateLimiter(counts=False)
    assert all(budget.take(METHOD, LATER, T0) is None for _ in range(200))

    budget.block(METHOD, seconds(5))

    assert budget.take(METHOD, USABLE, T0) == seconds(5)


def test_a_clock_that_is_set_back_blocks_no_method_until_it_is_there_again():
    budget = RateLimiter()
    while budget.take(METHOD, USABLE, seconds(7_200)) is None:
        pass
    budget.block("chat.update", seconds(7_230))

    blocked = budget.take("chat.update", USABLE, seconds(0))
    after_a_minute = budget.take(METHOD, USABLE, seconds(61))

    assert blocked == seconds(30)
    assert after_a_minute is None


def test_channels_without_a_call_in_the_last_minute_are_forgotten():
    budget = RateLimiter({"chat.postMessage": 10_000})
    for n in range(1_000):
        assert budget.take("chat.postMessage", USABLE, seconds(n), f"C{n}") is None

    assert len(budget._made) <= 200 + 2
