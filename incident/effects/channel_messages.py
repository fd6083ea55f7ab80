"""Which entries post a message in the incident channel, and with which template. Knows no text and no channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from incident.effects.job_keys import channel_key, key_of, ordering_key_of
from incident.effects.notifications import is_recorded_late, news_elsewhere
from incident.entries.conversation import GapNoted
from incident.entries.delivery import ChannelChanged, DeliveryFailed, PageAttempted
from incident.entries.lifecycle import Declared, StateChanged
from incident.entries.outside.attached_alerts import AlertAttached
from incident.entries.role_holders import Escalated, RoleTaken
from incident.entries.status_updates import NO_CHANNEL, StatusUpdatePosted, UpdateDelivered
from incident.entry import Entry
from incident.jobs import NORMAL, URGENT, Job, JobKind
from incident.model.incident import Incident
from incident.policy import Policy
from incident.states import Audience, State
from roles.person_ids import MUSTER

UPDATES_HERE: Final = "updates/internal"
_BY_STATE: Final = {
    State.MITIGATED: "mitigated",
    State.RESTORED: "restored",
    State.ACTIVE: "regress",
    State.CLOSED: "close",
}
_UNSAID: Final = frozenset(
    {
        JobKind.SAY,
        JobKind.SAY_ELSEWHERE,
        JobKind.MAKE_CHANNEL,
        JobKind.NO_CHANNEL,
        JobKind.NOT_INVITED,
        JobKind.APPROVER,
        JobKind.HOME,
    }
)


# What someone must learn although Slack refuses the channel: that a person cannot be paged, or does not answer.
_URGENT_NEWS: Final = ("surfaces/page_failed", "surfaces/lapsed")
_PAGES: Final = (JobKind.PAGE, JobKind.PAGE_METHOD)


def without_channel(after: Incident, entries: Sequence[Entry], policy: Policy) -> tuple[Job, ...]:
    """Return what brings the news of calls to people while the channel is refused, archived or gone."""
    if after.places.closed is None or after.is_over:
        return ()
    news = ((entry, template) for entry in entries if (template := _notice_of(entry)) and _is_urgent(entry, template))
    return tuple(job for entry, name in news for job in news_elsewhere(after, entry.n, entries[-1].n, name, policy))


def _is_urgent(entry: Entry, template: str) -> bool:
    is_lost_page = isinstance(entry.fact, DeliveryFailed) and entry.fact.what in _PAGES
    return template in _URGENT_NEWS or is_lost_page


def channel_messages(after: Incident, entries: Sequence[Entry]) -> tuple[Job, ...]:
    """Return one message for what a person did, and one for each event that people must know about.

    Of an act that closes the incident the message is about that. That an incident is declared is read before who is paged.
    """
    acted = [entry for entry in entries if entry.by != MUSTER]
    found = [_message(after, entry, entries[-1], template) for entry in entries if (template := _notice_of(entry))]
    closing = (entry for entry in acted if isinstance(entry.fact, StateChanged) and entry.fact.new is State.CLOSED)
    first = next(closing, None) or next((entry for entry in acted if template_of(entry)), None)
    if first is not None:
        own = _message(after, first, entries[-1], _internal_update(after, acted) or template_of(first) or "")
        found.insert(0 if isinstance(first.fact, Declared) else len(found), own)
    return tuple(found)


def _internal_update(after: Incident, acted: Sequence[Entry]) -> str | None:
    """Return the template of an internal update, which the channel shows in full instead of a message about it.

    One that is recorded later than it was sent is not sent again.
    """
    posted = [e.fact for e in acted if isinstance(e.fact, StatusUpdatePosted) and not is_recorded_late(after, e)]
    return UPDATES_HERE if any(fact.audience is Audience.INTERNAL for fact in posted) else None


def template_of(entry: Entry) -> str | None:
    """Return the name of the template in templates/slack/ of what a person did, or None when nothing is posted."""
    fact = entry.fact
    if isinstance(fact, RoleTaken):
        return "assign" if fact.how == "assigned" else "take"
    if isinstance(fact, Declared) and fact.adopted_channel:
        return "backfill"
    if isinstance(fact, StateChanged):
        return _BY_STATE.get(fact.new)
    return fact.template


def _notice_of(entry: Entry) -> str | None:
    fact = entry.fact
    if isinstance(fact, Escalated) and fact.automatic and fact.follows is None:
        return "surfaces/paged"
    if isinstance(fact, GapNoted):
        return "surfaces/gap" if fact.edge == "ends" else None
    if isinstance(fact, PageAttempted):
        return "surfaces/page_failed" if fact.outcome == "failed" else None
    if isinstance(fact, DeliveryFailed):
        return None if fact.what in _UNSAID else "surfaces/lost"
    if isinstance(fact, UpdateDelivered):
        # The message about an update says itself that there is no channel for it.
        return "surfaces/undelivered" if fact.error and fact.error != NO_CHANNEL and fact.is_final else None
    if isinstance(fact, ChannelChanged):
        return "surfaces/shared" if fact.how == "shared" else None
    if isinstance(fact, AlertAttached) and fact.is_first:
        return None
    return fact.notice


def _message(after: Incident, first: Entry, last: Entry, template: str) -> Job:
    opens = first.fact.kind == "declared"
    kind = JobKind.UPDATE_HERE if template == UPDATES_HERE else JobKind.SAY
    return Job(
        kind=kind,
        key=key_of(kind, after.key, first.n),
        incident=after.key,
        entry=first.n,
        last=last.n,
        template=template,
        rank=NORMAL if opens else URGENT,
        ordering_key=ordering_key_of(after.key),
        needs=key_of(JobKind.CARD, after.key) if opens else channel_key(after.key),
    )
