"""Backfilled updates: what they turn, what they move on, and that nothing is recalculated backwards."""

from __future__ import annotations

import pytest

from incident.entries.status_updates import UpdatesHeld
from incident.states import Priority, State
from tests.support.clock import T
from tests.support.entry_chains import EXEC, INTERNAL, Chain

P2 = Priority.P2


def test_a_backfill_turns_the_first_missed_slot_it_was_in_time_for():
    chain = Chain(P2)
    chain.tick(100)
    chain.post(INTERNAL, 100, occurred=33)
    assert chain.judged(INTERNAL) == [(30, "met_out_of_band"), (90, "missed")]
    slot = chain.now.audience(INTERNAL).slots[0]
    assert (slot.update_at, slot.recorded_at) == (T(33), T(100))


def test_a_backfill_from_after_a_grace_turns_the_next_missed_slot():
    chain = Chain(P2)
    chain.tick(100)
    chain.post(INTERNAL, 100, occurred=36)
    assert chain.judged(INTERNAL) == [(30, "missed"), (90, "met_out_of_band")]


@pytest.mark.parametrize(("occurred", "turned"), [(35, True), (35.1, False)])
def test_the_window_of_a_missed_slot_ends_with_its_grace(occurred, turned):
    chain = Chain(P2)
    chain.post(INTERNAL, 40, occurred=occurred)
    assert chain.judged(INTERNAL) == [(30, "met_out_of_band" if turned else "missed")]


def test_a_backfill_satisfies_no_open_slot():
    chain = Chain(P2)
    chain.post(INTERNAL, 20, occurred=10)
    assert chain.judged(INTERNAL) == []
    assert chain.due(INTERNAL) == 30
    assert chain.now.audience(INTERNAL).posts == 1


def test_a_backfill_that_met_a_missed_slot_moves_the_open_one_to_one_cadence_after_it():
    chain = Chain(P2)
    chain.post(INTERNAL, 50, occurred=33)
    assert chain.due(INTERNAL) == 93


def test_a_backfill_that_met_nothing_moves_nothing_without_a_promise():
    chain = Chain(P2)
    chain.post(INTERNAL, 50, occurred=40)
    assert chain.due(INTERNAL) == 90


def test_the_promise_of_a_backfill_replaces_the_open_due_time():
    chain = Chain(P2)
    chain.post(INTERNAL, 20, occurred=10, promise=120)
    assert chain.due(INTERNAL) == 120


def test_nothing_moves_to_a_time_already_past():
    chain = Chain(P2)
    chain.tick(94)
    chain.post(INTERNAL, 94, occurred=33)
    assert chain.due(INTERNAL) == 90


def test_nothing_moves_when_a_later_post_is_on_record():
    chain = Chain(P2)
    chain.tick(36)
    chain.post(INTERNAL, 40)
    chain.post(INTERNAL, 50, occurred=33, promise=70)
    assert chain.judged(INTERNAL) == [(30, "met_out_of_band"), (90, "met")]
    assert chain.due(INTERNAL) == 100


def test_a_past_promise_of_a_backfill_is_ignored():
    chain = Chain(P2)
    chain.post(INTERNAL, 50, occurred=33, promise=45)
    assert chain.due(INTERNAL) == 93


def test_a_backfilled_final_counts_by_the_state_when_it_is_recorded():
    chain = Chain(P2)
    chain.move(State.ACTIVE, State.RESTORED, at=20)
    chain.post(INTERNAL, 25, occurred=10, final=True)
    assert chain.now.audience(INTERNAL).final_at is not None
    assert chain.due(INTERNAL) is None
    assert chain.judged(INTERNAL) == []


def test_a_backfill_does_not_move_the_final_slot():
    chain = Chain(P2)
    chain.tick(36)
    chain.move(State.ACTIVE, State.RESTORED, State.RESOLVED, at=40)
    chain.post(INTERNAL, 50, occurred=33)
    assert chain.judged(INTERNAL) == [(30, "met_out_of_band")]
    assert chain.due(INTERNAL) == 70


def test_a_backfill_in_time_turns_a_missed_final_slot():
    chain = Chain(P2)
    chain.move(State.ACTIVE, State.RESTORED, State.RESOLVED, at=10)
    chain.post(INTERNAL, 60, occurred=44)
    assert chain.judged(INTERNAL) == [(40, "met_out_of_band")]
    assert chain.due(INTERNAL) is None


def test_a_dropped_slot_is_never_met_by_a_backfill():
    chain = Chain(P2, major=True)
    chain.add(UpdatesHeld(audience=EXEC, reason="counsel says so"), at=10)
    chain.post(EXEC, 20, occurred=9)
    assert chain.judged(EXEC) == []
