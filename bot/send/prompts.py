"""A prompt in Slack, brought to what is so: posted while it is open, edited once it is answered. Knows where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.send.lines import LATE
from bot.send.means import Means, Task, entries_of
from bot.send.people import sent_as
from bot.send.posting import direct_channel, edit, post, take_away
from bot.slack.surfaces.message import Message
from bot.slack.surfaces.prompt import PromptContext, prompt
from incident import due
from incident.due import Stand
from incident.entries.sent import PromptDue, PromptSent
from incident.entry import Fact
from incident.states import Priority
from incident.telling.checklist import checklist
from incident.visibility import may_see

_LOUD: Final = frozenset({Priority.P1, Priority.P2})
# Anybody may take these up, so they are asked where everybody is.
_EVERYBODYS: Final = frozenset({"acknowledge", "commander", "closure", "call"})


def ask(task: Task, means: Means) -> Sequence[Fact]:
    """Post a prompt once, as long as it is open; afterwards keep what it says true."""
    entry = entries_of(task, means)[0]
    if not isinstance(entry.fact, PromptDue):
        raise LookupError(f"job {task.job.key} names an entry that is no prompt")
    sent = sent_as(task, means, entry.n)
    fact = entry.fact
    if sent is None and task.at - entry.recorded_at > LATE:
        # It was due in time, and Slack or an outage kept it back.
        fact = fact.model_copy(update={"late": True})
    context = _context(task, means, fact, entry.n)
    message = prompt(context, means.renderer)
    if sent is not None:
        _bring_up_to_date(task, means, (sent.channel, sent.ts), message)
        return ()
    channel = _channel(task, means, context)
    if context.stand is Stand.OPEN and message is not None:
        ts = post(task, means, channel, message, since=entry.recorded_at)
        return (PromptSent(prompt=entry.n, channel=channel, ts=ts),)
    # It is answered already; only what an earlier try may have posted needs a hand.
    known = None if task.is_first else means.settle.message(means.slack, channel, task.job.key, entry.recorded_at)
    if known is None:
        return ()
    _bring_up_to_date(task, means, (channel, known), message)
    return (PromptSent(prompt=entry.n, channel=channel, ts=known),)


def _bring_up_to_date(task: Task, means: Means, where: tuple[str, str], message: Message | None) -> None:
    if message is None:
        take_away(means, *where)
    else:
        edit(task, means, *where, message)


def _context(task: Task, means: Means, fact: PromptDue, n: int) -> PromptContext:
    incident = task.open
    until = next((p.until for p in incident.prompted if p.n == n), None)
    return PromptContext(
        i=incident,
        prompt=fact,
        thing=due.thing_of(incident, means.policy, fact.due),
        stand=due.stand_of(incident, means.policy, fact.due, n),
        now=task.at,
        later_minutes=means.policy.prompt_put_off_minutes,
        items=checklist(incident, means.policy) if fact.ask == "closure" else (),
        source=_source(task, means, fact),
        until=until,
    )


def _source(task: Task, means: Means, fact: PromptDue) -> Fact | None:
    """Give the offer behind a prompt to accept it, so that the prompt can quote its note."""
    if fact.ask != "handover":
        return None
    n = int(fact.due.rpartition(":")[2])
    entries = means.recorder.read(lambda reader: reader.entries(task.job.incident, after=n - 1))
    return entries[0].fact if entries else None


def _channel(task: Task, means: Means, context: PromptContext) -> str:
    """Choose the place: everybody's channel when it is overdue or matters much, otherwise the one who is asked."""
    loud = context.i.priority in _LOUD or context.is_overdue or context.prompt.ask in _EVERYBODYS
    if loud or len(context.asked) != 1 or not may_see(context.i, context.asked[0]):
        return task.channel
    return direct_channel(means, context.asked[0]) or task.channel
