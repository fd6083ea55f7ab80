"""A correction refers to an entry; the entry itself never changes. A corrected time is shown with the first one."""

from __future__ import annotations

import pytest

from commands.correct import Correct
from incident.entries.conversation import Corrected, TimeCorrected
from incident.refusal import Code
from tests.support.clock import T
from tests.support.command_bench import CommandBench
from tests.support.handmade_incidents import HandmadeDesk, worded


def test_a_correction_names_the_entry_it_corrects():
    assert HandmadeDesk().does(Correct(entry=4, text="it was 09:55")) == (Corrected(corrects=4, text="it was 09:55"),)


@pytest.mark.parametrize("entry", [0, -1, 10])
def test_an_entry_that_does_not_exist_cannot_be_corrected(entry):
    refusal = HandmadeDesk().refuses(Correct(entry=entry, text="it was 09:55"))

    assert refusal.code == Code.STATE
    assert f"there is no entry {entry}" in worded(refusal)


def test_the_channel_line_names_the_entry_that_was_wrong():
    correct = Correct(entry=4, text="it was 09:55")

    assert HandmadeDesk().said(correct) == "*Correction of entry 4* by <@UILSE>: it was 09:55"
    assert "stays as it was" in HandmadeDesk().answer(correct)


def test_a_correction_that_says_nothing_is_refused_with_an_example():
    refusal = HandmadeDesk().refuses(Correct(entry=4))

    assert (refusal.code, refusal.fields) == (Code.MISSING_FIELDS, ("text",))
    assert "`/incident correct 4 happened=03:42`" in worded(refusal)


def noted(room: CommandBench, text: str = "the restart came first") -> int:
    return room.do("note", text=text, at=30).first or 0


def test_the_time_of_a_note_is_corrected_and_the_first_time_stays(room: CommandBench) -> None:
    n = noted(room)

    room.do("correct", entry=n, happened=T(12).isoformat(), at=40)

    (entry,) = room.entries()[-1:]
    assert entry.fact == TimeCorrected(corrects=n, old=T(30), happened_at=T(12))
    assert (entry.occurred_at, room.entries()[n - 1].occurred_at) == (T(40), T(30))
    assert f"*Entry {n}* happened <!date^" in room.said()
    assert room.answer().endswith("Its first time stays beside it.")


def test_a_time_is_corrected_twice_and_the_last_correction_counts(room: CommandBench) -> None:
    n = noted(room)
    room.do("correct", entry=n, happened=T(12).isoformat(), at=40)

    room.do("correct", entry=n, happened=T(14).isoformat(), text="the log says so", at=41)

    assert room.facts() == [TimeCorrected(corrects=n, old=T(12), happened_at=T(14), text="the log says so")]


def test_the_time_of_a_milestone_is_set_by_another_verb(room: CommandBench) -> None:
    outcome = room.do("correct", entry=1, happened=T(0).isoformat(), at=40)

    assert (outcome.code, outcome.reason) == (Code.STATE, "correct_time")
    assert "`/incident time`" in room.answer()


def test_a_corrected_time_lies_in_the_past(room: CommandBench) -> None:
    n = noted(room)

    outcome = room.do("correct", entry=n, happened=T(90).isoformat(), at=40)

    assert (outcome.code, outcome.fields) == (Code.BAD_VALUE, ("happened",))


def test_an_entry_of_musters_own_that_says_nothing_is_not_corrected(room: CommandBench) -> None:
    made = next(entry.n for entry in room.entries() if entry.fact.kind == "channel_made")

    refused = room.do("correct", entry=made, text="it was another", at=40)

    assert (refused.code, refused.reason) == (Code.STATE, "correct_nothing")
    assert room.answer().startswith(f"Not recorded: entry {made} (channel made) is Muster's own")


def test_an_entry_without_text_that_the_timeline_shows_is_corrected_in_words(room: CommandBench) -> None:
    n = room.do("ack", at=30).first or 0

    assert not room.do("correct", entry=n, text="it was Eva who took it", at=40).is_refused


def test_a_reason_that_is_added_to_a_decision_is_announced_as_one():
    assert HandmadeDesk().said(Correct(entry=4, text="because errors began")) == (
        "*Reason of entry 4* by <@UILSE>: errors began"
    )
