"""The deadlines of on-call schedules: gaps that come, and feeds that fail. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from incident.deadlines.deadline import Deadline
from incident.policy import Policy
from organisation.deadlines.feed_deadlines import feed_deadlines
from organisation.deadlines.gap_deadlines import gap_deadlines
from roles.person_ids import PersonId


def schedule_deadlines(
    policy: Policy, team: str, at: datetime, can_be_asked: Callable[[PersonId], bool] = lambda person: True
) -> tuple[Deadline, ...]:
    """Return the deadline of each gap and of each feed that fails."""
    return (*gap_deadlines(policy, team, at, can_be_asked), *feed_deadlines(policy, team, can_be_asked))
