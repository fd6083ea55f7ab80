"""A correction refers to an entry; the entry itself never changes."""

from __future__ import annotations

import pytest

from commands.correct import Correct
from incident.entries.conversation import Corrected
from incident.refusal import Code
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
