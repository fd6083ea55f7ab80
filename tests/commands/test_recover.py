"""Recoveries are recorded with method and backup; those that need it are checked, and closing asks for that as the policy says."""

from __future__ import annotations

import pytest

from incident.deadlines.outside.recovery_deadlines import clean_backups
from incident.refusal import Code
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who
from tests.support.parsed_lines import parsed
from tests.support.worked_incidents import a_major


def test_a_recovery_has_its_method_its_backup_and_asks_for_the_check(room):
    room.do("recover", at=5, method="backup", text="db1 is restored", backup="snap-42 of 02:00")

    [made] = room.incident.recoveries
    assert (made.id, made.method, made.backup, made.lacks_check) == ("R1", "backup", "snap-42 of 02:00", True)
    assert "recover checked R1" in room.answer()


def test_a_check_names_the_evidence_and_ends_the_question(room):
    room.do("evidence", at=4, item="scan of db1")
    room.do("recover", at=5, method="patch", text="kernel patched")
    room.do("recover", at=9, method="checked", text="the version is the new one", clean="EV1")

    [made] = room.incident.recoveries
    assert (made.lacks_check, made.evidence) == (False, "EV1")


@pytest.mark.parametrize(
    ("method", "fields", "lacks"),
    [("backup", {}, True), ("patch", {}, True), ("rebuild", {}, False), ("backup", {"clean": "scan of 03:00"}, False)],
)
def test_a_backup_and_a_patch_need_a_check_unless_it_is_named_at_once(room, method, fields, lacks):
    room.do("recover", at=5, method=method, text="back", **fields)

    assert room.incident.recoveries[0].lacks_check is lacks


def test_a_recovery_that_is_not_on_record_cannot_be_checked(room):
    outcome = room.do("recover", at=5, method="checked", text="clean", id="R7")

    assert (outcome.code, outcome.reason) == (Code.STATE, "recover_unknown")


@pytest.mark.parametrize("method", ["backup", "patch"])
def test_a_strict_policy_refuses_to_close_without_the_check_and_names_integrity(method):
    desk = a_major()
    desk.policy = desk.policy.model_copy(update={"clean_recovery": "refuse"})
    desk.do("recover", at=38, method=method, text="back")

    refused = desk.do("close", "ilse", 40)

    assert (refused.code, refused.missing) == (Code.CLOSE_INCOMPLETE, ("VALIDATION",))
    assert dict(refused.facts)["VALIDATION"] == "clean_recovery integrity_verified R1"
    desk.do("recover", at=41, method="checked", text="the scan finds nothing")
    assert not desk.do("close", "ilse", 42).is_refused


@pytest.mark.parametrize(("word", "warned"), [("warn", True), ("allow", False)])
def test_the_delivered_policy_closes_keeps_the_warning_and_says_so(word, warned):
    desk = a_major()
    desk.policy = desk.policy.model_copy(update={"clean_recovery": word})
    desk.do("recover", at=38, method="backup", text="back")

    assert not desk.do("close", "ilse", 40).is_refused
    assert any(entry.fact.kind == "closure_warned" for entry in desk.entries()) is warned
    assert ("Nothing shows that R1 is clean" in desk.answer()) is warned


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        (
            "recover backup backup=snap-42 db1 is restored",
            {"method": "backup", "backup": "snap-42", "text": "db1 is restored"},
        ),
        ("recover checked R1 no foreign files", {"method": "checked", "id": "R1", "text": "no foreign files"}),
    ],
)
def test_a_typed_line_records_a_recovery(line, fields):
    assert parsed(line).fields == fields


@pytest.mark.parametrize(("clean_recovery", "asks"), [("warn", 1), ("refuse", 1), ("allow", 0)])
def test_the_check_of_a_backup_is_asked_of_the_tech_lead_and_then_of_the_commander_too(clean_recovery, asks):
    desk = CommandBench().declared()
    desk.do("take", "ilse", 1, role="commander")
    desk.do("assign", "ilse", 2, form={"role": "tech_lead", "to": who("rob")})
    for minute, (method, text) in enumerate((("backup", "db1 is restored"), ("failover", "db2 took over")), 3):
        desk.do("recover", at=minute, form={"method": method, "text": text})
    policy = desk.policy.model_copy(update={"clean_recovery": clean_recovery})
    found = clean_backups(desk.incident, policy)

    assert len(found) == asks
    for deadline in found:
        assert [(step.at, step.whom) for step in deadline.steps] == [
            (T(3), (who("rob"),)),
            (T(33), (who("rob"), who("ilse"))),
        ]
    desk.do(
        "recover", at=9, form={"method": "checked", "id": "R1", "text": "the scan finds nothing", "clean": "scan 4"}
    )
    assert clean_backups(desk.incident, policy) == ()
