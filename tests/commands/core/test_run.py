"""One request is one transaction, applied once: recorded or refused, in the chain of the incident or of the workspace."""

from __future__ import annotations

from datetime import timedelta

import pytest

from commands.core.request import Place
from commands.core.sessions.incident_session import IncidentSession
from incident.entries.conversation import Noted
from incident.entries.delivery import CardPosted
from incident.entries.lifecycle import StateChanged
from incident.entry import workspace_chain
from incident.fold.fold import fold
from incident.frozen import clean
from incident.jobs import JobKind
from incident.medium import Medium
from incident.ports import UnitOfWork
from incident.refusal import Code
from incident.states import State
from roles.person_ids import MUSTER
from tests.support.clock import T
from tests.support.command_bench import CHANNEL, TEAM, CommandBench, who


def test_a_request_repeated_with_its_key_gives_the_same_result_and_records_nothing_twice(room: CommandBench) -> None:
    first = room.do("ack", key="click")
    before = room.entries()

    second = room.do("ack", key="click")

    assert (second.first, second.last, second.repeated, first.repeated) == (first.first, first.last, True, False)
    assert room.entries() == before


def test_a_second_click_after_the_state_changed_is_refused_with_a_sentence(room: CommandBench) -> None:
    room.do("take", by="ilse", role="commander")

    outcome = room.do("take", by="ilse", role="commander")

    assert outcome.code == Code.ROLE_TAKEN
    assert room.answer() == "Nothing changed: you are already commander."


def test_a_refusal_is_recorded_and_changes_nothing_else(room: CommandBench) -> None:
    before = room.incident

    outcome = room.do("accept", at=5, role="commander")

    refused = room.entries()[-1]
    assert (outcome.code, outcome.first) == (Code.STATE, None)
    assert (refused.fact.kind, refused.by, refused.occurred_at) == ("refused", who("rob"), T(5))
    changed = {"n", "last_seen", "last_entry_at"}
    assert room.incident.model_dump(exclude=changed) == before.model_dump(exclude=changed)


def test_a_refusal_without_an_incident_goes_to_the_workspace_chain(desk: CommandBench) -> None:
    outcome = desk.do("ack")

    assert (outcome.code, outcome.reason, outcome.key) == (Code.STATE, "no_incident", None)
    assert desk.entries(workspace_chain(TEAM))[-1].fact.kind == "refused"
    assert "which incident is meant?" in desk.answer()


def test_an_incident_may_be_named_by_its_number_from_anywhere(room: CommandBench) -> None:
    outcome = room.do("ack", place=Place(channel="D1", number="INC-2026-0001"))

    assert outcome.key == room.key
    assert room.do("ack", place=Place(number="INC-2026-0999")).code == Code.NO_INCIDENT


def test_an_unknown_verb_is_refused_with_the_nearest_word(room: CommandBench) -> None:
    outcome = room.do("tkae")

    assert outcome.code == Code.UNKNOWN_VERB
    assert dict(outcome.facts) == {"nearest": "take"}
    assert "tkae" not in room.entries()[-1].model_dump_json()


@pytest.mark.parametrize(
    ("fields", "code", "named"),
    [
        ({"role": "king"}, Code.BAD_VALUE, ("role",)),
        ({}, Code.MISSING_FIELDS, ("role",)),
        ({"role": "  "}, Code.MISSING_FIELDS, ("role",)),
        ({"role": "commander", "hat": "red"}, Code.BAD_VALUE, ("hat",)),
        ({"role": "commander", "force_reason": "x" * 10_000}, Code.TOO_LONG, ("force_reason",)),
    ],
)
def test_fields_that_make_no_form_are_refused_by_name(
    room: CommandBench, fields: dict[str, str], code: Code, named: tuple[str, ...]
) -> None:
    outcome = room.do("take", **fields)

    assert (outcome.code, outcome.fields) == (code, named)


def test_text_is_cleaned_before_it_is_recorded(room: CommandBench) -> None:
    room.do("note", text=clean("🔥 a\ud800b\x00c שלום"))

    assert room.facts() == [Noted(text="🔥 a�b�c שלום")]


def test_a_backfill_keeps_both_times_and_the_future_is_refused(room: CommandBench) -> None:
    room.do("note", at=30, text="saw it first", occurred_at=T(10))

    entry = room.entries()[-1]
    assert (entry.occurred_at, entry.recorded_at) == (T(10), T(30))
    assert room.do("note", text="tomorrow", occurred_at=T(31)).reason == "not_yet"


def test_a_lapsed_deadline_is_recorded_before_the_request(room: CommandBench) -> None:
    room.do("note", at=200, text="still here")

    kinds = [entry.fact.kind for entry in room.entries()]
    missed = [e for e in room.entries() if e.fact.kind == "update_missed"]
    assert kinds[-1] == "noted"
    assert missed
    assert all(e.by == MUSTER and e.occurred_at < e.recorded_at == T(200) for e in missed)


