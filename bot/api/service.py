"""What the API asks of the record and does to it, for any protocol: verbs as requests, incidents and entries as their readers see them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from pydantic import JsonValue
from ulid import ULID

from bot.api.callers import Caller
from bot.api.problem import ApiCode, Problem
from bot.rendering.message_catalog import sentence
from bot.rendering.mrkdwn import without_markup
from bot.rendering.user_text import from_form
from bot.requests.bounded_call import bounded
from bot.requests.reply import Reply
from bot.requests.request_path import RequestPath
from commands.core.request import Fields, Place, Request
from commands.core.rules.incident_by_number import full_number
from commands.core.verb import Verb
from incident.entry import Entry, EntryPoint, IncidentKey, Source
from incident.frozen import clean
from incident.model.api.scope import Scope
from incident.model.incident import Incident
from incident.model.incident_search import IncidentSearch
from incident.ports import Outcome, Reader
from incident.refusal import Code
from roles.person_ids import service_name

_READ_AT_ONCE: Final = 50
_MOST_READ: Final = 1000


@dataclass(frozen=True)
class Terms:
    """What a caller sets for an act: its key, the entry it knows of, a name for what is declared, when it happened."""

    key: str | None = None
    expected: int | None = None
    dedup_key: str | None = None
    occurred_at: datetime | None = None


@dataclass(frozen=True)
class Done:
    """An accepted request: its outcome, the answer in plain text, and the incident after it."""

    outcome: Outcome
    reply: Reply
    incident: Incident | None

    @property
    def answer(self) -> str:
        """The answer without markup."""
        return without_markup(self.reply.text, str)

    @property
    def items(self) -> list[str]:
        """What the answer lists, each without markup."""
        return [without_markup(one.text, str) for one in self.reply.items]


@dataclass(frozen=True)
class ApiService:
    """The record of one workspace as callers of the API reach it."""

    team: str
    path: RequestPath

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.path.record.clock.now()

    def run(self, caller: Caller, verb: type[Verb], fields: Fields, *, number: str | None, terms: Terms) -> Done:
        """Run a verb. Raise a Problem where the token, or a rule, does not allow it."""
        caller.require(Scope.READ if verb.is_query else verb.group)
        if verb.is_setting and service_name(caller.actor.id) is not None:
            raise Problem(ApiCode.SCOPE, "api_setting", verb=verb.name)
        services = caller.token.services
        if verb.opens_incident and services and fields.get("service") not in services:
            raise Problem(ApiCode.SCOPE, "api_service", ("service",), facts={"services": ", ".join(services)})
        request = self._request(caller, verb, fields, number, terms)
        outcome = bounded(lambda: self.path.run(request))
        if outcome.is_refused:
            raise Problem.of_outcome(outcome)
        is_known = verb.opens_incident and outcome.first is None
        known = Reply(sentence("declared_before", number=outcome.number)) if is_known else None
        reply = known or bounded(lambda: self.path.reply(request, outcome))
        key = outcome.key
        incident = bounded(lambda: self.path.record.read(lambda reader: reader.peek(key))) if key else None
        return Done(outcome, reply, incident)

    def incident(self, caller: Caller, typed: str) -> Incident:
        """Return an incident by its number. Raise a Problem for one that the caller may not see, as for one that does not exist."""
        number = full_number(typed, self.now.year)

        def read(reader: Reader) -> Incident | None:
            key = reader.find(self.team, number=number)
            return reader.peek(key) if key else None

        found = bounded(lambda: self.path.record.read(read)) if number.isascii() and number.isprintable() else None
        if found is None or not caller.actor.may_see(found):
            raise Problem(Code.NO_INCIDENT, "no_such_incident")
        return found

    def incidents(
        self, caller: Caller, search: IncidentSearch, *, after: str | None, limit: int
    ) -> tuple[list[Incident], str | None]:
        """Return a page of what a search finds and the caller may see, newest first, and the cursor of the next one."""
        found: list[Incident] = []
        place = IncidentKey(self.team, after) if after else None
        for _ in range(0, _MOST_READ, _READ_AT_ONCE):
            read = self._newest(search, place)
            for one in read:
                if len(found) == limit:
                    return found, place.id if place else None
                found += [one] if caller.actor.may_see(one) else []
                place = one.key
            if len(read) < _READ_AT_ONCE:
                return found, None
        return found, place.id if place else None

    def entries(
        self, key: IncidentKey, *, after: int, limit: int, kinds: Sequence[str] = ()
    ) -> tuple[list[Entry], int | None]:
        """Return a page of an incident's entries in order, and the number to go on after."""
        read = bounded(lambda: self.path.record.read(lambda reader: reader.entries(key, kinds=kinds, after=after)))
        page = list(read[:limit])
        return page, page[-1].n if len(read) > limit else None

    def _newest(self, search: IncidentSearch, place: IncidentKey | None) -> Sequence[Incident]:
        def read(reader: Reader) -> Sequence[Incident]:
            return reader.newest(self.team, search, after=place, limit=_READ_AT_ONCE)

        return bounded(lambda: self.path.record.read(read))

    def _request(self, caller: Caller, verb: type[Verb], fields: Fields, number: str | None, terms: Terms) -> Request:
        at, token = self.now, caller.token.id
        asked = {"verb": verb.name, "number": number, "fields": fields, "terms": [terms.expected, terms.dedup_key]}
        asked["at"] = terms.occurred_at.isoformat() if terms.occurred_at else None
        return Request(
            verb=verb.name,
            fields={name: _stored(value) for name, value in fields.items()},
            actor=caller.actor,
            team=self.team,
            place=Place(number=full_number(number, at.year) if number else None),
            source=Source(surface=EntryPoint.API, event=token),
            key=f"{self.team}:api:{token}:{terms.key or ULID()}",
            at=at,
            occurred_at=terms.occurred_at,
            digest=_digest(asked) if terms.key else None,
            expected=terms.expected,
            dedup_key=terms.dedup_key,
            can_ask=verb.doubts is not Verb.doubts,
        )


def _digest(asked: Mapping[str, Any]) -> str:
    return sha256(json.dumps(asked, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _stored(value: JsonValue) -> JsonValue:
    """Return a value with its texts in the stored form."""
    if isinstance(value, str):
        return from_form(clean(value))
    if isinstance(value, list):
        return [_stored(one) for one in value]
    return value
