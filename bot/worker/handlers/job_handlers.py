"""One function per kind of job: the job in, Slack called, facts of what came of it out. Retrying is the worker's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.worker.handlers import (
    adopted_channel,
    channel_posts,
    direct_messages,
    gap_backfill,
    incident_channel,
    pre_declaration_capture,
    prompt_delivery,
    slack_redaction,
    surface_refresh,
)
from bot.worker.job_context import SlackHandler
from incident.jobs import JobKind

HANDLERS: Final[Mapping[JobKind, SlackHandler]] = {
    JobKind.MAKE_CHANNEL: incident_channel.make_channel,
    JobKind.MEMBERS: incident_channel.invite,
    JobKind.CARD: surface_refresh.show_card,
    JobKind.PIN_CARD: surface_refresh.pin_card,
    JobKind.TOPIC: surface_refresh.set_topic,
    JobKind.BOOKMARKS: surface_refresh.add_bookmarks,
    JobKind.ANNOUNCE: surface_refresh.announce,
    JobKind.HOME: surface_refresh.show_home,
    JobKind.SAY: channel_posts.say,
    JobKind.UPDATE: channel_posts.update,
    JobKind.UPDATE_HERE: channel_posts.update_here,
    JobKind.PROMPT: prompt_delivery.ask,
    JobKind.PAGE: direct_messages.call,
    JobKind.DUTIES: direct_messages.duties,
    JobKind.READ_IN: direct_messages.read_in,
    JobKind.NO_CHANNEL: direct_messages.no_channel,
    JobKind.MASK: slack_redaction.redact_posted,
    JobKind.RECONCILE: gap_backfill.backfill_gap,
    JobKind.ADOPT: adopted_channel.take_history,
    JobKind.BEFORE: pre_declaration_capture.capture_before_declaration,
}
