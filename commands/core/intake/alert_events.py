"""What becomes of an alert: the event that it belongs to, whether it is news, and the rule of the policy that holds for it. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import escape
from typing import Final

from incident.frozen import clean
from incident.policy import Policy
from incident.policy_parts.intake_rules import IntakeRule, IntakeSource
from incident.rules.seen_length import cut_seen
from incident.states import Priority
from organisation.entries.event_changes import EventKind, EventReceived
from organisation.model.alert import Alert, Delivery, mark_of
from organisation.model.event_state import Event
from organisation.model.organisation import Organisation

_TITLE_LENGTH: Final = 250
_DETAILS_LENGTH: Final = 2000
_AHEAD: Final = timedelta(minutes=5)
_BEHIND: Final = timedelta(days=7)
# An address that cannot end the markup it is shown in, and names no user and password.
_LINK: Final = re.compile(r"https?://[^\s<>|@\"'`]{1,900}")


def known_event(organisation: Organisation, digest: str) -> Event | None:
    """Return the event that gathers alerts under a digest: one to judge, else the latest that was judged."""
    found = (one for one in (*reversed(organisation.events), *reversed(organisation.judged_events)))
    return next((one for one in found if digest in one.digests), None)


def is_news(event: Event, at: datetime, policy: Policy, *, is_member: bool) -> bool:
    """True if an alert of an event that was judged no incident is asked about: a new one, or one after some quiet."""
    quiet = timedelta(minutes=policy.intake.quiet_minutes)
    return is_member or event.judged_at is None or at >= max(event.judged_at, event.last_at) + quiet


def rule_for(source: str, alert: Alert, policy: Policy) -> IntakeRule | None:
    """Return the first rule that holds for an alert, or None."""
    service, priority = service_of(source, alert, policy), priority_of(source, alert, policy)
    for rule in policy.intake.rules:
        when = rule.when
        pairs = (
            (when.source, source),
            (when.service, service),
            (when.severity, alert.severity),
            (when.priority, priority),
        )
        has_title = when.title is None or when.title.lower() in alert.title.lower()
        if has_title and all(not listed or value in listed for listed, value in pairs):
            return rule
    return None


def rule_name(rule: IntakeRule | None) -> str | None:
    """Return the name of a rule that judges by itself; None for a proposal."""
    return rule.name if rule is not None and rule.then != "propose" else None


def service_of(source: str, alert: Alert, policy: Policy) -> str | None:
    """Return the service of ours that an alert is about: by the source's mapping, by its name, else the source's own."""
    rules = policy.intake.sources.get(source, IntakeSource.model_construct())
    named = rules.services.get(alert.service or "", alert.service)
    found = named if named in policy.services else rules.service
    return found if found in policy.services else None


def priority_of(source: str, alert: Alert, policy: Policy) -> Priority | None:
    """Return the priority that a source's severity means by the policy; none for an unknown word."""
    word = alert.severity or ""
    known = policy.intake.sources[source].severities if source in policy.intake.sources else {}
    return known.get(word) or next((one for one in Priority if one.value == word), None)


def joined_event(
    organisation: Organisation, fact: EventReceived, rule: IntakeRule | None, policy: Policy, at: datetime
) -> Event | None:
    """Return the event of the same source, service and rule that came a moment ago: so many alerts are one event."""
    since = at - timedelta(seconds=policy.intake.gather_seconds)
    name = rule_name(rule)
    for event in (*reversed(organisation.events), *reversed(organisation.judged_events)):
        is_same = (event.source, event.service) == (fact.source, fact.service) and event.received_at > since
        if is_same and (event.rule == name if event.rule else event.is_open and event.declares == fact.declares):
            return event
    return None


def received(
    delivery: Delivery,
    alert: Alert,
    *,
    digest: str,
    rule: IntakeRule | None,
    event: str,
    policy: Policy,
) -> EventReceived:
    """Return the fact of a new event. Its text is a sender's: escaped, cut, and data everywhere."""
    at, start, source = delivery.received_at, alert.starts_at, policy.intake.sources[delivery.source]
    hidden = f"\nThe source left out {alert.hidden} more alerts of this group." if alert.hidden else ""
    details = f"{alert.description or ''}{hidden}".strip()
    return EventReceived(
        id=event,
        source=delivery.source,
        event_kind=EventKind.ALERT,
        text=_text(alert.title, _TITLE_LENGTH) or delivery.source,
        details=_text(details, _DETAILS_LENGTH) or None,
        link=alert.url if alert.url and _LINK.fullmatch(alert.url) else None,
        service=service_of(delivery.source, alert, policy),
        priority=priority_of(delivery.source, alert, policy),
        digest=digest,
        starts_at=start,
        is_implausible=start is not None and not at - _BEHIND <= start <= at + _AHEAD,
        fired=(mark_of(alert),),
        declares=rule.name if rule is not None and rule.then == "declare" else None,
        is_signed=source.form in ("grafana", "pagerduty", "sentry", "sns"),
        payload_sha256=delivery.payload_sha256,
        payload_bytes=delivery.payload_bytes,
    )


def _text(given: str, limit: int) -> str:
    return cut_seen(escape(clean(given), quote=False).strip(), limit)
