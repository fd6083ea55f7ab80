"""The first draft of a review comes from the record alone, and every line of it names an entry."""

from __future__ import annotations

from datetime import timedelta

from incident.fold.fold import fold
from incident.report.review_draft import review_draft
from tests.support.after_bench import after_policy, resolved_bench
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who

TWENTY = timedelta(minutes=20)


def drafted(bench: CommandBench):
    return review_draft(bench.entries(), fold(bench.entries()), TWENTY)


def bumpy() -> CommandBench:
    """Return an incident that is fixed twice, with gaps and a missed update."""
    bench = CommandBench(policy=after_policy()).declared(0, impact=1, urgency=1)
    bench.do("take", "ilse", 1, role="commander")
    bench.do("decide", "ilse", 5, text="Roll back")
    bench.do("tempfix", "rob", 10, text="Restart each hour")
    bench.do("action", "ilse", 11, assignee="slack:T1:UROB", text="Ask the bank")
    bench.do("restored", "ilse", 60, text="Payments go through")
    bench.do("regress", "ilse", 70, text="Errors again")
    bench.do("restored", "ilse", 80, text="Payments go through")
    return bench


def test_the_course_the_decisions_and_who_was_notified_are_named_by_their_entries():
    bench = resolved_bench()
    draft, known = drafted(bench), {entry.n: entry for entry in bench.entries()}

    assert [one.entry.fact.kind for one in draft.milestones] == [
        *("time_set", "declared", "declared", "major_declared", "state_changed", "state_changed")
    ]
    assert [one.mark for one in draft.milestones[:3]] == ["started", "detected", ""]
    assert [one.at for one in draft.milestones[:3]] == [T(-9), T(0), T(0)]
    updates = [one for one in draft.notified if one.entry.fact.kind == "status_update_posted"]
    assert [one.entry.fact.audience for one in updates] == ["internal", "exec", "customer"]
    assert all(known[one.n] is one.entry for one in (*draft.milestones, *draft.notified, *draft.decisions))


def test_what_outsiders_were_informed_of_is_among_who_was_notified():
    bench = resolved_bench()
    bench.do("notice", "ilse", 38, to="data_subjects", road="mail", count=12, text="Change your password")

    last = drafted(bench).notified[-1].entry.fact
    assert (last.kind, last.to) == ("outside_notice_given", "data_subjects")


def test_gaps_and_missed_updates_and_what_broke_again_become_questions():
    draft = drafted(bumpy())

    asked = {one.ask: one for one in draft.questions}
    assert [round(one.length / timedelta(minutes=1)) for one in draft.silences] == [49]
    assert asked["silence"].n == draft.silences[0].n
    assert {"started", "silence", "relapse", "missed", "temp_fix", "action"} <= set(asked)
    assert (asked["temp_fix"].about, asked["action"].about) == ("TF1", "A1")
    assert "decisions" not in asked
    assert draft.missed


def test_what_was_taken_back_is_not_in_the_draft():
    bench = resolved_bench()
    bench.do("decide", "ilse", 38, text="Meant for another incident")
    assert [one.entry.fact.text for one in drafted(bench).decisions] == ["Meant for another incident"]
    bench.do("undo", "ilse", 39)

    assert drafted(bench).decisions == ()
    assert {one.ask: one.n for one in drafted(bench).questions}["decisions"] is None


def test_an_entry_stands_where_it_happened():
    bench = resolved_bench()
    bench.do("decide", "ilse", 39, text="Roll back", occurred_at=T(5))

    assert drafted(bench).decisions[0].at == T(5)


def test_a_time_that_is_corrected_is_cited_by_the_entry_that_says_so_and_an_unknown_start_is_no_milestone():
    bench = bumpy()
    bench.do("time", "ilse", 81, field="detected_at", basis="By the pager", form={"at": T(-3).isoformat()})
    first, *_ = drafted(bench).milestones

    assert (first.mark, first.at, first.entry.fact.kind) == ("detected", T(-3), "time_set")
    assert "started" not in {one.mark for one in drafted(bench).milestones}


def test_calls_and_notices_by_rule_are_among_who_was_notified():
    rule = {"when": {"major": True}, "tell": ["legal"], "within": 15}
    groups = {"exec": ["UCEO"], "legal": ["UNADIA"]}
    bench = CommandBench(policy=after_policy(notify=[rule], groups=groups)).declared(0, impact=1, urgency=1)
    bench.do("escalate", "ilse", 2, form={"to": who("rob"), "how": "functional", "reason": "He knows the ledger"})
    bench.tick(3)

    notified = [one.entry.fact for one in drafted(bench).notified]
    assert {fact.kind for fact in notified} >= {"escalated", "notified"}
    assert who("rob") in {fact.person for fact in notified if fact.kind == "escalated"}
