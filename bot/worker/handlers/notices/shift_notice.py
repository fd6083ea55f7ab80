"""Writes to a person when their shift starts or ends, unless they switched that off or the shift has changed since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.slack.blocks.block_elements import sections
from bot.slack.client.web_api import SlackError
from bot.slack.surfaces.template_message import Message, context_line
from bot.worker.handlers.message_sender import direct_channel, post
from bot.worker.job_context import JobContext
from bot.worker.port import JobRun
from incident.entries.delivery import DeliveryFailed
from incident.entry import Fact
from incident.jobs import JobKind
from incident.medium import Medium
from incident.ports import Reader
from incident.rules.responders.attendance import unavailability
from incident.rules.responders.shift_handovers import ShiftHandover, handovers
from roles.person_ids import PersonId

_TEMPLATE: Final = "slack/surfaces/shift_notice.j2"
_LATEST: Final = timedelta(minutes=30)
_BEFORE: Final = timedelta(seconds=1)


@dataclass(frozen=True)
class ShiftNoticeContext:
    """What the template sees: the hand-overs by which a shift of the person starts, each with its end, and those that end one."""

    started: tuple[tuple[ShiftHandover, datetime | None], ...]
    ended: tuple[ShiftHandover, ...]


def send_shift_notice(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Send one message about all shifts of the person that start or end at the job's time; none half an hour late."""
    at, person = run.job.since, run.person
    if at is None or run.at - at > _LATEST:
        return ()
    policy, team = context.staffed_policy, run.job.incident.team
    found = [one for one in handovers(policy, team, at - _BEFORE, at) if person in one.people]
    if not found or not context.recorder.read(lambda reader: _is_sent_to(reader, team, person)):
        return ()
    view = ShiftNoticeContext(
        started=tuple((one, one.end_for(person)) for one in found if person in one.after),
        ended=tuple(one for one in found if person in one.before),
    )
    try:
        channel = direct_channel(context, person)
        if channel is not None:
            post(run, context, channel, _message(context, view), since=at)
    except SlackError as error:
        return (DeliveryFailed(medium=Medium.SLACK, what=JobKind.SHIFT_NOTICE, who=person, error=error.error),)
    return ()


def _message(context: JobContext, view: ShiftNoticeContext) -> Message:
    lead = context.renderer.macro(_TEMPLATE, "lead", view)
    return Message(lead, [*sections(lead), *context_line(context.renderer.macro(_TEMPLATE, "why", view))])


def _is_sent_to(reader: Reader, team: str, person: PersonId) -> bool:
    return unavailability(reader.person(person)) is None and reader.has_shift_notices(team, person)
