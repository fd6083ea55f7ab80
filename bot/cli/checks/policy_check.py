"""Checks policy.yaml: every fault with its line, and every person or group that is not in the workspace."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from bot.cli.checks.check_result import CheckResult, missing, note, passed, wrong
from bot.config.policy_loader import BrokenPolicy, read_policy
from bot.config.yaml_positions import read_document
from incident.policy import Policy
from roles.role_names import Role

Json = Mapping[str, Any]
GROUP: Final = "S"
_NAMES_SHOWN: Final = 5


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
        return None, [wrong(f"{path} cannot be read: {unreadable}. MUSTER_POLICY names the file.")]
    found = [passed(f"{path} is version {policy.version}, approved by {policy.approver}.")]
    return PolicyText(path, policy, text), [*found, *_gaps(policy)]


def check_people(file: PolicyText, members: Mapping[str, Json], groups: Collection[str]) -> Iterator[CheckResult]:
    """Yield, with their lines, the people and groups of the policy that are not in the workspace."""
    nodes = read_document(file.text)
    for place, who in named_ids(file.policy):
        fault = _fault(who, members, groups)
        if fault is not None:
            yield wrong(f"{file.path} {nodes.error_at(place, f'names {who}, {fault}')}")


def named_ids(policy: Policy) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Yield every Slack id in a policy with its path."""
    for part, lists in (("groups", policy.groups), ("rosters", policy.rosters)):
        for name, members in lists.items():
            yield from (((part, name, i), member) for i, member in enumerate(members))
    for name, ladder in policy.ladders.items():
        yield from ((("ladders", name, "rungs", i), rung) for i, rung in enumerate(ladder.rungs))
    for name, service in policy.services.items():
        if service.owner:
            yield ("services", name, "owner"), service.owner


def _fault(who: str, members: Mapping[str, Json], groups: Collection[str]) -> str | None:
    if who.startswith(GROUP):
        return None if who in groups else "and there is no such user group. Copy the group's id again."
    member = members.get(who)
    if member is None:
        return "whom this workspace does not have. Copy the member's id again."
    if member.get("deleted"):
        return "whose account is deactivated. Name an active member."
    return "which is a bot. Name a person." if member.get("is_bot") else None


def _gaps(policy: Policy) -> Iterator[CheckResult]:
    """Yield what a policy leaves open that an incident will need."""
    unowned = [name for name, service in policy.services.items() if not service.owner]
    if unowned:
        yield note(f"No owner for {_some(unowned)}: name one, who is called last and confirms restoration.")
    not_escalated = [name for name, service in policy.services.items() if not service.ladder]
    if not_escalated:
        yield note(f"No ladder for {_some(not_escalated)}: `/incident escalate` there needs a name until you add one.")
    unauthorized = [act for act, words in policy.authority.model_dump().items() if not _is_held(policy, words)]
    if unauthorized:
        acts = ", ".join(act.replace("_", " ") for act in unauthorized)
        yield note(f"No one may do this until you fill the groups of `authority`: {acts}.")
    if policy.regimes:
        yield note("Muster cannot record reports to regulators yet: with `regimes` no major incident can be closed.")


def _some(names: list[str]) -> str:
    more = len(names) - _NAMES_SHOWN
    return ", ".join(names[:_NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _is_held(policy: Policy, words: tuple[str, ...]) -> bool:
    """True if someone can hold one of these: a role, a group with members, or the default group of all responders."""
    by_default = "responder" not in policy.groups and "responder" in words
    return by_default or any(word in set(Role) or policy.groups.get(word) for word in words)
