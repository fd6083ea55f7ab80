"""People who subscribed get one direct message for each change that they chose, and none that is not for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bot.digest_schedule import enqueue_digest, last_due
from incident.entries.delivery import DeliveryFailed
from incident.entry import IncidentKey
from incident.ports import Person
from tests.support.worker_env import WorkerEnv, worker_env_on


@pytest.fixture
def rig(store) -> Iterator[WorkerEnv]:
    with worker_env_on(store) as opened:
        opened.store.directory.put(
            [Person(id=opened.person(name), name=name.capitalize()) for name in opened.users], opened.clock.now()
        )
        yield opened


def subscribed(rig: WorkerEnv, by: str = "rosa", **choice: Any) -> WorkerEnv:
    rig.act("subscribe", by, **({"kind": "on"} | choice))
    return rig


def read(rig: WorkerEnv, name: str = "rosa") -> list[str]:
    """Let everything be sent; return the notices that a person has."""
    rig.after(seconds=5)
    shown = (f"{message.text} {message.blocks}" for message in rig.direct(name))
    return [text for text in shown if "You subscribed to" in text]


def resolve(rig: WorkerEnv, key: IncidentKey) -> None:
    rig.act("take", "ilse", key, role="commander")
    rig.act("restored", "ilse", key, text="the queue runs again for everyone")
    rig.act("resolve", "ilse", key, how="fix", text="the broken release was rolled back everywhere")


def test_a_declaration_is_one_message_with_impact_channel_and_the_way_out(rig: WorkerEnv) -> None:
    subscribed(rig, priorities=["P1"], services=["checkout"])

    key = rig.declare("Payments fail")

    [notice] = read(rig)
    assert rig.direct("rosa")[0].text == ":rotating_light: *P1, major, on checkout: High*"
    assert f"<#{rig.incident(key).places.channel}>" in notice
    assert "You subscribed to P1 on checkout. To change it: `/incident subscribe`" in notice
    assert "form:subscribe" in notice
    assert "Payments fail" not in notice
    assert f"<@{rig.users['rosa']}>" not in notice
    assert read(rig) == [notice]


@pytest.mark.parametrize("choice", [{"kind": "off"}, {"kind": "digest"}, {"priorities": ["P2", "P3"]}])
def test_who_did_not_choose_it_reads_nothing(rig: WorkerEnv, choice: dict[str, Any]) -> None:
    subscribed(rig, **choice)

    rig.declare("Payments fail")

    assert read(rig) == []


def test_a_priority_that_is_raised_into_the_choice_is_news_and_one_that_was_in_it_is_none(rig: WorkerEnv) -> None:
    subscribed(rig, priorities=["P1"])
    subscribed(rig, "eva", priorities=["P1", "P3"])
    key = rig.declare("Payments fail", impact=2, urgency=2)
    assert (len(read(rig)), len(read(rig, "eva"))) == (0, 1)

    rig.act("priority", "ilse", key, impact=1, urgency=1, justification="now it fails for every customer")

    [notice] = read(rig)
    assert "raised from P3" in notice
    assert len(read(rig, "eva")) == 1

    rig.act("priority", "ilse", key, impact=2, urgency=2, justification="half of them can pay again now")
    assert len(read(rig)) == 1


def test_the_resolution_is_one_message_and_the_closing_none_more(rig: WorkerEnv) -> None:
    subscribed(rig, priorities=["P1"])
    key = rig.declare("Payments fail")
    assert len(read(rig)) == 1
    rig.act("priority", "ilse", key, impact=2, urgency=2, justification="half of them can pay again now")

    resolve(rig, key)

    _, settled = read(rig)
    assert ":white_check_mark: *P3, major, on checkout: resolved, not yet closed*" in settled
    rig.act("reopen", "ilse", key, reason="the same errors are back since ten minutes")
    _, _, again = read(rig)
    assert "is being worked on again" in again


def test_a_false_alarm_is_over_too(rig: WorkerEnv) -> None:
    subscribed(rig)
    key = rig.declare("Payments fail")
    read(rig)

    rig.act("void", "ilse", key, as_="false_alarm", reason="the probe was broken")

    assert "void, a false alarm" in read(rig)[1]


def test_what_is_over_before_it_is_sent_is_one_message(rig: WorkerEnv) -> None:
    subscribed(rig)
    key = rig.declare("Payments fail")
    rig.act("void", "ilse", key, as_="false_alarm", reason="the probe was broken")

    [notice] = read(rig)

    assert "void, a false alarm" in notice


def test_a_priority_that_was_lowered_again_before_it_is_sent_is_no_news(rig: WorkerEnv) -> None:
    subscribed(rig, priorities=["P1"])
    key = rig.declare("Payments fail", impact=2, urgency=2)
    rig.act("priority", "ilse", key, impact=1, urgency=1, justification="now it fails for every customer")
    rig.act("priority", "ilse", key, impact=2, urgency=2, justification="half of them can pay again now")

    assert read(rig) == []


def test_no_one_reads_of_their_own_act(rig: WorkerEnv) -> None:
    subscribed(rig, "ilse")
    key = rig.declare("Payments fail", impact=2, urgency=2)
    subscribed(rig, "rob", priorities=["P1"])
    rig.act("priority", "rob", key, impact=1, urgency=1, justification="now it fails for every customer")

    assert (read(rig, "ilse"), read(rig, "rob")) == ([], [])


def test_who_is_called_or_in_the_channel_is_not_written_to_twice(rig: WorkerEnv) -> None:
    subscribed(rig, "eva")
    subscribed(rig, "rosa")
    key = rig.declare("Payments fail")
    rig.act("escalate", "ilse", key, reason="we need a database expert")
    rig.act("action", "ilse", key, assignee=rig.person("rosa"), text="restart the queue", timebox_minutes=30)

    assert (read(rig, "eva"), read(rig, "rosa")) == ([], [])


def test_a_restricted_incident_reaches_only_those_involved_and_says_no_more_than_its_number(rig: WorkerEnv) -> None:
    subscribed(rig)
    subscribed(rig, "rob")

    key = rig.declare("Keys were stolen", type="security")

    assert read(rig) == []
    [notice] = read(rig, "rob")  # He owns the service.
    assert rig.incident(key).number in notice
    assert "checkout:" not in notice
    assert "<#" not in notice


def test_an_incident_that_is_restricted_before_it_is_sent_is_not_sent(rig: WorkerEnv) -> None:
    subscribed(rig)
    key = rig.declare("Payments fail")
    rig.act("reclassify", "ilse", key, type="security", reason="our keys were stolen, the log shows it")

    assert read(rig) == []


def test_a_drill_is_left_out(rig: WorkerEnv) -> None:
    subscribed(rig)

    rig.declare("Only practice", drill=True)

    assert read(rig) == []


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_guest": True}, {"is_bot": True}])
def test_who_is_deactivated_or_a_guest_by_now_reads_nothing(rig: WorkerEnv, change: dict[str, bool]) -> None:
    subscribed(rig)
    rig.store.directory.put([Person(id=rig.person("rosa"), name="Rosa", **change)], rig.clock.now())

    rig.declare("Payments fail")

    assert read(rig) == []


def test_who_was_erased_or_ended_it_before_it_is_sent_reads_nothing(rig: WorkerEnv) -> None:
    subscribed(rig)
    subscribed(rig, "rob")
    rig.declare("Payments fail")
    rig.store.directory.erase(rig.person("rosa"))
    rig.act("subscribe", "rob", kind="off")

    assert (read(rig), read(rig, "rob")) == ([], [])


def test_without_a_channel_the_notice_names_the_incident(rig: WorkerEnv) -> None:
    subscribed(rig)
    rig.sandbox.faults.fail_with("restricted_action", "conversations.create", times=99)

    key = rig.declare("Payments fail")

    [notice] = read(rig)
    assert rig.incident(key).number in notice
    assert "<#" not in notice


def test_a_notice_that_slack_refuses_is_no_entry(rig: WorkerEnv) -> None:
    subscribed(rig)
    rig.sandbox.faults.fail_with("user_not_found", "conversations.open", times=99)

    key = rig.declare("Payments fail")

    assert read(rig) == []
    [dead] = [one for one in rig.store.jobs.dead_letters() if one.job.kind == "subscriber_notice"]
    assert dead.error == "user_not_found"
    facts = [entry.fact for entry in rig.entries(key, DeliveryFailed.kind)]
    assert [fact for fact in facts if isinstance(fact, DeliveryFailed) and fact.who == rig.person("rosa")] == []


def test_the_digest_comes_as_a_direct_message_once_to_who_chose_it_in_time(rig: WorkerEnv) -> None:
    due = last_due(rig.policy, rig.clock.now() + timedelta(days=1))[0]
    rig.clock.set(due - timedelta(minutes=1))
    rig.declare("Payments fail")
    subscribed(rig, kind="digest")
    subscribed(rig, "eva")
    rig.after(seconds=90)
    rig.act("subscribe", "rob", kind="digest")
    for seconds in (0, 1, 70):
        enqueue_digest(rig.store.recorder, rig.team, rig.policy, rig.clock.now() + timedelta(seconds=seconds))
        rig.drain()

    digests = {name: [text for text in read(rig, name) if "*Digest:*" in text] for name in ("rosa", "eva", "rob")}

    assert [len(found) for found in digests.values()] == [1, 0, 0]
    assert "Payments fail" in digests["rosa"][0]
    assert "You subscribed to the digest." in digests["rosa"][0]
