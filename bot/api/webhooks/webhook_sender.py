"""Sends webhooks messages about entries, at least once: thin messages, signed, tried again over three days. Sends no text of anyone.

The id of a message is that of its entry, so a receiver drops what comes twice.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Final, Protocol
from urllib.error import HTTPError
from urllib.request import Request

from bot.api.webhooks.allowed_addresses import AllowedAddresses
from bot.api.webhooks.signature import signed_headers
from bot.call_deadline import AddressForbidden, open_within
from bot.clock import Clock
from bot.failpoints import Failpoint, no_failpoint
from bot.worker.port import Delivered, JobHandler, JobRun, RateLimited, Refused, Result
from commands.core.record_service import RecordService
from incident.effects.api.webhook_jobs import is_for
from incident.entry import Entry
from incident.frozen import utc_text
from incident.jobs import JobKind
from incident.model.api.webhook import Webhook

TIMEOUT_SECONDS: Final = 10.0
# The waits between attempts of one message, in seconds: three days in all.
RETRY_SECONDS: Final = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
# While an address fails, one message at a time tries it, this often.
_LONGEST_PAUSE: Final = timedelta(minutes=5)
_LONGEST_WAIT: Final = timedelta(hours=1)
_GONE: Final = 410
_BUSY: Final = (429, 503)


class WebhookStore(Protocol):
    """Where webhooks are stored."""

    def get(self, name: str) -> Webhook | None:
        """Return a webhook by its id, or None."""

    def report_success(self, name: str) -> bool:
        """Store that an address takes messages."""

    def report_failure(self, found: Webhook, problem: str, at: datetime, *, retry_at: datetime, is_gone: bool) -> bool:
        """Store why an address took nothing."""


class NotTaken(Exception):  # noqa: N818 - it is an answer
    """A receiver did not take a message. `why` names no address; `wait` is how long it asks to wait."""

    def __init__(self, why: str, *, wait: timedelta | None = None, is_gone: bool = False) -> None:
        super().__init__(why)
        self.why, self.wait, self.is_gone = why, wait, is_gone


@dataclass(frozen=True)
class WebhookSender:
    """The handler of these jobs."""

    record: RecordService
    webhooks: WebhookStore
    clock: Clock
    allowed: AllowedAddresses = field(default_factory=AllowedAddresses)
    reached: Failpoint = no_failpoint
    timeout: float = TIMEOUT_SECONDS

    @property
    def handlers(self) -> Mapping[JobKind, JobHandler]:
        """The handler by its kind of job."""
        return {JobKind.WEBHOOK: self.send}

    def send(self, run: JobRun) -> Result:
        """Send a webhook the message about one entry; none of an incident that it may not learn of any more."""
        webhook = self.webhooks.get(run.job.webhook or "")
        if webhook is None or run.found is None or not is_for(webhook, run.found):
            return Delivered("not for it")
        if webhook.disabled_at is not None:
            return Refused("the webhook is switched off")
        if webhook.retry_at is not None and run.at < webhook.retry_at:
            return RateLimited(webhook.retry_at + _jitter(1))
        n = run.job.entry or 0
        entries = self.record.read(lambda reader: reader.entries(run.job.incident, after=n - 1, until=n))
        if not entries:
            return Delivered("no such entry")
        run.check_lease(self.clock.now())
        try:
            self._post(webhook, message_id(entries[0]), message(entries[0], run.found.number))
        except NotTaken as failed:
            return self._again(run, webhook, failed)
        if webhook.failing_since is not None:
            self.webhooks.report_success(webhook.id)
        return Delivered("taken")

    def _post(self, webhook: Webhook, name: str, body: bytes) -> None:
        """Post a message. Raise NotTaken for anything but a 2xx."""
        headers = {"Content-Type": "application/json", "User-Agent": "Muster"}
        headers |= signed_headers(webhook, name, body, self.clock.now())
        self.reached("webhook:call:before")
        try:
            request = Request(webhook.url, data=body, headers=headers, method="POST")  # noqa: S310 - checked when added
            with open_within(self.timeout, request, redirects=False, proxy="", allowed=self.allowed):
                pass
        except HTTPError as refused:
            raise _not_taken(refused, self.clock.now()) from None
        except (OSError, HTTPException, ValueError) as error:
            raise _no_reply(getattr(error, "reason", error)) from None
        self.reached("webhook:call:after")

    def _again(self, run: JobRun, webhook: Webhook, failed: NotTaken) -> Result:
        """Store the failure, and send the message again later; after the last attempt it is a dead letter."""
        now, attempt = self.clock.now(), run.job.attempt
        left = RETRY_SECONDS[attempt - 1] if attempt <= len(RETRY_SECONDS) else None
        wait = max(failed.wait or timedelta(), timedelta(seconds=left or 0))
        retry_at = now + min(wait, _LONGEST_PAUSE)
        self.webhooks.report_failure(webhook, failed.why, now, retry_at=retry_at, is_gone=failed.is_gone)
        if left is None or failed.is_gone:
            return Refused(failed.why)
        later = run.job.model_copy(
            update={"attempt": attempt + 1, "run_at": now + wait + _jitter(wait.total_seconds())}
        )
        # Its key is that of this run, so it is the next version of the same job.
        self.record.recorder.transact(lambda unit: unit.enqueue([later], now))
        return Delivered("again")


def message_id(entry: Entry) -> str:
    """Return the id of the message about an entry: always the same."""
    return f"msg_{entry.key.id}_{entry.n}"


def message(entry: Entry, number: str) -> bytes:
    """Return the body of a message: which entry there is, and nothing that it says."""
    data = {"incident": number, "entry": entry.n, "kind": entry.fact.kind}
    url = f"/api/v1/incidents/{number}/entries?after={entry.n - 1}&limit=1"
    body = {
        "type": f"incident.{entry.fact.kind}",
        "timestamp": utc_text(entry.recorded_at),
        "data": {**data, "url": url},
    }
    return json.dumps(body, separators=(",", ":")).encode()


def _not_taken(refused: HTTPError, now: datetime) -> NotTaken:
    given = refused.headers.get("Retry-After", "")
    seconds = int(given[:6]) if refused.code in _BUSY and given.isascii() and given.isdigit() else 0
    wait = min(timedelta(seconds=seconds), _LONGEST_WAIT) if seconds else None
    return NotTaken(f"it answers {refused.code}", wait=wait, is_gone=refused.code == _GONE)


def _no_reply(cause: object) -> NotTaken:
    if isinstance(cause, AddressForbidden):
        return NotTaken("its name leads to a private address; MUSTER_WEBHOOK_NETWORKS names those allowed")
    return NotTaken(f"it does not answer ({type(cause).__name__})")


def _jitter(seconds: float) -> timedelta:
    return timedelta(seconds=random.uniform(0, seconds / 10))  # noqa: S311 - jitter is no secret
