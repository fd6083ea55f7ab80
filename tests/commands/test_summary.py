"""A person who joins late reads what broke, who commands, what was decided, what is open and what comes next."""

from __future__ import annotations

from commands.summary import Summary
from incident.entries.conversation import Corrected, DecisionMade
from incident.entries.status_updates import StatusUpdatePosted, UpdateCorrected
from incident.model.components import Action, AuthoredText, Resolution, TempFix
from incident.states import Audience
from tests.support.handmade_incidents import EVA, ROB, START, HandmadeDesk, an_incident, later


def test_a_new_incident_has_a_short_summary():
    lines = HandmadeDesk().answer(Summary()).splitlines()

    assert lines[0] == "*INC-2026-0042* Checkout errors"
    assert "What users see: one in five payments fails" in lines
    assert "commander <@UILSE>" in lines
    assert lines[-1] == "No update is due now"
    assert not [line for line in lines if line.startswith(("*Decided*", "*Last told*", "*Workaround*"))]


def test_the_summary_shows_decisions_open_work_and_the_last_update_to_each_audience():
    incident = an_incident(
        actions=(Action(id="A1", text="call the provider", assignee=ROB, opened_at=START),),
        temp_fixes=(TempFix(id="TF1", text="restarts", owner=EVA, remove_by=later(900)),),
        workarounds=(AuthoredText(text="use the old page"),),
    )
    room = HandmadeDesk(incident)
    room.holds(
        DecisionMade(id="D1", text="roll back", rationale="it began with it"),
        StatusUpdatePosted(audience=Audience.EXEC, text="We look into it."),
        StatusUpdatePosted(audience=Audience.INTERNAL, text="Rolling back."),
        StatusUpdatePosted(audience=Audience.EXEC, text="A release is the cause."),
    )

    answer = room.answer(Summary())

    assert "• D1 roll back · because: it began with it" in answer
    assert "• use the old page" in answer
    assert "• A1 <@UROB>: call the provider" in answer
    assert "• TF1: restarts (owner <@UEVA>, remove by " in answer
    assert "executives, <!date^1780999500^{time}|10:05 UTC> (10:05 UTC): A release is the cause." in answer
    assert "We look into it." not in answer
    assert answer.index("responders,") < answer.index("executives,")


def test_the_summary_shows_what_was_corrected_and_not_only_the_first_words():
    room = HandmadeDesk()
    room.holds(
        DecisionMade(id="D1", text="restart gateway A", approved_by=EVA),
        StatusUpdatePosted(audience=Audience.EXEC, text="Card paymnets fail."),
        Corrected(corrects=1, text="restart gateway B"),
        UpdateCorrected(update=2, audience=Audience.EXEC, text="Card payments fail."),
    )

    answer = room.answer(Summary())

    assert "• D1 restart gateway A · approved by <@UEVA> · *corrected:* restart gateway B" in answer
    assert "(10:05 UTC): Card payments fail." in answer
    assert "paymnets" not in answer


def test_a_correction_that_was_taken_back_is_not_shown():
    room = HandmadeDesk(an_incident(undone=(2,)))
    room.holds(DecisionMade(id="D1", text="restart gateway A"), Corrected(corrects=1, text="restart gateway B"))

    assert "corrected" not in room.answer(Summary())


def test_the_resolution_is_shown():
    resolution = Resolution(how="fix", text="rolled back the release", by=ROB, at=START, meets_rule=False)

    assert "Resolved (fix): rolled back the release" in HandmadeDesk(an_incident(resolution=resolution)).answer(
        Summary()
    )


def test_a_question_records_nothing():
    assert HandmadeDesk().does(Summary()) == ()
    assert HandmadeDesk().said(Summary()) == ""
