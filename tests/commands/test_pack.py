"""The pack of a report: each value says where it is from, a frozen one never changes, and a second person approves it."""

from __future__ import annotations

from hashlib import sha256

import pytest

from commands.core.request import Place
from incident.entries.outside.report_packs import PackFrozen
from incident.record.hash_chain import canonical
from incident.refusal import Code
from incident.report.pack_document import document
from tests.support.clock import T
from tests.support.command_bench import who
from tests.support.packed import INITIAL, breached, frozen, typed
from tests.support.parsed_lines import parsed
from tests.support.regulated import WHY, as_legal

LEI = "529900T8BM49AURSDO55"
INTERMEDIATE = {"regime": "dora", "obligation": "intermediate"}


def packs(desk) -> list[PackFrozen]:
    return [entry.fact for entry in desk.entries() if isinstance(entry.fact, PackFrozen)]


def fields(desk) -> dict[str, dict]:
    found = document(desk.incident.number, packs(desk)[-1])
    assert found is not None
    return found["fields"]


def test_each_value_is_from_an_entry_typed_by_a_person_from_the_policy_or_missing():
    desk = breached()
    typed(desk, 6, f"1.3: {LEI}\n2.10: first line\nsecond line")
    frozen(desk, 7)

    found = fields(desk)
    classified = next(e.n for e in desk.entries() if e.fact.kind == "determined" and e.fact.what == "classified_major")
    assert len(found) == 25
    assert (found["2.5"]["value"], found["2.5"]["origin"], found["2.5"]["entries"]) == (WHY, "entry", [classified])
    assert (found["1.3"]["value"], found["1.3"]["origin"], found["1.3"]["by"]) == (LEI, "typed", who("rob"))
    assert found["2.10"]["value"] == "first line\nsecond line"
    assert (found["1.2"]["value"], found["1.2"]["origin"]) == ("Example Bank AG", "policy")
    assert (found["2.9"]["value"], found["2.9"]["origin"]) == (None, "missing")


def test_a_number_keeps_that_it_is_an_estimate_and_a_typed_value_goes_before_that_of_an_entry():
    desk = breached()
    typed(desk, 6, "3.5: 4 known", INTERMEDIATE)
    frozen(desk, 7, INTERMEDIATE)

    found = fields(desk)
    assert [(found[one]["value"], found[one]["basis"]) for one in ("3.4", "3.5")] == [
        ("1200", "estimate"),
        ("4", "known"),
    ]
    assert (found["1.1"]["value"], found["2.1"]["value"]) == ("Intermediate report", desk.incident.number)


def test_what_reports_ask_for_is_found_in_the_entries_that_hold_it_and_nothing_else_is_filled_in():
    desk = breached()
    desk.do("time", at=6, form={"field": "started_at", "at": T(-10).isoformat(), "basis": "first request in the log"})
    desk.do("affected", at=7, form={"what": "records", "count": 38000, "basis": "estimate"})
    desk.do("affected", at=8, form={"what": "personal_data", "text": "names, account numbers"})
    desk.do("contain", at=9, form={"term": "short", "text": "the account is disabled"})
    desk.do("notice", at=10, form={"to": "police", "road": "phone", "text": "file 881/26"})
    as_legal(desk, "submitted", 11, {"regime": "gdpr33", "obligation": "authority", "ref": "DPA-1"})
    as_legal(desk, "submitted", 12, {**INITIAL, "ref": "BA-1"})
    for minute, (verb, form) in enumerate(
        (("ack", {}), ("mitigated", {"text": "access is removed"}), ("restored", {"text": "the service works"})), 20
    ):
        desk.do(verb, at=minute, form=form)
    frozen(desk, 30, INTERMEDIATE)

    at = {entry.fact.kind: entry.n for entry in desk.entries()}
    found = {name: (one["value"], one["entries"]) for name, one in fields(desk).items() if one["origin"] == "entry"}
    restored = next(e.n for e in desk.entries() if e.fact.kind == "state_changed" and e.fact.new == "restored")
    assert {name: found[name][0] for name in sorted(found) if name[0] == "3"} == {
        "3.1": "BA-1",
        "3.2": "2026-06-09T09:50:00Z",
        "3.3": "2026-06-09T10:22:00Z",
        "3.4": "1200",
        "3.5": "3",
        "3.12": "Estimates",
        "3.16": "0 d 0 h 32 min",
        "3.21": "personal data: names, account numbers\nrecords: 38000 (estimate)",
        "3.31": "police, report under gdpr33",
        "3.32": "file 881/26\ngdpr33: DPA-1",
        "3.33": "Yes",
        "3.34": "the account is disabled",
    }
    assert found["3.16"][1] == [at["time_set"], restored]
    assert found["3.34"][1] == [at["contained"]]


