"""The budget: no method above its tier, the first rank first, and what Slack says is obeyed."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.slack.client.rate_limiter import PER_MINUTE, RateLimiter
from incident.jobs import LATER, NORMAL, URGENT, USABLE
from tests.support.clock import T0

METHOD = "conversations.setTopic"


def seconds(n: float) -> datetime:
    return T0 + timedelta(seconds=n)


def test_the_first_rank_may_spend_a_whole_tier_and_the_others_leave_some():
    spent = {}
    for rank in (LATER, NORMAL, URGENT, USABLE):
        budget = RateLimiter()
        spent[rank] = sum(budget.take(METHOD, rank, T0) is None for _ in range(100))

    assert spent[USABLE] == PER_MINUTE[METHOD]
    assert spent[LATER] < spent[NORMAL] < spent[URGENT] < spent[USABLE]


def test_lesser_things_never_use_up_what_the_first_rank_needs():
    budget = RateLimiter()
    while budget.take(METHOD, LATER, T0) is None:
        pass

    assert budget.take(METHOD, USABLE, T0) is None


def test_reading_back_may_have_most_of_what_little_else_asks_for_and_a_major_incident_comes_first():
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


def test_who_has_to_wait_is_told_until_when_and_may_go_then():
    budget = RateLimiter({METHOD: 1})
    budget.take(METHOD, USABLE, T0)

    until = budget.take(METHOD, USABLE, seconds(10))

    assert until == seconds(60)
    assert budget.take(METHOD, USABLE, until) is None


def test_one_channel_gets_about_a_message_a_second_and_others_do_not_wait_for_it():
    budget = RateLimiter()
    in_one = sum(budget.take("chat.postMessage", USABLE, T0, "C1") is None for _ in range(20))

    assert in_one == 5
    assert budget.take("chat.postMessage", USABLE, T0, "C2") is None


def test_what_slack_blocked_stands_still_for_as_long_as_slack_said_and_other_methods_go_on():
    budget = RateLimiter()

    budget.block(METHOD, seconds(30))

    assert budget.take(METHOD, USABLE, seconds(29)) == seconds(30)
    assert budget.take("pins.add", USABLE, T0) is None
    assert budget.take(METHOD, USABLE, seconds(30)) is None


def test_an_uncounted_budget_still_obeys_slack():
    budget = RateLimiter(counts=False)
    assert all(budget.take(METHOD, LATER, T0) is None for _ in range(200))

    budget.block(METHOD, seconds(5))

    assert budget.take(METHOD, USABLE, T0) == seconds(5)
