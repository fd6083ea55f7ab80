"""Snapshots, the wire log, and clocks."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from slack_sdk import WebClient

from sandbox.pretend_workspace import Sandbox
from sandbox.state.mutations import message_mutations
from sandbox.state.workspace_clock import MessageTimestamps, RealClock, SetClock, format_ts, parse_ts
from tests.support.sandbox_client import WORKSPACE_START, client_of, general, manifest, people, person


def channel(sandbox: Sandbox, user: str, name: str = "general") -> dict[str, object]:
    return next(one for one in sandbox.snapshot(user)["channels"] if one["name"] == name)


def test_only_members_see_a_private_channel_and_guests_see_only_their_channels(sandbox: Sandbox) -> None:
    sandbox.actor.create_channel("ann", "secret", private=True)

    names = {user: [one["name"] for one in sandbox.snapshot(user)["channels"]] for user in ("ann", "bob", "cyd")}

    assert names == {"ann": ["general", "secret"], "bob": ["general"], "cyd": []}


def test_unread_counts_messages_of_others_since_the_last_read(sandbox: Sandbox) -> None:
    sandbox.actor.post("ann", "general", "one")
    sandbox.actor.post("ann", "general", f"<@{person(sandbox, 'bob')}> two")

    before = channel(sandbox, "bob")
    sandbox.actor.mark_read("bob", "general")
    after = channel(sandbox, "bob")

    assert (before["unread"], before["mentions"], after["unread"]) == (2, 1, 0)
    assert channel(sandbox, "ann")["unread"] == 0


def test_a_mention_counts_for_members_only_whichever_part_of_the_message_has_it(sandbox: Sandbox) -> None:
    """Slack notifies no one outside the channel, and no one by text that only looks like a mention."""
    made = sandbox.actor.create_channel("ann", "war-room")
    bob, group = person(sandbox, "bob"), sandbox.workspace.add_usergroup("dbas", "Database", [person(sandbox, "bob")])
    section = {"type": "section", "text": {"type": "mrkdwn", "text": f"<@{bob}>"}}
    typed = {"type": "section", "text": {"type": "plain_text", "text": f"<@{bob}>"}}
    rich = {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "user", "user_id": bob}]}],
    }
    loud = [
        {"text": f"<@{bob}>"},
        {"text": "by block", "blocks": [section]},
        {"text": "by rich text", "blocks": [rich]},
        {"text": f"<!subteam^{group.id}>"},
        {"text": "<!here>"},
    ]
    ws = sandbox.workspace

    def post_all() -> None:
        with ws.lock:
            for one in [*loud, {"text": "&lt;!channel&gt;"}, {"text": "no", "blocks": [typed]}]:
                message_mutations.post(ws, ws.channels[made], person(sandbox, "ann"), **one)

    post_all()
    outside = channel(sandbox, "bob", "war-room")
    sandbox.actor.join("bob", made)
    sandbox.actor.mark_read("bob", made)
    post_all()
    inside = channel(sandbox, "bob", "war-room")

    assert (outside["unread"], outside["mentions"]) == (0, 0)
    assert (inside["unread"], inside["mentions"]) == (7, len(loud))


def test_messages_come_with_threads_reactions_and_pins(sandbox: Sandbox, client: WebClient) -> None:
    ts = sandbox.actor.post("ann", "general", "head")
    sandbox.actor.post("bob", "general", "reply", ts)
    sandbox.actor.react("bob", "general", ts, "eyes")
    sandbox.actor.pin("bob", "general", ts)

    head, reply = channel(sandbox, "ann")["messages"]  # type: ignore[misc]

    assert (head["reply_count"], head["pinned"], reply["thread_ts"]) == (1, True, ts)
    assert head["reactions"] == [{"name": "eyes", "users": [person(sandbox, "bob")], "count": 1}]


def test_the_messages_of_other_channels_can_be_left_out(sandbox: Sandbox) -> None:
    sandbox.actor.post("ann", "general", "hi")

    assert sandbox.snapshot("ann", [])["channels"][0]["messages"] is None
    assert len(sandbox.snapshot("ann", [general(sandbox)])["channels"][0]["messages"]) == 1


def test_commands_and_shortcuts_come_from_the_manifest() -> None:
    with Sandbox(people(), manifest=manifest("commands")) as sandbox:
        shown = sandbox.snapshot("ann")

    assert [one["command"] for one in shown["commands"]] == ["/do"]
    assert [one["callback_id"] for one in shown["shortcuts"]] == ["start", "keep"]


def test_a_change_wakes_a_waiting_thread(sandbox: Sandbox) -> None:
    seq = sandbox.wire_log.seq
    woken: list[int] = []
    waiting = threading.Thread(target=lambda: woken.append(sandbox.wait_for_change(seq, 5)))
    waiting.start()

    sandbox.actor.post("ann", "general", "hi")
    waiting.join(5)

    assert woken[0] > seq
    assert sandbox.snapshot("ann")["seq"] >= woken[0]


def test_waiting_ends_with_the_workspace() -> None:
    sandbox = Sandbox(people()).start()
    waiting = threading.Thread(target=sandbox.wait_for_change, args=(sandbox.wire_log.seq, 30))
    waiting.start()

    sandbox.stop()
    waiting.join(3)

    assert not waiting.is_alive()


def test_the_wire_log_holds_calls_with_their_result_and_truncates_long_values(
    sandbox: Sandbox, client: WebClient
) -> None:
    seq = sandbox.wire_log.seq
    client.chat_postMessage(channel=general(sandbox), text="x" * 1000)

    (call,) = sandbox.wire_log.since(seq)

    assert (call.kind, call.name, call.result) == ("api", "chat.postMessage", "ok")
    assert len(call.detail["text"]) < 400
    assert "token" not in call.detail
    assert call.ms is not None


def test_a_stopped_clock_gives_increasing_timestamps() -> None:
    clock = SetClock(WORKSPACE_START)
    timestamps = MessageTimestamps(clock)

    first, second = timestamps.next(), timestamps.next()
    clock.set(WORKSPACE_START - timedelta(hours=1))
    third = timestamps.next()

    assert [first, second, third] == ["1769853600.000000", "1769853600.000001", "1769853600.000002"]


def test_timestamps_are_read_as_slack_reads_them() -> None:
    assert parse_ts("171") == parse_ts("171.000000") == 171_000_000
    assert parse_ts("171.1") == 171_100_000
    assert format_ts(171_100_000) == "171.100000"
    with pytest.raises(ValueError, match="not a timestamp"):
        parse_ts("soon")


def test_clocks_are_aware_and_a_set_clock_moves_only_when_set() -> None:
    clock = SetClock(WORKSPACE_START)

    clock.advance(90)

    assert clock.now() == WORKSPACE_START + timedelta(seconds=90)
    assert RealClock().now().tzinfo is UTC
    with pytest.raises(ValueError, match="aware"):
        SetClock(datetime(2026, 1, 1))  # noqa: DTZ001 - the naive value is the point


def test_messages_carry_the_time_of_the_injected_clock() -> None:
    clock = SetClock(WORKSPACE_START)
    with Sandbox(people(), clock=clock) as sandbox:
        first = sandbox.actor.post("ann", "general", "one")
        clock.advance(3600)
        second = client_of(sandbox).chat_postMessage(channel=general(sandbox), text="two")["ts"]

    assert (parse_ts(second) - parse_ts(first)) // 1_000_000 == 3600


def test_the_workspace_starts_and_stops_at_once() -> None:
    started = time.monotonic()

    with Sandbox(people()) as sandbox:
        assert client_of(sandbox).auth_test()["ok"]

    assert time.monotonic() - started < 3
