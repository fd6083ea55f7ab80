"""Update slots: when an audience starts, what a post meets, what is missed, what pulls a slot in or drops it."""

from __future__ import annotations

import pytest

from incident.deadlines import update_deadlines
from incident.entries.lifecycle import MajorDeclared, Reopened, Voided
from incident.entries.status_updates import UpdatesHeld, UpdatesReleased
from incident.states import Priority, State
from tests.support.clock import T
from tests.support.entry_chains import CUSTOMER, EXEC, INTERNAL, REGULATOR, Chain
from tests.support.policies import two_service_policy

ACTIVE, MITIGATED, RESTORED, RESOLVED, CLOSED = (
    State.ACTIVE,
    State.MITIGATED,
    State.RESTORED,
    State.RESOLVED,
    State.CLOSED,
)
P1, P2, P3, P4, P5 = Priority
POLICY = two_service_policy()
MAJOR = MajorDeclared(reason="it matters", automatic=False)


@pytest.mark.parametrize(("priority", "first"), [(P1, 15), (P2, 30), (P3, 120), (P4, None), (P5, None)])
def test_internal_starts_when_first_prioritised_at_a_priority_with_a_cadence(priority, first):
    assert Chain(priority).due(INTERNAL) == first


def test_exec_and_customer_start_when_the_incident_is_declared_major():
    chain = Chain(P2)
    assert (chain.due(EXEC), chain.due(CUSTOMER)) == (None, None)

    chain.add(MAJOR, at=7)

    assert (chain.due(EXEC), chain.due(CUSTOMER)) == (67, 67)


def test_a_p1_is_major_at_once_and_everybody_is_owed_an_update():
    chain = Chain(P1)
    assert (chain.due(INTERNAL), chain.due(EXEC), chain.due(CUSTOMER), chain.due(REGULATOR)) == (15, 30, 30, None)


@pytest.mark.parametrize("changes", [{"drill": True}, {"customer_facing": False}])
def test_customers_are_owed_nothing_in_a_drill_or_for_an_inner_service(changes):
    chain = Chain(P1, **changes)
    assert (chain.due(EXEC), chain.due(CUSTOMER)) == (30, None)


def test_a_major_at_a_priority_without_a_cadence_starts_its_audiences_once_raised():
    chain = Chain(P4, major=True)
    assert chain.due(EXEC) is None

    chain.prioritise(P2, at=10)

    assert (chain.due(INTERNAL), chain.due(EXEC), chain.due(CUSTOMER)) == (40, 70, 70)


def test_a_post_meets_the_open_slot_however_early_and_the_next_is_due_one_cadence_after_it():
    chain = Chain(P2)
    chain.post(INTERNAL, 2)
    assert chain.judged(INTERNAL) == [(30, "met")]
    assert chain.due(INTERNAL) == 62


@pytest.mark.parametrize(("promise", "due"), [(45, 45), (200, 200), (20, 80), (19, 80)])
def test_a_promise_replaces_the_cadence_even_when_earlier_unless_it_is_past(promise, due):
    chain = Chain(P2)
    chain.post(INTERNAL, 20, promise=promise)
    assert chain.due(INTERNAL) == due


def test_a_post_with_no_slot_open_opens_none_even_with_a_promise():
    chain = Chain(P4)
    chain.post(INTERNAL, 5, promise=50)
    assert chain.due(INTERNAL) is None
    assert chain.now.audience(INTERNAL).posts == 1


def owed(chain: Chain) -> list[float]:
    """Return the minutes at which updates are asked for."""
    return [(thing.due_at - T(0)).total_seconds() / 60 for thing in update_deadlines.owed(chain.now, POLICY)]


@pytest.mark.parametrize(("priority", "audience"), [(P4, INTERNAL), (P5, INTERNAL), (P3, EXEC), (P4, REGULATOR)])
def test_a_promise_that_no_slot_holds_is_asked_for_until_it_is_kept(priority, audience):
    chain = Chain(priority)
    others = owed(chain)

    chain.post(audience, 5, promise=50)

    assert owed(chain) == [*others, 50]
    chain.post(audience, 49)
    assert owed(chain) == others


@pytest.mark.parametrize("end", ["past", "final", "closed", "held", "slot", "reopened"])
def test_a_promise_is_no_longer_asked_for_once_it_cannot_be_meant(end):
    chain = Chain(P4)
    chain.move(ACTIVE, RESTORED, at=1)
    chain.post(INTERNAL, 5, promise=4 if end == "past" else 50, final=end == "final")
    if end == "slot":
        chain.prioritise(P2, at=6)
    elif end == "held":
        chain.add(UpdatesHeld(audience=INTERNAL, reason="counsel says so"), at=6)
    elif end in ("closed", "reopened"):
        chain.move(RESOLVED, CLOSED, at=6)
    if end == "reopened":
        reopen(chain, 20)

    assert owed(chain) == ([36] if end == "slot" else [])


