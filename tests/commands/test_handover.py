"""A handover is offered with a note by the holder, or by a person with authority, and waits for acceptance."""

from __future__ import annotations

import pytest

from incident.refusal import Code
from roles.role_names import Role
from tests.support.command_bench import CommandBench, who

NOTE = "restore runs, promised 16:30, do not touch db1"


@pytest.fixture
def commanded(room: CommandBench) -> CommandBench:
    room.do("take", by="rob", at=1, role="commander")
    return room


def test_an_offer_changes_nothing_until_it_is_accepted(commanded: CommandBench) -> None:
    commanded.do("handover", by="rob", role="ic", to=who("eva"), note=NOTE)

    (offer,) = commanded.incident.offers
    assert (offer.role, offer.from_who, offer.to) == (Role.COMMANDER, who("rob"), who("eva"))
    assert commanded.incident.holder(Role.COMMANDER) == who("rob")
    assert commanded.said().startswith("<@UROB> offers the role of commander to <@UEVA>: ")
    assert commanded.answer() == "Offered to <@UEVA>. <@UROB> stays commander until they accept."


def test_the_second_of_two_holders_hands_over_their_own_part(room: CommandBench) -> None:
    room.do("take", by="rob", at=1, role="tech_lead")
    room.do("take", by="eva", at=2, role="tech_lead")

    room.do("handover", by="eva", at=3, role="tech_lead", to=who("nadia"), note=NOTE)
    assert room.incident.offers[0].from_who == who("eva")
    room.do("accept", by="nadia", at=4, role="tech_lead")

    assert room.incident.holders(Role.TECH_LEAD) == (who("rob"), who("nadia"))


def test_a_new_offer_replaces_the_one_before(commanded: CommandBench) -> None:
    commanded.do("handover", by="rob", role="commander", to=who("eva"), note=NOTE)
    commanded.do("handover", by="rob", role="commander", to=who("nadia"), note=NOTE)

    assert [offer.to for offer in commanded.incident.offers] == [who("nadia")]


def test_a_free_role_cannot_be_handed_over(room: CommandBench) -> None:
    outcome = room.do("handover", by="ilse", role="commander", to=who("eva"), note=NOTE)

    assert (outcome.code, outcome.reason) == (Code.STATE, "handover_nobody")


def test_handing_over_another_persons_role_needs_authority(commanded: CommandBench) -> None:
    assert commanded.do("handover", by="eva", role="commander", to=who("eva"), note="").code == Code.NOT_AUTHORISED

    commanded.do("handover", by="ilse", role="commander", to=who("eva"), note=NOTE)

    assert commanded.incident.offers[0].from_who == who("rob")


def test_of_several_holders_the_first_hands_over(room: CommandBench) -> None:
    room.do("take", by="rob", role="tech_lead")
    room.do("take", by="eva", role="tech_lead")

    room.do("handover", by="ilse", role="tech_lead", to=who("nadia"), note=NOTE)

    assert room.incident.offers[0].from_who == who("rob")


def test_a_role_is_not_offered_to_its_holder(commanded: CommandBench) -> None:
    assert commanded.do("handover", role="commander", to=who("rob"), note=NOTE).code == Code.ROLE_TAKEN


@pytest.mark.parametrize(("note", "code"), [("", Code.HANDOVER_NOTE), ("x" * 19, Code.HANDOVER_NOTE), ("x" * 20, None)])
def test_a_handover_note_that_says_too_little_is_refused(commanded: CommandBench, note: str, code: Code | None) -> None:
    assert commanded.do("handover", role="commander", to=who("eva"), note=note).code == code


def test_a_role_is_not_offered_to_a_bot(commanded: CommandBench) -> None:
    assert commanded.do("handover", role="commander", to=who("bot"), note=NOTE).code == Code.NOT_A_RESPONDER
