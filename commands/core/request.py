"""A request: one verb that a person asks for, in the same shape from every entry point. Knows no verb's fields."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from pydantic import JsonValue, ValidationInfo, field_validator

from incident.entry import Source
from incident.frozen import Frozen, Utc, is_clean
from incident.medium import Medium
from incident.model.incident import Incident
from incident.rules.visibility import is_restricted, may_see
from roles.accounts import Account
from roles.person_ids import PersonId, service_name

Fields: TypeAlias = dict[str, JsonValue]
# The group of every member of the workspace, unless the policy lists its members.
RESPONDER: Final = "responder"


class TokenLimits(Frozen):
    """What a token of the API reaches: the restricted incidents granted to it, and those of its services; none for all."""

    granted: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()


class Actor(Frozen):
    """The person who acts, with the kind of their account and the policy groups that they belong to at this moment.

    `limits` are those of the token by which they act, None for anywhere but the API.
    """

    id: PersonId
    groups: frozenset[str] = frozenset()
    account: Account = Account.MEMBER
    limits: TokenLimits | None = None

    @property
    def is_guest(self) -> bool:
        """True if the account is a guest's."""
        return self.account is Account.GUEST

    def may_see(self, incident: Incident) -> bool:
        """True if the actor may see an incident: as in Slack, and by a token only within its limits.

        A restricted incident is granted to the token of a service; to that of a person beside what the person may see.
        """
        limits, is_person = self.limits, service_name(self.id) is None
        if limits is not None:
            is_ours = not limits.services or incident.service in limits.services
            is_open = not is_restricted(incident) or incident.number in limits.granted
            if not (is_ours and is_open and is_person):
                return is_ours and is_open
        return may_see(incident, self.id, is_guest=self.is_guest)


class Acknowledger(Frozen):
    """Who acknowledged a page at its provider, if not the person called: by the provider's name for them, and whom it means here."""

    name: str
    person: PersonId | None = None


class Place(Frozen):
    """Where a person acted: channel, thread, the message acted on, and the incident number that the person named.

    `is_claimed`: only a button's value or a form's metadata names the channel, so it does not prove that the person is in
    it; otherwise Slack itself named the channel.
    """

    channel: str | None = None
    message: str | None = None
    thread: str | None = None
    number: str | None = None
    is_claimed: bool = False


class Request(Frozen):
    """One request. `fields` are the verb's fields as they were filled in; `key` makes every delivery of it one request.

    Text is cleaned once, by the entry point: a request with text that no database can store is a ValidationError.

    `gives_way`: the person has declared several incidents lately, so that the jobs of other people's come first.

    `can_ask`: the person can be asked whether a doubtful request is meant; without it, it is recorded as it is.

    `digest` is that of what is asked, for callers who choose their own keys: another request under a key that was used is
    refused. `expected` is the number of the last entry that the caller knows of. `dedup_key` names what is declared: while
    an incident of that key is open, it is the outcome.

    `medium` is the one that the answer to a page came by, None for Slack and the command line; `acknowledger` is who gave it
    there, None for the person called.

    `occurred_at` is set when something is recorded later than it happened; `drawn_at` is the entry number at which the
    button was drawn.
    """

    verb: str
    fields: Fields
    actor: Actor
    team: str
    place: Place
    source: Source
    key: str
    at: Utc
    occurred_at: Utc | None = None
    drawn_at: int | None = None
    gives_way: bool = False
    digest: str | None = None
    expected: int | None = None
    dedup_key: str | None = None
    can_ask: bool = False
    medium: Medium | None = None
    acknowledger: Acknowledger | None = None

    @field_validator("verb", "fields")
    @classmethod
    def _is_clean(cls, value: JsonValue) -> JsonValue:
        if not all(is_clean(text) for text in _texts(value)):
            raise ValueError("text that no database can store: the entry point cleans it")
        return value

    @field_validator("occurred_at")
    @classmethod
    def _is_earlier(cls, value: datetime | None, info: ValidationInfo) -> datetime | None:
        """Take the present minute for now: who types or picks a time gives no seconds, and means no late record."""
        at = info.data.get("at")
        is_minute = value is not None and value.second == value.microsecond == 0
        is_now = is_minute and value is not None and at is not None and value <= at < value + timedelta(minutes=1)
        return None if is_now else value


def _texts(value: JsonValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (text for item in value for text in _texts(item))
    elif isinstance(value, dict):
        yield from (text for item in value.values() for text in _texts(item))
