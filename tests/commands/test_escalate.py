"""An escalation pages a named person or the next level, or records an outside body, until it is answered."""

from __future__ import annotations

import pytest

from incident.deadlines.due_deadlines import next_at
from incident.ports import Person
from incident.refusal import Code
from incident.rules.responders.open_calls import levels_to_call, taken_by
from roles.person_ids import MUSTER
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who


def test_without_a_name_the_first_level_is_paged(room: CommandBench) -> None:
    room.do("escalate", by="ilse", at=8, reason="the database is full")

    (call,) = room.incident.escalations
    assert (call.person, call.answer_by, call.ladder) == (who("rob"), T(13), (who("eva"), who("nadia")))
    assert room.said() == "<@UILSE> called <@UROB> for help: the database is full"
    assert "until <!date^" in room.answer()
    assert "Then I call <@UEVA>. Slack won't wake them. Phone them too." in room.answer()


def test_a_person_is_not_paged_twice_and_cannot_page_themselves(room: CommandBench) -> None:
    room.do("escalate", by="rob", reason="help")
    assert room.incident.escalations[-1].person == who("eva")

    room.do("escalate", by="ilse", reason="more help")
    assert room.incident.escalations[-1].person == who("rob")


def test_who_calls_a_person_outside_the_levels_is_not_called_in_turn(room: CommandBench) -> None:
    room.do("escalate", by="rob", at=8, who=who("nadia"), reason="help")
    assert "Then I call <@UEVA>." in room.answer()

    room.tick(40)
    room.tick(80)

    assert [call.person for call in room.incident.escalations] == [who("nadia"), who("eva")]


def test_a_call_recorded_with_its_caller_among_the_levels_passes_them_over(room: CommandBench) -> None:
    room.do("escalate", by="ilse", at=8, who=who("nadia"), reason="help")
    (call,) = room.incident.escalations

    by_rob = room.incident.model_copy(update={"escalations": (call.model_copy(update={"by": who("rob")}),)})

    assert (levels_to_call(room.incident, call), levels_to_call(by_rob, by_rob.escalations[0])) == (
        (who("rob"), who("eva")),
        (who("eva"),),
    )


def test_an_unanswered_page_escalates_to_the_next_level_and_is_recorded(room: CommandBench) -> None:
    room.do("escalate", by="ilse", at=8, reason="help")

    room.tick(13.1)

    first, second = room.incident.escalations
    assert (first.answer, second.person, second.automatic) == ("lapsed", who("eva"), True)
    assert room.entries()[second.n - 1].by == MUSTER


def test_show_lists_the_open_call_in_one_line(room: CommandBench) -> None:
    room.do("escalate", by="ilse", at=8, reason="help")

    room.do("show", by="ilse", at=9)

    assert "*Called* <@UROB>, to answer by <!date^" in room.answer()


def test_a_named_person_is_paged_first(room: CommandBench) -> None:
    room.do("escalate", by="ilse", how="hierarchical", who=who("nadia"), reason="may we roll back?")

    (call,) = room.incident.escalations
    assert (call.how, call.person, call.ladder) == ("hierarchical", who("nadia"), ())
    assert room.said() == "<@UILSE> called <@UNADIA> for a decision: may we roll back?"


def test_a_known_person_may_be_named_in_text(room: CommandBench) -> None:
    room.do("escalate", by="ilse", to=who("nadia"), reason="x")

    assert room.incident.escalations[0].person == who("nadia")


def test_an_outside_body_is_recorded_and_not_paged(room: CommandBench) -> None:
    room.do("escalate", by="ilse", how="hierarchical", to="management body", reason="major incident")

    (call,) = room.incident.escalations
    assert (call.to, call.person, call.answer_by) == ("management body", None, None)
    assert room.answer() == "Recorded. Muster cannot reach management body: call them yourself now."


