"""Takes what sources post: verified over the raw bytes, stored, and answered after the commit. Reads no alert.

202: it is durable. 503: the fault is ours, and the sender tries again. 4xx: trying again cannot help; the body is in
quarantine. No log has a body, a token or a signature.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Final
from uuid import uuid4

from pydantic import SecretStr

from bot.inbound.forms.pagers import events_api, opsgenie
from bot.inbound.intake_inbox import IntakeInbox
from bot.inbound.json_body import Unreadable, json_object, text
from bot.inbound.request_signature import Presented, Replayed, is_signed_by, tokens_of
from bot.inbound.sns_signature import SnsVerifier
from bot.inbound.source_forms import needed_headers
from commands.core.record_service import RecordService
from incident.frozen import utc_text
from incident.policy_parts.intake_rules import IntakeSource
from storage.intake.deliveries import DeliveryState, StoredDelivery

UNKNOWN: Final = "unknown"
_NOT_FOUND, _UNAUTHORISED, _UNPROCESSABLE, _ACCEPTED, _UNAVAILABLE = 404, 401, 422, 202, 503
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """What is answered: a status and its body. `stored` says after the commit whether the request is durable."""

    status: int
    body: Mapping[str, object]
    stored: Future[bool] | None = None


@dataclass(frozen=True)
class IntakeEndpoint:
    """The endpoints of intake. `secrets` are the settings that hold the secrets of sources, by name."""

    record: RecordService
    inbox: IntakeInbox
    secrets: Mapping[str, SecretStr]
    sns: SnsVerifier

    def post(self, source: str, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Answer:
        """Take what was posted to the address of a source."""
        rules, at = self.record.policy.intake.sources.get(source), self.record.clock.now()
        if rules is None:
            return self._refused(UNKNOWN, "unknown_source", body, _NOT_FOUND)
        try:
            if not self._is_genuine(rules, Presented(headers, query, body), at):
                return self._refused(source, "signature", body)
        except Replayed:
            return self._refused(source, "replayed", body)
        except OSError:
            _log.warning("the certificate of Amazon SNS cannot be had, so %s is asked to send again", source)
            return Answer(_UNAVAILABLE, {"error": "unavailable"})
        try:
            if rules.form == "sns":
                self.sns.confirm(body)
        except OSError:
            return Answer(_UNAVAILABLE, {"error": "unavailable"})
        return self._stored(source, needed_headers(headers), body, {"accepted": True})

    def enqueue(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Take an event of PagerDuty's API, whose key says which source it is of."""
        try:
            whole = json_object(body)
            key = events_api.dedup_key(whole, body)
        except Unreadable as why:
            return Answer(_UNPROCESSABLE, {"status": "invalid event", "message": str(why), "errors": [str(why)]})
        given = text(whole, events_api.ROUTING_KEY) or ""
        source = self._source_of(given, "pagerduty_events")
        if source is None:
            return self._refused(UNKNOWN, "signature", body)
        reply = {"status": "success", "message": "Event processed", "dedup_key": key}
        return self._stored(source, {}, body, reply)

    def opsgenie(self, alias: str | None, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Answer:
        """Take the creation of an alert, or the close of the one with an alias."""
        tokens = tokens_of(headers, query)
        source = next((found for one in tokens if (found := self._source_of(one, "opsgenie")) is not None), None)
        if source is None:
            return self._refused(UNKNOWN, "signature", body)
        asked = {opsgenie.ACTION: opsgenie.CLOSE, opsgenie.ALIAS: alias} if alias is not None else {}
        reply = {"result": "Request will be processed", "took": 0.0, "requestId": uuid4().hex}
        return self._stored(source, asked, body, reply)

    def _is_genuine(self, rules: IntakeSource, request: Presented, at: datetime) -> bool:
        if rules.form == "sns":
            return self.sns.is_genuine(request.body, rules.topics)
        secret = self.secrets.get(rules.secret or "")
        if rules.form == "pagerduty_events" and secret is not None:
            return self._source_of(_routing_key(request.body), "pagerduty_events") is not None
        return secret is not None and is_signed_by(rules.form, request, secret, at)

    def _stored(self, source: str, headers: Mapping[str, str], body: bytes, reply: Mapping[str, object]) -> Answer:
        one = _delivery(source, headers, body, self.record.clock.now())
        return Answer(_ACCEPTED, reply, self.inbox.add(one))

    def _refused(self, source: str, why: str, body: bytes, status: int = _UNAUTHORISED) -> Answer:
        """Answer a refusal once the body is in quarantine."""
        one = _delivery(source, {}, body, self.record.clock.now())
        one = one.model_copy(update={"state": DeliveryState.REFUSED, "why": why})
        return Answer(status, {"error": why}, self.inbox.add(one))

    def _source_of(self, given: str, form: str) -> str | None:
        """Return the source of a form with this secret. Every secret is compared, so that the time tells nothing."""
        found = None
        for name, rules in self.record.policy.intake.sources.items():
            secret = self.secrets.get(rules.secret or "")
            known = secret.get_secret_value() if secret is not None else ""
            is_it = bool(known) and compare_digest(given.encode("utf-8", "surrogatepass"), known.encode())
            if rules.form == form and is_it:
                found = name
        return found


def _routing_key(body: bytes) -> str:
    try:
        return text(json_object(body), events_api.ROUTING_KEY) or ""
    except Unreadable:
        return ""


def _delivery(source: str, headers: Mapping[str, str], body: bytes, at: datetime) -> StoredDelivery:
    return StoredDelivery(
        id=f"{utc_text(at)}-{uuid4().hex[:16]}",
        source=source,
        received_at=at,
        sha256=hashlib.sha256(body).hexdigest(),
        headers=json.dumps(dict(headers)),
        body=body,
    )