def test_a_correction_of_an_entry_comes_with_its_value():
    desk = breached()
    n = next(e.n for e in desk.entries() if e.fact.kind == "determined" and e.fact.what == "classified_major")
    desk.do("correct", at=6, form={"entry": n, "text": "the criterion is critical services"})
    frozen(desk, 7)

    correction = next(e.n for e in desk.entries() if e.fact.kind == "corrected")
    assert fields(desk)["2.5"]["value"] == f"{WHY}\n(corrected: the criterion is critical services)"
    assert fields(desk)["2.5"]["entries"] == [n, correction]


def test_a_pack_of_a_restricted_incident_is_shown_to_those_who_may_see_it_and_to_no_one_else():
    desk = breached()
    frozen(desk, 6)
    elsewhere = Place(number=desk.incident.number)
    stranger = desk.do("pack", "clerk", 7, form={"pack": "PK1"}, place=elsewhere)
    owner = desk.do("pack", "nadia", 8, form={"pack": "PK1"}, place=elsewhere)

    assert desk.incident.restricted
    assert (stranger.code, stranger.key, owner.code) == (Code.NO_INCIDENT, None, None)


def test_a_draft_follows_the_record_and_is_itself_not_recorded():
    desk = breached()
    before = len(desk.entries())
    desk.do("pack", at=6, form=INITIAL)
    first = desk.answer()
    desk.do("affected", at=7, form={"what": "member_states", "text": "DE, FR"})
    desk.do("pack", at=8, form=INITIAL)

    assert "2.6 Member States affected" in first.partition("*Missing*")[2]
    assert "2.6 Member States affected: DE, FR _(from entry" in desk.answer()
    assert len(desk.entries()) == before + 1
    assert "no legal advice" in desk.answer()


def test_a_frozen_pack_never_changes_and_a_later_one_supersedes_it():
    desk = breached()
    frozen(desk, 6)
    before = document(desk.incident.number, packs(desk)[0])
    typed(desk, 7, "2.9: yes")
    frozen(desk, 8)

    first, second = desk.incident.packs
    assert document(desk.incident.number, packs(desk)[0]) == before
    assert (first.id, first.revision, second.id, second.revision) == ("PK1", 1, "PK2", 2)
    assert first.sha256 == sha256(canonical(before).encode()).hexdigest() != second.sha256
    refused = as_legal(desk, "pack", 9, {"act": "approve", "pack": "PK1"})
    assert (refused.code, refused.reason) == (Code.STATE, "pack_superseded")
    assert as_legal(desk, "pack", 10, {"act": "approve", "pack": "PK2"}).code is None


def test_a_pack_without_any_value_is_not_frozen_and_the_answer_names_the_line_that_freezes():
    desk = breached()
    warning = {"regime": "nis2", "obligation": "early_warning"}
    empty = frozen(desk, 6, warning)
    typed(desk, 7, "malicious: yes", warning)

    assert (empty.code, empty.reason) == (Code.MISSING_FIELDS, "pack_empty")
    assert "`/incident pack freeze nis2 early_warning` freezes it" in desk.answer()
    assert frozen(desk, 8, warning).code is None


def test_the_answer_to_freezing_names_each_field_without_a_value():
    desk = breached()
    frozen(desk, 6)

    answer, missing = desk.answer(), desk.incident.packs[-1].missing
    assert f"{missing} of 25 fields have no value: 1.3 Code of the submitting entity (LEI); " in answer
    named = answer.partition("no value: ")[2].partition(". Type those")[0]
    assert len(named.split("; ")) == missing


def test_the_same_values_are_not_frozen_twice():
    desk = breached()
    frozen(desk, 6)

    assert frozen(desk, 7).reason == "pack_same"
    assert "PK1" in desk.answer()


@pytest.mark.parametrize("author", ["who froze it", "who typed a value", "neither"])
def test_a_person_with_authority_approves_who_is_no_author(author):
    desk = breached()
    if author == "who typed a value":
        as_legal(desk, "pack", 5, {**INITIAL, "values": "2.9: yes"})
    if author == "who froze it":
        as_legal(desk, "pack", 6, {**INITIAL, "act": "freeze"})
    else:
        frozen(desk, 6)
    outcome = as_legal(desk, "pack", 7, {"act": "approve", "pack": "pk1"})

    assert outcome.reason == (None if author == "neither" else "pack_own")
    assert desk.incident.packs[0].approved_by == (who("eva") if author == "neither" else None)
    assert ("second person" in desk.answer()) is (author != "neither")


