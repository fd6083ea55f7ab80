"""Asking: each thing once, again when it should be, late ones marked, and never after its cause is gone."""

from __future__ import annotations

from datetime import timedelta

from incident.deadlines import due_deadlines
from incident.deadlines.due_deadlines import PromptState
from incident.entries.conversation import ActionDone, ActionOpened
from incident.entries.delivery import PromptDue, PromptPutOff
from incident.entries.role_holders import RoleTaken
from incident.states import Priority
from roles.person_ids import MUSTER
from roles.role_names import Role
from tests.support.clock import T
from tests.support.entry_chains import BEN, CHI, CUSTOMER, EXEC, INTERNAL, Chain
from tests.support.policies import two_service_policy


def asked(chain: Chain, at: float) -> list[PromptDue]:
    """Ask for what is due and record that it was asked, as a tick does."""
    chain.tick(at)
    facts = list(due_deadlines.prompts(chain.now, two_service_policy(), T(at)))
    if facts:
        chain.add(*facts, at=at, by=MUSTER)
    return facts


def with_an_action(due_at: float) -> Chain:
    chain = Chain(Priority.P3)
    chain.add(ActionOpened(id="A1", text="x", assignee=CHI, due_at=T(due_at)), at=1)
    return chain


def test_nothing_is_asked_before_it_is_due():
    assert asked(with_an_action(15), 14.9) == []


def test_a_due_thing_is_asked_for_once():
    chain = with_an_action(15)

    first, second = asked(chain, 15), asked(chain, 16)

    assert [fact.ask for fact in first] == ["action"]
    assert second == []


def test_a_prompt_in_time_is_not_marked_late_and_one_after_a_gap_is():
    assert not asked(with_an_action(15), 15.5)[0].late
    assert asked(with_an_action(15), 25)[0].late


def test_what_fell_due_while_muster_was_away_is_asked_once_and_of_those_it_has_come_to():
    chain = with_an_action(15)

    facts = asked(chain, 120)

    assert len([fact for fact in facts if fact.due.startswith("action")]) == 1
    assert asked(chain, 121) == []


def test_a_prompt_put_off_comes_again_when_the_time_is_over():
    chain = with_an_action(15)
    [prompt] = asked(chain, 15)

    chain.add(PromptPutOff(due=prompt.due, until=T(25)), at=16, by=CHI)

    assert asked(chain, 24) == []
    assert [fact.due for fact in asked(chain, 25)] == [prompt.due]


def test_a_prompt_stops_when_its_cause_is_gone():
    chain = with_an_action(15)
    asked(chain, 15)

    chain.add(ActionDone(id="A1", result="done"), at=16)

    assert asked(chain, 60) == []


def test_a_prompt_stands_open_put_off_asked_again_or_gone():
    chain = with_an_action(15)
    [prompt] = asked(chain, 15)
    n = chain.entries[-1].n

    assert due_deadlines.state_of(chain.now, two_service_policy(), prompt.due, n) is PromptState.OPEN
    chain.add(PromptPutOff(due=prompt.due, until=T(25)), at=16, by=CHI)
    assert due_deadlines.state_of(chain.now, two_service_policy(), prompt.due, n) is PromptState.PUT_OFF
    asked(chain, 25)
    assert due_deadlines.state_of(chain.now, two_service_policy(), prompt.due, n) is PromptState.AGAIN
    chain.add(ActionDone(id="A1", result="done"), at=30)
    assert due_deadlines.state_of(chain.now, two_service_policy(), prompt.due, n) is PromptState.GONE


def test_the_next_moment_is_that_of_the_next_prompt():
    chain = with_an_action(15)

    assert due_deadlines.next_at(chain.now, two_service_policy(), T(2)) == T(15)


def test_the_next_moment_is_when_a_slot_is_missed_even_without_a_prompt_then():
    chain = Chain(Priority.P2)
    while (moment := due_deadlines.next_at(chain.now, two_service_policy(), T(0))) is not None and moment < T(34):
        asked(chain, (moment - T(0)).total_seconds() / 60)

    assert moment is not None
    assert T(35) < moment <= T(35) + timedelta(seconds=1)


def test_the_next_moment_is_never_in_the_past():
    assert due_deadlines.next_at(with_an_action(15).now, two_service_policy(), T(500)) == T(500)


def test_following_the_next_moment_asks_for_everything_and_never_stands_still():
    """The single timer of an incident is set to `next_at`; were it ever stuck, the worker would spin."""
    chain, at = Chain(Priority.P1), 0.0
    for _ in range(60):
        moment = due_deadlines.next_at(chain.now, two_service_policy(), T(at))
        assert moment is not None
        if moment > T(600):
            break
        before, at = len(chain.entries), (moment - T(0)).total_seconds() / 60
        asked(chain, at)
        assert len(chain.entries) > before, f"nothing happened at minute {at}"


def test_what_is_due_for_a_person_some_seconds_later_comes_with_what_is_due_now_and_not_again():
    chain = Chain(Priority.P1)
    chain.add(RoleTaken(role=Role.COMMANDER, who=CHI), at=1)
    chain.post(INTERNAL, 20, promise=60)
    chain.post(EXEC, 20.5, promise=60.5)
    chain.post(CUSTOMER, 20.6, promise=200)
    chain.add(ActionOpened(id="A1", text="x", assignee=BEN, due_at=T(50.5)), at=21)

    together = [fact.due.split(":")[:2] for fact in asked(chain, 50) if fact.ask != "stale"]
    later = [(fact.ask, fact.asked) for fact in asked(chain, 50.5)]

    assert together == [["update", "internal"], ["update", "exec"]]
    assert later == [("action", (BEN,))]
    assert [fact.ask for fact in asked(chain, 60) if fact.ask != "stale"] == ["update_due", "update_due"]
