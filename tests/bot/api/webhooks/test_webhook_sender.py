"""Webhooks: signed as a Standard Webhooks library verifies, tried again for days, never twice under two ids, never to a private place."""

from __future__ import annotations

import json
import socket
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks.webhooks import Webhook as Verifier

from bot.api.webhooks.allowed_addresses import AllowedAddresses
from bot.api.webhooks.signature import new_secret, signed_headers
from bot.api.webhooks.webhook_sender import RETRY_SECONDS, WebhookSender
from bot.failpoints import Failpoint, no_failpoint
from incident.entries.conversation import Noted
from incident.model.api.webhook import Signature, Webhook
from storage.store import Store
from tests.support.clock import T0
from tests.support.http_double import BROKEN, BUSY, HANGS, LOSES_REPLY, REDIRECTS, HttpDouble
from tests.support.worker_env import WorkerEnv, worker_env_on

LOOPBACK = AllowedAddresses.of_setting("127.0.0.0/8")


class Receiver(HttpDouble):
    """A receiver that takes everything, or answers `status`."""

    status = 200

    def play(self, call):
        return self.status, {}

    @property
    def ids(self) -> list[str]:
        return [call.headers["Webhook-Id"] for call in self.calls]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    opened = Receiver()
    yield opened
    opened.close()


def add(rig: WorkerEnv, url: str, **more) -> Webhook:
    given = {"name": "board", "secret": new_secret(Signature.HMAC).stored, "signature": Signature.HMAC, **more}
    return rig.store.webhooks.add(
        Webhook(id="", url=url, created_at=T0, created_by=rig.person("ilse"), **{"kinds": (Noted.kind,), **given})
    )


@contextmanager
def rig_on(store: Store, *, reached: Failpoint = no_failpoint, allowed=LOOPBACK) -> Iterator[WorkerEnv]:
    with worker_env_on(store) as rig:
        sender = WebhookSender(rig.adapter.record, store.webhooks, rig.clock, allowed, reached, timeout=0.3)
        rig.worker.stop()
        rig.worker = rig.another_worker("teller", handlers=sender.handlers)
        yield rig


@pytest.fixture
def rig(sqlite_store: Store) -> Iterator[WorkerEnv]:
    with rig_on(sqlite_store) as opened:
        yield opened


def noted(rig: WorkerEnv, text: str = "The pool is full", **fields) -> str:
    key = rig.declare(**fields)
    rig.drain()
    rig.act("note", "ilse", key, text=text)
    rig.drain()
    return rig.incident(key).number


def dead(rig: WorkerEnv) -> list[str]:
    return [one.error for one in rig.store.jobs.dead_letters() if one.job.kind == "webhook"]


def test_a_message_is_thin_and_a_standard_library_verifies_it(rig: WorkerEnv, receiver: Receiver) -> None:
    webhook = add(rig, receiver.url)

    number = noted(rig)

    [call] = receiver.calls
    verified = Verifier(webhook.secret)
    body = json.loads(call.body)
    n = body["data"]["entry"]
    assert body["type"] == "incident.noted"
    assert body["data"] == {
        "incident": number,
        "entry": n,
        "kind": "noted",
        "url": f"/api/v1/incidents/{number}/entries?after={n - 1}&limit=1",
    }
    assert b"pool" not in call.body
    now = rig.clock.now()
    headers = signed_headers(webhook, "msg_1", call.body, now)
    assert (
        call.headers["Webhook-Signature"]
        == signed_headers(webhook, call.headers["Webhook-Id"], call.body, now)["webhook-signature"]
    )
    assert verified.sign("msg_1", now, call.body.decode()) == headers["webhook-signature"]
    assert webhook.url not in repr(webhook)
    assert webhook.secret not in repr(webhook)


def test_an_ed25519_signature_needs_no_shared_secret() -> None:
    secret = new_secret(Signature.ED25519)
    webhook = Webhook(
        id="1", name="n", url="https://x", secret=secret.stored, signature="v1a", created_at=T0, created_by="cli:a@b"
    )
    headers = signed_headers(webhook, "msg_1", b"{}", T0)
    kind, _, made = headers["webhook-signature"].partition(",")

    assert kind == "v1a"
    public = Ed25519PublicKey.from_public_bytes(b64decode(secret.shown.removeprefix("whpk_")))
    public.verify(b64decode(made), f"msg_1.{headers['webhook-timestamp']}.{{}}".encode())


@pytest.mark.parametrize("fault", [BROKEN, BUSY, HANGS, REDIRECTS, LOSES_REPLY])
def test_what_is_not_taken_is_sent_again_under_the_same_id(rig: WorkerEnv, receiver: Receiver, fault: str) -> None:
    webhook = add(rig, receiver.url)
    receiver.faults = [fault]

    noted(rig)
    failing = rig.store.webhooks.get(webhook.id)
    rig.after(seconds=20)

    assert failing is not None
    assert failing.failing_since is not None
    assert receiver.url not in failing.problem
    assert len(receiver.ids) == 2
    assert len(set(receiver.ids)) == 1
    healthy = rig.store.webhooks.get(webhook.id)
    assert healthy is not None
    assert (healthy.failing_since, healthy.problem, dead(rig)) == (None, "", [])


