"""The reply shows the deadlines ahead; only an update can promise another time."""

from __future__ import annotations

from commands.next import Next
from incident.model.components import AudienceState, OpenSlot
from incident.refusal import Code
from incident.states import Audience
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who
from tests.support.handmade_incidents import HandmadeDesk, an_incident, later, worded

OWED = an_incident(
    audiences=(
        AudienceState(audience=Audience.EXEC, open=OpenSlot(due_at=later(40), missed_after=later(45))),
        AudienceState(audience=Audience.INTERNAL, open=OpenSlot(due_at=later(8), missed_after=later(13))),
        AudienceState(audience=Audience.CUSTOMER, held=True),
    )
)


def test_deadlines_are_shown_earliest_first_and_late_ones_say_so():
    lines = HandmadeDesk(OWED).answer(Next()).splitlines()

    assert lines[0].startswith("• *responders* was due <!date^")
    assert lines[0].endswith("(10:13 UTC), late")
    assert lines[1].startswith("• *executives* by <!date^")
    assert lines[2].startswith("<@UILSE> sends the updates.")
    assert lines[3] == "On legal hold: customers."


def test_without_a_comms_lead_the_role_is_offered():
    assert "`/incident take comms`" in HandmadeDesk(OWED.model_copy(update={"roles": ()})).answer(Next())


def test_the_reply_says_that_no_update_is_owed():
    assert HandmadeDesk().answer(Next()) == "No update is due."
    assert HandmadeDesk().does(Next()) == ()


def test_a_promise_at_a_priority_that_owes_nothing_is_shown_and_kept(desk: CommandBench):
    desk.declared(impact=3, urgency=3)

    desk.do("update", at=5, audience="internal", text="We look into it.", next_update_at=T(60).isoformat())

    assert "Next to responders by" in desk.answer()
    assert "(11:00 UTC), as promised." in desk.answer()
    desk.do("next", at=6)
    assert desk.answer().startswith("• *responders* by")
    assert "(11:00 UTC)" in desk.answer()
    desk.tick(60)
    assert [(p.ask, p.asked) for p in desk.incident.prompted if p.due.startswith("update:")] == [
        ("update_due", (who("rob"), who("nadia")))
    ]


def test_a_time_without_an_update_promises_nothing():
    refusal = HandmadeDesk().refuses(Next(words="internal 16:30"))

    assert refusal.code == Code.BAD_VALUE
    assert "`/incident update internal next=16:30 …`" in worded(refusal)


def test_a_question_in_words_shows_what_is_due():
    answer = HandmadeDesk(OWED).answer(Next(words="what is due for execs"))

    assert answer == HandmadeDesk(OWED).answer(Next())


def test_a_promise_that_changes_nothing_is_not_passed_over_in_silence(room: CommandBench):
    room.do("update", at=10, audience="internal", text="first")

    room.do("update", at=20, occurred_at=T(5), audience="internal", text="by phone", next_update_at=T(90).isoformat())

    assert "The next time you named changes nothing: a later update or the final one is on record." in room.answer()
    room.do("update", at=21, audience="internal", text="second", next_update_at=T(90).isoformat())
    assert "changes nothing" not in room.answer()
    assert "(11:30 UTC)." in room.answer()
