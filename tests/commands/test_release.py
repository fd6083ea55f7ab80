"""A role is released by its holder or for its holder, and the reply says that it is free."""

from __future__ import annotations

from incident.refusal import Code
from roles.role_names import Role
from tests.support.command_bench import CommandBench, who

NOTE = "restore runs, promised 16:30, do not touch db1"


def test_a_released_role_is_free_and_its_offer_is_withdrawn(room: CommandBench) -> None:
    room.do("take", by="rob", role="commander")
    room.do("handover", by="rob", role="commander", to=who("eva"), note=NOTE)

    room.do("release", by="rob", role="commander")

    assert (room.incident.holders(Role.COMMANDER), room.incident.offers) == ((), ())
    assert room.said() == "<@UROB> is no longer commander. The role is free: `/incident take commander`."
    assert room.answer() == "You are no longer commander of INC-2026-0001."


def test_a_holder_may_be_relieved_by_another_person(room: CommandBench) -> None:
    room.do("take", by="rob", role="sme")
    room.do("take", by="eva", role="sme")

    room.do("release", by="ilse", role="sme", who=who("rob"))

    assert room.incident.holders(Role.SME) == (who("eva"),)
    assert room.said() == "<@UROB> is no longer expert, by <@UILSE>."
    assert room.answer() == "<@UROB> is no longer expert of INC-2026-0001."


def test_a_role_not_held_cannot_be_released(room: CommandBench) -> None:
    assert room.do("release", role="commander").code == Code.STATE
    assert room.do("release", role="commander", who=who("eva")).reason == "release_not_theirs"
