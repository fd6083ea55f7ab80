"""A prompt in Slack, brought to what is so: posted while it is open, edited once it is answered. Knows where it stands."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Final

from bot.slack.client.web_api import SlackError
from bot.slack.surfaces.prompt_message import PromptContext, prompt
from bot.slack.surfaces.template_message import Message
from bot.worker.handlers.channel_posts import LATE
from bot.worker.handlers.direct_messages import sent_as, sent_everywhere
from bot.worker.handlers.message_sender import delete, direct_channel, edit, post
from bot.worker.job_context import JobContext, JobRun, entries_of
from incident.deadlines import due_deadlines
from incident.deadlines.due_deadlines import PromptState
from incident.deadlines.response_deadlines import groups_that_may_redact
from incident.entries.delivery import DeliveryFailed, PromptDue, PromptSent
from incident.entry import Entry, Fact
from incident.medium import Medium, slack_message, slack_ref
from incident.rules.closure_checklist import checklist
from incident.rules.visibility import may_see
from incident.states import Priority
from roles.person_ids import PersonId, slack_person

_log = logging.getLogger(__name__)
_LOUD: Final = frozenset({Priority.P1, Priority.P2})
# Anybody may take these up, so they are asked where everybody is.
_EVERYBODYS: Final = frozenset({"acknowledge", "commander", "closure", "call"})
# What is masked is nobody else's business, so each of those who may decide is asked alone.
_EACH: Final = "mask"
_UNASKED: Final = "mask_decision"


def ask(task: JobRun, means: JobContext) -> Sequence[Fact]:
    """Post a prompt once, as long as it is open; afterwards keep what it says true."""
    entry = entries_of(task, means)[0]
    if not isinstance(entry.fact, PromptDue):
        raise LookupError(f"job {task.job.key} names an entry that is no prompt")
    sent, fact = sent_as(task, means, entry.n), entry.fact
    if sent is None and task.at - entry.recorded_at > LATE:
        # It was due in time, and Slack or an outage kept it back.
        fact = fact.model_copy(update={"late": True})
    if fact.ask == _EACH:
        return _ask_each(task, means, entry, fact)
    context = _context(task, means, fact, entry.n)
    message = prompt(context, means.renderer)
    if sent is not None:
        _bring_up_to_date(task, means, slack_message(sent.ref), message)
        return ()
    channel = _channel(task, means, context)
    if context.stand is PromptState.OPEN and message is not None:
        ts = post(task, means, channel, message, since=entry.recorded_at)
        return (PromptSent(prompt=entry.n, medium=Medium.SLACK, ref=slack_ref(channel, ts)),)
    # It is answered already; only what an earlier try may have posted needs a hand.
    known = None if task.is_first else means.settle.message(means.slack, channel, task.job.key, entry.recorded_at)
    if known is None:
        return ()
    _bring_up_to_date(task, means, (channel, known), message)
    return (PromptSent(prompt=entry.n, medium=Medium.SLACK, ref=slack_ref(channel, known)),)


def _ask_each(task: JobRun, means: JobContext, entry: Entry, fact: PromptDue) -> Sequence[Fact]:
    """Ask each of those who may decide by direct message; say so in the channel where nobody could be asked."""
    context = _context(task, means, fact, entry.n)
    message = prompt(context, means.renderer)
    sent = sent_everywhere(task, means, entry.n)
    for one in sent:
        _bring_up_to_date(task, means, slack_message(one.ref), message)
    if sent or message is None or context.stand is not PromptState.OPEN:
        return ()
    asked = [told for person in _each(task, means, fact) if (told := _ask_one(task, means, person, message, entry))]
    return asked or (DeliveryFailed(medium=Medium.SLACK, what=_UNASKED, error="nobody_may_redact"),)


def _each(task: JobRun, means: JobContext, fact: PromptDue) -> Iterator[PersonId]:
    """Name whom the entry asks, then the members of the user groups that may decide; none who may not see the incident."""
    users = [user for group in groups_that_may_redact(means.policy) for user in _members(means, group)]
    people = dict.fromkeys((*fact.asked, *(slack_person(task.open.key.team, user) for user in users)))
    return (person for person in people if may_see(task.open, person))


def _members(means: JobContext, group: str) -> Sequence[str]:
    """Ask Slack who is in a user group; of one it does not show us, nobody."""
    try:
        users: Sequence[str] = means.slack.call("usergroups.users.list", usergroup=group)["users"]
    except SlackError as no:
        _log.warning("who is in user group %s is not known: %s", group, no)
        return ()
    return users


def _ask_one(task: JobRun, means: JobContext, person: PersonId, message: Message, entry: Entry) -> PromptSent | None:
    try:
        channel = direct_channel(means, person)
        ts = post(task, means, channel, message, since=entry.recorded_at) if channel else ""
    except SlackError:
        # Somebody who left or takes no messages is no reason to ask nobody.
        return None
    return PromptSent(prompt=entry.n, medium=Medium.SLACK, ref=slack_ref(channel, ts)) if channel else None


def _bring_up_to_date(task: JobRun, means: JobContext, where: tuple[str, str], message: Message | None) -> None:
    if message is None:
        delete(means, *where)
    else:
        edit(task, means, *where, message)


def _context(task: JobRun, means: JobContext, fact: PromptDue, n: int) -> PromptContext:
    incident = task.open
    until = next((p.until for p in incident.prompted if p.n == n), None)
    return PromptContext(
        i=incident,
        prompt=fact,
        thing=due_deadlines.find(incident, means.policy, fact.due),
        stand=due_deadlines.state_of(incident, means.policy, fact.due, n),
        now=task.at,
        later_minutes=means.policy.prompt_put_off_minutes,
        items=checklist(incident, means.policy) if fact.ask == "closure" else (),
        source=_source(task, means, fact),
        until=until,
    )


def _source(task: JobRun, means: JobContext, fact: PromptDue) -> Fact | None:
    """Give the fact behind a prompt that quotes it: the note of an offer, the reason for a mask."""
    if fact.ask not in {"handover", _EACH}:
        return None
    n = int(fact.due.rpartition(":")[2])
    entries = means.recorder.read(lambda reader: reader.entries(task.job.incident, after=n - 1, until=n))
    return entries[0].fact if entries else None


def _channel(task: JobRun, means: JobContext, context: PromptContext) -> str:
    """Choose the place: everybody's channel when it is overdue or matters much, otherwise the one who is asked."""
    loud = context.i.priority in _LOUD or context.is_overdue or context.prompt.ask in _EVERYBODYS
    if loud or len(context.asked) != 1 or not may_see(context.i, context.asked[0]):
        return task.channel
    return direct_channel(means, context.asked[0]) or task.channel
