"""Who is on call is changed by covers, takes and swaps, which the workspace chain records and every schedule shows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from commands.core.request import Actor
from incident.entry import WORKSPACE
from incident.policy import People
from incident.ports import Person
from incident.refusal import Code
from organisation.entries import shift_changes as facts
from organisation.fold.organisation_fold import ORGANISATION
from organisation.model.organisation import Organisation
from roles.schedules.schedule_rules import ScheduleRules
from tests.support.clock import T
from tests.support.command_bench import TEAM, CommandBench, who
from tests.support.schedules import utc

ROTATION = {"start": "2026-01-05 09:00", "every": "1 week", "participants": ["UROB", "UEVA"]}
# Rob's shift ends then, and Eva's begins; T0 lies in Rob's.
MONDAY, NEXT = utc("2026-06-15T09:00"), utc("2026-06-22T09:00")


def bench_with_schedule(**rules: Any) -> CommandBench:
    """Return a bench where checkout has the schedule `payments`: Rob and Eva take turns each Monday."""
    bench = CommandBench()
    checkout = bench.policy.services["checkout"].model_copy(update={"schedule": "payments"})
    schedules = {"payments": ScheduleRules.model_validate({"rotations": {"db": ROTATION}, **rules})}
    services = {**bench.policy.services, "checkout": checkout}
    bench.policy = bench.policy.model_copy(update={"services": services, "schedules": schedules})
    return bench


def organisation(bench: CommandBench) -> Organisation:
    found = bench.memory.read(lambda reader: reader.peek_aggregate(ORGANISATION, (TEAM, WORKSPACE)))
    return found or Organisation(key=(TEAM, WORKSPACE))


def on_call(bench: CommandBench, at: datetime) -> str:
    bench.do("oncall", by="clerk", service="checkout", form={"at": at.isoformat()})
    return bench.answer().split("• on call: ")[1].split("\n")[0].split(", until")[0]


def times(start: datetime, end: datetime) -> dict[str, str]:
    return {"start": start.isoformat(), "end": end.isoformat()}


def local(start: datetime, end: datetime) -> dict[str, datetime]:
    return {"start": start.replace(tzinfo=None), "end": end.replace(tzinfo=None)}


def test_one_s_own_shift_is_covered_for_some_hours_and_oncall_says_by_whom():
    bench = bench_with_schedule()

    outcome = bench.do("shift", change="cover", who=who("nadia"), **times(T(60), T(300)), reason="Dentist")

    assert not outcome.is_refused, outcome
    assert bench.facts() == [
        facts.ShiftCovered(
            schedule="payments", start=T(60), end=T(300), add=who("nadia"), remove=who("rob"), reason="Dentist"
        )
    ]
    assert bench.answer().startswith("<@UNADIA> is on call for payments from ")
    assert on_call(bench, T(59)).startswith("<@UROB>")
    assert on_call(bench, T(60)) == "<@UNADIA> (cover by <@UROB> for <@UROB>)"
    assert on_call(bench, T(300)).startswith("<@UROB>")


def test_a_cover_without_times_is_the_rest_of_the_shift():
    bench = bench_with_schedule()

    bench.do("shift", at=5, change="cover", who=who("nadia"))
    assert (bench.facts()[0].start, bench.facts()[0].end) == (T(5), MONDAY)

    bench.do("shift", by="eva", at=5, change="cover", who=who("nadia"))
    assert (bench.facts()[0].start, bench.facts()[0].end) == (MONDAY, NEXT)


def test_the_shift_of_another_is_covered_by_the_schedule_s_owner_or_the_manager_only():
    given = {"change": "cover", "who": who("nadia"), "instead_of": who("eva"), **times(MONDAY, NEXT)}
    bench = bench_with_schedule(owner="UILSE")

    assert bench.do("shift", **given).reason == "cover_not_yours"
    assert "Ask who has it, or <@UILSE>" in bench.answer()
    assert not bench.do("shift", by="ilse", **given).is_refused

    bench = bench_with_schedule(owner="UILSE")
    bench.policy = bench.policy.model_copy(update={"people": People(manager="UROB")})
    assert not bench.do("shift", **given).is_refused


def test_the_owners_of_the_services_answer_for_a_schedule_without_an_owner():
    bench = bench_with_schedule()

    bench.do("shift", by="nadia", change="cover", who=who("ilse"), **times(T(60), T(90)))

    assert (bench.facts()[0].remove, bench.facts()[0].add) == (who("rob"), who("ilse"))


def test_a_gap_is_covered_by_who_may_say_so():
    nights = {**ROTATION, "hours": [{"start": "20:00", "end": "08:00"}]}
    bench = bench_with_schedule(rotations={"db": nights})
    noon = utc("2026-06-10T12:00")

    given = {"change": "cover", "who": who("ilse"), **times(noon, noon + timedelta(hours=1))}
    assert bench.do("shift", by="eva", **given).reason == "cover_not_yours"
    bench.do("shift", by="nadia", **given)

    assert bench.facts()[0].remove is None
    assert on_call(bench, noon).startswith("<@UILSE>")


def test_a_running_shift_is_taken_at_once_without_the_other_s_consent():
    bench = bench_with_schedule()

    bench.do("shift", by="eva", at=3, change="take", reason="Rob is in hospital")

    assert bench.facts() == [
        facts.ShiftTaken(schedule="payments", start=T(3), end=MONDAY, remove=who("rob"), reason="Rob is in hospital")
    ]
    assert on_call(bench, T(3)) == "<@UEVA> (took it from <@UROB>)"
    assert bench.do("shift", by="eva", at=4, change="take").reason == "take_yours"


def test_a_shift_is_taken_by_responders_and_the_people_of_the_schedule_only():
    bench = bench_with_schedule()

    assert bench.do("shift", by="clerk", change="take").reason == "take_not_responder"
    assert not bench.do("shift", change="take", actor=Actor(id=who("eva"))).is_refused


def test_a_swap_changes_two_shifts_once_it_is_accepted():
    bench = bench_with_schedule()
    later = NEXT + timedelta(weeks=1)

    bench.do("shift", by="eva", change="swap", who=who("rob"))
    [offer] = organisation(bench).swap_offers
    assert (offer.start, offer.end, offer.their_start, offer.their_end) == (MONDAY, NEXT, NEXT, later)
    assert on_call(bench, MONDAY).startswith("<@UEVA>")
    assert bench.do("shift", by="eva", change="swap", who=who("rob")).reason == "swap_open"

    assert bench.do("shift", by="nadia", change="accept").reason == "swap_nothing"
    bench.do("shift", by="rob", change="accept", entry=offer.n)

    assert on_call(bench, MONDAY).startswith("<@UROB> (swap")
    assert on_call(bench, NEXT).startswith("<@UEVA> (swap")
    assert organisation(bench).swap_offers == ()


@pytest.mark.parametrize(("by", "change"), [("rob", "decline"), ("eva", "withdraw"), ("eva", "undo")])
def test_a_swap_that_is_declined_or_withdrawn_changes_no_shift(by, change):
    bench = bench_with_schedule()
    bench.do("shift", by="eva", change="swap", who=who("rob"))

    assert not bench.do("shift", by=by, change=change).is_refused

    assert organisation(bench).swap_offers == ()
    assert on_call(bench, MONDAY).startswith("<@UEVA>")
    assert bench.do("shift", by="rob", change="accept").reason == "swap_nothing"


def test_a_swap_lapses_when_its_first_shift_starts():
    bench = bench_with_schedule()
    bench.do("shift", by="eva", change="swap", who=who("rob"))
    minutes = (MONDAY - T(0)).total_seconds() / 60

    assert bench.do("shift", by="rob", at=minutes, change="accept").reason == "swap_nothing"

    kinds = [one.fact.kind for one in bench.entries((TEAM, WORKSPACE))]
    assert kinds == ["swap_offered", "swap_lapsed", "refused"]


def test_a_swap_of_a_shift_that_moved_since_is_not_accepted():
    bench = bench_with_schedule()
    bench.do("shift", by="eva", change="swap", who=who("rob"))
    bench.do("shift", by="eva", change="cover", who=who("nadia"), **times(MONDAY, NEXT))

    assert bench.do("shift", by="rob", change="accept").reason == "swap_moved"


def test_a_change_is_undone_by_those_whom_it_concerns_and_what_is_over_stays():
    bench = bench_with_schedule()
    bench.do("shift", by="eva", at=0, change="take")
    taken = organisation(bench).shift_changes[0].n

    assert bench.do("shift", by="ilse", at=10, change="undo", entry=taken).reason == "shift_undo_not_yours"
    assert bench.do("shift", by="ilse", at=10, change="undo").reason == "shift_undo_nothing"
    bench.do("shift", by="rob", at=10, change="undo")

    assert "On call now for payments: <@UROB>" in bench.answer()
    assert on_call(bench, T(5)).startswith("<@UEVA>")
    assert on_call(bench, T(10)).startswith("<@UROB>")
    assert bench.do("shift", by="rob", at=11, change="undo").reason == "shift_undo_nothing"


def test_what_a_later_take_is_built_on_is_undone_after_it():
    bench = bench_with_schedule()
    bench.do("shift", by="eva", change="take")
    bench.do("shift", by="nadia", at=1, change="take")

    assert bench.do("shift", by="rob", at=2, change="undo").reason == "shift_undo_first"
    assert "<@UNADIA> took over from there" in bench.answer()
    assert on_call(bench, T(2)).startswith("<@UNADIA>")
    assert not bench.do("shift", by="eva", at=3, change="undo", entry=2).is_refused
    assert not bench.do("shift", by="rob", at=4, change="undo").is_refused
    assert on_call(bench, T(4)).startswith("<@UROB>")


def test_an_accepted_swap_is_undone_whole():
    bench = bench_with_schedule()
    bench.do("shift", by="eva", change="swap", who=who("rob"))
    bench.do("shift", by="rob", change="accept")

    bench.do("shift", by="eva", change="undo")

    assert bench.facts()[0].people == (who("eva"), who("rob"))
    assert organisation(bench).shift_changes == ()


def test_changes_that_are_long_over_leave_the_state_and_stay_in_the_chain():
    bench = bench_with_schedule()
    day = 24 * 60
    bench.do("shift", by="eva", change="take", end=T(60).isoformat())
    bench.do("shift", by="eva", at=9 * day, change="cover", who=who("nadia"), **times(T(9 * day), T(10 * day)))

    assert [one.how for one in organisation(bench).shift_changes] == ["cover"]
    assert [one.fact.kind for one in bench.entries((TEAM, WORKSPACE))] == ["shift_taken", "shift_covered"]


PAST, SOON = times(T(-120), T(-60)), times(T(60), T(120))


@pytest.mark.parametrize(
    ("fields", "code", "reason"),
    [
        ({"change": "cover"}, Code.MISSING_FIELDS, "cover_who"),
        ({"change": "cover", "who": who("eva"), **PAST}, Code.STATE, "cover_past"),
        ({"change": "cover", "who": who("eva"), **times(T(90), T(60))}, Code.BAD_VALUE, "cover_order"),
        ({"change": "cover", "who": who("rob"), **SOON}, Code.BAD_VALUE, "cover_self"),
        ({"change": "cover", "who": who("rob"), "instead_of": who("rob"), **SOON}, Code.BAD_VALUE, "cover_self"),
        ({"change": "cover", "who": who("bot"), **SOON}, Code.NOT_A_RESPONDER, "assignee_bot"),
        ({"change": "cover", "who": who("guest"), **SOON}, Code.NOT_A_RESPONDER, "assignee_guest"),
        ({"change": "cover", "who": who("gone"), **SOON}, Code.NOT_A_RESPONDER, "assignee_gone"),
        ({"change": "cover", "who": "slack:T2:U9", **SOON}, Code.NOT_A_RESPONDER, "assignee_external"),
        ({"change": "cover", "who": "cli:a@b", **SOON}, Code.NOT_A_RESPONDER, "shift_outside"),
        ({"change": "cover", "who": who("eva"), "schedule": "nothing"}, Code.BAD_VALUE, "shift_no_schedule"),
        ({"change": "cover", "who": who("ilse"), "instead_of": who("nadia")}, Code.STATE, "cover_not_on_call"),
        ({"change": "take"}, Code.STATE, "take_yours"),
        ({"change": "take", "instead_of": who("nadia")}, Code.STATE, "cover_not_on_call"),
        ({"change": "swap"}, Code.MISSING_FIELDS, "swap_who"),
        ({"change": "swap", "who": who("rob")}, Code.BAD_VALUE, "swap_self"),
        ({"change": "swap", "who": who("nadia"), "schedule": "payments"}, Code.STATE, "swap_none_of_theirs"),
        ({"change": "accept"}, Code.STATE, "swap_nothing"),
        ({"change": "withdraw"}, Code.STATE, "swap_nothing_of_yours"),
    ],
)
def test_what_is_missing_or_wrong_is_refused_and_changes_nothing(fields, code, reason):
    bench = bench_with_schedule()
    bench.memory.know(Person(id=who("gone"), name="Gone", is_active=False))

    outcome = bench.do("shift", **fields)

    assert (outcome.code, outcome.reason) == (code, reason)
    assert bench.answer()
    assert organisation(bench).shift_changes == ()


def test_one_of_several_schedules_is_to_be_named_and_a_service_names_its_own():
    bench = bench_with_schedule()
    rules = bench.policy.schedules["payments"]
    bench.policy = bench.policy.model_copy(update={"schedules": {"payments": rules, "search": rules}})
    given = {"change": "cover", "who": who("nadia"), **SOON}

    assert bench.do("shift", **given).reason == "shift_which"
    assert bench.do("shift", by="clerk", change="take").reason == "shift_which"
    bench.do("shift", **given, schedule="checkout")

    assert bench.facts()[0].schedule == "payments"


def test_a_shift_without_an_end_needs_one():
    bench = bench_with_schedule(rotations={}, people=["UROB", "UEVA"])

    assert bench.do("shift", change="cover", who=who("nadia")).reason == "shift_until"
    assert bench.do("shift", by="nadia", change="take").reason == "shift_until"
    assert bench.do("shift", change="swap", who=who("eva")).reason == "swap_none_of_yours"


def test_shifts_that_overlap_are_not_swapped():
    three = timedelta(days=3)
    shifts = [("UROB", MONDAY, NEXT), ("UEVA", MONDAY + three, NEXT + three)]
    fixed = [{"people": [user], **local(start, end)} for user, start, end in shifts]
    bench = bench_with_schedule(rotations={}, fixed_shifts=fixed)

    assert bench.do("shift", by="eva", change="swap", who=who("rob")).reason == "swap_overlap"


def test_of_several_swaps_the_answer_names_one():
    rotation = {**ROTATION, "participants": ["UROB", "UEVA", "UNADIA"]}
    bench = bench_with_schedule(rotations={"db": rotation})
    for name in ("eva", "nadia"):
        assert not bench.do("shift", by=name, change="swap", who=who("rob")).is_refused

    assert bench.do("shift", by="rob", change="accept").reason == "swap_which"
    assert bench.answer().endswith("Name the entry, one of 1, 2.")
    assert not bench.do("shift", by="rob", change="decline", entry=2).is_refused


def test_a_reason_is_removed_by_who_wrote_it_or_may_redact_and_the_shift_stays():
    bench = bench_with_schedule()
    bench.do("shift", change="cover", who=who("eva"), **SOON, reason="I am in hospital")
    before = organisation(bench)
    redact = {"change": "redact", "entry": 1, "reason": "It is private"}

    assert bench.do("shift", by="eva", **redact).reason == "shift_redact"
    assert bench.do("shift", **{**redact, "reason": "I am in hospital"}).reason == "redact_reason"
    assert bench.do("shift", change="redact").reason == "shift_redact_what"
    assert not bench.do("shift", **redact).is_refused

    assert bench.answer() == "The reason is gone from the record. Who is on call when stays."
    assert "hospital" not in str(bench.memory.read(lambda reader: reader.entries((TEAM, WORKSPACE))))
    assert organisation(bench).shift_changes == before.shift_changes
    officer = Actor(id=who("nadia"), groups=frozenset({"privacy"}))
    assert bench.do("shift", actor=officer, **redact).reason == "shift_redact_nothing"


def test_a_policy_without_schedules_has_no_shift_to_change():
    bench = CommandBench()

    assert bench.do("shift", change="take").reason == "shift_no_schedules"


def test_a_shift_of_another_that_is_to_be_covered_by_its_holder_is_refused_in_their_name():
    bench = bench_with_schedule(owner="UILSE")
    given = {"change": "cover", "who": who("rob"), "instead_of": who("rob"), **SOON}

    assert bench.do("shift", by="ilse", **given).reason == "cover_theirs"
    assert "this shift is <@UROB>'s already" in bench.answer()
    bench.do("shift", **given)
    assert "this shift is yours already" in bench.answer()
