"""Brings onto the record what was kept on disk while the database was absent, in order, through the doors it missed.

Everything has the key under which it would have come, so that whoever drains it again after a crash changes nothing.
Once the record is complete, the channels that waited for it are told, and people get back what they typed.
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
from bot.slack.degraded.provisional_channel import LATER, ProvisionalChannel
from bot.slack.degraded.recovery_notices import RecoveryNotices
from bot.slack.degraded.spool_records import read_capture, read_request
from bot.slack.error_reports import report_unexpected
from bot.spool.segment import FOR_THE_RECORD, SpoolLine
from bot.spool.spool import Spool, SpooledRecord
from commands.core.record_service import RecordService
from incident.entries.delivery import ChannelMade
from incident.ports import Outcome
from storage.errors import Unavailable

_log = logging.getLogger(__name__)
MADE: Final = "place"


@dataclass
class SpoolDrain:
    """Drains one spool. `ready` brings the database to our schema, and `done` is called when something was recorded."""

    spool: Spool
    unrecorded: ProvisionalChannel
    telling: RecoveryNotices
    record: RecordService
    overheard: RecentMessages
    ready: Callable[[], None]
    done: Callable[[], None]
    _is_ready: bool = field(default=True)

    def prepare(self) -> None:
        """Take over what an earlier process left, and make room; where nothing can be written, the log says so."""
        try:
            self.spool.prepare(self.record.clock.now())
        except OSError as trouble:
            _log.error("the spool cannot be written, so nothing is kept while the database is absent: %s", trouble)

    def begin_without_database(self) -> None:
        """Note that the schema is not looked at yet, since the database was absent at the start."""
        self._is_ready = False

    def holds_declarations(self) -> bool:
        """Tell whether an incident waits for the record, or the record for its schema: then no job is begun."""
        return not self._is_ready or self.spool.count("request") > 0

    def look(self) -> None:
        """Go on with the channels that are being made; record what waits, if the database takes it; tell who waits."""
        self.prepare()
        self.unrecorded.carry_on()
        try:
            self._get_ready()
            if self._record_all():
                self.telling.tell_all()
                self._finish()
        except Unavailable as absent:
            _log.info("%d lines wait: the database is absent (%s)", self.spool.count(), absent.why)
        except LATER as trouble:
            _log.info("%d lines wait for Slack: %s", self.spool.count(), trouble)

    def _get_ready(self) -> None:
        if not self._is_ready:
            self.ready()
            self._is_ready = True
            self.done()

    def _record_all(self) -> bool:
        """Record what waits, and what comes meanwhile, in order; True when nothing is left."""
        drained = 0
        while waiting := [one for one in self.spool.waiting() if one.kind in FOR_THE_RECORD]:
            for one in waiting:
                self._record(one)
                drained += 1
        if drained:
            _log.info("%d lines that were kept on disk are on the record now", drained)
            self.done()
        return True

    def _finish(self) -> None:
        if self.spool.finish(self.record.clock.now()):
            _log.info("the spool is empty")

    def _record(self, waiting: SpooledRecord) -> None:
        line = self.spool.read(waiting)
        if line is None:
            _log.error("a line of the spool cannot be read and is put aside")
            self.spool.set_aside(waiting, self.record.clock.now())
            return
        report_unexpected(lambda: self._do(waiting, line), lambda trouble: self._put_aside(waiting, trouble))

    def _do(self, waiting: SpooledRecord, line: SpoolLine) -> None:
        try:
            self._record_one(line)
        except LATER as trouble:
            raise Unavailable("slack") from trouble
        self.spool.done(waiting, self.record.clock.now())

    def _put_aside(self, waiting: SpooledRecord, trouble: str) -> None:
        _log.error("a line of the spool cannot be recorded and is put aside: %s", trouble)
        self.spool.set_aside(waiting, self.record.clock.now())

    def _record_one(self, line: SpoolLine) -> None:
        now = self.record.clock.now()
        if line.kind == "capture":
            said = read_capture(line)
            if self.record.capture([said])[0] is None:
                # A declaration further down in the spool may take it over.
                self.overheard.add(said, now, waited=max(now - said.occurred_at, timedelta(0)))
            return
        request = read_request(line, now)
        if line.kind == "mark":
            channel = request.place.channel
            if self.record.read(lambda reader: reader.find(request.team, channel=channel)) is not None:
                self.record.run(request)
            return
        with self.unrecorded.holding(line.key) as is_ours:
            if not is_ours:
                raise UnknownOutcome(f"the channel of {line.key} is being made")
            self._declare(line)

    def _declare(self, line: SpoolLine) -> None:
        """Record a declaration with the channel it has already; whoever waits there is told once all is recorded."""
        now = self.record.clock.now()
        place = self.unrecorded.place(line.key)
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
                    MADE: {"channel": place.channel, "name": place.name, "ts": place.ts} if place else None,
                    "request": line.body["request"],
                },
            )
        )

    def _adopt(self, outcome: Outcome, made: ChannelMade) -> None:
        """Give an incident its channel which was on the record already, since only the answer to its commit was lost."""
        key = outcome.key
        incident = self.record.read(lambda reader: reader.peek(key)) if key else None
        if incident is not None and incident.places.channel is None:
            self.record.note(incident.key, [made], f"spool:{made.channel}")
