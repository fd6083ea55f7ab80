"""The category changes with a reason, and the first one stays in the history."""

from __future__ import annotations

from incident.refusal import Code
from tests.support.command_bench import CommandBench


def test_the_category_changes_and_the_first_one_stays_in_the_history(room: CommandBench) -> None:
    room.do("category", category="Database", subcategory="Data loss", reason="cause changed at 23:27")

    assert [item.category for item in room.incident.categories] == ["Application", "Database"]
    assert room.incident.category_confirmed is False
    assert room.answer().startswith("Category set to Database/Data loss.")
    assert room.answer() == "Category set to Database/Data loss. Confirm it again before closing."


def test_a_category_outside_the_catalogue_is_recorded_and_shown_as_unlisted(room: CommandBench) -> None:
    room.do("category", category="Weather", reason="lightning struck")

    assert room.facts()[0].unlisted
    assert room.answer().endswith("It is not in the catalogue for checkout; the record says so.")


def test_a_change_without_a_reason_is_refused(room: CommandBench) -> None:
    assert room.do("category", category="Database").code == Code.JUSTIFICATION
    assert room.do("category", category="Database", reason="x").code is None


def test_the_category_may_change_in_any_state(room: CommandBench) -> None:
    room.do("void", as_="false_alarm", reason="the probe itself was broken")

    assert room.do("category", category="Database", reason="for the statistics").code is None
