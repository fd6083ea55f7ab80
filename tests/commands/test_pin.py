"""The first pushpin on a message makes an observation of its text at that time."""

from __future__ import annotations

from datetime import UTC, datetime

from commands.core.request import Place
from commands.pin import Pin
from incident.entries.conversation import DecisionMade, MessageDeleted, MessageEdited, MessagePinned, MessagePosted
from incident.refusal import Code
from tests.support.handmade_incidents import CHANNEL, EVA, ILSE, START, HandmadeDesk, later, worded

TS = f"{int(START.timestamp())}.000100"
POSTED = MessagePosted(channel=CHANNEL, ts=TS, author=EVA, text="removing it now")
PIN = Pin(channel=CHANNEL, ts=TS)


def edited(text: str, at: int) -> MessageEdited:
    return MessageEdited(channel=CHANNEL, ts=TS, edited_ts=f"{int(later(at).timestamp())}.0", author=EVA, text=text)


def test_a_known_message_is_pinned_with_its_author_and_its_time():
    room = HandmadeDesk()
    room.holds(POSTED)

    (decided,) = PIN.decide(room.now())

    assert decided.fact == MessagePinned(channel=CHANNEL, ts=TS, author=EVA, text="removing it now")
    assert decided.occurred_at == datetime.fromtimestamp(int(START.timestamp()), UTC).replace(microsecond=100)


def test_the_text_is_that_of_the_latest_edit_in_whatever_order_edits_arrived():
    room = HandmadeDesk()
    room.holds(edited("removing it on db2", 5), edited("removing it on db1", 3), POSTED)

    assert room.does(PIN)[0].text == "removing it on db2"


def test_a_message_without_words_is_pinned_by_the_names_of_its_files():
    room = HandmadeDesk()
    room.holds(POSTED.model_copy(update={"text": "", "files": "graph.png"}))

    assert room.does(PIN)[0].text == "graph.png"


def test_a_second_pin_adds_nothing():
    room = HandmadeDesk()
    room.holds(POSTED, MessagePinned(channel=CHANNEL, ts=TS, author=EVA, text="removing it now"))

    assert room.does(PIN) == ()
    assert room.answer(PIN) == "That message is on the timeline already."


def test_a_message_that_became_a_decision_can_still_be_pinned():
    room = HandmadeDesk()
    room.holds(POSTED, DecisionMade(id="D1", text="removing it", channel=CHANNEL, ts=TS))

    assert room.does(PIN)[0].text == "removing it now"


def test_an_unknown_message_is_recorded_from_the_payload_of_the_pin():
    found = HandmadeDesk().does(Pin(channel=CHANNEL, ts=TS, text="it is back", author=EVA))

    assert found == (MessagePinned(channel=CHANNEL, ts=TS, author=EVA, text="it is back"),)


def test_a_pin_on_an_unknown_message_is_recorded_without_text():
    assert HandmadeDesk().does(PIN) == (MessagePinned(channel=CHANNEL, ts=TS, author=ILSE, text=""),)


def test_a_deleted_message_is_pinned_with_the_text_of_its_deletion():
    room = HandmadeDesk()
    room.holds(MessageDeleted(channel=CHANNEL, ts=TS, author=EVA, previous="key=secret"))

    assert room.does(PIN)[0].text == "key=secret"


def test_without_a_reference_the_message_of_the_shortcut_is_used():
    room = HandmadeDesk(place=Place(channel=CHANNEL, message=TS))
    room.holds(POSTED)

    assert room.does(Pin())[0].ts == TS
    assert room.answer(Pin()) == "On the timeline as entry 10, as the message reads now."
    assert room.said(Pin()) == ""


def test_a_pin_without_a_message_is_refused():
    refusal = HandmadeDesk().refuses(Pin())

    assert refusal.code == Code.BAD_VALUE
    assert "which message?" in worded(refusal)
    assert HandmadeDesk().refuses(Pin(channel=CHANNEL, ts="yesterday")).code == Code.BAD_VALUE
