"""An escalation pages a named person or the next level, or records an outside body, until it is answered."""

from __future__ import annotations

import pytest

from incident.deadlines.due_deadlines import next_at
from incident.refusal import Code
from roles.person_ids import MUSTER
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who


def test_without_a_name_the_first_level_is_paged(room: CommandBench) -> None:
    room.do("escalate", by="ilse", at=8, reason="the database is full")

    (call,) = room.incident.escalations
    assert (call.person, call.answer_by, call.ladder) == (who("rob"), T(13), (who("eva"),))
    assert room.said() == "<@UILSE> calls <@UROB>: the database is full"
    assert "by <!date^" in room.answer()
    assert "After that <@UEVA> is called. A direct message wakes nobody: phone them too." in room.answer()


def test_a_person_is_not_paged_twice_and_cannot_page_themselves(room: CommandBench) -> None:
    room.do("escalate", by="rob", reason="help")
    assert room.incident.escalations[-1].person == who("eva")

    room.do("escalate", by="ilse", reason="more help")
    assert room.incident.escalations[-1].person == who("rob")


def test_an_unanswered_page_escalates_to_the_next_level_and_is_recorded(room: CommandBench) -> None:
    room.do("escalate", by="ilse", at=8, reason="help")

    room.tick(13.1)

    first, second = room.incident.escalations
    assert (first.answer, second.person, second.automatic) == ("lapsed", who("eva"), True)
    assert room.entries()[second.n - 1].by == MUSTER


def test_a_named_person_is_paged_first(room: CommandBench) -> None:
    room.do("escalate", by="ilse", how="hierarchical", who=who("nadia"), reason="may we roll back?")

    (call,) = room.incident.escalations
    assert (call.how, call.person, call.ladder) == ("hierarchical", who("nadia"), (who("rob"), who("eva")))
    assert room.said() == "<@UILSE> calls <@UNADIA> to decide: may we roll back?"


def test_a_known_person_may_be_named_in_text(room: CommandBench) -> None:
    room.do("escalate", by="ilse", to=who("nadia"), reason="x")

    assert room.incident.escalations[0].person == who("nadia")


def test_an_outside_body_is_recorded_and_not_paged(room: CommandBench) -> None:
    room.do("escalate", by="ilse", how="hierarchical", to="management body", reason="major incident")

    (call,) = room.incident.escalations
    assert (call.to, call.person, call.answer_by) == ("management body", None, None)
    assert room.answer() == "Recorded. Muster cannot reach management body: call them yourself, now."


def test_after_the_end_of_an_incident_one_person_is_paged_and_no_level_follows(room: CommandBench) -> None:
    room.do("void", as_="false_alarm", reason="the probe itself was broken")

    room.do("escalate", by="ilse", at=8, reason="did you see this?")
    room.tick(60)

    (call,) = room.incident.escalations
    assert (call.person, call.answer_by, call.ladder) == (who("rob"), None, ())
    assert "The incident is over (void, a false alarm), so no answer is waited for and nobody is" in room.answer()


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
