"""Checks that someone is on call by every schedule of the policy for the next day and a half."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from bot.cli.checks.check_result import CheckResult, note, passed
from bot.cli.database_access import NotFound, open_database
from bot.config.schedule_faults import names_people, period_words
from bot.config.settings import RecordSettings
from commands.core.sessions.staffed_policy import staffed
from incident.policy import Policy
from incident.rules.service_contacts import schedule_named
from roles.schedules.shifts import gaps
from storage.errors import StorageError

AHEAD: Final = timedelta(hours=36)


def check_schedules(policy: Policy, now: datetime, team: str = "") -> Iterator[CheckResult]:
    """Yield the gaps of the next 36 hours of each schedule that is to have none."""
    found = []
    watched = {
        name: rules for name, rules in policy.schedules.items() if rules.around_the_clock and names_people(rules)
    }
    for name, rules in watched.items():
        schedule = schedule_named(name, policy, team)
        for gap in gaps(schedule, now, now + AHEAD) if schedule else ():
            when = period_words([gap], rules.time_zone or policy.time_zone)
            found.append(note(f"No one is on call by {name} {when}. Name someone in its `people` or `fixed_shifts`."))
    yield from found
    if watched and not found:
        yield passed("Someone is on call by every schedule in the next 36 hours.")


def check_recorded_schedules(settings: RecordSettings, policy: Policy, now: datetime) -> Iterator[CheckResult]:
    """Yield the same with the covers, takes and swaps that people recorded, where there is a database."""
    in_force, team = policy, ""
    with suppress(NotFound, StorageError, SQLAlchemyError, OSError), open_database(settings) as (store, _):
        team = store.team or ""
        in_force = store.recorder.read(lambda reader: staffed(policy, reader, team))
    yield from check_schedules(in_force, now, team)
