"""Pushover, at emergency priority: it rings again and again until the person acknowledges, and its receipt says who did.

The address of a contact method is the user key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from pydantic import SecretStr

from bot.clock import Clock
from bot.notify.channel import Acknowledged, Acknowledgement, Expired, Page, Unacknowledged
from bot.notify.provider_api import CallFailed, ProviderApi
from bot.worker.port import Delivered, RateLimited, Refused, Result, Unknown
from incident.model.contact_method import ContactMethod

URL: Final = "https://api.pushover.net"
_EMERGENCY: Final = 2
# Loud, also in the hours that a person keeps quiet, and once.
_HIGH: Final = 1
_RETRY_SECONDS: Final = 30
_EXPIRE_SECONDS: Final = 1800
_RINGS: Final = {"priority": str(_EMERGENCY), "retry": str(_RETRY_SECONDS), "expire": str(_EXPIRE_SECONDS)}
_LONGEST_MESSAGE: Final = 1024
_LONGEST_TITLE: Final = 250
_LONGEST_LINK: Final = 512


@dataclass(frozen=True)
class Pushover:
    """Sends emergency messages; the reference of one is its receipt."""

    api: ProviderApi
    token: SecretStr

    def send(self, page: Page, to: ContactMethod) -> Result:
        """Send an emergency message, or for what calls no one a loud one. A call without a receipt cannot be followed, so it counts as unknown."""
        fields = {
            "token": self.token.get_secret_value(),
            "user": to.address,
            "title": page.subject[:_LONGEST_TITLE],
            "message": "\n\n".join(part for part in (page.text, page.answer_line) if part)[:_LONGEST_MESSAGE],
            **(_RINGS if page.is_call else {"priority": str(_HIGH)}),
            **({"callback": page.answer_url} if page.answer_url else {}),
            **({"url": page.link, "url_title": "Open in Slack"} if 0 < len(page.link) <= _LONGEST_LINK else {}),
        }
        try:
            reply = self.api.post_form("/1/messages.json", fields, to.address)
        except CallFailed as failed:
            return self._explained(failed.result)
        if not page.is_call:
            return Delivered(str(reply.get("request") or ""))
        receipt = reply.get("receipt")
        return Delivered(receipt) if isinstance(receipt, str) and receipt else Unknown("Pushover gave no receipt.")

    def acknowledged(self, ref: str, to: ContactMethod) -> Acknowledgement:
        """Read the receipt."""
        try:
            receipt = self.api.get(
                f"/1/receipts/{quote(ref, safe='')}.json?token={self.token.get_secret_value()}", to.address
            )
        except CallFailed as failed:
            return failed.result
        if receipt.get("acknowledged") == 1:
            return Acknowledged(str(receipt.get("acknowledged_by_device") or ""), _time(receipt.get("acknowledged_at")))
        return Expired() if receipt.get("expired") == 1 else Unacknowledged()

    def stop(self, ref: str, to: ContactMethod) -> Result:
        """Cancel the repetitions."""
        try:
            self.api.post_form(
                f"/1/receipts/{quote(ref, safe='')}/cancel.json", {"token": self.token.get_secret_value()}, to.address
            )
        except CallFailed as failed:
            return failed.result
        return Delivered(ref)

    def check(self) -> Result:
        """Read the limits of the application, which needs a good token."""
        try:
            self.api.get(f"/1/apps/limits.json?token={self.token.get_secret_value()}")
        except CallFailed as failed:
            return self._explained(failed.result)
        return Delivered()

    def _explained(self, result: RateLimited | Unknown | Refused) -> Result:
        """Name the setting where Pushover refuses the token, and the quota where it answers 429: it is a month's."""
        if isinstance(result, RateLimited):
            return Refused("Pushover has used up the messages of this month, or was called too often.")
        if isinstance(result, Refused) and "application token" in result.why:
            return Refused(f"Pushover refuses {self.api.credential}.")
        return result


def _time(seconds: Any) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) and seconds > 0 else None


def pushover(token: SecretStr, clock: Clock, url: str = URL) -> Pushover:
    """Return the channel of an application."""
    secret = token.get_secret_value()
    api = ProviderApi("Pushover", url, "the token in MUSTER_PUSHOVER_TOKEN", clock, secrets=(secret,))
    return Pushover(api, token)
