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
