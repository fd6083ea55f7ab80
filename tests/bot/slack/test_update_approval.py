"""An update that a second person approves, by the buttons of its draft, through the whole application."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.clock import SetClock
from bot.simulation.replay.replay_environment import ReplayEnvironment
from incident.entries.status_updates import StatusUpdatePosted, UpdateDraftClosed
from incident.policy import UpdateApproval
from incident.states import Audience
from sandbox.state.entities import Person
from tests.support.clock import T
from tests.support.policies import shipped_policy
from tests.support.wait import until

PEOPLE = {name: Person(name=name, real_name=name.capitalize()) for name in ("ann", "bea", "cyd")}
TEXT = "Some cards are declined."


@pytest.fixture
def stage(tmp_path):
    """A P1 that Ann commands, with Bea as comms lead; the commander approves updates to customers."""
    opened = ReplayEnvironment(PEOPLE, clock=SetClock(T(0)), channels=("incidents", "status"))
    approvals = {Audience.CUSTOMER: UpdateApproval(by=("commander",))}
    policy = shipped_policy().model_copy(
        update={"audiences": {Audience.CUSTOMER: "#status"}, "update_approvals": approvals}
    )
    try:
        opened.open(policy, f"sqlite:///{tmp_path / 'muster.db'}")
        ann, bea = opened.users["ann"], opened.users["bea"]
        opened.invite_muster(ann)
        lobby = opened.sandbox.workspace.find_channel("general").id
        opened.slash(ann, lobby, 'declare service=checkout impact=1 urgency=1 "Payments fail"')
        opened.settle()
        for person in opened.users.values():
            opened.join_current_channel(person)
        opened.slash(ann, opened.channel, "take commander")
        opened.slash(ann, opened.channel, f"assign comms <@{bea}>")
        view = opened.open_form(bea, opened.channel, f"update customer {TEXT}")
        opened.submit(bea, view, {})
        opened.advance_to(T(1))
        yield opened
    finally:
        opened.close()


def messages(stage, channel=None):
    found = stage.sandbox.workspace.find_channel(channel or stage.channel).messages.values()
    return [message for message in found if message.user == stage.muster.gateway.bot and not message.subtype]


def draft_of(stage):
    [draft] = [message for message in messages(stage) if "waits for approval" in message.text]
    return draft


def press(stage, who, message, action):
    delivery = stage.sandbox.actor.press(stage.users[who], stage.channel, message.ts, action)
    assert delivery.wait().acked
    return delivery


def facts(stage, kind):
    return [entry.fact for entry in stage.entries(stage.incident) if isinstance(entry.fact, kind)]


def test_a_draft_is_changed_by_one_person_and_approved_by_another(stage):
    view = press(stage, "ann", draft_of(stage), "form:update").view()
    assert view.values["text"]["text"]["value"] == TEXT
    stage.submit(stage.users["ann"], {"id": view.id}, {"text": "Some cards are declined. Pay by invoice."})
    stage.advance_to(stage.clock.now() + timedelta(seconds=5))

    press(stage, "ann", draft_of(stage), "verb:approve")
    stage.settle()
    assert facts(stage, StatusUpdatePosted) == []
    replies = stage.sandbox.workspace.ephemerals[stage.users["ann"]]
    until(lambda: "you wrote it" in str(list(replies)[-1]))

    bea, ann = stage.users["bea"], stage.users["ann"]
    stage.slash(ann, stage.channel, f"handover commander <@{bea}> payments are rolling back, bank is informed")
    stage.slash(bea, stage.channel, "accept commander")
    press(stage, "bea", draft_of(stage), "verb:approve")
    stage.advance_to(stage.clock.now() + timedelta(seconds=5))

    [posted] = facts(stage, StatusUpdatePosted)
    assert (posted.text, posted.author.rpartition(":")[2]) == ("Some cards are declined. Pay by invoice.", ann)
    assert [closed.outcome for closed in facts(stage, UpdateDraftClosed)] == ["changed", "approved"]
    [read] = [message.text for message in messages(stage, "status")]
    assert ">Some cards are declined. Pay by invoice." in read


def test_a_draft_waits_through_a_restart_and_is_discarded_by_its_button(stage, tmp_path):
    before = draft_of(stage)
    stage.muster.stop()
    stage.open(stage.muster.active.loaded.policy, f"sqlite:///{tmp_path / 'muster.db'}")

    press(stage, "ann", before, "verb:discard")
    stage.advance_to(stage.clock.now() + timedelta(minutes=40))

    assert [closed.outcome for closed in facts(stage, UpdateDraftClosed)] == ["discarded"]
    edited = stage.sandbox.workspace.find_channel(stage.channel).messages[before.ts]
    assert "discarded it" in edited.text
    assert not any(block["type"] == "actions" for block in edited.blocks)
    assert messages(stage, "status") == []
    assert any("update to customers was missed" in message.text for message in messages(stage))


def test_a_draft_says_since_when_it_waits_once_its_time_is_over_and_a_missed_update_says_what_to_do(stage):
    stage.advance_to(T(20))
    assert "still waits for approval*, since <!date^" in draft_of(stage).text
    assert "due now" not in draft_of(stage).text

    stage.advance_to(T(36))

    [missed] = [message.text for message in messages(stage) if "update to customers was missed" in message.text]
    assert "approve the one that waits" in missed
    assert "post one now" not in missed
