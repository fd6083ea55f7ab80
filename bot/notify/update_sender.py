"""Sends status updates to recipients outside Slack, and their corrections and withdrawals after them.

The record has the name of a setting; the address that the setting holds is read when it is used, and stays here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import SecretStr

from bot.clock import Clock
from bot.failpoints import Failpoint, no_failpoint
from bot.notify.channel import Channel, Page
from bot.notify.channel_factory import NEEDED_SETTING
from bot.notify.retries import is_short_wait, retry_pause
from bot.rendering.mrkdwn import without_markup
from bot.rendering.renderer import Renderer
from bot.worker.handlers.status_update_delivery import update_text
from bot.worker.port import Delivered, JobHandler, JobRun, RateLimited, Refused, Result
from commands.core.record_service import RecordService
from incident.effects.job_keys import key_of
from incident.entries.lifecycle import Undone
from incident.entries.status_updates import StatusUpdatePosted, UpdateCorrected, UpdateDelivered
from incident.entry import Entry
from incident.frozen import REDACTED
from incident.jobs import JobKind
from incident.medium import Medium
from incident.model.contact_method import ContactMethod, address_fault
from incident.model.incident import Incident
from incident.policy import Policy
from incident.policy_parts.update_recipients import medium_of_recipient
from incident.ports import Recorder
from incident.record import amendments
from incident.record.masked_view import MASKED
from incident.rules.visibility import is_restricted
from incident.states import Audience

RESTRICTED: Final = "restricted"
_TEMPLATE: Final = "notify/update.j2"
_KINDS: Final = (StatusUpdatePosted.kind, UpdateDelivered.kind, *amendments.KINDS)


@dataclass(frozen=True)
class UpdateNews:
    """What the template sees: the incident `i`, the update as it reads now, and what happened to it since it was sent.

    `sent_at` is when the recipient got what is corrected or taken back, None where they got nothing before.
    """

    i: Incident
    audience: Audience
    update: StatusUpdatePosted
    n: int
    sent_at: datetime | None
    is_withdrawal: bool
    now: datetime


@dataclass(frozen=True)
class _History:
    """The entries about updates, and what this recipient has got of them."""

    entries: Sequence[Entry]
    recipient: str

    def entry(self, n: int) -> Entry | None:
        return next((one for one in self.entries if one.n == n), None)

    def attempts(self, n: int) -> list[Entry]:
        """Return the attempts to send what entry `n` says."""
        found = ((one, one.fact) for one in self.entries)
        return [
            one
            for one, fact in found
            if isinstance(fact, UpdateDelivered) and (fact.update, fact.recipient) == (n, self.recipient)
        ]

    def delivery(self, n: int) -> Entry | None:
        """Return the entry that says that the recipient has what entry `n` says."""
        sent = (one for one in self.attempts(n) if isinstance(one.fact, UpdateDelivered) and one.fact.ref)
        return next(sent, None)

    def correction(self, n: int) -> Entry | None:
        """Return the entry that says that the recipient has a correction of the update of an entry."""
        right = (one.n for one in self.entries if isinstance(one.fact, UpdateCorrected) and one.fact.update == n)
        return next((sent for sent in map(self.delivery, right) if sent is not None), None)

    def withdrawal(self, n: int) -> Entry | None:
        """Return the entry that took the update of an entry back."""
        return next((one for one in self.entries if isinstance(one.fact, Undone) and n in one.fact.entries), None)


@dataclass(frozen=True)
class _Letter:
    """What is sent because of entry `n`: the news of the update of an entry, below what was sent before.

    `is_known`: it is what the recipient got, since it was corrected before it was sent.
    """

    n: int
    update: Entry
    below: str = ""
    sent_at: datetime | None = None
    is_withdrawal: bool = False
    is_known: bool = False


@dataclass(frozen=True)
class UpdateSender:
    """The job of an update for one recipient. `renderer` writes plain text of what Slack shows with markup."""

    record: RecordService
    channels: Mapping[Medium, Channel]
    addresses: Mapping[str, SecretStr]
    renderer: Renderer
    clock: Clock
    reached: Failpoint = no_failpoint

    @property
    def handlers(self) -> dict[JobKind, JobHandler]:
        """The handler by its kind of job."""
        return {JobKind.UPDATE_OUTSIDE: self.send}

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self.record.policy

    @property
    def recorder(self) -> Recorder:
        """The recorder, for reads."""
        return self.record.recorder

    def send(self, run: JobRun) -> Result:
        """Send the recipient what the job's entry says, unless they have it or it is on record that they cannot get it."""
        recipient = run.job.template or ""
        entries = self.record.read(lambda reader: reader.entries(run.job.incident, kinds=_KINDS))
        history = _History(entries, recipient)
        letter = _letter(history, run.job.entry or 0)
        if letter is None or not isinstance(letter.update.fact, StatusUpdatePosted):
            return Delivered()
        attempts = history.attempts(letter.n)
        if len(attempts) != run.job.attempt - 1 or any(_is_final(one) for one in attempts):
            return Delivered()
        fact = UpdateDelivered(
            update=letter.n,
            audience=letter.update.fact.audience,
            medium=medium_of_recipient(recipient),
            recipient=recipient,
            attempt=run.job.attempt,
        )
        return self._sent(run, letter, fact)

    def _sent(self, run: JobRun, letter: _Letter, fact: UpdateDelivered) -> Result:
        """Return the result of an attempt, which is on record; one that is only postponed for moments is not."""
        if letter.is_known:
            return Delivered(facts=(fact.model_copy(update={"ref": letter.below}),))
        if not letter.is_withdrawal and _text(letter) in (REDACTED, MASKED):
            return Delivered(facts=(fact.model_copy(update={"error": "redacted"}),))
        is_bare = is_restricted(run.incident)
        if is_bare and self.policy.update_rules.restricted_outside == "nothing":
            return Delivered(facts=(fact.model_copy(update={"error": RESTRICTED}),))
        result = self._called(run, letter, fact, is_bare=is_bare)
        if isinstance(result, Delivered):
            ref = result.ref or fact.recipient
            return Delivered(facts=(fact.model_copy(update={"ref": ref, "is_bare": is_bare}),))
        if is_short_wait(run, result):
            return result
        return Delivered(facts=(_failed(fact, run.at, result),))

    def _called(self, run: JobRun, letter: _Letter, fact: UpdateDelivered, *, is_bare: bool) -> Result:
        name, channel = fact.recipient or "", self.channels.get(fact.medium)
        address = self.addresses.get(name)
        if channel is None:
            return Refused(f"{NEEDED_SETTING.get(fact.medium, fact.medium)} is not set.")
        if address is None:
            return Refused(f"{name} is not set.")
        fault = address_fault(fact.medium, address.get_secret_value())
        if fault is not None:
            return Refused(f"{name} {fault}.")
        page = self._page(run, letter, is_bare=is_bare)
        run.check_lease(self.clock.now())
        self.reached("update_outside:call:before")
        result = channel.send(page, ContactMethod(medium=fact.medium, address=address.get_secret_value()))
        self.reached("update_outside:call:after")
        return result

    def _page(self, run: JobRun, letter: _Letter, *, is_bare: bool) -> Page:
        """Return what is sent. Its key is that of the letter and the recipient, the same at each attempt.

        The job of an update may bring its withdrawal, which mail programs drop under the key of the update.
        """
        entry = letter.update
        fact = entry.fact
        if not isinstance(fact, StatusUpdatePosted):
            raise LookupError(f"entry {entry.n} is no update")
        news = UpdateNews(run.incident, fact.audience, fact, entry.n, letter.sent_at, letter.is_withdrawal, run.at)
        kind = "bare" if is_bare else "open"
        subject, lead = (self.renderer.macro(_TEMPLATE, f"{kind}_{part}", news) for part in ("subject", "lead"))
        text = "" if is_bare or letter.is_withdrawal else update_text(run, self, entry, fact, (fact.audience,))
        whole = "\n\n".join(part for part in (lead, text) if part)
        return Page(
            key=key_of(JobKind.UPDATE_OUTSIDE, run.job.incident, letter.n, run.job.template),
            subject=without_markup(subject, str),
            text=without_markup(whole, str),
            short="",
            spoken="",
            reply_to=letter.below,
            is_call=False,
        )


