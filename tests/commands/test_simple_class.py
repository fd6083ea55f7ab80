"""The policy's word for a priority is recorded beside its cell of the matrix and exported with it (S2-17)."""

from __future__ import annotations

from incident.report.report_format import ReportFormat
from incident.report.report_histories import priorities, with_classes
from tests.support.command_bench import CommandBench
from tests.support.policies import team_policy

READ = ReportFormat(sentence=str, name=str, source=str, message=lambda channel, ts: ts)


def history(desk: CommandBench) -> list[tuple[object, ...]]:
    rows = with_classes(priorities(desk.incident, READ), desk.incident)
    return [(one.get("class"), one["priority"], one["impact"], one["urgency"]) for one in rows]


def test_the_label_high_is_exported_with_its_cell_of_the_matrix():
    desk = CommandBench().declared(impact=2, urgency=2)
    desk.do("priority", at=1, form={"impact": 1, "urgency": 2, "justification": "no one can pay any more"})

    assert history(desk) == [("Medium", "P3", 2, 2), ("High", "P2", 1, 2)]


def test_an_earlier_label_stays_when_the_policy_changes_its_words():
    desk = CommandBench().declared(impact=2, urgency=2)
    rules = team_policy().classification.model_copy(update={"simple_class": {}})
    desk.policy = desk.policy.model_copy(update={"classification": rules})
    desk.do("priority", at=1, form={"impact": 1, "urgency": 2, "justification": "no one can pay any more"})

    assert history(desk) == [("Medium", "P3", 2, 2), (None, "P2", 1, 2)]
