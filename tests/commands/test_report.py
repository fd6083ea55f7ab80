"""A short report by anyone becomes an event with its answers, and who is on call is asked at once."""

from __future__ import annotations

import pytest

from commands.core.request import Actor
from incident.entry import workspace_chain
from incident.refusal import Code
from organisation.deadlines.event_deadlines import event_deadlines
from organisation.fold.organisation_fold import ORGANISATION
from organisation.model.event_state import Event
from roles.accounts import Account
from tests.support.clock import T
from tests.support.command_bench import TEAM, CommandBench, who

ANSWERS = {"title": "I cannot pay", "service": "checkout", "can_work": "no", "callback": "+44 20 7946 0000"}


def event(bench: CommandBench) -> Event:
    found = bench.memory.read(lambda reader: reader.peek_aggregate(ORGANISATION, workspace_chain(TEAM)))
    assert found is not None
    return found.events[-1]


def test_the_answers_of_a_guest_are_captured_and_who_is_on_call_is_asked_at_once():
    bench = CommandBench()
    guest = Actor(id=who("guest"), account=Account.GUEST)
    outcome = bench.do("report", form=ANSWERS, actor=guest)

    assert outcome.code is None
    reported = event(bench)
    assert (reported.text, reported.service, reported.source) == ("I cannot pay", "checkout", "user")
    assert (reported.can_work, reported.callback, reported.by) == ("no", "+44 20 7946 0000", who("guest"))
    organisation = bench.memory.read(lambda reader: reader.peek_aggregate(ORGANISATION, workspace_chain(TEAM)))
    [deadline] = event_deadlines(organisation, bench.policy, TEAM, T(0))
    assert (deadline.steps[0].at, deadline.steps[0].whom) == (T(0), (who("rob"),))
    assert "EV-2026-0001" in bench.answer()


def test_an_incident_of_a_phone_report_names_the_caller_and_the_phone():
    bench = CommandBench()
    bench.do("report", "clerk", form={**ANSWERS, "caller": "Dana, shop 12"})
    outcome = bench.do("declare", "rob", 2, form={"event": "EV-2026-0001"})

    incident = bench.memory.state.rows[outcome.key]
    assert (incident.title, incident.detection_source) == ("I cannot pay", "phone")
    assert incident.reporter == "outside:Dana, shop 12"


def test_an_incident_of_a_report_in_slack_names_its_reporter():
    bench = CommandBench()
    bench.do("report", "clerk", form=ANSWERS)
    outcome = bench.do("declare", "rob", 2, form={"event": "EV-2026-0001"})

    incident = bench.memory.state.rows[outcome.key]
    assert (incident.reporter, incident.detection_source) == (who("clerk"), "user")


@pytest.mark.parametrize(
    ("missing", "code", "reason"),
    [
        ({"title": None}, Code.MISSING_FIELDS, "report_what"),
        ({"can_work": None}, Code.MISSING_FIELDS, "report_work"),
        ({"service": "fax"}, Code.UNKNOWN_SERVICE, "unknown_service"),
    ],
)
def test_a_report_says_what_is_wrong_and_whether_one_can_work(missing, code, reason):
    outcome = CommandBench().do("report", form={**ANSWERS, **missing})

    assert (outcome.code, outcome.reason) == (code, reason)
