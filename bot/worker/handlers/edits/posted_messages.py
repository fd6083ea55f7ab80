"""The messages that Muster has posted about an incident: how each reads now, and where it is. Edits them.

Each is rendered again from its entries and what amends them, so that no list of templates has to say which quote what.
Surfaces that show the present, prompts and pages are refreshed by jobs of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import Final

from bot.slack.client.web_api import SlackError
from bot.slack.surfaces.template_message import Message
from bot.worker.handlers.channel_posts import line_text
from bot.worker.handlers.direct_messages import checklist_message, missing_channel_message, offer_behind
from bot.worker.handlers.message_sender import MESSAGE_GONE, direct_channel, edit, find_posted
from bot.worker.handlers.status_update_delivery import amended_text, correction_text, text_for_responders
from bot.worker.job_context import JobContext, LastRendered
from bot.worker.port import JobRun
from incident.effects.channel_messages import channel_messages
from incident.effects.effects import SILENT
from incident.effects.job_keys import key_of
from incident.effects.notifications import CHANNEL_MISSING
from incident.entries import KINDS
from incident.entries.delivery import DeliveryFailed
from incident.entries.role_holders import HandoverAccepted, RoleTaken
from incident.entries.status_updates import StatusUpdatePosted, UpdateCorrected, UpdateDelivered
from incident.entry import Entry, Fact
from incident.jobs import Job, JobKind
from incident.medium import Medium, slack_message
from incident.record import amendments
from roles.person_ids import PersonId
from roles.role_names import Role

_SPEAKING: Final = tuple({kind for kind, _ in KINDS if kind not in SILENT})
_Rendered = Callable[[JobRun, tuple[Entry, ...]], Message | None]


@dataclass(frozen=True)
class Posted:
    """A message that Muster may have posted in `where`: how it reads, from which entries, and how it is found."""

    where: str
    entries: tuple[Entry, ...]
    render: _Rendered
    find: Callable[[], tuple[str, str] | None]


def edit_all(run: JobRun, context: JobContext, entry: Entry, posted: Iterable[Posted]) -> Sequence[Fact]:
    """Edit messages that are found. Record each channel that refuses, unless that is recorded since the entry."""
    refused: dict[str, SlackError] = {}
    for one in posted:
        message = one.render(run, one.entries)
        try:
            place = one.find() if message else None
            if message and place:
                edit(run, replace(context, shown=LastRendered()), *place, message, lost=MESSAGE_GONE)
        except SlackError as error:
            refused.setdefault(one.where, error)
    if run.incident.places.channel in refused:
        raise refused[run.channel]
    recorded = context.recorder.read(
        lambda reader: reader.entries(run.job.incident, kinds=(DeliveryFailed.kind,), after=entry.n)
    )
    errors = {f"{error.error} in {where}" for where, error in refused.items()}
    errors -= {known.fact.error for known in recorded if isinstance(known.fact, DeliveryFailed)}
    return tuple(DeliveryFailed(medium=Medium.SLACK, what=run.job.kind, error=error) for error in sorted(errors))


def posts_here(run: JobRun, context: JobContext) -> Iterator[Posted]:
    """Yield the posts in the incident channel, one for each act; none before there is a channel."""
    if run.incident.places.channel is None:
        return
    spoken = context.recorder.read(lambda reader: reader.entries(run.job.incident, kinds=_SPEAKING))
    for _, several in groupby(spoken, key=lambda entry: (entry.recorded_at, entry.source)):
        act = tuple(several)
        for job in channel_messages(run.incident, act):
            own = tuple(entry for entry in act if (job.entry or 0) <= entry.n <= (job.last or 0))
            entries = (*own, *amendments.amendments_of(own, spoken))

            def render(view: JobRun, shown: tuple[Entry, ...], job: Job = job) -> Message | None:
                text = _text_of(replace(view, job=job), context, shown)
                return Message(text) if text else None

            def find(job: Job = job, first: Entry = entries[0]) -> tuple[str, str] | None:
                ts = find_posted(context, run.channel, job.key, first.recorded_at)
                return (run.channel, ts) if ts else None

            yield Posted(run.channel, entries, render, find)


def _text_of(run: JobRun, context: JobContext, entries: tuple[Entry, ...]) -> str:
    is_update = run.job.kind is JobKind.UPDATE_HERE
    return text_for_responders(run, context, entries)[1] if is_update else line_text(run, context, entries)


def deliveries(run: JobRun, context: JobContext) -> Iterator[Posted]:
    """Yield the updates, and the corrections below them, that were delivered in Slack outside the incident channel."""
    kinds = (StatusUpdatePosted.kind, UpdateDelivered.kind, *amendments.KINDS)
    entries = context.recorder.read(lambda reader: reader.entries(run.job.incident, kinds=kinds))
    updates = {entry.n: entry for entry in entries if isinstance(entry.fact, StatusUpdatePosted | UpdateCorrected)}
    for fact in (entry.fact for entry in entries if isinstance(entry.fact, UpdateDelivered)):
        if fact.medium is not Medium.SLACK or fact.ref is None or fact.update not in updates:
            continue
        place = slack_message(fact.ref)
        if place[0] != run.incident.places.channel:
            update = updates[fact.update]
            amended = (update, *amendments.amendments_of([update], entries))
            yield Posted(place[0], amended, partial(_update, context), partial(_known, place))


def _update(context: JobContext, run: JobRun, entries: tuple[Entry, ...]) -> Message | None:
    fact = entries[0].fact
    if isinstance(fact, UpdateCorrected):
        return Message(correction_text(run, context, entries[0]))
    return Message(amended_text(run, context, entries)) if isinstance(fact, StatusUpdatePosted) else None


def direct_messages_sent(run: JobRun, context: JobContext) -> Iterator[Posted]:
    """Yield the direct messages that name the incident by its title: checklists of roles, and that a channel is missing."""
    kinds = (RoleTaken.kind, HandoverAccepted.kind, DeliveryFailed.kind)
    commanders = [held.who for held in run.incident.roles if held.role == Role.COMMANDER]
    for entry in context.recorder.read(lambda reader: reader.entries(run.job.incident, kinds=kinds)):
        fact, kind = entry.fact, JobKind.DUTIES
        people: tuple[PersonId, ...] = ()
        if isinstance(fact, DeliveryFailed) and fact.what in CHANNEL_MISSING:
            kind, people = JobKind.NO_CHANNEL, (run.incident.contact, *commanders)
        elif isinstance(fact, RoleTaken | HandoverAccepted):
            people = (fact.who if isinstance(fact, RoleTaken) else fact.to,)
        for person in dict.fromkeys(people):
            find = partial(_find, context, key_of(kind, run.job.incident, entry.n), person, entry)
            quoted = (entry, *offer_behind(run, context, entry))
            yield Posted(person, quoted, partial(_direct_message, context), find)


def _known(place: tuple[str, str]) -> tuple[str, str]:
    return place


def _direct_message(context: JobContext, run: JobRun, entries: tuple[Entry, ...]) -> Message | None:
    fact = entries[0].fact
    if isinstance(fact, RoleTaken | HandoverAccepted):
        return checklist_message(run, context, entries)
    return missing_channel_message(run, context, fact) if isinstance(fact, DeliveryFailed) else None


def _find(context: JobContext, job_key: str, person: PersonId, entry: Entry) -> tuple[str, str] | None:
    channel = direct_channel(context, person)
    ts = find_posted(context, channel, job_key, entry.recorded_at) if channel else None
    return (channel, ts) if channel and ts else None
