"""Puts together what goes on while the database is absent: the spool, the channels without a record, and the draining."""

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
from bot.slack.degraded.provisional_channel import ProvisionalChannel
from bot.slack.degraded.recovery_notices import RecoveryNotices
from bot.slack.degraded.spool_drain import SpoolDrain
from bot.spool.spool import Spool
from commands.core.record_service import RecordService
from storage.errors import Unavailable
from storage.store import Store

LOOK: Final = timedelta(seconds=3)
_log = logging.getLogger(__name__)


class DegradedMode:
    """What goes on without the database. `fallback` is the gateway's part, `draining` brings it all onto the record.

    `overheard` is what was said where no incident is, with the database or without.
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
        self.overheard = RecentMessages(lambda: active.policy.capture_before_minutes)
        self.spool = Spool(folder, slack.team, reached=slack.reached)
        channels = ProvisionalChannel(self.spool, slack, active, texts.renderer)
        self.fallback = DegradedFallback(self.spool, channels, active, texts, clock, submit)
        notices = RecoveryNotices(self.spool, channels, store.recorder, store.drafts, texts.renderer, clock)
        self.draining = SpoolDrain(
            self.spool,
            channels,
            notices,
            RecordService(store.recorder, active, clock),
            self.overheard,
            ready=lambda: _ready(store, watch),
            done=wake,
        )

    def begin(self, *, migrated: bool) -> None:
        """Note whether the database was there at the start."""
        if not migrated:
            self.draining.begin_without_database()

    def recurring(self) -> PeriodicTask:
        """Give what is done again and again."""
        return PeriodicTask("spool", LOOK, self.draining.look)

    def close(self) -> None:
        """Let go of the files."""
        self.spool.close()


def migrated(store: Store) -> bool:
    """Bring the database to our schema; False when it is absent, in which case Muster starts all the same."""
    try:
        store.migrate()
    except Unavailable as absent:
        _log.error("the database is absent (%s): Muster starts without it and keeps on disk what comes", absent.why)
        return False
    return True


def _ready(store: Store, watch: PolicyReloader) -> None:
    store.migrate()
    watch.store_active()
