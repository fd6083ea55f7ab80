"""Prompts in Slack: where they are posted, how they are answered, and that none outlives its cause."""

from __future__ import annotations

import json
import re
from datetime import timedelta

from commands.core.capture import Capture
from incident.entries.conversation import Joined
from incident.entry import EntryPoint, Source
from incident.states import State
from tests.support.block_kit import pressed
from tests.support.worker_env import worker_env_on


def open_prompts(messages):
    """The messages that still have buttons, without the card."""
    return [m for m in messages if any(b["type"] == "actions" for b in m.blocks) and "INC" in m.text]


def prompts_in(rig, key):
    card = rig.incident(key).places.card_ts
    return [m for m in open_prompts(rig.messages(key)) if m.ts != card]


def test_the_prompt_for_a_commander_of_a_p1_is_one_line_in_the_channel(rig):
    key = rig.declare()

    rig.after(minutes=5)

    [prompt] = [m for m in prompts_in(rig, key) if "No commander yet" in m.text]
    first = prompt.text.splitlines()[0]
    assert first.startswith("<@U01ILSE> ")
    assert "take command by" in first
    assert "INC-2026-0001, P1: Payments fail" in first
    action, value = pressed(prompt)["Take command"]
    assert action == "verb:take"
    assert value["i"] == key.id
    assert value["f"] == {"role": "commander"}


def test_an_answered_prompt_is_edited_in_place_and_has_no_buttons_left(rig):
    key = rig.declare()
    rig.after(minutes=5)
    [prompt] = [m for m in prompts_in(rig, key) if "No commander yet" in m.text]

    rig.act("take", "rob", key, role="commander")
    rig.drain()

    edited = rig.channel(key).messages[prompt.ts]
    assert edited.text.splitlines()[0] == ":white_check_mark: <@U03ROB> is commander."
    assert edited.blocks[0]["type"] == "context"


def test_a_prompt_of_a_low_priority_is_a_direct_message_until_it_is_overdue(rig):
    key = rig.declare(impact=2, urgency=2)
    rig.act("take", "ilse", key, role="commander")
    rig.act("action", "ilse", key, assignee=rig.person("rob"), text="look at the queue", timebox_minutes=30)
    rig.act("handover", "ilse", key, role="commander", to=rig.person("rosa"), note="all is said in the channel")
    rig.drain()

    [asked] = open_prompts(rig.direct("rosa"))
    assert "You are offered" in asked.text
    assert "all is said in the channel" in json.dumps(asked.blocks)
    assert prompts_in(rig, key) == []

    rig.after(minutes=31)
    assert any("A1 is overdue" in m.text for m in prompts_in(rig, key))


def test_a_snoozed_prompt_still_says_what_it_asks_returns_and_is_recorded(rig):
    key = rig.declare()
    rig.after(minutes=5)
    [prompt] = [m for m in prompts_in(rig, key) if "No commander yet" in m.text]
    due = next(one.due for one in rig.incident(key).prompted if one.due.startswith("commander:"))
    assert due in json.dumps(prompt.blocks)

    rig.act("later", "ilse", key, due=due)
    rig.drain()

    snoozed = rig.channel(key).messages[prompt.ts]
    assert re.match(r"Commander \(due .*\) snoozed to .* by <@U01ILSE>", snoozed.text)
    assert "Take command" in pressed(snoozed)
    assert due not in json.dumps(snoozed.blocks)
    assert len(rig.entries(key, "prompt_put_off")) == 1
    rig.after(minutes=10)
    again = [m for m in prompts_in(rig, key) if "No commander yet" in m.text]
    assert len(again) == 1
    assert again[0].ts > prompt.ts
    assert prompt.ts not in {m.ts for m in rig.messages(key)}


def test_a_prompt_that_one_of_several_snoozed_stays_due_for_the_others(rig):
    key = rig.declare()
    rig.after(minutes=15)
    [prompt] = [m for m in prompts_in(rig, key) if "commander" in m.text]
    asked = next(one for one in rig.incident(key).prompted if one.due.startswith("commander:"))
    due = asked.due
    assert len(asked.asked) > 1

    rig.act("later", "ilse", key, due=due)
    rig.drain()

    shown = rig.channel(key).messages[prompt.ts]
    assert shown.text == prompt.text
    assert "Take command" in pressed(shown)
    assert due not in json.dumps(shown.blocks)
    assert "snoozed to" in json.dumps(shown.blocks)


