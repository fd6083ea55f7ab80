"""Jobs that an event asks for directly: a person's Home tab, checks of their incidents, the backfill of a channel. Records nothing."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.slack.error_reports import not_recorded, report_unexpected
from bot.slack.interaction import Interaction
from commands.core.record_service import RecordService
from incident.effects.affected_surfaces import backfill_job, home_refreshes
from incident.effects.job_keys import timer_job
from incident.ports import Recorder, UnitOfWork
from roles.person_ids import PersonId
from storage.errors import Unavailable

_MOST_OF_A_PERSON: Final = 100


def check_incidents_of(people: Sequence[PersonId], recorder: Recorder, team: str, at: datetime) -> None:
    """Enqueue a check of the open incidents that concern these people. Raises Unavailable."""

    def work(unit: UnitOfWork) -> None:
        found = (one for who in people for one in unit.own_incidents(team, who, limit=_MOST_OF_A_PERSON))
        unit.enqueue([timer_job(key, at) for key in dict.fromkeys(one.key for one in found)], at)

    recorder.transact(work, first=False)


@dataclass(frozen=True)
class JobRequests:
    """Enqueues jobs for one team. While the database is absent it does nothing."""

    record: RecordService
    team: str

    def refresh_home(self, interaction: Interaction) -> None:
        """Enqueue the Home tab of a person."""
        jobs = home_refreshes(self.team, (interaction.person,))
        with suppress(Unavailable):
            report_unexpected(
                lambda: self.record.recorder.transact(lambda unit: unit.enqueue(jobs, interaction.at), first=False),
                not_recorded,
            )

    def check_incidents_of(self, people: Sequence[PersonId], at: datetime) -> None:
        """Enqueue a check of the open incidents of people whose accounts changed: what they were asked may go on to others."""
        if people:
            with suppress(Unavailable):
                check_incidents_of(people, self.record.recorder, self.team, at)

    def backfill(self, channel: str, at: datetime, after: timedelta) -> None:
        """Enqueue the backfill of an incident channel that Muster was removed from or added to; the job rejoins it."""

        def work(unit: UnitOfWork) -> None:
            key = unit.find(self.team, channel=channel)
            incident = unit.peek(key) if key else None
            # No card yet: this is Muster's own join while it creates the channel.
            if incident is not None and incident.places.card_ts is not None and not incident.is_over:
                unit.enqueue([backfill_job(incident, at=at + after)], at)

        with suppress(Unavailable):
            report_unexpected(lambda: self.record.recorder.transact(work, first=False), not_recorded)
