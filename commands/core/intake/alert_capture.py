"""Alerts of sources become events: the third kind of capture. Each is recorded once, however often a source sends it.

A storm is one event with a count; what comes again of an event is counted; a new alert of a group that was judged is news.
Knows no form in which a source writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from commands.core.intake.alert_events import (
    is_news,
    joined_event,
    known_event,
    received,
    rule_for,
    rule_name,
)
from commands.core.request_handler import outcome_of
from commands.core.sessions.organisation_session import OrganisationSession
from incident.entry import EntryPoint, Fact, Source, workspace_chain
from incident.policy import Policy
from incident.ports import Outcome, Recorder, UnitOfWork
from organisation.entries.event_changes import EventJudged, EventRejected, EventRepeated
from organisation.model.alert import Alert, AlertStatus, Delivery, digest_of, mark_of
from organisation.model.event_state import Event, next_event_id
from organisation.model.organisation import Organisation

_BACK: Final = timedelta(days=7)


def capture_alerts(
    many: Sequence[Delivery],
    rejected: Sequence[EventRejected] = (),
    *,
    team: str,
    recorder: Recorder,
    policy: Policy,
    at: datetime,
) -> Outcome:
    """Record what deliveries brought, and the requests that were rejected, in one transaction."""

    def work(unit: UnitOfWork) -> Outcome:
        session = OrganisationSession(unit, workspace_chain(team), policy, at)
        session.record_overdue()
        session.record([session.by_muster(fact, Source(surface=EntryPoint.WEB)) for fact in rejected])
        batch = _Batch(session, policy)
        for delivery in many:
            batch.take(delivery)
        batch.finish()
        session.prompt()
        session.flush()
        return outcome_of("capture_alerts", session, session.entries)

    return recorder.transact(work, first=False)


class _Batch:
    """The alerts of one transaction: new events are recorded at once, what comes again of one is recorded together."""

    def __init__(self, session: OrganisationSession, policy: Policy) -> None:
        self._session, self._policy = session, policy
        self._repeated: dict[str, _Repetition] = {}

    def take(self, delivery: Delivery) -> None:
        """Take the alerts of a delivery that were not taken before."""
        if delivery.source not in self._policy.intake.sources:
            return
        keys = [occurrence_key(delivery, index) for index in range(len(delivery.alerts))]
        members = [_member_key(delivery, alert) for alert in delivery.alerts]
        # What is over never fires afterwards: its firing, if it comes late, is known by then.
        also = [
            occurrence_key(delivery, i, AlertStatus.FIRING) for i, one in enumerate(delivery.alerts) if _is_over(one)
        ]
        claimed = self._session.unit.claim(self._session.key, tuple(dict.fromkeys((*keys, *also, *members))))
        seen: set[str] = set()
        for alert, key, member in zip(delivery.alerts, keys, members, strict=True):
            if key in claimed and key not in seen:
                self._take(delivery, alert, is_member=member in claimed and member not in seen)
            seen |= {key, member}

    def finish(self) -> None:
        """Record what came again."""
        facts = [one.fact(self._event(event)) for event, one in self._repeated.items()]
        self._session.record([self._session.by_muster(fact, Source(surface=EntryPoint.WEB)) for fact in facts])

    def _take(self, delivery: Delivery, alert: Alert, *, is_member: bool) -> None:
        digest = digest_of(delivery.source, alert.group or alert.key)
        event, mark = known_event(self._state, digest), mark_of(alert)
        if alert.status is AlertStatus.RESOLVED:
            if event is not None and mark in self._firing(event):
                self._repetition(event).resolve(mark)
        elif alert.status is AlertStatus.FIRING:
            if event is None or self._is_news(event, mark, delivery.received_at, is_member=is_member):
                self._open(delivery, alert, digest)
            else:
                self._repetition(event).fire(mark, is_member=is_member)

    def _is_news(self, event: Event, mark: str, at: datetime, *, is_member: bool) -> bool:
        if event.is_open or mark in self._firing(event):
            return False
        if event.number is not None:
            key = self._session.unit.find(self._session.key.team, number=event.number)
            incident = self._session.unit.peek(key) if key else None
            return incident is None or incident.is_over
        return is_news(event, at, self._policy, is_member=is_member)

    def _open(self, delivery: Delivery, alert: Alert, digest: str) -> None:
        """Record a new event, or let it belong to the one of which a storm has come."""
        rule = rule_for(delivery.source, alert, self._policy)
        identity = next_event_id(self._state.last_event, delivery.received_at.year)
        fact = received(delivery, alert, digest=digest, rule=rule, event=identity, policy=self._policy)
        joined = joined_event(self._state, fact, rule, self._policy, delivery.received_at)
        if joined is not None:
            self._repetition(joined).fire(mark_of(alert), is_member=True, digest=digest)
            return
        self._record(fact, delivery)
        number = self._number_of_open(fact.service) if rule is not None and rule.then == "attach" else None
        if number is not None:
            judged = EventJudged(event=fact.id, is_incident=True, number=number, rule=rule_name(rule))
            self._record(judged, delivery)

    def _number_of_open(self, service: str | None) -> str | None:
        """Return the number of the newest open incident of a service, None without one."""
        if service is None:
            return None
        found = self._session.unit.open_of_service(
            self._session.key.team, service, self._session.at - _BACK, drill=False
        )
        return found[-1].number if found else None

    def _record(self, fact: Fact, delivery: Delivery) -> None:
        source = Source(surface=EntryPoint.WEB, event=delivery.id)
        self._session.record([self._session.by_muster(fact, source, delivery.received_at)])

    def _repetition(self, event: Event) -> _Repetition:
        return self._repeated.setdefault(event.id, _Repetition(set(event.firing)))

    def _firing(self, event: Event) -> set[str]:
        known = self._repeated.get(event.id)
        return known.firing if known is not None else set(event.firing)

    def _event(self, event: str) -> Event:
        found = self._state.event(event)
        if found is None:
            raise RuntimeError("an event that came again is not known")
        return found

    @property
    def _state(self) -> Organisation:
        return self._session.state or Organisation(key=self._session.key)


class _Repetition:
    """What came again of one event in one transaction."""

    def __init__(self, firing: set[str]) -> None:
        self.firing = firing
        self._count = self._members = 0
        self._changed: dict[str, None] = {}
        self._digests: dict[str, None] = {}

    def fire(self, mark: str, *, is_member: bool, digest: str | None = None) -> None:
        """Add an alert that fires."""
        self.firing.add(mark)
        self._count, self._members = self._count + 1, self._members + is_member
        self._changed[mark] = None
        if digest is not None:
            self._digests[digest] = None

    def resolve(self, mark: str) -> None:
        """Take an alert away that is over."""
        self.firing.discard(mark)
        self._count += 1
        self._changed[mark] = None

    def fact(self, event: Event) -> EventRepeated:
        """Return the fact."""
        return EventRepeated(
            event=event.id,
            is_firing=bool(self.firing),
            count=self._count,
            members=self._members,
            fired=tuple(mark for mark in self._changed if mark in self.firing and mark not in event.firing),
            resolved=tuple(mark for mark in self._changed if mark not in self.firing),
            digests=tuple(self._digests),
        )


def occurrence_key(delivery: Delivery, index: int, status: AlertStatus | None = None) -> str:
    """Return the key under which an alert is recorded once: source, key, start and status; without a start, its delivery's.

    The month in it says until when it is needed.
    """
    alert = delivery.alerts[index]
    if alert.starts_at is None:
        return f"alert:{delivery.received_at:%Y-%m}:{delivery.id}:{index}"
    start = alert.starts_at.isoformat()
    return f"alert:{alert.starts_at:%Y-%m}:{digest_of(delivery.source, alert.key, start, status or alert.status)}"


def _member_key(delivery: Delivery, alert: Alert) -> str:
    return f"alert:{delivery.received_at:%Y-%m}:member:{digest_of(delivery.source, alert.group, alert.key)}"


def _is_over(alert: Alert) -> bool:
    return alert.status is AlertStatus.RESOLVED and alert.starts_at is not None
