"""A record with rows in every table: chains, checkpoints, a time stamp, policies, people, jobs, drafts and the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlmodel import SQLModel

from bot.timestamp_authority import Authority, request_timestamp
from commands.core.request import Actor, Place, Request
from commands.core.run import run
from incident.entry import EntryPoint, Source
from incident.jobs import Job, JobKind
from incident.medium import Medium
from incident.model.api.api_token import ApiToken
from incident.model.api.scope import Scope
from incident.model.api.webhook import Signature, Webhook
from incident.model.contact_method import ContactMethod
from incident.model.subscription import Subscription
from incident.ports import Outcome, Person
from roles.person_ids import service_client
from roles.schedules.feed_copy import FeedCopy
from storage.intake.deliveries import StoredDelivery
from storage.integrity.checkpoints import Checkpoint
from storage.integrity.signing_keys import new_key
from storage.store import Store
from tests.support.policies import small_policy
from tests.support.recorded_team import ADA, TEAM, at, long_script, record, refuse
from tests.support.tsa_server import TsaServer


def record_everything(store: Store, folder: Path) -> tuple[Checkpoint, ...]:
    """Fill every table, and return the checkpoints as they were published."""
    policy = small_policy()
    store.directory.activate_policy(policy, "the first policy", at(-20))
    store.directory.activate_policy(policy, "the second policy", at(-10))
    keys = [record(store, lambda number, size=size: long_script(number)[:size]) for size in (28, 12)]
    signer = new_key(folder / "sweep.key")
    open_task(store, 199)
    store.checkpoints.take(at(200), signer)
    refuse(store, minutes=201)
    last = store.checkpoints.take(at(202), signer)
    (folder / "tsa").mkdir()
    authority = TsaServer(folder / "tsa")
    try:
        store.timestamps.put(request_timestamp(Authority(authority.url), last))
    finally:
        authority.close()
    store.directory.put([Person(id=ADA, name="Ada")], at(0))
    store.directory.put_contact_methods(ADA, [ContactMethod(medium=Medium.SMS, address="+4930123456")])
    store.drafts.keep("d1", ADA, "note", {"text": "unsent"}, at=at(0), incident=keys[0])
    store.heartbeats.record("host:1", at(0))
    open_api(store)
    posted = StoredDelivery(id="d1", source="noc", received_at=at(0), sha256="a" * 64, headers="{}", body=b"{}")
    store.deliveries.add([posted], at(0))

    def others(unit) -> None:
        unit.claim(keys[0], ["C01INC:1.0"])
        unit.remember("k1", Outcome(verb="note", key=keys[0], at=at(0)))
        unit.subscribe(TEAM, ADA, Subscription(person=ADA, since=at(0), priorities=("P1",)))
        unit.declare_as(TEAM, "db-7", keys[0])
        unit.set_shift_notices(TEAM, ADA, on=False)
        unit.store_feeds(TEAM, [FeedCopy(schedule="payments", checked_at=at(0))])
        unit.enqueue([Job(kind=JobKind.CARD, key="card:1", incident=keys[0])], at(0))

    store.recorder.transact(others)
    assert _empty_tables(store) == []
    return store.checkpoints.all(TEAM)


def open_api(store: Store) -> None:
    """Add a webhook and a token."""
    made: dict[str, Any] = {"id": "", "created_at": at(0), "created_by": ADA}
    store.webhooks.add(
        Webhook(name="board", url="https://b.example.org/", secret="whsec_c2Vj", signature=Signature.HMAC, **made)
    )
    store.tokens.create(
        ApiToken(
            name="bot", owner=service_client("bot"), scopes=(Scope.READ,), per_minute=60, expires_at=at(9000), **made
        )
    )


def open_task(store: Store, minutes: float) -> None:
    """Open a task of the organisation, and with it make the projection of the workspace chain."""
    request = Request(
        verb="task",
        fields={"what": "open", "owner": ADA, "due": at(9000).isoformat(), "text": "Write the runbook"},
        actor=Actor(id=ADA, groups=frozenset({"responder"})),
        team=TEAM,
        place=Place(),
        source=Source(surface=EntryPoint.CLI),
        key=f"request:{minutes}",
        at=at(minutes),
    )
    assert not run(request, recorder=store.recorder, policy=small_policy(), policy_hash="0" * 64).is_refused


def _empty_tables(store: Store) -> list[str]:
    tables = SQLModel.metadata.tables.values()
    return [
        table.name
        for table in tables
        if not store.transactions.read(lambda c, table=table: c.execute(table.select().limit(1)).all())
    ]
