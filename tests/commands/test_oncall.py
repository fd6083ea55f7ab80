"""Who is on call: for the incident's service, for a named service, or for all."""

from __future__ import annotations

from incident.refusal import Code
from tests.support.command_bench import CommandBench


def test_in_an_incident_channel_its_service_is_shown(room: CommandBench) -> None:
    room.do("oncall")

    assert room.answer().splitlines() == [
        "*checkout* (payments)",
        "• on call: <@UROB>, then <@UEVA>",
        "• called by `escalate`: <@UROB>, then <@UEVA>, each with 5 min to answer",
        "• owner: <@UNADIA>",
    ]
    assert room.said() == ""


def test_outside_an_incident_channel_every_service_is_shown(desk: CommandBench) -> None:
    assert desk.do("oncall").code is None

    assert "*checkout*" in desk.answer()
    assert "*wiki*" in desk.answer()


def test_a_service_without_on_call_people_says_so(desk: CommandBench) -> None:
    desk.do("oncall", service="wiki")

    assert desk.answer().count("nobody named in the policy") == 2


def test_an_unknown_service_is_refused(desk: CommandBench) -> None:
    assert desk.do("oncall", service="nowhere").code == Code.UNKNOWN_SERVICE
    assert desk.answer() == "Nothing done: the catalogue has no such service. It has checkout, wiki."
