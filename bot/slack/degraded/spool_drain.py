"""The drain of the spool: records spooled captures and requests in order, through the entry points that they missed.

Each line has its original idempotency key, so draining it again after a crash changes nothing. Once all is recorded, the
recovery notices are sent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from bot.rendering.message_catalog import refusal_text
from bot.slack.capture.recent_messages import RecentMessages
from bot.slack.client.web_api import UnknownOutcome
from bot.slack.degraded.provisional_channel import RETRY_LATER, ProvisionalChannels
from bot.slack.degraded.recovery_notices import RecoveryNotices
from bot.slack.degraded.spool_records import read_capture, read_request
from bot.slack.error_reports import report_unexpected
from bot.spool.segment import TO_RECORD, SpoolLine
from bot.spool.spool import PendingLine, Spool
from commands.core.record_service import RecordService
from incident.entries.delivery import ChannelMade
from incident.ports import Outcome
from storage.errors import Unavailable

_log = logging.getLogger(__name__)
_CHANNEL: Final = "place"


@dataclass
class SpoolDrain:
    """Drains one spool. `migrate` migrates the database; `on_recorded` is called after lines were recorded."""

    spool: Spool
    channels: ProvisionalChannels
    notices: RecoveryNotices
    record: RecordService
    recent: RecentMessages
    migrate: Callable[[], None]
    on_recorded: Callable[[], None]
    _is_migrated: bool = field(default=True)

    def prepare(self) -> None:
        """Adopt the files of earlier processes and reserve space; an unwritable folder is logged."""
        try:
            self.spool.prepare(self.record.clock.now())
        except OSError as error:
            _log.error(
                "the spool cannot be written, so nothing is acknowledged while the database is absent: %s", error
            )

    def start_without_database(self) -> None:
        """Migrate before the first drain, because the database was absent at the start."""
        self._is_migrated = False

    def holds_declarations(self) -> bool:
        """True while a declaration is spooled or the database is not migrated: no job may run then."""
        return not self._is_migrated or self.spool.count("request") > 0

    def drain(self) -> None:
        """Resume provisional channels; record the spool if the database is available; then send the notices."""
        self.prepare()
        self.channels.resume_all()
        try:
            self._migrate()
            if self._record_all():
                self.notices.send_all()
                self._archive()
        except Unavailable as absent:
            _log.info("%d lines are pending: the database is absent (%s)", self.spool.count(), absent.why)
        except RETRY_LATER as error:
            _log.info("%d lines are pending until Slack responds: %s", self.spool.count(), error)

    def _migrate(self) -> None:
        if not self._is_migrated:
            self.migrate()
            self._is_migrated = True
            self.on_recorded()

    def _record_all(self) -> bool:
        """Record the pending lines in order, and those that arrive during the drain; True when none is left."""
        drained = 0
        while waiting := [one for one in self.spool.pending() if one.kind in TO_RECORD]:
            for one in waiting:
                self._record(one)
                drained += 1
        if drained:
            _log.info("%d spooled lines are recorded", drained)
            self.on_recorded()
        return True

    def _archive(self) -> None:
        if self.spool.archive(self.record.clock.now()):
            _log.info("the spool is empty")

    def _record(self, waiting: PendingLine) -> None:
        line = self.spool.read(waiting)
        if line is None:
            _log.error("a line of the spool cannot be read and is quarantined")
            self.spool.quarantine(waiting, self.record.clock.now())
            return
        report_unexpected(lambda: self._record_pending(waiting, line), lambda error: self._quarantine(waiting, error))

    def _record_pending(self, waiting: PendingLine, line: SpoolLine) -> None:
        try:
            self._record_one(line)
        except RETRY_LATER as error:
            raise Unavailable("slack") from error
        self.spool.mark_done(waiting, self.record.clock.now())

    def _quarantine(self, waiting: PendingLine, error: str) -> None:
        _log.error("a line of the spool cannot be recorded and is quarantined: %s", error)
        self.spool.quarantine(waiting, self.record.clock.now())

    def _record_one(self, line: SpoolLine) -> None:
        now = self.record.clock.now()
        if line.kind == "capture":
            captured = read_capture(line)
            if self.record.capture([captured])[0] is None:
                # A declaration later in the spool may capture it from here.
                self.recent.add(captured, now, waited=max(now - captured.occurred_at, timedelta(0)))
            return
        request = read_request(line, now)
        if line.kind == "mark":
            channel = request.place.channel
            if self.record.read(lambda reader: reader.find(request.team, channel=channel)) is not None:
                self.record.run(request)
            return
        with self.channels.exclusive(line.key) as is_ours:
            if not is_ours:
                raise UnknownOutcome(f"the channel of {line.key} is being made")
            self._declare(line)

    def _declare(self, line: SpoolLine) -> None:
        """Record a declaration with its provisional channel, and spool the notice for that channel."""
        now = self.record.clock.now()
        place = self.channels.opened(line.key)
        made = (
            ChannelMade(channel=place.channel, name=place.name, adopted=True, private=place.private) if place else None
        )
        outcome = self.record.run(read_request(line, now), channel=made)
        if outcome.repeated and made is not None:
            self._adopt(outcome, made)
        self.spool.append(
            SpoolLine(
                kind="tell",
                key=line.key,
                at=now,
                body={
                    "incident": outcome.key.id if outcome.key and not outcome.is_refused else None,
                    "why": refusal_text(outcome) if outcome.is_refused else None,
                    _CHANNEL: {"channel": place.channel, "name": place.name, "ts": place.ts} if place else None,
                    "request": line.body["request"],
                },
            )
        )

    def _adopt(self, outcome: Outcome, made: ChannelMade) -> None:
        """Record the channel of an incident that was committed already: only the response to its commit was lost."""
        key = outcome.key
        incident = self.record.read(lambda reader: reader.peek(key)) if key else None
        if incident is not None and incident.places.channel is None:
            self.record.note(incident.key, [made], f"spool:{made.channel}")