def test_a_promise_made_after_the_end_or_with_the_final_slot_is_asked_for():
    chain = Chain(P4)
    chain.move(ACTIVE, RESTORED, RESOLVED, CLOSED, at=6)
    chain.post(INTERNAL, 10, promise=50)
    assert owed(chain) == [50]

    met = resolved()
    met.move(RESOLVED, at=10)
    met.post(INTERNAL, 12, promise=35)
    assert met.judged(INTERNAL) == [(40, "met")]
    assert 35 in owed(met)


def test_a_promise_outlives_the_cadence_that_it_was_made_in():
    chain = Chain(P2)
    chain.post(INTERNAL, 5, promise=50)

    chain.prioritise(P4, at=6)

    assert (chain.due(INTERNAL), owed(chain)) == (None, [50])


def test_a_promise_whose_slot_was_missed_is_not_asked_for_again():
    chain = Chain(P2)
    chain.post(INTERNAL, 5, promise=50)
    chain.tick(60)

    chain.prioritise(P4, at=61)

    assert owed(chain) == []


def test_a_slot_is_met_up_to_the_end_of_its_grace_and_missed_after_it():
    on_time, late = Chain(P2), Chain(P2)

    on_time.post(INTERNAL, 35)
    late.post(INTERNAL, 35.01)

    assert on_time.judged(INTERNAL) == [(30, "met")]
    assert late.judged(INTERNAL) == [(30, "missed"), (90, "met")]


def test_a_slot_is_not_missed_at_the_last_moment_of_its_grace():
    chain = Chain(P2)
    chain.tick(35)
    assert chain.judged(INTERNAL) == []


def test_missed_slots_follow_each_other_one_cadence_after_the_missed_due_time():
    chain = Chain(P2)
    chain.tick(160)
    assert chain.judged(INTERNAL) == [(30, "missed"), (90, "missed"), (150, "missed")]
    assert chain.due(INTERNAL) == 210


def test_misses_are_recorded_in_the_order_in_which_they_happened():
    chain = Chain(P1)
    chain.tick(120)
    times = [e.occurred_at for e in chain.entries if e.fact.kind == "update_missed"]
    assert times == sorted(times)
    assert len(times) > 4


def test_the_cadence_doubles_while_mitigated_or_restored():
    chain = Chain(P2)
    chain.move(ACTIVE, MITIGATED, at=5)
    chain.post(INTERNAL, 10)
    assert chain.due(INTERNAL) == 130
    chain.move(RESTORED, at=15)
    chain.tick(140)
    assert chain.due(INTERNAL) == 250


def test_raising_the_priority_pulls_the_open_due_time_in():
    chain = Chain(P3)
    chain.post(INTERNAL, 20)
    chain.prioritise(P2, at=50)
    assert chain.due(INTERNAL) == 110


def test_raising_the_priority_before_any_update_brings_the_first_update_of_the_new_one():
    chain = Chain(P2)
    chain.prioritise(P1, at=10)
    assert chain.due(INTERNAL) == 25

    chain.tick(31)

    assert chain.judged(INTERNAL) == [(25, "missed")]


def test_raising_the_priority_never_moves_a_due_time_out():
    chain = Chain(P3)
    chain.prioritise(P2, at=100)
    assert chain.due(INTERNAL) == 120


def test_lowering_the_priority_leaves_the_open_slot_and_drops_it_only_without_a_cadence():
    chain = Chain(P1)
    chain.prioritise(P3, at=5)
    assert (chain.due(INTERNAL), chain.due(EXEC), chain.due(CUSTOMER)) == (15, None, None)
    chain.prioritise(P4, at=6)
    assert chain.due(INTERNAL) is None
    assert chain.judged(INTERNAL) == []


def test_a_dropped_audience_starts_again_when_raised():
    chain = Chain(P2)
    chain.prioritise(P4, at=5)
    chain.prioritise(P2, at=10)
    assert chain.due(INTERNAL) == 40


def test_regress_pulls_the_due_time_in_to_the_cadence_of_an_active_incident():
    chain = Chain(P2)
    chain.move(ACTIVE, MITIGATED, at=5)
    chain.post(INTERNAL, 10)
    chain.move(ACTIVE, at=20)
    assert chain.due(INTERNAL) == 80


def test_regress_after_a_final_update_starts_the_audience_again():
    chain = Chain(P2)
    chain.move(ACTIVE, RESTORED, at=5)
    chain.post(INTERNAL, 10, final=True)
    assert chain.due(INTERNAL) is None
    chain.move(ACTIVE, at=20)
    assert chain.due(INTERNAL) == 50


def test_a_final_update_before_restoration_is_an_ordinary_one():
    chain = Chain(P2)
    chain.move(ACTIVE, MITIGATED, at=5)
    chain.post(INTERNAL, 10, final=True)
    assert chain.now.audience(INTERNAL).final_at is None
    assert chain.due(INTERNAL) == 130


def resolved(**options) -> Chain:
    chain = Chain(P2, major=True, **options)
    chain.move(ACTIVE, RESTORED, at=5)
    return chain


