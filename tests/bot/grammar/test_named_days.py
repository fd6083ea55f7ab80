"""A clock time that is read as another day's names that day; one at the end of a text is named as text."""

from __future__ import annotations

import pytest

from bot.rendering.message_catalog import doubt_text
from tests.support.parsed_lines import parsed


@pytest.mark.parametrize(
    ("line", "reason", "day"),
    [
        ("action @ilse check the pool by 11:00", "field_in_words", "tomorrow, Wednesday 10 June"),
        ("action @ilse by 11:00 check the pool", "field_in_words", "tomorrow, Wednesday 10 June"),
        ("action @ilse check the pool by 16:30", "field_in_words", ""),
        ("update internal next=11:00 Half is back", "other_day", "tomorrow, Wednesday 10 June"),
        ("update internal Half is back next 11:00", "field_in_words", "tomorrow, Wednesday 10 June"),
        ("note happened=23:05 Saw it", "other_day", "yesterday, Monday 8 June"),
        ("mitigated The failover is done 23:05", "time_last", "yesterday, Monday 8 June"),
    ],
)
def test_a_doubt_about_a_clock_time_names_the_day_it_was_read_as_unless_that_is_today(line, reason, day):
    (doubt,) = parsed(line).doubts

    assert (doubt.reason, doubt.day) == (reason, day)
    assert day in doubt_text(doubt.reason, doubt.words, doubt.also, doubt.day)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("note The pool was restarted 14:05", "14:05"),
        ("decide Fail over at 13:55 CEST", "13:55 CEST"),
        ("note The pool was restarted at 14.05", "14:05"),
        ("correct 17 The pool was restarted 14:05", ""),
        ("note Restored is promised 16:30", ""),
        ("note 14:05: The pool was restarted", ""),
        ("note happened=14:00 It was restarted 14:05", ""),
        ("mitigated The pool was restarted 14:05", ""),
    ],
)
def test_a_past_time_at_the_end_of_a_text_is_text_and_is_named(line, found):
    assert parsed(line).time_in_text == found
