"""The messages to webhooks that follow from new entries: one job for each entry and webhook. They hold no text."""

from __future__ import annotations

from collections.abc import Sequence

from incident.entry import Entry
from incident.jobs import LATER, Job, JobKind
from incident.model.api.webhook import WebhookChoice
from incident.model.incident import Incident
from incident.rules.visibility import is_restricted


def webhook_jobs(incident: Incident, entries: Sequence[Entry], chosen: Sequence[WebhookChoice]) -> tuple[Job, ...]:
    """Return the jobs of the messages about entries."""
    return tuple(
        webhook_job(one.id, entry) for one in chosen if is_for(one, incident) for entry in entries if _sends(one, entry)
    )


def is_for(choice: WebhookChoice, incident: Incident) -> bool:
    """True if a webhook may learn of an incident."""
    is_open = not is_restricted(incident) or incident.number in choice.restricted
    return is_open and (not choice.services or incident.service in choice.services)


def _sends(choice: WebhookChoice, entry: Entry) -> bool:
    return entry.fact.kind in choice.kinds if choice.kinds else entry.fact.timeline is not None


def webhook_job(webhook: str, entry: Entry) -> Job:
    """Return the job of the message about one entry; again, it is the same job while the first is not done."""
    key = f"{JobKind.WEBHOOK}:{webhook}:{entry.key.id}:{entry.n}"
    return Job(kind=JobKind.WEBHOOK, key=key, incident=entry.key, entry=entry.n, webhook=webhook, rank=LATER)
