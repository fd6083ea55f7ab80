"""An export shows what was corrected and what was taken back: the right version, and the first one beside it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from storage.store import Store
from tests.support.clock import T
from tests.support.export_office import SHIPPED, Office, verified


def test_corrected_times_and_acts_taken_back_are_on_the_page_and_in_the_data(
    sqlite_store: Store, tmp_path: Path
) -> None:
    office = Office(sqlite_store, tmp_path)
    office.in_force(SHIPPED, 0)
    declared = office.do("declare", 1, title="Payments fail", service="checkout")
    number = declared.number
    wrong = office.do("note", 40, number, text="the restart came first").first
    office.do("correct", 41, number, entry=wrong, happened=T(12).isoformat())
    office.do("decide", 42, number, text="fail over to the other site")
    office.do("undo", 43, number, reason="meant for another incident")

    folder = office.export(declared.key, 60)

    timeline = {entry["text"]: entry for entry in json.loads((folder / "record.json").read_text("utf-8"))["timeline"]}
    note = timeline["the restart came first"]
    assert (note["occurred_at"], note["first_occurred_at"]) == ("2026-06-09T10:12:00Z", "2026-06-09T10:40:00Z")
    assert timeline["D1: fail over to the other site"]["taken_back"] is True
    page = re.sub(r"\s+", " ", re.sub(r"</?(?:time|span)[^>]*>", "", (folder / "index.html").read_text("utf-8")))
    assert "first recorded as 2026-06-09 10:40:00" in page
    assert "<s>D1: fail over to the other site</s> taken back" in page
    assert verified(folder).returncode == 0


def test_a_corrected_update_is_struck_out_where_it_is_listed_and_is_no_second_update(
    sqlite_store: Store, tmp_path: Path
) -> None:
    office = Office(sqlite_store, tmp_path)
    office.in_force(SHIPPED, 0)
    declared = office.do("declare", 1, title="Payments fail", service="checkout")
    number = declared.number
    wrong = office.do("update", 5, number, audience=["internal"], text="One in fvie fails.").first
    first = office.do("amend", 7, number, entry=wrong, text="One in five failed.").first
    last = office.do("amend", 9, number, entry=wrong, text="One in five fails.").first

    folder = office.export(declared.key, 60)

    record = json.loads((folder / "record.json").read_text("utf-8"))
    assert record["updates"]["internal"]["posts"] == 1
    page = re.sub(r"\s+", " ", re.sub(r"</?(?:time|span|a)[^>]*>", "", (folder / "index.html").read_text("utf-8")))
    timeline, updates = page.partition('id="timeline"')[2].partition('id="updates"')[::2]
    assert f"<s>to responders: One in fvie fails.</s> replaced, see {first} replaced, see {last}</td>" in timeline
    assert f"<s>One in fvie fails.</s> replaced, see {first} replaced, see {last}</td>" in updates
    assert f"correction of {wrong} <s>One in five failed.</s> replaced, see {last}</td>" in updates
    assert f"correction of {wrong} One in five fails.</td>" in updates


def test_the_first_category_and_type_name_the_entry_of_the_declaration_and_an_empty_table_is_a_sentence(
    sqlite_store: Store, tmp_path: Path
) -> None:
    office = Office(sqlite_store, tmp_path)
    office.in_force(SHIPPED, 0)
    declared = office.do("declare", 1, title="Payments fail", service="checkout")

    page = (office.export(declared.key, 2) / "index.html").read_text("utf-8")

    classification, _, owed = page.partition('id="classification"')[2].partition('id="owed"')
    assert classification.count('<a href="#e1">1</a>') == 2
    assert "<p>None came due.</p>" in owed.partition("</section>")[0]
