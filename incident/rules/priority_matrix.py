"""Priority from impact and urgency, and whether a change raises or lowers it (S1-08, S1-38)."""

from __future__ import annotations

from incident.entries.classification import PriorityChanged
from incident.entries.lifecycle import MajorDeclared
from incident.policy import Policy
from incident.states import Priority


def is_raised(old: Priority | None, new: Priority) -> bool:
    """True if the new priority is higher; the first one always is."""
    return old is None or new.value < old.value


def is_lowered(old: Priority | None, new: Priority) -> bool:
    """True if the new priority is lower."""
    return old is not None and new.value > old.value


def change(
    policy: Policy, old: Priority | None, *, impact: int, urgency: int, justification: str, provisional: bool = False
) -> PriorityChanged:
    """Return the priority of an impact and urgency, with the targets that the policy sets for it now, in minutes."""
    priority = policy.priority_of(impact, urgency)
    targets = policy.targets.get(priority)
    return PriorityChanged(
        old=old,
        impact=impact,
        urgency=urgency,
        priority=priority,
        justification=justification,
        initial=old is None,
        provisional=provisional,
        ack_minutes=targets.ack if targets else None,
        commander_minutes=targets.commander if targets else None,
        restore_minutes=targets.restore if targets else None,
        simple_class=policy.classification.simple_class.get(priority),
    )


def automatic_major(policy: Policy, priority: Priority, *, is_major: bool) -> tuple[MajorDeclared, ...]:
    """Return the major declaration that the policy attaches to this priority, or nothing."""
    if is_major or priority not in policy.major_auto:
        return ()
    return (MajorDeclared(reason=None, automatic=True),)
