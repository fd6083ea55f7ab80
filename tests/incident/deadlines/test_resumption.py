"""After a reopening nothing is asked for late: deadlines of the response count from then, whatever was open before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident.deadlines import due_deadlines, missed_deadlines
from incident.deadlines.deadline import Deadline
from incident.entries.conversation import ActionOpened
from incident.entries.lifecycle import Reopened
from incident.entries.role_holders import Escalated, EscalationAnswered, RoleReleased, RoleTaken
from incident.entry import Fact
from incident.states import Priority, State
from roles.role_names import Role
from tests.support.clock import T
from tests.support.entry_chains import ADA, BEN, CHI, DEV, INTERNAL, Chain
from tests.support.policies import two_service_policy

POLICY = two_service_policy()
# These run on while an incident is over, and count from a time that people gave.
RUN_ON = {"closure", "tempfix", "review", "mask", "handover"}
COUNTED_FROM_RESUMPTION = {"acknowledge", "commander", "judgement", "stale", "update"}


def paged(answer_by: float, next_levels: tuple[str, ...] = (DEV,)) -> Escalated:
    return Escalated.model_validate(
        {"how": "functional", "to": CHI, "person": CHI, "reason": "x", "answer_by": T(answer_by), "ladder": next_levels}
    )


def action(name: str, due: float) -> ActionOpened:
    return ActionOpened(id=name, text="x", assignee=CHI, due_at=T(due))


def ended(chain: Chain, at: float, *, closed: bool = True) -> Chain:
    states = (State.ACTIVE, State.RESTORED, State.RESOLVED, *((State.CLOSED,) if closed else ()))
    chain.move(*states, at=at)
    return chain


def reopened(chain: Chain, at: float) -> Chain:
    chain.add(Reopened(reason="it is back", recurrence_at=None, from_state=chain.now.state), at=at)
    chain.move(State.ACTIVE, at=at)
    return chain


def things(chain: Chain) -> dict[str, Deadline]:
    return {thing.key.partition(":")[0]: thing for thing in due_deadlines.due(chain.now, POLICY)}


def test_the_empty_role_of_commander_counts_from_the_reopening():
    chain = Chain(Priority.P2, service_owner=DEV)
    chain.add(RoleTaken(role=Role.COMMANDER, who=ADA), at=1)
    ended(chain, at=20)

    reopened(chain, at=900)

    thing = things(chain)["commander"]
    assert (thing.steps[0].at, thing.due_at) == (T(900), T(910))


def test_a_reopened_incident_that_never_had_a_commander_is_given_the_whole_target():
    thing = things(reopened(ended(Chain(Priority.P1), at=20), at=900))["commander"]

    assert (thing.steps[0].at, thing.due_at) == (T(905), T(915))


def test_a_page_that_ended_before_the_reopening_calls_nobody_after_it():
    chain = Chain(Priority.P2)
    chain.add(paged(answer_by=30), at=10)
    ended(chain, at=20)

    reopened(chain, at=900)
    chain.tick(901)

    assert [call.person for call in chain.now.escalations] == [CHI]
    assert "call" not in things(chain)


def test_a_page_that_still_waits_at_the_reopening_calls_the_next_level():
    chain = Chain(Priority.P2)
    chain.add(paged(answer_by=30), at=10)
    ended(chain, at=20)

    reopened(chain, at=25)
    chain.tick(31)

    assert [call.person for call in chain.now.escalations] == [CHI, DEV]


def test_a_call_that_failed_before_the_reopening_is_not_asked_for_again():
    chain = Chain(Priority.P2)
    chain.add(paged(answer_by=30, next_levels=()), at=10)
    chain.add(EscalationAnswered(escalation=chain.now.escalations[0].n, answer="declined"), at=11)
    assert "call" in things(chain)
    ended(chain, at=20)

    assert "call" not in things(reopened(chain, at=900))


def test_an_overdue_action_is_asked_for_from_the_reopening_and_of_the_commander_later():
    chain = Chain(Priority.P2)
    chain.add(action("A1", due=30), at=1)
    ended(chain, at=20)

    thing = things(reopened(chain, at=900))["action"]

    assert (thing.due_at, [step.at for step in thing.steps]) == (T(30), [T(900), T(915)])


def test_updates_that_were_missed_before_the_reopening_are_not_asked_for():
    chain = Chain(Priority.P2)
    chain.tick(40)
    assert "missed" in things(chain)
    ended(chain, at=41)

    assert "missed" not in things(reopened(chain, at=900))


def test_a_raised_priority_gives_the_whole_target_to_acknowledge():
    chain = Chain(Priority.P4)

    chain.prioritise(Priority.P1, at=100)

    thing = things(chain)["acknowledge"]
    assert (thing.steps[0].at, thing.due_at) == (T(110), T(115))


def test_a_restore_target_that_passed_before_the_priority_was_raised_is_warned_of_then():
    chain = Chain(Priority.P4)

    chain.prioritise(Priority.P1, at=600)

    asked = [prompt for prompt in due_deadlines.prompts(chain.now, POLICY, T(600)) if prompt.ask == "restoration"]
    assert [prompt.late for prompt in asked] == [False]


minutes = st.sampled_from([0.0, 1.0, 7.0, 40.0, 200.0])
acts = st.sampled_from(
    ["take", "release", "page", "page_no_further", "decline", "action", "post", "raise", "lower", "wait"]
)


def _fact(act: str, chain: Chain, at: float) -> Fact | None:
    commands, calls = chain.now.holder(Role.COMMANDER), chain.now.escalations
    match act:
        case "take" if commands is None:
            return RoleTaken(role=Role.COMMANDER, who=ADA)
        case "release" if commands is not None:
            return RoleReleased(role=Role.COMMANDER, who=commands)
        case "page" | "page_no_further":
            return paged(at + 5, next_levels=(BEN, DEV) if act == "page" else ())
        case "decline" if calls and calls[-1].answer is None:
            return EscalationAnswered(escalation=calls[-1].n, answer="declined")
        case "action":
            return action(f"A{len(chain.now.actions) + 1}", due=at + 15)
    return None


def _play(chain: Chain, script: list[tuple[str, float]], at: float) -> float:
    for act, wait in script:
        at += wait
        fact = _fact(act, chain, at)
        if fact is not None:
            chain.add(fact, at=at)
        elif act == "post":
            chain.post(INTERNAL, at)
        elif act in ("raise", "lower"):
            chain.prioritise(Priority.P1 if act == "raise" else Priority.P4, at)
    return at


@settings(max_examples=60)
@given(
    st.lists(st.tuples(acts, minutes), max_size=12),
    st.sampled_from(Priority),
    st.booleans(),
    st.sampled_from([0.5, 3.0, 76.0, 900.0]),
)
def test_whatever_was_open_before_nothing_is_asked_for_late_after_a_reopening(script, priority, closed, pause):
    chain = Chain(priority, service_owner=DEV)
    end = _play(chain, script, 0.0) + 1
    ended(chain, at=end, closed=closed)
    chain.tick(end + pause)
    at = end + pause

    reopened(chain, at=at)

    response = [thing for thing in due_deadlines.due(chain.now, POLICY) if thing.key.partition(":")[0] not in RUN_ON]
    counted = [thing for thing in response if thing.key.partition(":")[0] in COUNTED_FROM_RESUMPTION]
    prompts = [
        one for one in due_deadlines.prompts(chain.now, POLICY, T(at)) if one.due.partition(":")[0] not in RUN_ON
    ]
    assert [thing.key for thing in counted if thing.due_at < T(at)] == []
    assert [thing.key for thing in response if thing.steps[-1].at < T(at)] == []
    assert [one.due for one in prompts if one.late] == []
    waiting = [e for e in chain.now.escalations if e.answer is None and e.answer_by and e.answer_by > T(at)]
    missed = missed_deadlines.missed(chain.now, POLICY, T(at) + timedelta(seconds=1))
    assert missed == () or waiting


@pytest.mark.parametrize("recurrence", [None, -30.0])
def test_the_time_of_the_recurrence_moves_no_deadline_before_the_reopening(recurrence):
    chain = ended(Chain(Priority.P1), at=20)
    since = None if recurrence is None else T(900 + recurrence)
    chain.add(Reopened(reason="it is back", recurrence_at=since, from_state=State.CLOSED), at=900)
    chain.move(State.ACTIVE, at=900)

    thing = things(chain)["restoration"]

    assert all(step.at >= T(900) for step in thing.steps)
