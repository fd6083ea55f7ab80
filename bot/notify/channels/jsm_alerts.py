"""Jira Service Management Operations: an alert whose responder is the person; Opsgenie takes the same calls.

The address of a contact method is the e-mail address of the person's account there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from pydantic import SecretStr

from bot.clock import Clock
from bot.notify.channel import Acknowledged, Acknowledgement, Expired, Page, Unacknowledged
from bot.notify.provider_api import CallFailed, ProviderApi
from bot.worker.port import Delivered, Result, Unknown
from incident.model.contact_method import ContactMethod

URL: Final = "https://api.atlassian.com/jsm/ops/integration/v2"
_LONGEST_MESSAGE: Final = 130
_LONGEST_DESCRIPTION: Final = 15_000
_NOT_FOUND: Final = 404
_NO_ALERT: Final = "muster-check"


@dataclass(frozen=True)
class JsmAlerts:
    """Creates and closes alerts; the `alias` is the key of the page. A created alert is processed later, in their queue."""

    api: ProviderApi

    def send(self, page: Page, to: ContactMethod) -> Result:
        """Create an alert. The same page again is counted in the same alert."""
        alert = {
            "message": page.subject[:_LONGEST_MESSAGE],
            "alias": page.key,
            "description": "\n\n".join(part for part in (page.text, page.link) if part)[:_LONGEST_DESCRIPTION],
            "responders": [{"type": "user", "username": to.address}],
            "source": "Muster",
            "priority": "P1",
        }
        try:
            self.api.post("/alerts", alert, to.address)
        except CallFailed as failed:
            return failed.result
        return Delivered(page.key)

    def acknowledged(self, ref: str, to: ContactMethod) -> Acknowledgement:
        """Read the alert. One that is not there yet is in the queue, or was not created at all: Unknown."""
        try:
            alert = self.api.get(f"/alerts/{_by_alias(ref)}").get("data") or {}
        except CallFailed as failed:
            is_absent = failed.status == _NOT_FOUND
            return Unknown(f"{self.api.name} has no alert for this page.") if is_absent else failed.result
        report = alert.get("report") or {}
        if alert.get("acknowledged"):
            return Acknowledged(by=str(report.get("acknowledgedBy") or ""), at=_time(alert.get("updatedAt")))
        return Expired() if alert.get("status") == "closed" else Unacknowledged()

    def stop(self, ref: str, to: ContactMethod) -> Result:
        """Close the alert; one that is gone needs nothing."""
        try:
            self.api.post(f"/alerts/{_by_alias(ref, '/close')}", {"source": "Muster"})
        except CallFailed as failed:
            return Delivered(ref) if failed.status == _NOT_FOUND else failed.result
        return Delivered(ref)

    def check(self) -> Result:
        """Look for an alert that does not exist: only a good key is answered with 404."""
        try:
            self.api.get(f"/alerts/{_by_alias(_NO_ALERT)}")
        except CallFailed as failed:
            return Delivered() if failed.status == _NOT_FOUND else failed.result
        return Delivered()


def _by_alias(ref: str, action: str = "") -> str:
    return f"{quote(ref, safe='')}{action}?identifierType=alias"


def _time(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else None


def jsm(key: SecretStr, clock: Clock, url: str = URL) -> JsmAlerts:
    """Return the channel for an API integration and its key."""
    secret = key.get_secret_value()
    headers = {"Authorization": f"GenieKey {secret}"}
    return JsmAlerts(
        ProviderApi("Jira Service Management", url, "the key in MUSTER_JSM_KEY", clock, headers, (secret,))
    )
