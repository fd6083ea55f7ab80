"""An action is completed once, with its result."""

from __future__ import annotations

import pytest

from commands.done import Done
from incident.entries.conversation import ActionDone
from incident.model.components import Action
from incident.refusal import Code
from tests.support.handmade_incidents import ROB, START, HandmadeDesk, an_incident, later, worded

OPEN = Action(id="A1", text="watch the pool", assignee=ROB, opened_at=START)


def test_an_open_action_is_completed_under_its_id():
    room = HandmadeDesk(an_incident(actions=(OPEN,)))

    assert room.does(Done(id="a1", result="it fills in 70 minutes")) == (
        ActionDone(id="A1", result="it fills in 70 minutes"),
    )


@pytest.mark.parametrize("typed", ["1", "A-1", "a01", " A1 "])
def test_an_id_is_read_as_people_type_it(typed: str):
    room = HandmadeDesk(an_incident(actions=(OPEN,)))

    assert room.does(Done(id=typed, result="it was empty")) == (ActionDone(id="A1", result="it was empty"),)


@pytest.mark.parametrize("typed", ["TF1", "11", "B1", "A10"])
def test_another_id_is_not_taken_for_it(typed: str):
    room = HandmadeDesk(an_incident(actions=(OPEN,)))

    assert room.refuses(Done(id=typed, result="it was empty")).code == Code.STATE


def test_an_unknown_action_is_refused():
    refusal = HandmadeDesk().refuses(Done(id="A7", result="ok"))

    assert (refusal.code, Done(id="A7", result="ok").intent) == (Code.STATE, "action_done")
    assert "there is no action A7" in worded(refusal)


def test_a_completed_action_is_not_completed_again():
    room = HandmadeDesk(an_incident(actions=(OPEN.model_copy(update={"done_at": later(5)}),)))

    refusal = room.refuses(Done(id="A1", result="again"))

    assert refusal.code == Code.STATE
    assert "A1 is already done" in worded(refusal)


def test_the_channel_line_shows_the_result():
    room = HandmadeDesk(an_incident(actions=(OPEN,)))

    assert room.said(Done(id="A1", result="it leaks")) == "*A1 done* by <@UILSE>: it leaks"
    assert room.answer(Done(id="A1", result="it leaks")) == "A1 is done. Thanks."
