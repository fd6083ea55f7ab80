"""The final category and priority are confirmed, both unless one is named."""

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
def test_what_is_named_is_confirmed(fields, category, priority):
    confirm = Confirm.model_validate(fields)

    assert HandmadeDesk().does(confirm) == (Confirmed(category=category, priority=priority),)


def test_the_channel_reads_what_is_final():
    assert HandmadeDesk().said(Confirm()) == "*Final category and priority confirmed* by <@UILSE>: Application, P2"
    assert HandmadeDesk().said(Confirm(what=("priority",))) == "*Final priority confirmed* by <@UILSE>: P2"
    assert HandmadeDesk().answer(Confirm()) == "Confirmed. A later change asks for it again."
