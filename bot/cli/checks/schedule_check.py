"""Checks that someone is on call by every schedule of the policy for the next day and a half."""

from __future__ import annotations

from collections.abc import Container, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from bot.cli.checks.check_result import CheckResult, note, passed, wrong
from bot.cli.database_access import NotFound, open_database
from bot.config.policy_loader import BrokenPolicy, read_policy
from bot.config.schedule_faults import moved_turns, names_people, period_words
from bot.config.settings import RecordSettings
from bot.feeds.feed_jobs import settings_of
from bot.rendering.renderer import slug_labels
from commands.core.sessions.staffed_policy import staffed
from incident.policy import Policy
from incident.rules.service_contacts import schedule_named
from roles.schedules.shifts import gaps
from storage.errors import StorageError
from storage.store import Store

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
            found.append(note(f"No one is on call for {name} {when}. Name someone in its `people` or `fixed_shifts`."))
    yield from found
    if watched and not found:
        yield passed("Someone is on call for every schedule in the next 36 hours.")


def check_recorded_schedules(
    settings: RecordSettings, policy: Policy, now: datetime, feeds: Container[str] = ()
) -> Iterator[CheckResult]:
    """Yield the same with the covers, takes and swaps that people recorded, where there is a database.

    `feeds` are the settings of feeds that are there.
    """
    in_force, team = policy, ""
    with suppress(NotFound, StorageError, SQLAlchemyError, OSError), open_database(settings) as (store, _):
        team = store.team or ""
        in_force = store.recorder.read(lambda reader: staffed(policy, reader, team))
        yield from _check_turns(store, policy, now)
    yield from check_schedules(in_force, now, team)
    yield from _check_feeds(in_force, feeds)


def _check_turns(store: Store, policy: Policy, now: datetime) -> Iterator[CheckResult]:
    """Yield the edits of the file that would move a shift of now unseen, for which a running Muster does not use it."""
    stored = store.directory.active_policy()
    with suppress(BrokenPolicy):
        before = read_policy(stored[1], now.date(), was_active=True).policy if stored else policy
        for path, message in moved_turns(before, policy, now):
            yield wrong(f"The policy is not used: {' '.join(map(str, path))} {message}.")


def _check_feeds(policy: Policy, given: Container[str]) -> Iterator[CheckResult]:
    """Yield the feeds that lack their setting, that give nothing usable, or that name people whom Muster does not know."""
    for name, rules in policy.schedules.items():
        copy = policy.feed_of(name)
        for setting in (one for one in settings_of(rules) if one not in given):
            yield wrong(
                f"The schedule {name} has a feed, and there is no {setting}. It holds the address or the token."
            )
        if copy is not None and copy.failing_since is not None:
            problem = slug_labels()["feed_problem"].get(copy.problem, copy.problem)
            at = f"{copy.fetched_at:%Y-%m-%d %H:%M} UTC" if copy.fetched_at else None
            counts = (
                f"The copy of {at} counts until it works again." if at else "There is no copy, so its `people` count."
            )
            yield note(f"The feed of {name} {problem} (since {copy.failing_since:%Y-%m-%d %H:%M} UTC). {counts}")
        if copy is not None and copy.unmatched:
            yield note(
                f"The feed of {name} has {copy.unmatched} turns with a name that Muster does not know. Use the names of Slack, "
                "or e-mail addresses that are contact methods."
            )
