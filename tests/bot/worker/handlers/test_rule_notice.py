"""Whom a rule notifies gets a direct message with a button, and nothing of a restricted incident but its number."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from incident.entries.delivery import NoticeDelivered
from incident.entry import IncidentKey
from incident.medium import Medium
from sandbox.state.entities import Message
from storage.store import Store
from tests.support.worker_env import WorkerEnv, worker_env_on

ROSA = "U04ROSA"
MAJOR = {"when": {"major": True}, "tell": ["exec"], "within": 15}
SECURITY = {"when": {"type": "security", "major": False}, "tell": ["exec"], "within": 15}


@pytest.fixture
def rig(sqlite_store: Store) -> Iterator[WorkerEnv]:
    """A worker whose policy notifies executives: rosa."""
    with worker_env_on(sqlite_store, notify=(MAJOR, SECURITY), groups={"exec": [ROSA]}) as env:
        assert env.users["rosa"] == ROSA
        yield env


def notices(rig: WorkerEnv) -> list[Message]:
    rig.after(seconds=5)
    return [one for one in rig.direct("rosa") if "is open" in one.text]


def delivered(rig: WorkerEnv, key: IncidentKey) -> list[Any]:
    return [entry.fact for entry in rig.entries(key, NoticeDelivered.kind)]


def test_the_message_says_what_is_open_where_and_by_when_to_confirm_and_quotes_no_one(rig: WorkerEnv) -> None:
    key = rig.declare("Payments fail")

    [notice] = notices(rig)

    assert notice.text.startswith("*INC-2026-0001* is open: P1, major, IT, on checkout.")
    assert f"<#{rig.incident(key).places.channel}>" in notice.text
    blocks = json.dumps(notice.blocks)
    assert "because the policy names executives (major)" in blocks
    assert "I have seen it" in blocks
    assert "Payments fail" not in notice.text + blocks
    [sent] = delivered(rig, key)
    assert (sent.who, sent.medium, bool(sent.ref)) == (rig.person("rosa"), Medium.SLACK, True)


def test_a_confirmed_notice_loses_its_button_and_the_card_shows_it(rig: WorkerEnv) -> None:
    key = rig.declare()
    [notice] = notices(rig)
    assert "*Notified* executives" in json.dumps(rig.messages(key)[0].blocks)
    assert "not confirmed yet" in json.dumps(rig.messages(key)[0].blocks)

    rig.act("seen", "rosa", key, notice=rig.incident(key).notices[0].n)
    [after] = notices(rig)

    assert after.ts == notice.ts
    assert "You confirmed it" in json.dumps(after.blocks)
    assert "verb:seen" not in json.dumps(after.blocks)
    assert "not confirmed yet" not in json.dumps(rig.messages(key)[0].blocks)
    assert len(delivered(rig, key)) == 1


def test_of_a_restricted_incident_only_the_number_leaves(rig: WorkerEnv) -> None:
    rig.declare("An intruder reads orders", impact=2, urgency=2, type="security")

    [notice] = notices(rig)

    words = notice.text + json.dumps(notice.blocks)
    assert "*INC-2026-0001* is open. It is restricted" in notice.text
    for hidden in ("intruder", "checkout", "P3", "security", "<#"):
        assert hidden not in words


def test_a_person_whom_slack_does_not_reach_is_on_record(rig: WorkerEnv) -> None:
    rig.sandbox.faults.fail_with("user_disabled", "conversations.open", times=9)

    key = rig.declare()
    rig.after(minutes=16)

    sent = delivered(rig, key)
    assert sent
    assert sent[0].ref is None
    assert sent[0].error
    assert any("No confirmation from executives" in text for text in rig.texts(key))
