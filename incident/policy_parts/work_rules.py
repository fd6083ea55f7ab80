"""Rules of a policy for people at work: how often updates come, when a role may be taken over, what the scribe looks for."""

from __future__ import annotations

from incident.frozen import Frozen
from incident.policy_parts.policy_numbers import Minutes
from roles.schedules.schedule_rules import Member


class Cadence(Frozen):
    """When the first update is due after an audience's obligation starts, and how often then, in minutes."""

    first: Minutes
    every: Minutes


class RoleRules(Frozen):
    """Rules for roles, in minutes."""

    commander_gap_max_minutes: Minutes = 10
    take_over_idle_minutes: Minutes = 10


class ScribeRules(Frozen):
    """Rules for the record while people work: how long it may be without an entry, in minutes, and words of decisions."""

    gap_minutes: Minutes = 20
    decision_words: tuple[Member, ...] = (
        "we will",
        "we'll",
        "decided",
        "decision",
        "going with",
        "let's",
        "approved",
        "agreed",
    )
