"""A task has an owner and a date, belongs to no single incident, and ends with what shows that it is done."""

from __future__ import annotations

from datetime import timedelta

import pytest

from commands.core.request import Actor
from incident.entry import WORKSPACE
from incident.policy import People
from incident.refusal import Code
from organisation.entries.task_changes import TaskDone, TaskKind, TaskMoved, TaskOpened, TaskWithdrawn
from organisation.fold.organisation_fold import ORGANISATION
from tests.support.clock import T
from tests.support.command_bench import TEAM, CommandBench, who
from tests.support.task_bench import DUE, bench_with_task


def organisation(bench: CommandBench):
    found = bench.memory.read(lambda reader: reader.peek_aggregate(ORGANISATION, (TEAM, WORKSPACE)))
    assert found is not None
    return found


def test_a_task_is_recorded_in_the_workspace_chain_with_the_number_of_its_incident():
    bench = bench_with_task(kind="lesson")

    number = bench.incident.number
    assert bench.facts() == [
        TaskOpened(
            id="T1", task_kind=TaskKind.LESSON, text="Rotate the key", owner=who("eva"), due_at=DUE, incident=number
        )
    ]
    [task] = organisation(bench).tasks
    assert (task.opener, task.opened_at, task.incident) == (who("rob"), T(1), number)
    assert bench.answer().startswith("Opened as T1: Rotate the key")
    assert bench.said() == ""


def test_a_task_needs_no_incident():
    bench = CommandBench()

    bench.do("task", what="open", owner=who("eva"), due=DUE.isoformat(), text="Review the policy")

    assert [task.incident for task in organisation(bench).tasks] == [None]


def test_ids_are_never_used_twice():
    bench = bench_with_task()
    bench.do("task", what="done", id="T1", evidence="Ticket 9")
    bench.do("task", what="open", owner=who("eva"), due=DUE.isoformat(), text="Another")

    assert [task.id for task in organisation(bench).tasks] == ["T2"]


def test_a_task_ends_with_evidence_or_a_reason():
    bench = bench_with_task()
    bench.do("task", what="open", owner=who("eva"), due=DUE.isoformat(), text="Another")

    bench.do("task", by="eva", at=2, what="done", id="1", text="See ticket 9")
    assert bench.facts() == [TaskDone(id="T1", evidence="See ticket 9")]
    bench.do("task", at=3, what="withdraw", id="t2", reason="The service is gone")
    assert bench.facts() == [TaskWithdrawn(id="T2", reason="The service is gone")]

    state = organisation(bench)
    assert state.tasks == ()
    assert [(one.id, one.done_at, one.withdrawn_at) for one in state.finished] == [
        ("T1", T(2), None),
        ("T2", None, T(3)),
    ]


def test_a_task_gets_another_owner_or_another_date():
    bench = bench_with_task()

    bench.do("task", by="eva", what="move", id="T1", owner=who("nadia"))
    assert bench.facts() == [TaskMoved(id="T1", owner=who("nadia"), due_at=DUE)]

    later = DUE + timedelta(days=5)
    bench.do("task", by="nadia", what="move", id="T1", due=later.isoformat(), reason="The vendor is late")
    [task] = organisation(bench).tasks
    assert (task.owner, task.due_at, task.assigned_by) == (who("nadia"), later, who("eva"))


@pytest.mark.parametrize(
    ("fields", "code", "reason"),
    [
        ({"what": "open", "text": "x"}, Code.MISSING_FIELDS, "task_owner_and_due"),
        ({"what": "open", "owner": who("eva"), "due": DUE.isoformat()}, Code.MISSING_FIELDS, "task_text"),
        ({"what": "open", "text": "x", "owner": who("eva"), "due": T(-1).isoformat()}, Code.BAD_VALUE, "task_due_past"),
        (
            {"what": "open", "text": "x", "owner": who("bot"), "due": DUE.isoformat()},
            Code.NOT_A_RESPONDER,
            "assignee_bot",
        ),
        (
            {"what": "open", "text": "x", "owner": "cli:a@b", "due": DUE.isoformat()},
            Code.NOT_A_RESPONDER,
            "task_owner_outside",
        ),
        ({"what": "done", "id": "T7", "evidence": "x"}, Code.STATE, "task_unknown"),
        ({"what": "done", "id": "T1"}, Code.MISSING_FIELDS, "task_evidence"),
        ({"what": "withdraw", "id": "T1"}, Code.MISSING_FIELDS, "task_reason"),
        ({"what": "move", "id": "T1"}, Code.MISSING_FIELDS, "task_move_what"),
        ({"what": "move", "id": "T1", "due": T(0).isoformat()}, Code.BAD_VALUE, "task_due_past"),
        ({"what": "later", "id": "T1"}, Code.STATE, "task_later_nothing"),
        ({"what": "later", "id": "T1", "text": "soon"}, Code.BAD_VALUE, "task_later_when"),
    ],
)
def test_what_is_missing_or_wrong_is_refused_and_recorded_once(fields, code, reason):
    bench = bench_with_task()
    before = organisation(bench)

    outcome = bench.do("task", at=2, **fields)

    assert (outcome.code, outcome.reason) == (code, reason)
    assert bench.answer()
    assert organisation(bench) == before
    [refused] = [one for one in bench.entries((TEAM, WORKSPACE)) if one.fact.kind == "refused"]
    assert refused.fact.intent == f"task_{fields['what']}"


def test_only_owner_opener_and_the_named_manager_may_end_a_task():
    bench = bench_with_task()

    assert bench.do("task", by="nadia", what="done", id="T1", evidence="x").reason == "task_not_yours"

    bench.policy = bench.policy.model_copy(update={"people": People(manager="UNADIA")})
    assert not bench.do("task", by="nadia", what="done", id="T1", evidence="x").is_refused
    assert bench.do("task", what="done", id="T1", evidence="x").reason == "task_ended"


def test_the_text_of_a_task_is_removed_by_those_who_may_redact_only():
    bench = bench_with_task()
    bench.do("task", what="done", id="T1", evidence="The key is xyzzy-plugh")

    assert bench.do("task", what="redact", id="T1", reason="A secret").reason == "task_redact"
    officer = Actor(id=who("nadia"), groups=frozenset({"privacy"}))
    repeated = bench.do("task", actor=officer, what="redact", id="T1", reason="The key is xyzzy-plugh")
    assert repeated.reason == "redact_reason"
    bench.do("task", actor=officer, what="redact", id="T1", reason="A secret")

    [task] = organisation(bench).finished
    assert (task.text, task.evidence) == ("[redacted]", "[redacted]")
    assert bench.do("task", actor=officer, what="redact", id="T1", reason="A secret").reason == "redact_done"


def test_a_task_of_a_restricted_incident_shows_to_none_who_may_not_see_it():
    bench = CommandBench().declared(type="security")
    unseen = bench.do("task", what="open", owner=who("eva"), due=DUE.isoformat(), text="Rotate the key")
    assert unseen.reason == "task_owner_unseen"
    bench.do("assign", role="scribe", to=who("eva"))
    assert not bench.do("task", what="open", owner=who("eva"), due=DUE.isoformat(), text="Rotate the key").is_refused

    assert bench.do("task", by="clerk", what="done", id="T1", evidence="x").reason == "task_unknown"
    bench.do("tasks", by="clerk")
    assert "Rotate" not in bench.answer()
    assert bench.incident.number not in bench.answer()
