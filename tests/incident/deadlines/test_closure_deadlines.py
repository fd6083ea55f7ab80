"""What is asked once a service is back: the owner's confirmation, the closure checklist, and neither of them at night."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from incident.deadlines import due_deadlines
from incident.deadlines.back_off import calm_repetition
from incident.policy import Criteria
from incident.policy_parts.paging_hours import BusinessHours
from incident.rules.business_days import in_working_hours, next_morning
from incident.states import Priority
from tests.support.clock import T0, T
from tests.support.command_bench import CommandBench, who

HOUR, DAY = 60, 24 * 60
NIGHT = 17 * HOUR  # T0 is a Tuesday, 10:00 UTC: three o'clock on Wednesday
WEDNESDAY, THURSDAY, MONDAY = 23 * HOUR, 47 * HOUR, 6 * DAY - HOUR  # at 09:00


def asked(desk: CommandBench, ask: str) -> list[tuple[float, tuple[str, ...]]]:
    """Return the minutes at which people were asked, and whom."""
    facts = [(entry.recorded_at, entry.fact) for entry in desk.entries() if entry.fact.kind == "prompt_due"]
    return [((at - T0).total_seconds() / 60, fact.asked) for at, fact in facts if fact.ask == ask]


def left_until(desk: CommandBench, minutes: float) -> CommandBench:
    """Let the timer of the incident ring until then."""
    timer = f"timer:{desk.key.team}:{desk.key.id}"
    while (next_at := desk.memory.run_at(timer)) is not None and next_at <= T(minutes):
        desk.tick((next_at - T0).total_seconds() / 60)
    return desk


def restored(at: float, **levels: int) -> CommandBench:
    desk = CommandBench().declared(at - 30, **{"impact": 1, "urgency": 1, **levels})
    desk.do("take", "ilse", at - 29, role="commander")
    desk.do("restored", "ilse", at, text="payments go through again")
    return desk


def resolved(at: float, **levels: int) -> CommandBench:
    desk = restored(at, **levels)
    desk.do("resolve", "ilse", at, how="fix", text="restarted the payment service on all four hosts")
    return desk


def test_the_owner_is_asked_once_the_service_is_restored_and_then_those_who_may_close():
    desk = left_until(restored(40), 101)

    assert asked(desk, "confirmation") == [(40, (who("nadia"),)), (100, (who("nadia"), who("ilse")))]


def test_the_owner_is_asked_no_more_once_the_service_is_confirmed_or_fails_again():
    confirmed, broken = restored(40), restored(40)
    confirmed.tick(41)
    broken.tick(41)
    confirmed.do("validate", "nadia", 42, criterion="service_owner_confirmed", evidence="paid with three cards")
    broken.do("regress", "ilse", 42, text="errors again")

    for desk in (confirmed, broken):
        assert len(asked(left_until(desk, 5 * DAY), "confirmation")) == 1


def test_an_old_confirmation_does_not_count_for_a_new_restoration():
    desk = restored(40)
    desk.do("validate", "nadia", 42, criterion="service_owner_confirmed", evidence="paid with three cards")
    desk.do("regress", "ilse", 50, text="errors again")
    desk.do("restored", "ilse", 60, text="payments go through again")

    desk.tick(61)

    assert asked(desk, "confirmation")[-1] == (61, (who("nadia"),))


@pytest.mark.parametrize(
    ("needed", "is_asked"),
    [
        (Criteria(all=("service_owner_confirmed",)), True),
        (Criteria(any=("service_owner_confirmed", "user_confirmed")), True),
        (Criteria(any=("monitoring_verified", "service_owner_confirmed")), False),
        (Criteria(all=("monitoring_verified",)), False),
    ],
)
def test_the_owner_is_asked_where_closing_needs_their_word(needed: Criteria, is_asked: bool):
    desk = restored(40)
    rules = desk.policy.validation.model_copy(update={"it_major": needed})
    desk.policy = desk.policy.model_copy(update={"validation": rules})

    kinds = {thing.kind for thing in due_deadlines.due(desk.incident, desk.policy)}

    assert ("confirmation" in kinds) is is_asked


def test_a_checklist_comes_again_after_an_hour_and_then_on_ever_rarer_mornings():
    desk = left_until(resolved(40), 20 * DAY)

    times = [minute for minute, _ in asked(desk, "closure")]
    assert times == [40, 100, WEDNESDAY, WEDNESDAY + 2 * DAY, WEDNESDAY + 8 * DAY]


@pytest.mark.parametrize("levels", [{"impact": 1, "urgency": 1}, {"impact": 3, "urgency": 3}])
def test_no_checklist_comes_at_night_to_who_resolves_an_incident_at_three_and_goes_to_bed(levels: dict[str, int]):
    desk = left_until(resolved(NIGHT, **levels), 20 * DAY)

    times = [minute for minute, _ in asked(desk, "closure")]
    assert times[:4] == [NIGHT, WEDNESDAY, THURSDAY, MONDAY]
    assert all(9 <= T(minute).hour < 17 and T(minute).weekday() < 5 for minute in times[1:])


def test_a_small_incident_is_asked_about_once_a_working_day_at_most():
    desk = CommandBench().declared(impact=3, urgency=2)
    desk.policy = desk.policy.model_copy(update={"stale_minutes": dict.fromkeys(Priority, 12 * HOUR)})

    left_until(desk, 20 * DAY)

    prompts = [entry for entry in desk.entries() if entry.fact.kind == "prompt_due"]
    for ask in {entry.fact.ask for entry in prompts}:
        repeated = [T(minute) for minute, _ in asked(desk, ask)][2:]
        assert len({at.date() for at in repeated}) == len(repeated), ask
        assert all(9 <= at.hour < 17 and at.weekday() < 5 for at in repeated), ask
    assert [T(minute).hour for minute, _ in asked(desk, "stale")][:1] == [9]


def test_a_major_incident_that_still_harms_asks_at_night_as_by_day():
    desk = left_until(CommandBench().declared(NIGHT, impact=1, urgency=1), NIGHT + HOUR)

    assert [minute - NIGHT for minute, _ in asked(desk, "commander")] == [5, 15, 30, 45, 60]


@pytest.mark.parametrize(
    ("at", "zone", "expected"),
    [
        ("2026-06-09T10:00", "UTC", "2026-06-09T10:00"),
        ("2026-06-09T03:00", "UTC", "2026-06-09T09:00"),
        ("2026-06-09T17:00", "UTC", "2026-06-10T09:00"),
        ("2026-06-12T18:00", "UTC", "2026-06-15T09:00"),
        ("2026-06-13T12:00", "UTC", "2026-06-15T09:00"),
        ("2026-06-09T03:00", "Asia/Tokyo", "2026-06-09T03:00"),
        ("2026-03-29T12:00", "Europe/Berlin", "2026-03-30T07:00"),
    ],
)
def test_working_hours_are_those_of_the_organisation(at: str, zone: str, expected: str):
    moment = datetime.fromisoformat(f"{at}+00:00")

    assert in_working_hours(moment, BusinessHours(time_zone=zone)) == datetime.fromisoformat(f"{expected}+00:00")


def test_each_calm_repetition_lies_on_a_later_business_day_than_the_last():
    first, asked_at = T(0), T(0)
    for days in (1, 3, 7, 15):
        asked_at = calm_repetition(first, asked_at, BusinessHours())
        assert asked_at == next_morning(first, BusinessHours(), days)
    assert asked_at - first > timedelta(days=20)
