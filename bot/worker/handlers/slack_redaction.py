"""Edits Muster's messages that quote a text: redacted and masked words leave them, unmasked words return.

Each message of the incident is rendered again as it reads now. Those that show the mark of a hidden text are edited, so
that no list of templates has to say which of them quote what. Surfaces that show the present, prompts and pages are
refreshed by jobs of their own.
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
from bot.worker.handlers.direct_messages import checklist_message, missing_channel_message
from bot.worker.handlers.message_sender import MESSAGE_GONE, direct_channel, edit, find_posted
from bot.worker.handlers.status_update_delivery import text_for_responders, update_text
from bot.worker.job_context import JobContext, LastRendered, entries_of
from bot.worker.port import JobRun
from incident.effects.channel_messages import channel_messages
from incident.effects.effects import SILENT
from incident.effects.job_keys import key_of
from incident.effects.notifications import CHANNEL_MISSING
from incident.entries import KINDS
from incident.entries.classification import Reclassified
from incident.entries.conversation import Masked, MaskLifted, Redacted
from incident.entries.delivery import DeliveryFailed
from incident.entries.role_holders import HandoverAccepted, RoleTaken
from incident.entries.status_updates import StatusUpdatePosted, UpdateDelivered
from incident.entry import Entry, Fact
from incident.frozen import REDACTED
from incident.jobs import Job, JobKind
from incident.medium import Medium, slack_message
from incident.model.slack_references import Mask
from incident.ports import Reader
from incident.record import masked_view
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


@dataclass(frozen=True)
class HiddenView:
    """How the incident reads where the text is hidden, by which the messages that quote it are recognised."""

    run: JobRun
    mask: Mask | None
    mark: str

    def hides_in(self, posted: Posted) -> bool:
        """True if a message quotes the text: hidden, it shows the mark."""
        masks = (self.mask,) if self.mask else ()
        message = posted.render(self.run, tuple(masked_view.masked(entry, masks) for entry in posted.entries))
        return message is not None and self.mark in f"{message.text}{message.blocks}"


def edit_quotes(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Edit every message that quotes what an entry redacted, masked or unmasked.

    An entry that restricts the incident takes its title out of the updates in other channels. A message that Slack
    refuses to edit does not stop the others. At the end the refusal is raised if it concerns the incident channel, so
    that the job waits while the channel is closed; elsewhere it is recorded.
    """
    entry = entries_of(run, context)[0]
    if isinstance(entry.fact, Reclassified):
        return _edit_all(run, context, entry, _deliveries(run, context))
    if not isinstance(entry.fact, Redacted | Masked | MaskLifted):
        raise LookupError(f"job {run.job.key} names an entry that hides nothing")
    hidden = context.recorder.read(partial(_hidden_view, run, entry, entry.fact))
    posted = (*_posts(run, context), *_deliveries(run, context), *_direct_messages(run, context))
    return _edit_all(run, context, entry, [one for one in posted if hidden.hides_in(one)])


def _hidden_view(run: JobRun, entry: Entry, fact: Redacted | Masked | MaskLifted, reader: Reader) -> HiddenView:
    """Return the view of the present, where the text is hidden or gone, or of the time before a mask was lifted."""
    if not isinstance(fact, MaskLifted):
        return HiddenView(run, None, REDACTED if isinstance(fact, Redacted) else masked_view.MASKED)
    mask = Mask(n=entry.n, entry=entry.n, entries=fact.entries, by=entry.by, at=entry.recorded_at)
    incident = run.incident.model_copy(update={"masks": (*run.incident.masks, mask)})
    shown = masked_view.masked_incident(incident, masked_view.hidden_by(mask, incident.key, reader.unmasked()))
    return HiddenView(replace(run, found=shown), mask, masked_view.MASKED)


def _edit_all(run: JobRun, context: JobContext, entry: Entry, posted: Iterable[Posted]) -> Sequence[Fact]:
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
    return tuple(DeliveryFailed(medium=Medium.SLACK, what=JobKind.MASK, error=error) for error in sorted(errors))


def _posts(run: JobRun, context: JobContext) -> Iterator[Posted]:
    """Yield the posts in the incident channel, one for each act; none before there is a channel."""
    if run.incident.places.channel is None:
        return
    spoken = context.recorder.read(lambda reader: reader.entries(run.job.incident, kinds=_SPEAKING))
    for _, several in groupby(spoken, key=lambda entry: (entry.recorded_at, entry.source)):
        act = tuple(several)
        for job in channel_messages(run.incident, act):
            entries = tuple(entry for entry in act if (job.entry or 0) <= entry.n <= (job.last or 0))

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


def _deliveries(run: JobRun, context: JobContext) -> Iterator[Posted]:
    """Yield the updates that were delivered in Slack outside the incident channel."""
    kinds = (StatusUpdatePosted.kind, UpdateDelivered.kind)
    entries = context.recorder.read(lambda reader: reader.entries(run.job.incident, kinds=kinds))
    updates = {entry.n: entry for entry in entries if isinstance(entry.fact, StatusUpdatePosted)}
    for fact in (entry.fact for entry in entries if isinstance(entry.fact, UpdateDelivered)):
        if fact.medium is not Medium.SLACK or fact.ref is None or fact.update not in updates:
            continue
        place = slack_message(fact.ref)
        if place[0] != run.incident.places.channel:
            yield Posted(place[0], (updates[fact.update],), partial(_update, context), partial(_known, place))


def _update(context: JobContext, run: JobRun, entries: tuple[Entry, ...]) -> Message | None:
    entry, fact = entries[0], entries[0].fact
    if not isinstance(fact, StatusUpdatePosted):
        return None
    return Message(update_text(run, context, entry, fact, (fact.audience,)))


def _direct_messages(run: JobRun, context: JobContext) -> Iterator[Posted]:
    """Yield the direct messages that name the incident by its title: checklists of roles, and that a channel is missing."""
    kinds = (RoleTaken.kind, HandoverAccepted.kind, DeliveryFailed.kind)
    commanders = [held.who for held in run.incident.roles if held.role == Role.COMMANDER]
    for entry in context.recorder.read(lambda reader: reader.entries(run.job.incident, kinds=kinds)):
        fact, kind = entry.fact, JobKind.DUTIES
        people: tuple[PersonId, ...] = ()
        if isinstance(fact, DeliveryFailed) and fact.what in CHANNEL_MISSING:
            kind, people = JobKind.NO_CHANNEL, (run.incident.contact, *commanders)
        elif isinstance(fact, RoleTaken | HandoverAccepted) and run.incident.places.channel:
            people = (fact.who if isinstance(fact, RoleTaken) else fact.to,)
        for person in dict.fromkeys(people):
            find = partial(_find, context, key_of(kind, run.job.incident, entry.n), person, entry)
            yield Posted(person, (entry,), partial(_direct_message, context), find)


def _known(place: tuple[str, str]) -> tuple[str, str]:
    return place


def _direct_message(context: JobContext, run: JobRun, entries: tuple[Entry, ...]) -> Message | None:
    fact = entries[0].fact
    if isinstance(fact, RoleTaken | HandoverAccepted):
        return checklist_message(run, context, fact.role)
    return missing_channel_message(run, context, fact) if isinstance(fact, DeliveryFailed) else None


def _find(context: JobContext, job_key: str, person: PersonId, entry: Entry) -> tuple[str, str] | None:
    channel = direct_channel(context, person)
    ts = find_posted(context, channel, job_key, entry.recorded_at) if channel else None
    return (channel, ts) if channel and ts else None