def test_a_snoozed_prompt_says_what_whose_and_until_when(rig):
    key = rig.declare()
    rig.act("take", "ilse", key, role="commander")
    rig.after(minutes=6)
    [prompt] = [m for m in prompts_in(rig, key) if "Update to responders" in m.text]

    rig.act("later", "ilse", key, due=next(p.due for p in rig.incident(key).prompted if p.due.startswith("update:")))
    rig.drain()

    shown = rig.channel(key).messages[prompt.ts].text
    assert re.match(r"Update to responders \(due .*\) snoozed to .* by <@U01ILSE>", shown), shown


def test_prompts_that_are_due_together_for_a_person_are_one_message_edited_part_by_part(rig):
    """Responders and executives are due an update at the same time."""
    key = rig.declare()
    rig.act("take", "ilse", key, role="commander")
    rig.act("update", "ilse", key, audience=["internal"], text="still looking")
    rig.after(minutes=21)

    [together] = [m for m in prompts_in(rig, key) if "Update to executives" in m.text]
    assert together.text.count("Update to ") == 2
    assert together.text.count("<@") == 1
    assert {"Update responders", "Update executives"} <= pressed(together).keys()
    assert {sent.fact.ref for sent in rig.entries(key, "prompt_sent")} >= {f"{rig.channel(key).id}:{together.ts}"}

    rig.act("update", "ilse", key, audience=["exec"], text="still looking")
    rig.drain()

    edited = rig.channel(key).messages[together.ts]
    assert "Update to responders" in edited.text
    assert ":white_check_mark: Update to executives posted" in edited.text
    assert "Update responders" in pressed(edited)
    assert "Update executives" not in pressed(edited)

    rig.act("update", "ilse", key, audience=["internal"], text="still looking")
    rig.drain()
    assert "responders" not in rig.channel(key).messages[together.ts].text


def test_a_repeated_prompt_is_in_the_channel_once(rig):
    key = rig.declare()

    rig.after(minutes=50)

    assert len([m for m in prompts_in(rig, key) if "No commander yet" in m.text]) == 1


def test_after_a_gap_an_overdue_prompt_is_sent_once_and_says_that_it_is_late(rig):
    key = rig.declare()
    rig.drain()

    rig.clock.set(rig.clock.now() + timedelta(minutes=12))
    rig.drain()

    late = [m for m in prompts_in(rig, key) if "reminder is late" in m.text]
    assert len([m for m in late if "No commander yet" in m.text]) == 1
    assert len([m for m in prompts_in(rig, key) if "Update to" in m.text]) == 1


def test_an_update_is_prompted_for_before_at_and_after_its_deadline_and_each_prompt_is_deleted(rig):
    key = rig.declare()
    rig.act("take", "ilse", key, role="commander")

    rig.after(minutes=6)
    assert any("Update to responders due by" in m.text for m in prompts_in(rig, key))
    rig.after(minutes=10)
    assert any("Update to responders is due now" in m.text for m in prompts_in(rig, key))
    rig.after(minutes=6)
    assert any("update to responders was missed" in m.text for m in prompts_in(rig, key))

    rig.act("update", "ilse", key, audience=["internal"], text="still looking")
    rig.drain()
    assert not any("responders" in m.text for m in prompts_in(rig, key))
    assert len(rig.entries(key, "update_missed")) == 1


def test_the_closure_checklist_has_a_button_for_each_criterion_and_shrinks_in_place(rig):
    key = resolved(rig)

    [checklist] = [m for m in prompts_in(rig, key) if "before closing" in m.text]
    assert pressed(checklist)["Confirm P3"][0] == "verb:confirm"
    assert "6 items" not in checklist.text

    before = checklist.text
    rig.act("confirm", "ilse", key)
    rig.drain()

    edited = rig.channel(key).messages[checklist.ts]
    assert edited.text != before
    assert "Confirm P3" not in pressed(edited)
    assert ":white_check_mark: Final category" in json.dumps(edited.blocks)


