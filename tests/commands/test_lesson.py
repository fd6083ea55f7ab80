"""A lesson names what it changes, and opens a task for its owner."""

from __future__ import annotations

import pytest

from incident.entries.aftermath.lessons import LessonLearned
from incident.entry import WORKSPACE
from incident.refusal import Code
from incident.states import LessonTarget
from organisation.deadlines.task_deadlines import task_deadlines
from organisation.entries.task_changes import TaskKind
from organisation.fold.organisation_fold import ORGANISATION
from tests.support.after_bench import closed_bench
from tests.support.clock import T
from tests.support.command_bench import TEAM, who

LESSON = {"target": "policy", "owner": who("eva"), "due": T(9000).isoformat(), "text": "Page earlier"}


def tasks(bench):
    return bench.memory.read(lambda reader: reader.peek_aggregate(ORGANISATION, (TEAM, WORKSPACE))).tasks


@pytest.mark.parametrize(
    ("target", "kind"),
    [("policy", TaskKind.POLICY_REVIEW), ("control", TaskKind.CONTROL_REVIEW), ("awareness", "lesson")],
)
def test_a_lesson_opens_the_task_of_its_target(target, kind):
    bench = closed_bench()
    before = len(tasks(bench))

    bench.do("lesson", "rob", 60, **{**LESSON, "target": target})

    assert bench.facts() == [
        LessonLearned(id="L1", text="Page earlier", target=LessonTarget(target), owner=who("eva"), due_at=T(9000))
    ]
    task = tasks(bench)[-1]
    number = bench.incident.number
    assert (task.id, task.kind, task.owner, task.incident) == (f"T{before + 1}", kind, who("eva"), number)
    assert task.text == f"Lesson L1 of {number}", "a redaction of the lesson has nothing to remove here"
    assert bench.answer().startswith("Recorded as L1, and a task is open for")


def test_ids_go_on():
    bench = closed_bench()
    bench.do("lesson", "rob", 60, **LESSON)
    bench.do("lesson", "rob", 61, **LESSON)

    assert [one.id for one in bench.incident.aftermath.lessons] == ["L1", "L2"]


@pytest.mark.parametrize(
    ("changed", "code", "reason"),
    [
        ({"owner": None}, Code.MISSING_FIELDS, "lesson_needs"),
        ({"text": " "}, Code.MISSING_FIELDS, "lesson_needs"),
        ({"due": T(0).isoformat()}, Code.BAD_VALUE, "task_due_past"),
        ({"owner": who("bot")}, Code.NOT_A_RESPONDER, "assignee_bot"),
        ({"owner": "cli:eva@host"}, Code.NOT_A_RESPONDER, "task_owner_outside"),
    ],
)
def test_what_is_missing_or_wrong_is_refused_and_opens_no_task(changed, code, reason):
    bench = closed_bench()
    before = tasks(bench)

    refused = bench.do("lesson", "rob", 60, **{**LESSON, **changed})

    assert (refused.code, refused.reason) == (code, reason)
    assert tasks(bench) == before


def test_the_owner_of_a_lesson_may_see_its_incident():
    bench = closed_bench(private=True)

    assert bench.do("lesson", "ilse", 60, **{**LESSON, "owner": who("clerk")}).reason == "task_owner_unseen"


def test_the_evidence_of_a_lesson_for_training_is_asked_for_when_it_is_due():
    bench = closed_bench()
    bench.do("lesson", "rob", 60, **{**LESSON, "target": "awareness"})
    task = tasks(bench)[-1]

    organisation = bench.memory.read(lambda reader: reader.peek_aggregate(ORGANISATION, (TEAM, WORKSPACE)))
    [deadline] = [one for one in task_deadlines(organisation, None) if one.about == task.id]
    assert T(9000) in [step.at for step in deadline.steps if step.whom == (who("eva"),)]
    assert bench.do("task", "eva", 9000, what="done", id=task.id).reason == "task_evidence"
