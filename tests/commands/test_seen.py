"""`seen` confirms a notice: only for those whom it is for, once each, also where they may see no more than the number."""

from __future__ import annotations

import pytest

from commands.core.request import Place
from incident.refusal import Code
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who
from tests.support.rule_bench import COMMITTEE, SECURITY, desk_with


@pytest.fixture
def desk() -> CommandBench:
    """A major incident of which the steering committee is notified: ilse, and a user group."""
    return desk_with(COMMITTEE).declared(impact=1, urgency=1)


def test_a_receipt_is_recorded_with_who_and_when(desk):
    desk.do("seen", "ilse", 5, form={"notice": desk.incident.notices[0].n})

    assert desk.kinds() == ["notice_seen"]
    assert [(one.who, one.at) for one in desk.incident.notices[0].receipts] == [(who("ilse"), T(5))]
    assert desk.answer() == "Confirmed: you know of INC-2026-0001."


def test_a_second_press_adds_nothing(desk):
    form = {"notice": desk.incident.notices[0].n}
    desk.do("seen", "ilse", 5, form=form)

    desk.do("seen", "ilse", 6, form=form)

    assert desk.kinds() == []
    assert desk.answer() == "You confirmed that before."


def test_who_was_not_notified_confirms_nothing(desk):
    outcome = desk.do("seen", "rob", 5, form={"notice": desk.incident.notices[0].n})

    assert (outcome.code, outcome.reason) == (Code.STATE, "seen_nothing")
    assert "no notice of this incident was sent to you" in desk.answer()


def test_who_is_notified_of_a_restricted_incident_confirms_it_and_reads_no_more_than_its_number():
    desk = desk_with(SECURITY).declared(impact=1, urgency=2, type="security")
    elsewhere = Place(number=desk.incident.number)

    desk.do("status", "lea", 4, place=elsewhere)
    assert desk._last()[1].is_refused
    outcome = desk.do("seen", "lea", 5, place=elsewhere, form={"notice": desk.incident.notices[0].n})

    assert not outcome.is_refused
    assert desk.answer() == "Confirmed: you know of INC-2026-0001."
