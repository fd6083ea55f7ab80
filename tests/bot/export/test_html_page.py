"""The record and the page of an export: the schema, both orders, numbers of entries, calls, local time, the script."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bot.rendering.renderer import TEMPLATES
from incident.entries.conversation import Joined, Left
from roles.person_ids import slack_person
from storage.store import Store
from tests.support.export_office import SHIPPED, Office, verified

SCHEMA = json.loads((TEMPLATES.parent / "docs/reference/record.schema.json").read_text("utf-8"))
HELPER = slack_person("T1", "UHELPER")
NUMBER = "INC-2026-0001"


class Exported:
    """An incident with calls, updates, notes of earlier and a correction, exported for an organisation in New York."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.office = office = Office(store, folder)
        office.in_force(SHIPPED.replace("time_zone: UTC", "time_zone: America/New_York"), 0)
        self.key = office.do("declare", 1, title="Payments fail", service="checkout", impact=1, urgency=1).key
        for fact in (
            Joined(channel="C1", who=HELPER),
            Left(channel="C1", who=HELPER),
            Joined(channel="C1", who=HELPER),
        ):
            office.note(self.key, fact)
        office.do("escalate", 3, NUMBER, how="functional", who=HELPER, reason="the database needs you")
        office.do("answer", 5, NUMBER, actor=HELPER, answer="accepted")
        office.do("escalate", 6, NUMBER, how="hierarchical", to="the board", reason="we may have to switch it off")
        office.do("update", 7, NUMBER, audience=["internal"], text="One payment in five fails.")
        self.first = office.do("note", 8, NUMBER, text="the second thing").first
        self.late = office.do("note", 9, NUMBER, text="the first thing", happened_at=2)
        office.do("correct", 10, NUMBER, entry=self.first, text="it was the third")
        self.folder = office.export(self.key, 90)
        self.page = (self.folder / "index.html").read_text("utf-8")
        self.record: dict[str, Any] = json.loads((self.folder / "record.json").read_text("utf-8"))

    def section(self, name: str) -> str:
        """Return the text of one section of the page, without tags."""
        part = self.page.partition(f'id="{name}"')[2].partition("</section>")[0]
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", part))


@pytest.fixture
def exported(sqlite_store: Store, tmp_path: Path) -> Exported:
    return Exported(sqlite_store, tmp_path)


def test_the_record_has_its_schema_and_no_field_of_its_header_may_be_blank(exported: Exported):
    jsonschema.validate(exported.record, SCHEMA)

    assert exported.record["header"]["reporter"]
    for field in exported.record["header"]:
        blank = {**exported.record, "header": {**exported.record["header"], field: ""}}
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(blank, SCHEMA)


def test_calls_for_help_and_for_a_decision_are_listed_apart_with_answer_and_response_time(exported: Exported):
    asked, decided = exported.record["calls"]

    assert (asked["how"], asked["answer"], asked["answered_at"], asked["response_s"]) == (
        "functional",
        "accepted",
        "2026-06-09T10:05:00Z",
        120,
    )
    assert (decided["how"], decided["to"], decided["answer"], decided["response_s"]) == (
        "hierarchical",
        "the board",
        None,
        None,
    )
    calls = exported.section("calls")
    assert calls.index("For help") < calls.index("the database needs you") < calls.index("For a decision")
    assert calls.index("For a decision") < calls.index("the board")
    assert "accepted" in calls
    assert "2 min" in calls


def test_the_timeline_is_readable_in_the_order_of_happening_and_in_that_of_recording(exported: Exported):
    happened, recorded = exported.section("timeline"), exported.section("recorded")

    assert happened.index("the first thing") < happened.index("the second thing")
    assert recorded.index("the second thing") < recorded.index("the first thing")
    assert "recorded 2026-06-09 10:09:00" in happened


def test_entries_have_one_number_which_the_page_links(exported: Exported):
    assert exported.page.count(f'id="e{exported.first}"') == 1
    assert f'see <a href="#e{exported.first}">{exported.first}</a>' in exported.page
    assert f"correction of entry {exported.first}" in exported.page
    ids = re.findall(r' id="([^"]+)"', exported.page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([a-z]+)"', exported.page)) <= set(ids)


def test_a_missed_update_is_a_line_of_the_timeline(exported: Exported):
    assert "update missed" in exported.section("timeline")


def test_the_page_says_who_sent_an_update_and_who_was_there(exported: Exported):
    assert "One payment in five fails." in exported.section("updates")
    assert [stay["left_at"] is None for stay in exported.record["presence"]] == [False, True]
    assert "UHELPER" in exported.section("presence")


def test_the_organisations_time_is_beside_utc_with_the_date_where_the_day_differs(exported: Exported):
    assert "10:08:00 06:08:00 EDT" in exported.section("timeline")
    assert "Times are UTC; beside them the time in America/New_York." in re.sub(r"\s+", " ", exported.page)


def test_nothing_is_folded_away_and_the_one_script_is_allowed_by_its_digest(exported: Exported):
    [script] = re.findall(r"<script>(.*?)</script>", exported.page, re.DOTALL)

    digest = b64encode(sha256(script.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'" in exported.page
    assert "<details" not in exported.page
    assert verified(exported.folder).returncode == 0


def test_an_unknown_time_zone_in_a_policy_is_refused(tmp_path: Path, sqlite_store: Store):
    with pytest.raises(Exception, match="time_zone"):
        Office(sqlite_store, tmp_path).in_force(SHIPPED.replace("time_zone: UTC", "time_zone: Atlantis/Main"), 0)
