"""Checks policy.yaml: every fault with its line, and every person or group that is not in the workspace."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from bot.cli.checks.check_result import CheckResult, missing, note, passed, wrong
from bot.config.policy_faults import named_ids
from bot.config.policy_loader import BrokenPolicy, file_fault, located_gaps, read_policy
from bot.config.yaml_positions import read_document
from incident.policy import Policy

Json = Mapping[str, Any]
GROUP: Final = "S"


@dataclass(frozen=True)
class PolicyText:
    """A valid policy file with its text, in which line numbers are counted."""

    path: Path
    policy: Policy
    text: str


def read_file(path: Path, today: date) -> tuple[PolicyText | None, list[CheckResult]]:
    """Read the policy file; return None with its faults when it is missing or broken."""
    try:
        text = path.read_text(encoding="utf-8")
        policy = read_policy(text, today).policy
    except BrokenPolicy as broken:
        return None, [wrong(f"{path} {one}") for one in broken.errors]
    except FileNotFoundError:
        return None, [missing(f"There is no {path}. Put your policy there, or name its file in MUSTER_POLICY.")]
    except (OSError, UnicodeDecodeError) as unreadable:
        return None, [wrong(f"{path} {file_fault(unreadable)}.")]
    found = [passed(f"{path} is version {policy.version}, approved by {policy.approver}.")]
    return PolicyText(path, policy, text), [
        *found,
        *(note(f"{path} {one}") for one in located_gaps(policy, text, today)),
    ]


def check_people(file: PolicyText, members: Mapping[str, Json], groups: Collection[str]) -> Iterator[CheckResult]:
    """Yield, with their lines, the people and groups of the policy that are not in the workspace."""
    nodes = read_document(file.text)
    for place, who in named_ids(file.policy):
        fault = _fault(who, members, groups)
        if fault is not None:
            yield wrong(f"{file.path} {nodes.error_at(place, f'names {who}, {fault}')}")


def _fault(who: str, members: Mapping[str, Json], groups: Collection[str]) -> str | None:
    if who.startswith(GROUP):
        return None if who in groups else "and there is no such user group. Copy the group's id again."
    member = members.get(who)
    if member is None:
        return "whom this workspace does not have. Copy the member's id again."
    if member.get("deleted"):
        return "whose account is deactivated. Name an active member."
    return "which is a bot. Name a person." if member.get("is_bot") else None
