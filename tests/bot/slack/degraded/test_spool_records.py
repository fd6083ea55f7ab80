"""Requests in the spool: written, read again, and read as earlier versions wrote them."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.slack.degraded.spool_records import request_line, spooled_request
from commands.core.request import Actor, Place, Request
from incident.entry import EntryPoint, Source
from roles.person_ids import slack_person

AT = datetime(2026, 6, 9, 10, tzinfo=UTC)
REQUEST = Request(
    verb="declare",
    fields={"title": "Checkout errors", "service": "checkout"},
    actor=Actor(id=slack_person("T1", "UROB"), groups=frozenset({"responder", "closer"})),
    team="T1",
    place=Place(channel="C1"),
    source=Source(surface=EntryPoint.COMMAND, channel="C1"),
    key="T1:command:1",
    at=AT,
)


def test_a_spooled_request_is_read_unchanged():
    assert spooled_request(request_line(REQUEST)) == REQUEST


def test_a_request_spooled_with_the_groups_outside_the_actor_is_read_as_the_same_request():
    line = request_line(REQUEST)
    old = {**line.body["request"], "actor": REQUEST.actor.id, "groups": ["responder", "closer"]}

    assert spooled_request(line.model_copy(update={"body": {"request": old}})) == REQUEST
