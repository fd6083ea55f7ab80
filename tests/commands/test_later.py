"""A prompt is snoozed by a person it asks or a person who presses its button, and the snooze is recorded."""

from __future__ import annotations

from datetime import timedelta

from incident.refusal import Code
from tests.support.clock import T
from tests.support.command_bench import CommandBench


def asked(at: float = 25) -> CommandBench:
    """An incident without a commander, with the prompt for one open."""
    desk = CommandBench().declared()
    desk.tick(at)
    return desk


def test_a_snooze_is_recorded_with_the_time_the_prompt_returns():
    desk = asked()
    [prompted] = [p for p in desk.incident.prompted if p.due.startswith("commander")]

    desk.do("later", due=prompted.due)

    [fact] = desk.facts()
    assert fact.due == prompted.due
    assert fact.until == T(25) + timedelta(minutes=desk.policy.prompt_put_off_minutes)
    assert desk.answer().startswith("Snoozed to <!date^")
    assert desk.said() == ""


def test_without_a_name_all_prompts_of_this_person_are_snoozed_and_no_others():
    desk = asked()
    mine = {p.due for p in desk.incident.prompted if desk.incident.reporter in p.asked}
    assert mine

    desk.do("later", by="rob")

    assert {fact.due for fact in desk.facts()} == mine


def test_a_person_without_a_prompt_has_nothing_to_snooze():
    desk = asked()

    outcome = desk.do("later", by="eva")

    assert outcome.code == Code.STATE
    assert desk.answer() == "Nothing to snooze: nothing is asked of you here now, or it is already answered."


def test_an_answered_prompt_is_not_snoozed():
    desk = asked()
    [prompted] = [p for p in desk.incident.prompted if p.due.startswith("commander")]
    desk.do("take", by="eva", role="commander")

    outcome = desk.do("later", due=prompted.due)

    assert outcome.is_refused


def test_a_button_pressed_twice_snoozes_once():
    desk = asked()
    [prompted] = [p for p in desk.incident.prompted if p.due.startswith("commander")]
    drawn = desk.incident.n
    desk.do("later", due=prompted.due, drawn_at=drawn)

    outcome = desk.do("later", due=prompted.due, drawn_at=drawn)

    assert outcome.code == Code.STALE


def test_a_snooze_lasts_as_long_as_is_typed_and_at_most_four_hours():
    desk = asked()
    desk.do("later", by="rob", minutes=20)
    assert {fact.until for fact in desk.facts()} == {T(45)}

    refused = asked().do("later", by="rob", minutes=241)
    assert (refused.code, refused.reason) == (Code.BAD_VALUE, "later_too_long")


def test_a_refused_snooze_says_how_long_is_possible():
    desk = asked()
    desk.do("later", by="rob", minutes=241)

    assert desk.answer() == "Nothing snoozed: a question waits at most 4 h. Give a shorter time, or answer it."


def test_a_snooze_of_one_of_several_does_not_put_off_what_comes_earlier_for_the_others():
    desk = CommandBench().declared(impact=1, urgency=1)
    desk.tick(15)
    [prompted] = [p for p in desk.incident.prompted if p.due.startswith("commander")]
    assert len(prompted.asked) == 2

    desk.do("later", by="rob", at=29, due=prompted.due)
    desk.tick(30)

    assert [p.at for p in desk.incident.prompted if p.due == prompted.due] == [T(30)]
