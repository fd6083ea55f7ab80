"""Muster pages who is on call by itself when an incident is declared at, or raised to, a priority of `page_priorities`."""

from __future__ import annotations

from typing import Any

import pytest

from incident.jobs import JobKind
from incident.policy import Policy
from incident.policy_parts.paging_hours import PagePriorities
from incident.ports import Person
from incident.rules.responders.open_calls import levels_to_call
from incident.states import Priority
from roles.person_ids import MUSTER
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who
from tests.support.policies import at_all_hours, team_policy

P1_AND_P2 = at_all_hours(Priority.P1, Priority.P2)


def paging(**changes: Any) -> Policy:
    """Return the team's policy with paging at P1 and P2; rob, then eva are on call for checkout."""
    return team_policy().model_copy(update={"page_priorities": P1_AND_P2, **changes})


def declare(desk: CommandBench, by: str = "ilse", **fields: Any) -> None:
    desk.policy = paging()
    desk.declared(by=by, **{"urgency": 1, **fields})


def calls(desk: CommandBench) -> list[str]:
    return [str(call.person) for call in desk.incident.escalations]


def test_a_declared_p1_pages_who_is_on_call_in_the_same_commit(desk: CommandBench) -> None:
    declare(desk, at=2)

    (call,) = desk.incident.escalations
    assert (call.person, call.by, call.answer_by) == (who("rob"), MUSTER, T(7))
    assert levels_to_call(desk.incident, call) == (who("eva"), who("nadia"))
    assert [q.job.entry for q in desk.memory.state.jobs.values() if q.job.kind is JobKind.PAGE] == [call.n]
    assert "<@UROB> is paged" in desk.answer()
    assert "surfaces/paged" in [q.job.template for q in desk.memory.state.jobs.values()]


@pytest.mark.parametrize("level", [1, 3])
def test_the_owner_group_of_a_service_is_filled_in_and_who_is_on_call_for_it_is_paged_at_each_named_priority(
    desk: CommandBench, level: int
) -> None:
    desk.policy = paging(page_priorities=at_all_hours(*Priority))

    desk.declared(by="ilse", impact=level, urgency=level)

    (call,) = desk.incident.escalations
    assert (desk.incident.owner_group, call.person) == (desk.policy.services["checkout"].owner_group, who("rob"))
    assert desk.incident.owner_group
    assert JobKind.PAGE in [q.job.kind for q in desk.memory.state.jobs.values()]


def test_one_who_does_not_answer_is_followed_by_the_next_level(desk: CommandBench) -> None:
    declare(desk, at=2)

    desk.tick(7.1)

    assert calls(desk) == [who("rob"), who("eva")]


@pytest.mark.parametrize(
    "fields",
    [{"impact": 2, "urgency": 2}, {"drill": True}, {"service": "wiki", "owner_group": "docs", "category": "other"}],
)
def test_a_lower_priority_a_drill_and_a_service_without_on_call_page_no_one(
    desk: CommandBench, fields: dict[str, Any]
) -> None:
    declare(desk, **fields)

    assert calls(desk) == []
    assert ("No one is paged" in desk.answer()) == ("service" in fields)


def test_without_page_priorities_no_one_is_paged(desk: CommandBench) -> None:
    desk.policy = paging(page_priorities=PagePriorities())
    desk.declared(by="ilse", urgency=1)

    assert calls(desk) == []


def test_who_is_on_call_and_declares_it_is_awake(desk: CommandBench) -> None:
    declare(desk, by="eva")

    assert calls(desk) == []
    assert "No one is paged" not in desk.answer()


def test_a_raised_priority_pages_once(desk: CommandBench) -> None:
    declare(desk, impact=2, urgency=2)
    assert calls(desk) == []

    desk.do("priority", by="ilse", impact=1, urgency=2, justification="no customer can pay at all")
    desk.do("priority", by="ilse", impact=1, urgency=1, justification="no customer can pay at all")

    assert calls(desk) == [who("rob")]


def test_a_raise_pages_no_one_when_someone_was_called_for_help(desk: CommandBench) -> None:
    declare(desk, impact=2, urgency=2)
    desk.do("escalate", by="ilse", who=who("nadia"), reason="help")

    desk.do("priority", by="ilse", impact=1, urgency=1, justification="no customer can pay at all")

    assert calls(desk) == [who("nadia")]


def test_a_level_whose_account_is_deactivated_is_passed_over(desk: CommandBench) -> None:
    desk.memory.know(Person(id=who("rob"), name="Rob", is_active=False))

    declare(desk)

    assert calls(desk) == [who("eva")]


def test_a_restricted_incident_pages_by_its_number(desk: CommandBench) -> None:
    declare(desk, private=True, title="keys leaked")

    assert calls(desk) == [who("rob")]
    assert desk.incident.escalations[0].reason == ""
