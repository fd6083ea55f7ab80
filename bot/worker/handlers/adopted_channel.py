"""A channel that was there already becomes an incident channel: joined, then read back, within bounds.

A channel that cannot be read cannot become a record: the incident is void then, and whoever asked is told what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.slack.capture.channel_history import MOST_BACK, HistoryWindow
from bot.slack.client.web_api import SlackError
from bot.worker.handlers.gap_backfill import take_in
from bot.worker.job_context import JobContext
from bot.worker.port import JobRun
from commands.core.run import note_outcome
from incident.entries.delivery import ChannelMade, HistoryTaken
from incident.entries.lifecycle import StateChanged, Voided
from incident.entry import Fact
from incident.states import State

_EVER = datetime.fromtimestamp(0, UTC)


def adopt(run: JobRun, context: JobContext, channel: str) -> Sequence[Fact]:
    """Take the channel over; join it when it is public. Where it cannot be read, void the incident and say so."""
    try:
        found = context.slack.call("conversations.info", channel=channel)["channel"]
        if not found.get("is_member"):
            context.slack.call("conversations.join", channel=channel)
    except SlackError:
        _void(run, context)
        raise
    private = found.get("is_private") is True
    return (ChannelMade(channel=channel, name=str(found.get("name", channel)), adopted=True, private=private),)


def take_history(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Capture what was said in the channel before, the newest first to count where it is too much for one record."""
    reading = HistoryWindow(run.channel, oldest=_EVER, since=_EVER, latest=run.at, most=MOST_BACK)
    messages, read = take_in(run, context, reading)
    return (HistoryTaken(messages=messages, more=not read.is_whole),)


def _void(run: JobRun, context: JobContext) -> None:
    incident = run.incident
    voided = Voided(as_="not_incident", why="unreadable")
    note_outcome(
        incident.key,
        [voided, StateChanged(old=incident.state, new=State.VOID_NOT_INCIDENT)],
        job=f"unreadable:{incident.key.id}",
        recorder=context.recorder,
        policy=context.policy,
        at=run.at,
    )
