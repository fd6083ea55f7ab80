"""Pages people beside Slack: sends each attempt, asks for its receipt, and stops what rings. Decides no rule of a call.

Addresses are read from the directory when they are used, and stay here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from bot.clock import Clock
from bot.failpoints import Failpoint, no_failpoint
from bot.notify.answers.answer_address import AnswerAddresses, answer_url
from bot.notify.answers.provider_accounts import ProviderAccounts
from bot.notify.channel import (
    Acknowledged,
    Acknowledgement,
    Arrived,
    Channel,
    Expired,
    Page,
    PolledChannel,
    StoppableChannel,
    TrackedChannel,
    Unacknowledged,
)
from bot.notify.channel_factory import NEEDED_SETTING
from bot.notify.page_text import PageContext, page_of, reply_code, slack_link
from bot.notify.retries import is_short_wait, retry_pause
from bot.rendering.renderer import Renderer
from bot.worker.port import Delivered, JobHandler, JobRun, RateLimited, Refused, Result, Unknown
from commands.core.record_service import RecordService
from commands.core.request import Actor, Place, Request
from incident.entries.delivery import PageAttempted, PageEnded
from incident.entry import EntryPoint, Source
from incident.jobs import Job, JobKind
from incident.medium import RECEIPTS, Medium, PlannedMethod
from incident.model.call_page import CallPage, PageAttempt
from incident.model.components import Escalation
from incident.model.contact_method import ContactMethod
from incident.model.incident import Incident
from incident.policy_parts.update_recipients import medium_of_recipient
from incident.rules.responders.call_pages import call_of, is_settled, is_wanted, page_of_call
from incident.rules.responders.open_calls import can_be_answered
from roles.person_ids import PersonId

# How often a receipt is asked for, by how long ago the page was sent.
_POLLED: Final = (
    (timedelta(minutes=2), timedelta(seconds=5)),
    (timedelta(minutes=30), timedelta(seconds=15)),
    (timedelta(days=1), timedelta(minutes=1)),
)
# A provider that knows nothing of a page for so long may have lost it.
_DOUBTFUL_AFTER: Final = timedelta(minutes=1)
_GONE: Final = "The contact method was removed or changed."

_KINDS: Final = frozenset({JobKind.PAGE_METHOD, JobKind.PAGE_RECEIPT, JobKind.PAGE_STOP, JobKind.NOTICE_OUTSIDE})


class ContactBook(Protocol):
    """The directory, as far as a page needs it."""

    def contact_methods(self, person: PersonId) -> tuple[ContactMethod, ...]:
        """Return how a person is paged, in that person's order."""


