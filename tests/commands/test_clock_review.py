"""A notice of a regulator, a vendor or a researcher opens a task to review the legal clocks (S2-12)."""

from __future__ import annotations

import pytest

from bot.config.outside.regime_files import with_regimes
from incident.entry import workspace_chain
from organisation.entries.task_changes import TaskOpened
from tests.support.clock import T
from tests.support.command_bench import TEAM, CommandBench, who
from tests.support.parsed_lines import parsed
from tests.support.regulated import regulated

NOTICE = {"source": "regulator", "text": "The authority asks whether customers are affected"}


def tasks(desk: CommandBench) -> list[TaskOpened]:
    chain = desk.memory.state.chains.get(workspace_chain(TEAM), ())
    return [entry.fact for entry in chain if isinstance(entry.fact, TaskOpened)]


def test_a_notice_of_a_regulator_is_recorded_as_of_when_it_came_and_opens_a_review_of_the_clocks():
    desk = regulated()
    desk.do("inbound", at=90, occurred_at=T(60), form=NOTICE)

    entry, [task] = desk.entries()[-1], tasks(desk)
    assert (entry.fact.kind, entry.occurred_at, entry.recorded_at) == ("inbound_noted", T(60), T(90))
    assert (task.task_kind, task.owner, task.due_at) == ("clock_review", who("nadia"), T(90 + 24 * 60))
    assert task.incident == desk.incident.number
    assert "<@UNADIA> has a task to review the legal clocks" in desk.answer()


@pytest.mark.parametrize(
    ("source", "regimes", "drill", "opened"),
    [
        ("vendor", ("gdpr33",), False, 1),
        ("researcher", ("gdpr33",), False, 1),
        ("vendor", (), False, 0),
        ("press", ("gdpr33",), False, 0),
        ("regulator", ("gdpr33",), True, 0),
    ],
)
def test_other_notices_open_one_where_a_regime_is_in_force_and_none_in_a_drill(source, regimes, drill, opened):
    desk = regulated(*regimes, drill=drill)
    desk.do("inbound", at=5, form={**NOTICE, "source": source})

    assert len(tasks(desk)) == opened


def test_the_task_of_a_restricted_incident_goes_to_who_may_see_it_and_quotes_nothing():
    desk = regulated("gdpr33", type="security")
    people = desk.policy.people.model_copy(update={"privacy_officer": "UCLERK"})
    desk.policy = with_regimes(desk.policy.model_copy(update={"people": people}))
    desk.do("inbound", at=5, form=NOTICE)

    [task] = tasks(desk)
    assert desk.incident.restricted
    assert task.owner == who("nadia") == desk.incident.service_owner
    assert "asks whether" not in task.text


def test_a_typed_line_names_a_researcher():
    assert parsed("inbound researcher found our keys in a paste").fields["source"] == "researcher"
