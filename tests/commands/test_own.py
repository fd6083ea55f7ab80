"""`own` names the owner of the service; an incident whose owner left asks for one and cannot close until it has one."""

from __future__ import annotations

import pytest

from incident.entries.delivery import PromptDue
from incident.ports import Person
from incident.refusal import Code
from incident.rules.closure_criteria import unmet
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who


def left(desk: CommandBench, at: float, **account: bool) -> CommandBench:
    """The account of the owner, nadia, changes; Muster notices it at a minute."""
    desk.memory.know(Person(id=who("nadia"), name="Nadia", **(account or {"is_active": False})))
    desk.tick(at)
    return desk


def asked(desk: CommandBench) -> list[tuple[float, tuple[str, ...]]]:
    found = [entry for entry in desk.entries() if isinstance(entry.fact, PromptDue) and entry.fact.ask == "ownerless"]
    return [((entry.recorded_at - T(0)).total_seconds() / 60, entry.fact.asked) for entry in found]


@pytest.fixture
def desk() -> CommandBench:
    """A P4 on checkout, which nadia owns."""
    return CommandBench().declared(impact=2, urgency=3)


@pytest.mark.parametrize("account", [{"is_active": False}, {"is_guest": True}])
def test_an_incident_whose_owner_left_has_none_and_cannot_close_also_when_it_is_not_major(desk, account):
    before = [one.needs for one in unmet(desk.incident, desk.policy)]

    left(desk, 5, **account)

    assert "owner_left" not in before
    assert ("HANDOFFS", "owner_left") in [(one.code, one.needs) for one in unmet(desk.incident, desk.policy)]
    assert (desk.incident.service_owner, desk.incident.owner_left.who) == (None, who("nadia"))


def test_who_can_name_an_owner_is_asked_at_once_and_those_with_authority_after_a_quarter_of_an_hour():
    desk = CommandBench().declared(impact=1, urgency=1)
    groups = {"major_authority": ("UILSE",)}
    desk.policy = desk.policy.model_copy(update={"groups": groups})
    left(desk, 5)

    desk.tick(20)

    assert asked(desk) == [(5, (who("rob"),)), (20, (who("rob"), who("ilse")))]


def test_a_named_owner_ends_the_question_and_the_incident_may_close_again(desk):
    left(desk, 5)

    desk.do("own", "ilse", 6, form={"who": who("eva")})
    answer = desk.answer()
    desk.tick(300)

    assert (desk.incident.service_owner, desk.incident.owner_left) == (who("eva"), None)
    assert "owner_left" not in [one.needs for one in unmet(desk.incident, desk.policy)]
    assert len(asked(desk)) == 1
    assert answer.startswith("<@UEVA> owns checkout in INC-2026-0001 from now on.")
    assert "For other incidents, change the policy" in answer


def test_without_a_name_it_is_who_types_it(desk):
    desk.do("own", "eva", 6)

    assert desk.incident.service_owner == who("eva")
    assert desk.answer().startswith("You own checkout")


def test_the_owner_leaves_once_however_often_muster_looks(desk):
    left(desk, 5)
    left(desk, 6)

    assert [entry.fact.kind for entry in desk.entries()].count("owner_left") == 1


def test_a_closed_incident_loses_no_owner(desk):
    desk.do("void", "ilse", 3, form={"as_": "false_alarm", "reason": "the probe was broken, not the shop"})

    left(desk, 5)

    assert desk.incident.owner_left is None


def test_who_owns_it_already_and_who_cannot_are_refused(desk):
    again = desk.do("own", "rob", 5, form={"who": who("nadia")})
    assert (again.code, again.reason) == (Code.STATE, "own_already")
    assert "owns the service already" in desk.answer()

    assert desk.do("own", "rob", 6, form={"who": who("bot")}).code == Code.NOT_A_RESPONDER
