"""The addresses at which calls are answered from outside Slack, one for each call and medium. Pure; nothing is stored.

An address ends in a token: the call, and a proof that this installation made it. The proof is an HMAC under a key derived
from the bot token of Slack, the one secret that every replica has in either mode. Another bot token makes the addresses
of open calls void; people then answer in Slack.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, NamedTuple

from pydantic import SecretStr

from bot.web.public_path import PUBLIC
from incident.medium import Medium
from incident.model.components import Escalation
from incident.model.incident import Incident

# The media whose pages carry an address of ours; the others know the page by its key.
ADDRESSED: Final = frozenset(
    {Medium.EMAIL, Medium.SMS, Medium.VOICE, Medium.PUSHOVER, Medium.NTFY, Medium.APPRISE},
)
_PURPOSE: Final = b"muster answer address 1"
_PROOF_BYTES: Final = 16
_TOKEN: Final = re.compile(r"(?P<number>INC-\d{4}-\d{4,9})\.(?P<n>[1-9]\d{0,8})\.(?P<proof>[\w-]{22})", re.ASCII)


class CallReference(NamedTuple):
    """A call by the display number of its incident and by its entry."""

    number: str
    n: int


@dataclass(frozen=True)
class AnswerAddresses:
    """Makes the addresses of one workspace and reads them. `base` is the public address of this installation."""

    base: str
    team: str
    key: bytes = field(repr=False)

    def token(self, call: CallReference, medium: Medium) -> str:
        """Return the token of a call for one medium."""
        return f"{call.number}.{call.n}.{self._proof(call, medium)}"

    def call_of(self, token: str, medium: Medium) -> CallReference | None:
        """Return the call that a token of this medium names; None for any token that was not made here."""
        found = _TOKEN.fullmatch(token)
        call = CallReference(found["number"], int(found["n"])) if found else CallReference("", 0)
        is_ours = hmac.compare_digest(self._proof(call, medium), found["proof"] if found else "")
        return call if is_ours else None

    def url(self, call: CallReference, medium: Medium) -> str:
        """Return the whole address."""
        return f"{self.base}{PUBLIC}/{medium.value}/{self.token(call, medium)}"

    def _proof(self, call: CallReference, medium: Medium) -> str:
        named = "\n".join((self.team, call.number, str(call.n), medium.value)).encode()
        digest = hmac.new(self.key, named, sha256).digest()[:_PROOF_BYTES]
        return urlsafe_b64encode(digest).decode().rstrip("=")


def answer_addresses(public_url: str | None, bot_token: SecretStr, team: str) -> AnswerAddresses | None:
    """Return the addresses of a workspace; None without a public address, where people answer in Slack alone."""
    if public_url is None:
        return None
    return AnswerAddresses(public_url, team, hmac.new(bot_token.get_secret_value().encode(), _PURPOSE, sha256).digest())


def answer_url(addresses: AnswerAddresses | None, incident: Incident, call: Escalation, medium: Medium) -> str:
    """Return the address that answers a call by one medium; empty where it has none."""
    if addresses is None or medium not in ADDRESSED:
        return ""
    return addresses.url(CallReference(incident.number, call.n), medium)
