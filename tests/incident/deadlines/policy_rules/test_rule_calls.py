"""Rules of the policy call people by themselves, as an escalation does: once, the first who can be reached, and no one twice."""

from __future__ import annotations

from typing import Any

from incident.entries.role_holders import CallRuleMet
from incident.ports import Person
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who
from tests.support.rule_bench import desk_with

VENDOR = {"when": {"type": "third_party", "tier": 1}, "call": "vendor_manager", "how": "functional"}
DIRECTOR = {"when": {"priority": "P1", "unrestored_minutes": 60}, "call": "manager", "how": "hierarchical"}
LEGAL = {"when": {"major": True}, "call": "legal"}
PEOPLE = {"vendor_manager": "UVERA", "manager": "UMAX"}


def calling(*rules: dict[str, Any], **changes: Any) -> CommandBench:
    services = {
        "checkout": {"owner": "UNADIA", "tier": 1, "owner_group": "payments", "categories": {"Application": []}}
    }
    return desk_with(call_rules=rules, **{"people": PEOPLE, "services": services, **changes})


def calls(desk: CommandBench) -> list[tuple[str, str | None, bool]]:
    return [(one.how, one.person, one.automatic) for one in desk.incident.escalations]


def met(desk: CommandBench) -> list[CallRuleMet]:
    return [entry.fact for entry in desk.entries() if isinstance(entry.fact, CallRuleMet)]


def test_a_third_party_incident_on_a_tier_1_service_calls_the_vendor_manager_at_its_declaration():
    desk = calling(VENDOR).declared(impact=2, urgency=2, type="third_party")

    [call] = desk.incident.escalations
    [rule] = met(desk)

    assert calls(desk) == [("functional", who("vera"), True)]
    assert (rule.rule, rule.office, rule.escalation) == ("third_party, tier 1", "vendor_manager", call.n)
    assert call.answer_by is not None


def test_another_type_or_tier_calls_no_one_and_a_later_change_does():
    desk = calling(VENDOR).declared(impact=2, urgency=2)
    assert calls(desk) == []

    desk.do("reclassify", "ilse", 5, type="third_party", reason="their status page says so")
    desk.do("note", "rob", 6, text="they are on it")

    assert calls(desk) == [("functional", who("vera"), True)]


def test_what_is_not_restored_for_an_hour_calls_the_manager_for_a_decision():
    desk = calling(DIRECTOR).declared(impact=1, urgency=1)
    desk.tick(59)
    assert calls(desk) == []

    desk.tick(60)

    assert calls(desk) == [("hierarchical", who("max"), True)]


def test_the_hour_counts_from_when_the_harm_began_not_from_the_declaration():
    desk = calling(DIRECTOR).declared(at=15, impact=1, urgency=1, started_at=T(0).isoformat())
    desk.tick(59)
    assert calls(desk) == []

    desk.tick(60)

    assert calls(desk) == [("hierarchical", who("max"), True)]


def test_of_a_group_the_first_who_can_be_reached_is_called_and_the_next_after_them():
    desk = calling(LEGAL)
    desk.memory.know(Person(id=who("lea"), name="Lea", is_active=False))
    desk.declared(impact=1, urgency=1)
    assert calls(desk) == [("functional", who("leo"), True)]

    both = calling(LEGAL).declared(impact=1, urgency=1)
    both.tick(6)

    assert [person for _, person, _ in calls(both)] == [who("lea"), who("leo")]


def test_an_office_that_no_one_fills_is_on_record_and_called_once():
    desk = calling(VENDOR, people={}).declared(impact=2, urgency=2, type="third_party")
    desk.do("note", "rob", 6, text="they are on it")
    desk.tick(30)

    assert calls(desk) == []
    assert [rule.escalation for rule in met(desk)] == [None]


def test_who_is_being_called_already_is_not_called_twice():
    desk = calling(VENDOR).declared(impact=2, urgency=2)
    desk.do("escalate", "rob", 2, form={"who": who("vera"), "reason": "your provider fails"})

    desk.do("reclassify", "ilse", 3, type="third_party", reason="their status page says so")

    assert len(desk.incident.escalations) == 1


def test_a_call_by_rule_does_not_keep_who_is_on_call_from_being_paged():
    services = {
        "checkout": {
            "owner": "UNADIA",
            "tier": 1,
            "owner_group": "payments",
            "roster": "payments",
            "categories": {"Application": []},
        }
    }
    changes = {"services": services, "rosters": {"payments": ["UEVA"]}, "page_priorities": ["P1"]}
    desk = calling(VENDOR, **changes).declared(impact=2, urgency=2, type="third_party")

    desk.do("priority", "ilse", 5, impact=1, urgency=1, justification="every payment fails since ten")

    assert [person for _, person, _ in calls(desk)] == [who("vera"), who("eva")]


def test_a_drill_calls_no_one():
    assert calls(calling(VENDOR).declared(impact=2, urgency=2, type="third_party", drill=True)) == []