@dataclass(frozen=True)
class PageSender:
    """The jobs of pages beside Slack. Without `addresses` people answer in Slack, or in the app of the provider."""

    record: RecordService
    directory: ContactBook
    channels: Mapping[Medium, Channel]
    renderer: Renderer
    clock: Clock
    reached: Failpoint = no_failpoint
    addresses: AnswerAddresses | None = None
    accounts: ProviderAccounts | None = None

    @property
    def handlers(self) -> dict[JobKind, JobHandler]:
        """The handlers by kind of job."""
        return {JobKind.PAGE_METHOD: self.send, JobKind.PAGE_RECEIPT: self.ask_receipt, JobKind.PAGE_STOP: self.stop}

    def send(self, run: JobRun) -> Result:
        """Send a page by one contact method, unless it is needed no more or this attempt is on record already."""
        incident, n = run.incident, run.job.entry or 0
        call, page = call_of(incident, n), page_of_call(incident, n)
        method = _planned(page, run.job.position)
        if call is None or page is None or method is None or not is_wanted(incident, call, method):
            return Delivered()
        if page.tries(method.position) != run.job.attempt - 1:
            return Delivered()
        result = self._sent(run, call, method)
        if is_short_wait(run, result):
            return result
        return Delivered(facts=(attempted(call, method, run, result),))

    def ask_receipt(self, run: JobRun) -> Result:
        """Ask the provider of a page whether its person has acknowledged it, which answers their call; or how it ended."""
        fact = self._attempt(run)
        call, known = call_of(run.found, fact.escalation), _known(run.found, fact)
        if call is None or known is None or is_settled(run.incident, call) or known.ended in ("expired", "stopped"):
            return Delivered()
        found, age = self._receipt(run, fact), run.at - known.at
        if isinstance(found, Acknowledged):
            self._answer(run, call, fact, min(max(found.at or run.at, known.at), run.at), found.by)
            return Delivered()
        if isinstance(found, Expired):
            return Delivered(facts=(_ended(fact, "expired"),))
        if isinstance(found, Arrived):
            return Delivered(facts=() if known.ended else (_ended(fact, "delivered"),))
        if isinstance(found, Refused) and found.permanent:
            return Delivered(facts=() if known.ended else (_ended(fact, "unreached", found.why),))
        if isinstance(found, Unacknowledged) and fact.medium not in RECEIPTS:
            return Delivered()
        if isinstance(found, Unknown | Refused) and age > _DOUBTFUL_AFTER and known.ended is None:
            return Delivered(facts=(_ended(fact, "unreached", found.why),))
        return _asked_again(run.at, age, found.after if isinstance(found, RateLimited) else run.at)

    def stop(self, run: JobRun) -> Result:
        """Stop a page that rings; what cannot be stopped is on record."""
        fact = self._attempt(run)
        known, channel = _known(run.found, fact), self.channels.get(fact.medium)
        if (known is not None and known.ended in ("expired", "stopped")) or not isinstance(channel, StoppableChannel):
            return Delivered()
        method = self._method(run.job.person, PlannedMethod(fact.position, fact.medium))
        if method is None:
            return Delivered(facts=(_ended(fact, "unstopped", _GONE),))
        run.check_lease(self.clock.now())
        result = channel.stop(fact.ref or "", method)
        self.reached("page_stop:call:after")
        if isinstance(result, Delivered):
            return Delivered(facts=(_ended(fact, "stopped"),))
        if isinstance(result, Refused) and result.permanent:
            return Delivered(facts=(_ended(fact, "unstopped", result.why),))
        return result

    def _sent(self, run: JobRun, call: Escalation, planned: PlannedMethod) -> Result:
        channel, method = self.channels.get(planned.medium), self._method(call.person, planned)
        if channel is None:
            return Refused(f"{NEEDED_SETTING.get(planned.medium, planned.medium)} is not set.")
        if method is None:
            return Refused(_GONE)
        page = self._page(run.incident, call, planned)
        run.check_lease(self.clock.now())
        self.reached("page_method:call:before")
        result = channel.send(page, method)
        self.reached("page_method:call:after")
        return result

    def _page(self, incident: Incident, call: Escalation, planned: PlannedMethod) -> Page:
        """Return the page. Its key is that of the call and the contact method, the same at each attempt."""
        address = answer_url(self.addresses, incident, call, planned.medium)
        called = call.person
        person = self.record.read(lambda reader: reader.person(called)) if called else None
        zone = person.zone if person else "UTC"
        context = PageContext(incident, call, self._reply_code(incident, call, planned.medium), zone=zone)
        page = page_of(context, self.renderer, link=slack_link(incident), answer_url=address)
        return replace(page, key=f"{page.key}-{planned.position}")

    def _reply_code(self, incident: Incident, call: Escalation, medium: Medium) -> str:
        """Return the code of a call in a text message; empty unless its person has another call to answer."""
        person, team = call.person, incident.key.team
        if medium is not Medium.SMS or person is None:
            return ""
        found = self.record.read(lambda reader: reader.own_incidents(team, person))
        calls = [(one, own) for one in found for own in one.escalations if own.person == person]
        return reply_code(incident, call) if sum(can_be_answered(*one) for one in calls) > 1 else ""

    def _receipt(self, run: JobRun, fact: PageAttempted) -> Acknowledgement:
        channel = self.channels.get(fact.medium)
        method = self._method(run.job.person, PlannedMethod(fact.position, fact.medium))
        if not isinstance(channel, PolledChannel | TrackedChannel) or method is None:
            return Refused(_GONE)
        run.check_lease(self.clock.now())
        ask = channel.acknowledged if isinstance(channel, PolledChannel) else channel.outcome
        found = ask(fact.ref or "", method)
        self.reached("page_receipt:call:after")
        return found

    def _answer(self, run: JobRun, call: Escalation, fact: PageAttempted, at: datetime, by: str) -> None:
        """Answer the call as its person, as the button in Slack does, at the time that the provider gives.

        Pushover names the telephone that acknowledged, which is the person's; the account elsewhere may be another person's.
        """
        incident = run.incident
        is_account = self.accounts is not None and fact.medium is not Medium.PUSHOVER
        self.record.run(
            Request(
                verb="answer",
                fields={"answer": "accepted", "escalation": call.n},
                actor=Actor(id=run.person),
                team=incident.key.team,
                place=Place(number=incident.number),
                source=Source(surface=EntryPoint.JOB, event=fact.ref),
                key=f"{run.job.key}:acknowledged",
                at=self.clock.now(),
                occurred_at=at,
                medium=fact.medium,
                acknowledger=self.accounts.acknowledger(by) if self.accounts and is_account else None,
            )
        )

    def _attempt(self, run: JobRun) -> PageAttempted:
        n = run.job.entry or 0
        [entry] = self.record.read(lambda reader: reader.entries(run.job.incident, after=n - 1, until=n))
        if not isinstance(entry.fact, PageAttempted):
            raise LookupError(f"entry {n} of job {run.job.key} is no attempt of a page")
        return entry.fact

    def _method(self, person: PersonId | None, planned: PlannedMethod) -> ContactMethod | None:
        """Return a person's contact method at a position, or the first of its medium where the order has changed since."""
        methods = self.directory.contact_methods(person) if person else ()
        own = [one for one in methods if one.medium is planned.medium]
        at_place = methods[planned.position - 1 : planned.position]
        return next((one for one in (*at_place, *own) if one.medium is planned.medium), None)


