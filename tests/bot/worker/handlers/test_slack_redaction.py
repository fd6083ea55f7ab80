"""A masked text leaves everything of ours in Slack at once, comes back when the mask is lifted, and is asked about."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from commands.core.capture import Capture, capture
from commands.core.request import Actor, Place, Request
from commands.core.run import run
from incident.entries.conversation import MessagePosted
from incident.entry import EntryPoint, Source
from sandbox.state.entities import Usergroup
from sandbox.state.mutations import channel_mutations
from tests.bot.worker.handlers.test_prompt_delivery import pressed
from tests.support.worker_env import worker_env_on

TS = "1780999999.000100"
SECRET = "my password is hunter2"
WHY = "a password was posted"


def said(rig, key, text=SECRET):
    """Have somebody say something in the incident channel, captured as the edge captures it."""
    fact = MessagePosted(channel=rig.channel(key).id, ts=TS, author=rig.person("rob"), text=text)
    source = Source(surface=EntryPoint.EVENT, channel=fact.channel, message=TS, event="Ev1")
    whole = Capture(team=rig.team, fact=fact, by=rig.person("rob"), occurred_at=rig.clock.now(), source=source)
    capture(whole, recorder=rig.store.recorder, policy=rig.policy, at=rig.clock.now())


def wish(rig, key, by="eva"):
    """Somebody who may not redact asks for it all the same."""
    request = Request(
        verb="redact",
        fields={"reason": WHY},
        actor=Actor(id=rig.person(by), groups=frozenset({"responder"})),
        team=rig.team,
        place=Place(number=rig.incident(key).number, channel=rig.channel(key).id, message=TS),
        source=Source(surface=EntryPoint.COMMAND),
        key=f"wish:{next(rig.keys)}",
        at=rig.clock.now(),
    )
    outcome = run(request, recorder=rig.store.recorder, policy=rig.policy, policy_hash="0" * 64)
    assert outcome.code == "E_NOT_AUTHORISED"


@pytest.fixture
def asking(sqlite_store):
    """A rig whose policy says who may redact: Rosa by name, and Ilse as a member of a user group."""
    with worker_env_on(sqlite_store) as rig:
        group = Usergroup(id="S0PRIVACY", handle="privacy", name="Privacy", users=[rig.users["ilse"]])
        rig.sandbox.workspace.usergroups[group.id] = group
        rig.policy.groups.update({"legal": (rig.users["rosa"],), "privacy": ("S0PRIVACY",)})
        yield rig


def quoted_everywhere(rig):
    """Declare an incident in which a password stands in a decision, an action on the card, and two updates."""
    key = rig.declare()
    rig.after(seconds=2)
    rig.act("take", "ilse", key, role="commander")
    said(rig, key)
    rig.after(seconds=2)
    rig.act("decide", "ilse", key, on=TS, text=SECRET)
    rig.after(seconds=2)
    rig.act("action", "ilse", key, on=TS, assignee=rig.person("rob"), text=f"{SECRET}, so change it")
    rig.after(seconds=2)
    rig.act("update", "ilse", key, audience=["internal", "exec"], text=f"Rob wrote: {SECRET}")
    rig.after(seconds=5)
    return key


def everywhere(rig, key):
    """Everything of ours that people can read about it, in channels and on the card."""
    messages = [*rig.messages(key), *rig.named("exec").messages.values(), *rig.named("incidents").messages.values()]
    return json.dumps([[message.text, message.blocks] for message in messages])


def test_a_masked_text_leaves_every_line_update_and_card_and_comes_back_when_the_mask_is_lifted(asking):
    key = quoted_everywhere(asking)
    before = everywhere(asking, key)
    assert before.count("hunter2") > 4

    wish(asking, key)
    asking.after(seconds=5)

    assert "hunter2" not in everywhere(asking, key)
    assert "[masked]" in asking.named("exec").messages[max(asking.named("exec").messages)].text
    assert any("*Masked* by" in text for text in asking.texts(key))

    asking.act("unmask", "rosa", key, ref=f"{asking.channel(key).id}:{TS}")
    asking.after(seconds=5)

    assert everywhere(asking, key).count("hunter2") == before.count("hunter2")


def test_a_line_that_cannot_be_edited_elsewhere_keeps_none_of_the_others_and_the_channel_is_told(asking):
    key = quoted_everywhere(asking)
    channel_mutations.archive(asking.sandbox.workspace, asking.named("exec"), asking.users["ilse"])

    wish(asking, key)
    asking.after(seconds=5)

    here = [[message.text, message.blocks] for message in asking.messages(key)]
    assert "hunter2" not in json.dumps(here)
    assert any(
        "still in one of my Slack messages" in text and asking.named("exec").id in text for text in asking.texts(key)
    )


def test_a_line_that_is_too_old_to_be_edited_is_told_of(asking):
    key = quoted_everywhere(asking)
    asking.sandbox.faults.fail_with("edit_window_closed", "chat.update", times=1)

    wish(asking, key)
    asking.after(seconds=5)

    assert sum("still in one of my Slack messages" in text for text in asking.texts(key)) == 1


def test_a_line_that_was_posted_long_after_is_masked_too(asking):
    key = asking.declare()
    asking.after(seconds=2)
    said(asking, key)
    asking.act("decide", "ilse", key, on=TS, text=SECRET)
    asking.clock.set(asking.clock.now() + timedelta(hours=7))
    asking.after(seconds=5)
    assert any("hunter2" in text for text in asking.texts(key))

    wish(asking, key)
    asking.after(seconds=5)

    assert not any("hunter2" in text for text in asking.texts(key))


def test_lines_in_a_channel_that_is_closed_to_us_are_masked_once_it_is_open_again(asking):
    key = quoted_everywhere(asking)
    channel_mutations.archive(asking.sandbox.workspace, asking.channel(key), asking.users["ilse"])
    wish(asking, key)
    asking.after(minutes=2)
    assert any("hunter2" in text for text in asking.texts(key))

    channel_mutations.unarchive(asking.sandbox.workspace, asking.channel(key), asking.users["ilse"])
    asking.after(minutes=30)

    assert not any("hunter2" in text for text in asking.texts(key))


def test_an_open_prompt_about_a_masked_task_shows_it_no_more(asking):
    key = asking.declare()
    asking.after(seconds=2)
    said(asking, key)
    asking.act("action", "ilse", key, on=TS, assignee=asking.person("rob"), text="use hunter2", timebox_minutes=5)
    asking.after(minutes=6)
    assert any("hunter2" in text for text in asking.texts(key))

    wish(asking, key)
    asking.after(seconds=5)

    assert not any("hunter2" in text for text in asking.texts(key))


def asked(rig, name):
    return [message for message in rig.direct(name) if "had masked" in message.text]


def test_each_of_those_who_may_redact_is_asked_alone_and_told_who_what_where_and_why(asking):
    key = quoted_everywhere(asking)

    wish(asking, key)
    asking.after(seconds=5)

    for name in ("rosa", "ilse"):
        [message] = asked(asking, name)
        assert f"<@{asking.users['eva']}>" in message.text
        assert "INC-2026-0001" in message.text
        assert f"entries {', '.join(map(str, asking.incident(key).masks[0].entries))}" in message.text
        assert WHY in json.dumps(message.blocks)
        assert "hunter2" not in message.text + json.dumps(message.blocks)
    assert not asked(asking, "rob")
    buttons = pressed(asked(asking, "rosa")[0])
    place = f"{asking.channel(key).id}:{TS}"
    assert (buttons["Redact it"][0], buttons["Redact it"][1]["f"]) == ("form:redact", {"ref": place})
    assert (buttons["Show it again"][0], buttons["Show it again"][1]["f"]) == ("verb:unmask", {"ref": place})


def test_they_are_reminded_once_and_no_more_and_the_first_message_gives_way(asking):
    key = quoted_everywhere(asking)
    wish(asking, key)
    asking.after(seconds=5)
    [first] = asked(asking, "rosa")

    asking.after(minutes=4 * 60 + 1)

    [second] = asked(asking, "rosa")
    assert second.ts != first.ts
    assert second.text.startswith(f"<@{asking.users['rosa']}> *Decide now about")
    asking.after(minutes=8 * 60)
    assert [message.ts for message in asked(asking, "rosa")] == [second.ts]


def test_a_question_put_off_is_put_off_for_all_and_comes_again(asking):
    key = quoted_everywhere(asking)
    wish(asking, key)
    asking.after(seconds=5)

    asking.act("later", "rosa", key, due=f"mask:{asking.incident(key).masks[0].n}")
    asking.after(seconds=5)
    assert [asked(asking, name) for name in ("rosa", "ilse")] == [[], []]

    asking.after(minutes=asking.policy.prompt_put_off_minutes + 1)
    assert [len(asked(asking, name)) for name in ("rosa", "ilse")] == [1, 1]


@pytest.mark.parametrize(("verb", "fields"), [("redact", {"reason": "it was a password"}), ("unmask", {})])
def test_whatever_is_decided_no_question_about_it_is_left_open(asking, verb, fields):
    key = quoted_everywhere(asking)
    wish(asking, key)
    asking.after(seconds=5)

    asking.act(verb, "rosa", key, ref=f"{asking.channel(key).id}:{TS}", **fields)
    asking.after(minutes=300)

    for name in ("rosa", "ilse"):
        assert asked(asking, name) == []
        assert sum("It is decided" in message.text for message in asking.direct(name)) == 1


def test_where_nobody_may_redact_the_channel_is_told(rig):
    key = rig.declare()
    rig.after(seconds=2)
    said(rig, key)

    wish(rig, key)
    rig.after(seconds=5)

    assert any("Nobody could be asked about the masked text" in text for text in rig.texts(key))


def test_of_a_restricted_incident_only_those_are_asked_who_may_see_it(asking):
    key = asking.declare(private=True)
    asking.after(seconds=2)
    said(asking, key)

    wish(asking, key)
    asking.after(seconds=5)

    assert not asked(asking, "rosa")
    assert len(asked(asking, "ilse")) == 1, "she declared it"


def test_somebody_slack_does_not_let_us_write_to_keeps_nobody_else_from_being_asked(asking):
    key = quoted_everywhere(asking)
    asking.policy.groups["legal"] = ("U0NOBODY", asking.users["rosa"])

    wish(asking, key)
    asking.after(seconds=5)

    assert len(asked(asking, "rosa")) == len(asked(asking, "ilse")) == 1


def test_a_user_group_slack_does_not_show_keeps_nobody_named_from_being_asked(asking):
    key = quoted_everywhere(asking)
    asking.sandbox.faults.fail_with("missing_scope", "usergroups.users.list")

    wish(asking, key)
    asking.after(seconds=5)

    assert (len(asked(asking, "rosa")), len(asked(asking, "ilse"))) == (1, 0)


def test_a_crash_while_they_are_asked_asks_nobody_twice(asking):
    key = quoted_everywhere(asking)
    asking.sandbox.faults.lose_reply("chat.postMessage", times=2)

    wish(asking, key)
    asking.after(minutes=5)

    assert len(asked(asking, "rosa")) == len(asked(asking, "ilse")) == 1
