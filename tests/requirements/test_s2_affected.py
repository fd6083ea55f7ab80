"""What the procedure demands of the affected systems and data (S2-22): the privacy officer is paged, reports are decided on, all is exported."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema

from bot.config.outside.regime_files import with_regimes
from bot.rendering.renderer import TEMPLATES
from storage.store import Store
from tests.support.command_bench import CommandBench, who
from tests.support.export_office import SHIPPED, Office
from tests.support.policies import team_policy

SCHEMA = json.loads((TEMPLATES.parent / "docs/reference/record.schema.json").read_text("utf-8"))


def test_a_class_of_personal_data_pages_the_privacy_officer_and_opens_the_screening_of_clocks():
    policy = team_policy()
    people = policy.people.model_copy(update={"privacy_officer": "UNADIA"})
    in_force = policy.model_copy(update={"people": people, "regimes": ("gdpr33",)})
    desk = CommandBench(policy=with_regimes(in_force)).declared()
    desk.do("affected", at=5, form={"what": "personal_data", "text": "names, account numbers"})
    desk.tick(5)

    [call] = desk.incident.escalations
    asked = [entry.fact for entry in desk.entries() if entry.fact.kind == "prompt_due"]
    assert (call.person, call.how) == (who("nadia"), "hierarchical")
    assert [one.asked for one in asked if one.ask == "screening"] == [(who("nadia"),)]
    assert "page_planned" in [entry.fact.kind for entry in desk.entries()]


def test_systems_data_classes_and_subject_counts_are_in_the_export(sqlite_store: Store, tmp_path: Path) -> None:
    office = Office(sqlite_store, tmp_path)
    office.in_force(SHIPPED, 0)
    number = "INC-2026-0001"
    key = office.do("declare", 1, title="Odd logins", service="checkout", impact=2, urgency=2).key
    office.do("affected", 2, number, what="systems", text="payments-db")
    office.do("affected", 3, number, what="personal_data", text="names, account numbers")
    office.do("affected", 4, number, what="data_subjects", count=1200, basis="estimate", text="customers")
    office.do("notice", 5, number, to="data_subjects", road="mail", text="Change your password")

    folder = office.export(key, 20)

    record = json.loads((folder / "record.json").read_text("utf-8"))
    jsonschema.validate(record, SCHEMA)
    found = {one["what"]: (one["text"], one["count"], one["basis"]) for one in record["affected"]}
    assert found == {
        "systems": ("payments-db", None, None),
        "personal_data": ("names, account numbers", None, None),
        "data_subjects": ("customers", 1200, "estimate"),
    }
    page = (folder / "index.html").read_text("utf-8")
    table = page.partition('aria-label="Affected"')[2].partition("</table>")[0]
    informed = page.partition('aria-label="What outsiders were informed of"')[2].partition("</table>")[0]
    assert all(words in table for words in ("payments-db", "names, account numbers", "1200", "estimate"))
    assert "Change your password" in informed
