"""Tokens of the API: only their digest is stored, and one that is revoked, expired or of another team opens nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from incident.model.api.api_token import ApiToken
from incident.model.api.scope import Scope
from incident.ports import Person
from roles.person_ids import PersonId, service_client
from storage.store import Store, open_store
from tests.support.clock import T0

ADA = PersonId("slack:T1:UADA")
BOT = service_client("deploy-bot")


def a_token(owner: PersonId = BOT, **more) -> ApiToken:
    given = {"name": "deploy-bot", "owner": owner, "scopes": (Scope.READ,), "per_minute": 60, "created_at": T0}
    return ApiToken(id="", created_by=PersonId("cli:ann@host"), expires_at=T0 + timedelta(days=1), **{**given, **more})


def test_a_token_opens_until_it_expires_or_is_revoked_and_its_text_is_stored_nowhere(store: Store) -> None:
    token, presented = store.tokens.create(a_token(services=("checkout",)))
    found = store.tokens.find(presented, T0)

    assert found is not None
    assert (found.id, found.services) == (token.id, ("checkout",))
    assert store.tokens.find(presented, T0 + timedelta(days=1)) is None
    [stored] = store.transactions.read(lambda connection: connection.execute(text("SELECT * FROM api_token")).all())
    assert not any(presented.rpartition("_")[2] in str(cell) for cell in stored)

    assert store.tokens.revoke(token.id, T0)
    assert store.tokens.find(presented, T0) is None
    assert not store.tokens.revoke(token.id, T0)


@pytest.mark.parametrize(
    "change", [lambda p: p + "x", lambda p: p.replace("mus_", "mus_0"), lambda p: p[4:], lambda p: ""]
)
def test_a_wrong_text_opens_nothing(sqlite_store: Store, change) -> None:
    _, presented = sqlite_store.tokens.create(a_token())

    assert sqlite_store.tokens.find(change(presented), T0) is None


def test_its_use_is_noted_every_five_minutes_and_another_team_does_not_know_it(sqlite_url: str) -> None:
    with open_store(sqlite_url, team="T1") as store, open_store(sqlite_url, team="T2") as other:
        token, presented = store.tokens.create(a_token())
        for seconds in (0, 299, 300):
            store.tokens.find(presented, T0 + timedelta(seconds=seconds))

        assert store.tokens.all()[0].last_used_at == T0 + timedelta(seconds=300)
        assert other.tokens.find(presented, T0) is None
        assert not other.tokens.revoke(token.id, T0)


def test_an_erased_person_has_no_token(sqlite_store: Store) -> None:
    sqlite_store.directory.put([Person(id=ADA, name="Ada")], T0)
    _, presented = sqlite_store.tokens.create(a_token(ADA))

    assert sqlite_store.directory.erase(ADA)

    assert sqlite_store.tokens.find(presented, T0) is None


def test_act_is_every_group_of_verbs_and_nothing_else() -> None:
    token = a_token(scopes=(Scope.ACT,))

    assert [token.allows(one) for one in ("record", "prove", "read")] == [True, True, False]
