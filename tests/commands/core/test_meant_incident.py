"""A line outside incident channels that names no incident: it is about the only one that it can be about."""

from __future__ import annotations

from typing import Any

import pytest

from commands.core import verb_registry
from commands.core.request import Actor, Place
from commands.core.rules.open_incidents import meant_incident
from tests.support.command_bench import TEAM, CommandBench, who

ELSEWHERE = Place(channel="CGENERAL")


def meant(bench: CommandBench, verb: str, by: str) -> str | None:
    kind = verb_registry.find(verb)
    assert kind is not None
    found = bench.memory.read(lambda reader: meant_incident(kind, reader, TEAM, Actor(id=who(by))))
    return found.number if found else None


@pytest.fixture
def room() -> CommandBench:
    return CommandBench().declared()


def second(bench: CommandBench, **fields: Any) -> str | None:
    whole: dict[str, Any] = {"title": "Refunds are slow", "service": "checkout", "impact": 2, "urgency": 2, **fields}
    return bench.do("declare", by="rob", place=ELSEWHERE, **whole).number


@pytest.mark.parametrize("verb", ["status", "summary", "next", "timeline", "roles"])
def test_a_question_is_about_the_only_open_incident(room: CommandBench, verb: str) -> None:
    assert meant(room, verb, "nadia") == room.incident.number

    second(room)

    assert meant(room, verb, "nadia") is None


def test_a_question_does_not_tell_of_a_restricted_incident(room: CommandBench) -> None:
    second(room, type="security")

    assert meant(room, "status", "eva") == room.incident.number
    assert meant(room, "status", "rob") is None


def test_an_act_is_for_the_incident_that_waits_for_it(room: CommandBench) -> None:
    number = room.incident.number
    second(room)
    assert meant(room, "answer", "eva") is None

    room.do("escalate", by="rob", at=1, who=who("eva"), reason="help")
    room.do("assign", by="rob", at=1, role="commander", to=who("ilse"))
    room.do("handover", by="ilse", at=2, role="commander", to=who("eva"), note="the pool is wider, watch it")
    room.do("action", by="ilse", at=2, assignee=who("eva"), text="restart the pool")

    assert [meant(room, verb, "eva") for verb in ("answer", "accept", "done", "note")] == [number, number, number, None]
    assert [meant(room, verb, "ilse") for verb in ("answer", "accept", "done")] == [None, None, None]


def test_nothing_is_meant_once_it_was_done_or_when_two_wait(room: CommandBench) -> None:
    room.do("action", by="rob", at=2, assignee=who("eva"), text="restart the pool")
    room.do("done", by="eva", at=3, id="A1", result="restarted")
    assert meant(room, "done", "eva") is None

    room.do("action", by="rob", at=4, assignee=who("eva"), text="look at the graphs")
    assert meant(room, "done", "eva") == room.incident.number

    other = second(room)
    room.do("action", by="rob", at=5, assignee=who("eva"), text="look at the log", place=Place(number=other))
    assert meant(room, "done", "eva") is None


def test_the_owner_of_the_service_shows_that_it_is_back(room: CommandBench) -> None:
    assert room.incident.service_owner == who("nadia")
    assert meant(room, "validate", "nadia") is None

    room.do("ack", by="rob", at=3)
    room.do("mitigated", by="rob", at=3, text="the pool is wider")
    room.do("restored", by="rob", at=3, text="the pool is wider")

    assert (meant(room, "validate", "nadia"), meant(room, "validate", "eva")) == (room.incident.number, None)
