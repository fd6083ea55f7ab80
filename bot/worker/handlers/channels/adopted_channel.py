"""Adopts an existing channel as incident channel: joins it, then captures its history within bounds.

A channel that cannot be read cannot be a record: the incident is voided, and the person who declared it is told why.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, Literal

from bot.slack.capture.channel_history import MOST_BACK, HistoryWindow
from bot.slack.client.web_api import SlackError
from bot.worker.handlers.channels.gap_backfill import backfill
from bot.worker.job_context import JobContext
from bot.worker.port import JobRun
from commands.core.rules.adoption import NOT_FOR_ONE_INCIDENT, refusal_to_adopt
from incident.entries.delivery import ChannelMade, HistoryTaken
from incident.entries.lifecycle import StateChanged, Voided
from incident.entry import Fact
from incident.states import State

_BEGINNING: Final = datetime.fromtimestamp(0, UTC)


def adopt(run: JobRun, context: JobContext, channel: str) -> Sequence[Fact]:
    """Adopt a channel, joining it if it is public.

    If Slack refuses, or the channel serves more than one incident, void the incident and raise SlackError.
    """
    try:
        found = context.slack.call("conversations.info", channel=channel)["channel"]
        general = found.get("is_general") is True
        if refusal_to_adopt(context.policy, channel, found.get("name"), is_general=general):
            raise SlackError("conversations.info", NOT_FOR_ONE_INCIDENT, {})
        if not found.get("is_member"):
            context.slack.call("conversations.join", channel=channel)
    except SlackError as error:
        _void(run, context, "shared" if error.error == NOT_FOR_ONE_INCIDENT else "unreadable")
        raise
    private = found.get("is_private") is True
    return (ChannelMade(channel=channel, name=str(found.get("name", channel)), adopted=True, private=private),)


def capture_history(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Capture the messages posted before the adoption: the newest ones, if there are too many for one record."""
    window = HistoryWindow(run.channel, oldest=_BEGINNING, since=_BEGINNING, latest=run.at, most=MOST_BACK)
    messages, read = backfill(run, context, window)
    return (HistoryTaken(messages=messages, more=not read.is_whole),)


def _void(run: JobRun, context: JobContext, why: Literal["shared", "unreadable"]) -> None:
    incident = run.incident
    voided = Voided(as_="not_incident", why=why)
    change = StateChanged(old=incident.state, new=State.VOID_NOT_INCIDENT)
    context.record.note(incident.key, [voided, change], f"unreadable:{incident.key.id}", happened_at=run.at)
