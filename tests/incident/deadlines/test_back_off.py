"""While no one acts in an incident its repetitions come ever more rarely, and no slot of an update is lost by that."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commands.core.run import record_passed
from incident.deadlines import due_deadlines, missed_deadlines
from incident.deadlines.back_off import BACKS_OFF_AFTER, backed_off, last_activity
from incident.deadlines.update_deadlines import is_backed_off
from incident.model.incident import Incident
from incident.report.report_updates import updates
from incident.states import Audience, Priority
from tests.support.clock import T0, T
from tests.support.command_bench import CommandBench
from tests.support.entry_chains import INTERNAL
from tests.support.played_chains import played, steps
from tests.support.policies import two_service_policy

DAY = 24 * 60
POLICY = two_service_policy()


def left_alone(room: CommandBench, until: float) -> int:
    """Let time pass as the timer of the incident does, and return how often it rang."""
    ticks, timer = 0, f"timer:{room.key.team}:{room.key.id}"
    while (next_at := room.memory.run_at(timer)) <= T(until):
        room.tick((next_at - T0).total_seconds() / 60)
        ticks += 1
    return ticks


def silent(days: float) -> tuple[CommandBench, int, int]:
    """Return a major incident that no one acted in, its entries and its ticks after the first day."""
    room = CommandBench().declared(impact=1, urgency=1)
    left_alone(room, DAY)
    first_day = len(room.entries())
    ticks = left_alone(room, days * DAY)
    return room, len(room.entries()) - first_day, ticks


def test_an_incident_left_open_for_a_year_adds_a_few_entries_a_month():
    room, entries, ticks = silent(365)

    assert ticks <= 12
    assert entries <= 15 * ticks
    assert len(room.incident.audience(INTERNAL).slots) < 60
    assert len(room.incident.model_dump_json()) < 80_000


def test_every_slot_of_an_incident_left_open_is_missed_once_and_due_one_interval_after_the_one_before():
    room, _, _ = silent(35)
    record_passed(room.key, recorder=room.memory, policy=room.policy, at=T(35 * DAY))

    for audience, first, every in ((Audience.INTERNAL, 15, 30), (Audience.EXEC, 30, 60)):
        owed = updates(room.incident)[audience.value]
        due = [T(first + n * every) for n in range(35 * DAY) if first + n * every + 5 < 35 * DAY]
        assert [datetime.fromisoformat(slot["due_at"]) for slot in owed["slots"]] == due
        assert {slot["status"] for slot in owed["slots"]} == {"missed"}
        assert (owed["met"], owed["missed"], owed["adherence"]) == (0, len(due), 0.0)
        assert datetime.fromisoformat(owed["next_due_at"]) == due[-1] + timedelta(minutes=every)


def test_a_backfilled_update_meets_its_slot_among_many_that_were_missed_together():
    room, _, _ = silent(10)
    before = updates(room.incident)["internal"]["slots"]
    when = T(7 * DAY + 3)

    outcome = room.do(
        "update", "ilse", 10 * DAY + 1, form={"audience": "internal", "text": "Still down."}, occurred_at=when
    )

    assert not outcome.is_refused
    after = updates(room.incident)["internal"]["slots"]
    met = [n for n, slot in enumerate(after) if slot["status"] == "met_out_of_band"]
    assert [before[n]["due_at"] for n in met] == [(T(7 * DAY + 15)).strftime("%Y-%m-%dT%H:%M:%SZ")]
    assert [slot["due_at"] for slot in after[: len(before)]] == [slot["due_at"] for slot in before]


def test_who_acts_again_is_asked_as_often_as_before():
    room, _, _ = silent(10)

    room.do("note", "rob", 10 * DAY + 1, text="looking at it again")

    assert room.memory.run_at(f"timer:{room.key.team}:{room.key.id}") <= T(10 * DAY + 31)


@pytest.mark.parametrize(
    ("minutes", "comes"),
    [(30, 30), (DAY, DAY), (DAY + 1, 2 * DAY), (2 * DAY, 2 * DAY), (5000, 4 * DAY), (6000, 8 * DAY)],
)
def test_repetitions_come_together_one_two_and_four_days_after_the_last_activity(minutes: float, comes: float):
    room = CommandBench().declared()

    assert last_activity(room.incident) == T(0)
    assert backed_off(room.incident, T(minutes)) == T(comes)


def is_missed_later(incident: Incident) -> bool:
    return any(is_backed_off(incident, audience) for audience in incident.audiences)


@settings(max_examples=150)
@given(
    steps,
    st.sampled_from(Priority),
    st.sampled_from([0, 1, 90, 20 * 60, 3 * DAY]),
    st.lists(st.floats(0, 1), max_size=4),
)
def test_the_next_moment_is_the_first_at_which_anything_is_due(script, first, wait, shares):
    """The timer of an incident sleeps until then: earlier would cost ticks, later would be late."""
    chain = played(script, first)
    at = chain.entries[-1].recorded_at + timedelta(minutes=wait)
    chain.tick((at - T0).total_seconds() / 60)
    incident = chain.now

    def is_due(moment: datetime) -> bool:
        asks = due_deadlines.prompts(incident, POLICY, moment)
        return bool(asks) or (not is_missed_later(incident) and bool(missed_deadlines.missed(incident, POLICY, moment)))

    next_at = due_deadlines.next_at(incident, POLICY, at)
    end = next_at or at + timedelta(days=400)
    before = [at + (end - at) * share for share in (*shares, 0)] + [end - timedelta(seconds=1)]

    assert [moment for moment in before if at <= moment < end and is_due(moment)] == []
    if next_at is not None:
        passed = bool(missed_deadlines.missed(incident, POLICY, next_at))
        assert passed or due_deadlines.prompts(incident, POLICY, next_at)
        assert next_at == at or next_at - at <= max(BACKS_OFF_AFTER, 2 * (at - last_activity(incident))) or not passed