def test_the_closure_checklist_returns_until_the_incident_is_closed(rig):
    key = resolved(rig)
    [first] = [m for m in prompts_in(rig, key) if "before closing" in m.text]

    rig.after(minutes=rig.policy.closure_repeat_minutes + 1)

    [again] = [m for m in prompts_in(rig, key) if "before closing" in m.text]
    assert again.ts > first.ts


def test_a_met_checklist_offers_to_close_and_closing_ends_it(rig):
    key = resolved(rig)
    rig.act("confirm", "ilse", key)
    rig.act("validate", "ilse", key, criterion="user_confirmed", evidence="three customers paid again")
    rig.act("time", "ilse", key, field="started_at", at="2026-06-09T10:00:00Z", basis="the first failed payment")
    rig.after(seconds=2)
    [checklist] = [m for m in prompts_in(rig, key) if "Everything is there" in m.text]
    assert pressed(checklist)["Close"][0] == "verb:close"

    rig.act("close", "ilse", key)
    rig.drain()

    assert rig.incident(key).state is State.CLOSED
    assert rig.channel(key).messages[checklist.ts].text.startswith("*Resolved* (fix) by <@U01ILSE>: ")


def resolved(rig):
    key = rig.declare(impact=2, urgency=2)
    rig.act("take", "ilse", key, role="commander")
    rig.after(minutes=10)
    rig.act("restored", "ilse", key, text="payments go through again")
    rig.act("resolve", "ilse", key, how="fix", text="restarted the payment service on all four hosts")
    rig.drain()
    return key


def test_a_page_is_answered_by_its_buttons_alone(rig):
    key = rig.declare()
    rig.act("escalate", "ilse", key, reason="we need a database expert")
    rig.drain()

    [called] = open_prompts(rig.direct("eva"))
    assert "needs your help" in called.text
    action, value = pressed(called)["I have it"]
    assert action == "verb:answer"

    rig.act("answer", "eva", key, **value["f"])
    rig.drain()

    assert open_prompts(rig.direct("eva")) == []
    assert any("<@U02EVA> has it." in text for text in rig.texts(key))


def test_an_unanswered_page_escalates_level_by_level_and_then_to_the_commander(rig):
    key = rig.declare()
    rig.act("take", "ilse", key, role="commander")
    rig.act("escalate", "ilse", key, reason="we need a database expert")

    rig.after(minutes=6)
    assert any("did not answer. <@U04ROSA> has been called" in text for text in rig.texts(key))
    assert len(open_prompts(rig.direct("rosa"))) == 1

    rig.after(minutes=11)
    assert [call.person for call in rig.incident(key).escalations][-1] == rig.person("rob")
    assert any("No one took the call for help" in m.text for m in prompts_in(rig, key))
    assert [list(pressed(m)) for name in ("eva", "rosa") for m in open_prompts(rig.direct(name))] == [["I have it"]] * 2


def joins(rig, key, *names):
    """Record that people are in the incident channel, as the events of their joining do."""
    for name in names:
        fact = Joined(channel=rig.channel(key).id, who=rig.person(name))
        source = Source(surface=EntryPoint.EVENT, channel=fact.channel, event=f"EvJoined{name}")
        rig.adapter.record.capture(
            [Capture(team=rig.team, fact=fact, by=fact.who, occurred_at=rig.clock.now(), source=source)]
        )


def test_who_is_asked_and_is_not_in_the_channel_gets_the_prompt_with_its_buttons_and_a_link(rig):
    key = rig.declare()
    rig.drain()
    joins(rig, key, "ilse")

    rig.after(minutes=16)

    [prompt] = [m for m in prompts_in(rig, key) if "No commander yet" in m.text]
    [direct] = [m for m in open_prompts(rig.direct("rob")) if "No commander yet" in m.text]
    assert "<@U03ROB>" in prompt.text
    assert f"<#{rig.channel(key).id}>" in direct.text
    assert pressed(direct).keys() == pressed(prompt).keys()
    assert rig.direct("ilse") == []


