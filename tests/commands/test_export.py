"""The reply says how to export the record, to people who may see the incident."""

from __future__ import annotations

from commands.export import Export
from incident.refusal import Code
from tests.support.handmade_incidents import EVA, ROB, HandmadeDesk, an_incident


def test_the_reply_names_the_command_and_the_contents_of_the_archive():
    answer = HandmadeDesk().answer(Export())

    assert "`muster export INC-2026-0042`" in answer
    assert "(9 entries)" in answer
    assert "`verify.py`" in answer
    assert "restricted" not in answer


def test_the_export_of_a_restricted_incident_comes_with_a_warning():
    assert "mind who gets the folder" in HandmadeDesk(an_incident(restricted=True), actor=ROB).answer(Export())


def test_an_incident_the_actor_may_not_see_is_refused_as_unknown():
    assert HandmadeDesk(an_incident(restricted=True), actor=EVA).refuses(Export(number="42")).code == Code.NO_INCIDENT
    assert HandmadeDesk(an_incident(restricted=True), actor=EVA).refuses(Export()).code == Code.NO_INCIDENT


def test_a_question_records_nothing():
    assert HandmadeDesk().does(Export()) == ()
    assert HandmadeDesk().said(Export()) == ""
