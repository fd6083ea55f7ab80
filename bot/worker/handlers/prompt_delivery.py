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
from bot.worker.job_context import JobContext, entries_of
from bot.worker.port import JobRun
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


def ask(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Post a prompt once, as long as it is open; afterwards keep what it says true."""
    entry = entries_of(run, context)[0]
    if not isinstance(entry.fact, PromptDue):
        raise LookupError(f"job {run.job.key} names an entry that is no prompt")
    sent, fact = sent_as(run, context, entry.n), entry.fact
    if sent is None and run.at - entry.recorded_at > LATE:
        # It was due in time, and Slack or an outage kept it back.
        fact = fact.model_copy(update={"late": True})
    if fact.ask == _EACH:
        return _ask_each(run, context, entry, fact)
    view = _context(run, context, fact, entry.n)
    message = prompt(view, context.renderer)
    if sent is not None:
        _bring_up_to_date(run, context, slack_message(sent.ref), message)
        return ()
    channel = _channel(run, context, view)
    if view.stand is PromptState.OPEN and message is not None:
        ts = post(run, context, channel, message, since=entry.recorded_at)
        return (PromptSent(prompt=entry.n, medium=Medium.SLACK, ref=slack_ref(channel, ts)),)
    # It is answered already; only what an earlier try may have posted needs a hand.
    known = (
        None if run.is_first else context.sent_lookup.message(context.slack, channel, run.job.key, entry.recorded_at)
    )
    if known is None:
        return ()
    _bring_up_to_date(run, context, (channel, known), message)
    return (PromptSent(prompt=entry.n, medium=Medium.SLACK, ref=slack_ref(channel, known)),)


def _ask_each(run: JobRun, context: JobContext, entry: Entry, fact: PromptDue) -> Sequence[Fact]:
    """Ask each of those who may decide by direct message; say so in the channel where nobody could be asked."""
    view = _context(run, context, fact, entry.n)
    message = prompt(view, context.renderer)
    sent = sent_everywhere(run, context, entry.n)
    for one in sent:
        _bring_up_to_date(run, context, slack_message(one.ref), message)
    if sent or message is None or view.stand is not PromptState.OPEN:
        return ()
    asked = [told for person in _each(run, context, fact) if (told := _ask_one(run, context, person, message, entry))]
    return asked or (DeliveryFailed(medium=Medium.SLACK, what=_UNASKED, error="nobody_may_redact"),)


def _each(run: JobRun, context: JobContext, fact: PromptDue) -> Iterator[PersonId]:
    """Name whom the entry asks, then the members of the user groups that may decide; none who may not see the incident."""
    users = [user for group in groups_that_may_redact(context.policy) for user in _members(context, group)]
    people = dict.fromkeys((*fact.asked, *(slack_person(run.incident.key.team, user) for user in users)))
    return (person for person in people if may_see(run.incident, person))


def _members(context: JobContext, group: str) -> Sequence[str]:
    """Ask Slack who is in a user group; of one it does not show us, nobody."""
    try:
        users: Sequence[str] = context.slack.call("usergroups.users.list", usergroup=group)["users"]
    except SlackError as no:
        _log.warning("who is in user group %s is not known: %s", group, no)
        return ()
    return users


def _ask_one(run: JobRun, context: JobContext, person: PersonId, message: Message, entry: Entry) -> PromptSent | None:
    try:
        channel = direct_channel(context, person)
        ts = post(run, context, channel, message, since=entry.recorded_at) if channel else ""
    except SlackError:
        # Somebody who left or takes no messages is no reason to ask nobody.
        return None
    return PromptSent(prompt=entry.n, medium=Medium.SLACK, ref=slack_ref(channel, ts)) if channel else None


def _bring_up_to_date(run: JobRun, context: JobContext, where: tuple[str, str], message: Message | None) -> None:
    if message is None:
        delete(context, *where)
    else:
        edit(run, context, *where, message)


def _context(run: JobRun, context: JobContext, fact: PromptDue, n: int) -> PromptContext:
    incident = run.incident
    until = next((p.until for p in incident.prompted if p.n == n), None)
    return PromptContext(
        i=incident,
        prompt=fact,
        thing=due_deadlines.find(incident, context.policy, fact.due),
        stand=due_deadlines.state_of(incident, context.policy, fact.due, n),
        now=run.at,
        later_minutes=context.policy.prompt_put_off_minutes,
        items=checklist(incident, context.policy) if fact.ask == "closure" else (),
        source=_source(run, context, fact),
        until=until,
    )


def _source(run: JobRun, context: JobContext, fact: PromptDue) -> Fact | None:
    """Give the fact behind a prompt that quotes it: the note of an offer, the reason for a mask."""
    if fact.ask not in {"handover", _EACH}:
        return None
    n = int(fact.due.rpartition(":")[2])
    entries = context.recorder.read(lambda reader: reader.entries(run.job.incident, after=n - 1, until=n))
    return entries[0].fact if entries else None


def _channel(run: JobRun, context: JobContext, view: PromptContext) -> str:
    """Choose the place: everybody's channel when it is overdue or matters much, otherwise the one who is asked."""
    loud = view.i.priority in _LOUD or view.is_overdue or view.prompt.ask in _EVERYBODYS
    if loud or len(view.asked) != 1 or not may_see(view.i, view.asked[0]):
        return run.channel
    return direct_channel(context, view.asked[0]) or run.channel
