"""Who is on call: for the incident's service, for a named service, or for all."""

from __future__ import annotations

import re
from typing import Any

from incident.policy import EscalationPolicy
from incident.refusal import Code
from incident.states import Priority
from roles.schedules.feed_copy import FeedCopy, FeedShift
from roles.schedules.schedule_rules import ScheduleRules
from tests.support.clock import T
from tests.support.command_bench import TEAM, CommandBench, who
from tests.support.policies import at_all_hours, paged
from tests.support.schedules import utc


def test_in_an_incident_channel_its_service_is_shown(room: CommandBench) -> None:
    room.do("oncall")

    assert room.answer().splitlines() == [
        "*checkout* (payments)",
        "• on call: <@UROB>, then <@UEVA>",
        "• called by `escalate`: <@UROB>, then <@UEVA>, each with 5 min to answer",
        "• owner: <@UNADIA>",
    ]
    assert room.said() == ""


def test_outside_an_incident_channel_every_service_is_shown(desk: CommandBench) -> None:
    assert desk.do("oncall").code is None

    assert "*checkout*" in desk.answer()
    assert "*wiki*" in desk.answer()


def test_a_service_without_on_call_people_says_so(desk: CommandBench) -> None:
    desk.do("oncall", service="wiki")

    assert desk.answer().count("nobody named in the policy") == 2


def test_an_unknown_service_is_refused(desk: CommandBench) -> None:
    assert desk.do("oncall", service="nowhere").code == Code.UNKNOWN_SERVICE
    assert desk.answer() == "Nothing done: the catalogue has no such service. It has checkout, wiki."


WEEKLY = {"start": "2026-01-05 09:00", "every": "1 week", "participants": ["UROB", "UEVA"]}


def scheduled(
    bench: CommandBench, rotation: dict[str, Any] = WEEKLY, target: str = "schedule:payments"
) -> CommandBench:
    """Return the bench where checkout has a schedule with one rotation, and an escalation policy whose first level is that schedule."""
    policy = bench.policy
    checkout = policy.services["checkout"].model_copy(update={"schedule": "payments"})
    bench.policy = policy.model_copy(
        update={
            "services": {**policy.services, "checkout": checkout},
            "schedules": {"payments": ScheduleRules.model_validate({"rotations": {"db": rotation}})},
            "ladders": {"payments": EscalationPolicy.model_validate(paged(target, "UNADIA"))},
        }
    )
    return bench


def test_a_schedule_says_who_why_until_when_and_who_is_next(desk: CommandBench) -> None:
    scheduled(desk).do("oncall", service="checkout")

    assert re.sub(r"<!date\^(\d+)\^[^>]*>", r"\1", desk.answer()).splitlines()[1:3] == [
        f"• on call: <@UROB> (week 24 of rotation db), until {int(utc('2026-06-15T09:00').timestamp())} (2026-06-15 09:00 UTC); then <@UEVA>",
        "• called by `escalate`: <@UROB>, then <@UNADIA>, each with 5 min to answer",
    ]


def test_another_time_has_its_own_answer(desk: CommandBench) -> None:
    scheduled(desk).do("oncall", service="checkout", form={"at": "2026-06-16T09:00:00Z"})

    assert desk.answer().startswith("On call ")
    assert "on call: <@UEVA> (week 25 of rotation db)" in desk.answer()
    assert "called by `escalate`: <@UEVA>, then <@UNADIA>" in desk.answer()


def test_in_a_gap_no_one_is_on_call_until_the_next_shift(desk: CommandBench) -> None:
    nights = {**WEEKLY, "hours": [{"start": "20:00", "end": "08:00"}]}
    scheduled(desk, nights).do("oncall", service="checkout")

    assert "• on call: nobody, until " in desk.answer()
    assert "; then <@UROB>" in desk.answer()
    assert "called by `escalate`: <@UNADIA>, each with 5 min to answer. No one is on call for payments" in desk.answer()


def test_a_call_for_help_pages_who_is_on_call_by_the_schedule_now(room: CommandBench) -> None:
    scheduled(room).do("escalate", by="ilse", reason="need a DBA")

    assert room.facts()[0].person == who("rob")


def test_a_level_with_no_one_on_call_is_skipped_and_said(room: CommandBench) -> None:
    nights = {**WEEKLY, "hours": [{"start": "20:00", "end": "08:00"}]}
    scheduled(room, nights).do("escalate", by="ilse", reason="need a DBA")

    assert room.facts()[0].person == who("nadia")
    assert room.answer().startswith("No one is on call for payments. I messaged <@UNADIA>")


def test_a_declaration_in_a_gap_pages_the_next_level_and_says_who_is_missing(desk: CommandBench) -> None:
    nights = {**WEEKLY, "hours": [{"start": "20:00", "end": "08:00"}]}
    bench = scheduled(desk, nights)
    bench.policy = bench.policy.model_copy(update={"page_priorities": at_all_hours(Priority.P1)})

    bench.do("declare", title="It is down", service="checkout", impact=1, urgency=1)

    assert "No one is on call for payments now. <@UNADIA> is paged." in bench.answer()


def test_the_copy_of_a_feed_is_shown_with_its_age_and_why_it_fails(desk: CommandBench) -> None:
    bench = scheduled(desk)
    fed = ScheduleRules(ical="MUSTER_FEED_PAYMENTS")
    bench.policy = bench.policy.model_copy(update={"schedules": {"payments": fed}})
    shift = FeedShift(start=T(-60), end=T(600), person=who("eva"))
    good = FeedCopy(schedule="payments", checked_at=T(-9), fetched_at=T(-9), shifts=(shift,))

    def answer(copy: FeedCopy) -> str:
        bench.memory.transact(lambda unit: unit.store_feeds(TEAM, [copy]))
        bench.do("oncall", service="checkout")
        return re.sub(r"<!date[^>]*>", "then", bench.answer())

    assert "• on call: <@UEVA> (feed), until then (20:00 UTC); then nobody" in answer(good)
    assert "• from a feed, last read then\n" in answer(good)
    failing = good.model_copy(update={"failing_since": T(-5), "problem": "not_readable", "unmatched": 3})
    assert (
        "from a feed, last read then. :warning: It is not a feed that Muster can read (since then). "
        "I don't know the people of 3 of its shifts" in answer(failing)
    )
