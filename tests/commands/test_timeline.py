"""The timeline shows the last entries that a reader needs, with their numbers."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from commands.timeline import Timeline
from incident.entries.conversation import Corrected, MessagePinned, MessagePosted, Noted
from incident.entries.status_updates import StatusUpdatePosted, UpdateCorrected, UpdateDue
from incident.states import Audience
from tests.support.clock import T
from tests.support.command_bench import CommandBench
from tests.support.handmade_incidents import CHANNEL, EVA, ILSE, HandmadeDesk, later


def test_only_entries_of_the_timeline_are_shown():
    room = HandmadeDesk()
    room.holds(
        Noted(text="restores started"),
        MessagePosted(channel=CHANNEL, ts="1.000001", author=EVA, text="chatter"),
        UpdateDue(audience=Audience.INTERNAL, due_at=later(9), missed_after=later(14), cause="started"),
        Noted(text="restores done"),
    )

    assert room.answer(Timeline()).splitlines() == [
        "1 · <!date^1780999500^{time}|10:05 UTC> · <@UROB> · *note* restores started",
        "4 · <!date^1780999500^{time}|10:05 UTC> · <@UROB> · *note* restores done",
    ]


def test_an_observation_is_shown_under_its_author():
    room = HandmadeDesk()
    room.holds(MessagePinned(channel=CHANNEL, ts="1.000001", author=EVA, text="most of it is gone"), by=ILSE)

    assert room.answer(Timeline()).endswith("· <@UEVA> · *observation* most of it is gone")


def test_a_state_reads_as_elsewhere_and_the_title_stands_once(room: CommandBench) -> None:
    room.do("timeline", count=40, at=10)

    lines = [line.partition("* ")[2] for line in room.answer().splitlines()]
    title = room.incident.title
    assert "from logged to unclaimed" in lines
    assert lines[0].count(title) == 1


def test_a_corrected_entry_has_its_correction_beside_it():
    room = HandmadeDesk()
    room.holds(
        Noted(text="gateway A restarted"),
        StatusUpdatePosted(audience=Audience.EXEC, text="Paymnets fail."),
        Corrected(corrects=1, text="gateway B restarted"),
        UpdateCorrected(update=2, audience=Audience.EXEC, text="Payments fail."),
    )

    first, second, *_ = room.answer(Timeline()).splitlines()

    assert first.endswith("*note* gateway A restarted · *corrected in 3:* gateway B restarted")
    assert second.endswith("Paymnets fail. · *corrected in 4:* Payments fail.")


def test_the_last_entries_are_shown_and_the_earlier_ones_counted():
    room = HandmadeDesk()
    room.holds(*[Noted(text=f"note {n}") for n in range(1, 21)])

    lines = room.answer(Timeline(count=2)).splitlines()

    assert lines[0].startswith("_18 earlier;")
    assert [line.rpartition(" · ")[2] for line in lines[1:]] == ["*note* note 19", "*note* note 20"]
    assert "_5 earlier;" in room.answer(Timeline())


@pytest.mark.parametrize("count", [0, -3, 41])
def test_a_timeline_shows_one_to_forty_entries(count):
    with pytest.raises(ValidationError):
        Timeline(count=count)


def test_an_empty_timeline_says_so_and_the_question_records_nothing():
    assert HandmadeDesk().answer(Timeline()) == "Nothing on the timeline yet."
    assert HandmadeDesk().does(Timeline()) == ()
    assert HandmadeDesk().said(Timeline()) == ""


def test_what_is_added_later_is_shown_where_it_happened(room: CommandBench) -> None:
    room.do("note", text="second", at=40, occurred_at=T(30))
    room.do("note", text="first, added later", at=41, occurred_at=T(20))

    room.do("timeline", at=42)
    happened = room.answer()
    room.do("timeline", order="recorded", at=42)

    assert happened.index("first, added later") < happened.index("second")
    assert room.answer().index("second") < room.answer().index("first, added later")


def test_a_corrected_time_decides_the_place_and_is_beside_the_first_one(room: CommandBench) -> None:
    wrong = room.do("note", text="it was earlier", at=40).first
    room.do("note", text="in between", at=41)
    room.do("correct", entry=wrong, happened=T(20).isoformat(), at=42)
    room.do("correct", entry=wrong, text="by the log", at=43)

    room.do("timeline", count=40, at=44)

    (line,) = [one for one in room.answer().splitlines() if "it was earlier" in one]
    assert "10:20 UTC> (recorded as <!date^" in line
    assert room.answer().index("it was earlier") < room.answer().index("in between")


def test_an_entry_of_another_day_has_its_date(room: CommandBench) -> None:
    room.do("timeline", at=50)
    assert "{date_short_pretty}" not in room.answer()
    room.do("note", text="seen the evening before", at=40, occurred_at=T(-12 * 60))

    room.do("timeline", at=50)

    dated = [line for line in room.answer().splitlines() if "{date_short_pretty}" in line]
    assert [line.rpartition("* ")[2] for line in dated] == ["seen the evening before"]


def test_a_line_does_not_repeat_what_its_label_says(room: CommandBench) -> None:
    n = room.do("note", text="ring Maria Huber", at=40).first
    room.do("redact", ref=f"E{n}", reason="a name", at=41)
    room.do("major", reason="every shop is closed", at=42)
    room.do("escalate", by="ilse", reason="the database is full", at=43)

    room.do("timeline", count=40, at=44)

    lines = room.answer().splitlines()
    texts = {
        label: next(line for line in lines if f"*{label}*" in line).partition(f"*{label}* ")[2]
        for label in ("masked text", "major incident", "call")
    }
    assert texts["masked text"] == f"entry {n}, until a person who may redact decides: a name"
    assert texts["major incident"] == "declared: every shop is closed"
    assert texts["call"] == "<@UROB>, for help: the database is full"
