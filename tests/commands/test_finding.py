"""Findings are recorded with their source, or as unverified; later they are confirmed or refuted, and stay on the record."""

from __future__ import annotations

import pytest

from incident.refusal import Code
from tests.support.command_bench import who
from tests.support.parsed_lines import parsed

TEXT = "the key was used at 02:10"


def test_a_finding_without_a_source_is_marked_as_unverified_wherever_it_is_read(room):
    room.do("finding", at=5, text=TEXT)

    [found] = room.incident.findings
    assert (found.id, found.verified, found.status) == ("F1", False, "open")
    assert "marked as unverified" in room.answer()
    room.do("status", at=6)
    assert f"*Findings*: F1 {TEXT} (unverified)" in room.answer()


@pytest.mark.parametrize(
    ("named", "stored"),
    [
        ({"source": "ev-1"}, {"evidence": "EV1"}),
        ({"source": "#2"}, {"entry": 2}),
        ({"source": "proxy log"}, {"source": "proxy log"}),
        ({"witness": who("eva")}, {"witness": who("eva")}),
    ],
)
def test_an_item_of_evidence_an_entry_words_or_a_person_is_a_source(room, named, stored):
    room.do("evidence", at=4, item="proxy log")
    room.do("finding", at=5, text=TEXT, **named)

    [found] = room.incident.findings
    assert found.verified
    assert {name: getattr(found, name) for name in ("evidence", "entry", "source", "witness")} == {
        **dict.fromkeys(("evidence", "entry", "source", "witness")),
        **stored,
    }


def test_an_unverified_finding_is_confirmed_by_a_source(room):
    room.do("evidence", at=4, item="proxy log")
    room.do("finding", at=5, text=TEXT)
    outcome = room.do("finding", by="eva", at=9, form={"form": "confirm", "id": "f-1", "source": "EV1"})

    [found] = room.incident.findings
    assert (found.verified, found.status, found.judged_by) == (True, "confirmed", outcome.first)


def test_a_refuted_finding_stays_on_the_record_as_refuted(room):
    room.do("finding", at=5, text=TEXT, source="proxy log")
    room.do("finding", at=9, form={"form": "refute", "text": "that is the log of another host"})

    [found] = room.incident.findings
    assert (found.status, found.text, found.source) == ("refuted", TEXT, "proxy log")
    assert room.entries()[-1].fact.timeline == "finding"


@pytest.mark.parametrize(
    ("fields", "code", "reason"),
    [
        ({}, Code.MISSING_FIELDS, "finding_what"),
        ({"text": TEXT, "source": "EV9"}, Code.STATE, "evidence_unknown"),
        ({"text": TEXT, "source": "entry 999"}, Code.STATE, "entry_unknown"),
        ({"form": "confirm", "id": "F9", "source": "log"}, Code.STATE, "finding_unknown"),
        ({"form": "confirm", "id": "F1"}, Code.MISSING_FIELDS, "finding_source"),
        ({"form": "refute", "id": "F1"}, Code.MISSING_FIELDS, "finding_why"),
        ({"form": "confirm", "id": "F2", "source": "log"}, Code.STATE, "finding_judged"),
        ({"form": "refute", "id": "F3", "text": "no"}, Code.STATE, "finding_judged"),
    ],
)
def test_what_cannot_be_recorded_is_refused_with_what_to_do(room, fields, code, reason):
    for n in (1, 2, 3):
        room.do("finding", at=n, text=TEXT)
    room.do("finding", at=4, form={"form": "confirm", "id": "F2", "source": "log"})
    room.do("finding", at=4, form={"form": "refute", "id": "F3", "text": "no"})

    outcome = room.do("finding", at=5, form=fields)

    assert (outcome.code, outcome.reason) == (code, reason)
    assert "`/incident" in room.answer() or reason == "finding_judged"


def test_a_finding_is_taken_back_and_its_id_is_not_given_again(room):
    room.do("finding", at=5, text=TEXT)
    room.do("undo", at=6)
    room.do("finding", at=7, text="another thing")

    assert [one.id for one in room.incident.findings] == ["F2"]


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("finding the key was used at 02:10", {"text": "the key was used at 02:10"}),
        ("finding source=EV1 a key was used", {"source": "EV1", "text": "a key was used"}),
        ("finding confirm F2 source=EV1", {"form": "confirm", "id": "F2", "source": "EV1"}),
        ("finding refute F2 another host", {"form": "refute", "id": "F2", "text": "another host"}),
    ],
)
def test_a_typed_line_records_or_judges_a_finding(line, fields):
    assert parsed(line).fields == fields
