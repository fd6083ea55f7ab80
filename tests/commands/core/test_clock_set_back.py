"""A clock that ran ahead and was set back: jobs run by real time, deadlines count from it, and the record tells of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incident.deadlines import due_deadlines
from incident.entries.integrity import ClockSetBack
from incident.fold.fold import fold
from incident.jobs import JobKind
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who

AHEAD = 120


@pytest.fixture
def ahead(desk: CommandBench) -> CommandBench:
    """An incident that was declared by a clock two hours ahead; the clock is right now."""
    room = desk.declared(at=AHEAD)
    room.do("take", by="ilse", at=AHEAD + 1, role="commander")
    room.do("escalate", by="ilse", at=AHEAD + 1, reason="The database is full")
    note = "All of it: the index is gone, the copy is being restored"
    room.do("handover", by="ilse", at=AHEAD + 1, role="commander", to=who("rob"), note=note)
    return room


def set_backs(room: CommandBench) -> list[ClockSetBack]:
    return [entry.fact for entry in room.entries() if isinstance(entry.fact, ClockSetBack)]


def test_jobs_of_a_record_that_lies_in_the_future_are_due_now(ahead: CommandBench) -> None:
    ahead.memory.state.jobs.clear()

    ahead.do("update", by="ilse", at=2, audience="internal", text="We are on it.")

    queued = [one for one in ahead.memory.state.jobs.values() if one.job.kind is not JobKind.TIMER]
    assert {JobKind.UPDATE_HERE, JobKind.CARD} <= {one.job.kind for one in queued}
    assert max(one.run_at for one in queued) <= T(2) + timedelta(seconds=1)


def test_the_record_tells_once_by_how_much_the_clock_was_set_back(ahead: CommandBench) -> None:
    ahead.do("note", at=2, text="The clock is right now")
    ahead.do("note", at=3, text="And still is")

    assert set_backs(ahead) == [ClockSetBack(seconds=119 * 60)]


def test_entries_occur_at_the_corrected_time_and_recording_times_never_decrease(ahead: CommandBench) -> None:
    ahead.do("note", at=2, text="The clock is right now")
    ahead.do("note", at=AHEAD + 30, text="It has passed the wrong time")

    recorded = [entry.recorded_at for entry in ahead.entries()]
    notes = [entry for entry in ahead.entries() if entry.fact.kind == "noted"]
    assert recorded == sorted(recorded)
    assert [entry.occurred_at for entry in notes] == [T(2), T(AHEAD + 30)]
    assert notes[-1].recorded_at == T(AHEAD + 30)


def test_nothing_is_counted_from_a_time_that_lies_in_the_future(ahead: CommandBench) -> None:
    ahead.do("note", at=2, text="The clock is right now")

    incident = ahead.incident
    page = incident.escalations[0]
    assert max(incident.last_entry_at, incident.offers[0].at, incident.priorities[-1].at, page.at) == T(2)
    assert page.answer_by == T(2 + 5)
    assert incident.times.logged_at == T(2)
    slots = [audience.open.due_at for audience in incident.audiences if audience.open]
    assert slots
    assert max(slots) <= T(2 + 60)
    late = [(one.key, one.due_at) for one in due_deadlines.due(incident, ahead.policy) if one.due_at > T(2 + 12 * 60)]
    assert late == []


def test_prompts_follow_each_other_by_the_corrected_time(ahead: CommandBench) -> None:
    ahead.tick(3)
    first = [e for e in ahead.entries() if e.fact.kind == "prompt_due"]

    ahead.tick(30)

    offered = [e for e in ahead.entries() if e.fact.kind == "prompt_due" and e.fact.ask == "handover"]
    assert first
    assert [e.occurred_at for e in offered][-1] == T(30)
    assert not any(e.fact.late for e in first if e.fact.kind == "prompt_due")


def test_the_incident_folds_to_the_same_state_from_its_entries(ahead: CommandBench) -> None:
    ahead.do("note", at=2, text="The clock is right now")
    ahead.do("update", by="ilse", at=5, audience="internal", text="We are on it.")

    assert fold(ahead.entries()) == ahead.incident


def test_the_clocks_of_replicas_may_differ_by_a_minute(room: CommandBench) -> None:
    room.do("note", at=10, text="By the replica that is ahead")

    room.do("note", at=9.5, text="By the other one")

    assert set_backs(room) == []
    assert room.entries()[-1].occurred_at == T(10)
