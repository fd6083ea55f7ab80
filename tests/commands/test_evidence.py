"""Evidence is recorded with its digest, its place and its custodian, as of when it was collected."""

from __future__ import annotations

import re

import pytest

from bot.simulation.replay.intents import verb_of
from commands.evidence import Evidence
from incident.entries.outside.evidence_items import EvidenceSecured
from incident.refusal import Code
from tests.support.clock import T
from tests.support.command_bench import who
from tests.support.handmade_incidents import HandmadeDesk, later, worded
from tests.support.parsed_lines import parsed

IMAGE = {"item": "memory image of web-2", "sha256": "9f2c...41", "location": "sealed store 4, case 26-118"}


def test_evidence_has_its_digest_its_place_and_its_custodian(room):
    room.do("evidence", at=20, **IMAGE, collected_at=T(11).isoformat())

    [item] = room.incident.evidence
    assert (item.id, item.item, item.sha256, item.location) == ("EV1", *IMAGE.values())
    assert (item.by, item.collected_at) == (who("rob"), T(11))


def test_the_entry_occurred_when_it_was_collected_and_has_when_it_was_recorded(room):
    room.do("evidence", at=20, **IMAGE, collected_at=T(11).isoformat(), occurred_at=T(15))

    entry = room.entries()[-1]
    assert (entry.fact.timeline, entry.occurred_at, entry.recorded_at) == ("evidence", T(11), T(20))


def test_the_line_of_the_help_records_the_whole_place():
    example = re.search(r"`(evidence memory [^`]*)`", Evidence.__doc__ or "")

    assert example
    line = parsed(example[1].replace("…", ""))
    assert line.is_complete
    assert line.fields == {"item": "memory image of web-2", "sha256": "9f2c", "location": "safe 4"}


def test_evidence_without_a_time_was_collected_when_the_request_says(room):
    room.do("evidence", at=20, **IMAGE, occurred_at=T(15))

    assert room.incident.evidence[0].collected_at == T(15)


def test_a_second_item_gets_the_next_id_and_a_used_id_is_taken_all_the_same(room):
    room.do("evidence", **IMAGE)
    room.do("evidence", item="disk of web-2")
    room.do("evidence", item="the same disk, copied", id="EV2")

    assert [item.id for item in room.incident.evidence] == ["EV1", "EV2", "EV2"]


def test_evidence_is_recorded_in_any_state_by_anyone(room):
    room.do("void", by="ilse", form={"as_": "false_alarm", "reason": "monitoring of another service"})

    assert not room.do("evidence", by="clerk", **IMAGE).is_refused
    assert len(room.incident.evidence) == 1


def test_an_item_without_words_is_refused():
    refusal = HandmadeDesk().refuses(Evidence(sha256="9f2c"))

    assert (refusal.code, refusal.reason, refusal.fields) == (Code.MISSING_FIELDS, "evidence_what", ("item",))
    assert "Not recorded" in worded(refusal)


def test_evidence_cannot_have_been_collected_later_than_now():
    refusal = HandmadeDesk().refuses(Evidence(item="a disk", collected_at=later(11)))

    assert (refusal.code, refusal.reason, refusal.fields) == (Code.BAD_VALUE, "not_yet", ("collected_at",))


def test_a_digest_that_is_no_digest_is_refused(room):
    outcome = room.do("evidence", item="a disk", sha256="<!channel> look")

    assert (outcome.code, outcome.fields) == (Code.BAD_VALUE, ("sha256",))


def test_the_reply_asks_for_the_digest_and_the_place_that_are_not_given():
    bare, whole = Evidence(item="a disk"), Evidence(**IMAGE)

    assert "It has no SHA-256" in HandmadeDesk().answer(bare)
    assert "Where is it stored?" in HandmadeDesk().answer(bare)
    assert HandmadeDesk().answer(whole) == "Recorded as EV1."
    assert HandmadeDesk().said(whole) == "*Evidence EV1* secured by <@UILSE>: memory image of web-2"


def test_show_and_status_list_the_evidence(room):
    room.do("evidence", **IMAGE)

    room.do("status")
    assert "*Evidence*: EV1 memory image of web-2" in room.answer()


def test_evidence_can_be_taken_back_and_its_id_is_not_given_again(room):
    room.do("evidence", at=20, **IMAGE)
    room.do("undo", at=21)
    room.do("evidence", at=22, item="a disk")

    assert [item.id for item in room.incident.evidence] == ["EV2"]


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("evidence memory image of web-2", {"item": "memory image of web-2"}),
        ("evidence EV7 disk of web-2", {"id": "EV7", "item": "disk of web-2"}),
        (
            'evidence sha256=9f2c41 location="safe 4" a disk',
            {"sha256": "9f2c41", "location": "safe 4", "item": "a disk"},
        ),
    ],
)
def test_a_typed_line_records_evidence(line, fields):
    assert parsed(line).fields == fields


def test_the_intent_of_a_scenario_is_the_verb():
    assert verb_of("evidence") is Evidence
    assert EvidenceSecured.timeline == "evidence"


def test_custody_is_a_chain_of_who_had_it_when_where_and_why(room):
    room.do("evidence", at=20, **IMAGE)
    room.do("evidence", at=21, form={"form": "pass", "id": "ev-1", "to": who("eva"), "item": "she images it"})
    outside = {"form": "pass", "id": "EV1", "receiver": "Police", "location": "their laboratory", "item": "they asked"}
    room.do("evidence", by="eva", at=30, form=outside)

    [item] = room.incident.evidence
    assert [(one.at, one.by, one.to, one.receiver, one.reason) for one in item.custody] == [
        (T(21), who("rob"), who("eva"), None, "she images it"),
        (T(30), who("eva"), None, "Police", "they asked"),
    ]
    assert (item.by, item.place, item.location) == (who("rob"), "their laboratory", IMAGE["location"])


@pytest.mark.parametrize(
    ("fields", "code", "reason"),
    [
        ({"id": "EV9", "to": who("eva"), "item": "x"}, Code.STATE, "custody_which"),
        ({"id": "EV1", "item": "x"}, Code.MISSING_FIELDS, "custody_to"),
        ({"id": "EV1", "to": who("eva")}, Code.MISSING_FIELDS, "custody_why"),
    ],
)
def test_a_change_of_hands_names_the_item_the_receiver_and_why(room, fields, code, reason):
    room.do("evidence", **IMAGE)

    outcome = room.do("evidence", form={"form": "pass", **fields})

    assert (outcome.code, outcome.reason) == (code, reason)
    assert room.incident.evidence[0].custody == ()


def test_a_typed_line_hands_evidence_on():
    fields = parsed("evidence pass EV1 <@U3> because she images it").fields
    assert fields.pop("to").endswith("U3")
    assert fields == {"form": "pass", "id": "EV1", "item": "she images it"}
