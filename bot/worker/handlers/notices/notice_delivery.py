"""Direct messages to people who subscribed: a notice of one incident, or the digest of all.

Whether a notice still holds, and whether its person may read it, is asked when it is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.slack.blocks.block_elements import rows, sections
from bot.slack.payload import Json
from bot.slack.surfaces.digest_message import digest_context, digest_message
from bot.slack.surfaces.template_message import Message, context_line, read_buttons
from bot.worker.handlers.message_sender import direct_channel, post
from bot.worker.job_context import JobContext
from bot.worker.port import JobRun
from incident.effects.subscriber_notices import is_current, is_reached
from incident.entries.classification import PriorityChanged
from incident.entries.lifecycle import StateChanged
from incident.entry import Entry, Fact
from incident.model.incident import Incident
from incident.model.subscription import Subscription
from incident.ports import Reader
from incident.rules.visibility import may_see
from roles.person_ids import PersonId

_TEMPLATE: Final = "slack/surfaces/notice.j2"
_CHANGES: Final = (StateChanged.kind, PriorityChanged.kind)


@dataclass(frozen=True)
class NoticeContext:
    """What the template of a notice sees: the incident, the news and its entry, the impact in words, and the choice `s`."""

    i: Incident
    news: str
    entry: Entry
    impact: str
    s: Subscription
    now: datetime


def send_notice(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Send a person the notice of one change, unless it does not hold any more or they read of it otherwise."""
    read = context.recorder.read(lambda reader: _read(run, reader))
    channel = direct_channel(context, run.person) if read else None
    if read is None or channel is None:
        return ()
    chosen, entry = read
    incident = run.incident
    impact = context.policy.impact.get(incident.priorities[-1].impact, "") if incident.priorities else ""
    view = NoticeContext(incident, run.job.template or "", entry, impact, chosen, run.at)
    lead, more = (context.renderer.macro(_TEMPLATE, name, view) for name in ("lead", "more"))
    post(run, context, channel, Message(lead, [*sections(lead), *sections(more), *_ways_out(context, chosen)]))
    return ()


def send_digest(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Send a person who chose it the digest of the job's day or week."""
    team, since, due = run.job.incident.team, run.job.since, run.job.until
    chosen = context.recorder.read(lambda reader: _subscription(reader, team, run.person))
    if chosen is None or not chosen.digest or since is None or due is None:
        return ()
    found = context.recorder.read(lambda reader: digest_context(reader, team, context.policy, since, run.at))
    message, channel = digest_message(found, context.renderer), direct_channel(context, run.person)
    if channel is not None:
        post(run, context, channel, Message(message.text, [*message.blocks, *_ways_out(context, chosen)]), since=due)
    return ()


def _read(run: JobRun, reader: Reader) -> tuple[Subscription, Entry] | None:
    """Return the person's choice and the entry of the notice; None if it is not to be sent."""
    incident, n = run.incident, run.job.entry or 1
    chosen = _subscription(reader, run.job.incident.team, run.person)
    if chosen is None or not may_see(incident, run.person) or is_reached(incident, run.person):
        return None
    [entry] = reader.entries(run.job.incident, after=n - 1, until=n)
    later = reader.entries(run.job.incident, kinds=_CHANGES, after=n)
    return (chosen, entry) if is_current(run.job, incident, chosen, later) else None


def _subscription(reader: Reader, team: str, person: PersonId) -> Subscription | None:
    """Return what a person subscribes to; None for who is deactivated, a guest or a bot by now."""
    known = reader.person(person)
    is_gone = known is not None and (not known.is_active or known.is_guest or known.is_bot)
    return None if is_gone else next(iter(reader.subscriptions(team, person)), None)


def _ways_out(context: JobContext, chosen: Subscription) -> list[Json]:
    """Return why the person gets this, and the button that changes it."""
    why = context_line(context.renderer.macro(_TEMPLATE, "why", chosen))
    return [*why, *rows(read_buttons(context.renderer.macro(_TEMPLATE, "buttons", chosen), None))]
