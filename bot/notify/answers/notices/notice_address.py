"""The addresses at which people confirm notices of the policy's rules outside Slack. Pure; nothing is stored.

An address names the incident, the notice and the person, and proves that this installation made it for one medium.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Final, NamedTuple

from bot.notify.answers.answer_address import AnswerAddresses
from bot.web.public_path import PUBLIC
from incident.medium import Medium
from roles.person_ids import PersonId, slack_person, slack_user

_PURPOSE: Final = "notice"
_PROOF_BYTES: Final = 16
_TOKEN: Final = re.compile(
    r"NOTICE\.(?P<number>INC-\d{4}-\d{4,9})\.(?P<n>[1-9]\d{0,8})\.(?P<user>\w{1,40})\.(?P<proof>[\w-]{22})", re.ASCII
)


class NoticeReference(NamedTuple):
    """A notice to one person, by the display number of its incident and by its entry."""

    number: str
    n: int
    person: PersonId


def notice_url(addresses: AnswerAddresses, notice: NoticeReference, medium: Medium) -> str:
    """Return the address that confirms a notice; empty for a person without an account in Slack."""
    user = slack_user(notice.person)
    if user is None:
        return ""
    token = f"NOTICE.{notice.number}.{notice.n}.{user}.{_proof(addresses, notice, medium)}"
    return f"{addresses.base}{PUBLIC}/{medium.value}/{token}"


def notice_of_token(addresses: AnswerAddresses, token: str, medium: str) -> NoticeReference | None:
    """Return the notice that a token of this medium names; None for any token that was not made here."""
    found, kind = _TOKEN.fullmatch(token), next((one for one in Medium if one == medium), None)
    if found is None or kind is None:
        return None
    notice = NoticeReference(found["number"], int(found["n"]), slack_person(addresses.team, found["user"]))
    return notice if hmac.compare_digest(_proof(addresses, notice, kind), found["proof"]) else None


def _proof(addresses: AnswerAddresses, notice: NoticeReference, medium: Medium) -> str:
    parts = (_PURPOSE, addresses.team, notice.number, str(notice.n), notice.person, medium.value)
    digest = hmac.new(addresses.key, "\n".join(parts).encode(), sha256).digest()[:_PROOF_BYTES]
    return urlsafe_b64encode(digest).decode().rstrip("=")
