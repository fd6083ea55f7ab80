"""Feeds of on-call schedules that give nothing usable: who learns of it, once for each time it starts. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from incident.deadlines.deadline import Deadline, PromptStep, each_once, key_of
from incident.policy import Policy
from incident.rules.service_contacts import schedule_owners
from organisation.fold.schedule_reminders import FEED
from roles.person_ids import PersonId, person_named
from roles.schedules.feed_copy import FeedCopy

# Networks fail for minutes; what answers and is no feed stays so.
_PATIENCE: Final = timedelta(minutes=30)
_PASSING: Final = "unreachable"


def failing_feeds(policy: Policy) -> tuple[FeedCopy, ...]:
    """Return the copies whose feed gives nothing usable now."""
    found = (policy.feed_of(name) for name in policy.schedules)
    return tuple(one for one in found if one is not None and one.failing_since is not None)


def feed_key(copy: FeedCopy) -> str:
    """Return the key of the deadline of a feed that fails."""
    return key_of(FEED, copy.schedule, copy.failing_since or copy.checked_at)


def feed_deadlines(
    policy: Policy, team: str, can_be_asked: Callable[[PersonId], bool] = lambda person: True
) -> tuple[Deadline, ...]:
    """Return a deadline for each such feed: its owner learns of it once, else the manager does."""
    manager = person_named(team, policy.people.manager)
    found = []
    for copy in failing_feeds(policy):
        since = copy.failing_since or copy.checked_at
        owners = [who for who in schedule_owners(copy.schedule, policy, team) if can_be_asked(who)]
        whom = owners or [who for who in (manager,) if who is not None and can_be_asked(who)]
        if whom:
            step = PromptStep(since + (_PATIENCE if copy.problem == _PASSING else timedelta()), FEED, each_once(*whom))
            found.append(Deadline(feed_key(copy), since, (step,), None, about=copy.schedule))
    return tuple(found)
