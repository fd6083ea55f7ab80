"""While the database is unavailable, messages are spooled and a declaration opens a channel; all is recorded later."""

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
    """Make the database read-only for each new connection, as a standby is after a failover; or end that."""
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

    reply = house.declare()
    channel = house.channel()
    before = house.ours(channel)
    members = set(channel.members)
    make_read_only(postgres_url, "off")
    proxy.set("ok")
    proxy.cut()
    house.come_back()

    assert "not recorded yet" in reply
    assert f"<@{house.user('bea')}>" in reply
    assert {house.user("ann"), house.user("bea"), house.user("cyd")} <= members
    assert len(before) == 1
    assert all(part in before[0] for part in ("Not recorded yet", "Payments fail", "checkout", "On call: Bea"))
    assert house.numbers() == ["INC-2026-0001"]
    assert house.channels("inc-") == [channel]
    assert channel.name == "inc-2026-0001-payments-fail"
    assert [e.fact.channel for e in house.entries("channel_made")] == [channel.id]
    assert sum("is on its record" in text for text in house.ours(channel)) == 1
    assert not any("Not recorded yet" in text for text in house.ours(channel))


def test_spooled_messages_are_recorded_once_in_order_with_the_spool_as_source(house, proxy):
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

    recorded = house.entries("message_posted", "message_edited", "message_pinned")
    assert [(e.fact.kind, e.fact.text) for e in recorded] == [
        ("message_posted", "The gateway times out"),
        ("message_edited", "The gateway of bank A times out"),
        ("message_posted", "Failing over"),
        ("message_pinned", "The gateway of bank A times out"),
    ]
    assert {e.source.surface for e in recorded} == {EntryPoint.SPOOL}
    assert all(e.occurred_at < e.recorded_at for e in recorded)
    assert house.entries("declared")[0].source.surface == EntryPoint.SPOOL
    assert house.entries("declared")[0].fact.detected_at == house.entries("declared")[0].occurred_at


def test_any_other_command_is_spooled_and_offered_again_with_a_button(house, proxy):
    house.declare()
    house.work()
    channel = house.channel("inc-2026")
    proxy.set("refuse")

    reply = house.slash("bea", channel.id, "note Restarted the gateway by hand")
    status_reply = house.slash("bea", channel.id, "status")
    proxy.set("ok")
    house.come_back()
    before = [e.fact.text for e in house.entries("noted")]
    message = house.direct("bea")[-1]
    button = next(e for b in message.blocks if b["type"] == "actions" for e in b["elements"])
    view = house.actor.press("bea", message.channel, message.ts, button["action_id"]).view(5)
    house.actor.submit("bea", view.id, {})
    house.sandbox.settle()

    assert "Not recorded" in reply
    assert "offered to you again" in reply
    assert "is down" in status_reply
    assert before == []
    assert "Restarted the gateway by hand" in message.text
    noted = house.entries("noted")
    assert [e.fact.text for e in noted] == ["Restarted the gateway by hand"]
    assert noted[0].occurred_at < noted[0].recorded_at


def test_the_spool_holds_no_token_and_no_response_url(house, proxy):
    proxy.set("refuse")
    house.declare()
    channel = house.channel()
    house.slash("ann", channel.id, "note something")

    spooled = b"".join(file.read_bytes() for file in (house.folder / "spool").glob("*.jsonl"))

    assert b"Payments fail" in spooled
    assert house.sandbox.bot_token.encode() not in spooled
    assert b"response_url" not in spooled
    assert b"/commands/" not in spooled


def test_a_form_sent_twice_without_the_database_opens_one_channel(house, proxy):
    proxy.set("refuse")
    interaction = from_command(
        {
            "team_id": house.muster.gateway.team,
            "user_id": house.user("ann"),
            "channel_id": house.sandbox.workspace.find_channel("general").id,
            "trigger_id": "1.2",
        },
        datetime.now(UTC),
    )

    for _ in range(3):
        house.muster.gateway.executor.execute(interaction, "declare", {"title": "Twice", "service": "checkout"})
    house.channel()
    house.look()
    proxy.set("ok")
    house.come_back()

    assert len(house.channels("inc-")) == 1
    assert len(house.numbers()) == 1


def test_a_commit_with_a_lost_reply_is_not_applied_twice(house, proxy):
    house.declare("Before")
    proxy.set("lost_reply")

    reply = house.declare("Answer lost")
    proxy.set("ok")
    proxy.cut()
    house.come_back()

    assert "Answer lost" in reply
    assert sorted(house.numbers()) == ["INC-2026-0001", "INC-2026-0002"]
    assert len(house.channels("inc-")) == 2


def test_a_refusal_is_shown_at_once_and_opens_no_channel(house, proxy):
    proxy.set("refuse")

    reply = house.slash("ann", "general", "declare service=bare impact=1 urgency=1 Payments fail")

    assert "category" in reply
    assert house.spool.count() == 0
    assert house.channels("inc-") == []


def test_muster_starts_without_its_database_and_accepts_a_declaration(house, proxy):
    house.stop()
    proxy.set("refuse")
    house.start()

    reply = house.declare()
    channel = house.channel()
    proxy.set("ok")
    house.come_back()

    assert "not recorded yet" in reply
    assert channel.name == "inc-2026-0001-payments-fail"
    assert len(house.channels("inc-")) == 1


def test_a_message_that_arrives_during_the_drain_does_not_overtake_the_spool(house, proxy):
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


def test_the_declaration_form_opens_and_is_spooled_without_the_database(house, proxy):
    proxy.set("refuse")

    view = house.actor.slash("ann", "general", "/incident", "").view(5)
    shown = str(view.blocks)
    house.actor.submit("ann", view.id, {"title": "Payments fail", "service": "checkout"}).wait()
    channel = house.channel()
    proxy.set("ok")
    house.come_back()

    assert "opens at once" in shown
    assert channel.name == "inc-2026-0001-payments-fail"


def test_a_burst_while_the_database_does_not_respond_is_acknowledged_in_time(house, proxy):
    house.declare()
    house.work()
    channel = house.channel("inc-2026")
    proxy.set("deaf")

    started = time.monotonic()
    for n in range(60):
        house.actor.post("ann", channel.id, f"message {n}")
    settled = house.sandbox.settle()
    took = time.monotonic() - started
    proxy.set("ok")
    proxy.cut()
    house.come_back(30)

    assert settled
    assert took < 10
    with time_limit(5):
        recorded = [e.fact.text for e in house.entries("message_posted")]
    assert sorted(recorded, key=lambda text: int(text.split()[1])) == [f"message {n}" for n in range(60)]
    assert until(lambda: not house.muster.store.availability.is_unavailable)


def test_recent_messages_of_the_declaring_channel_are_captured_without_the_database(house, proxy):
    [general] = house.channels("general")
    channel_mutations.join(house.sandbox.workspace, general, house.sandbox.workspace.bot.id)
    proxy.set("refuse")

    first = house.actor.post("ann", general.id, "The gateway times out")
    assert house.sandbox.settle()
    house.actor.edit("ann", general.id, first, "The gateway of bank A times out")
    assert house.sandbox.settle()
    house.declare()
    house.channel()
    proxy.set("ok")
    house.come_back()

    recorded = house.entries("message_posted", "message_edited")
    assert [(e.fact.channel, e.fact.text) for e in recorded] == [
        (general.id, "The gateway times out"),
        (general.id, "The gateway of bank A times out"),
    ]
