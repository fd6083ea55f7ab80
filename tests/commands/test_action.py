"""An action is one task for one person, with a time box that counts from when it was given."""

from __future__ import annotations

from commands.action import Action
from incident.entries.conversation import ActionOpened
from incident.model.components import Action as Opened
from incident.ports import Person
from incident.refusal import Code
from tests.support.handmade_incidents import EVA, ROB, START, HandmadeDesk, an_incident, later, worded

GIVEN = Opened(id="A2", text="watch the pool", assignee=ROB, opened_at=START)


def test_an_action_gets_the_next_id_that_was_never_used():
    room = HandmadeDesk(an_incident(actions=(GIVEN.model_copy(update={"done_at": later(3)}),)))

    (opened,) = room.does(Action(assignee=EVA, text="call the provider"))

    assert opened == ActionOpened(id="A3", text="call the provider", assignee=EVA, due_at=None)


def test_the_time_box_of_a_backfilled_action_counts_from_when_it_was_given():
    room = HandmadeDesk(occurred_at=later(2))

    (opened,) = room.does(Action(assignee=EVA, text="call the provider", timebox_minutes=30, id="A9"))

    assert opened.id == "A9"
    assert opened.due_at == later(32)


def test_an_id_that_was_used_is_refused():
    refusal = HandmadeDesk(an_incident(actions=(GIVEN,))).refuses(Action(assignee=EVA, text="again", id="A2"))

    assert refusal.code == Code.STATE
    assert worded(refusal).startswith("Not recorded: there is already an action A2.")


def test_an_action_is_not_given_to_a_bot():
    room = HandmadeDesk()
    room.memory.know(Person(id=EVA, name="Botty", is_bot=True))

    assert room.refuses(Action(assignee=EVA, text="call the provider")).code == Code.NOT_A_RESPONDER


def test_the_line_names_the_assignee_and_the_time():
    room = HandmadeDesk()
    action = Action(assignee=EVA, text="call the provider", timebox_minutes=30)

    line = room.said(action)
    assert line.startswith("*Action A1* for <@UEVA> by <!date^")
    assert line.endswith("(10:45 UTC): call the provider")
    assert "`/incident done A1`" in room.answer(action)
