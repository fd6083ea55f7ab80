"""A temporary fix is added, gets an owner and a date, and is removed with evidence."""

from __future__ import annotations

import pytest

from commands.tempfix import Tempfix
from incident.entries.restoration import TempFixAdded, TempFixRemoved, TempFixSet
from incident.model.components import TempFix
from incident.refusal import Code
from tests.support.handmade_incidents import EVA, ROB, HandmadeDesk, an_incident, later, worded

IN_PLACE = TempFix(id="TF1", text="restart every 45 minutes", owner=None, remove_by=None)
OWNED = IN_PLACE.model_copy(update={"owner": ROB, "remove_by": later(600)})
GONE = IN_PLACE.model_copy(update={"removed_at": later(5)})


def test_a_new_fix_gets_the_next_id():
    room = HandmadeDesk(an_incident(temp_fixes=(GONE,)))
    add = Tempfix(text="blocklist")

    assert add.intent == "tempfix"
    assert room.does(add) == (TempFixAdded(id="TF2", text="blocklist", owner=None, remove_by=None),)


def test_a_new_fix_may_have_its_id_owner_and_date_at_once():
    add = Tempfix(id="TF7", text="blocklist", owner=EVA, remove_by=later(60))

    assert HandmadeDesk().does(add) == (TempFixAdded(id="TF7", text="blocklist", owner=EVA, remove_by=later(60)),)
    assert HandmadeDesk().answer(add) == "Recorded as TF7."


def test_the_reply_for_a_fix_without_owner_or_date_says_what_closing_requires():
    assert "`/incident tempfix set TF1 owner=@name by=friday`" in HandmadeDesk().answer(Tempfix(text="blocklist"))


@pytest.mark.parametrize("form", [None, "set"])
def test_owner_and_date_of_a_fix_are_set(form):
    room = HandmadeDesk(an_incident(temp_fixes=(IN_PLACE,)))
    setting = Tempfix(form=form, id="tf1", owner=EVA, remove_by=later(60))

    assert setting.intent == "tempfix_set"
    assert room.does(setting) == (TempFixSet(id="TF1", owner=EVA, remove_by=later(60)),)
    assert room.answer(setting).startswith("<@UEVA> removes TF1 by <!date^")


def test_a_field_left_out_keeps_its_value():
    room = HandmadeDesk(an_incident(temp_fixes=(OWNED,)))

    assert room.does(Tempfix(id="TF1", remove_by=later(900))) == (
        TempFixSet(id="TF1", owner=ROB, remove_by=later(900)),
    )


@pytest.mark.parametrize("fields", [{"form": "removed", "text": "schedule gone"}, {"evidence": "schedule gone"}])
def test_a_fix_is_removed_with_evidence(fields):
    room = HandmadeDesk(an_incident(temp_fixes=(IN_PLACE,)))
    removed = Tempfix(id="TF1", **fields)

    assert removed.intent == "tempfix_removed"
    assert room.does(removed) == (TempFixRemoved(id="TF1", evidence="schedule gone"),)
    assert room.said(removed) == "*TF1 removed* by <@UILSE>: schedule gone"


@pytest.mark.parametrize(
    ("fixes", "fields", "reason"),
    [
        ((IN_PLACE,), {"id": "TF1", "text": "again"}, "tempfix_id_used"),
        ((GONE,), {"id": "TF1", "text": "again"}, "tempfix_id_used"),
        ((), {"id": "TF1", "owner": EVA, "remove_by": later(9)}, "tempfix_unknown"),
        ((), {"id": "TF1", "evidence": "gone"}, "tempfix_unknown"),
        ((), {"form": "removed", "evidence": "gone"}, "tempfix_unknown"),
        ((GONE,), {"id": "TF1", "owner": EVA, "remove_by": later(9)}, "tempfix_removed_already"),
        ((GONE,), {"id": "TF1", "evidence": "gone"}, "tempfix_removed_already"),
    ],
)
def test_a_used_unknown_or_removed_id_is_refused(fixes, fields, reason):
    refusal = HandmadeDesk(an_incident(temp_fixes=fixes)).refuses(Tempfix(**fields))

    assert (refusal.code, refusal.reason) == (Code.STATE, reason)
    assert worded(refusal)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"form": "add"}, "tempfix_what"),
        ({"id": "TF1", "owner": EVA}, "tempfix_owner_and_date"),
        ({"form": "removed", "id": "TF1"}, "tempfix_evidence"),
    ],
)
def test_a_missing_field_is_asked_for(fields, reason):
    refusal = HandmadeDesk(an_incident(temp_fixes=(IN_PLACE,))).refuses(Tempfix(**fields))

    assert (refusal.code, refusal.reason) == (Code.MISSING_FIELDS, reason)
    assert worded(refusal)
