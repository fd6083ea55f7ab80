"""Shows one incident by its number to people who may see it."""

from __future__ import annotations

import pytest

from commands.core.rules.incident_by_number import full_number
from commands.show import Show
from incident.model.slack_references import SlackPlaces
from incident.refusal import Code
from tests.support.handmade_incidents import EVA, ROB, HandmadeDesk, an_incident, worded


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("42", "INC-2026-0042"),
        ("#42", "INC-2026-0042"),
        ("0042", "INC-2026-0042"),
        ("2025-7", "INC-2025-0007"),
        ("inc-2026-0042", "INC-2026-0042"),
        (" INC-2026-12345 ", "INC-2026-12345"),
    ],
)
def test_a_number_is_parsed_as_people_type_it(typed, number):
    assert full_number(typed, 2026) == number


def test_an_incident_is_shown_from_any_channel():
    room = HandmadeDesk()
    room.incident = None

    answer = room.answer(Show(number="42"))

    assert answer.startswith("*INC-2026-0042* Checkout errors\n")
    assert answer.endswith("Channel: <#C100>")


def test_without_a_number_the_incident_of_this_channel_is_shown():
    assert HandmadeDesk().answer(Show()).startswith("*INC-2026-0042*")


def test_an_incident_the_actor_may_not_see_is_refused_like_an_unknown_one():
    room = HandmadeDesk(an_incident(restricted=True), actor=EVA)
    hidden, absent = room.refuses(Show(number="42")), room.refuses(Show(number="43"))

    assert (hidden.code, hidden.reason) == (absent.code, absent.reason) == (Code.NO_INCIDENT, "show_unknown")
    assert worded(hidden) == worded(absent)
    assert HandmadeDesk(an_incident(restricted=True), actor=ROB).answer(Show(number="42"))


def test_who_is_not_in_the_private_channel_learns_who_lets_them_in():
    places = SlackPlaces(channel="C100", private=True)
    room = HandmadeDesk(an_incident(restricted=True, places=places, members=(), service_owner=EVA), actor=EVA)

    answer = room.answer(Show(number="42"))

    assert "Its channel is private, and you are not in it. Ask " in answer
    assert answer.endswith("to invite you.")
    assert "<#C100>" not in answer


def test_a_question_records_nothing():
    assert HandmadeDesk().does(Show()) == ()
    assert HandmadeDesk().said(Show()) == ""
