"""Degraded mode: how Muster works while the database is absent. Builds spool, fallback, provisional channels and drain."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

from bot.config.policy_reloader import PolicyReloader
from bot.requests.reply import Texts
from bot.scheduler import PeriodicTask
from bot.slack.capture.recent_messages import RecentMessages
from bot.slack.client.web_api import SlackClient
from bot.slack.degraded.fallback import DegradedFallback
from bot.slack.degraded.provisional_channel import ProvisionalChannels
from bot.slack.degraded.recovery_notices import RecoveryNotices
from bot.slack.degraded.spool_drain import SpoolDrain
from bot.spool.spool import Spool
from commands.core.record_service import RecordService
from storage.errors import Unavailable
from storage.store import Store

LOOK: Final = timedelta(seconds=3)
_log = logging.getLogger(__name__)


class DegradedMode:
    """The parts of degraded mode. The gateway uses `fallback`; `spool_drain` records the spool once the database is back.

    `recent` holds messages of channels without an incident, with the database or without.
    """

    def __init__(
        self,
        folder: Path,
        store: Store,
        slack: SlackClient,
        watch: PolicyReloader,
        texts: Texts,
        *,
        submit: Callable[[Callable[[], None]], None],
        wake: Callable[[], None],
    ) -> None:
        clock, active = slack.clock, watch.active
        self.recent = RecentMessages(lambda: active.policy.capture_before_minutes)
        self.spool = Spool(folder, slack.team, reached=slack.reached)
        channels = ProvisionalChannels(self.spool, slack, active, texts.renderer)
        self.fallback = DegradedFallback(self.spool, channels, active, texts, clock, submit)
        notices = RecoveryNotices(self.spool, channels, store.recorder, store.drafts, texts.renderer, clock)
        self.spool_drain = SpoolDrain(
            self.spool,
            channels,
            notices,
            RecordService(store.recorder, active, clock),
            self.recent,
            migrate=lambda: _migrate(store, watch),
            on_recorded=wake,
        )

    def start(self, *, migrated: bool) -> None:
        """Start the drain; without a migrated database it migrates first."""
        if not migrated:
            self.spool_drain.start_without_database()

    def periodic_task(self) -> PeriodicTask:
        """Return the task that drains the spool."""
        return PeriodicTask("spool", LOOK, self.spool_drain.drain)

    def close(self) -> None:
        """Release the files of the spool."""
        self.spool.close()


def migrate_if_available(store: Store) -> bool:
    """Migrate the database; False while it is absent, in which case Muster starts all the same."""
    try:
        store.migrate()
    except Unavailable as absent:
        _log.error("the database is absent (%s): Muster starts without it and spools what it receives", absent.why)
        return False
    return True


def _migrate(store: Store, watch: PolicyReloader) -> None:
    store.migrate()
    watch.store_active()
