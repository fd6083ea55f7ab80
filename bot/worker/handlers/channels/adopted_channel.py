"""Adopts an existing channel as incident channel: joins it, then captures its history within bounds.

A channel that cannot be read cannot be a record: the incident is voided, and the person who declared it is told why.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from bot.slack.capture.channel_history import MOST_BACK, HistoryWindow
from bot.slack.client.web_api import SlackError
from bot.worker.handlers.channels.gap_backfill import backfill
from bot.worker.job_context import JobContext
from bot.worker.port import JobRun
from incident.entries.delivery import ChannelMade, HistoryTaken
from incident.entries.lifecycle import StateChanged, Voided
from incident.entry import Fact
from incident.states import State

_BEGINNING: Final = datetime.fromtimestamp(0, UTC)


def adopt(run: JobRun, context: JobContext, channel: str) -> Sequence[Fact]:
    """Adopt a channel, joining it if it is public. If Slack refuses, void the incident and raise SlackError."""
    try:
        found = context.slack.call("conversations.info", channel=channel)["channel"]
        if not found.get("is_member"):
            context.slack.call("conversations.join", channel=channel)
    except SlackError:
        _void(run, context)
        raise
    private = found.get("is_private") is True
    return (ChannelMade(channel=channel, name=str(found.get("name", channel)), adopted=True, private=private),)


def capture_history(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Capture the messages posted before the adoption: the newest ones, if there are too many for one record."""
    window = HistoryWindow(run.channel, oldest=_BEGINNING, since=_BEGINNING, latest=run.at, most=MOST_BACK)
    messages, read = backfill(run, context, window)
    return (HistoryTaken(messages=messages, more=not read.is_whole),)


def _void(run: JobRun, context: JobContext) -> None:
    incident = run.incident
    voided = Voided(as_="not_incident", why="unreadable")
    change = StateChanged(old=incident.state, new=State.VOID_NOT_INCIDENT)
    context.record.note(incident.key, [voided, change], f"unreadable:{incident.key.id}", happened_at=run.at)
