"""All deadlines of an incident, the prompts that are due, and when the next one is. Pure: state and policy in, values out.

Knows no clock and no job. The fold holds which prompts were sent (`prompted`), so a restart repeats none, and a late
prompt is marked late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Final

from incident.deadlines import (
    closure_deadlines,
    command_deadlines,
    response_deadlines,
    target_deadlines,
    update_deadlines,
)
from incident.deadlines.after import action_deadlines, document_deadlines
from incident.deadlines.back_off import BACKS_OFF_AFTER, backed_off, calm_repetition, is_calm
from incident.deadlines.deadline import Deadline, PromptStep
from incident.deadlines.missed_deadlines import lapses_at, waited_for
from incident.deadlines.outside import (
    containment_deadlines,
    provider_deadlines,
    recovery_deadlines,
    regulatory_deadlines,
)
from incident.deadlines.policy_rules import rule_calls, rule_notices
from incident.entries.delivery import PromptDue
from incident.model.components import AudienceState, OpenSlot
from incident.model.incident import Incident
from incident.model.slack_references import OpenPrompt, Prompted
from incident.policy import Policy
from incident.rules.responders.attendance import can_be_asked, next_in_charge
from incident.rules.responders.first_call import opening_call_at
from incident.rules.responders.open_calls import is_waited_for
from incident.states import RESPONDING
from roles.person_ids import PersonId

DEADLINES: Final[tuple[Callable[[Incident, Policy], tuple[Deadline, ...]], ...]] = (
    command_deadlines.acknowledgement,
    command_deadlines.commander,
    command_deadlines.ownerless,
    target_deadlines.judgement,
    target_deadlines.retriage,
    target_deadlines.restoration,
    update_deadlines.owed,
    update_deadlines.missed,
    response_deadlines.actions,
    response_deadlines.escalations,
    response_deadlines.handovers,
    response_deadlines.masks,
    response_deadlines.approvals,
    closure_deadlines.confirmation,
    closure_deadlines.closure,
    closure_deadlines.temporary_fixes,
    containment_deadlines.reviews,
    recovery_deadlines.clean_backups,
    closure_deadlines.review,
    document_deadlines.causes,
    document_deadlines.drafts,
    document_deadlines.approvals,
    document_deadlines.sign_off,
    action_deadlines.actions,
    action_deadlines.checks,
    closure_deadlines.silence,
    provider_deadlines.cases,
    provider_deadlines.chases,
    provider_deadlines.outside_words,
    regulatory_deadlines.screening,
    regulatory_deadlines.personal_data,
    regulatory_deadlines.running_clocks,
    rule_notices.unconfirmed,
)

# What is left to do about an incident that was over before it was put on record.
_AFTERWARDS: Final = (
    update_deadlines.owed,
    response_deadlines.actions,
    response_deadlines.handovers,
    response_deadlines.masks,
    closure_deadlines.closure,
    closure_deadlines.temporary_fixes,
    containment_deadlines.reviews,
    closure_deadlines.review,
    document_deadlines.causes,
    document_deadlines.drafts,
    document_deadlines.approvals,
    document_deadlines.sign_off,
    action_deadlines.actions,
    action_deadlines.checks,
    regulatory_deadlines.running_clocks,
)

# What comes so soon after a prompt to the same person comes with it.
TOGETHER: Final = timedelta(seconds=45)
LATE_AFTER: Final = timedelta(minutes=2)
_JUST_AFTER: Final = timedelta(seconds=1)
_ASKED_OF_NONE_ELSE: Final = frozenset({"mask"})


NextPrompt = Callable[[Deadline, OpenPrompt | None], datetime | None]


class PromptState(StrEnum):
    """The state of a prompt: open, postponed (`put_off`), replaced by a later one (`again`), or without its cause."""

    OPEN = "open"
    PUT_OFF = "put_off"
    AGAIN = "again"
    GONE = "gone"


def due(incident: Incident, policy: Policy) -> tuple[Deadline, ...]:
    """Return every deadline of an incident: those that have passed and those that will if nothing changes.

    Each asks people who can be asked. Of an incident that was over before it was put on record, what was due before that
    is past.
    """
    if incident.is_live:
        return _of_present(incident, (thing for find in DEADLINES for thing in find(incident, policy)))
    logged_at = incident.times.logged_at or incident.last_entry_at
    found = (thing for find in _AFTERWARDS for thing in find(incident, policy))
    return _of_present(incident, (thing for thing in found if thing.due_at >= logged_at))


def prompts(incident: Incident, policy: Policy, at: datetime) -> tuple[PromptDue, ...]:
    """Return the prompts that are due at `at` (UTC) and were not sent, one per deadline, with those that follow at once.

    What is due within `TOGETHER` (45 seconds) for a person who is asked now comes with it. A prompt is late when it is sent more than `LATE_AFTER` (two minutes) after it was due.
    """
    return due_prompts(due(incident, policy), incident, at, partial(_next_prompt, incident, policy))


def due_prompts(
    things: Iterable[Deadline], of: Prompted, at: datetime, next_prompt: NextPrompt
) -> tuple[PromptDue, ...]:
    """Return the prompts of these deadlines that are due at `at` (UTC) and were not sent, as `prompts` chooses them."""
    asked = {prompted.due: prompted for prompted in of.prompted}
    coming: list[tuple[datetime, Deadline, PromptStep]] = []
    for thing in things:
        moment = next_prompt(thing, asked.get(thing.key))
        step = thing.step_at(max(at, moment)) if moment is not None and moment <= at + TOGETHER else None
        if moment is not None and step is not None:
            coming.append((moment, thing, step))
    asked_now = {step.whom[:1] for moment, _, step in coming if moment <= at} - {()}
    return tuple(
        PromptDue(
            due=thing.key,
            ask=step.ask,
            asked=step.whom,
            due_at=thing.due_at,
            late=at - _latest(moment, step.at) > LATE_AFTER,
        )
        for moment, thing, step in coming
        if moment <= at or step.whom[:1] in asked_now
    )


def next_prompt(thing: Deadline, asked: OpenPrompt | None) -> datetime | None:
    """Return when a deadline prompts next (UTC): its first step, else after a postponement or after the last prompt."""
    return thing.steps[0].at if asked is None else _after_snooze(asked, _after(thing, asked))


def next_at(incident: Incident, policy: Policy, at: datetime) -> datetime | None:
    """Return when the next deadline passes or the next prompt is due (UTC), never before `at`; None for never."""
    asked = {prompted.due: prompted for prompted in incident.prompted}
    asking = [_next_prompt(incident, policy, thing, asked.get(thing.key)) for thing in due(incident, policy)]
    lapsing = [_missed_at(incident, a, a.open) for a in incident.audiences if a.open is not None]
    calls = waited_for(incident) if incident.state in RESPONDING else ()
    answers = [lapses_at(incident, call) + _JUST_AFTER for call in calls if is_waited_for(incident, call)]
    rules = (
        rule_notices.next_at(incident, policy, at),
        rule_calls.next_at(incident, policy, at),
        _opening(incident, policy, at),
    )
    moments = [moment for moment in (*asking, *lapsing, *answers, *rules) if moment is not None]
    return max(min(moments), at) if moments else None


def find(incident: Incident, policy: Policy, key: str) -> Deadline | None:
    """Return the deadline with a key, or None when its cause is gone."""
    return next((thing for thing in due(incident, policy) if thing.key == key), None)


def state_of(incident: Incident, policy: Policy, key: str, n: int) -> PromptState:
    """Return the state of the prompt that entry `n` recorded for a deadline."""
    return prompt_states(incident, policy)(key, n)


def prompt_states(incident: Incident, policy: Policy) -> Callable[[str, int], PromptState]:
    """Return what `state_of` answers, as a function that finds the deadlines once for however many prompts."""
    return states_of(due(incident, policy), incident)


def states_of(things: Iterable[Deadline], of: Prompted) -> Callable[[str, int], PromptState]:
    """Return the function that says the state of a prompt, given the deadlines that are open."""
    open_keys = {thing.key for thing in things}
    latest = {prompted.due: prompted for prompted in of.prompted}

    def state(key: str, n: int) -> PromptState:
        prompted = latest.get(key)
        if key not in open_keys:
            return PromptState.GONE
        if prompted is None or prompted.n != n:
            return PromptState.AGAIN
        return PromptState.PUT_OFF if prompted.until is not None else PromptState.OPEN

    return state


def _next_prompt(incident: Incident, policy: Policy, thing: Deadline, asked: OpenPrompt | None) -> datetime | None:
    """Return when a deadline prompts next: its first step, else after a postponement or after the last prompt.

    It prompts at once when no one is left of those who were asked. Repetitions back off, save those that come as rarely by
    themselves: at once and into the working day where they can wait, else while no one acts.
    """
    if asked is not None and (gone_at := _gone_at(incident, asked)) is not None:
        return gone_at
    moment = next_prompt(thing, asked)
    if asked is None:
        return moment
    is_repeated = asked.until is None and asked.at + TOGETHER >= thing.steps[-1].at
    if moment is None or not is_repeated or (thing.repeat or timedelta()) > BACKS_OFF_AFTER:
        return moment
    if is_calm(incident):
        return calm_repetition(thing.steps[-1].at, asked.at, policy.work_hours)
    return backed_off(incident, moment)


def _after_snooze(asked: OpenPrompt, moment: datetime | None) -> datetime | None:
    """Return when a prompt comes again: a snooze puts it off for who snoozed it, and not what comes earlier for others."""
    if asked.until is None or moment is None or not set(asked.asked) - {asked.put_off_by}:
        return asked.until or moment
    return min(asked.until, moment)


def _after(thing: Deadline, asked: OpenPrompt) -> datetime | None:
    """Return when a deadline prompts after its last prompt, which may have come a little before its time."""
    moment = thing.after(asked.at)
    step = thing.step_at(moment) if moment is not None and moment - asked.at <= TOGETHER else None
    is_sent = moment is not None and step is not None and (step.ask, step.whom) == (asked.ask, asked.asked)
    return thing.after(moment) if is_sent and moment is not None else moment


def _gone_at(incident: Incident, asked: OpenPrompt) -> datetime | None:
    """Return since when none of those who were asked can be asked any more (UTC), or None."""
    absent = {absence.who: absence.at for absence in incident.absences}
    if not asked.asked or not absent.keys() >= set(asked.asked):
        return None
    return max(asked.at, *(absent[who] for who in asked.asked))


def _of_present(incident: Incident, found: Iterable[Deadline]) -> tuple[Deadline, ...]:
    """Return deadlines that ask only people who can be asked."""
    things = tuple(found)
    asked = {who for thing in things for step in thing.steps for who in step.whom}
    gone = frozenset(who for who in asked if not can_be_asked(incident, who))
    if not gone:
        return things
    other = next_in_charge(incident)
    return tuple(_without(thing, gone, () if other is None else (other,)) for thing in things)


def _without(thing: Deadline, gone: frozenset[PersonId], others: tuple[PersonId, ...]) -> Deadline:
    """Return a deadline that does not ask people who are gone; a step that asked only them asks those of the next.

    After the last step `others` take their place, save for what only named people may decide.
    """
    whom = () if thing.kind in _ASKED_OF_NONE_ELSE else others
    steps: list[PromptStep] = []
    for step in reversed(thing.steps):
        if step.whom:
            whom = tuple(who for who in step.whom if who not in gone) or whom
            step = replace(step, whom=whom)
        steps.insert(0, step)
    return replace(thing, steps=tuple(steps))


def _missed_at(incident: Incident, state: AudienceState, slot: OpenSlot) -> datetime:
    """Return when the miss of the open slot is recorded, if nothing happens before."""
    moment = slot.missed_after + _JUST_AFTER
    return backed_off(incident, moment) if update_deadlines.is_backed_off(incident, state) else moment


def _opening(incident: Incident, policy: Policy, at: datetime) -> datetime | None:
    """Return when the page that waits for business hours is due; one that could reach no one when it was due is past."""
    opens_at = opening_call_at(incident, policy)
    return opens_at if opens_at is not None and opens_at > at else None


def _latest(moment: datetime, step_at: datetime) -> datetime:
    return max(moment, step_at)
