"""A note goes into the timeline as it was written, in any state; several dated lines go in at their own times, once."""

from __future__ import annotations

import pytest

from commands.note import Note
from incident.entries.conversation import Noted
from incident.frozen import utc_text
from incident.refusal import Code
from incident.states import State
from tests.support.clock import T
from tests.support.command_bench import CommandBench
from tests.support.handmade_incidents import HandmadeDesk, an_incident, later


@pytest.mark.parametrize("state", list(State))
def test_a_note_is_recorded_in_every_state(state):
    room = HandmadeDesk(an_incident(state))

    assert room.does(Note(text="restores started")) == (Noted(text="restores started"),)


def test_the_channel_line_names_author_and_text_and_the_reply_the_number():
    room = HandmadeDesk()
    note = Note(text="restores *started* <!channel>")

    line = room.said(note)
    assert line.startswith("*Note* by <@UILSE>: restores")
    assert "<!channel>" not in line
    assert room.answer(note) == "On the timeline as entry 10."


def test_a_backfilled_note_says_when_it_happened():
    room = HandmadeDesk(occurred_at=later(2))

    assert "(happened <!date^" in room.said(Note(text="first errors"))


LINES = [f"{utc_text(T(minutes))} {text}" for minutes, text in ((-20, "link lost"), (-8, "alerts"), (-8, "calls"))]


def test_each_dated_line_is_an_entry_at_its_own_time(room: CommandBench) -> None:
    room.do("note", lines=LINES, at=30)

    entries = room.entries()[-3:]
    assert [(entry.occurred_at, entry.fact.text) for entry in entries] == [
        (T(-20), "link lost"),
        (T(-8), "alerts"),
        (T(-8), "calls"),
    ]
    line = room.said()
    assert line.startswith("*3 notes* by <@UROB>, <!date^")


def test_the_answer_says_how_many_lines_and_the_first_and_the_last(room: CommandBench) -> None:
    first = room.do("note", lines=LINES, at=30).first or 0

    answer = room.answer().splitlines()

    assert answer[0].startswith("3 lines are on the timeline now, <!date^")
    assert answer[0].endswith(f": entries {first} to {first + 2}.")
    assert answer[1:] == ["First: link lost", "Last: calls"]


def test_the_same_paste_adds_nothing_twice(room: CommandBench) -> None:
    room.do("note", lines=LINES, at=30)

    outcome = room.do("note", lines=LINES, at=31)

    assert (outcome.code, outcome.reason) == (Code.STATE, "note_known")
    assert room.answer().startswith("Nothing added: all 3 lines are already on the timeline")


def test_a_longer_paste_adds_what_is_new_and_says_what_was_there(room: CommandBench) -> None:
    room.do("note", lines=LINES, at=30)

    room.do("note", lines=[*LINES, f"{utc_text(T(-2))} traffic moved"], at=31)

    assert [fact.text for fact in room.facts()] == ["traffic moved"]
    assert room.answer().splitlines()[-1] == ":warning: 3 were there already and left out."


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([f"{utc_text(T(90))} to come"], Code.BAD_VALUE),
        (["yesterday words"], Code.BAD_VALUE),
        (["1999-01-01T00:00:00Z long ago"], Code.BAD_VALUE),
        ([f"{utc_text(T(-2))} {'x' * 3001}"], Code.TOO_LONG),
        ([f"{utc_text(T(-2))} "], Code.MISSING_FIELDS),
    ],
)
def test_one_line_that_cannot_be_recorded_keeps_all_of_them_out(
    room: CommandBench, lines: list[str], code: Code
) -> None:
    outcome = room.do("note", lines=[*LINES, *lines], at=30)

    assert (outcome.code, outcome.fields) == (code, ("text",))
    assert not [entry for entry in room.entries() if isinstance(entry.fact, Noted)]


@pytest.mark.parametrize("name", ["day", "zone"])
def test_a_day_or_a_zone_without_lines_is_refused_as_without_meaning(name: str) -> None:
    refusal = HandmadeDesk().refuses(Note.model_validate({"text": "restores started", name: "2018-10-21"}))

    assert (refusal.code, refusal.fields) == (Code.BAD_VALUE, (name,))


def test_a_note_that_says_nothing_and_one_that_is_too_long_are_refused() -> None:
    assert HandmadeDesk().refuses(Note(text="")).code == Code.MISSING_FIELDS
    assert HandmadeDesk().refuses(Note(text="x" * 3001)).code == Code.TOO_LONG
