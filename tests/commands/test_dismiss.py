"""`dismiss` records that a message which reads like a decision is none."""

from __future__ import annotations

import pytest

from incident.refusal import Code
from tests.support.command_bench import CHANNEL, CommandBench


@pytest.fixture
def desk() -> CommandBench:
    """A P1 with a commander."""
    bench = CommandBench().declared(impact=1, urgency=1)
    bench.do("take", "ilse", 2, role="commander")
    return bench


def test_a_second_look_at_the_same_message_is_recorded_once(desk):
    desk.says("ilse", "we will roll back", 5, ts="1000.000100")
    message = {"channel": CHANNEL, "ts": "1000.000100"}
    desk.do("dismiss", "eva", 7, form=message)

    desk.do("dismiss", "rob", 8, form=message)

    assert desk.kinds() == []
    assert desk.answer() == "That was noted before: it is no decision."


def test_dismiss_without_a_message_is_refused_and_says_where_they_are(desk):
    outcome = desk.do("dismiss", "eva", 7)

    assert (outcome.code, outcome.reason) == (Code.BAD_VALUE, "dismiss_no_message")
    assert "`/incident check` lists them" in desk.answer()