def test_a_late_tick_records_the_same_as_a_timely_one() -> None:
    early, late = CommandBench().declared(), CommandBench().declared()

    for minute in (36, 95, 150, 199):
        early.tick(minute)
    early.do("note", at=200, text="x")
    late.do("note", at=200, text="x")

    owed = [audience.model_dump() for audience in early.incident.audiences]
    assert owed == [audience.model_dump() for audience in late.incident.audiences]


def test_a_tick_sends_each_due_prompt_once(room: CommandBench) -> None:
    first = room.tick(25)
    again = room.tick(25)

    assert [e.fact.kind for e in room.entries()].count("prompt_due") > 0
    assert first.last is not None
    assert again.first is None


def test_a_timer_is_enqueued_for_the_next_deadline(room: CommandBench) -> None:
    timers = [job for job in room.memory.queued() if job.kind is JobKind.TIMER]

    assert len(timers) == 1
    assert timers[0].run_at is not None
    assert T(0) < timers[0].run_at <= T(30)


def test_a_declaration_enqueues_the_jobs_of_its_channel(desk: CommandBench) -> None:
    desk.do("declare", title="x", service="checkout")

    assert JobKind.MAKE_CHANNEL in {job.kind for job in desk.memory.queued()}


def test_the_result_of_a_job_is_recorded_once_by_muster(room: CommandBench) -> None:
    card = CardPosted(medium=Medium.SLACK, ref=f"{CHANNEL}:1.000001")

    first = room.note(room.key, card, job="card:1:1")
    second = room.note(room.key, card, job="card:1:1")

    entries = [e for e in room.entries() if e.fact == card]
    assert (len(entries), entries[0].by, second.repeated, first.repeated) == (1, MUSTER, True, False)
    assert room.incident.places.card_ts == "1.000001"


def test_the_result_of_a_job_without_an_incident_goes_to_the_workspace_chain(desk: CommandBench) -> None:
    chain = workspace_chain(TEAM)

    outcome = desk.note(chain, Noted(text="checkpoint"), job="checkpoint:1")

    assert (outcome.first, outcome.last) == (1, 1)
    assert desk.entries(chain)[0].by == MUSTER


def test_the_row_is_the_fold_of_the_chain(room: CommandBench) -> None:
    room.do("take", by="ilse", at=2, role="commander")
    room.do("take", by="eva", at=3, role="commander")
    room.tick(100)

    assert room.incident == fold(room.entries())


def test_a_clock_that_runs_behind_never_moves_the_record_back(room: CommandBench) -> None:
    room.do("note", at=20, text="later")

    outcome = room.do("note", at=10, text="from a slow clock")

    assert outcome.at == T(10)
    assert room.entries()[-1].recorded_at == T(20)


def test_numbers_have_no_gap_after_a_refused_declaration(desk: CommandBench) -> None:
    desk.do("declare", title="x", service="nowhere")

    outcome = desk.do("declare", title="x", service="checkout")

    assert outcome.number == "INC-2026-0001"


def test_a_request_that_fails_leaves_nothing_on_the_record(room: CommandBench) -> None:
    before = room.memory.state

    with pytest.raises(RuntimeError, match="lost"):
        room.memory.transact(_fail_after_writing)

    assert room.memory.state is before


def _fail_after_writing(unit: object) -> None:
    unit.new_incident(TEAM, T(0))  # type: ignore[attr-defined]
    raise RuntimeError("the connection was lost")


def test_results_of_requests_are_stored_for_two_days(room: CommandBench) -> None:
    room.do("ack", key="old", at=0)
    room.do("ack", key="new", at=timedelta(hours=49) / timedelta(minutes=1))

    assert set(room.memory.state.outcomes) & {"old", "new"} == {"new"}


def test_a_button_whose_handover_offer_is_gone_is_refused_as_stale(room: CommandBench) -> None:
    room.do("take", by="ilse", role="commander")

    outcome = room.do("accept", role="commander", drawn_at=5)

    assert outcome.code == Code.STALE
    assert "things have changed" in room.answer()


def test_a_transition_that_the_lifecycle_forbids_is_never_recorded(room: CommandBench) -> None:
    before = len(room.entries())

    def work(unit: UnitOfWork) -> None:
        session = IncidentSession(unit, room.key, room.policy, T(5))
        session.apply([session.by_muster(StateChanged(old=State.TRIAGED, new=State.CLOSED))])

    with pytest.raises(RuntimeError, match="may not follow"):
        room.memory.transact(work)
    assert len(room.entries()) == before
