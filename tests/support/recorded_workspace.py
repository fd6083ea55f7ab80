"""Invented facts of the workspace chain: keys, publishing, deletion, tasks and shifts."""

from __future__ import annotations

from incident.entries import delivery, integrity
from incident.entry import NewEntry
from incident.medium import Medium, slack_ref
from organisation.entries import change_records, event_changes, shift_changes, task_changes
from roles.person_ids import MUSTER
from tests.support.recorded_team import BEN, CYD, at, draft, ts


def told_of_keeping() -> list[NewEntry]:
    """Return invented facts of the workspace chain about keys, publishing and deletion."""
    hexes = {name: name[0] * 64 for name in ("old", "new", "root", "head")}
    return [
        draft(
            integrity.CheckpointPublished(
                seq=1, root=hexes["root"], medium=Medium.SLACK, ref=slack_ref("C0AUDIT", ts(30))
            ),
            by=MUSTER,
        ),
        draft(
            integrity.KeyRotated(
                old=hexes["old"], new=hexes["new"], statement="{}", signature="s" * 128, countersignature="c" * 128
            ),
            by=MUSTER,
        ),
        draft(
            integrity.Retired(
                incident="01GONE",
                number="INC-2020-0001",
                entries=9,
                head=hexes["head"],
                ended_at=at(0),
                kept_until=at(9),
                years=3,
                policy_version="1",
                policy_hash="p" * 64,
            ),
            by=MUSTER,
        ),
    ]


def organised() -> list[NewEntry]:
    """Return invented facts of the workspace chain about tasks and their reminders."""
    opened = {"task_kind": task_changes.TaskKind.LESSON, "owner": BEN, "incident": "INC-2026-0001"}
    return [
        draft(task_changes.TaskOpened(id="T1", text="Write the runbook", due_at=at(9000), **opened)),
        draft(task_changes.TaskOpened(id="T2", text="Ask the vendor", due_at=at(9000), **opened)),
        draft(task_changes.TaskMoved(id="T1", owner=CYD, due_at=at(9500), reason="Ben is away"), by=BEN),
        draft(delivery.PromptDue(due="task:T2:1", ask="task", asked=(BEN, CYD), due_at=at(9000)), by=MUSTER),
        draft(task_changes.TaskDone(id="T1", evidence="It is in the wiki"), by=CYD),
        draft(task_changes.TaskWithdrawn(id="T2", reason="The vendor is gone"), by=BEN),
        *_shifts_changed(),
        *_events(),
        draft(change_records.ChangeRecorded(ref="CHG-1", text="New library", service="payments"), by=BEN),
    ]


def _shifts_changed() -> list[NewEntry]:
    """Return invented facts about shifts. The first of them is entry 1 where nothing else is in the chain."""
    hours = {"schedule": "payments", "start": at(9000), "end": at(9240)}
    theirs = {"their_start": at(9600), "their_end": at(9840)}
    answered = {"offer": 1, "schedule": "payments", "from_who": BEN}
    return [
        draft(shift_changes.ShiftCovered(**hours, add=CYD, remove=BEN, reason="I am at the dentist"), by=BEN),
        draft(shift_changes.ShiftTaken(**hours, remove=CYD, reason="Cyd is ill"), by=BEN),
        draft(
            shift_changes.ShiftChangeUndone(change=1, schedule="payments", people=(BEN, CYD), reason="A slip"), by=BEN
        ),
        draft(shift_changes.SwapOffered(**hours, **theirs, to=CYD, reason="A holiday"), by=BEN),
        draft(shift_changes.SwapAccepted(**hours, **theirs, offer=1, from_who=BEN), by=CYD),
        draft(shift_changes.SwapDeclined(**answered), by=CYD),
        draft(shift_changes.SwapWithdrawn(offer=1, schedule="payments", to=CYD), by=BEN),
        draft(shift_changes.SwapLapsed(**answered, to=CYD), by=MUSTER),
    ]


def _events() -> list[NewEntry]:
    """Return invented facts about an event that is judged, one that is none, and requests that are rejected."""
    of_alert = {"source": "noc", "event_kind": event_changes.EventKind.ALERT, "service": "payments", "digest": "d" * 64}
    body = {"is_signed": True, "payload_sha256": "p" * 64, "payload_bytes": 512}
    return [
        draft(event_changes.EventReceived(id="EV-2026-0001", text="Disk full", **of_alert, **body), by=MUSTER),
        draft(event_changes.EventReceived(id="EV-2026-0002", text="CPU high", callback="Room 4", **of_alert), by=BEN),
        draft(event_changes.EventRepeated(event="EV-2026-0001", is_firing=False, count=3, members=1), by=MUSTER),
        draft(event_changes.EventJudged(event="EV-2026-0001", is_incident=True, number="INC-2026-0001"), by=BEN),
        draft(
            event_changes.EventJudged(event="EV-2026-0002", is_incident=False, reason="A planned test of load"), by=CYD
        ),
        draft(event_changes.EventRejected(source="noc", why="signature", count=2, payload_sha256="q" * 64), by=MUSTER),
    ]
