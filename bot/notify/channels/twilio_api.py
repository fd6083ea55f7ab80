"""Twilio's API as both of its channels use it: the account, the number it calls from, and the calls' result."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from pydantic import SecretStr

from bot.clock import Clock
from bot.notify.provider_api import CallFailed, Failure, ProviderApi
from bot.worker.port import Delivered, Result, Unknown

URL: Final = "https://api.twilio.com"
# Twilio refuses to change a call that is over, and knows nothing of one that is long past.
_REFUSED, _FORGOTTEN = 400, 404
_OVER: Final = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})


@dataclass(frozen=True)
class TwilioAccount:
    """An account of Twilio. `sender` is the number from which it calls and writes."""

    api: ProviderApi
    account: str
    sender: str

    def create(self, resource: str, fields: dict[str, str], number: str) -> Result:
        """Start a call or a message to a number; the reference is its SID. Its fate comes by the status callback."""
        try:
            made = self.api.post_form(
                f"{self._path}/{resource}.json", {"From": self.sender, "To": number, **fields}, number
            )
        except CallFailed as failed:
            return failed.result
        sid = made.get("sid")
        return Delivered(sid) if isinstance(sid, str) and sid else Unknown("Twilio named no call or message.")

    def update(self, resource: str, ref: str, fields: dict[str, str], number: str) -> Result:
        """End a call that was started. One that is over takes no change and needs none; any other refusal is a failure."""
        try:
            self.api.post_form(f"{self._path}/{resource}/{quote(ref, safe='')}.json", fields, number)
        except CallFailed as failed:
            is_over = failed.status == _FORGOTTEN or (
                failed.status == _REFUSED and self.status(resource, ref, number) in _OVER
            )
            return Delivered(ref) if is_over else failed.result
        return Delivered(ref)

    def status(self, resource: str, ref: str, number: str) -> str | Failure:
        """Return the status of a call or a message, empty where Twilio names none."""
        try:
            found = self.api.get(f"{self._path}/{resource}/{quote(ref, safe='')}.json", number).get("status")
        except CallFailed as failed:
            return failed.result
        return found if isinstance(found, str) else ""

    def check(self) -> Result:
        """Read the account."""
        try:
            self.api.get(f"{self._path}.json")
        except CallFailed as failed:
            return failed.result
        return Delivered()

    @property
    def _path(self) -> str:
        return f"/2010-04-01/Accounts/{self.account}"


def twilio(account: str, token: SecretStr, sender: str, clock: Clock, url: str = URL) -> TwilioAccount:
    """Return the account of the settings; a region of Twilio has an address of its own."""
    secret = token.get_secret_value()
    basic = b64encode(f"{account}:{secret}".encode()).decode()
    credential = "MUSTER_TWILIO_SID with MUSTER_TWILIO_TOKEN"
    headers = {"Authorization": f"Basic {basic}"}
    return TwilioAccount(ProviderApi("Twilio", url, credential, clock, headers, (secret, basic)), account, sender)