def test_every_message_of_a_prompt_changes_with_it(rig):
    key = rig.declare()
    rig.drain()
    joins(rig, key, "ilse")
    rig.after(minutes=16)
    [prompt] = [m for m in prompts_in(rig, key) if "No commander yet" in m.text]
    [direct] = [m for m in open_prompts(rig.direct("rob")) if "No commander yet" in m.text]

    rig.act("take", "ilse", key, role="commander")
    rig.drain()

    texts = {
        rig.channel(key).messages[prompt.ts].text,
        rig.sandbox.workspace.dm(rig.users["rob"]).messages[direct.ts].text,
    }
    assert all(":white_check_mark: <@U01ILSE> is commander." in text for text in texts)
    assert not any("No commander yet" in text for text in texts)


def test_a_person_who_may_not_see_the_incident_gets_no_prompt_about_it(rig):
    key = rig.declare("Customer data of Acme leaked", private=True)
    rig.act("take", "ilse", key, role="commander")
    rig.act("action", "ilse", key, assignee=rig.person("eva"), text="look at the queue", timebox_minutes=5)
    rig.act("done", "ilse", key, id="A1", result="empty")
    rig.after(minutes=60)

    assert not any("Acme" in m.text for m in rig.direct("rosa"))
    assert any("Acme" in m.text for m in rig.direct("rob")), "the service owner is involved and is asked"


def test_who_is_asked_and_may_not_see_a_restricted_incident_gets_its_number_and_the_channel_says_so(sqlite_store):
    with worker_env_on(sqlite_store, authority={"obligation": ["privacy"]}, groups={"privacy": ["U04ROSA"]}) as rig:
        key = rig.declare("An intruder reads orders", impact=2, urgency=2, type="security")
        rig.after(minutes=1)

        [direct, *_] = rig.direct("rosa")
        assert direct.text.startswith("*INC-2026-0001* needs an answer from you by ")
        shown = " ".join(m.text + json.dumps(m.blocks) for m in rig.direct("rosa"))
        assert not [word for word in ("intruder", "checkout", "P3", "security", "personal", "<#") if word in shown]
        [asked] = [m for m in prompts_in(rig, key) if "Are personal data affected" in m.text]
        assert "<@U04ROSA> can't see this incident" in json.dumps(asked.blocks)

        rig.act("void", "ilse", key, as_="false_alarm", reason="the probe was broken")
        rig.drain()
        assert rig.direct("rosa")[0].text == "*INC-2026-0001* needs no answer from you any more."


def test_while_the_channel_is_closed_everyone_who_is_asked_is_asked_by_direct_message_once(rig):
    key = rig.declare()
    rig.drain()
    joins(rig, key, "ilse")
    rig.channel(key).is_archived = True

    rig.after(minutes=8)

    assert len([m for m in open_prompts(rig.direct("ilse")) if "No commander yet" in m.text]) == 1


def test_without_a_channel_everyone_who_is_asked_is_asked_by_direct_message(rig):
    rig.sandbox.faults.fail_with("restricted_action", "conversations.create", times=99)
    key = rig.declare()

    rig.after(minutes=16)

    assert rig.incident(key).places.channel is None
    asked = {name: " ".join(m.text for m in open_prompts(rig.direct(name))) for name in ("ilse", "rob")}
    assert "No commander yet" in asked["ilse"]
    assert "Update to" in asked["ilse"]
    assert "No commander yet" in asked["rob"]


def test_a_prompt_that_reaches_no_one_goes_on_at_once_to_a_person_who_can_be_asked(rig):
    key = rig.declare(impact=2, urgency=2)
    rig.act("take", "rosa", key, role="commander")
    rig.act("action", "rosa", key, assignee=rig.person("eva"), text="look at the queue", timebox_minutes=5)
    rig.drain()
    joins(rig, key, "ilse", "rosa")
    rig.sandbox.workspace.people[rig.users["eva"]].deleted = True

    rig.after(minutes=7)

    asked = [e.fact.asked for e in rig.entries(key, "prompt_due") if e.fact.ask == "action"]
    assert asked == [(rig.person("eva"),), (rig.person("rosa"),)]
    assert [gone.who for gone in rig.incident(key).absences] == [rig.person("eva")]
    assert any("<@U02EVA> cannot be reached" in text and "Without an owner: A1." in text for text in rig.texts(key))
