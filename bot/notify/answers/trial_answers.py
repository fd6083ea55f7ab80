"""Answers to test pages: each shows that the address of a contact method is its person's, and no incident is changed.

A test page is not stored. Its address names person, contact method and end, and proves that this installation made it for
this address; the answer is on the contact method, as a confirmed code is.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_hex
from typing import Final, NamedTuple, Protocol

from bot.clock import Clock
from bot.notify.answers.answer_address import ADDRESSED, AnswerAddresses
from bot.notify.answers.answer_words import answer_of_digits
from bot.web.public_path import PUBLIC
from incident.medium import Medium
from incident.model.contact_method import ContactMethod
from roles.person_ids import PersonId, slack_person, slack_user

LASTS: Final = timedelta(minutes=15)
# The command that makes an address may run on another machine than the server that takes it.
_CLOCKS_DIFFER: Final = timedelta(minutes=1)
# A text message has no address, so its words say what it answers.
TEST_WORD: Final = "test"
_PURPOSE: Final = "test page"
_PROOF_BYTES: Final = 16
_TOKEN: Final = re.compile(
    r"TEST\.(?P<user>\w{1,40})\.(?P<position>[1-9]\d{0,2})\.(?P<until>\d{1,12})\.(?P<proof>[\w-]{22})", re.ASCII
)
_KEY: Final = re.compile(
    r"muster-test-(?P<user>\w{1,40})-(?P<position>[1-9]\d{0,2})-(?P<until>\d{1,12})-(?P<proof>[\w-]{22})", re.ASCII
)
_REPLY: Final = re.compile(rf"\s*(?P<answer>[46])[ \t]*{TEST_WORD}\s*[.!]?\s*", re.IGNORECASE)


class ContactDirectory(Protocol):
    """The directory, as far as a test page needs it."""

    def contact_methods(self, person: PersonId) -> tuple[ContactMethod, ...]:
        """Return how a person is paged, in that person's order."""

    def all_contact_methods(self) -> Mapping[PersonId, tuple[ContactMethod, ...]]:
        """Return how everyone is paged."""

    def verify_contact_method(self, person: PersonId, position: int, method: ContactMethod, at: datetime) -> bool:
        """Store when a contact method was confirmed; False where it was erased or changed by then."""


class Trial(NamedTuple):
    """A test page: one contact method of one person."""

    person: PersonId
    position: int
    method: ContactMethod


def trial_key(
    addresses: AnswerAddresses | None, person: PersonId, position: int, method: ContactMethod, now: datetime
) -> str:
    """Return the key of a test page, by which a provider's webhook names it: with its end, and a proof of its address.

    Without a public address no webhook arrives, and the key is only another one each time.
    """
    if addresses is None:
        return f"muster-test-{slack_user(person)}-{position}-{token_hex(8)}"
    until = int((now + LASTS).timestamp())
    proof = _proof(addresses, Trial(person, position, method), until)
    return f"muster-test-{slack_user(person)}-{position}-{until}-{proof}"


def trial_url(
    addresses: AnswerAddresses | None, person: PersonId, position: int, method: ContactMethod, now: datetime
) -> str:
    """Return the address that answers a test page; empty where the medium has none, or there is no public address."""
    if addresses is None or method.medium not in ADDRESSED:
        return ""
    until = int((now + LASTS).timestamp())
    proof = _proof(addresses, Trial(person, position, method), until)
    return f"{addresses.base}{PUBLIC}/{method.medium.value}/TEST.{slack_user(person)}.{position}.{until}.{proof}"


@dataclass(frozen=True)
class TrialAnswers:
    """Takes the answers to test pages."""

    addresses: AnswerAddresses
    directory: ContactDirectory
    clock: Clock

    def of_token(self, token: str, medium: str) -> Trial | None:
        """Return the test page that a token of this medium names; None for one that is over or was not made here."""
        found = _TOKEN.fullmatch(token)
        return self._of(found, medium) if found is not None else None

    def _of(self, found: re.Match[str], medium: str) -> Trial | None:
        if not self._is_current(int(found["until"])):
            return None
        trial = self._trial(found["user"], int(found["position"]), medium)
        if trial is None:
            return None
        is_ours = hmac.compare_digest(_proof(self.addresses, trial, int(found["until"])), found["proof"])
        return trial if is_ours else None

    def of_key(self, key: str, medium: Medium) -> Trial | None:
        """Return the test page of a key; None for one that is over, or was made for another address or not here."""
        found = _KEY.fullmatch(key)
        return self._of(found, medium) if found is not None else None

    def confirm(self, trial: Trial) -> None:
        """Store that the person has answered by the contact method, unless it was erased or changed since it was read.

        Raise Unavailable when nothing could be stored.
        """
        self.directory.verify_contact_method(trial.person, trial.position, trial.method, self.clock.now())

    def confirm_number(self, number: str) -> bool:
        """Store that who has a telephone number has answered a text message; False for a number that no one has."""
        found = [
            Trial(person, position, one)
            for person, methods in self.directory.all_contact_methods().items()
            for position, one in enumerate(methods, 1)
            if one.medium is Medium.SMS and one.address == number
        ]
        for trial in found:
            self.confirm(trial)
        return bool(found)

    def _is_current(self, until: int) -> bool:
        """True if an address that ends then can be one of ours that still answers. Anyone can have made it up."""
        return 0 <= until - self.clock.now().timestamp() <= (LASTS + _CLOCKS_DIFFER).total_seconds()

    def _trial(self, user: str, position: int, medium: str) -> Trial | None:
        person = slack_person(self.addresses.team, user)
        at_place = self.directory.contact_methods(person)[position - 1 : position]
        return next((Trial(person, position, one) for one in at_place if one.medium == medium), None)


def takes_trial(digits: str) -> bool:
    """True if a pressed key answers a test page: either answer shows that the page arrived."""
    return answer_of_digits(digits) is not None


def is_trial_reply(text: str) -> bool:
    """True if a text message answers a test page."""
    return _REPLY.fullmatch(text) is not None


def _proof(addresses: AnswerAddresses, trial: Trial, until: int) -> str:
    method = trial.method
    parts = (_PURPOSE, addresses.team, trial.person, str(trial.position), str(until), method.medium, method.address)
    digest = hmac.new(addresses.key, "\n".join(parts).encode(), sha256).digest()[:_PROOF_BYTES]
    return urlsafe_b64encode(digest).decode().rstrip("=")
