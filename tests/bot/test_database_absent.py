"""While the database is absent people go on: what they say is kept, a declaration opens a channel, and all is recorded later."""

import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

import psycopg
import pytest

from bot.slack.interaction import from_command
from incident.entry import EntryPoint
from sandbox.state.mutations import channel_mutations
from storage.database.time_limit import time_limit
from tests.support.db_proxy import DatabaseProxy
from tests.support.offline_env import OfflineEnv
from tests.support.wait import until


@pytest.fixture
def proxy(postgres_url):
    opened = DatabaseProxy(postgres_url)
    yield opened
    opened.set("ok")
    opened.close()


@pytest.fixture
def house(proxy, tmp_path):
    opened = OfflineEnv(tmp_path, proxy.url)
    yield opened
    proxy.set("ok")
    opened.close()


def make_read_only(url, value):
    """Have each new connection find a database that takes nothing, as a standby does after a failover; or end that."""
    name = urlsplit(url).path.removeprefix("/")
    with psycopg.connect(url, autocommit=True, options="-c default_transaction_read_only=off") as connection:
        connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {value}')


@pytest.mark.parametrize("mode", ["refuse", "deaf", "slow", "reset", "read_only"])
def test_a_declaration_opens_a_channel_at_once_and_becomes_its_incident_later(house, proxy, postgres_url, mode):
    if mode == "read_only":
        make_read_only(postgres_url, "on")
        proxy.cut()
    else:
        proxy.set(mode)

    told = house.declare()
    channel = house.channel()
    before = house.ours(channel)
    members = set(channel.members)
    make_read_only(postgres_url, "off")
    proxy.set("ok")
    proxy.cut()
    house.come_back()

    assert "not recorded yet" in told
    assert f"<@{house.user('bea')}>" in told
    assert {house.user("ann"), house.user("bea"), house.user("cyd")} <= members
    assert len(before) == 1
    assert all(
        part in before[0] for part in ("Not recorded yet", "Payments fail", "checkout", f"<@{house.user('bea')}>")
    )
    assert house.numbers() == ["INC-2026-0001"]
    assert house.channels("inc-") == [channel]
    assert channel.name == "inc-2026-0001-payments-fail"
    assert [e.fact.channel for e in house.entries("channel_made")] == [channel.id]
    assert sum("record is complete" in text for text in house.ours(channel)) == 1
    assert not any("Not recorded yet" in text for text in house.ours(channel))


def test_what_was_said_meanwhile_is_on_the_record_once_in_order_and_marked(house, proxy):
    proxy.set("refuse")
    house.declare()
    channel = house.channel()

    first = house.actor.post("ann", channel.id, "The gateway times out")
    house.sandbox.settle()
    house.actor.edit("ann", channel.id, first, "The gateway of bank A times out")
    house.actor.join("bea", channel.id)
    house.say("bea", channel.id, "Failing over")
    house.actor.react("bea", channel.id, first, "pushpin")
    house.sandbox.settle()
    proxy.set("ok")
    house.come_back()

    said = house.entries("message_posted", "message_edited", "message_pinned")
    assert [(e.fact.kind, e.fact.text) for e in said] == [
        ("message_posted", "The gateway times out"),
        ("message_edited", "The gateway of bank A times out"),
        ("message_posted", "Failing over"),
        ("message_pinned", "The gateway of bank A times out"),
    ]
    assert {e.source.surface for e in said} == {EntryPoint.SPOOL}
    assert all(e.occurred_at < e.recorded_at for e in said)
    assert house.entries("declared")[0].source.surface == EntryPoint.SPOOL
    assert house.entries("declared")[0].fact.detected_at == house.entries("declared")[0].occurred_at


def test_what_else_is_typed_is_not_recorded_is_kept_and_is_offered_back_with_a_button(house, proxy):
    house.declare()
    house.work()
    channel = house.channel("inc-2026")
    proxy.set("refuse")

    told = house.slash("bea", channel.id, "note Restarted the gateway by hand")
    asked = house.slash("bea", channel.id, "status")
    proxy.set("ok")
    house.come_back()
    before = [e.fact.text for e in house.entries("noted")]
    message = house.direct("bea")[-1]
    button = next(e for b in message.blocks if b["type"] == "actions" for e in b["elements"])
    view = house.actor.press("bea", message.channel, message.ts, button["action_id"]).view(5)
    house.actor.submit("bea", view.id, {})
    house.sandbox.settle()

    assert "Not recorded" in told
    assert "offered to you again" in told
    assert "cannot" in asked or "does not answer" in asked
    assert before == []
    assert "Restarted the gateway by hand" in message.text
    noted = house.entries("noted")
    assert [e.fact.text for e in noted] == ["Restarted the gateway by hand"]
    assert noted[0].occurred_at < noted[0].recorded_at


