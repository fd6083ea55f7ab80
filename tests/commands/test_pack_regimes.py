"""A pack of every report of every regime in force is filled from the record, frozen, and valid by the schema of its regime."""

from __future__ import annotations

import jsonschema
import pytest

from bot.config.outside.pack_schema import pack_schema
from bot.config.outside.regime_files import known_regimes
from incident.entries.outside.report_packs import PackFrozen
from incident.report.pack_document import document
from incident.report.pack_misfits import misfits
from tests.support.clock import T
from tests.support.packed import frozen, typed
from tests.support.parsed_lines import parsed
from tests.support.regulated import WHY, as_legal, regulated

IN_FORCE = tuple(regime for regime in known_regimes() if regime.status == "in_force")
FROM_RECORD = {
    "apra": {"aware_at", "description", "material", "impact", "assets", "began_at"},
    "certin": {"description", "noticed_at", "detected_at", "systems", "impact"},
    "cra": {"nature", "assessment"},
    "dora": {"2.1", "2.4", "2.5"},
    "fca": {"description"},
    "ftc": {"j.1.ii", "j.1.iii", "j.1.iv", "j.1.v"},
    "gdpr33": {"33.3a", "33.3a.subjects", "33.3a.records"},
    "hipaa": {"c.1.A", "c.1.A.breach", "c.1.A.discovery", "c.1.B"},
    "mas": {"discovered_at", "nature", "relevance", "systems", "impact"},
    "nis2": {"update", "assessment"},
    "nydfs": {"determined_at", "description", "ground", "systems", "impact"},
    "sec_8k": {"nature", "impact"},
    "uk_gdpr": {"33.3a", "33.3a.subjects"},
    "us_bank": {"determined_at", "description", "ground", "services", "customers"},
    "us_ca": {"d.2.C", "d.1.happened", "d.1.information"},
}


@pytest.mark.parametrize("regime", IN_FORCE, ids=lambda one: one.id)
def test_each_report_is_filled_from_the_record_and_frozen_and_valid(regime):
    desk = regulated(regime.id, impact=1, urgency=1, type="security", title="Customer table copied")
    desk.do("time", at=1, form={"field": "started_at", "at": T(-10).isoformat(), "basis": "first request in the log"})
    for what, form in (
        ("systems", {"text": "crm-db"}),
        ("data_subjects", {"count": 38000, "basis": "estimate", "text": "customers of the shop"}),
        ("personal_data", {"text": "names, account numbers"}),
    ):
        desk.do("affected", at=2, form={"what": what, **form})
    for what in regime.determinations:
        as_legal(desk, "determine", 3, {"what": what, "reason": WHY})
    for stage in regime.stages:
        report = {"regime": regime.id, "obligation": stage.id}
        last = [field.id for field in stage.fields if field.kind == "text"][-1:] or ["malicious"]
        typed(desk, 4, f"{last[0]}: {'yes' if last == ['malicious'] else 'what we know'}", report)
        outcome = frozen(desk, 4, report)
        assert outcome.code is None, (regime.id, stage.id, outcome)

    packs = [entry.fact for entry in desk.entries() if isinstance(entry.fact, PackFrozen)]
    documents = [found for one in packs if (found := document(desk.incident.number, one)) is not None]
    assert len(documents) == len(regime.stages)
    for one in documents:
        jsonschema.validate(one, pack_schema(regime))
    known = {e.fact.what: e.n for e in desk.entries() if e.fact.kind == "determined"}
    for stage, one in zip(regime.stages, documents, strict=True):
        for field in stage.fields:
            if field.source in ("known_at", "known_by"):
                assert one["fields"][field.id]["entries"] == [known[stage.determination]]
    of_first = {name: one for document in reversed(documents) for name, one in document["fields"].items()}
    filled = {name for name, one in of_first.items() if one["origin"] == "entry"}
    assert FROM_RECORD[regime.id] <= filled
    assert all(one["entries"] for one in of_first.values() if one["origin"] == "entry")


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("1.3", {"value": "5299", "origin": "typed"}),
        ("2.4", {"value": None, "origin": "entry"}),
        ("2.9", {"value": "perhaps", "origin": "typed"}),
        ("2.7", {"value": "luck", "origin": "typed"}),
        ("2.10", {"value": "x", "origin": "missing"}),
        ("9.9", {"value": "x", "origin": "typed"}),
        ("2.2", None),
    ],
)
def test_a_pack_that_does_not_fit_its_form_is_found_by_the_check_as_by_the_schema(name, change):
    [dora] = [one for one in IN_FORCE if one.id == "dora"]
    desk = regulated("dora")
    frozen(desk, 4, {"regime": "dora", "obligation": "initial"})
    [fact] = [entry.fact for entry in desk.entries() if isinstance(entry.fact, PackFrozen)]
    whole = document(desk.incident.number, fact)
    assert whole is not None
    assert misfits(whole, dora) == ()
    fields = dict(whole["fields"])
    before = fields.pop(name, fields["2.10"])
    wrong = {**whole, "fields": fields if change is None else {**fields, name: {**before, **change}}}

    assert misfits(wrong, dora) == (name,)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, pack_schema(dora))


@pytest.mark.parametrize("regime", IN_FORCE, ids=lambda one: one.id)
def test_every_field_of_every_report_is_typed_in_one_line_to_the_letter(regime):
    for stage in regime.stages:
        for field in stage.fields:
            for value in ("what is known", "2026-06-09T12:00:00Z"):
                line = parsed(f"pack {regime.id} {stage.id} {field.id}: {value}")
                assert line.fields == {
                    "regime": regime.id,
                    "obligation": stage.id,
                    "values": f"{field.id}: {value}",
                }
                assert (line.ambiguous, line.doubts, line.occurred_at) == (False, (), None), field.id


def test_the_nature_of_a_breach_is_what_happened_and_the_classes_of_data_without_the_reason_of_a_colleague():
    desk = regulated(
        "gdpr33", impact=1, urgency=1, type="security", title="Customer table copied", symptom="a stranger has it"
    )
    desk.do("affected", at=2, form={"what": "personal_data", "text": "names, IBANs"})
    as_legal(desk, "determine", 3, {"what": "aware_personal_data_breach", "reason": "Robin saw it in the access log"})
    frozen(desk, 4, {"regime": "gdpr33", "obligation": "authority"})

    [fact] = [entry.fact for entry in desk.entries() if isinstance(entry.fact, PackFrozen)]
    values = (document(desk.incident.number, fact) or {})["fields"]
    assert values["33.3a"]["value"] == "Customer table copied. a stranger has it\nnames, IBANs"
    assert "Robin" not in str(values)
