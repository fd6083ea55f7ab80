"""Reminds one person of tasks, gaps and events to judge by direct message: one message for all that are due together, edited as they are answered."""

from __future__ import annotations

from collections.abc import Sequence

from bot.slack.client.web_api import SlackError
from bot.slack.surfaces.prompt_message import AskContext, shared_message
from bot.slack.surfaces.reminder_context import EventReminderContext, ReminderContext, schedule_reminder
from bot.worker.handlers.channel_posts import LATE
from bot.worker.handlers.message_sender import delete, direct_channel, edit, post
from bot.worker.handlers.page_delivery import deliveries
from bot.worker.job_context import JobContext, entries_of
from bot.worker.port import JobRun
from incident.deadlines.due_deadlines import PromptState, states_of
from incident.entries.delivery import DeliveryFailed, PromptDue, PromptSent
from incident.entry import Entry, Fact
from incident.jobs import JobKind
from incident.medium import Medium, slack_message, slack_ref
from incident.model.incident import Incident
from incident.ports import Reader
from organisation.deadlines.event_deadlines import event_deadlines
from organisation.deadlines.schedule_deadlines import schedule_deadlines
from organisation.deadlines.task_deadlines import task_deadlines
from organisation.fold.event_changes import PROMPT as EVENT
from organisation.fold.organisation_fold import ORGANISATION
from organisation.fold.schedule_reminders import FEED, GAP
from organisation.model.organisation import Organisation
from organisation.model.task_state import Task
from organisation.model.task_visibility import may_read
from roles.person_ids import PersonId


def remind(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Send the reminders that share a message once, while one is open; a later run edits or deletes the message."""
    prompts = [one for one in entries_of(run, context) if _asks(one.fact, run.person)]
    try:
        channel = direct_channel(context, run.person)
        return _remind(run, context, channel, prompts) if channel and prompts else ()
    except SlackError as error:
        return (DeliveryFailed(medium=Medium.SLACK, what=JobKind.REMIND, who=run.person, error=error.error),)


def _remind(run: JobRun, context: JobContext, channel: str, prompts: Sequence[Entry]) -> Sequence[Fact]:
    refs = (slack_message(sent.ref) for one in prompts for sent in deliveries(run, context, one.n))
    posted = next((ts for place, ts in refs if place == channel), None)
    views = _views(run, context, prompts, is_sent=posted is not None)
    message = shared_message(views, context.renderer)
    if posted is not None and message is None:
        delete(context, channel, posted)
    elif posted is not None and message is not None:
        edit(run, context, channel, posted, message)
    elif message is not None and any(view.state is PromptState.OPEN for view in views):
        ts = post(run, context, channel, message, since=prompts[0].recorded_at)
        return [PromptSent(prompt=one.n, medium=Medium.SLACK, ref=slack_ref(channel, ts)) for one in prompts]
    return ()


def _asks(fact: Fact, person: PersonId) -> bool:
    return isinstance(fact, PromptDue) and person in fact.asked


def _views(run: JobRun, context: JobContext, prompts: Sequence[Entry], *, is_sent: bool) -> list[AskContext]:
    """Return what the message says of each prompt.

    Left out are a task that ended so long ago that it is not known, and one of an incident that the person may not see.
    """
    key = run.job.incident
    found = context.recorder.read(lambda reader: reader.peek_aggregate(ORGANISATION, key)) or Organisation(key=key)
    policy = context.staffed_policy
    judgements = event_deadlines(found, policy, key.team, run.at)
    things = (*task_deadlines(found, None), *schedule_deadlines(policy, key.team, run.at), *judgements)
    state = states_of(things, found)
    views: list[AskContext] = []
    for entry in prompts:
        prompt = entry.fact
        assert isinstance(prompt, PromptDue), "only prompts share the message of a prompt"
        kind, about = prompt.due.split(":")[:2]
        task = found.task(about)
        is_late = prompt.late or (not is_sent and run.at - entry.recorded_at > LATE)
        known = next((one for one in found.prompted if one.n == entry.n), None)
        common = AskContext(
            prompt=prompt.model_copy(update={"late": is_late}),
            state=state(prompt.due, entry.n),
            now=run.at,
            until=known.until if known else None,
            put_off_by=known.put_off_by if known else None,
        )
        if kind in (GAP, FEED):
            views.append(schedule_reminder(common, policy, run.person, key.team))
        elif kind == EVENT and (event := found.event(about)) is not None:
            views.append(EventReminderContext(**vars(common), event=event, person=run.person))
        elif task is not None and _may_read(task, run, context):
            views.append(ReminderContext(**vars(common), task=task, person=run.person))
    return views


def _may_read(task: Task, run: JobRun, context: JobContext) -> bool:
    """True if the person may read a task: an incident can be restricted after its task was asked for."""

    def read(reader: Reader) -> Incident | None:
        key = reader.find(run.job.incident.team, number=task.incident) if task.incident else None
        return reader.peek(key) if key else None

    return may_read(task, run.person, context.recorder.read(read))
