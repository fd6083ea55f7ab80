"""The messages that Muster has posted about an incident: how each reads now, and where it is. Edits them.

Each is rendered again from its entries and what amends them, so that no list of templates has to say which quote what.
Surfaces that show the present, prompts and pages are refreshed by jobs of their own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from jinja2 import TemplateError

from bot.slack.client.slack_errors import CHANNEL_CLOSED
from bot.slack.client.web_api import SlackError
from bot.slack.surfaces.template_message import Message
from bot.worker.handlers.approver_message import approver_message
from bot.worker.handlers.channel_posts import line_text, messages_of, shared_text
from bot.worker.handlers.direct_messages import checklist_message, missing_channel_message, offer_behind
from bot.worker.handlers.message_sender import MESSAGE_GONE, direct_channel, edit, find_posted
from bot.worker.handlers.status_update_delivery import amended_text, correction_text, text_for_responders
from bot.worker.job_context import JobContext, LastRendered
from bot.worker.port import JobRun
from incident.effects.effects import SILENT
from incident.effects.job_keys import key_of
from incident.effects.notifications import CHANNEL_MISSING
from incident.effects.shared_lines import shared_lines
from incident.entries import KINDS
from incident.entries.conversation import DecisionMade, MessagePosted
from incident.entries.delivery import OWN_FAULT, DeliveryFailed
from incident.entries.role_holders import HandoverAccepted, RoleTaken
from incident.entries.status_updates import StatusUpdatePosted, UpdateCorrected, UpdateDelivered
from incident.entry import Entry, Fact
from incident.jobs import Job, JobKind
from incident.medium import Medium, slack_message, slack_ref
from incident.record import amendments
from roles.person_ids import PersonId
from roles.role_names import Role

_log = logging.getLogger(__name__)
# How a template fails on what its author did not expect; none of them says anything of Slack or of the database.
UNRENDERED: Final = (TemplateError, AttributeError, LookupError, TypeError, ValueError)
# What people wrote separates the messages that lines share.
_SPEAKING: Final = tuple({kind for kind, _ in KINDS if kind not in SILENT} | {MessagePosted.kind})
_Rendered = Callable[[JobRun, tuple[Entry, ...]], Message | None]


@dataclass(frozen=True)
class Posted:
    """A message that Muster may have posted in `where`: how it reads, from which entries, and how it is found.

    One that is found reads as what was found.
    """

    where: str
    entries: tuple[Entry, ...]
    render: _Rendered
    find: Callable[[], tuple[str, str] | None]

    def tells_of(self, *numbers: int) -> bool:
        """True if the message is about one of these entries."""
        return any(entry.n in numbers for entry in self.entries)


def edit_all(run: JobRun, context: JobContext, entry: Entry, posted: Iterable[Posted]) -> Sequence[Fact]:
    """Edit messages that are found. Record each that stays as it was, unless that is recorded since the entry.

    Raises SlackError if the incident channel is closed, at the end, so that the job waits for it.
    """
    errors, closed = set[str](), list[SlackError]()
    for one in posted:
        place = None
        try:
            place = one.find()
            message = one.render(run, one.entries) if place else None
            if message and place:
                edit(run, replace(context, shown=LastRendered()), *place, message, lost=MESSAGE_GONE)
        except SlackError as error:
            if one.where == run.incident.places.channel and error.error in CHANNEL_CLOSED:
                closed.append(error)
            errors.add(f"{error.error} in {slack_ref(*place) if place else one.where}")
        except UNRENDERED:
            _log.exception("a message of %s cannot be rendered", run.job.key)
            errors.add(f"{OWN_FAULT} in {slack_ref(*place) if place else one.where}")
    if closed:
        raise closed[0]
    recorded = context.recorder.read(
        lambda reader: reader.entries(run.job.incident, kinds=(DeliveryFailed.kind,), after=entry.n)
    )
    errors -= {known.fact.error for known in recorded if isinstance(known.fact, DeliveryFailed)}
    return tuple(DeliveryFailed(medium=Medium.SLACK, what=run.job.kind, error=error) for error in sorted(errors))


@dataclass
class _SharedLines:
    """Lines that share a message in the incident channel. `found` are the messages, once they were looked for."""

    context: JobContext
    run: JobRun
    jobs: Sequence[Job]
    first: Entry
    found: dict[int, str] | None = None

    def render(self, view: JobRun, shown: tuple[Entry, ...], start: int) -> Message | None:
        """Return the message that begins with a line; before it was looked for, as if no other one began later."""
        end = min((n for n in self.found or () if n > start), default=len(self.jobs))
        jobs = self.jobs[start:end]
        acts = [_of(job, shown) for job in jobs]
        lines = [_text_of(replace(view, job=job), self.context, act) for job, act in zip(jobs, acts, strict=True)]
        text = "\n".join(shared_text(lines, acts))
        return Message(text) if text else None

    def find(self, start: int) -> tuple[str, str] | None:
        """Return the message that begins with a line, if there is one."""
        if self.found is None:
            self.found = messages_of(self.jobs, self.first, self.run, self.context)
        return (self.run.channel, self.found[start]) if start in self.found else None


def posts_here(run: JobRun, context: JobContext) -> Iterator[Posted]:
    """Yield the messages in the incident channel, each with the lines that share it; none before there is a channel."""
    if run.incident.places.channel is None:
        return
    spoken = context.recorder.read(lambda reader: reader.entries(run.job.incident, kinds=_SPEAKING))
    numbered = {entry.n: entry for entry in spoken}
    for jobs in shared_lines(run.incident, spoken):
        shared = _SharedLines(context, run, jobs, numbered[jobs[0].entry or 0])
        for start in range(len(jobs)):
            # The lines of one request overlap: one for all of its entries, one for a single entry among them.
            spanned = {n for job in jobs[start:] for n in _numbers(job)}
            own = tuple(numbered[n] for n in sorted(spanned & numbered.keys()))
            entries = (*own, *amendments.amendments_of(own, spoken))
            yield Posted(run.channel, entries, partial(shared.render, start=start), partial(shared.find, start))


def _numbers(job: Job) -> range:
    return range(job.entry or 0, (job.last or 0) + 1)


def _of(job: Job, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Return the entries of one line, and what amends them."""
    own = tuple(entry for entry in entries if entry.n in _numbers(job))
    return (*own, *amendments.amendments_of(own, entries))


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
    """Yield the direct messages that quote the incident: checklists of roles, decisions to approvers, a missing channel."""
    kinds = (RoleTaken.kind, HandoverAccepted.kind, DecisionMade.kind, DeliveryFailed.kind)
    commanders = [held.who for held in run.incident.roles if held.role == Role.COMMANDER]
    for entry in context.recorder.read(lambda reader: reader.entries(run.job.incident, kinds=kinds)):
        fact, kind = entry.fact, JobKind.DUTIES
        people: tuple[PersonId, ...] = ()
        if isinstance(fact, DeliveryFailed) and fact.what in CHANNEL_MISSING:
            kind, people = JobKind.NO_CHANNEL, (run.incident.contact, *commanders)
        elif isinstance(fact, RoleTaken | HandoverAccepted):
            people = (fact.who if isinstance(fact, RoleTaken) else fact.to,)
        elif isinstance(fact, DecisionMade) and fact.approved_by not in (None, entry.by):
            kind, people = JobKind.APPROVER, (fact.approved_by or entry.by,)
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
    if isinstance(fact, DecisionMade):
        return approver_message(run, context, entries[0])
    return missing_channel_message(run, context, fact) if isinstance(fact, DeliveryFailed) else None


def _find(context: JobContext, job_key: str, person: PersonId, entry: Entry) -> tuple[str, str] | None:
    channel = direct_channel(context, person)
    ts = find_posted(context, channel, job_key, entry.recorded_at) if channel else None
    return (channel, ts) if channel and ts else None
