"""Which reminders are sent, and which are brought up to date: one message per person for all that is due together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from incident.effects.job_keys import key_of
from incident.entries.conversation import Redacted
from incident.entries.delivery import PromptDue, PromptPutOff
from incident.entry import Entry, Fact
from incident.jobs import NORMAL, Job, JobKind
from incident.model.slack_references import OpenPrompt
from organisation.entries.event_changes import EventJudged, EventRepeated
from organisation.entries.shift_changes import ShiftChangeUndone, ShiftCovered, ShiftTaken, SwapAccepted
from organisation.entries.task_changes import TaskDone, TaskMoved, TaskWithdrawn
from organisation.fold.event_changes import PROMPT as EVENT
from organisation.fold.schedule_reminders import GAP
from organisation.fold.task_changes import PROMPT
from organisation.model.organisation import Organisation
from roles.person_ids import PersonId


def reminders(before: Organisation, after: Organisation, entries: Sequence[Entry]) -> tuple[Job, ...]:
    """Return a job per person for the prompts that are due, and for those that these entries answered, postponed or repeated."""
    new = [(entry.n, entry.fact.asked) for entry in entries if isinstance(entry.fact, PromptDue)]
    jobs = [_job(after, who, [n for n, asked in new if who in asked]) for who in _each(asked for _, asked in new)]
    touched = [one for one in before.prompted if one.due.startswith(_touched(before, entries))]
    jobs += [_job(after, who, _together(before, one, who)) for one in touched for who in one.asked]
    return tuple({job.key: job for job in jobs}.values())


def _touched(before: Organisation, entries: Sequence[Entry]) -> tuple[str, ...]:
    """Return the start of the keys of the prompts that these entries concern."""
    facts = [entry.fact for entry in entries]
    changed = (fact.id for fact in facts if isinstance(fact, TaskDone | TaskMoved | TaskWithdrawn))
    asked = (fact.due for fact in facts if isinstance(fact, PromptPutOff | PromptDue))
    gone = {n for fact in facts if isinstance(fact, Redacted) for n in fact.entries}
    schedules = {schedule for fact in facts if (schedule := _schedule_of(fact)) is not None}
    reworded = (task.id for task in before.tasks if task.opened_by in gone)
    filled = (f"{GAP}:{schedule}:" for schedule in schedules)
    events = (fact.event for fact in facts if isinstance(fact, EventJudged | EventRepeated))
    renamed = (event.id for event in before.events if event.received_by in gone)
    return (
        *(f"{PROMPT}:{task}:" for task in (*changed, *reworded)),
        *(f"{EVENT}:{event}:" for event in (*events, *renamed)),
        *asked,
        *filled,
    )


def _schedule_of(fact: Fact) -> str | None:
    """Return the schedule whose shifts a fact changed, whose gaps may be filled now or open again."""
    if isinstance(fact, ShiftCovered | ShiftTaken | SwapAccepted | ShiftChangeUndone):
        return fact.schedule
    return None


def _together(before: Organisation, prompted: OpenPrompt, who: PersonId) -> list[int]:
    return [one.n for one in before.prompted if one.at == prompted.at and who in one.asked]


def _job(after: Organisation, who: PersonId, numbers: Sequence[int]) -> Job:
    first, last = min(numbers), max(numbers)
    key = key_of(JobKind.REMIND, after.key, first, who)
    return Job(kind=JobKind.REMIND, key=key, incident=after.key, entry=first, last=last, person=who, rank=NORMAL)


def _each(asked: Iterable[tuple[PersonId, ...]]) -> tuple[PersonId, ...]:
    return tuple(dict.fromkeys(who for people in asked for who in people))
