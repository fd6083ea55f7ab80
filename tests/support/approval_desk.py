"""A desk whose policy has a second person approve updates to customers."""

from __future__ import annotations

from incident.policy import Policy
from incident.states import Audience
from tests.support.command_bench import CommandBench, who
from tests.support.policies import team_policy

TEXT = "Some cards are declined. You are not charged."
CUSTOMER = Audience.CUSTOMER


def approval_policy(**approval: object) -> Policy:
    channels = {"exec": "#exec", "customer": "#status"}
    approvals = {"customer": {"by": ["commander", "legal"], **approval}}
    return Policy.model_validate({**team_policy().model_dump(), "audiences": channels, "update_approvals": approvals})


def approval_desk(**approval: object) -> CommandBench:
    """A P1 on checkout that Ilse commands; Eva is comms lead."""
    desk = CommandBench(policy=approval_policy(**approval)).declared(impact=1, urgency=1)
    desk.do("take", "ilse", at=1, role="commander")
    desk.do("assign", "ilse", at=2, role="comms_lead", to=who("eva"))
    return desk


def drafted(at: float = 5, **approval: object) -> CommandBench:
    desk = approval_desk(**approval)
    desk.do("update", "eva", at=at, audience=["internal", "customers"], text=TEXT)
    return desk