def test_a_receiver_that_takes_nothing_for_days_is_switched_off_and_its_messages_are_dead_letters(
    rig: WorkerEnv, receiver: Receiver
) -> None:
    webhook = add(rig, receiver.url)
    receiver.status = 500
    number = noted(rig)

    rig.after(minutes=sum(RETRY_SECONDS) * 1.2 / 60)

    off = rig.store.webhooks.get(webhook.id)
    assert off is not None
    assert off.disabled_at is not None
    assert len(receiver.calls) in (len(RETRY_SECONDS), len(RETRY_SECONDS) + 1)
    [error] = dead(rig)
    assert error in ("it answers 500", "the webhook is switched off")
    assert all(
        "webhook" not in text for text in rig.texts(rig.store.recorder.read(lambda r: r.find(rig.team, number=number)))
    )


def test_a_receiver_that_is_gone_is_switched_off_at_once(rig: WorkerEnv, receiver: Receiver) -> None:
    webhook = add(rig, receiver.url)
    receiver.status = 410

    noted(rig)

    off = rig.store.webhooks.get(webhook.id)
    assert off is not None
    assert off.disabled_at is not None
    assert dead(rig) == ["it answers 410"]


def test_while_an_address_hangs_its_other_messages_wait_and_no_worker_with_them(
    rig: WorkerEnv, receiver: Receiver
) -> None:
    add(rig, receiver.url)
    key = rig.declare()
    rig.drain()
    receiver.faults = [HANGS]
    rig.act("note", "ilse", key, text="1")
    rig.drain()
    for text in "234":
        rig.act("note", "ilse", key, text=text)
    rig.drain()

    assert len(receiver.calls) == 1
    rig.after(seconds=30)
    assert len(receiver.calls) == 5
    assert len(set(receiver.ids)) == 4


@pytest.mark.parametrize("point", ["webhook:call:before", "webhook:call:after"])
def test_a_process_killed_at_the_call_loses_no_message_and_doubles_it_at_most_under_its_id(
    sqlite_store: Store, receiver: Receiver, point: str
) -> None:
    killed: list[str] = []

    def kill(name: str) -> None:
        if name == point and not killed:
            killed.append(name)
            raise LookupError("killed here")

    with rig_on(sqlite_store, reached=kill) as rig:
        add(rig, receiver.url)
        noted(rig)
        rig.after(minutes=10)

        assert killed == [point]
        assert len(receiver.ids) == (1 if point.endswith("before") else 2)
        assert len(set(receiver.ids)) == 1


def test_no_message_goes_to_a_private_place_whatever_its_name_says(
    sqlite_store: Store, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A name that leads to a public address when it is added, and to this machine when it is called.
    resolve = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *more: resolve(host.replace("board.test", "127.0.0.1"), *more)
    )
    with rig_on(sqlite_store, allowed=AllowedAddresses()) as rig:
        webhook = add(rig, receiver.url.replace("127.0.0.1", "board.test"))
        noted(rig)
        refused = rig.store.webhooks.get(webhook.id)

    assert receiver.calls == []
    assert refused is not None
    assert "private address" in refused.problem


@pytest.mark.parametrize(
    ("address", "is_allowed"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("10.1.2.3", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("::ffff:10.0.0.1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_only_public_addresses_are_allowed(address: str, is_allowed: bool) -> None:
    assert AllowedAddresses()(address) is is_allowed


def test_a_named_network_is_allowed_and_no_other() -> None:
    allowed = AllowedAddresses.of_setting("10.1.0.0/16, 192.168.7.4")

    assert [allowed(one) for one in ("10.1.9.9", "10.2.0.1", "192.168.7.4", "192.168.7.5")] == [
        True,
        False,
        True,
        False,
    ]
    assert allowed.fault("http://10.1.9.9/x") is None
    assert AllowedAddresses().fault("http://board.example.org/") == "does not start with https://"
    assert AllowedAddresses().fault("https://a:b@board.example.org/") is not None


def test_a_webhook_learns_of_a_restricted_incident_by_a_grant_alone_as_it_is_when_it_is_sent(
    rig: WorkerEnv, receiver: Receiver
) -> None:
    webhook = add(rig, receiver.url)
    number = noted(rig, private=True)
    assert receiver.calls == []

    rig.store.webhooks.grant(webhook.id, (number,))
    key = rig.store.recorder.read(lambda reader: reader.find(rig.team, number=number))
    rig.act("note", "ilse", key, text="2")
    rig.store.webhooks.grant(webhook.id, ())
    rig.drain()
    assert receiver.calls == []

    rig.store.webhooks.grant(webhook.id, (number,))
    rig.act("note", "ilse", key, text="3")
    rig.drain()
    assert len(receiver.calls) == 1


def test_a_webhook_learns_of_its_services_and_of_the_timeline_unless_it_names_kinds(
    rig: WorkerEnv, receiver: Receiver
) -> None:
    add(rig, receiver.url, services=("search",), kinds=())
    add(rig, receiver.url, services=("checkout",), kinds=())

    rig.declare()
    rig.drain()
    rig.after(minutes=1)

    assert {call.json["data"]["kind"] for call in receiver.calls} >= {"declared", "priority_changed"}
    assert len(receiver.ids) == len(set(receiver.ids))
    assert "channel_made" not in {call.json["data"]["kind"] for call in receiver.calls}
