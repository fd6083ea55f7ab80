"""The first draft of a review, made from the record alone: every line names the entry that it comes from. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, Literal

from incident.entries import (
    TIMELINE_KINDS,
    conversation,
    delivery,
    lifecycle,
    restoration,
    role_holders,
    status_updates,
)
from incident.entries.outside import outside_notices, provider_cases, regulatory_clocks
from incident.entry import Entry
from incident.fold.aggregate_fold import undone_by
from incident.model.incident import Incident
from incident.record.corrected_times import corrected_times
from incident.states import RESPONDING, State

LATE_DETECTION: Final = timedelta(minutes=15)
_MILESTONES: Final = (lifecycle.Declared, lifecycle.Acknowledged, lifecycle.MajorDeclared, lifecycle.Reopened)
_NEW_STATES: Final = frozenset({State.MITIGATED, State.RESTORED, State.RESOLVED, State.CLOSED})
_NOTIFIED: Final = (
    role_holders.Escalated,
    delivery.Notified,
    status_updates.StatusUpdatePosted,
    outside_notices.OutsideNoticeGiven,
    regulatory_clocks.ReportSubmitted,
    provider_cases.CustomersInformed,
)
_MISSED: Final = (status_updates.UpdateMissed, status_updates.UpdatesMissed)
DRAFT_KINDS: Final = (*TIMELINE_KINDS, *(fact.kind for fact in _MISSED))
"""The kinds of entries that a draft is made from."""


@dataclass(frozen=True)
class CitedEntry:
    """An entry, and when it happened by its last correction (UTC).

    With `mark` it is cited for a time that it states, `started` or `detected`, which is `at`.
    """

    entry: Entry
    at: datetime
    mark: Literal["", "started", "detected"] = ""

    @property
    def n(self) -> int:
        """The number of the entry."""
        return self.entry.n


@dataclass(frozen=True)
class QuietStretch:
    """A stretch without an entry of the timeline, between the entries `n` and `next_n`."""

    since: datetime
    until: datetime
    n: int
    next_n: int

    @property
    def length(self) -> timedelta:
        """How long it lasted."""
        return self.until - self.since


@dataclass(frozen=True)
class OpenQuestion:
    """A question that the record leaves open: the name of its sentence, the entry it comes from, and its subject.

    It comes from no entry where it asks for what the record lacks.
    """

    ask: str
    n: int | None = None
    about: str = ""


@dataclass(frozen=True)
class ReviewDraft:
    """The draft: the course by milestones, decisions, who was notified when, and what the record lacks."""

    milestones: tuple[CitedEntry, ...]
    decisions: tuple[CitedEntry, ...]
    notified: tuple[CitedEntry, ...]
    missed: tuple[CitedEntry, ...]
    silences: tuple[QuietStretch, ...]
    questions: tuple[OpenQuestion, ...]


def review_draft(entries: Sequence[Entry], incident: Incident, longest_silence: timedelta) -> ReviewDraft:
    """Return the draft from the entries of an incident; those that were taken back are left out."""
    undone, corrected = undone_by(entries), corrected_times(entries)
    cited = [CitedEntry(one, corrected.get(one.n, one.occurred_at)) for one in entries if one.n not in undone]
    cited.sort(key=lambda one: (one.at, one.n))
    silences = tuple(_silences(cited, longest_silence))
    return ReviewDraft(
        milestones=_course(cited, incident),
        decisions=_of(cited, conversation.DecisionMade),
        notified=_of(cited, *_NOTIFIED),
        missed=_of(cited, *_MISSED),
        silences=silences,
        questions=tuple(_questions(cited, incident, silences)),
    )


def last_of_kinds(entries: Sequence[Entry]) -> dict[str, int]:
    """Return the number of the last entry of each kind that was not taken back."""
    undone = undone_by(entries)
    return {one.fact.kind: one.n for one in entries if one.n not in undone}


def _course(cited: Sequence[CitedEntry], incident: Incident) -> tuple[CitedEntry, ...]:
    """Return the milestones, with the start and the detection where they are known, by the entry that states each."""
    found = [one for one in cited if _is_milestone(one.entry)]
    times = incident.times
    marks: tuple[tuple[Literal["started", "detected"], datetime | None], ...] = (
        ("started", times.started_at),
        ("detected", times.detected_at),
    )
    for mark, at in marks:
        stated = [one for one in cited if at is not None and _states(one.entry.fact, f"{mark}_at", at)]
        if at is not None and stated:
            found.append(CitedEntry(stated[-1].entry, at, mark))
    return tuple(sorted(found, key=lambda one: (one.at, not one.mark, one.mark != "started", one.n)))


def _states(fact: object, field: str, at: datetime) -> bool:
    """True for the entry that set a time last, and for the declaration, which has the first one."""
    return isinstance(fact, lifecycle.Declared) or (
        isinstance(fact, lifecycle.TimeSet) and (fact.field, fact.at) == (field, at)
    )


def _of(cited: Iterable[CitedEntry], *kinds: type) -> tuple[CitedEntry, ...]:
    return tuple(one for one in cited if isinstance(one.entry.fact, kinds))


def _is_milestone(entry: Entry) -> bool:
    fact = entry.fact
    if isinstance(fact, lifecycle.StateChanged):
        return fact.new in _NEW_STATES or _is_relapse(fact)
    return isinstance(fact, _MILESTONES)


def _is_relapse(fact: object) -> bool:
    if not isinstance(fact, lifecycle.StateChanged):
        return False
    return fact.new is State.ACTIVE and fact.old in (State.MITIGATED, State.RESTORED)


def _silences(cited: Sequence[CitedEntry], longest: timedelta) -> Iterator[QuietStretch]:
    """Yield the stretches from the declaration to the restoration that are longer than that."""
    shown = [one for one in cited if one.entry.fact.timeline is not None]
    logged = next((one.at for one in shown if isinstance(one.entry.fact, lifecycle.Declared)), None)
    restored = [one.at for one in shown if getattr(one.entry.fact, "new", None) is State.RESTORED]
    if logged is None:
        return
    during = [one for one in shown if one.at >= logged and (not restored or one.at <= restored[-1])]
    for before, after in pairwise(during):
        if after.at - before.at > longest:
            yield QuietStretch(before.at, after.at, before.n, after.n)


def _questions(
    cited: Sequence[CitedEntry], incident: Incident, silences: Iterable[QuietStretch]
) -> Iterator[OpenQuestion]:
    """Yield what to ask in the meeting, in the order of a review: detection, response, fix, communication."""
    times, first = incident.times, cited[0].n if cited else 1
    if times.started_at is None:
        yield OpenQuestion("started")
    elif times.detected_at is not None and times.detected_at - times.started_at > LATE_DETECTION:
        yield OpenQuestion("detected", first)
    if times.acknowledged_at is None and incident.state not in RESPONDING:
        yield OpenQuestion("acknowledged")
    if not _of(cited, conversation.DecisionMade):
        yield OpenQuestion("decisions")
    yield from (OpenQuestion("silence", one.n, str(one.next_n)) for one in silences)
    yield from (OpenQuestion("relapse", one.n) for one in cited if _is_relapse(one.entry.fact))
    yield from (OpenQuestion("reopened", one.n) for one in _of(cited, lifecycle.Reopened))
    yield from (OpenQuestion("missed", one.n) for one in _of(cited, *_MISSED))
    yield from _left_over(cited, incident)


def _left_over(cited: Sequence[CitedEntry], incident: Incident) -> Iterator[OpenQuestion]:
    """Yield what is still in place or to be done: the cause, temporary fixes, actions."""
    if incident.resolution is not None and incident.resolution.how == "workaround":
        yield from (OpenQuestion("cause", one.n) for one in _of(cited, restoration.Resolved)[-1:])
    fixes = {one.id for one in incident.temp_fixes if one.removed_at is None}
    actions = {one.id for one in incident.actions if one.done_at is None}
    for one in cited:
        fact = one.entry.fact
        if isinstance(fact, restoration.TempFixAdded) and fact.id in fixes:
            yield OpenQuestion("temp_fix", one.n, fact.id)
        elif isinstance(fact, conversation.ActionOpened) and fact.id in actions:
            yield OpenQuestion("action", one.n, fact.id)
