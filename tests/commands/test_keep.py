"""The files of a message become evidence: each an item of its own, with its custodian, until its bytes are stored."""

from __future__ import annotations

import pytest

from incident.refusal import Code
from tests.support.command_bench import CHANNEL, who

TS = "1780999999.000100"


def shared(id="F1", **more):
    return {"id": id, "name": "trace.log", "size": 12, **more}


def test_each_file_of_a_message_becomes_an_item_with_who_keeps_it_as_its_custodian(room):
    room.do("evidence", item="a disk")
    room.do("keep", by="eva", channel=CHANNEL, ts=TS, files=[shared(), shared("F2", name="mail.eml")])

    items = room.incident.evidence[1:]
    assert [(one.id, one.item, one.file, one.stored, one.by) for one in items] == [
        ("EV2", "trace.log", "F1", "pending", who("eva")),
        ("EV3", "mail.eml", "F2", "pending", who("eva")),
    ]
    assert "Recorded as EV2, EV3" in room.answer()
    assert [entry.fact.timeline for entry in room.entries()[-2:]] == ["evidence", "evidence"]


def test_files_beyond_twenty_are_named_as_left_out(room):
    room.do("keep", channel=CHANNEL, ts=TS, files=[shared(f"F{n}") for n in range(22)])

    assert len(room.incident.evidence) == 20
    assert "2 more are left out" in room.answer()


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "keep_where"),
        ({"channel": CHANNEL, "ts": TS}, "keep_no_files"),
        ({"channel": CHANNEL, "ts": TS, "files": [shared(is_gone=True)]}, "keep_deleted"),
    ],
)
def test_without_a_file_that_is_there_nothing_is_recorded(room, fields, reason):
    outcome = room.do("keep", form=fields)

    assert (outcome.code, outcome.reason) == (Code.STATE, reason)
    assert room.incident.evidence == ()


def test_evidence_that_was_fetched_is_not_taken_back(room):
    room.do("keep", at=5, channel=CHANNEL, ts=TS, files=[shared()])

    outcome = room.do("undo", at=6)
    assert (outcome.code, outcome.reason) == (Code.STATE, "undo_evidence")
