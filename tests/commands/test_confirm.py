"""The final category and priority are confirmed, both unless one is named."""

from __future__ import annotations

import pytest

from commands.confirm import Confirm
from incident.entries.classification import Confirmed
from tests.commands.hand import Room


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

    assert Room().does(confirm) == (Confirmed(category=category, priority=priority),)


def test_the_channel_reads_what_is_final():
    assert Room().said(Confirm()) == "*Final category and priority confirmed* by <@UILSE>: Application, P2"
    assert Room().said(Confirm(what=("priority",))) == "*Final priority confirmed* by <@UILSE>: P2"
    assert Room().answer(Confirm()) == "Confirmed. A later change asks for it again."
