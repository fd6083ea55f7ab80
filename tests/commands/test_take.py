"""A free role is taken at once; a held single role only by force, with authority, from an inactive holder."""

from __future__ import annotations

import pytest

from commands.core.request import Actor
from incident.refusal import Code
from incident.states import State
from roles.person_ids import cli_person
from roles.role_names import Role
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who

FORCE = {"role": "commander", "force_reason": "no answer, and her phone is off"}


@pytest.fixture
def commanded(room: CommandBench) -> CommandBench:
    room.do("take", by="rob", at=1, role="commander")
    return room


def test_a_free_role_is_taken_by_any_of_its_names(room: CommandBench) -> None:
    room.do("take", by="eva", role="comms lead")

    assert room.incident.holder(Role.COMMS_LEAD) == who("eva")
    assert room.said() == "<@UEVA> is *comms lead*."
    assert room.answer() == "You are comms lead of INC-2026-0001. Your checklist is in your direct messages."


def test_a_person_at_a_command_line_is_promised_no_direct_message(room: CommandBench) -> None:
    shell = Actor(id=cli_person("root", "host"), groups=frozenset({"responder"}))

    room.do("take", actor=shell, role="comms lead")

    assert room.answer() == "You are comms lead of INC-2026-0001. What it has to do: `/incident help comms lead`"


def test_taking_command_makes_the_incident_active(room: CommandBench) -> None:
    room.do("take", by="rob", at=1, role="commander")

    assert room.kinds() == ["role_taken", "state_changed"]
    assert (room.incident.state, room.incident.times.acknowledged_at) == (State.ACTIVE, T(1))


def test_another_role_does_not_make_the_incident_active(room: CommandBench) -> None:
    room.do("take", role="scribe")

    assert room.incident.state == State.TRIAGED


def test_a_held_single_role_is_refused_to_a_second_person(commanded: CommandBench) -> None:
    outcome = commanded.do("take", by="eva", at=60, role="commander")

    assert outcome.code == Code.ROLE_TAKEN
    assert "<@UROB> is commander. Ask them to hand over" in commanded.answer()


def test_a_role_is_not_taken_twice_by_one_person(room: CommandBench) -> None:
    room.do("take", role="sme")

    assert room.do("take", role="sme").code == Code.ROLE_TAKEN


def test_several_people_may_hold_a_role_for_several(room: CommandBench) -> None:
    room.do("take", by="rob", role="sme")

    assert room.do("take", by="eva", role="sme").code is None
    assert room.incident.holders(Role.SME) == (who("rob"), who("eva"))


def test_force_is_refused_without_authority_before_other_checks(commanded: CommandBench) -> None:
    assert commanded.do("take", by="eva", at=2, **FORCE).code == Code.NOT_AUTHORISED


def test_the_refusal_of_force_names_who_may_or_says_that_no_one_is_named(commanded: CommandBench) -> None:
    commanded.do("take", by="eva", at=60, **FORCE)
    assert "The policy names no one: call the holder" in commanded.answer()

    commanded.policy = commanded.policy.model_copy(
        update={"groups": {"major_authority": ("UILSE", "UNADIA", "S0GROUP")}}
    )
    commanded.do("take", by="eva", at=61, **FORCE)

    assert "Call <@UILSE> or <@UNADIA>: `/incident escalate hierarchical @name …`." in commanded.answer()


@pytest.mark.parametrize(("at", "code"), [(10.9, Code.HOLDER_ACTIVE), (11, None)])
def test_a_holder_who_just_took_the_role_is_active(commanded: CommandBench, at: float, code: Code | None) -> None:
    assert commanded.do("take", by="ilse", at=at, **FORCE).code == code


@pytest.mark.parametrize("sign", ["message", "refusal", "note"])
def test_any_sign_of_the_holder_makes_them_active(commanded: CommandBench, sign: str) -> None:
    if sign == "message":
        commanded.says("rob", "looking", 20)
    elif sign == "refusal":
        commanded.do("accept", by="rob", at=20, role="scribe")
    else:
        commanded.do("note", by="rob", at=20, text="looking")

    assert commanded.do("take", by="ilse", at=29, **FORCE).code == Code.HOLDER_ACTIVE
    assert commanded.do("take", by="ilse", at=30, **FORCE).code is None


def test_a_forced_take_ends_the_other_interval_and_withdraws_its_offer(commanded: CommandBench) -> None:
    commanded.do("handover", by="rob", at=2, role="commander", to=who("eva"), note="restore runs, promised 16:30")

    commanded.do("take", by="ilse", at=30, **FORCE)

    assert commanded.kinds() == ["role_assumed", "role_taken"]
    assert commanded.incident.holders(Role.COMMANDER) == (who("ilse"),)
    assert commanded.incident.offers == ()
    assert commanded.said() == "<@UILSE> took over as commander from <@UROB>: no answer, and her phone is off"


def test_a_reason_for_force_is_ignored_when_the_role_is_free(room: CommandBench) -> None:
    room.do("take", by="eva", **FORCE)

    assert room.kinds() == ["role_taken", "state_changed"]


def test_a_guest_takes_no_role(room: CommandBench) -> None:
    assert room.do("take", by="guest", role="scribe").code == Code.NOT_A_RESPONDER
    assert room.do("take", by="guest", role="commander").reason == "assignee_guest"


def test_roles_of_a_closed_incident_stay_as_they_ended(room: CommandBench) -> None:
    room.do("void", as_="false_alarm", reason="the probe itself was broken")

    assert room.do("take", role="commander").code == Code.STATE


def test_any_responder_takes_over_from_a_silent_commander_where_the_policy_lets_them(commanded: CommandBench) -> None:
    rules = commanded.policy.authority.model_copy(update={"force_take": ("responder",)})
    commanded.policy = commanded.policy.model_copy(update={"authority": rules})

    assert commanded.do("take", by="eva", at=5, **FORCE).code == Code.HOLDER_ACTIVE
    assert commanded.do("take", by="eva", at=30, **FORCE).code is None
    assert commanded.incident.holders(Role.COMMANDER) == (who("eva"),)