def test_after_the_end_of_an_incident_one_person_is_paged_and_no_level_follows(room: CommandBench) -> None:
    room.do("void", as_="false_alarm", reason="the probe itself was broken")

    room.do("escalate", by="ilse", at=8, reason="did you see this?")
    room.tick(60)

    (call,) = room.incident.escalations
    assert (call.person, call.answer_by, call.ladder) == (who("rob"), None, ())
    assert "The incident is over (void, a false alarm), so I don't wait for an answer" in room.answer()


def test_a_decline_after_the_end_of_an_incident_pages_no_further_level(room: CommandBench) -> None:
    room.do("escalate", by="ilse", at=8, reason="help")
    room.do("void", at=9, as_="false_alarm", reason="the probe itself was broken")

    room.do("answer", by="rob", at=10, answer="declined", escalation=room.incident.escalations[0].n)

    assert [call.person for call in room.incident.escalations] == [who("rob")]
    assert "The incident is over, so nobody else is called." in room.answer()


def test_an_unanswered_page_does_not_lapse_after_the_incident_ends(room: CommandBench) -> None:
    room.do("escalate", by="ilse", at=8, reason="help")
    room.do("void", at=9, as_="false_alarm", reason="the probe itself was broken")

    due_at = next_at(room.incident, room.policy, T(60))

    assert due_at is None or due_at > T(60)


def test_without_an_escalation_policy_a_name_is_required(desk: CommandBench) -> None:
    desk.declared(service="wiki", category="Other", owner_group="it")

    outcome = desk.do("escalate", reason="help")

    assert (outcome.code, outcome.fields) == (Code.MISSING_FIELDS, ("who",))
    assert "Name a person" in desk.answer()


@pytest.mark.parametrize("name", ["bot", "guest"])
def test_only_a_full_member_is_paged(room: CommandBench, name: str) -> None:
    assert room.do("escalate", who=who(name), reason="help").code == Code.NOT_A_RESPONDER


def leave(room: CommandBench, *names: str) -> None:
    room.memory.know(*(Person(id=who(name), name=name.title(), is_active=False) for name in names))


def test_the_same_call_to_a_person_who_is_still_to_answer_is_one_call(room: CommandBench) -> None:
    room.do("escalate", by="ilse", at=8, who=who("rob"), reason="the database is full")

    again = room.do("escalate", by="eva", at=10, who=who("rob"), reason="the database is full")

    assert (again.code, again.reason) == (Code.STATE, "escalate_open")
    assert room.answer().startswith("Not called again: <@UROB> is being called already and has 3 min left")
    assert len(room.incident.escalations) == 1


def test_a_person_is_called_again_once_the_first_call_is_answered_or_over(room: CommandBench) -> None:
    room.do("escalate", by="ilse", at=8, who=who("nadia"), reason="help")
    room.do("answer", by="nadia", at=9, answer="accepted")
    assert not room.do("escalate", by="ilse", at=10, who=who("nadia"), reason="and this").is_refused

    room.do("void", at=11, as_="false_alarm", reason="the probe itself was broken")
    assert not room.do("escalate", by="ilse", at=12, who=who("nadia"), reason="look at this").is_refused


def test_an_open_call_of_before_a_reopening_does_not_keep_a_person_from_being_called(room: CommandBench) -> None:
    room.do("ack", by="ilse", at=1)
    room.do("escalate", by="ilse", at=2, who=who("nadia"), reason="help")
    room.do("restored", by="ilse", at=3, text="it works again")
    room.do("resolve", by="ilse", at=4, how="fix", text="rolled back the release that broke it")
    room.do("reopen", by="ilse", at=60, reason="it is back again")

    assert not room.do("escalate", by="ilse", at=61, who=who("nadia"), reason="help again").is_refused


def test_a_level_whose_account_is_deactivated_is_skipped_at_once_and_the_answer_says_so(room: CommandBench) -> None:
    leave(room, "rob")

    room.do("escalate", by="ilse", at=8, reason="help")

    (call,) = room.incident.escalations
    assert call.person == who("eva")
    assert [gone.who for gone in room.incident.absences] == [who("rob")]
    assert room.answer().startswith("<@UROB> cannot be reached. I messaged <@UEVA>")


