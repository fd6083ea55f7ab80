"""An incident that turned out to be none is void, with a reason, unless it was mitigated."""

from __future__ import annotations

import pytest

from bot.rendering.renderer import VerbContext
from commands.core.request import Place
from incident.entries.lifecycle import Voided
from incident.refusal import Code
from incident.states import State
from roles.role_names import Role
from tests.support.command_bench import CommandBench
from tests.support.handmade_incidents import ROB, HandmadeDesk, an_incident, renderer

WHY = {"as_": "false_alarm", "reason": "the probe itself was broken"}


@pytest.mark.parametrize("kind", ["duplicate", "false_alarm", "not_incident", "request_fulfilled"])
def test_an_incident_is_void_for_the_reason_given(room: CommandBench, kind: str) -> None:
    room.do("void", as_=kind, reason="we looked and it is no incident")

    assert room.kinds() == ["voided", "state_changed"]
    assert room.incident.state == State(f"void:{kind}")


def test_roles_and_deadlines_of_a_void_incident_end(room: CommandBench) -> None:
    room.do("take", role="commander")

    room.do("void", **WHY)

    assert room.incident.holders(Role.COMMANDER) == ()
    assert all(audience.open is None for audience in room.incident.audiences)


def test_the_line_names_the_reason_and_the_original_incident(room: CommandBench) -> None:
    room.do("declare", title="The same", service="checkout", place=Place(channel="CELSEWHERE"))

    room.do("void", as_="duplicate", reason="same errors as the other", duplicate_of="inc-2026-0002")

    assert room.facts()[0].duplicate_of == "INC-2026-0002"
    assert room.said() == (
        "<@UROB> ended this incident: it is void, a duplicate of INC-2026-0002. same errors as the other"
    )
    assert room.answer() == (
        "INC-2026-0001 is void, a duplicate of INC-2026-0002. Its record stays. "
        "If that was wrong: `/incident reopen` and why."
    )


@pytest.mark.parametrize("number", ["INC-2026-0009", "INC-2026-0001", "INC-2026-0002", "the other one"])
def test_an_unknown_same_or_invisible_original_is_refused_with_the_same_sentence(
    room: CommandBench, number: str
) -> None:
    secret = {"title": "Leak", "service": "checkout", "private": True}
    room.do("declare", by="nadia", place=Place(channel="CELSEWHERE"), **secret)

    outcome = room.do("void", by="eva", as_="duplicate", reason="same errors as the other", duplicate_of=number)

    assert (outcome.code, outcome.fields) == (Code.BAD_VALUE, ("duplicate_of",))
    assert room.answer().startswith(f"Not voided: there is no other incident {number}.")
    assert room.incident.state == State.LOGGED or not room.incident.is_over


@pytest.mark.parametrize(
    ("reason", "code"), [("x" * 14, Code.JUSTIFICATION), ("x" * 15, None), ("", Code.JUSTIFICATION)]
)
def test_a_reason_that_says_too_little_is_refused(room: CommandBench, reason: str, code: Code | None) -> None:
    assert room.do("void", as_="false_alarm", reason=reason).code == code


def test_a_mitigated_incident_is_not_void_for_any_reason(room: CommandBench) -> None:
    room.do("ack")
    room.do("mitigated", text="traffic moved away")

    outcome = room.do("void", as_="false_alarm", reason="short")

    assert (outcome.code, outcome.reason) == (Code.STATE, "too_late_to_void")
    assert room.answer().endswith("Once it was worked on, an incident is resolved and closed, even if it was harmless.")


def test_the_refusal_for_an_ended_incident_does_not_suggest_resolving_it(room: CommandBench) -> None:
    room.do("void", **WHY)

    assert room.do("void", **WHY).reason == "too_late_to_void"
    assert "resolved and closed" not in room.answer()
    assert room.answer().endswith("If that was wrong, type `/incident reopen` and why.")


def third(room: CommandBench) -> None:
    """Declare a second and a third incident, and make the second a duplicate of the third."""
    for title in ("Second", "Third"):
        room.do("declare", title=title, service="checkout", place=Place(channel="CELSEWHERE"))
    same = {"as_": "duplicate", "reason": "same errors as the other", "duplicate_of": "INC-2026-0003"}
    assert room.do("void", place=Place(number="INC-2026-0002"), **same).code is None


@pytest.mark.parametrize("number", ["INC-2026-0002", "inc-2026-2", "#2", "2"])
def test_a_duplicate_of_a_duplicate_keeps_its_link_and_leads_to_the_first(room: CommandBench, number: str) -> None:
    third(room)

    room.do("void", as_="duplicate", reason="same errors as the other", duplicate_of=number)

    assert room.incident.duplicate_of == "INC-2026-0002"
    assert "a duplicate of INC-2026-0002, itself a duplicate of INC-2026-0003" in room.answer()
    room.do("show", number="1")
    assert "It is a duplicate of INC-2026-0002." in room.answer()
    assert "INC-2026-0002 is a duplicate of INC-2026-0003." in room.answer()


def test_a_circle_of_duplicates_is_refused_however_long_it_is(room: CommandBench) -> None:
    third(room)
    same = {"as_": "duplicate", "reason": "same errors as the other"}

    outcome = room.do("void", duplicate_of="2", place=Place(number="INC-2026-0003"), **same)

    assert (outcome.code, outcome.reason) == (Code.BAD_VALUE, "void_circular")
    assert "INC-2026-0002 is itself a duplicate of this one" in room.answer()
    room.do("void", duplicate_of="2", **same)
    outcome = room.do("void", duplicate_of="1", place=Place(number="INC-2026-0003"), **same)
    assert outcome.reason == "void_circular"


def test_what_is_mitigated_is_not_merged_but_the_other_one_can_be(room: CommandBench) -> None:
    room.do("declare", title="The same", service="checkout", place=Place(channel="CELSEWHERE"))
    room.do("ack")
    room.do("mitigated", text="traffic moved away")

    outcome = room.do("void", as_="duplicate", reason="same errors as the other", duplicate_of="2")

    assert (outcome.code, outcome.reason) == (Code.STATE, "void_other_way")
    assert "INC-2026-0002 can be voided as a duplicate of it" in room.answer()
    for verb in ({"ack": {}}, {"mitigated": {"text": "traffic moved away"}}):
        for name, fields in verb.items():
            room.do(name, place=Place(number="INC-2026-0002"), **fields)
    outcome = room.do("void", as_="duplicate", reason="same errors as the other", duplicate_of="2")
    assert outcome.reason == "too_late_to_void"


@pytest.mark.parametrize(
    ("fact", "sentence", "line"),
    [
        (
            Voided(as_="duplicate", why="joined", duplicate_of="INC-2026-0001"),
            "duplicate of INC-2026-0001: the same problem, declared first",
            "it is void, a duplicate of INC-2026-0001. The same problem, declared first.",
        ),
        (
            Voided(as_="false_alarm", reason="a broken probe"),
            "false alarm: a broken probe",
            "void, a false alarm. a broken probe",
        ),
    ],
)
def test_the_record_and_the_channel_name_the_reason_also_without_a_text(fact, sentence, line):
    room = HandmadeDesk(an_incident(State.ACTIVE))  # as it is once the void is taken back
    (entry,) = room.holds(fact)
    context = VerbContext(room.incident, (entry,), ROB, room.at)

    assert renderer().macro("sentences.j2", "voided", entry) == sentence
    assert renderer().said("void", context).endswith(line)
