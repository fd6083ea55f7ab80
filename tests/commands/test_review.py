"""A review has an owner and a time."""

from __future__ import annotations

from commands.review import Review
from incident.entries.closure import ReviewScheduled
from incident.ports import Person
from incident.refusal import Code
from tests.support.handmade_incidents import EVA, HandmadeDesk, later

SAID = Review(owner=EVA, at=later(9000))


def test_the_review_is_scheduled():
    assert SAID.intent == "pir"
    assert HandmadeDesk().does(SAID) == (ReviewScheduled(owner=EVA, at=later(9000)),)


def test_a_review_is_not_assigned_to_a_bot():
    room = HandmadeDesk()
    room.memory.know(Person(id=EVA, name="Botty", is_bot=True))

    assert room.refuses(SAID).code == Code.NOT_A_RESPONDER


def test_the_reply_names_the_owner_and_the_time():
    assert HandmadeDesk().answer(SAID).startswith("Post-incident review: <!date^")
    assert "owner <@UEVA>" in HandmadeDesk().answer(SAID)


def test_a_review_later_than_the_policy_allows_is_recorded_and_the_reply_says_so():
    soon = Review(owner=EVA, at=later(60))

    assert "The policy wants it within" not in HandmadeDesk().answer(soon)
    assert "The policy wants it within 10 business days" in HandmadeDesk().answer(
        Review(owner=EVA, at=later(60 * 24 * 60))
    )
