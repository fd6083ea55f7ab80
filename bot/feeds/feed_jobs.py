"""Polls the feeds of on-call schedules: every five minutes, by one replica, into the copies that schedules read.

A feed that gives nothing usable changes nothing but the note of that.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pydantic import SecretStr

from bot.config.setting_names import FEED_PREFIX as PREFIX
from bot.feeds.calendar_feed import read_calendar
from bot.feeds.feed_fetch import fetch
from bot.feeds.feed_problem import Fault, FeedProblem
from bot.feeds.jsm_oncalls import JsmSite, read_timeline
from bot.feeds.named_turn import NamedTurn, name_finder
from bot.feeds.pagerduty_oncalls import ADDRESS, read_oncalls
from bot.worker.port import Delivered, JobHandler, JobRun, Result
from commands.core.record_service import RecordService
from incident.jobs import JobKind
from roles.person_ids import PersonId
from roles.schedules.feed_copy import FeedCopy, FeedShift
from roles.schedules.feed_renewal import failed, renewed
from roles.schedules.schedule_rules import ScheduleRules
from storage.directory import Directory

_BEHIND: Final = timedelta(days=2)
_AHEAD: Final = timedelta(days=60)
Period = tuple[datetime, datetime]
Find = Callable[[Sequence[str]], PersonId | None]
_log = logging.getLogger(__name__)


def settings_of(rules: ScheduleRules) -> tuple[str, ...]:
    """Return the settings that the feed of a schedule needs."""
    if rules.ical:
        return (rules.ical,)
    if rules.pagerduty:
        return (f"{PREFIX}PAGERDUTY_TOKEN",)
    return tuple(f"{PREFIX}JSM_{one}" for one in ("URL", "USER", "TOKEN")) if rules.jsm else ()


@dataclass(frozen=True)
class FeedJobs:
    """The job that polls the feeds. `addresses` are the settings with addresses and tokens, by name."""

    record: RecordService
    directory: Directory
    addresses: Mapping[str, SecretStr]

    @property
    def handlers(self) -> dict[JobKind, JobHandler]:
        """The handler of the job."""
        return {JobKind.FEEDS: self.poll}

    def poll(self, run: JobRun) -> Result:
        """Poll every feed of the policy and store the copies; those of schedules without a feed are dropped."""
        team, policy = run.job.incident.team, self.record.policy
        before = {one.schedule: one for one in self.record.read(lambda reader: reader.feed_copies(team))}
        find = name_finder(self.directory.all_people(), self.directory.all_contact_methods())
        copies = [
            self._copy(name, rules.time_zone or policy.time_zone, before.get(name), find, run.at)
            for name, rules in policy.schedules.items()
            if rules.has_feed
        ]
        self.record.recorder.transact(lambda unit: unit.store_feeds(team, copies), first=False)
        return Delivered()

    def _copy(self, name: str, zone: str, before: FeedCopy | None, find: Find, at: datetime) -> FeedCopy:
        rules = self.record.policy.schedules[name]
        try:
            turns = self._turns(rules, zone, (at - _BEHIND, at + _AHEAD))
        except FeedProblem as problem:
            if before is None or before.problem != problem.fault:
                _log.warning("the feed of the schedule %s gives nothing usable: %s", name, problem.fault)
            return failed(before, name, problem.fault, at)
        known = [(turn, find(turn.names)) for turn in turns]
        shifts = (
            FeedShift(start=turn.start, end=turn.end, person=person, layer=turn.layer)
            for turn, person in known
            if person is not None
        )
        unmatched = sum(person is None for _, person in known)
        fresh = FeedCopy(
            schedule=name,
            checked_at=at,
            fetched_at=at,
            unmatched=unmatched,
            shifts=tuple(sorted(shifts, key=lambda one: (one.start, one.end, one.person))),
        )
        return renewed(before, fresh)

    def _turns(self, rules: ScheduleRules, zone: str, period: Period) -> tuple[NamedTurn, ...]:
        if rules.ical:
            return read_calendar(fetch(self._secret(rules.ical)), zone, *period)
        if rules.pagerduty:
            url = self._setting("PAGERDUTY_URL") or ADDRESS
            [token] = settings_of(rules)
            return read_oncalls(url, self._secret(token), rules.pagerduty, *period)
        site = JsmSite(*map(self._secret, settings_of(rules)))
        return read_timeline(site, rules.jsm or "", *period)

    def _secret(self, name: str) -> str:
        """Return a setting. Raises FeedProblem where there is none."""
        found = self.addresses.get(name)
        if found is None:
            raise FeedProblem(Fault.NO_ADDRESS)
        return found.get_secret_value()

    def _setting(self, name: str) -> str | None:
        found = self.addresses.get(f"{PREFIX}{name}")
        return found.get_secret_value() if found else None