def test_resolve_drops_all_slots_and_opens_one_final_slot_for_each_audience_ever_owed():
    chain = resolved()
    chain.post(EXEC, 6, final=True)
    chain.add(UpdatesHeld(audience=CUSTOMER, reason="counsel says so"), at=7)

    chain.move(RESOLVED, at=10)

    assert (chain.due(INTERNAL), chain.due(EXEC), chain.due(CUSTOMER)) == (40, None, None)
    assert chain.judged(INTERNAL) == []


def test_an_audience_never_owed_gets_no_final_slot():
    chain = Chain(P2)
    chain.move(ACTIVE, RESTORED, RESOLVED, at=5)
    assert chain.due(EXEC) is None


def test_an_audience_told_but_never_owed_gets_no_final_slot():
    chain = resolved()
    chain.post(REGULATOR, 6)
    chain.move(RESOLVED, at=10)
    assert chain.due(REGULATOR) is None


def test_nothing_starts_again_after_a_final_update():
    chain = resolved()
    chain.post(EXEC, 6, final=True)
    chain.prioritise(P1, at=7)
    assert chain.due(EXEC) is None


def test_any_post_meets_the_final_slot_and_no_more_follow():
    chain = resolved()
    chain.move(RESOLVED, at=10)
    chain.post(INTERNAL, 20)
    assert chain.judged(INTERNAL) == [(40, "met")]
    assert chain.due(INTERNAL) is None


def test_a_missed_final_slot_is_followed_by_none_also_after_closing():
    chain = resolved()
    chain.move(RESOLVED, CLOSED, at=10)
    chain.tick(46)
    assert chain.judged(INTERNAL) == [(40, "missed")]
    assert chain.due(INTERNAL) is None


def test_a_new_priority_leaves_the_final_slot():
    chain = resolved()
    chain.move(RESOLVED, at=10)
    chain.prioritise(P1, at=11)
    chain.prioritise(P4, at=12)
    assert chain.due(INTERNAL) == 40


def reopen(chain: Chain, at: float) -> None:
    reopened = Reopened(reason="it is back", recurrence_at=None, from_state=chain.now.state)
    chain.add(reopened, at=at)
    chain.move(ACTIVE, at=at)


def test_reopen_starts_every_audience_that_now_can():
    chain = resolved()
    chain.move(RESOLVED, at=10)
    for audience in (INTERNAL, EXEC, CUSTOMER):
        chain.post(audience, 11, final=True)
    chain.move(CLOSED, at=12)
    reopen(chain, 100)
    assert (chain.due(INTERNAL), chain.due(EXEC), chain.due(CUSTOMER)) == (130, 160, 160)


def test_a_final_slot_still_open_at_reopening_is_dropped_and_updates_start_again():
    chain = resolved()
    chain.move(RESOLVED, at=10)
    reopen(chain, 12)
    slot = chain.now.audience(INTERNAL).open
    assert slot is not None
    assert (chain.due(INTERNAL), slot.final, chain.judged(INTERNAL)) == (42, False, [])


def test_a_hold_drops_the_slot_and_its_release_starts_the_audience_again():
    chain = Chain(P2, major=True)
    chain.add(UpdatesHeld(audience=CUSTOMER, reason="counsel says so"), at=10)
    assert chain.due(CUSTOMER) is None
    chain.prioritise(P1, at=12)
    assert chain.due(CUSTOMER) is None
    chain.add(UpdatesReleased(audience=CUSTOMER, reason="letter approved"), at=20)
    assert chain.due(CUSTOMER) == 50
    assert chain.judged(CUSTOMER) == []


def test_a_release_after_resolution_starts_nothing():
    chain = resolved()
    chain.add(UpdatesHeld(audience=EXEC, reason="counsel says so"), at=6)
    chain.move(RESOLVED, at=10)
    chain.add(UpdatesReleased(audience=EXEC, reason="letter approved"), at=20)
    assert chain.due(EXEC) is None


@pytest.mark.parametrize("end", [State.VOID_FALSE_ALARM, State.DRILL_ENDED])
def test_void_and_the_end_of_a_drill_drop_all_slots(end):
    chain = Chain(P1, drill=end == State.DRILL_ENDED)
    if end != State.DRILL_ENDED:
        chain.add(Voided(as_="false_alarm", reason="nothing was wrong"), at=3)
    chain.move(end, at=3)
    assert [chain.due(a) for a in (INTERNAL, EXEC, CUSTOMER)] == [None, None, None]


def test_a_p1_reached_by_a_raise_starts_all_audiences_once():
    chain = Chain(P2)
    chain.add(chain._priority(P1), MajorDeclared(reason=None, automatic=True), at=10)
    due = [e.fact.audience for e in chain.entries if e.fact.kind == "update_due" and e.recorded_at == T(10)]
    assert sorted(due) == [CUSTOMER, EXEC, INTERNAL]
    assert (chain.due(INTERNAL), chain.due(EXEC)) == (25, 40)
