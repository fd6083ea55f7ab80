"""A review has an owner and a time, is held, written in parts, and approved by another person."""

from __future__ import annotations

import pytest

from commands.review import Review
from incident.entries.aftermath.reviews import DocumentMoved, PartWritten, ReviewHeld
from incident.entries.closure import ReviewScheduled
from incident.ports import Person
from incident.refusal import Code
from incident.states import Document, DocumentState, Part
from tests.support.after_bench import DAY, REVIEW, closed_bench, submitted_bench
from tests.support.clock import T
from tests.support.handmade_incidents import EVA, HandmadeDesk, later

SCHEDULED = Review(owner=EVA, at=later(9000))


def test_the_review_is_scheduled():
    assert SCHEDULED.intent == "pir"
    assert HandmadeDesk().does(SCHEDULED) == (ReviewScheduled(owner=EVA, at=later(9000)),)


def test_a_review_is_not_assigned_to_a_bot():
    room = HandmadeDesk()
    room.memory.know(Person(id=EVA, name="Botty", is_bot=True))

    assert room.refuses(SCHEDULED).code == Code.NOT_A_RESPONDER


@pytest.mark.parametrize("given", [Review(), Review(what="schedule", owner=EVA)])
def test_a_review_without_an_owner_or_a_time_is_not_scheduled(given):
    assert HandmadeDesk().refuses(given).reason == "review_owner_and_at"


def test_the_reply_names_the_owner_and_the_time():
    assert HandmadeDesk().answer(SCHEDULED).startswith("Post-incident review: <!date^")
    assert "owner <@UEVA>" in HandmadeDesk().answer(SCHEDULED)


def test_a_review_later_than_the_policy_allows_is_recorded_and_the_reply_says_so():
    soon = Review(owner=EVA, at=later(60))

    assert "The policy wants it within" not in HandmadeDesk().answer(soon)
    assert "The policy wants it within 10 business days" in HandmadeDesk().answer(
        Review(owner=EVA, at=later(60 * 24 * 60))
    )


def test_a_meeting_is_recorded_once_it_was_held():
    bench = closed_bench()

    refused = bench.do("review", "eva", 60, what="held", form={"at": T(90).isoformat()})
    assert (refused.code, refused.reason) == (Code.BAD_VALUE, "review_held_future")
    bench.do("review", "eva", 100, what="held", attendees="Eva, Rob", text="We agreed", form={"at": T(90).isoformat()})

    assert bench.facts() == [ReviewHeld(at=T(90), attendees="Eva, Rob", text="We agreed")]


def test_parts_stay_drafts_and_only_what_changes_is_written():
    bench = closed_bench()

    bench.do("review", "eva", 60, what="write", what_happened="The cache was cold")
    assert "Still empty: what went well, what did not go well, where we were lucky" not in bench.answer()
    assert "Still empty: what went well, what did not go well." in bench.answer()
    bench.do("review", "rob", 61, what="write", what_happened="The cache was cold", went_well="The rollback")

    assert bench.facts() == [PartWritten(document=Document.REVIEW, part=Part.WENT_WELL, text="The rollback")]
    assert [one.part for one in bench.incident.aftermath.review.parts] == [Part.WHAT_HAPPENED, Part.WENT_WELL]
    assert Review.proposal({"what": "write"}, bench.incident, None)["what_happened"] == "The cache was cold"
    assert bench.do("review", "rob", 62, what="write", went_well="The rollback").reason == "document_same"
    hidden = bench.do("review", "rob", 62, what="write", went_well="[masked]", what_happened="[redacted]")
    assert hidden.reason == "document_nothing"
    assert bench.do("review", "rob", 62, what="write", went_well=" ").reason == "document_nothing"


def test_a_draft_with_empty_parts_is_not_submitted_and_the_refusal_names_them():
    bench = closed_bench()
    bench.do("review", "eva", 60, what="write", what_happened="The cache was cold")

    refused = bench.do("review", "eva", 61, what="submit")

    assert (refused.code, refused.fields) == (Code.MISSING_FIELDS, ("went_well", "went_badly"))
    assert "these parts are empty: what went well, what did not go well" in bench.answer()


def test_another_person_with_authority_approves_and_no_author_does():
    bench = submitted_bench()

    assert bench.do("review", "eva", what="approve").reason == "document_own"
    assert bench.do("review", "rob", what="approve").reason == "document_not_yours"
    bench.do("review", "nadia", 3 * DAY, what="approve")

    assert bench.facts() == [DocumentMoved(document=Document.REVIEW, state=DocumentState.APPROVED)]
    assert bench.incident.aftermath.review.moved_by == "slack:T1:UNADIA"
    assert bench.do("review", "eva", what="write", lucky="It was night").reason == "document_approved"


def test_a_review_is_approved_after_its_meeting():
    bench = closed_bench()
    bench.do("review", "eva", 60, what="write", **REVIEW)
    assert bench.do("review", "nadia", 61, what="approve").reason == "document_draft"
    bench.do("review", "eva", 62, what="submit")

    assert bench.do("review", "nadia", 63, what="approve").reason == "review_not_held"


def test_a_document_is_returned_with_what_is_to_be_changed():
    bench = submitted_bench()

    assert bench.do("review", "eva", what="write", lucky="It was night").reason == "document_in_review"
    assert bench.do("review", "nadia", what="return").reason == "document_reason"
    assert bench.do("review", "rob", what="return", text="I do not like it").reason == "document_not_yours"
    bench.do("review", "nadia", what="return", text="Name who was notified")

    assert bench.incident.aftermath.review.state is DocumentState.DRAFT
    assert "returned to its authors" in bench.said()
    bench.do("review", "eva", what="submit")
    assert bench.do("review", "eva", what="return", text="I forgot a part").code is None


def test_an_approved_review_keeps_its_minutes_and_its_state():
    bench = submitted_bench()
    bench.do("review", "nadia", 3 * DAY, what="approve")

    assert bench.do("review", "rob", what="held", text="Because other minutes").reason == "document_approved"
    assert bench.do("review", "nadia", what="return", text="One more thing").reason == "document_approved"
    assert bench.incident.aftermath.review.state is DocumentState.APPROVED


def test_who_wrote_the_minutes_does_not_approve_them():
    bench = submitted_bench()
    bench.do("review", "nadia", 3 * DAY, what="held", text="We agreed on nothing")

    assert bench.do("review", "nadia", 3 * DAY + 1, what="approve").reason == "document_own"


def test_a_form_proposes_the_next_step():
    steps = [Review.proposal({}, one.incident, None)["what"] for one in (closed_bench(), submitted_bench())]

    assert steps == ["held", "approve"]
    assert [Review.is_whole(one) for one in ({}, {"what": "write"}, {"what": "submit"})] == [False, False, True]
