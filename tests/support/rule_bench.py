"""A bench whose policy has rules: whom Muster notifies and calls by itself, with legal, a committee and an ISMS manager."""

from __future__ import annotations

from typing import Any

from incident.policy import Policy
from tests.support.command_bench import CommandBench
from tests.support.policies import team_policy

SECURITY = {"when": {"priority": ["P1", "P2"], "type": "security"}, "tell": ["legal", "isms_manager"], "within": 15}
COMMITTEE = {"when": {"major": True}, "tell": ["steering"], "within": 15}
SCRIBE = {"when": {"major": True, "without_role": "scribe", "for_minutes": 30}, "tell": "isms_manager"}
SLOW = {"when": {"priority": "P1", "unrestored_minutes": 60}, "tell": ["service_owner"]}


def desk_with(*rules: dict[str, Any], **changes: Any) -> CommandBench:
    """Return a bench whose policy has these rules, with legal, a committee and an ISMS manager."""
    shown = team_policy().model_dump(exclude_defaults=True)
    people = {"isms_manager": "UIRIS", "steering": ["UILSE", "S0BOARD"]}
    text = {**shown, "groups": {"legal": ["ULEA", "ULEO"]}, "people": people, "notify": rules, **changes}
    return CommandBench(policy=Policy.model_validate(text))
