"""A request is acknowledged if and only if it is on the record, and no request is applied twice."""

import itertools
import logging
import shutil

import pytest
from slack_bolt import BoltRequest

from incident.entries.conversation import MessageEdited, MessagePosted, Noted
from incident.entry import workspace_chain
from tests.support.slack_env import SlackEnv

_COUNT = itertools.count(1)


@pytest.fixture
def broken(sqlite_template, tmp_path):
    """A workspace whose database has lost a table: no transaction can commit."""
    shutil.copy(sqlite_template, tmp_path / "muster.db")
    opened = SlackEnv(f"sqlite:///{tmp_path / 'muster.db'}", socket=False)
    opened.incident(channel="inc-broken")
    with opened.store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE seen")
    yield opened
    opened.close()


def command(place, channel, text, trigger=None):
    return {
        "team_id": place.team,
        "user_id": place.user("ann"),
        "channel_id": place.channel(channel),
        "command": "/incident",
        "text": text,
        "trigger_id": trigger or f"trigger.{next(_COUNT)}",
        "response_url": "",
    }


def event(place, event_id=None, **fields):
    return {
        "type": "event_callback",
        "team_id": place.team,
        "event_id": event_id or f"Ev{next(_COUNT)}",
        "event": fields,
        "authorizations": [{"team_id": place.team, "user_id": place.gateway.bot, "is_bot": True}],
    }


def message(place, channel, text, ts="1795291200.000100", **fields):
    return {"type": "message", "channel": place.channel(channel), "channel_type": "channel"} | {
        "user": place.user("ann"),
        "text": text,
        "ts": ts,
        "event_ts": ts,
        **fields,
    }


def edited(place, channel, text, ts="1795291200.000100", at="1795291260.000200"):
    user = place.user("ann")
    return {
        "type": "message",
        "subtype": "message_changed",
        "channel": place.channel(channel),
        "channel_type": "channel",
        "ts": at,
        "event_ts": at,
        "message": {"user": user, "text": text, "ts": ts, "edited": {"user": user, "ts": at}},
        "previous_message": {"user": user, "text": "first", "ts": ts},
    }


def send(place, body):
    return place.app.dispatch(BoltRequest(mode="socket_mode", body=body))


def test_a_command_delivered_twice_is_one_entry_with_the_same_reply(place, channel, incident):
    body = command(place, channel, "note once")

    first, second = send(place, body), send(place, body)

    assert first.body == second.body
    assert len(place.entries(incident.key, Noted.kind)) == 1


def test_declaring_twice_under_one_key_opens_one_incident(place):
    body = command(place, "general", "declare service=search impact=3 urgency=3 Twice delivered")
    before = len(place.open_incidents())

    send(place, body)
    send(place, body)

    assert len(place.open_incidents()) == before + 1


def test_an_event_delivered_twice_is_one_entry(place, channel, incident):
    body = event(place, **message(place, channel, "said once"))

    assert [send(place, body).status, send(place, body).status] == [200, 200]
    assert len(place.entries(incident.key, MessagePosted.kind)) == 1


def test_the_same_message_under_another_event_id_is_one_entry(place, channel, incident):
    body = message(place, channel, "said once")

    send(place, event(place, **body))
    send(place, event(place, **body))

    assert len(place.entries(incident.key, MessagePosted.kind)) == 1


def test_an_edit_that_arrives_before_its_message_leaves_the_same_record(place, channel, incident):
    send(place, event(place, **edited(place, channel, "second")))
    send(place, event(place, **message(place, channel, "first")))

    posted, changed = place.entries(incident.key, MessagePosted.kind), place.entries(incident.key, MessageEdited.kind)
    assert [e.fact.text for e in posted] == ["first"]
    assert [e.fact.text for e in changed] == ["second"]


def test_a_command_that_could_not_be_recorded_is_not_acknowledged_and_its_error_id_is_logged(broken, caplog):
    with caplog.at_level(logging.ERROR):
        answer = send(broken, command(broken, "inc-broken", "note lost"))

    assert answer.status == 500
    assert "error T-" in caplog.text


def test_an_action_menu_that_could_not_be_loaded_is_not_acknowledged_and_its_error_id_is_logged(broken, caplog):
    with broken.store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE incident")

    with caplog.at_level(logging.ERROR):
        answer = send(broken, command(broken, "inc-broken", ""))

    assert answer.status == 500
    assert "error T-" in caplog.text


def test_an_event_that_could_not_be_recorded_is_not_acknowledged(broken):
    with broken.store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE incident")

    answer = send(broken, event(broken, **message(broken, "inc-broken", "lost")))

    assert answer.status == 500


def test_a_form_that_could_not_be_recorded_keeps_its_text_and_shows_the_error_id(broken):
    view = {
        "id": "V1",
        "type": "modal",
        "hash": "1.a",
        "callback_id": "verb:note",
        "private_metadata": f'{{"c":"{broken.channel("inc-broken")}"}}',
        "blocks": [{"type": "input", "block_id": "text"}],
        "state": {"values": {"text": {"text": {"type": "plain_text_input", "value": "kept"}}}},
    }
    body = {"type": "view_submission", "team": {"id": broken.team}, "user": {"id": broken.user("ann")}, "view": view}

    answer = send(broken, body)

    assert answer.status == 200
    assert "give T-" in answer.body
    assert "kept" in answer.body


@pytest.mark.parametrize("kind", ["team_rename", "emoji_changed", "tokens_revoked", "link_shared"])
def test_an_unsubscribed_event_is_acknowledged_and_ignored(place, kind):
    before = len(place.entries(workspace_chain(place.team)))

    assert send(place, event(place, type=kind)).status == 200
    assert len(place.entries(workspace_chain(place.team))) == before


@pytest.mark.parametrize(
    "body",
    [
        {"type": "block_actions", "actions": [{"action_id": "link", "block_id": "b", "type": "button"}]},
        {
            "type": "view_submission",
            "view": {"id": "V1", "type": "modal", "callback_id": "unknown", "state": {"values": {}}},
        },
        {"type": "view_closed", "view": {"id": "V1", "type": "modal", "callback_id": "verb:note"}},
        {"type": "shortcut", "callback_id": "of_another_time", "action_ts": "1.1"},
        {"type": "message_action", "callback_id": "of_another_time", "action_ts": "1.1"},
    ],
    ids=lambda body: body["type"],
)
def test_a_request_without_a_listener_is_acknowledged(place, body):
    answer = send(place, {"team": {"id": place.team}, "user": {"id": place.user("ann")}, **body})

    assert answer.status == 200


def test_messages_of_muster_are_not_captured(place, channel, incident):
    own = message(place, channel, "ours") | {"user": place.gateway.bot}

    assert send(place, event(place, **own)).status == 200
    assert place.entries(incident.key, MessagePosted.kind) == ()
