"""The jobs of intake: deliveries become events, rules declare incidents, and an incident learns of its alerts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.failpoints import Failpoint, no_failpoint
from bot.inbound.json_body import Unreadable
from bot.inbound.source_forms import read_alerts
from bot.worker.port import Delivered, JobHandler, JobRun, RateLimited, Refused, Result
from commands.core.record_service import RecordService
from commands.core.request import RESPONDER, Actor, Place, Request
from incident.entry import EntryPoint, Source, workspace_chain
from incident.jobs import JobKind
from organisation.effects.alert_changes import alert_changes
from organisation.entries.event_changes import EventRejected
from organisation.fold.organisation_fold import ORGANISATION
from organisation.model.alert import Delivery
from organisation.model.event_state import Event
from organisation.model.organisation import Organisation
from roles.person_ids import MUSTER
from storage.intake.deliveries import Deliveries, DeliveryState, StoredDelivery

READ, RECORDED = "intake:read", "intake:recorded"
_PAGE: Final = 500
_MOST_WHY: Final = 200


@dataclass(frozen=True)
class IntakeJobs:
    """The handlers of intake."""

    record: RecordService
    deliveries: Deliveries
    team: str
    reached: Failpoint = no_failpoint

    @property
    def handlers(self) -> dict[JobKind, JobHandler]:
        """The handler of each kind."""
        return {JobKind.INTAKE: self.read, JobKind.EVENT_DECLARATION: self.declare, JobKind.ALERTS: self.show}

    def read(self, run: JobRun) -> Result:
        """Read a page of deliveries into events. Killed at any point it reads them again: each alert is recorded once."""
        waiting, refused = self.deliveries.waiting(_PAGE), self.deliveries.refused(_PAGE)
        read: list[Delivery] = []
        unreadable: dict[str, str] = {}
        for one in waiting:
            try:
                read.append(self._delivery(one))
            except Unreadable as why:
                unreadable[one.id] = str(why)[:_MOST_WHY]
        self.reached(READ)
        if waiting or refused:
            rejected = _rejections([*refused, *(one for one in waiting if one.id in unreadable)])
            self.record.capture_alerts(self.team, read, rejected)
            self.reached(RECORDED)
        self.deliveries.settle([one.id for one in read], DeliveryState.READ)
        for identity, reason in unreadable.items():
            self.deliveries.settle([identity], DeliveryState.UNREADABLE, reason)
        self.deliveries.settle([one.id for one in refused], DeliveryState.REFUSED)
        return RateLimited(run.at) if len(waiting) == _PAGE or len(refused) == _PAGE else Delivered()

    def declare(self, run: JobRun) -> Result:
        """Declare the incident that a rule makes of an event, once."""
        event = self._event(lambda one: one.received_by == run.job.entry)
        if event is None or not event.is_open:
            return Delivered()
        request = Request(
            verb="declare",
            fields={"event": event.id},
            actor=Actor(id=MUSTER, groups=frozenset({RESPONDER})),
            team=self.team,
            place=Place(),
            source=Source(surface=EntryPoint.JOB, event=run.job.key),
            key=f"declare:{self.team}:{event.id}",
            at=run.at,
        )
        outcome = self.record.run(request)
        return Refused(outcome.reason or "") if outcome.is_refused and outcome.reason != "event_judged" else Delivered()

    def show(self, run: JobRun) -> Result:
        """Record in an incident how its alerts are now, as far as it does not know that."""
        found = self._organisation()
        return Delivered(facts=tuple(alert_changes(run.incident, found)))

    def _delivery(self, one: StoredDelivery) -> Delivery:
        source = self.record.policy.intake.sources.get(one.source)
        if source is None:
            raise Unreadable("the policy names its source no more")
        headers: dict[str, Any] = json.loads(one.headers)
        return Delivery(
            id=one.id,
            source=one.source,
            received_at=one.received_at,
            payload_sha256=one.sha256,
            payload_bytes=len(one.body),
            alerts=read_alerts(source, headers, one.body),
        )

    def _event(self, is_meant: Callable[[Event], bool]) -> Event | None:
        found = self._organisation()
        return next((one for one in (*found.events, *found.judged_events) if is_meant(one)), None)

    def _organisation(self) -> Organisation:
        key = workspace_chain(self.team)
        found = self.record.read(lambda reader: reader.peek_aggregate(ORGANISATION, key))
        return found or Organisation(key=key)


def _rejections(many: Sequence[StoredDelivery]) -> list[EventRejected]:
    """Return one fact for the requests of a source that were rejected for one reason."""
    counts = Counter((one.source, one.why or "unreadable") for one in many)
    first = {(one.source, one.why or "unreadable"): one.sha256 for one in reversed(many)}
    return [
        EventRejected.model_validate(
            {"source": source, "why": why, "count": count, "payload_sha256": first[source, why]}
        )
        for (source, why), count in counts.items()
    ]
