"""What was over before it was put on record starts no clock, owes and misses no update, and asks no one."""

from __future__ import annotations

import pytest

from incident.deadlines import due_deadlines, missed_deadlines
from incident.effects.effects import effects
from incident.entries.conversation import ActionOpened
from incident.entries.lifecycle import Acknowledged, TimeSet
from incident.entries.restoration import TempFixAdded
from incident.entries.role_holders import Escalated, RoleTaken
from incident.jobs import JobKind
from incident.states import Priority, State
from roles.role_names import Role
from tests.support.clock import T
from tests.support.entry_chains import BEN, CHI, CUSTOMER, DEV, EXEC, INTERNAL, Chain, moved
from tests.support.policies import two_service_policy

POLICY = two_service_policy()
P1, P2 = Priority.P1, Priority.P2
YESTERDAY = -1200
ACTIVE, MITIGATED, RESTORED, RESOLVED = State.ACTIVE, State.MITIGATED, State.RESTORED, State.RESOLVED


def backfilled(priority: Priority = P1) -> Chain:
    began = T(YESTERDAY - 60)
    return Chain(priority, adopted_channel="C1", started_at=began, detected_at=began, service_owner=DEV)


def due(chain: Chain) -> list[float | None]:
    return [chain.due(audience) for audience in (INTERNAL, EXEC, CUSTOMER)]


def asked(chain: Chain, at: float) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.ask, one.asked) for one in due_deadlines.prompts(chain.now, POLICY, T(at))]


def backfill(chain: Chain, *states: State, at: float) -> Chain:
    for minute, state in enumerate(states):
        chain.move(state, at=at, occurred=YESTERDAY + minute)
    return chain


def test_a_backfill_of_what_is_over_runs_no_clock_and_misses_nothing_to_its_end():
    chain = backfilled()
    chain.add(Acknowledged(), moved(State.TRIAGED, ACTIVE), at=20, occurred=YESTERDAY)

    chain.tick(200)
    backfill(chain, MITIGATED, RESTORED, RESOLVED, at=201)
    chain.tick(900)

    assert due(chain) == [None] * 3
    assert [chain.judged(audience) for audience in (INTERNAL, EXEC, CUSTOMER)] == [[], [], []]
    assert not [entry for entry in chain.entries if entry.fact.kind.startswith("update")]
    assert asked(chain, 900) == [("closure", ())]


def test_a_backfill_asks_no_one_while_it_is_not_said_whether_it_is_over():
    chain = backfilled()

    assert asked(chain, 600) == []
    assert due_deadlines.next_at(chain.now, POLICY, T(600)) is None


@pytest.mark.parametrize("state", [ACTIVE, MITIGATED, RESTORED])
def test_a_response_as_it_happens_starts_the_clocks_of_a_backfilled_incident(state):
    chain = backfilled(P2)
    if state is not ACTIVE:
        backfill(chain, ACTIVE, at=10)

    chain.move(state, at=40)

    assert chain.now.is_live
    assert chain.due(INTERNAL) == 70
    assert "commander" in dict(asked(chain, 200))


def test_a_declared_incident_that_proves_to_be_over_owes_nothing_more():
    chain = Chain(P1)
    chain.move(ACTIVE, at=3)
    assert due(chain) == [15, 30, 30]

    backfill(chain, RESTORED, RESOLVED, at=10)

    assert due(chain) == [None] * 3
    chain.tick(300)
    assert chain.judged(INTERNAL) == []


@pytest.mark.parametrize(("minute", "owed"), [(YESTERDAY, None), (5, 40)])
def test_a_corrected_time_of_restoration_says_whether_updates_are_owed(minute, owed):
    began = T(YESTERDAY - 60)
    chain = Chain(P2, started_at=began, detected_at=began)
    chain.move(ACTIVE, RESTORED, RESOLVED, at=10)
    assert chain.due(INTERNAL) == 40

    chain.add(TimeSet(field="restored_at", at=T(minute), basis="the log"), at=12)

    assert chain.due(INTERNAL) == owed


def test_a_restoration_set_to_an_impossible_time_drops_no_update():
    chain = Chain(P2)
    chain.move(ACTIVE, RESTORED, at=10)

    chain.add(TimeSet(field="restored_at", at=T(YESTERDAY), basis="a slip"), at=12)

    assert chain.due(INTERNAL) == 30


def test_a_restoration_corrected_into_the_present_starts_the_updates_again():
    chain = Chain(P2)
    chain.move(ACTIVE, at=3)
    backfill(chain, RESTORED, at=10)
    assert chain.due(INTERNAL) is None

    chain.add(TimeSet(field="restored_at", at=T(9), basis="the log"), at=20)

    assert chain.due(INTERNAL) == 50


def test_what_is_still_to_be_done_is_asked_for_all_the_same():
    chain = backfilled()
    chain.add(
        TempFixAdded(id="TF1", text="x", owner=CHI, remove_by=T(2000)),
        ActionOpened(id="A1", text="x", assignee=BEN, due_at=T(600)),
        ActionOpened(id="A2", text="x", assignee=BEN, due_at=T(YESTERDAY)),
        at=10,
    )

    assert asked(chain, 2000) == [("action", (BEN,)), ("tempfix", (CHI,))]


def test_roles_of_then_send_no_checklist_and_invite_no_one():
    chain = backfilled()
    before, count = chain.now, len(chain.entries)

    chain.add(RoleTaken(role=Role.COMMANDER, who=BEN, how="assigned"), at=10, occurred=YESTERDAY)

    jobs = effects(before, chain.now, chain.entries[count:], POLICY, T(10))
    assert [job.kind for job in jobs if job.kind is JobKind.MEMBERS or job.person == BEN] == [JobKind.HOME]


def test_a_response_now_invites_those_who_were_named_before():
    chain = backfilled()
    chain.add(RoleTaken(role=Role.COMMANDER, who=BEN, how="assigned"), at=10, occurred=YESTERDAY)
    before, count = chain.now, len(chain.entries)

    chain.move(ACTIVE, at=20)

    kinds = {job.kind for job in effects(before, chain.now, chain.entries[count:], POLICY, T(20))}
    assert JobKind.MEMBERS in kinds


def test_a_page_recorded_late_is_not_sent_and_waits_for_no_answer():
    chain = Chain(P2)
    chain.move(ACTIVE, at=3)
    before, count = chain.now, len(chain.entries)
    page = Escalated(how="functional", to=CHI, person=CHI, reason="x", answer_by=T(15), ladder=(DEV,))

    chain.add(page, at=10, occurred=5)

    assert JobKind.PAGE not in {j.kind for j in effects(before, chain.now, chain.entries[count:], POLICY, T(10))}
    assert missed_deadlines.missed(chain.now, POLICY, T(20)) == ()