def medium_of(job: Job) -> Medium:
    """Return the medium that a job uses: that of a page is its template's name, and what does not say it uses Slack."""
    if job.kind is JobKind.UPDATE_OUTSIDE and job.template:
        return medium_of_recipient(job.template)
    return Medium(job.template) if job.kind in _KINDS and job.template else Medium.SLACK


def attempted(call: Escalation, method: PlannedMethod, run: JobRun, result: Result) -> PageAttempted:
    """Return the entry of an attempt: sent, to be repeated, or failed finally."""
    fact = PageAttempted(
        escalation=call.n, position=method.position, medium=method.medium, attempt=run.job.attempt, outcome="failed"
    )
    if isinstance(result, Delivered):
        return fact.model_copy(update={"outcome": "sent", "ref": result.ref or None})
    why = "The provider takes no page now." if isinstance(result, RateLimited) else result.why
    pause = retry_pause(run.job.attempt)
    if pause is None or (isinstance(result, Refused) and result.permanent):
        return fact.model_copy(update={"error": why})
    retry_at = result.after if isinstance(result, RateLimited) else run.at + pause
    outcome = "postponed" if isinstance(result, RateLimited) else "unknown"
    return fact.model_copy(update={"outcome": outcome, "error": why, "retry_at": retry_at})


def _planned(page: CallPage | None, position: int | None) -> PlannedMethod | None:
    return next((one for one in page.methods if one.position == position), None) if page else None


def _known(incident: Incident | None, fact: PageAttempted) -> PageAttempt | None:
    """Return what the incident knows of an attempt, None where its call was taken back."""
    page = page_of_call(incident, fact.escalation) if incident else None
    attempts = page.attempts if page else ()
    which = (fact.position, fact.attempt)
    return next((one for one in attempts if (one.position, one.attempt) == which), None)


def _ended(fact: PageAttempted, how: str, error: str | None = None) -> PageEnded:
    about = fact.model_dump(include={"escalation", "position", "medium", "attempt"})
    return PageEnded.model_validate({**about, "how": how, "error": error})


def _asked_again(now: datetime, age: timedelta, not_before: datetime) -> Result:
    """Return when the receipt is asked for again; after a day it is asked for no more."""
    pause = next((pause for until, pause in _POLLED if age < until), None)
    return Delivered() if pause is None else RateLimited(max(now + pause, not_before))
