"""Where an incident was declared, its channel is linked as soon as it exists."""

from __future__ import annotations

import pytest

from bot.slack.forms.modal import notice_view
from commands.core.request import Actor, Place, Request
from commands.core.run import run
from incident.entry import EntryPoint, Source
from tests.support.worker_env import EVERYBODY, posts

FORM = {"title": "Payments fail", "service": "checkout", "impact": 1, "urgency": 1}


def declare(rig, *, surface=EntryPoint.COMMAND, channel=None, message=None, event=None, at_once=None, **fields):
    """Declare as ilse does, from a channel, a form or a message, and do something at once, before the channel opens."""
    request = Request(
        verb="declare",
        fields={**FORM, **fields},
        actor=Actor(id=rig.person("ilse"), groups=EVERYBODY),
        team=rig.team,
        place=Place(channel=channel, message=message),
        source=Source(surface=surface, channel=channel, message=message, event=event),
        key=f"declare:{next(rig.keys)}",
        at=rig.clock.now(),
    )
    outcome = run(request, recorder=rig.store.recorder, policy=rig.policy, policy_hash="0" * 64)
    if at_once is not None:
        at_once(outcome.key)
    rig.after(seconds=3)
    return outcome.key


@pytest.fixture
def general(rig):
    """#general, with Muster in it."""
    found = rig.named("general")
    rig.sandbox.actor.invite(rig.users["ilse"], "general", rig.sandbox.workspace.bot.id)
    return found


def link(rig, key):
    return f"<#{rig.incident(key).places.channel}>"


def whispers(rig, name):
    return [one.text for one in rig.sandbox.workspace.ephemerals.get(rig.users[name], ())]


def test_who_typed_reads_the_link_where_they_typed_and_nobody_else_does(rig, general):
    key = declare(rig, channel=general.id)

    assert whispers(rig, "ilse") == [f"INC-2026-0001: {link(rig, key)} is open."]
    assert posts(general, rig.sandbox) == rig.direct("ilse") == []


def test_who_typed_where_muster_is_not_reads_the_link_directly_and_muster_joins_nothing(rig):
    elsewhere = rig.named("general")

    key = declare(rig, channel=elsewhere.id)

    assert [message.text for message in rig.direct("ilse")] == [f"INC-2026-0001: {link(rig, key)} is open."]
    assert rig.sandbox.workspace.bot.id not in elsewhere.members


def test_the_window_of_the_form_shows_the_link(rig):
    actor, user = rig.sandbox.actor, rig.users["ilse"]
    view = opened(rig, user)

    key = declare(rig, surface=EntryPoint.FORM, event=view.id)

    shown = str(rig.sandbox.workspace.views[view.id].blocks)
    assert f"Its channel: {link(rig, key)}." in shown
    assert rig.direct("ilse") == []
    actor.close(user, view.id)


def test_the_window_of_an_incident_that_was_ended_in_it_keeps_that_answer(rig):
    """The button in it joins the first incident, which may be pressed before the channel is open."""
    view = opened(rig, rig.users["ilse"])

    def join(key):
        rig.act("join", "ilse", key, number=first.number)

    first = rig.incident(rig.declare("checkout is down"))
    before = rig.sandbox.workspace.views[view.id].blocks
    key = declare(rig, surface=EntryPoint.FORM, event=view.id, at_once=join)

    assert rig.incident(key).places.channel is not None
    assert rig.sandbox.workspace.views[view.id].blocks == before
    assert [message.text for message in rig.direct("ilse") if rig.incident(key).number in message.text] == []


def test_a_join_while_the_link_is_drawn_is_answered_in_the_window(rig):
    view = opened(rig, rig.users["ilse"])
    first = rig.incident(rig.declare("checkout is down"))
    rig.after(seconds=3)
    declared = []

    def join(point):
        if point == "channel_link:views.update:before" and len(declared) == 1:
            declared.append(rig.act("join", "ilse", declared[0], number=first.number))

    worker = rig.another_worker("slow", threads=1, reached=join)

    def work(key):
        declared.append(key)
        worker.drain(rig.clock.now())
        worker.stop()

    declare(rig, surface=EntryPoint.FORM, event=view.id, at_once=work)

    assert len(declared) == 2
    shown = str(rig.sandbox.workspace.views[view.id].blocks)
    assert f"INC-2026-0002 is void as a duplicate of {first.number}" in shown


def test_a_window_that_was_closed_is_made_up_for_directly(rig):
    key = declare(rig, surface=EntryPoint.FORM, event="V_CLOSED")

    assert [message.text for message in rig.direct("ilse")] == [f"INC-2026-0001: {link(rig, key)} is open."]


def test_the_window_says_that_slack_refused_the_channel_and_nothing_links_it(rig):
    rig.sandbox.faults.fail_with("restricted_action", "conversations.create", times=3)
    view = opened(rig, rig.users["ilse"])

    declare(rig, surface=EntryPoint.FORM, event=view.id)

    assert "*It has no channel*: Slack refused to create one." in str(rig.sandbox.workspace.views[view.id].blocks)
    assert [message.text for message in rig.direct("ilse") if "is open" in message.text] == []
    assert "channel_link" not in {job.job.kind for job in rig.store.jobs.dead_letters() if "LookupError" in job.error}


def test_the_message_behind_a_declaration_gets_a_reply_with_the_link_once(rig, general):
    ts = rig.sandbox.actor.post(rig.users["eva"], "general", "payments fail")
    rig.sandbox.faults.lose_reply("chat.postMessage", times=8)

    key = declare(rig, surface=EntryPoint.FORM, channel=general.id, message=ts, event="V1")
    rig.after(minutes=2)

    replies = [m for m in posts(general, rig.sandbox) if m.thread_ts == ts]
    assert [m.text for m in replies] == [f"INC-2026-0001 (P1) was declared from this message: {link(rig, key)}"]


def test_a_restricted_incident_is_not_named_under_the_message_behind_it(rig, general):
    ts = rig.sandbox.actor.post(rig.users["eva"], "general", "payments fail")

    declare(rig, surface=EntryPoint.FORM, channel=general.id, message=ts, event="V1", private=True)

    assert posts(general, rig.sandbox) == []


def opened(rig, user):
    """Open a window as the one that shows the reply to a form."""
    window = notice_view("Declared", [{"type": "section", "text": {"type": "mrkdwn", "text": "…"}}])
    rig.slack.call("views.open", trigger_id=rig.sandbox.triggers.issue(user), view=window)
    return rig.sandbox.workspace.stack(user)[-1]
