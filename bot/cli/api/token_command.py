"""`muster token`: creates, lists and revokes the tokens of the API. The text of a token is printed once and stored nowhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot.cli.cli_errors import EXPECTED_ERRORS, explain, fail
from bot.cli.contacts.contact_command import find_person
from bot.cli.database_access import NotFound, claimed_identity, find, open_record_store, policy_in_force
from bot.clock import RealClock
from incident.model.api.api_token import ApiToken
from incident.model.api.scope import Scope
from roles.person_ids import PersonId, service_client
from storage.store import Store

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")


def create_token(
    name: str, person: str, scopes: Sequence[Scope], services: Sequence[str], *, days: int, per_minute: int
) -> int:
    """Create a token and print it. Return the exit status."""
    if _NAME.fullmatch(name) is None:
        return fail("A token's name has small letters, digits, dots and dashes, as deploy-bot.", 2)
    at = RealClock().now()
    try:
        with open_record_store() as (store, settings):
            known = policy_in_force(store, settings).policy.services
            if unknown := [one for one in services if one not in known]:
                return fail(f"The policy has no service {unknown[0]}. It has {', '.join(known)}.", 2)
            asked = ApiToken(
                id="",
                name=name,
                owner=find_person(store, person) if person else service_client(name),
                scopes=tuple(scopes),
                services=tuple(services),
                per_minute=per_minute,
                created_at=at,
                created_by=claimed_identity(),
                expires_at=at + timedelta(days=days),
            )
            token, secret = store.tokens.create(asked)
            print(
                f"{described(token, _names(store))}\nIt is shown this once; keep it where your service reads secrets:"
            )
    except EXPECTED_ERRORS as error:
        return fail(explain(error))
    print(secret)
    return 0


def list_tokens() -> int:
    """Print the tokens. Return the exit status."""
    at = RealClock().now()
    try:
        with open_record_store() as (store, _):
            names, tokens = _names(store), store.tokens.all()
    except EXPECTED_ERRORS as error:
        return fail(explain(error))
    for one in tokens:
        over = "" if one.is_valid(at) else ", revoked" if one.revoked_at else ", expired"
        print(f"{described(one, names)}{over}")
    if not tokens:
        print("There is no token. Create one: muster token create deploy-bot --scope read")
    return 0


def revoke_token(token: str) -> int:
    """End a token. Return the exit status."""
    try:
        with open_record_store() as (store, _):
            _known(store, token)
            store.tokens.revoke(token, RealClock().now())
    except EXPECTED_ERRORS as error:
        return fail(explain(error))
    print(f"Token {token} opens nothing any more.")
    return 0


def grant_incident(token: str, number: str, *, withdraw: bool) -> int:
    """Let a token see a restricted incident, or no longer. Return the exit status."""
    try:
        with open_record_store() as (store, _):
            before = _known(store, token).restricted
            incident = store.queries.incident(find(store, number))
            whole = incident.number if incident else number
            others = tuple(one for one in before if one != whole)
            store.tokens.grant(token, others if withdraw else (*others, whole))
    except EXPECTED_ERRORS as error:
        return fail(explain(error))
    print(f"Token {token} {'no longer sees' if withdraw else 'sees'} {whole}.")
    return 0


def described(token: ApiToken, names: dict[PersonId, str]) -> str:
    """Return a token in words; none of them opens anything."""
    owner = names.get(token.owner, token.owner)
    parts = [f"{token.id}  {token.name}: acts as {owner}; may {', '.join(token.scopes)}"]
    parts += [f"services {', '.join(token.services)}"] if token.services else []
    parts += [f"restricted {', '.join(token.restricted)}"] if token.restricted else []
    used = f"{token.last_used_at:%Y-%m-%d %H:%M} UTC" if token.last_used_at else "never"
    parts += [f"until {token.expires_at:%Y-%m-%d}", f"{token.per_minute} a minute", f"last used {used}"]
    return "; ".join(parts)


def _names(store: Store) -> dict[PersonId, str]:
    return {one.id: one.name for one in store.directory.all_people()}


def _known(store: Store, token: str) -> ApiToken:
    found = store.tokens.get(token)
    if found is None:
        raise NotFound("There is no token with that id. `muster token list` shows them.")
    return found
