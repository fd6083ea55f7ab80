"""Legal or privacy puts an incident under legal hold and lifts it, whatever state the incident is in."""

from __future__ import annotations

import pytest

from commands.preserve import Preserve
from incident.entries.integrity import Preserved
from incident.refusal import Code
from incident.states import State
from tests.support.command_bench import CommandBench
from tests.support.handmade_incidents import HandmadeDesk, an_incident, worded

WHY = "claim 17 of the bank"
SET, LIFT = Preserve(reason=WHY), Preserve(reason=WHY, lift=True)
HELD = an_incident(preserved=True)
LAWYER = frozenset({"legal"})


@pytest.mark.parametrize("group", ["legal", "privacy"])
def test_people_named_in_the_policy_set_and_lift_a_legal_hold(group):
    groups = frozenset({group})

    assert HandmadeDesk(groups=groups).does(SET) == (Preserved(on=True, reason=WHY),)
    assert HandmadeDesk(HELD, groups=groups).does(LIFT) == (Preserved(on=False, reason=WHY),)


@pytest.mark.parametrize("state", [State.CLOSED, State.VOID_FALSE_ALARM, State.DRILL_ENDED])
def test_an_incident_that_ended_can_be_put_under_legal_hold(state):
    assert HandmadeDesk(an_incident(state), groups=LAWYER).does(SET) == (Preserved(on=True, reason=WHY),)


@pytest.mark.parametrize(("incident", "verb"), [(an_incident(), SET), (HELD, LIFT)])
def test_no_other_person_has_the_authority_not_even_the_commander(incident, verb):
    refusal = HandmadeDesk(incident, groups=frozenset({"major_authority"})).refuses(verb)

    assert refusal.code == Code.NOT_AUTHORISED
    assert "only legal or privacy can" in worded(refusal)


@pytest.mark.parametrize(
    ("incident", "verb", "says"), [(HELD, SET, "is already under legal hold"), (an_incident(), LIFT, "is not under")]
)
def test_an_existing_hold_is_refused(incident, verb, says):
    refusal = HandmadeDesk(incident, groups=LAWYER).refuses(verb)

    assert refusal.code == Code.STATE
    assert says in worded(refusal)


def test_the_channel_lines_show_the_hold_and_its_end():
    assert HandmadeDesk(groups=LAWYER).said(SET).startswith("*Legal hold* by <@UILSE>: the record is kept")
    assert HandmadeDesk(HELD, groups=LAWYER).said(LIFT).startswith("*Legal hold lifted*")
    assert "`/incident preserve lift because …`" in HandmadeDesk(groups=LAWYER).answer(SET)


def test_the_folded_incident_is_on_hold_until_it_is_lifted():
    desk = CommandBench().declared()

    assert desk.do("preserve", reason=WHY).code == "E_NOT_AUTHORISED"
    desk.note(desk.key, Preserved(on=True, reason=WHY))
    assert desk.incident.preserved
    desk.note(desk.key, Preserved(on=False, reason=WHY))
    assert not desk.incident.preserved
