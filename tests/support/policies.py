"""The policies that tests run under: the shipped one, a small one, and those with people in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from bot.plain_yaml import load_yaml
from incident.policy import Policy, Service, Targets
from incident.policy_parts.paging_hours import PagePriorities
from incident.states import Audience, Priority
from roles.person_ids import slack_person

_SHIPPED = load_yaml((Path(__file__).parents[2] / "policy.yaml").read_text(encoding="utf-8"))
RUNBOOK = "https://runbooks.example/checkout"


def paged(*targets: str, rounds: int = 0) -> dict[str, Any]:
    """Return an escalation policy with these levels, each of which has five minutes to answer."""
    return {"rungs": targets, "timeout_minutes": 5, "rounds": rounds}


def _called(name: str) -> dict[str, str]:
    """Return the keys of a service whose on-call list and escalation policy have one name."""
    return {"roster": name, "ladder": name}


def _levels(name: str, *targets: str) -> dict[str, Any]:
    """Return the key of a policy with one escalation policy."""
    return {"ladders": {name: paged(*targets)}}


def shipped_policy(**changes: Any) -> Policy:
    """Return the policy that comes with Muster, in force since 2026, with some keys changed."""
    return Policy.model_validate({**deepcopy(_SHIPPED), "effective": date(2026, 1, 1), **changes})


def at_all_hours(*priorities: str) -> PagePriorities:
    """Return the rule by which these priorities page in business hours and outside them."""
    return PagePriorities.model_validate(priorities)


def small_policy(**changes: Any) -> Policy:
    """Return a policy with one service, targets and updates for P2 only, and some keys changed."""
    p1, p2, p3, p4, p5 = Priority
    updates = {"internal": {"first": 30, "every": 60}, "exec": {"first": 60, "every": 120}}
    return Policy.model_validate(
        {
            "version": "1",
            "owner": "ilse",
            "approver": "abe",
            "effective": date(2026, 1, 1),
            "services": {"checkout": {"owner": slack_person("T1", "UROB"), "customer_facing": True}},
            "matrix": {1: {1: p1, 2: p2, 3: p3}, 2: {1: p2, 2: p3, 3: p4}, 3: {1: p3, 2: p4, 3: p5}},
            "targets": {"P2": {"ack": 30, "restore": 480}},
            "updates": {"P2": updates},
            **changes,
        }
    )


@cache
def two_service_policy() -> Policy:
    """Return the shipped policy with one customer-facing service and one internal one."""
    return shipped_policy(
        services={"checkout": Service(owner="", customer_facing=True), "wiki": Service(owner="")},
    )


@cache
def team_policy() -> Policy:
    """Return the shipped policy with an on-call list and an escalation policy for one of two services."""
    checkout = {
        "owner": "UNADIA",
        "owner_group": "payments",
        "customer_facing": True,
        "categories": {"Application": ["Errors"], "Database": []},
        **_called("payments"),
    }
    return shipped_policy(
        services={"checkout": checkout, "wiki": {"owner": "nadia"}},
        **_levels("payments", "UROB", "UEVA", "S0GROUP"),
        rosters={"payments": ["UROB", "UEVA"]},
    )


def worker_policy(team: str, users: Mapping[str, str], **changes: Any) -> Policy:
    """Return a small policy with an on-call list, an escalation policy and a channel for incidents and for executives."""
    service = {
        "owner": slack_person(team, users["rob"]),
        "owner_group": "payments",
        "customer_facing": True,
        **_called("payments"),
        "categories": {"Application": ["Errors"]},
        "runbook": RUNBOOK,
        "vendors": [*changes.get("vendors", ())],
    }
    return small_policy(
        services={"checkout": service},
        rosters={"payments": [users["eva"]]},
        **_levels("payments", users["eva"], users["rosa"]),
        targets={
            "P1": {"ack": 15, "restore": 240, "commander": 15},
            "P2": {"ack": 30, "restore": 480, "commander": 30},
            "P3": {"ack": 240, "restore": 1440},
        },
        updates={
            "P1": {"internal": {"first": 15, "every": 30}, "exec": {"first": 30, "every": 60}},
            "P2": {"internal": {"first": 30, "every": 60}},
        },
        incidents_channel="#incidents",
        audiences={"exec": "#exec"},
        **changes,
    )


def page_policy(users: Mapping[str, str]) -> Policy:
    """Return the shipped policy with the people and the channels of the browser tests."""
    people = {"owner": users["olu"], **_called("payments"), "runbook": RUNBOOK}
    return shipped_policy(
        effective=_SHIPPED["effective"],
        services={**_SHIPPED["services"], "checkout": {**_SHIPPED["services"]["checkout"], **people}},
        rosters={"payments": [users["ken"]]},
        **_levels("payments", users["ken"], users["olu"]),
        audiences={Audience.EXEC.value: "#leadership", Audience.CUSTOMER.value: "#status-page"},
    )


def full_policy(users: Sequence[str]) -> Policy:
    """Return the shipped policy with every option of a declaration; the last user owns the service, three are on call."""
    options = {"owner": users[-1], **_called("first"), "runbook": RUNBOOK}
    return shipped_policy(
        effective=date(2000, 1, 1),
        services={"checkout": {**_SHIPPED["services"]["checkout"], **options}},
        rosters={"first": users[-4:-1]},
        **_levels("first", *users[-4:-1]),
        incidents_channel="#incidents",
        audiences={"exec": "#exec"},
    )


# The policy that the golden records name.
ONE_TARGET_POLICY = Policy(
    version="1",
    owner="O",
    approver="A",
    effective=date(2026, 1, 1),
    services={},
    matrix={1: {1: Priority.P1}},
    targets={Priority.P1: Targets(ack=5, restore=60)},
    updates={},
)
