"""The inbox of captures: messages, edits, deletions, joins and leaves, recorded in batches before they are acknowledged."""

from __future__ import annotations

from dataclasses import dataclass

from bot.requests.request_path import retry_once
from bot.slack.capture.batcher import Batcher
from bot.slack.capture.recent_messages import RecentMessages
from bot.slack.degraded.fallback import DegradedFallback
from bot.slack.error_reports import log_with_id, not_recorded, report_unexpected
from commands.core.capture import Capture
from commands.core.record_service import RecordService
from incident.ports import Outcome
from storage.errors import Unavailable


@dataclass(frozen=True)
class CaptureInbox:
    """Records captures, spools them while the database is absent, and remembers those of channels without an incident."""

    record: RecordService
    recent: RecentMessages
    batcher: Batcher[Capture, Outcome | None]
    fallback: DegradedFallback | None = None

    def add(self, one: Capture) -> None:
        """Record a capture, or remember it. Raises NotRecorded when it could be neither committed nor spooled."""
        if self.fallback is not None and self.fallback.spool_if_backlogged(one):
            return
        try:
            outcome = report_unexpected(
                lambda: retry_once(lambda: self.batcher.record(one, self.record.capture)), not_recorded
            )
            if outcome is None:
                self.recent.add(one, self.record.clock.now())
        except Unavailable as unavailable:
            if self.fallback is None:
                not_recorded(log_with_id(unavailable))
            self.fallback.spool_capture(one)
