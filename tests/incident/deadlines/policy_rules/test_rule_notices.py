"""Rules of the policy notify offices by themselves: when they hold, whom they mean, and what follows when no one confirms it."""

from __future__ import annotations

import pytest

from incident.entries.delivery import NoticeDelivered, NoticeMissed, Notified
from incident.jobs import JobKind
from incident.medium import Medium
from incident.policy_parts.rule_conditions import Condition
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who
from tests.support.policies import team_policy
from tests.support.rule_bench import COMMITTEE, SCRIBE, SECURITY, SLOW, desk_with


def outside(desk: CommandBench) -> list[tuple[str | None, str | None]]:
    """Who is to get a notice outside Slack, and by which medium."""
    jobs = (queued.job for queued in desk.memory.state.jobs.values())
    return [(one.person, one.template) for one in jobs if one.kind is JobKind.NOTICE_OUTSIDE]


def noticed(desk: CommandBench) -> list[tuple[str, float]]:
    """Return the offices notified so far, each with the minute of its entry."""
    entries = [entry for entry in desk.entries() if isinstance(entry.fact, Notified)]
    return [(entry.fact.office, (entry.occurred_at - T(0)).total_seconds() / 60) for entry in entries]


def missed(desk: CommandBench) -> list[tuple[str, float]]:
    entries = [entry for entry in desk.entries() if isinstance(entry.fact, NoticeMissed)]
    return [(entry.fact.office, (entry.occurred_at - T(0)).total_seconds() / 60) for entry in entries]


def asked(desk: CommandBench) -> list[tuple[str, ...]]:
    return [entry.fact.asked for entry in desk.entries() if getattr(entry.fact, "ask", "") == "notice"]


def test_a_security_p2_notifies_legal_and_management_at_its_declaration():
    desk = desk_with(SECURITY).declared(impact=1, urgency=2, type="security")

    first, second = desk.incident.notices

    assert noticed(desk) == [("legal", 0), ("isms_manager", 0)]
    assert (first.rule, first.people, first.due_at) == ("P1 P2, security", (who("lea"), who("leo")), T(15))
    assert second.people == (who("iris"),)


def test_a_security_p2_notifies_the_users_of_its_service_too_and_those_of_no_other():
    services = {
        name: {**service, "users": users}
        for (name, service), users in zip(
            team_policy().model_dump(exclude_defaults=True)["services"].items(),
            (["UUSE", "S0SHOPS"], ["UWIKI"]),
            strict=False,
        )
    }
    rule = {"when": {"priority": "P2", "type": "security"}, "tell": ["legal", "manager", "users"]}

    desk = desk_with(rule, services=services).declared(impact=1, urgency=2, type="security")

    assert [office for office, _ in noticed(desk)] == ["legal", "manager", "users"]
    assert (desk.incident.notices[2].people, desk.incident.notices[2].groups) == ((who("use"),), ("S0SHOPS",))


@pytest.mark.parametrize(
    "fields",
    [{"impact": 1, "urgency": 2}, {"impact": 3, "urgency": 3, "type": "security"}, {"drill": True, "impact": 1}],
)
def test_what_the_condition_does_not_cover_notifies_no_one(fields):
    desk = desk_with(SECURITY).declared(**{"impact": 1, "urgency": 1, **fields})

    assert noticed(desk) == []


def test_each_office_is_notified_once_however_often_the_incident_changes():
    desk = desk_with(COMMITTEE, SECURITY).declared(impact=1, urgency=2)
    assert noticed(desk) == []

    desk.do("major", "rob", 5, reason="every payment fails")
    desk.do("reclassify", "ilse", 8, type="security", reason="an intruder deleted the rows")
    desk.do("note", "rob", 9, text="all tables are affected")
    desk.tick(10)

    assert noticed(desk) == [("steering", 5), ("legal", 8), ("isms_manager", 8)]
    assert (desk.incident.notices[0].people, desk.incident.notices[0].groups) == ((who("ilse"),), ("S0BOARD",))


def test_who_is_in_a_user_group_gets_the_media_of_the_rule_too_once_slack_has_named_them():
    rule = {**COMMITTEE, "tell": ["S0BOARD"], "by": ["voice", "slack"]}
    desk = desk_with(rule).declared(impact=1, urgency=1)
    [notice] = desk.incident.notices
    assert (notice.by, outside(desk)) == ((Medium.VOICE, Medium.SLACK), [])

    desk.note(desk.key, NoticeDelivered(notified=notice.n, who=who("lea"), medium=Medium.SLACK, ref="D1:1.0"))

    assert outside(desk) == [(who("lea"), "voice")]


