"""How deliveries change the incident: the messages in Slack that show it, who was prompted for what, and who was paged how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from incident.entries.delivery import (
    Announced,
    CardPosted,
    ChannelChanged,
    ChannelMade,
    DeliveryFailed,
    NoticeDelivered,
    NoticeMissed,
    NoticeSeen,
    Notified,
    PageAttempted,
    PageEnded,
    PagePlanned,
    PromptDue,
    PromptPutOff,
    PromptSent,
    QuietSet,
)
from incident.entry import Entry
from incident.fold.change import Change
from incident.jobs import JobKind
from incident.medium import Medium, slack_message
from incident.model.call_page import CallPage, PageAttempt
from incident.model.incident import Incident
from incident.model.response.policy_notice import Notice, NoticeDelivery, NoticeReceipt
from incident.model.slack_references import OpenPrompt, Prompted

Attempts: TypeAlias = tuple[PageAttempt, ...]
# Slack's own words for a channel in which no one can write any more.
CLOSED: Final[Mapping[str, str]] = {"archived": "is_archived", "deleted": "channel_not_found"}
# Without the scope to read a channel Muster can still write in it.
_WRITABLE: Final = frozenset({"missing_scope"})
_OF_NOTICE: Final = {"rule", "office", "people", "groups", "due_at", "by"}


def channel_made(incident: Incident, entry: Entry, fact: ChannelMade) -> Change:
    """Set the incident channel."""
    update = {"channel": fact.channel, "channel_name": fact.name, "private": fact.private, "closed": None}
    return {"places": incident.places.model_copy(update=update)}


def channel_changed(incident: Incident, entry: Entry, fact: ChannelChanged) -> Change:
    """Follow the channel to its new id or name, or set whether Muster can write in it."""
    places, update = incident.places, dict[str, object]()
    if fact.how == "moved" and fact.to is not None and places.channel not in (None, fact.to):
        update = {"channel": fact.to, "former": (*places.former, places.channel)}
    elif fact.how == "renamed":
        update = {"channel_name": fact.name}
    elif fact.how in CLOSED:
        update = {"closed": CLOSED[fact.how]}
    elif fact.how == "opened":
        update = {"closed": None}
    return {"places": places.model_copy(update=update)}


def place_lost(incident: Incident, entry: Entry, fact: DeliveryFailed) -> Change:
    """Set that there is no channel to write in, if it is the channel that could not be made or read."""
    if fact.what not in (JobKind.MAKE_CHANNEL, JobKind.RECONCILE) or fact.error in _WRITABLE:
        return {}
    return {"places": incident.places.model_copy(update={"closed": fact.error or "unknown"})}


def card_posted(incident: Incident, entry: Entry, fact: CardPosted) -> Change:
    """Set the card's message, where it is in Slack."""
    if fact.medium is not Medium.SLACK:
        return {}
    _, ts = slack_message(fact.ref)
    return {"places": incident.places.model_copy(update={"card_ts": ts})}


def announced(incident: Incident, entry: Entry, fact: Announced) -> Change:
    """Set the announcement's message, where it is in Slack."""
    if fact.medium is not Medium.SLACK:
        return {}
    channel, ts = slack_message(fact.ref)
    update = {"announced_channel": channel, "announced_ts": ts}
    return {"places": incident.places.model_copy(update=update)}


def prompt_due(incident: Prompted, entry: Entry, fact: PromptDue) -> Change:
    """Set who was prompted last for a deadline, and when."""
    others = tuple(p for p in incident.prompted if p.due != fact.due)
    asked = OpenPrompt(due=fact.due, n=entry.n, at=entry.recorded_at, ask=fact.ask, asked=fact.asked)
    return {"prompted": (*others, asked)}


def prompt_sent(incident: Prompted, entry: Entry, fact: PromptSent) -> Change:
    """Set the prompt's message, where it is in Slack."""
    if fact.medium is not Medium.SLACK:
        return {}
    channel, ts = slack_message(fact.ref)
    update = {"channel": channel, "ts": ts}
    return {"prompted": tuple(p.model_copy(update=update) if p.n == fact.prompt else p for p in incident.prompted)}


def prompt_put_off(incident: Prompted, entry: Entry, fact: PromptPutOff) -> Change:
    """Set until when the prompt is postponed, and who postponed it."""
    update = {"until": fact.until, "put_off_by": entry.by}
    return {"prompted": tuple(p.model_copy(update=update) if p.due == fact.due else p for p in incident.prompted)}


def quiet_set(incident: Incident, entry: Entry, fact: QuietSet) -> Change:
    """Set where Muster posts."""
    return {"quiet": fact.on}


def page_planned(incident: Incident, entry: Entry, fact: PagePlanned) -> Change:
    """Add how the person of a call is paged."""
    return {"call_pages": (*incident.call_pages, CallPage(call=fact.escalation, methods=fact.methods))}


def page_attempted(incident: Incident, entry: Entry, fact: PageAttempted) -> Change:
    """Add an attempt to the page of its call; the call may have been taken back."""
    attempt = PageAttempt(n=entry.n, at=entry.occurred_at, **fact.model_dump(exclude={"escalation", "error"}))
    return _page_changed(incident, fact.escalation, lambda attempts: (*attempts, attempt))


def page_ended(incident: Incident, entry: Entry, fact: PageEnded) -> Change:
    """Set how an attempt ended."""
    which, update = (fact.position, fact.attempt), {"ended": fact.how, "ended_at": entry.occurred_at}

    def ended(attempts: Attempts) -> Attempts:
        return tuple(one.model_copy(update=update) if (one.position, one.attempt) == which else one for one in attempts)

    return _page_changed(incident, fact.escalation, ended)


def _page_changed(incident: Incident, call: int, change: Callable[[Attempts], Attempts]) -> Change:
    pages = (
        page.model_copy(update={"attempts": change(page.attempts)}) if page.call == call else page
        for page in incident.call_pages
    )
    return {"call_pages": tuple(pages)}


def notified(incident: Incident, entry: Entry, fact: Notified) -> Change:
    """Add the notice."""
    notice = Notice(n=entry.n, at=entry.recorded_at, **fact.model_dump(include=_OF_NOTICE))
    return {"notices": (*incident.notices, notice)}


def notice_delivered(incident: Incident, entry: Entry, fact: NoticeDelivered) -> Change:
    """Add the delivery, also one that failed."""
    delivery = NoticeDelivery(who=fact.who, medium=fact.medium, at=entry.recorded_at, ref=fact.ref)
    return _notice_changed(incident, fact.notified, lambda one: {"deliveries": (*one.deliveries, delivery)})


def notice_seen(incident: Incident, entry: Entry, fact: NoticeSeen) -> Change:
    """Add the receipt."""
    receipt = NoticeReceipt(who=entry.by, at=entry.recorded_at)
    return _notice_changed(incident, fact.notified, lambda one: {"receipts": (*one.receipts, receipt)})


def notice_missed(incident: Incident, entry: Entry, fact: NoticeMissed) -> Change:
    """Set that the notice was not confirmed in time."""
    return _notice_changed(incident, fact.notified, lambda one: {"missed": True})


def _notice_changed(incident: Incident, n: int, update: Callable[[Notice], Change]) -> Change:
    notices = (one.model_copy(update=update(one)) if one.n == n else one for one in incident.notices)
    return {"notices": tuple(notices)}