def test_without_a_level_that_can_be_reached_a_name_is_required(room: CommandBench) -> None:
    leave(room, "rob", "eva")

    assert room.do("escalate", by="ilse", at=8, reason="help").reason == "escalate_unreachable"


def test_a_level_that_left_after_the_call_is_skipped_when_its_turn_comes(room: CommandBench) -> None:
    room.do("escalate", by="ilse", at=8, reason="help")
    leave(room, "eva")
    leave(room, "nadia")

    room.tick(13.1)

    assert [call.answer for call in room.incident.escalations] == ["lapsed"]
    assert [entry.fact.ask for entry in room.entries() if entry.fact.kind == "prompt_due"][-1] == "call"


def test_a_person_called_whose_account_is_deactivated_is_waited_for_no_longer(room: CommandBench) -> None:
    room.do("escalate", by="ilse", at=8, reason="help")
    leave(room, "rob")

    room.tick(9)

    assert [(call.person, call.answer) for call in room.incident.escalations] == [
        (who("rob"), "lapsed"),
        (who("eva"), None),
    ]


def test_a_call_for_a_decision_without_a_name_goes_to_the_service_owner_and_to_no_engineer(room: CommandBench) -> None:
    room.do("escalate", by="ilse", at=8, how="hierarchical", reason="may we switch payments off?")
    room.tick(30)

    (call,) = room.incident.escalations
    assert (call.person, levels_to_call(room.incident, call), call.answer) == (who("nadia"), (), "lapsed")


def test_an_owner_who_did_not_take_the_call_is_not_asked_to_find_another_way(room: CommandBench) -> None:
    room.do("escalate", by="ilse", at=8, how="hierarchical", reason="may we switch payments off?")
    room.do("answer", by="nadia", at=9, answer="declined")
    room.tick(10)

    asked = [
        entry.fact.asked for entry in room.entries() if entry.fact.kind == "prompt_due" and entry.fact.ask == "call"
    ]
    assert asked == [(who("ilse"),)]


def test_a_call_for_a_decision_that_no_one_here_can_take_asks_for_a_name(room: CommandBench) -> None:
    outcome = room.do("escalate", by="nadia", how="hierarchical", reason="may we?")

    assert (outcome.reason, outcome.fields) == ("escalate_decider", ("who",))


def test_a_level_that_is_being_called_already_is_not_called_again_by_another_call(room: CommandBench) -> None:
    """Rob does not answer the first call while Eva, the next level, has a second call with its own time."""
    room.do("escalate", by="ilse", at=8, reason="help")
    room.do("escalate", by="nadia", at=10, who=who("eva"), reason="help with the database")

    room.tick(13.1)

    assert [call.person for call in room.incident.escalations] == [who("rob"), who("eva")]
    room.do("answer", by="eva", at=14, answer="accepted")
    room.tick(60)
    assert [call.person for call in room.incident.escalations] == [who("rob"), who("eva")]
    assert {taken_by(room.incident, call) for call in room.incident.escalations} == {who("eva")}


def test_a_call_that_joined_another_goes_on_once_that_was_not_answered(room: CommandBench) -> None:
    room.do("escalate", by="ilse", at=8, who=who("nadia"), reason="help")
    room.do("escalate", by="ilse", at=10, who=who("rob"), reason="help with the database")

    room.tick(13.1)
    assert [call.person for call in room.incident.escalations] == [who("nadia"), who("rob")]
    room.tick(15.1)

    assert [call.person for call in room.incident.escalations] == [who("nadia"), who("rob"), who("eva")]


@pytest.mark.parametrize("how", ["functional", "hierarchical"])
def test_a_person_has_one_open_call_whatever_it_is_for(room: CommandBench, how: str) -> None:
    room.do("escalate", by="ilse", at=8, who=who("nadia"), reason="help")

    outcome = room.do("escalate", by="eva", at=9, who=who("nadia"), how=how, reason="may we switch payments off?")

    assert outcome.code == Code.STATE
    assert "is being called already" in room.answer()
    assert len(room.incident.escalations) == 1
