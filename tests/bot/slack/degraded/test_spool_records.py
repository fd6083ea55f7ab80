"""Requests in the spool: written, read again, and read as earlier versions wrote them."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.slack.degraded.spool_records import capture_line, read_capture, request_line, spooled_request
from commands.core.capture import Capture
from commands.core.request import Actor, Place, Request
from incident.entries.conversation import MessageDeleted
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


def test_a_deletion_spooled_by_an_older_release_is_read():
    at = datetime(2026, 6, 9, 10, 5, tzinfo=UTC)
    author = slack_person("T1", "UEVA")
    fact = MessageDeleted(channel="C1", ts="1780999500.000100", author=author, previous="wrong window")
    source = Source(surface=EntryPoint.EVENT, channel="C1", message=fact.ts, event="Ev1")
    line = capture_line(Capture(team="T1", fact=fact, by=author, occurred_at=at, source=source), at)
    of_version_1 = {**line.body["fact"], "version": 1}
    del of_version_1["deleted_by"]

    read = read_capture(line.model_copy(update={"body": {**line.body, "fact": of_version_1}}))

    assert (read.fact, read.source.surface) == (fact, EntryPoint.SPOOL)
