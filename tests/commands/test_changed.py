"""Changes of a service in the last four hours are offered for linking when an incident is declared (S1-26)."""

from __future__ import annotations

import pytest

from incident.refusal import Code
from tests.support.clock import T
from tests.support.command_bench import CommandBench
from tests.support.parsed_lines import parsed


def changed(at: float = 0, service: str | None = "checkout", ref: str = "CHG-88", **request: object) -> CommandBench:
    bench = CommandBench()
    assert not bench.do(
        "change", at=at, form={"ref": ref, "service": service, "text": "New library"}, **request
    ).is_refused
    return bench


def offered(bench: CommandBench, at: float, **fields: object) -> bool:
    bench.do("declare", at=at, form={"title": "Checkout errors", "service": "checkout", **fields})
    return "`/incident link change CHG-88`" in bench.answer()


@pytest.mark.parametrize(
    ("minutes", "service", "is_offered"),
    [(240, "checkout", True), (241, "checkout", False), (5, None, True), (5, "wiki", False)],
)
def test_a_change_of_the_service_in_the_last_four_hours_is_offered_for_linking(minutes, service, is_offered):
    assert offered(changed(service=service), minutes) is is_offered


def test_the_four_hours_count_back_from_when_it_began():
    assert offered(changed(), 300, started_at=T(200).isoformat())


def test_a_change_that_is_recorded_late_counts_from_its_own_time():
    assert not offered(changed(at=250, occurred_at=T(0)), 255)


def test_a_change_with_the_same_number_takes_the_place_of_the_earlier_one_and_three_are_offered():
    bench = changed()
    for minute, ref in ((1, "CHG-1"), (2, "CHG-2"), (3, "CHG-88"), (4, "CHG-3")):
        bench.do("changed", at=minute, form={"ref": ref, "service": "checkout", "text": f"Text {minute}"})
    offered(bench, 5)

    shown = [ref for ref in ("CHG-3", "CHG-88", "CHG-2", "CHG-1") if f"*{ref}*" in bench.answer()]
    assert shown == ["CHG-3", "CHG-88", "CHG-2"]
    assert "Text 3" in bench.answer()
    assert "New library" not in bench.answer()


def test_a_change_that_is_recorded_twice_is_offered_once():
    bench = changed()
    bench.do("changed", at=1, form={"ref": "CHG-88", "service": "checkout", "text": "Rolled back"})
    offered(bench, 2)

    assert bench.answer().count("*CHG-88*") == 1


@pytest.mark.parametrize(
    ("form", "code", "reason"),
    [
        ({"text": "New library"}, Code.MISSING_FIELDS, "change_ref"),
        ({"ref": "CHG-1"}, Code.MISSING_FIELDS, "change_text"),
        ({"ref": "CHG-1", "text": "x", "service": "fax"}, Code.UNKNOWN_SERVICE, "unknown_service"),
    ],
)
def test_a_change_has_a_number_a_text_and_a_service_of_the_catalogue(form, code, reason):
    bench = CommandBench()
    outcome = bench.do("changed", form=form)

    assert (outcome.code, outcome.reason) == (code, reason)


def test_a_typed_line_names_the_change_and_its_service():
    line = parsed("change CHG-88 service=checkout New payment library")

    assert line.fields == {"ref": "CHG-88", "service": "checkout", "text": "New payment library"}
