"""Which messages from before a declaration belong to the incident, and which later changes of them are recorded."""

from __future__ import annotations

from datetime import timedelta

import pytest

from commands.core.capture import Capture, capture_into
from commands.core.request import Place
from incident.entries.conversation import MessageDeleted, MessageEdited, MessagePosted
from incident.entry import EntryPoint, Fact, Source
from incident.jobs import JobKind
from tests.support.clock import T
from tests.support.command_bench import CHANNEL, TEAM, CommandBench, who

LOBBY = "C0TALK"
FORM = {"title": "Checkout errors", "service": "checkout"}
TS = f"{int(T(-10).timestamp())}.000100"
EVENT = Source(surface=EntryPoint.EVENT, channel=LOBBY)


def captures(desk: CommandBench) -> tuple[object, object]:
    declared = desk.facts()[0]
    return declared.captures_from, declared.captures_since


def enqueues_capture(desk: CommandBench) -> bool:
    return any(queued.job.kind is JobKind.BEFORE for queued in desk.memory.state.jobs.values())


def overheard(desk: CommandBench, fact: Fact) -> None:
    posted_message = Capture.model_validate(
        {"team": TEAM, "fact": fact, "by": who("eva"), "occurred_at": T(-10), "source": EVENT}
    )
    assert desk.key is not None
    capture_into(desk.key, posted_message, recorder=desk.memory, policy=desk.policy, at=desk.at)


def posted(text: str = "payments fail") -> MessagePosted:
    return MessagePosted(channel=LOBBY, ts=TS, author=who("eva"), text=text)


def edited(text: str = "all payments fail") -> MessageEdited:
    return MessageEdited(channel=LOBBY, ts=TS, edited_ts=f"{int(T(7).timestamp())}.0", author=who("eva"), text=text)


def test_the_last_hour_of_the_channel_of_the_declaration_is_captured_and_the_reply_says_so(desk: CommandBench) -> None:
    desk.do("declare", at=5, place=Place(channel=LOBBY), **FORM)

    assert captures(desk) == (LOBBY, T(5) - timedelta(minutes=60))
    assert enqueues_capture(desk)
    assert "Messages here since" in desk.answer()


def test_an_incident_that_started_earlier_captures_the_messages_before_its_start(desk: CommandBench) -> None:
    desk.do("declare", at=5, place=Place(channel=LOBBY), occurred_at=T(-30), **FORM)

    assert captures(desk) == (LOBBY, T(-30) - timedelta(minutes=60))


@pytest.mark.parametrize("place", [Place(), Place(channel="D0ROB")], ids=["nowhere", "direct"])
def test_a_declaration_in_a_direct_message_or_outside_slack_captures_nothing(desk: CommandBench, place: Place) -> None:
    desk.do("declare", at=5, place=place, **FORM)

    assert captures(desk) == (None, None)
    assert not enqueues_capture(desk)
    assert "captured" not in desk.answer()


def test_the_channel_of_another_incident_is_not_captured(room: CommandBench) -> None:
    room.do("declare", place=Place(channel=CHANNEL, message="1780999500.000100"), **FORM)

    assert captures(room) == (None, None)


def test_with_zero_minutes_nothing_is_captured(desk: CommandBench) -> None:
    desk.policy = desk.policy.model_copy(update={"capture_before_minutes": 0})

    desk.do("declare", at=5, place=Place(channel=LOBBY), **FORM)

    assert captures(desk) == (None, None)


def test_an_adopted_channel_is_read_whole_and_only_once(desk: CommandBench) -> None:
    desk.do("backfill", at=6, place=Place(channel=LOBBY), started_at=T(-60).isoformat(), **FORM)

    assert captures(desk) == (None, None)
    assert not enqueues_capture(desk)


def test_a_message_from_before_the_declaration_is_recorded_once(room: CommandBench) -> None:
    for _ in range(2):
        overheard(room, posted())

    assert [entry.fact.kind for entry in room.memory.read(lambda r: r.message(room.key, LOBBY, TS))] == [
        "message_posted"
    ]


def test_later_edits_and_deletions_are_recorded_for_captured_messages_only(room: CommandBench) -> None:
    overheard(room, posted())
    room.hears(edited(), "eva", 7)
    room.hears(MessageDeleted(channel=LOBBY, ts=TS, author=who("eva")), "eva", 8)
    room.hears(MessageDeleted(channel=LOBBY, ts=f"{TS}1", author=who("eva")), "eva", 8)

    kinds = [entry.fact.kind for entry in room.memory.read(lambda r: r.message(room.key, LOBBY, TS))]

    assert kinds == ["message_posted", "message_edited", "message_deleted"]
    assert room.memory.read(lambda r: r.message(room.key, LOBBY, f"{TS}1")) == ()


def test_an_original_that_arrives_late_is_recorded_next_to_its_edit(room: CommandBench) -> None:
    overheard(room, edited())
    room.hears(posted(), "eva", 8)

    kinds = [entry.fact.kind for entry in room.memory.read(lambda r: r.message(room.key, LOBBY, TS))]

    assert kinds == ["message_edited", "message_posted"]


def test_messages_after_the_declaration_are_not_captured_in_that_channel(room: CommandBench) -> None:
    overheard(room, posted())
    later = MessagePosted(channel=LOBBY, ts=f"{int(T(8).timestamp())}.000100", author=who("eva"), text="lunch?")

    assert room.hears(later, "eva", 8) is None
    assert room.memory.read(lambda r: r.message(room.key, LOBBY, later.ts)) == ()


def test_a_captured_text_can_be_redacted_and_does_not_come_back(room: CommandBench) -> None:
    overheard(room, posted("the key is hunter2"))
    may = room.policy.authority.model_copy(update={"redact": ("responder",)})
    room.policy = room.policy.model_copy(update={"authority": may})
    assert not room.do("redact", ref=f"{LOBBY}/{TS}", reason="a key").is_refused
    room.hears(edited("the key was hunter2"), "eva", 7)

    texts = [getattr(entry.fact, "text", "") for entry in room.memory.read(lambda r: r.message(room.key, LOBBY, TS))]

    assert [text for text in texts if "hunter2" in text] == []
