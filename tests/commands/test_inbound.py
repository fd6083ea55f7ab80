"""`inbound` records what came in from outside: from whom, how many so far, and what they say."""

from __future__ import annotations

import pytest

from incident.refusal import Code
from tests.support.clock import T
from tests.support.command_bench import CommandBench
from tests.support.parsed_lines import parsed


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        (
            "inbound customers 40 cannot pay since ten",
            {"source": "customer", "count": "40", "text": "cannot pay since ten"},
        ),
        ("inbound press The Guardian asks", {"source": "press", "text": "The Guardian asks"}),
        ("inbound regulator asks for a report by noon", {"source": "regulator", "text": "asks for a report by noon"}),
    ],
)
def test_a_line_says_from_whom_how_many_and_what(line, fields):
    found = parsed(line).fields

    assert {name: str(value) for name, value in found.items()} == fields


def test_it_is_on_the_timeline_and_in_the_channel():
    desk = CommandBench().declared()

    desk.do("inbound", "eva", 5, form={"source": "customer", "count": 40, "text": "cannot pay <!channel>"})

    [fact] = desk.facts()
    assert (fact.origin, fact.count, fact.timeline) == ("customer", 40, "inbound")
    assert "`/incident update customer`" in desk.answer()


@pytest.mark.parametrize(("source", "advice"), [("regulator", "legal and privacy"), ("press", "the comms lead does")])
def test_who_answers_a_regulator_or_the_press_is_named(source, advice):
    desk = CommandBench().declared()

    desk.do("inbound", "eva", 5, form={"source": source, "text": "asks what happened"})

    assert advice in desk.answer()


def test_it_may_be_recorded_later_than_it_came():
    desk = CommandBench().declared()

    desk.do("inbound", "eva", 30, occurred_at=T(10), form={"source": "vendor", "text": "their status page is green"})

    [entry] = [one for one in desk.entries() if one.fact.kind == "inbound_noted"]
    assert (entry.occurred_at, entry.recorded_at) == (T(10), T(30))


@pytest.mark.parametrize("wrong", [{"source": "aliens"}, {"count": 0}, {"count": -4}, {"count": 10**9}, {"text": None}])
def test_what_cannot_be_is_refused(wrong):
    desk = CommandBench().declared()

    outcome = desk.do("inbound", "eva", 5, form={"source": "customer", "count": 4, "text": "cannot pay", **wrong})

    assert outcome.code in (Code.BAD_VALUE, Code.MISSING_FIELDS)
