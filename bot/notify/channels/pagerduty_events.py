"""PagerDuty, by its Events API v2: one alert for each page, which PagerDuty delivers by its own rules.

The address of a contact method is the integration key of a PagerDuty service that calls this person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.clock import Clock
from bot.notify.channel import Page
from bot.notify.provider_api import CallFailed, Json, ProviderApi
from bot.worker.port import Delivered, Result
from incident.model.contact_method import ContactMethod

URL: Final = "https://events.pagerduty.com"
_LONGEST_SUMMARY: Final = 1024
_LONGEST_KEY: Final = 255


@dataclass(frozen=True)
class PagerDutyEvents:
    """Triggers, acknowledges and resolves alerts; the `dedup_key` is the key of the page."""

    api: ProviderApi

    def send(self, page: Page, to: ContactMethod) -> Result:
        """Trigger an alert. The same page again is the same alert."""
        payload = {
            "summary": page.subject[:_LONGEST_SUMMARY],
            "source": "muster",
            "severity": "critical",
            "custom_details": {"text": page.text},
        }
        links = {"links": [{"href": page.link, "text": "Open in Slack"}]} if page.link else {}
        return self._event("trigger", page.key, to, {"payload": payload, "client": "Muster", **links})

    def stop(self, ref: str, to: ContactMethod) -> Result:
        """Resolve the alert."""
        return self._event("resolve", ref, to, {})

    def acknowledge(self, ref: str, to: ContactMethod) -> Result:
        """Acknowledge the alert, for a person who answered elsewhere."""
        return self._event("acknowledge", ref, to, {})

    def _event(self, action: str, key: str, to: ContactMethod, more: Json) -> Result:
        key = key[:_LONGEST_KEY]
        event = {"routing_key": to.address, "event_action": action, "dedup_key": key, **more}
        try:
            self.api.post("/v2/enqueue", event, to.address)
        except CallFailed as failed:
            return failed.result
        return Delivered(key)


def pagerduty(clock: Clock, url: str = URL) -> PagerDutyEvents:
    """Return the channel; PagerDuty's European service has another address."""
    return PagerDutyEvents(ProviderApi("PagerDuty", url, "the integration key of the contact method", clock))