def test_nothing_that_is_kept_holds_a_token_or_an_address_to_answer_at(house, proxy):
    proxy.set("refuse")
    house.declare()
    channel = house.channel()
    house.slash("ann", channel.id, "note something")

    kept = b"".join(file.read_bytes() for file in (house.folder / "spool").glob("*.jsonl"))

    assert b"Payments fail" in kept
    assert house.sandbox.bot_token.encode() not in kept
    assert b"response_url" not in kept
    assert b"/commands/" not in kept


def test_a_form_sent_twice_while_it_is_absent_opens_one_channel(house, proxy):
    proxy.set("refuse")
    came = from_command(
        {
            "team_id": house.muster.gateway.team,
            "user_id": house.user("ann"),
            "channel_id": house.sandbox.workspace.find_channel("general").id,
            "trigger_id": "1.2",
        },
        datetime.now(UTC),
    )

    for _ in range(3):
        house.muster.gateway.executor.execute(came, "declare", {"title": "Twice", "service": "checkout"})
    house.channel()
    house.look()
    proxy.set("ok")
    house.come_back()

    assert len(house.channels("inc-")) == 1
    assert len(house.numbers()) == 1


def test_only_the_answer_to_the_commit_was_lost_and_nothing_is_done_twice(house, proxy):
    house.declare("Before")
    proxy.set("lost_reply")

    told = house.declare("Answer lost")
    proxy.set("ok")
    proxy.cut()
    house.come_back()

    assert "Answer lost" in told
    assert sorted(house.numbers()) == ["INC-2026-0001", "INC-2026-0002"]
    assert len(house.channels("inc-")) == 2


def test_a_refusal_by_the_rules_is_given_at_once_and_opens_nothing(house, proxy):
    proxy.set("refuse")

    told = house.slash("ann", "general", "declare service=bare impact=1 urgency=1 Payments fail")

    assert "category" in told
    assert house.spool.count() == 0
    assert house.channels("inc-") == []


def test_muster_starts_without_its_database_and_takes_a_declaration(house, proxy):
    house.stop()
    proxy.set("refuse")
    house.start()

    told = house.declare()
    channel = house.channel()
    proxy.set("ok")
    house.come_back()

    assert "not recorded yet" in told
    assert channel.name == "inc-2026-0001-payments-fail"
    assert len(house.channels("inc-")) == 1


def test_what_comes_while_the_spool_is_drained_does_not_overtake_it(house, proxy):
    house.declare()
    house.work()
    channel = house.channel("inc-2026")
    proxy.set("refuse")
    house.say("ann", channel.id, "first")
    proxy.set("ok")

    house.say("ann", channel.id, "second")
    waiting = house.spool.count("capture")
    house.come_back()

    assert waiting == 2
    assert [e.fact.text for e in house.entries("message_posted")] == ["first", "second"]


def test_a_form_that_declares_opens_and_is_kept_without_the_database(house, proxy):
    proxy.set("refuse")

    view = house.actor.slash("ann", "general", "/incident", "").view(5)
    shown = str(view.blocks)
    house.actor.submit("ann", view.id, {"title": "Payments fail", "service": "checkout"}).wait()
    channel = house.channel()
    proxy.set("ok")
    house.come_back()

    assert "opens at once" in shown
    assert channel.name == "inc-2026-0001-payments-fail"


def test_a_burst_while_the_database_is_deaf_is_acknowledged_in_time(house, proxy):
    house.declare()
    house.work()
    channel = house.channel("inc-2026")
    proxy.set("deaf")

    began = time.monotonic()
    for n in range(60):
        house.actor.post("ann", channel.id, f"message {n}")
    settled = house.sandbox.settle()
    took = time.monotonic() - began
    proxy.set("ok")
    proxy.cut()
    house.come_back(30)

    assert settled
    assert took < 10
    with time_limit(5):
        said = [e.fact.text for e in house.entries("message_posted")]
    assert sorted(said, key=lambda text: int(text.split()[1])) == [f"message {n}" for n in range(60)]
    assert until(lambda: not house.muster.store.availability.is_unavailable)


def test_what_was_said_where_it_is_declared_is_captured_as_it_was_heard(house, proxy):
    [lobby] = house.channels("general")
    channel_mutations.join(house.sandbox.workspace, lobby, house.sandbox.workspace.bot.id)
    proxy.set("refuse")

    first = house.actor.post("ann", lobby.id, "The gateway times out")
    assert house.sandbox.settle()
    house.actor.edit("ann", lobby.id, first, "The gateway of bank A times out")
    assert house.sandbox.settle()
    house.declare()
    house.channel()
    proxy.set("ok")
    house.come_back()

    said = house.entries("message_posted", "message_edited")
    assert [(e.fact.channel, e.fact.text) for e in said] == [
        (lobby.id, "The gateway times out"),
        (lobby.id, "The gateway of bank A times out"),
    ]
