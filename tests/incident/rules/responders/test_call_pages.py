"""Which contact methods a call uses, and which jobs follow from what became of them: pure, from entries alone."""

from __future__ import annotations

from typing import Any

import pytest

from incident.effects.page_jobs import page_jobs
from incident.entries.delivery import PageAttempted, PageEnded, PagePlanned
from incident.entries.role_holders import Escalated, EscalationAnswered, EscalationLapsed
from incident.jobs import Job, JobKind
from incident.medium import Medium, PlannedMethod
from incident.rules.responders.call_pages import is_settled, is_wanted, page_plan
from incident.states import State
from roles.person_ids import MUSTER
from tests.support.clock import T
from tests.support.entry_chains import BEN, CHI, Chain

SMS, PUSH, VOICE = (
    PlannedMethod(1, Medium.SMS, 2),
    PlannedMethod(2, Medium.PUSHOVER),
    PlannedMethod(3, Medium.VOICE, 4),
)


def called(**changes: Any) -> tuple[Chain, int]:
    """A chain with a call for ben, who is paged by push, text message and telephone, and the number of the call."""
    chain = Chain()
    call = {"how": "functional", "to": BEN, "person": BEN, "reason": "", "answer_by": T(10), "ladder": (CHI,)}
    chain.add(Escalated(**{**call, **changes}), at=5, by=MUSTER)
    n = chain.entries[-1].n
    chain.add(PagePlanned(escalation=n, methods=(PUSH, SMS, VOICE)), at=5, by=MUSTER)
    return chain, n


def follow(chain: Chain, *facts: Any, at: float = 6) -> list[tuple[str, int | None, int, float | None]]:
    """Add facts, and return the jobs of pages that follow: kind, position, attempt, and minutes of the time."""
    before, count = chain.now, len(chain.entries)
    chain.add(*facts, at=at, by=MUSTER)
    return [shown(job) for job in page_jobs(before, chain.now, chain.entries[count:])]


def shown(job: Job) -> tuple[str, int | None, int, float | None]:
    minutes = round((job.run_at - T(0)).total_seconds() / 60, 2) if job.run_at else None
    return job.kind.value, job.position, job.attempt, minutes


def attempt(n: int, of: PlannedMethod, outcome: str, **more: Any) -> PageAttempted:
    return PageAttempted.model_validate(
        {"escalation": n, "position": of.position, "medium": of.medium, "outcome": outcome, **more}
    )


def test_a_plan_is_in_the_order_of_the_delays_and_a_call_outside_or_without_an_answer_has_none() -> None:
    chain, n = called()
    call = next(entry for entry in chain.entries if entry.n == n)

    plan = page_plan(chain.now, call, lambda _: (SMS, PUSH, VOICE))
    assert plan == PagePlanned(escalation=n, methods=(PUSH, SMS, VOICE))

    for changes in ({"person": None}, {"answer_by": None}):
        fact = call.fact.model_copy(update=changes)
        assert page_plan(chain.now, call.model_copy(update={"fact": fact}), lambda _: (SMS,)) is None


def test_a_call_that_was_recorded_later_than_it_was_made_plans_no_page() -> None:
    chain, n = called()
    call = next(entry for entry in chain.entries if entry.n == n)

    late = call.model_copy(update={"occurred_at": T(-30)})

    assert page_plan(chain.now, late, lambda _: (SMS,)) is None


def test_a_plan_is_one_job_for_each_method_at_its_time_that_needs_no_channel() -> None:
    chain, n = called()
    planned = chain.entries[-1]

    jobs = page_jobs(None, chain.now, [planned])

    assert [shown(job) for job in jobs] == [
        ("page_method", 2, 1, 5),
        ("page_method", 1, 1, 7),
        ("page_method", 3, 1, 9),
    ]
    assert {(job.needs, job.entry, job.person) for job in jobs} == {(None, n, BEN)}


@pytest.mark.parametrize("outcome", ["unknown", "postponed"])
def test_what_may_not_have_arrived_is_repeated_and_the_next_method_comes_now(outcome: str) -> None:
    chain, n = called()

    jobs = follow(chain, attempt(n, PUSH, outcome, retry_at=T(6.5)))

    assert jobs == [("page_method", 2, 2, 6.5), ("page_method", 1, 1, 6)]


def test_what_was_sent_is_followed_by_its_receipt_where_the_provider_has_one() -> None:
    chain, n = called()

    assert follow(chain, attempt(n, PUSH, "sent", ref="r1")) == [("page_receipt", None, 1, 6.08)]


@pytest.mark.parametrize("by", [SMS, VOICE])
def test_a_call_and_a_text_message_are_asked_about_once_in_case_their_status_is_lost(by: PlannedMethod) -> None:
    chain, n = called()

    assert follow(chain, attempt(n, by, "sent", ref="c1")) == [("page_receipt", None, 1, 7.5)]


def test_a_method_that_was_tried_is_not_brought_forward_again() -> None:
    chain, n = called()
    follow(chain, attempt(n, SMS, "sent"), attempt(n, VOICE, "sent"))

    assert follow(chain, attempt(n, PUSH, "failed", error="no")) == []


def test_an_end_that_reached_no_one_brings_the_next_method_and_a_stop_brings_none() -> None:
    chain, n = called()
    follow(chain, attempt(n, PUSH, "sent", ref="r1"))
    push = {"escalation": n, "position": 2, "medium": Medium.PUSHOVER}

    assert ("page_method", 1, 1, 6) in follow(chain, PageEnded(**push, how="expired"))
    assert follow(chain, PageEnded(**push, how="stopped")) == []


@pytest.mark.parametrize("settles", ["accepted", "declined", "void"])
def test_what_settles_a_call_stops_what_rings_once(settles: str) -> None:
    chain, n = called()
    follow(chain, attempt(n, PUSH, "sent", ref="r1"), attempt(n, SMS, "sent", ref="s1"))
    before, count = chain.now, len(chain.entries)

    if settles == "void":
        chain.move(State.VOID_FALSE_ALARM, at=7)
    else:
        chain.add(EscalationAnswered(escalation=n, answer=settles), at=7, by=BEN)

    jobs = page_jobs(before, chain.now, chain.entries[count:])
    assert [(job.kind, job.template) for job in jobs] == [(JobKind.PAGE_STOP, "pushover")]
    assert page_jobs(chain.now, chain.now, chain.entries[count:]) == ()


def test_a_call_that_lapsed_uses_what_was_due_before_and_is_not_settled() -> None:
    chain, n = called()
    chain.add(EscalationLapsed(escalation=n), at=8, by=MUSTER)
    [call] = chain.now.escalations

    assert not is_settled(chain.now, call)
    assert [is_wanted(chain.now, call, one) for one in (PUSH, SMS, VOICE)] == [True, True, False]
