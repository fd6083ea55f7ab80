"""Confirms the final category and priority: both, unless the line names one."""

from __future__ import annotations

import pytest

from commands.confirm import Confirm
from incident.entries.classification import Confirmed
from tests.support.handmade_incidents import HandmadeDesk


@pytest.mark.parametrize(
    ("fields", "category", "priority"),
    [
        ({}, True, True),
        ({"what": ["category", "priority"]}, True, True),
        ({"what": "category"}, True, False),
        ({"what": ["priority"]}, False, True),
    ],
)
def test_a_field_that_is_named_is_confirmed_alone(fields, category, priority):
    confirm = Confirm.model_validate(fields)

    assert HandmadeDesk().does(confirm) == (Confirmed(category=category, priority=priority),)


def test_the_reply_says_what_a_later_change_asks_for():
    assert HandmadeDesk().answer(Confirm()) == (
        "Confirmed: category Application, priority P2. If it changes later, it has to be confirmed again."
    )
