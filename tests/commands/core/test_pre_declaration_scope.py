"""Which talk from before a declaration belongs to the incident, and what of it is followed; not what Slack shows of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from commands.core.capture import Capture, capture_into
from commands.core.request import Place
from incident.entries.conversation import MessageDeleted, MessageEdited, MessagePosted
from incident.entry import EntryPoint, Fact, Source
from incident.jobs import JobKind
from tests.support.command_bench import CHANNEL, TEAM, CommandBench, T, who

LOBBY = "C0TALK"
FORM = {"title": "Checkout errors", "service": "checkout"}
TS = f"{int(T(-10).timestamp())}.000100"
EVENT = Source(surface=EntryPoint.EVENT, channel=LOBBY)


def captures(desk: CommandBench) -> tuple[object, object]:
    declared = desk.facts()[0]
    return declared.captures_from, declared.captures_since


def wants(desk: CommandBench) -> bool:
    return any(wanted.job.kind is JobKind.BEFORE for wanted in desk.memory.state.jobs.values())


def overheard(desk: CommandBench, fact: Fact) -> None:
    said = Capture.model_validate(
        {"team": TEAM, "fact": fact, "by": who("eva"), "occurred_at": T(-10), "source": EVENT}
    )
    assert desk.key is not None
    capture_into(desk.key, said, recorder=desk.memory, policy=desk.policy, at=desk.at)


def posted(text: str = "payments fail") -> MessagePosted:
    return MessagePosted(channel=LOBBY, ts=TS, author=who("eva"), text=text)


def edited(text: str = "all payments fail") -> MessageEdited:
    return MessageEdited(channel=LOBBY, ts=TS, edited_ts=f"{int(T(7).timestamp())}.0", author=who("eva"), text=text)


def test_the_last_hour_of_the_channel_it_was_declared_in_is_captured_and_the_answer_says_so(desk: CommandBench) -> None:
    desk.do("declare", at=5, place=Place(channel=LOBBY), **FORM)

    assert captures(desk) == (LOBBY, T(5) - timedelta(minutes=60))
    assert wants(desk)
    assert "what was said here since" in desk.answer()


def test_one_that_happened_earlier_captures_what_was_said_before_it(desk: CommandBench) -> None:
    desk.do("declare", at=5, place=Place(channel=LOBBY), occurred_at=T(-30), **FORM)

    assert captures(desk) == (LOBBY, T(-30) - timedelta(minutes=60))


@pytest.mark.parametrize("place", [Place(), Place(channel="D0ROB")], ids=["nowhere", "direct"])
def test_a_direct_message_and_no_place_at_all_give_nothing(desk: CommandBench, place: Place) -> None:
    desk.do("declare", at=5, place=place, **FORM)

    assert captures(desk) == (None, None)
    assert not wants(desk)
    assert "captured" not in desk.answer()


def test_the_channel_of_an_incident_gives_nothing_to_another(room: CommandBench) -> None:
    room.do("declare", place=Place(channel=CHANNEL, message="1780999500.000100"), **FORM)

    assert captures(room) == (None, None)


def test_with_no_minutes_nothing_is_captured(desk: CommandBench) -> None:
    desk.policy = desk.policy.model_copy(update={"capture_before_minutes": 0})

    desk.do("declare", at=5, place=Place(channel=LOBBY), **FORM)

    assert captures(desk) == (None, None)


def test_an_adopted_channel_is_read_whole_and_not_once_more(desk: CommandBench) -> None:
    desk.do("backfill", at=6, place=Place(channel=LOBBY), started_at=T(-60).isoformat(), **FORM)

    assert captures(desk) == (None, None)
    assert not wants(desk)


def test_what_was_captured_from_before_is_on_the_record_once(room: CommandBench) -> None:
    for _ in range(2):
        overheard(room, posted())

    assert [entry.fact.kind for entry in room.memory.read(lambda r: r.message(room.key, LOBBY, TS))] == [
        "message_posted"
    ]


def test_a_later_edit_and_deletion_of_it_are_recorded_and_of_another_message_are_not(room: CommandBench) -> None:
    overheard(room, posted())
    room.hears(edited(), "eva", 7)
    room.hears(MessageDeleted(channel=LOBBY, ts=TS, author=who("eva")), "eva", 8)
    room.hears(MessageDeleted(channel=LOBBY, ts=f"{TS}1", author=who("eva")), "eva", 8)

    kinds = [entry.fact.kind for entry in room.memory.read(lambda r: r.message(room.key, LOBBY, TS))]

    assert kinds == ["message_posted", "message_edited", "message_deleted"]
    assert room.memory.read(lambda r: r.message(room.key, LOBBY, f"{TS}1")) == ()


def test_the_original_that_comes_late_is_recorded_beside_its_edit(room: CommandBench) -> None:
    overheard(room, edited())
    room.hears(posted(), "eva", 8)

    kinds = [entry.fact.kind for entry in room.memory.read(lambda r: r.message(room.key, LOBBY, TS))]

    assert kinds == ["message_edited", "message_posted"]


def test_what_is_said_there_afterwards_is_not_captured(room: CommandBench) -> None:
    overheard(room, posted())
    later = MessagePosted(channel=LOBBY, ts=f"{int(T(8).timestamp())}.000100", author=who("eva"), text="lunch?")

    assert room.hears(later, "eva", 8) is None
    assert room.memory.read(lambda r: r.message(room.key, LOBBY, later.ts)) == ()


def test_its_words_can_be_redacted_and_do_not_come_back(room: CommandBench) -> None:
    overheard(room, posted("the key is hunter2"))
    may = room.policy.authority.model_copy(update={"redact": ("responder",)})
    room.policy = room.policy.model_copy(update={"authority": may})
    assert not room.do("redact", ref=f"{LOBBY}/{TS}", reason="a key").is_refused
    room.hears(edited("the key was hunter2"), "eva", 7)

    texts = [getattr(entry.fact, "text", "") for entry in room.memory.read(lambda r: r.message(room.key, LOBBY, TS))]

    assert [text for text in texts if "hunter2" in text] == []
