"""Checks that someone is on call by every schedule of the policy for the next day and a half."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from bot.cli.checks.check_result import CheckResult, note, passed
from bot.config.schedule_faults import names_people, period_words
from incident.policy import Policy
from incident.rules.service_contacts import schedule_named
from roles.schedules.shifts import gaps

AHEAD: Final = timedelta(hours=36)


def check_schedules(policy: Policy, now: datetime) -> Iterator[CheckResult]:
    """Yield the gaps of the next 36 hours of each schedule that is to have none."""
    found = []
    watched = {
        name: rules for name, rules in policy.schedules.items() if rules.around_the_clock and names_people(rules)
    }
    for name, rules in watched.items():
        schedule = schedule_named(name, policy, "")
        for gap in gaps(schedule, now, now + AHEAD) if schedule else ():
            when = period_words([gap], rules.time_zone or policy.time_zone)
            found.append(note(f"No one is on call by {name} {when}. Name someone in its `people` or `fixed_shifts`."))
    yield from found
    if watched and not found:
        yield passed("Someone is on call by every schedule in the next 36 hours.")
