"""Holders, offers and free roles, as one reply that records nothing."""

from __future__ import annotations

from roles.role_names import Role
from tests.support.command_bench import CommandBench, who


def test_the_reply_shows_the_holder_of_each_role_and_the_free_roles(room: CommandBench) -> None:
    room.do("take", by="eva", at=1, role="comms_lead")
    room.do("take", by="rob", at=2, role="commander")
    room.do("handover", by="rob", at=3, role="commander", to=who("ilse"), note="restore runs, promised 16:30")
    before = room.entries()

    room.do("roles", at=4)

    lines = room.answer().splitlines()
    assert lines[0] == "*Roles in INC-2026-0001*"
    assert lines[1].startswith("• commander: <@UROB>, since")
    assert lines[2].startswith("• comms lead: <@UEVA>, since")
    assert lines[3] == "• commander is offered to <@UILSE> by <@UROB>"
    assert lines[4] == "Free: deputy, scribe, customer liaison. Take one with `/incident take …`."
    assert (room.said(), room.entries()) == ("", before)


def test_a_void_incident_offers_no_role(room: CommandBench) -> None:
    room.do("take", by="eva", role=Role.SCRIBE)
    room.do("void", as_="false_alarm", reason="the probe itself was broken")

    room.do("roles")

    assert room.answer() == "*Roles in INC-2026-0001*\nNo roles: INC-2026-0001 is void, a false alarm."
