"""What turned out to be no incident is void, with a reason, as long as nothing was mitigated."""

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
def test_it_is_void_as_what_it_turned_out_to_be(room: CommandBench, kind: str) -> None:
    room.do("void", as_=kind, reason="we looked and it is no incident")

    assert room.kinds() == ["voided", "state_changed"]
    assert room.incident.state == State(f"void:{kind}")


def test_roles_end_and_nothing_is_owed_any_more(room: CommandBench) -> None:
    room.do("take", role="commander")

    room.do("void", **WHY)

    assert room.incident.holders(Role.COMMANDER) == ()
    assert all(audience.open is None for audience in room.incident.audiences)


def test_the_line_says_what_it_was_and_of_what(room: CommandBench) -> None:
    room.do("declare", title="The same", service="checkout", place=Place(channel="CELSEWHERE"))

    room.do("void", as_="duplicate", reason="same errors as the other", duplicate_of="inc-2026-0002")

    assert room.facts()[0].duplicate_of == "INC-2026-0002"
    assert room.said() == (
        "<@UROB> ended this incident: it is void, a duplicate of INC-2026-0002. same errors as the other"
    )
    assert room.answer() == "INC-2026-0001 is void, a duplicate. Its record stays."


@pytest.mark.parametrize("number", ["INC-2026-0009", "INC-2026-0001", "INC-2026-0002", "the other one"])
def test_an_incident_that_is_unknown_the_same_or_not_theirs_to_see_is_refused_in_the_same_words(
    room: CommandBench, number: str
) -> None:
    secret = {"title": "Leak", "service": "checkout", "restricted": True}
    room.do("declare", by="nadia", place=Place(channel="CELSEWHERE"), **secret)

    outcome = room.do("void", by="eva", as_="duplicate", reason="same errors as the other", duplicate_of=number)

    assert (outcome.code, outcome.fields) == (Code.BAD_VALUE, ("duplicate_of",))
    assert room.answer().startswith(f"Not voided: there is no other incident {number.upper()}.")
    assert room.incident.state == State.LOGGED or not room.incident.is_over


@pytest.mark.parametrize(
    ("reason", "code"), [("x" * 14, Code.JUSTIFICATION), ("x" * 15, None), ("", Code.JUSTIFICATION)]
)
def test_the_reason_has_to_say_something(room: CommandBench, reason: str, code: Code | None) -> None:
    assert room.do("void", as_="false_alarm", reason=reason).code == code


def test_what_was_mitigated_is_not_void_whatever_the_reason(room: CommandBench) -> None:
    room.do("ack")
    room.do("mitigated", text="traffic moved away")

    outcome = room.do("void", as_="false_alarm", reason="short")

    assert (outcome.code, outcome.reason) == (Code.STATE, "too_late_to_void")
    assert room.answer().endswith("What was worked on this far is resolved and closed, also when it was harmless.")


def test_an_ended_incident_is_not_asked_to_be_resolved(room: CommandBench) -> None:
    room.do("void", **WHY)

    assert room.do("void", **WHY).reason == "too_late_to_void"
    assert "resolved and closed" not in room.answer()
    assert room.answer().endswith("Its record stays: add what you know with `/incident note`.")


@pytest.mark.parametrize(
    ("fact", "sentence", "line"),
    [
        (
            Voided(as_="duplicate", why="joined", duplicate_of="INC-2026-0001"),
            "duplicate of INC-2026-0001: the same problem, declared first",
            "of INC-2026-0001. The same problem, declared first.",
        ),
        (Voided(as_="false_alarm", reason="a broken probe"), "false alarm: a broken probe", ". a broken probe"),
    ],
)
def test_the_record_and_the_channel_read_why_also_without_a_written_reason(fact, sentence, line):
    room = HandmadeDesk(an_incident(State.VOID_DUPLICATE))
    (entry,) = room.holds(fact)
    context = VerbContext(room.incident, (entry,), ROB, room.at)

    assert renderer().macro("sentences.j2", "voided", entry) == sentence
    assert renderer().said("void", context).endswith(line)