def test_a_person_is_notified_by_mail_unless_the_rule_names_other_media():
    named = [
        {**COMMITTEE, "tell": ["legal"]},
        {**SECURITY, "when": {"priority": "P1"}, "tell": ["legal"], "by": "slack"},
    ]
    desk = desk_with(*named).declared(impact=1, urgency=1)

    assert outside(desk) == [(who("lea"), "email"), (who("leo"), "email")]


def test_a_major_incident_that_is_without_a_scribe_for_half_an_hour_notifies_the_isms_manager():
    desk = desk_with(SCRIBE).declared(impact=1, urgency=1)
    desk.tick(29)
    assert noticed(desk) == []

    desk.tick(30)

    assert noticed(desk) == [("isms_manager", 30)]


def test_a_scribe_in_time_keeps_the_manager_undisturbed_and_one_who_leaves_starts_the_wait_again():
    desk = desk_with(SCRIBE).declared(impact=1, urgency=1)
    desk.do("take", "eva", 10, role="scribe")
    desk.tick(40)
    desk.do("release", "eva", 50, role="scribe")
    desk.tick(79)
    assert noticed(desk) == []

    desk.tick(80)

    assert noticed(desk) == [("isms_manager", 80)]


def test_the_timer_is_set_for_the_moment_at_which_a_rule_will_hold():
    desk = desk_with(SCRIBE).declared(impact=1, urgency=1)
    desk.do("take", "ilse", 1, role="commander")

    jobs = [queued.job for queued in desk.memory.state.jobs.values()]
    timers = [job.run_at for job in jobs if job.kind == "timer" and job.run_at]

    assert min(timers) <= T(30)


def test_what_is_not_restored_for_long_notifies_and_what_is_restored_does_not():
    slow, quick = (desk_with(SLOW).declared(impact=1, urgency=1) for _ in range(2))
    quick.do("ack", "rob", 5)
    quick.do("restored", "rob", 30, text="payments go through again")
    for desk in (slow, quick):
        desk.tick(61)

    assert noticed(slow) == [("service_owner", 61)]
    assert noticed(quick) == []


def test_a_notice_that_no_one_confirms_is_recorded_as_missed_and_the_commander_is_asked_to_phone():
    desk = desk_with(COMMITTEE).declared(impact=1, urgency=1)
    desk.do("take", "nadia", 1, role="commander")

    desk.tick(16)

    assert missed(desk) == [("steering", 15)]
    assert asked(desk) == [(who("nadia"), who("iris"))]


def test_the_manager_is_not_asked_about_a_restricted_incident_that_they_may_not_see():
    desk = desk_with(SECURITY).declared(impact=1, urgency=2, type="security")

    desk.tick(16)

    assert [office for office, _ in missed(desk)] == ["legal", "isms_manager"]
    assert set(asked(desk)) == {(who("rob"),)}


def test_one_confirmation_is_enough_for_an_office_and_ends_the_question():
    desk = desk_with(COMMITTEE).declared(impact=1, urgency=1)
    desk.do("seen", "ilse", 5, form={"notice": desk.incident.notices[0].n})
    desk.tick(40)

    assert missed(desk) == []
    assert asked(desk) == []


def test_a_confirmation_that_comes_late_ends_the_question_too():
    desk = desk_with(COMMITTEE).declared(impact=1, urgency=1)
    desk.tick(16)
    desk.do("seen", "ilse", 20, form={"notice": desk.incident.notices[0].n})

    desk.tick(300)

    assert len(asked(desk)) == 1
    assert desk.incident.notices[0].seen_at == T(20)


def test_an_office_that_no_one_fills_is_on_record_and_missed():
    desk = desk_with(COMMITTEE, people={}).declared(impact=1, urgency=1)

    desk.tick(16)

    assert desk.incident.notices[0].people == ()
    assert missed(desk) == [("steering", 15)]


def test_what_ended_before_it_was_due_misses_no_notice():
    desk = desk_with(COMMITTEE).declared(impact=1, urgency=1)
    desk.do("void", "ilse", 10, form={"as_": "false_alarm", "reason": "the probe was broken, not the shop"})

    desk.tick(30)

    assert missed(desk) == []


@pytest.mark.parametrize(
    ("given", "label"),
    [
        ({"priority": "P1"}, "P1"),
        ({"priority": ["P1", "P2"], "type": "security"}, "P1 P2, security"),
        ({"major": True, "without_role": "scribe", "for_minutes": 30}, "major, no scribe for 30 min"),
        (
            {"tier": 1, "customer_facing": False, "unrestored_minutes": 60},
            "tier 1, not customer-facing, not restored after 60 min",
        ),
    ],
)
def test_a_rule_is_named_by_its_condition(given, label):
    assert Condition.model_validate(given).label == label
