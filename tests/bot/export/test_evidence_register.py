"""An export has what outsiders ask for: the evidence register (S2-35), cases at third parties, reports to regulators."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema

from bot.rendering.renderer import TEMPLATES
from incident.frozen import utc_text
from storage.store import Store
from tests.support.clock import T
from tests.support.export_office import SHIPPED, Office

SCHEMA = json.loads((TEMPLATES.parent / "docs/reference/record.schema.json").read_text("utf-8"))
NUMBER = "INC-2026-0001"
ITEM = {"item": "memory image of web-2", "sha256": "9f2c41", "location": "sealed store 4"}


def test_each_item_of_evidence_is_exported_with_digest_custodian_and_time(sqlite_store: Store, tmp_path: Path) -> None:
    office = Office(sqlite_store, tmp_path)
    office.in_force(SHIPPED, 0)
    key = office.do("declare", 1, title="Odd logins", service="checkout", impact=2, urgency=2).key
    entry = office.do("evidence", 9, NUMBER, **ITEM, collected_at=utc_text(T(4))).first

    folder = office.export(key, 20)

    record = json.loads((folder / "record.json").read_text("utf-8"))
    jsonschema.validate(record, SCHEMA)
    [exported] = record["evidence"]
    assert exported.pop("by")
    bare = {"size": None, "stored": None, "not_stored_because": None, "file": None, "custody": []}
    assert exported == {"entry": entry, "id": "EV1", **ITEM, "collected_at": f"{T(4):%Y-%m-%dT%H:%M:%SZ}", **bare}
    page = (folder / "index.html").read_text("utf-8")
    register = page.partition('aria-label="Evidence register"')[2].partition("</table>")[0]
    assert all(words in register for words in ("9f2c41", "sealed store 4", f"{T(4):%Y-%m-%d %H:%M}"))


def test_reports_and_cases_are_exported_as_the_schema_says(sqlite_store: Store, tmp_path: Path) -> None:
    office = Office(sqlite_store, tmp_path)
    office.in_force(SHIPPED.replace("regimes: []", "regimes: [gdpr33]"), 0)
    key = office.do("declare", 1, title="Odd logins", service="checkout", impact=2, urgency=2).key
    office.do("determine", 2, NUMBER, what="aware_personal_data_breach", reason="names in the export")
    case = {"provider": "cloud-1", "case_id": "771"}
    office.do("vendor", 3, NUMBER, form="case", **case)
    office.do("vendor", 9, NUMBER, form="update", case_id="771", text="found it", provider_at=utc_text(T(6)))

    folder = office.export(key, 20)

    record = json.loads((folder / "record.json").read_text("utf-8"))
    jsonschema.validate(record, SCHEMA)
    page = (folder / "index.html").read_text("utf-8")
    reports = page.partition('aria-label="Reports to regulators"')[2].partition("</table>")[0]
    reported = page.partition('aria-label="What third parties reported"')[2].partition("</table>")[0]
    assert [one["status"] for one in record["obligations"]] == ["pending"]
    assert "we are aware of a personal data breach" in reports
    assert all(f"{at:%Y-%m-%d %H:%M}" in reported for at in (T(6), T(9)))


def test_findings_containment_and_recovery_are_exported_with_what_became_of_them(
    sqlite_store: Store, tmp_path: Path
) -> None:
    office = Office(sqlite_store, tmp_path)
    office.in_force(SHIPPED, 0)
    key = office.do("declare", 1, title="Odd logins", service="checkout", impact=2, urgency=2).key
    office.do("finding", 2, NUMBER, text="an odd key was used")
    office.do("contain", 3, NUMBER, term="short", text="key revoked", target="key 7", undo="issue it again")
    office.do("contain", 4, NUMBER, term="undone", text="a new key is out")
    office.do("recover", 5, NUMBER, method="backup", text="db1 is restored", backup="snap-42")
    office.do("link", 6, NUMBER, kind="knowledge", ref="KB-12")
    office.do("link", 7, NUMBER, kind="configuration_item", ref="db1")

    folder = office.export(key, 20)

    record = json.loads((folder / "record.json").read_text("utf-8"))
    jsonschema.validate(record, SCHEMA)
    page = (folder / "index.html").read_text("utf-8")
    [step] = record["containment_steps"]
    assert step["undone_by"] == step["entry"] + 1
    assert [(one["verified"], one["status"]) for one in record["findings"]] == [(False, "open")]
    assert [(one["backup"], one["checked_at"]) for one in record["recoveries"]] == [("snap-42", None)]
    assert [one["kind"] for one in record["links"]] == ["knowledge", "configuration_item"]
    for label, words in (("Findings", "unverified"), ("Containment", "issue it again"), ("Recovery", "not on record")):
        assert words in page.partition(f'aria-label="{label}"')[2].partition("</table>")[0]
