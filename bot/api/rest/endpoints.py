"""The work behind each route: it reads the exchange, asks the service, and returns a document. Knows no rule."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final

from fastapi import Response

from bot.api.problem import ApiCode, Problem
from bot.api.rest import documents
from bot.api.rest.exchange import Exchange, answer, not_modified
from bot.api.rest.verb_schemas import DEDUP_KEY, MOST, OCCURRED, read_query, validate
from bot.api.service import ApiService, Terms
from commands.core.request import Fields
from commands.core.verb import Verb
from incident.entries import TIMELINE_KINDS
from incident.frozen import is_clean
from incident.model.api.scope import Scope
from incident.model.incident_search import IncidentSearch
from incident.refusal import Code

Work = Callable[[Exchange], Response]

LONGEST_PAGE: Final = 200
LONGEST_SERVICE: Final = 80
_PAGE: Final = 50
_CURSOR: Final = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
_NUMBER: Final = re.compile(r"[0-9]{1,10}")
_STATES: Final = {"open": False, "over": True, "any": None}
IN: Final = "in"


def verb_work(service: ApiService, verb: type[Verb], *, in_path: bool) -> Work:
    """Return the work of one verb, about the incident of the path or of the parameter `in`."""

    def work(exchange: Exchange) -> Response:
        query = exchange.request.query_params
        number = exchange.request.path_params["number"] if in_path else query.get(IN)
        if number is not None:
            service.incident(exchange.caller, number)
        if verb.is_query:
            given = {name: query.getlist(name) for name in query if name != IN}
            return _answered(service, exchange, verb, validate(verb, read_query(verb, given)), number)
        return _acted(service, exchange, verb, dict(validate(verb, exchange.body)), number)

    return work


def _answered(
    service: ApiService, exchange: Exchange, verb: type[Verb], fields: Fields, number: str | None
) -> Response:
    done = service.run(exchange.caller, verb, fields, number=number, terms=Terms())
    found = documents.AnswerDocument(verb=verb.name, incident=done.outcome.number, answer=done.answer, items=done.items)
    return answer(found, entry=done.incident.n if done.incident else None)


def _acted(service: ApiService, exchange: Exchange, verb: type[Verb], fields: Fields, number: str | None) -> Response:
    late = fields.pop(OCCURRED, None) if OCCURRED not in verb.model_fields else None
    terms = Terms(
        key=exchange.key,
        expected=exchange.entry_of("if-match"),
        dedup_key=_text(fields.pop(DEDUP_KEY, None)),
        occurred_at=datetime.fromisoformat(late.upper()) if isinstance(late, str) else None,
    )
    done = service.run(exchange.caller, verb, fields, number=number, terms=terms)
    outcome = done.outcome
    acted = documents.ActDocument(
        verb=outcome.verb,
        incident=outcome.number,
        first=outcome.first,
        last=outcome.last,
        repeated=outcome.repeated,
        answer=done.answer,
    )
    status = 201 if verb.opens_incident and not outcome.repeated else 200
    return answer(acted, status, entry=done.incident.n if done.incident else None)


def list_incidents(service: ApiService) -> Work:
    """Return the work that lists incidents."""

    def work(exchange: Exchange) -> Response:
        exchange.caller.require(Scope.READ)
        query = exchange.request.query_params
        state, cursor = query.get("state", "open"), query.get("cursor")
        _refuse(state in _STATES, "state")
        _refuse(cursor is None or _CURSOR.fullmatch(cursor) is not None, "cursor")
        service_name = query.get("service")
        _refuse(service_name is None or (len(service_name) <= LONGEST_SERVICE and is_clean(service_name)), "service")
        search = IncidentSearch(is_over=_STATES[state], service=service_name)
        found, following = service.incidents(exchange.caller, search, after=cursor, limit=_limit(exchange))
        page = documents.IncidentPage(incidents=[documents.incident_document(one) for one in found], next=following)
        return answer(page)

    return work


def read_incident(service: ApiService) -> Work:
    """Return the work that reads one incident."""

    def work(exchange: Exchange) -> Response:
        exchange.caller.require(Scope.READ)
        found = service.incident(exchange.caller, exchange.request.path_params["number"])
        if exchange.entry_of("if-none-match") == found.n:
            return not_modified(found.n)
        return answer(documents.incident_document(found), entry=found.n)

    return work


def list_entries(service: ApiService) -> Work:
    """Return the work that reads the entries of one incident in order."""

    def work(exchange: Exchange) -> Response:
        exchange.caller.require(Scope.READ)
        query, found = (
            exchange.request.query_params,
            service.incident(exchange.caller, exchange.request.path_params["number"]),
        )
        only = query.get("timeline", "false")
        _refuse(only in ("true", "false"), "timeline")
        kinds = TIMELINE_KINDS if only == "true" else ()
        after = _count(exchange, "after", 0, MOST)
        entries, following = service.entries(found.key, after=after, limit=_limit(exchange), kinds=kinds)
        page = documents.EntryPage(entries=documents.entry_documents(entries, found), next=following)
        return answer(page)

    return work


def read_caller(exchange: Exchange) -> Response:
    """Return who the token makes its caller."""
    token, actor = exchange.caller.token, exchange.caller.actor
    return answer(
        documents.CallerDocument(
            actor=actor.id,
            groups=sorted(actor.groups),
            scopes=list(token.scopes),
            services=list(token.services),
            restricted=list(token.restricted),
            expires_at=token.expires_at,
        )
    )


def _limit(exchange: Exchange) -> int:
    return _count(exchange, "limit", _PAGE, LONGEST_PAGE, least=1)


def _count(exchange: Exchange, name: str, usual: int, most: int, *, least: int = 0) -> int:
    given = exchange.request.query_params.get(name)
    if given is None:
        return usual
    _refuse(_NUMBER.fullmatch(given) is not None and least <= int(given) <= most, name)
    return int(given)


def _refuse(is_good: bool, field: str) -> None:
    if not is_good:
        raise Problem(Code.BAD_VALUE, "bad_value", (field,))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def not_found() -> Problem:
    """Return the problem of an address that does not exist."""
    return Problem(ApiCode.NOT_FOUND, "api_not_found")
