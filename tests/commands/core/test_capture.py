"""Messages of an incident channel are recorded once, in any order of arrival, and never bring redacted text back."""

from __future__ import annotations

import pytest

from incident.entries.conversation import (
    Joined,
    Left,
    MessageDeleted,
    MessageEdited,
    MessagePinned,
    MessagePosted,
    Redacted,
    SourceChanged,
)
from incident.entry import EntryPoint
from incident.frozen import REDACTED
from incident.record.message_history import text_now
from tests.support.clock import T
from tests.support.command_bench import CHANNEL, CommandBench, who

TS = "1780999500.000100"


def edited(text: str, edited_ts: str = "1780999600.000100") -> MessageEdited:
    return MessageEdited(channel=CHANNEL, ts=TS, edited_ts=edited_ts, author=who("rob"), text=text)


def deleted(previous: str) -> MessageDeleted:
    return MessageDeleted(channel=CHANNEL, ts=TS, author=who("rob"), previous=previous)


def test_a_message_that_arrives_several_times_is_recorded_once(room: CommandBench) -> None:
    first = room.says("rob", "rolling back", 5, TS)
    second = room.says("rob", "rolling back", 6, TS)

    posted = [e for e in room.entries() if isinstance(e.fact, MessagePosted)]
    assert len(posted) == 1
    assert first is not None
    assert second is not None
    assert (first.repeated, second.repeated) == (False, True)


def test_a_message_of_another_channel_is_not_recorded(room: CommandBench) -> None:
    before = room.entries()

    outcome = room.hears(MessagePosted(channel="C999", ts=TS, author=who("rob"), text="x"), "rob", 5)

    assert outcome is None
    assert room.entries() == before


def test_an_edit_that_arrives_before_its_message_gives_the_same_text(room: CommandBench) -> None:
    room.hears(edited("second words"), "rob", 6)
    room.says("rob", "first words", 7, TS)
    about = room.memory.read(lambda reader: reader.message(room.key, CHANNEL, TS))

    assert text_now(about) == "second words"


def test_each_edit_is_a_revision_of_its_own(room: CommandBench) -> None:
    room.says("rob", "one", 5, TS)
    room.hears(edited("two", "1780999600.000100"), "rob", 6)
    room.hears(edited("three", "1780999700.000100"), "rob", 7)
    room.hears(edited("three", "1780999700.000100"), "rob", 8)

    assert [e.fact.text for e in room.entries() if isinstance(e.fact, MessageEdited)] == ["two", "three"]


def test_an_edit_of_a_pinned_message_corrects_the_timeline(room: CommandBench) -> None:
    room.says("rob", "removing it now", 5, TS)
    pin = room.note(room.key, MessagePinned(channel=CHANNEL, ts=TS, author=who("rob"), text="removing it now"))

    room.hears(edited("removing it now on db2"), "rob", 7)
    room.hears(deleted("removing it now on db2"), "rob", 8)

    changes = [e.fact for e in room.entries() if isinstance(e.fact, SourceChanged)]
    assert [(fact.corrects, fact.change) for fact in changes] == [(pin.first, "edited"), (pin.first, "deleted")]


def test_an_edit_of_a_message_that_is_not_pinned_corrects_nothing(room: CommandBench) -> None:
    room.says("rob", "one", 5, TS)
    room.hears(edited("two"), "rob", 6)

    assert not [e for e in room.entries() if isinstance(e.fact, SourceChanged)]


def test_a_later_edit_or_deletion_never_brings_redacted_text_back(room: CommandBench) -> None:
    room.says("rob", "the password is swordfish", 5, TS)
    posted = room.entries()[-1].n
    room.note(room.key, Redacted(channel=CHANNEL, ts=TS, entries=(posted,), reason="a secret"))

    room.hears(edited("the password is swordfish!"), "rob", 7)
    room.hears(deleted("the password is swordfish!"), "rob", 8)

    facts = [e.fact for e in room.entries() if isinstance(e.fact, MessageEdited | MessageDeleted)]
    assert [facts[0].text, facts[1].previous] == [REDACTED, REDACTED]  # type: ignore[union-attr]
    assert "swordfish" not in str(room.memory.state)


def test_a_backfilled_message_keeps_the_time_it_was_posted(room: CommandBench) -> None:
    room.hears(MessagePosted(channel=CHANNEL, ts=TS, author=who("eva"), text="x"), "eva", at=60, happened=20)

    entry = next(e for e in room.entries() if isinstance(e.fact, MessagePosted))
    seen = next(seen for seen in room.incident.last_seen if seen.who == who("eva"))
    assert (entry.occurred_at, entry.recorded_at, seen.at) == (T(20), T(60), T(20))


def test_joins_and_leaves_are_recorded(room: CommandBench) -> None:
    room.hears(Joined(channel=CHANNEL, who=who("eva")), "eva", 5)
    room.hears(Left(channel=CHANNEL, who=who("eva")), "eva", 6)
    room.hears(Joined(channel=CHANNEL, who=who("eva")), "eva", 7)

    kinds = [e.fact.kind for e in room.entries() if isinstance(e.fact, Joined | Left)]
    assert kinds == ["joined", "left", "joined"]
    assert who("eva") in room.incident.members


@pytest.mark.parametrize(
    ("first", "second"), [(EntryPoint.HISTORY, EntryPoint.EVENT), (EntryPoint.EVENT, EntryPoint.HISTORY)]
)
def test_a_person_who_joins_during_a_backfill_is_recorded_as_joining_once(
    room: CommandBench, first: EntryPoint, second: EntryPoint
) -> None:
    joined = Joined(channel=CHANNEL, who=who("eva"))
    room.hears(joined, "eva", 6, surface=first)
    again = room.hears(joined, "eva", 7, happened=5, surface=second)

    assert again is not None
    assert again.repeated
    assert len([e for e in room.entries() if isinstance(e.fact, Joined)]) == 1


@pytest.mark.parametrize(("seconds", "times"), [(4, 1), (6, 2)])
def test_a_join_event_just_after_the_backfill_is_the_same_join(room: CommandBench, seconds: int, times: int) -> None:
    joined = Joined(channel=CHANNEL, who=who("eva"))
    room.hears(joined, "eva", 5, surface=EntryPoint.HISTORY)
    room.hears(joined, "eva", 7, happened=5 + seconds / 60)

    assert len([e for e in room.entries() if isinstance(e.fact, Joined)]) == times


def test_a_member_list_read_before_a_person_joined_again_records_no_leave(room: CommandBench) -> None:
    room.hears(Joined(channel=CHANNEL, who=who("eva")), "eva", 6)
    room.hears(Left(channel=CHANNEL, who=who("eva")), "eva", at=7, happened=5, surface=EntryPoint.HISTORY)

    assert who("eva") in room.incident.members


def test_an_update_missed_before_a_message_is_recorded_before_it(room: CommandBench) -> None:
    room.says("rob", "anybody?", 120)

    kinds = [e.fact.kind for e in room.entries()]
    assert kinds.index("update_missed") < kinds.index("message_posted")


def test_ten_thousand_odd_characters_are_captured_whole(room: CommandBench) -> None:
    text = "🔥\u202e\x00" + "x" * 10_000

    room.says("rob", text, 5, TS)

    posted = next(e.fact for e in room.entries() if isinstance(e.fact, MessagePosted))
    assert posted.text == text.replace("\x00", "\ufffd")
