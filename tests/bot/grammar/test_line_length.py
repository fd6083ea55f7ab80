"""A long line is read in time proportional to its length, and nothing of it is lost."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bot.grammar.command_parser import parse_command
from bot.grammar.tokenizer import MOST_TOKENS

AT = datetime(2026, 6, 9, 12, 10, tzinfo=UTC)


def work(line: str) -> tuple[int, int]:
    """Return how many names were looked up for a line, and how many lines of code it took."""
    looked_up, steps = 0, 0

    def person(word: str) -> None:
        nonlocal looked_up
        looked_up += 1

    def trace(*_: object) -> Callable[..., object]:
        nonlocal steps
        steps += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        parse_command(line, at=AT, person=person, services=("checkout", "internal tools"))
    finally:
        sys.settrace(before)
    return looked_up, steps


@pytest.mark.parametrize(
    "word",
    ["@a ", "<@U0NOBODY> ", "who=zz ", "how=zz ", "functional ", "because ", "12:00 ", "a,b ", "<#C1|x y> ", '"a b" '],
)
@pytest.mark.parametrize("verb", ["escalate", "update", "priority", "category", "time", "assign", "note", "nothing"])
def test_a_line_that_is_twice_as_long_takes_at_most_twice_the_work(verb: str, word: str) -> None:
    short, long = (work(f"{verb} {word * count}") for count in (150, 300))

    assert long[0] <= 2 * short[0] + 4
    assert long[1] <= 2.2 * short[1] + 200


def test_after_ten_people_that_are_not_known_the_rest_of_the_line_is_the_text() -> None:
    command = parse_command("escalate " + "@a " * 12 + "help us", at=AT)

    assert command.invalid == (("who", "@a"),) * 10
    assert command.fields["reason"] == "@a @a help us"


def test_a_category_may_have_more_words_than_one_value() -> None:
    words = "word " * (2 * MOST_TOKENS)

    command = parse_command(f"category {words}because it is so", at=AT)

    assert command.fields == {"category": words.strip(), "reason": "it is so"}


def test_spaces_before_a_reason_are_read_once() -> None:
    command = parse_command(f"category Network{' ' * 5_000}because of this", at=AT)

    assert command.fields == {"category": "Network", "reason": "of this"}
