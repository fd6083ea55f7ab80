"""A corrective action has an owner and a date, ends with evidence, and its effect is checked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from commands.cap import Cap
from incident.deadlines.after import action_deadlines
from incident.entries.aftermath.lessons import CorrectiveActionDone, CorrectiveActionMoved, CorrectiveActionOpened
from incident.refusal import Code
from incident.states import ActionSort
from tests.support.after_bench import closed_bench
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who
from tests.support.parsed_lines import parsed


def with_action() -> CommandBench:
    bench = closed_bench()
    bench.do("cap", "rob", 60, what="add", owner=who("eva"), due=T(9000).isoformat(), text="Alert on lag")
    assert "the policy's" not in bench.answer()
    return bench


def test_an_action_is_opened_and_its_date_is_the_policys_unless_given():
    bench = with_action()
    assert bench.facts() == [
        CorrectiveActionOpened(id="CA1", text="Alert on lag", sort=ActionSort.PREVENT, owner=who("eva"), due_at=T(9000))
    ]

    bench.do("cap", "rob", 61, what="add", owner=who("eva"), text="Drill it")
    assert bench.facts()[0].due_at == T(61) + timedelta(weeks=4)
    assert "That date is the policy's, since I read none: `/incident cap move CA2 due=…`" in bench.answer()


def test_a_date_that_is_not_exact_opens_the_form():
    line = parsed("cap add @ilse by end of next week rotate all keys")

    assert not line.is_complete
    assert line.fields["text"] == "rotate all keys"
    assert [one.reason for one in line.doubts] == ["vague"]


@pytest.mark.parametrize(
    ("fields", "code", "reason"),
    [
        ({"what": "add", "text": "Alert"}, Code.MISSING_FIELDS, "cap_owner"),
        ({"what": "add", "owner": who("eva")}, Code.MISSING_FIELDS, "cap_what"),
        (
            {"what": "add", "owner": who("eva"), "text": "Alert", "due": T(1).isoformat()},
            Code.BAD_VALUE,
            "task_due_past",
        ),
        ({"what": "add", "owner": who("bot"), "text": "Alert"}, Code.NOT_A_RESPONDER, "assignee_bot"),
        ({"what": "add", "owner": who("eva"), "text": "A", "lesson": "L9"}, Code.STATE, "lesson_unknown"),
        ({"what": "done", "id": "CA9", "text": "See 1"}, Code.STATE, "cap_unknown"),
        ({"what": "done", "id": "CA1"}, Code.MISSING_FIELDS, "cap_evidence"),
        ({"what": "move", "id": "CA1"}, Code.MISSING_FIELDS, "task_move_what"),
        ({"what": "check", "id": "CA1", "text": "It rang"}, Code.STATE, "cap_not_done"),
    ],
)
def test_what_is_missing_or_wrong_is_refused_and_the_action_stays_open(fields, code, reason):
    bench = with_action()

    refused = bench.do("cap", "rob", 62, **fields)

    assert (refused.code, refused.reason) == (code, reason)
    assert [one.done_at for one in bench.incident.aftermath.actions] == [None]


def test_an_action_is_done_with_evidence_and_checked_later():
    bench = with_action()

    bench.do("cap", "eva", 70, what="done", id="1", text="Ticket 9")
    assert bench.facts() == [CorrectiveActionDone(id="CA1", evidence="Ticket 9", check_at=T(70) + timedelta(days=30))]
    assert bench.do("cap", "eva", 71, what="done", id="CA1", text="Ticket 9").reason == "cap_done_already"
    assert bench.do("cap", "eva", 71, what="check", id="CA1").reason == "cap_check_how"
    assert bench.do("cap", "eva", 71, what="check", id="CA1", text="It rang").reason == "cap_works"
    bench.do("cap", "eva", 72, what="check", id="CA1", works=True, text="It rang")
    assert bench.incident.aftermath.actions[0].works is True


def test_an_action_that_does_not_work_is_open_again():
    bench = with_action()
    bench.do("cap", "eva", 70, what="done", id="CA1", text="Ticket 9")
    bench.do("cap", "eva", 80, what="check", id="CA1", works=False, text="It was silent")

    [action] = bench.incident.aftermath.actions
    assert (action.done_at, action.works, action.due_at) == (None, False, T(80) + timedelta(weeks=4))


def test_an_action_gets_another_owner_and_another_date():
    bench = with_action()
    bench.do("cap", "rob", 70, what="move", id="CA1", owner=who("nadia"), text="Eva is away")

    assert bench.facts() == [CorrectiveActionMoved(id="CA1", owner=who("nadia"), due_at=T(9000), reason="Eva is away")]


def test_a_form_proposes_a_new_action_unless_one_is_named():
    assert [Cap.proposal(given, with_action().incident, None) for given in ({}, {"id": "CA1"})] == [{"what": "add"}, {}]


def test_an_action_is_dropped_with_its_reason_and_no_one_is_reminded_of_it_any_more():
    bench = with_action()
    form = parsed("cap drop CA1 because the vendor renews it by itself").fields
    short = bench.do("cap", "rob", 61, what="drop", id="CA1", text="because no")
    bench.do("cap", "rob", 62, form=form)
    [action] = bench.incident.aftermath.actions

    assert (short.code, short.reason) == (Code.JUSTIFICATION, "cap_drop_why")
    assert (action.dropped_because, action.dropped_by, action.is_open) == (
        "the vendor renews it by itself",
        who("rob"),
        False,
    )
    assert not action.is_overdue(T(99999))
    assert action_deadlines.actions(bench.incident, bench.policy) == ()
    for what in ("done", "move", "drop", "check"):
        again = bench.do("cap", "rob", 63, what=what, id="CA1", text="Ticket 9 is closed now", owner=who("rob"))
        assert (again.code, again.reason) == (Code.STATE, "cap_dropped")


def test_a_dropped_action_that_was_done_is_not_asked_whether_it_works():
    bench = with_action()
    bench.do("cap", "rob", 61, what="done", id="CA1", text="Ticket 9")

    assert bench.do("cap", "rob", 62, what="drop", id="CA1", text="it never came to it").reason == "cap_done_already"
