"""Whom an entry concerns: who is paged, prompted, briefed and invited. Knows no Slack."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from incident.effects.job_keys import channel_key, key_of, ordering_key_of
from incident.effects.shared_prompts import shared_prompts, span_of
from incident.entries.classification import Reclassified
from incident.entries.conversation import DecisionMade, Joined, Masked, MaskLifted, Redacted
from incident.entries.delivery import ChannelChanged, DeliveryFailed
from incident.entries.lifecycle import Undone
from incident.entries.role_holders import Escalated, EscalationAnswered, EscalationLapsed, HandoverAccepted, RoleTaken
from incident.entries.status_updates import StatusUpdatePosted, UpdateCorrected
from incident.entry import Entry, EntryPoint, Fact
from incident.fold.delivery import CLOSED
from incident.jobs import LATER, NORMAL, URGENT, Job, JobKind, Rank
from incident.model.incident import Incident
from incident.policy import Policy
from incident.rules.responders.open_calls import taken_by
from incident.rules.service_contacts import on_call_for
from incident.rules.visibility import is_announced, may_see
from incident.states import Audience
from roles.accounts import Unavailability
from roles.person_ids import PersonId, person_named
from roles.role_names import Role

# The numbers of the declaration and of the last entry that comes with every one.
_DECLARATION: Final = 1
_TRIAGED: Final = 3
# People whom an invitation cannot bring into the channel.
NOT_INVITED: Final = frozenset({Unavailability.DEACTIVATED, Unavailability.UNREACHABLE})
# The failures that the person in charge learns by direct message.
CHANNEL_MISSING: Final = (JobKind.MAKE_CHANNEL, JobKind.RECONCILE)
_ELSEWHERE: Final = frozenset(
    {
        JobKind.PAGE,
        JobKind.PROMPT,
        JobKind.UPDATE,
        JobKind.ANNOUNCE,
        JobKind.DUTIES,
        JobKind.SUBSCRIBER_NOTICE,
        JobKind.NOTICE,
    }
)
READ_IN_AFTER: Final = timedelta(minutes=5)
# A job that was being sent has ended by then, or its lease has and another worker looks for what it sent.
SENT_WITHIN: Final = timedelta(minutes=2)


def members(incident: Incident) -> tuple[PersonId, ...]:
    """Return who belongs in the channel: reporter, role holders and those offered a role, assignees, and who accepted a page."""
    people = [incident.contact]
    people += [interval.who for interval in incident.roles if interval.until is None]
    people += [offer.to for offer in incident.offers]
    people += [action.assignee for action in incident.actions if action.done_at is None]
    people += [call.holder for call in incident.escalations if call.holder is not None and call.answer == "accepted"]
    gone = {absence.who for absence in incident.absences if absence.why in NOT_INVITED}
    return tuple(dict.fromkeys(who for who in people if who not in gone))


def is_recorded_late(after: Incident, entry: Entry) -> bool:
    """True if what an entry says happened before it was recorded, by the corrected clock where it was set back."""
    return entry.occurred_at < min(entry.recorded_at, after.last_entry_at)


def notifications(after: Incident, entries: Sequence[Entry], policy: Policy) -> tuple[Job, ...]:
    """Return the jobs that entries cause: pages, role checklists, catch-up briefs, status updates, one for shared prompts.

    A page or an update that is recorded later than it happened was made another way, and is not sent again.
    """
    personal = [job for entry in entries for job in (*_of_entry(after, entry), *_pages_to_edit(after, entry))]
    personal += [job for entry in entries for job in _without_channel(after, entry, policy)]
    posted = [(entry, entry.fact) for entry in entries if isinstance(entry.fact, StatusUpdatePosted)]
    updates = [
        _job(after, JobKind.UPDATE, entry.n, None, URGENT)
        for entry, fact in posted
        if not is_recorded_late(after, entry)
        and (fact.has_channel or not fact.recipients)
        and (fact.audience is not Audience.INTERNAL or policy.audiences.get(fact.audience))
    ]
    prompts = [prompt_job(after, several[0].n, several[-1].n, URGENT) for several in shared_prompts(entries)]
    return (*personal, *prompts, *updates)


def _of_entry(after: Incident, entry: Entry) -> tuple[Job, ...]:
    return _of_people(after, entry) or _of_muster(after, entry)


def _of_people(after: Incident, entry: Entry) -> tuple[Job, ...]:
    """Return the job for a person who is paged, got a role, is named as an approver or joined late."""
    fact = entry.fact
    if isinstance(fact, Escalated):
        is_page = fact.person is not None and not is_recorded_late(after, entry)
        return (_job(after, JobKind.PAGE, entry.n, fact.person, URGENT),) if is_page else ()
    if isinstance(fact, EscalationAnswered | EscalationLapsed):
        return (_job(after, JobKind.PAGE, fact.escalation, None, NORMAL),)
    if isinstance(fact, RoleTaken | HandoverAccepted) and not after.is_live:
        return ()
    if isinstance(fact, RoleTaken | HandoverAccepted):
        holder = fact.who if isinstance(fact, RoleTaken) else fact.to
        return (_job(after, JobKind.DUTIES, entry.n, holder, NORMAL),)
    if isinstance(fact, DecisionMade) and fact.approved_by not in (None, entry.by):
        return (_job(after, JobKind.APPROVER, entry.n, fact.approved_by, NORMAL).model_copy(update={"needs": None}),)
    if isinstance(fact, Joined) and _is_late(after, entry):
        return (_job(after, JobKind.READ_IN, entry.n, fact.who, NORMAL),)
    return ()


def _of_muster(after: Incident, entry: Entry) -> tuple[Job, ...]:
    """Return the job for text that is hidden, shown again or amended, and for a channel that is missing."""
    fact = entry.fact
    if isinstance(fact, UpdateCorrected):
        return (_amendment(after, entry.n, fact),) if fact.is_sent else ()
    if isinstance(fact, Undone):
        return _twice(_job(after, JobKind.AMEND, entry.n, None, URGENT), entry)
    if (isinstance(fact, Redacted | Masked | MaskLifted) and fact.entries) or _restricts(fact):
        return _edits(after, entry)
    if isinstance(fact, DeliveryFailed) and fact.what == JobKind.MEMBERS and fact.who:
        return tuple(_not_invited(after, entry.n, fact.who, to) for to in (fact.who, None))
    if is_channel_missing(fact) and not (after.is_over and isinstance(fact, ChannelChanged)):
        return (_no_channel(after, entry.n, after.holder(Role.COMMANDER) or after.contact),)
    return ()


def is_channel_missing(fact: Fact) -> bool:
    """True if a fact says that the incident channel could not be made, or that Muster cannot write in it any more."""
    if isinstance(fact, ChannelChanged):
        return fact.how in CLOSED
    return isinstance(fact, DeliveryFailed) and fact.what in CHANNEL_MISSING


def _without_channel(after: Incident, entry: Entry, policy: Policy) -> tuple[Job, ...]:
    """Return what a channel that Slack refused must not hold back: those on call learn it, calls and prompts go out."""
    fact = entry.fact
    if not isinstance(fact, DeliveryFailed) or fact.what != JobKind.MAKE_CHANNEL or after.is_over:
        return ()
    in_charge = after.holder(Role.COMMANDER) or after.contact
    on_call = (who for who in on_call_for(after.service, policy, after.key.team, entry.recorded_at) if who != in_charge)
    calls = (call for call in after.escalations if call.person is not None and call.answer is None)
    unsent = (prompted for prompted in after.prompted if prompted.ts is None)
    return (
        *(_no_channel(after, entry.n, who, "on_call") for who in on_call if may_see(after, who)),
        _window(after),
        *(_job(after, JobKind.PAGE, call.n, call.person, URGENT) for call in calls),
        *(prompt_job(after, *span, URGENT) for span in dict.fromkeys(span_of(p, after.prompted) for p in unsent)),
        *(
            job
            for page in after.call_pages
            for attempt in page.attempts
            if attempt.outcome == "failed"
            for job in news_elsewhere(after, attempt.n, attempt.n, "surfaces/page_failed", policy)
        ),
    )


def news_elsewhere(after: Incident, first: int, last: int, template: str, policy: Policy) -> tuple[Job, ...]:
    """Return the jobs that bring a line about a call to people while no channel shows it.

    Who declared and the commander get it, and the manager; the incidents channel too, where the incident is announced.
    """
    manager = person_named(after.key.team, policy.people.manager)
    named = (after.contact, after.holder(Role.COMMANDER), manager)
    people = dict.fromkeys(who for who in named if who is not None and may_see(after, who))
    places = (None,) if policy.incidents_channel and is_announced(after, policy) else ()
    return tuple(
        Job(
            kind=JobKind.SAY_ELSEWHERE,
            key=key_of(JobKind.SAY_ELSEWHERE, after.key, first, template, who or "channel"),
            incident=after.key,
            entry=first,
            last=last,
            template=template,
            person=who,
            rank=URGENT,
        )
        for who in (*people, *places)
    )


def _window(after: Incident) -> Job:
    """Return the correction of the window that shows who declared the incident where its channel is."""
    job = _job(after, JobKind.CHANNEL_LINK, _DECLARATION, None, URGENT)
    return job.model_copy(update={"key": key_of(JobKind.CHANNEL_LINK, after.key), "last": _TRIAGED, "needs": None})


def _no_channel(after: Incident, n: int, who: PersonId, *part: str) -> Job:
    job = _job(after, JobKind.NO_CHANNEL, n, who, URGENT)
    return job.model_copy(update={"needs": None, "key": ":".join((job.key, *part, *([who] if part else ())))})


def _pages_to_edit(after: Incident, entry: Entry) -> tuple[Job, ...]:
    """Bring up to date every call that others need not answer any more, or whose words are hidden or shown again now."""
    fact = entry.fact
    if isinstance(fact, EscalationAnswered) and fact.answer == "accepted":
        accepted = next(call for call in after.escalations if call.n == fact.escalation)
        others = (call for call in after.escalations if call.n != accepted.n and call.person)
        calls = [other for other in others if taken_by(after, other) == accepted.holder]
    elif isinstance(fact, Redacted | Masked | MaskLifted):
        touched = frozenset(fact.entries)
        calls = [
            call for call in after.escalations if call.person is not None and touched & {after.title_entry, call.n}
        ]
    elif _restricts(fact):
        calls = [call for call in after.escalations if call.person is not None]
    else:
        return ()
    return tuple(_job(after, JobKind.PAGE, call.n, call.person, NORMAL) for call in calls)


def _amendment(after: Incident, n: int, fact: UpdateCorrected) -> Job:
    """Return the correction of an update for one audience: once the update was sent, also that in the incident channel."""
    sent = {"needs": key_of(JobKind.UPDATE, after.key, fact.update), "ordering_key": ordering_key_of(after.key)}
    return _job(after, JobKind.AMEND, n, None, URGENT).model_copy(update=sent)


def _not_invited(after: Incident, n: int, who: PersonId, to: PersonId | None) -> Job:
    """Return the news that a person could not be invited, for that person or the one who involved them."""
    job = _job(after, JobKind.NOT_INVITED, n, to, NORMAL)
    return job.model_copy(update={"key": f"{job.key}:{'person' if to == who else 'inviter'}"})


def _restricts(fact: Fact) -> bool:
    return isinstance(fact, Reclassified) and fact.restricted


def _edits(after: Incident, entry: Entry) -> tuple[Job, ...]:
    """Return the edit of posted messages, and one more for those that other jobs were sending while the entry was made.

    It needs no channel: an incident without one may have sent direct messages.
    """
    return _twice(_job(after, JobKind.MASK, entry.n, None, URGENT).model_copy(update={"needs": None}), entry)


def _twice(once: Job, entry: Entry) -> tuple[Job, ...]:
    """Return a job, and one more once every message that was being sent has arrived."""
    late = {"key": f"{once.key}:late", "rank": LATER, "run_at": entry.recorded_at + SENT_WITHIN}
    return once, once.model_copy(update=late)


def prompt_job(after: Incident, first: int, last: int, rank: Rank) -> Job:
    """Return the job of the prompts that share one message: those of the entries from `first` to `last`."""
    return _job(after, JobKind.PROMPT, first, None, rank).model_copy(update={"last": last})


def _is_late(after: Incident, entry: Entry) -> bool:
    """True if a person joined more than `READ_IN_AFTER` (five minutes) after logging, and not through a backfill."""
    logged_at = after.times.logged_at
    if after.adopted and entry.source.surface is EntryPoint.HISTORY:
        return False
    return not after.is_over and logged_at is not None and entry.recorded_at - logged_at > READ_IN_AFTER


def needs_of(after: Incident, kind: JobKind) -> str | None:
    """Return the key of the job that a job needs first. What reaches people elsewhere does not wait for a refused channel."""
    is_refused = after.places.channel is None and after.places.closed is not None
    return None if is_refused and kind in _ELSEWHERE else channel_key(after.key)


def _job(after: Incident, kind: JobKind, n: int, person: PersonId | None, rank: Rank) -> Job:
    key, needs = key_of(kind, after.key, n), needs_of(after, kind)
    return Job(kind=kind, key=key, incident=after.key, entry=n, person=person, rank=rank, needs=needs)
