"""A role changes hands when the person it was offered to accepts it."""

from __future__ import annotations

import pytest

from incident.refusal import Code
from roles.role_intervals import holders_at
from roles.role_names import Role
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who

NOTE = "restore runs, promised 16:30, do not touch db1"


@pytest.fixture
def offered(room: CommandBench) -> CommandBench:
    room.do("take", by="rob", at=1, role="commander")
    room.do("handover", by="rob", at=2, role="commander", to=who("eva"), note=NOTE)
    return room


def test_the_role_passes_on_at_acceptance(offered: CommandBench) -> None:
    offered.do("accept", by="eva", at=6, role="commander")

    held = offered.incident.roles
    assert holders_at(held, Role.COMMANDER, T(5.9)) == (who("rob"),)
    assert holders_at(held, Role.COMMANDER, T(6)) == (who("eva"),)
    assert offered.incident.offers == ()
    assert offered.said() == "<@UEVA> is *commander* now, taking over from <@UROB>."
    assert offered.answer() == "You are commander of INC-2026-0001. Your checklist is in your direct messages."


def test_a_single_offer_need_not_be_named(offered: CommandBench) -> None:
    offered.do("accept", by="eva")

    assert offered.incident.holder(Role.COMMANDER) == who("eva")


def test_one_of_several_offers_has_to_be_named(offered: CommandBench) -> None:
    offered.do("take", by="rob", role="scribe")
    offered.do("handover", by="rob", role="scribe", to=who("eva"), note=NOTE)

    assert offered.do("accept", by="eva").reason == "accept_which"


def test_a_role_offered_to_another_person_is_not_accepted(offered: CommandBench) -> None:
    assert offered.do("accept", by="nadia", role="commander").code == Code.STATE
    assert offered.do("accept", by="eva", role="scribe").code == Code.STATE


def test_a_role_already_held_is_not_accepted_twice(room: CommandBench) -> None:
    room.do("take", by="rob", role="sme")
    room.do("handover", by="rob", role="sme", to=who("eva"), note=NOTE)
    room.do("take", by="eva", role="sme")

    assert room.do("accept", by="eva", role="sme").code == Code.ROLE_TAKEN


def test_a_button_is_stale_once_the_offer_is_gone(offered: CommandBench) -> None:
    drawn_at = offered.incident.n
    offered.do("release", by="rob", role="commander")

    assert offered.do("accept", by="eva", role="commander", drawn_at=drawn_at).code == Code.STALE


def test_a_button_works_while_the_offer_is_open(offered: CommandBench) -> None:
    assert offered.do("accept", by="eva", role="commander", drawn_at=offered.incident.n).code is None
