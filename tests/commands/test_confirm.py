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


def test_the_channel_line_names_the_final_category_and_priority():
    assert HandmadeDesk().said(Confirm()) == "*Final category and priority confirmed* by <@UILSE>: Application, P2"
    assert HandmadeDesk().said(Confirm(what=("priority",))) == "*Final priority confirmed* by <@UILSE>: P2"
    assert HandmadeDesk().answer(Confirm()) == "Confirmed. A later change asks for it again."
