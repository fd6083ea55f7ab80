"""An export holds what has passed until it is made, also where nothing has happened in the incident for days."""

from __future__ import annotations

from pathlib import Path

from storage.store import Store
from tests.support.clock import T
from tests.support.export_office import SHIPPED, Office, lines, verified

THREE_DAYS = 3 * 24 * 60


def test_an_export_holds_the_updates_that_were_missed_until_it_is_made(sqlite_store: Store, tmp_path: Path) -> None:
    office = Office(sqlite_store, tmp_path)
    office.in_force(SHIPPED, -1)
    key = office.do("declare", 0, title="Payments fail", service="checkout", impact=1, urgency=1).key

    folder = office.export(key, THREE_DAYS)

    missed = [line for line in lines(folder) if '"updates_missed"' in line["text"] or '"update_missed"' in line["text"]]
    assert missed
    assert T(THREE_DAYS).strftime("%Y-%m-%dT%H:%M") in missed[-1]["text"]
    assert verified(folder).returncode == 0