def _letter(history: _History, n: int) -> _Letter | None:
    """Return what a recipient is to get because of an entry, None for nothing."""
    entry = history.entry(n)
    fact = entry.fact if entry else None
    if entry is None:
        return None
    if isinstance(fact, Undone):
        found = (_withdrawn(history, one, entry) for one in fact.entries)
        return next((one for one in found if one is not None), None)
    update = fact.update if isinstance(fact, UpdateCorrected) else n
    withdrawal, sent, whole = history.withdrawal(update), history.delivery(update), _as_amended(history, update)
    if withdrawal is not None:
        return _withdrawn(history, update, withdrawal)
    if whole is None:
        return None
    if not isinstance(fact, UpdateCorrected):
        right = history.correction(n)
        return _Letter(n, whole, *_before(right), is_known=right is not None)
    return _Letter(n, whole, *_before(sent), is_known=sent is not None and sent.n > n)


def _withdrawn(history: _History, update: int, withdrawal: Entry) -> _Letter | None:
    sent, entry = history.delivery(update), history.entry(update)
    if sent is None or entry is None:
        return None
    return _Letter(withdrawal.n, entry, *_before(sent), is_withdrawal=True)


def _before(sent: Entry | None) -> tuple[str, datetime | None]:
    fact = sent.fact if sent else None
    if sent is None or not isinstance(fact, UpdateDelivered):
        return "", None
    return (fact.ref or ""), sent.recorded_at


def _text(letter: _Letter) -> str:
    return letter.update.fact.text if isinstance(letter.update.fact, StatusUpdatePosted) else ""


def _as_amended(history: _History, n: int) -> Entry | None:
    """Return an update as it reads now."""
    return next((one for one in amendments.as_amended(history.entries) if one.n == n), None)


def _is_final(entry: Entry) -> bool:
    return isinstance(entry.fact, UpdateDelivered) and entry.fact.is_final


def _failed(fact: UpdateDelivered, now: datetime, result: Result) -> UpdateDelivered:
    """Return the entry of an attempt that failed: finally, or until it is tried again."""
    why = "The provider takes no message now." if isinstance(result, RateLimited | Delivered) else result.why
    pause = None if isinstance(result, Refused) and result.permanent else retry_pause(fact.attempt)
    if pause is None:
        return fact.model_copy(update={"error": why})
    retry_at = result.after if isinstance(result, RateLimited) else now + pause
    return fact.model_copy(update={"error": why, "retry_at": retry_at})
