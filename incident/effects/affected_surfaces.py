"""Which surfaces have to be refreshed after entries. Knows what each surface shows, not how it looks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from incident.deadlines import due_deadlines
from incident.effects.job_keys import channel_key, key_of
from incident.effects.notifications import members, needs_of, prompt_job
from incident.effects.shared_prompts import span_of
from incident.entries.conversation import Masked, MaskLifted, Redacted
from incident.entries.delivery import CardPosted, PromptPutOff
from incident.entries.lifecycle import Declared, JoinedAsDuplicate
from incident.entries.status_updates import UpdateDelivered
from incident.entry import Entry, EntryPoint, IncidentKey, workspace_chain
from incident.jobs import LATER, NORMAL, USABLE, Job, JobKind, Rank
from incident.model.incident import Incident
from incident.policy import Policy
from incident.rules.responders.attendance import can_be_asked
from incident.rules.visibility import is_announced, is_restricted
from roles.person_ids import PersonId

DEBOUNCE: Final = timedelta(seconds=1)
_OF_UPDATES: Final = ("update", "missed")


def initial_jobs(after: Incident, declared: Entry, policy: Policy) -> tuple[Job, ...]:
    """Return the jobs of a new incident: the channel, then what makes it usable, then the rest.

    An adopted channel keeps its topic and bookmarks, and its history is captured. Messages from where the incident was
    declared are captured last.
    """
    jobs = [
        _surface(after, JobKind.MAKE_CHANNEL, USABLE).model_copy(update={"needs": None, "entry": declared.n}),
        _surface(after, JobKind.MEMBERS, USABLE),
        _surface(after, JobKind.CARD, USABLE),
    ]
    if after.adopted is None:
        jobs += [_surface(after, JobKind.TOPIC, NORMAL), _surface(after, JobKind.BOOKMARKS, LATER)]
    else:
        jobs.append(_surface(after, JobKind.ADOPT, NORMAL))
    if isinstance(declared.fact, Declared) and declared.fact.captures_from is not None:
        once_usable = {"entry": declared.n, "needs": key_of(JobKind.CARD, after.key)}
        jobs.append(_surface(after, JobKind.BEFORE, LATER).model_copy(update=once_usable))
    if policy.incidents_channel and is_announced(after, policy):
        jobs.append(_surface(after, JobKind.ANNOUNCE, NORMAL))
    jobs += _links(after, declared)
    return (*jobs, *home_refreshes(after.key.team, (after.contact,)))


def _links(after: Incident, declared: Entry) -> tuple[Job, ...]:
    """Return the links to the new channel, for who declared in Slack and under the message it was declared from."""
    source, jobs = declared.source, []
    about = {"entry": declared.n, "last": after.n, "needs": key_of(JobKind.CARD, after.key)}
    is_answered = source.surface is EntryPoint.FORM or (source.surface is EntryPoint.COMMAND and source.channel)
    if after.adopted is None and is_answered:
        jobs.append(_surface(after, JobKind.CHANNEL_LINK, NORMAL).model_copy(update=about))
    if isinstance(declared.fact, Declared) and declared.fact.from_message is not None and not is_restricted(after):
        jobs.append(_surface(after, JobKind.ORIGIN_REPLY, NORMAL).model_copy(update=about))
    return tuple(jobs)


def refreshes(
    before: Incident, after: Incident, entries: Sequence[Entry], policy: Policy, at: datetime
) -> tuple[Job, ...]:
    """Return a refresh of each surface that shows something that changed.

    It runs `DEBOUNCE` (one second) after `at`, so that many changes cost one refresh.
    """
    soon = at + DEBOUNCE
    jobs = [_surface(after, JobKind.PIN_CARD, LATER) for entry in entries if isinstance(entry.fact, CardPosted)]
    if before.places.channel != after.places.channel or before.places.closed != after.places.closed:
        jobs += _of_channel(before, after, policy, soon)
    if _shown_on_card(before) != _shown_on_card(after):
        jobs.append(_surface(after, JobKind.CARD, NORMAL, soon))
    if _headline(before) != _headline(after):
        jobs += _of_headline(before, after, policy, soon)
    joining = any(isinstance(entry.fact, JoinedAsDuplicate) for entry in entries)
    is_more = bool(set(members(after)) - set(members(before))) or not before.is_live
    if joining or (is_more and after.is_live):
        jobs.append(_surface(after, JobKind.MEMBERS, NORMAL))
    if _owed(before) != _owed(after) or _headline(before) != _headline(after):
        called = (call.person for call in after.escalations if call.person and can_be_asked(after, call.person))
        asked = (one.who for one in after.approval_questions if can_be_asked(after, one.who))
        jobs.extend(home_refreshes(after.key.team, (*members(before), *members(after), *called, *asked), soon))
    jobs.extend(home_refreshes(after.key.team, _newly_asked(before, after), soon))
    return tuple(jobs)


def _of_headline(before: Incident, after: Incident, policy: Policy, soon: datetime) -> tuple[Job, ...]:
    """Return a refresh of what shows title, state, priority and holders: topic, channel name, announcement."""
    jobs = []
    if after.adopted is None:
        jobs.append(_surface(after, JobKind.TOPIC, LATER, soon))
        if is_renamed(before, after):
            jobs.append(_surface(after, JobKind.CHANNEL_NAME, NORMAL, soon))
    is_hidden_now = is_restricted(after) and not is_restricted(before)
    if after.places.announced_ts is not None or is_announced(after, policy) or is_hidden_now:
        jobs.append(_surface(after, JobKind.ANNOUNCE, LATER, soon))
    return tuple(jobs)


def _of_channel(before: Incident, after: Incident, policy: Policy, soon: datetime) -> tuple[Job, ...]:
    """Return what follows when the channel was refused, has another id or is open again.

    The incident is announced without a channel; messages that did not reach Muster are read back.
    """
    places = after.places
    if places.channel is None:
        is_told = places.announced_ts is None and policy.incidents_channel and is_announced(after, policy)
        return (_surface(after, JobKind.ANNOUNCE, NORMAL),) if is_told else ()
    if before.places.channel is None or after.is_over or not places.is_usable:
        return ()
    is_moved = before.places.channel != places.channel
    return (backfill_job(after, at=soon),) if is_moved or after.own_channel else ()


def prompt_refreshes(
    before: Incident, after: Incident, entries: Sequence[Entry], policy: Policy, at: datetime
) -> tuple[Job, ...]:
    """Return a refresh of each prompt in Slack that these entries answered, postponed or made wrong, and of Home of those asked.

    One whose own button was pressed is drawn again in any case: an earlier release may have asked what this one would not.

    A prompt may quote any text, also after it was answered, so each changes with what is hidden, gone or shown again.
    """
    put_off = {entry.fact.due for entry in entries if isinstance(entry.fact, PromptPutOff)}
    pressed = {entry.source.message for entry in entries} - {None}
    undelivered = _prompts_of_undelivered(entries)
    moved = _shown_on_card(before) != _shown_on_card(after)
    is_hiding = any(isinstance(entry.fact, Redacted | Masked | MaskLifted) for entry in entries)
    if not before.prompted:
        return ()
    state_before = due_deadlines.prompt_states(before, policy)
    state_after = due_deadlines.prompt_states(after, policy)
    jobs: list[Job] = []
    soon = at + DEBOUNCE
    for prompted in before.prompted:
        was = state_before(prompted.due, prompted.n)
        now = state_after(prompted.due, prompted.n)
        is_reworded = moved and prompted.due.startswith("closure:") and now is due_deadlines.PromptState.OPEN
        is_denied = prompted.due.startswith(undelivered)
        is_touched = prompted.due in put_off or prompted.ts in pressed
        if was != now:
            jobs.extend(
                home_refreshes(after.key.team, [who for who in prompted.asked if can_be_asked(after, who)], soon)
            )
        if was != now or is_touched or is_reworded or is_hiding or is_denied:
            jobs.append(prompt_job(after, *span_of(prompted, before.prompted), NORMAL))
    return tuple(jobs)


def _prompts_of_undelivered(entries: Sequence[Entry]) -> tuple[str, ...]:
    """Return the start of the keys of prompts that say of an undelivered update that it was posted."""
    facts = (entry.fact for entry in entries)
    lost = (fact.audience for fact in facts if isinstance(fact, UpdateDelivered) and fact.error and fact.is_final)
    return tuple(f"{kind}:{audience}:" for audience in lost for kind in _OF_UPDATES)


def is_renamed(before: Incident | None, after: Incident) -> bool:
    """True if the title that people may read has changed: it was redacted, masked or shown again, or is restricted now.

    Then the name of the channel changes, and every Home tab that lists the incident.
    """
    return before is not None and _readable_title(before) != _readable_title(after)


def _readable_title(incident: Incident) -> tuple[object, ...]:
    is_masked = any(incident.title_entry in mask.entries for mask in incident.masks)
    return incident.title, is_masked, is_restricted(incident)


def backfill_job(incident: Incident, gap: int | None = None, at: datetime | None = None) -> Job:
    """Return the job that backfills an incident's channel.

    At its end it records the end of the gap that entry `gap` opened, if one is given.
    """
    key = key_of(JobKind.RECONCILE, incident.key, gap or 0)
    rank = NORMAL if incident.major else LATER
    return Job(
        kind=JobKind.RECONCILE,
        key=key,
        incident=incident.key,
        entry=gap,
        rank=rank,
        run_at=at,
        needs=channel_key(incident.key),
    )


def further_gaps_job(after: IncidentKey, run_at: datetime, *, since: datetime | None, until: datetime) -> Job:
    """Return the job that backfills the channels of the incidents older than `after`, as connected again at `until`.

    It records the start of the gap in each, if there was one: `since` is when it started.
    """
    workspace = workspace_chain(after.team)
    return Job(
        kind=JobKind.GAP,
        key=key_of(JobKind.GAP, workspace, until.isoformat(), after.id),
        incident=workspace,
        rank=LATER,
        run_at=run_at,
        after=after.id,
        since=since,
        until=until,
    )


def home_refreshes(team: str, people: Sequence[PersonId], run_at: datetime | None = None) -> tuple[Job, ...]:
    """Return a refresh of the Home tab of each person."""
    workspace = workspace_chain(team)
    return tuple(
        Job(
            kind=JobKind.HOME,
            key=key_of(JobKind.HOME, workspace, person),
            incident=workspace,
            person=person,
            rank=LATER,
            run_at=run_at,
        )
        for person in dict.fromkeys(people)
    )


def _surface(after: Incident, kind: JobKind, rank: Rank, run_at: datetime | None = None) -> Job:
    key, needs = key_of(kind, after.key), needs_of(after, kind)
    return Job(kind=kind, key=key, incident=after.key, rank=rank, run_at=run_at, needs=needs)


def _shown_on_card(incident: Incident) -> Incident:
    """Return the incident without what the card does not show: length of the record, activity, prompts, messages."""
    upkeep = {"n": 0, "last_entry_at": None, "last_seen": (), "prompted": (), "members": (), "places": None}
    return incident.model_copy(update=upkeep)


def _headline(incident: Incident) -> tuple[object, ...]:
    holders = tuple((i.role, i.who) for i in incident.roles if i.until is None)
    return (
        incident.title,
        incident.state,
        incident.priority,
        incident.major,
        incident.restricted,
        holders,
        incident.on_it,
        incident.masks,
    )


def _owed(incident: Incident) -> tuple[object, ...]:
    owed = (incident.actions, incident.offers, incident.review, incident.temp_fixes, incident.escalations)
    return (*owed, incident.approval_questions)


def _newly_asked(before: Incident, after: Incident) -> tuple[PersonId, ...]:
    """Return who is asked by a prompt that is new."""
    known = {prompt.n for prompt in before.prompted}
    asked = (who for prompt in after.prompted if prompt.n not in known for who in prompt.asked)
    return tuple(dict.fromkeys(who for who in asked if can_be_asked(after, who)))