def test_others_do_not_approve_and_no_one_does_so_twice():
    desk = breached()
    frozen(desk, 6)
    without = desk.do("pack", "ilse", 7, form={"act": "approve", "pack": "PK1"})
    as_legal(desk, "pack", 8, {"act": "approve", "pack": "PK1"})
    again = as_legal(desk, "pack", 9, {"act": "approve", "pack": "PK1"})

    assert (without.code, without.reason) == (Code.NOT_AUTHORISED, "obligation_not_yours")
    assert (again.code, again.reason) == (Code.STATE, "pack_approved")


def test_a_submission_names_the_approved_pack_and_none_else():
    desk = breached()
    frozen(desk, 6)
    report = {**INITIAL, "ref": "BA-1"}
    early = as_legal(desk, "submitted", 7, {**report, "pack": "PK1"})
    other = as_legal(desk, "submitted", 8, {"regime": "gdpr33", "obligation": "authority", "ref": "D", "pack": "PK1"})
    unknown = as_legal(desk, "submitted", 8, {**report, "pack": "PK7"})
    as_legal(desk, "pack", 9, {"act": "approve", "pack": "PK1"})
    as_legal(desk, "submitted", 10, {**report, "pack": "PK1"})

    reasons = [one.reason for one in (early, other, unknown)]
    assert reasons == ["pack_not_approved", "pack_of_other", "pack_unknown"]
    [submitted] = [entry.fact for entry in desk.entries() if entry.fact.kind == "pack_submitted"]
    assert (submitted.pack, submitted.sha256) == ("PK1", desk.incident.packs[0].sha256)
    assert desk.incident.packs[0].submitted_at is not None


@pytest.mark.parametrize(
    ("form", "code", "reason", "says"),
    [
        ({}, None, None, "There is no pack"),
        ({"regime": "dora"}, Code.MISSING_FIELDS, "pack_which", "pack dora initial"),
        ({"regime": "dora", "obligation": "first"}, Code.BAD_VALUE, "pack_stage", "initial, intermediate, final"),
        ({"regime": "certin", "obligation": "report"}, Code.BAD_VALUE, "regime_not_in_force", "gdpr33, nis2, dora"),
        ({**INITIAL, "values": "9.9: x"}, Code.BAD_VALUE, "pack_field", "has no field 9.9"),
        ({**INITIAL, "values": "only words"}, Code.BAD_VALUE, "pack_lines", "1.1: what is known"),
        ({**INITIAL, "act": "values"}, Code.MISSING_FIELDS, "pack_lines", "1.1: what is known"),
        ({**INITIAL, "values": "2.9:"}, Code.MISSING_FIELDS, "pack_value_empty", "2.9"),
        ({**INITIAL, "values": "2.2: yesterday"}, Code.BAD_VALUE, "pack_value_form", "a time such as"),
        ({**INITIAL, "values": "2.7: by luck"}, Code.BAD_VALUE, "pack_value_form", "Monitoring systems"),
        ({**INITIAL, "values": "1.3: 5299"}, Code.BAD_VALUE, "pack_value_form", "LEI"),
        ({**INITIAL, "values": "2.9: yes\n2.99: x"}, Code.BAD_VALUE, "pack_field", "has no field 2.99"),
        ({"act": "approve"}, Code.MISSING_FIELDS, "pack_id", "approve PK1"),
        ({"act": "approve", "pack": "PK9"}, Code.BAD_VALUE, "pack_unknown", "PK9"),
    ],
)
def test_what_is_unknown_or_does_not_fit_is_refused_with_what_would(form, code, reason, says):
    desk = breached()
    before = desk.incident
    outcome = desk.do("pack", at=6, form=form)

    assert (outcome.code, outcome.reason) == (code, reason)
    assert says in desk.answer()
    assert desk.incident.packs == before.packs


def test_a_value_that_is_redacted_is_missing_and_a_pack_that_quotes_it_keeps_its_digest_alone():
    desk = breached()
    typed(desk, 6, "2.10: the name of the customer is known")
    n = desk.entries()[-1].n
    frozen(desk, 7)
    digest = desk.incident.packs[0].sha256
    as_legal(desk, "redact", 8, {"ref": str(n), "reason": "a name"})
    desk.do("pack", at=9, form={"pack": "PK1"})

    assert packs(desk)[0].content == "[redacted]"
    assert document(desk.incident.number, packs(desk)[0]) is None
    assert digest in desk.answer()
    assert as_legal(desk, "pack", 10, {"act": "approve", "pack": "PK1"}).reason == "pack_gone"
    frozen(desk, 11)
    assert fields(desk)["2.10"]["origin"] == "missing"


