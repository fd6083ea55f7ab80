"""Jobs that an event asks for directly: the Home tab of a person, and the backfill of a channel. No entry is recorded."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.slack.error_reports import not_recorded, report_unexpected
from bot.slack.interaction import Interaction
from commands.core.record_service import RecordService
from incident.effects.affected_surfaces import backfill_job, home_refreshes
from incident.ports import UnitOfWork
from storage.errors import Unavailable


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
