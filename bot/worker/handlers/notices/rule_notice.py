"""Writes to the people whom a rule of the policy notifies, with a button that confirms it, and edits that once it is confirmed.

The message names no text of a person, so nothing in it has to be hidden later. Of a restricted incident it has the number only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.slack.client.web_api import SlackError
from bot.slack.surfaces.template_message import Message, template_message
from bot.worker.handlers.message_sender import direct_channel, edit, post
from bot.worker.handlers.prompt_delivery import members_of
from bot.worker.job_context import JobContext
from bot.worker.port import JobRun
from incident.entries.delivery import NoticeDelivered
from incident.entry import Fact
from incident.medium import Medium, slack_message, slack_ref
from incident.model.incident import Incident
from incident.model.response.policy_notice import Notice, NoticeReceipt
from incident.rules.responders.attendance import can_be_asked
from incident.rules.visibility import may_see
from roles.person_ids import PersonId, slack_person

TEMPLATE: Final = "slack/surfaces/rule_notice.j2"


@dataclass(frozen=True)
class RuleNoticeContext:
    """What the template sees: the notice to one person, their receipt, and whether they may read more than the number."""

    i: Incident
    notice: Notice
    receipt: NoticeReceipt | None
    is_hidden: bool
    now: datetime


def notice_of(run: JobRun) -> Notice | None:
    """Return the notice of the job's entry, None where it is gone."""
    return next((one for one in run.incident.notices if one.n == run.job.entry), None)


def send_rule_notice(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Send the notice to the job's person, or to the members of its user group; a later run edits what was sent."""
    notice = notice_of(run)
    if notice is None:
        return ()
    people = (run.job.person,) if run.job.person else _members(run, context)
    return [fact for person in people for fact in _write(run, context, notice, person)]


def _members(run: JobRun, context: JobContext) -> Sequence[PersonId]:
    group, team = run.job.template or "", run.incident.key.team
    return [slack_person(team, user) for user in members_of(context, group)]


def _write(run: JobRun, context: JobContext, notice: Notice, person: PersonId) -> Sequence[Fact]:
    message, sent = _message(run, context, notice, person), notice.reached(person, Medium.SLACK)
    if sent is not None and sent.ref is not None:
        edit(run, context, *slack_message(sent.ref), message)
        return ()
    if run.incident.is_over or not can_be_asked(run.incident, person):
        return (_delivered(notice, person, error="not_reached"),) if not run.incident.is_over else ()
    try:
        channel = direct_channel(context, person)
        if channel is None:
            return (_delivered(notice, person, error="not_in_slack"),)
        ts = post(run, context, channel, message, since=notice.at)
    except SlackError as error:
        return (_delivered(notice, person, error=error.error),)
    return (_delivered(notice, person, ref=slack_ref(channel, ts)),)


def _message(run: JobRun, context: JobContext, notice: Notice, person: PersonId) -> Message:
    receipt = next((one for one in notice.receipts if one.who == person), None)
    view = RuleNoticeContext(run.incident, notice, receipt, is_hidden=not may_see(run.incident, person), now=run.at)
    return template_message(context.renderer, TEMPLATE, view, run.incident)


def _delivered(notice: Notice, who: PersonId, *, ref: str | None = None, error: str | None = None) -> NoticeDelivered:
    return NoticeDelivered(notified=notice.n, who=who, medium=Medium.SLACK, ref=ref, error=error)