def test_a_short_value_that_is_redacted_leaves_its_pack_and_brings_back_no_earlier_one():
    desk = breached()
    typed(desk, 6, "2.9: no")
    typed(desk, 7, "2.9: yes")
    n = desk.entries()[-1].n
    frozen(desk, 8)
    as_legal(desk, "redact", 9, {"ref": str(n), "reason": "it names someone"})

    assert packs(desk)[0].content == "[redacted]"
    frozen(desk, 10)
    assert fields(desk)["2.9"]["origin"] == "missing"


def test_a_typed_value_is_taken_back_and_a_frozen_pack_is_not():
    desk = breached()
    typed(desk, 6, "2.9: yes")
    desk.do("undo", at=7)
    frozen(desk, 8)
    undone = desk.do("undo", at=9)

    assert fields(desk)["2.9"]["origin"] == "missing"
    assert undone.reason == "undo_pack"


def test_a_note_below_a_value_belongs_to_it_and_a_word_that_is_nearly_a_field_is_asked_about():
    desk = breached()
    typed(desk, 6, "2.10: first line\nNote: the count is open\n1.8: <mailto:dpo@example.com|dpo@example.com>")
    nearly = typed(desk, 7, "update: one\ncausee: two", {"regime": "nis2", "obligation": "final"})
    typed(desk, 8, "Cause: a stolen key", {"regime": "nis2", "obligation": "final"})
    frozen(desk, 9)

    assert fields(desk)["2.10"]["value"] == "first line\nNote: the count is open"
    assert fields(desk)["1.8"]["value"] == "dpo@example.com"
    assert nearly.reason == "pack_field"
    assert desk.entries()[-2].fact.field == "cause"


def test_a_value_of_an_earlier_form_that_does_not_fit_is_named_before_anything_is_frozen():
    desk = breached()
    typed(desk, 6, "2.4: about forty")
    book = desk.policy.regime_book
    dora = next(one for one in book.regimes if one.id == "dora")
    initial = dora.stages[0]
    numbered = tuple(one.model_copy(update={"kind": "number"}) if one.id == "2.4" else one for one in initial.fields)
    later = dora.model_copy(update={"stages": (initial.model_copy(update={"fields": numbered}), *dora.stages[1:])})
    others = tuple(one for one in book.regimes if one.id != "dora")
    desk.policy = desk.policy.with_regime_book(book.model_copy(update={"regimes": (later, *others)}))
    outcome = frozen(desk, 7)

    assert (outcome.code, outcome.reason, desk.incident.packs) == (Code.BAD_VALUE, "pack_misfit", ())
    assert "2.4" in desk.answer()


def test_the_cause_in_a_report_is_that_of_an_approved_analysis_and_of_no_draft():
    desk = breached()
    final = {"regime": "nis2", "obligation": "final"}
    desk.do("rca", at=6, form={"what": "open"})
    texts = dict.fromkeys(("method", "contributing", "confidence", "attack_vector"), "medium")
    desk.do("rca", at=7, form={"what": "write", **texts, "root_cause": "a key without an expiry"})
    written = next(e.n for e in desk.entries() if e.fact.kind == "part_written" and e.fact.part == "root_cause")
    frozen(desk, 8, final)
    draft = fields(desk)["cause"]["origin"]
    desk.do("rca", at=9, form={"what": "submit"})
    desk.do("rca", "nadia", 10, form={"what": "approve"})
    frozen(desk, 11, final)

    assert draft == "missing"
    assert (fields(desk)["cause"]["value"], fields(desk)["cause"]["entries"]) == ("a key without an expiry", [written])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("pack dora initial", INITIAL),
        ("pack dora initial 2.4: the table was copied", {**INITIAL, "values": "2.4: the table was copied"}),
        ("pack dora initial type: a bank", {**INITIAL, "values": "type: a bank"}),
        ("pack regime: dora obligation: initial", INITIAL),
        ("pack freeze dora initial", {**INITIAL, "act": "freeze"}),
        ("pack approve PK1", {"act": "approve", "pack": "PK1"}),
        ("submitted dora initial BA-1 pack=PK1", {**INITIAL, "ref": "BA-1", "pack": "PK1"}),
    ],
)
def test_a_typed_line_shows_types_freezes_and_approves(line, expected):
    assert parsed(line).fields == expected
