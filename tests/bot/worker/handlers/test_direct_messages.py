"""Messages to one person: the role checklist, the catch-up brief for a late joiner, and pages."""

from __future__ import annotations

import pytest

from commands.core.capture import Capture, capture
from incident.entries.conversation import Joined
from incident.entry import EntryPoint, Source
from roles.role_names import Role


def joined(rig, key, name):
    fact = Joined(channel=rig.channel(key).id, who=rig.person(name))
    source = Source(surface=EntryPoint.EVENT, channel=fact.channel, event=f"Ev{name}{rig.clock.now()}")
    whole = Capture(team=rig.team, fact=fact, by=fact.who, occurred_at=rig.clock.now(), source=source)
    capture(whole, recorder=rig.store.recorder, policy=rig.policy, at=rig.clock.now())


def ephemerals(rig, name):
    return rig.sandbox.workspace.ephemerals.get(rig.users[name], [])


@pytest.mark.parametrize("role", list(Role))
def test_a_person_who_takes_a_role_gets_its_checklist(rig, role):
    key = rig.declare()

    rig.act("take", "rosa", key, role=role.value)
    rig.drain()

    [message] = rig.direct("rosa")
    assert "INC-2026-0001" in message.text
    assert len(message.text.splitlines()) <= 8


def test_the_comms_lead_reads_which_updates_are_owed(rig):
    key = rig.declare()

    rig.act("take", "rosa", key, role="comms_lead")
    rig.drain()

    [message] = rig.direct("rosa")
    assert "Update to responders by" in message.text
    assert "Update to executives by" in message.text


def test_a_person_who_released_the_role_first_gets_no_checklist(rig):
    key = rig.declare()

    rig.act("take", "rosa", key, role="scribe")
    rig.act("release", "rosa", key, role="scribe")
    rig.drain()

    assert rig.direct("rosa") == []


def test_a_late_joiner_gets_a_catch_up_brief_that_only_they_see(rig):
    key = rig.declare()
    rig.act("take", "ilse", key, role="commander")
    rig.after(minutes=10)
    rig.sandbox.workspace.people[rig.users["rosa"]]
    rig.channel(key).members.append(rig.users["rosa"])

    joined(rig, key, "rosa")
    rig.drain()

    [read] = ephemerals(rig, "rosa")
    assert "Welcome to *INC-2026-0001*" in read.text
    assert "Payments fail" in read.text
    assert ephemerals(rig, "ilse") == []


def test_a_person_invited_at_the_declaration_gets_no_catch_up_brief(rig):
    key = rig.declare()
    rig.drain()

    joined(rig, key, "eva")
    rig.drain()

    assert ephemerals(rig, "eva") == []


NOTE = "payments are on the old pool, do not restart the new one"


def handed_over(rig):
    key = rig.declare()
    rig.act("take", "ilse", key, role="commander")
    rig.act("action", "ilse", key, assignee=rig.person("eva"), text="look at the queue", timebox_minutes=30)
    rig.act("tempfix", "ilse", key, text="retries are off")
    rig.act("escalate", "ilse", key, who=rig.person("rob"), reason="we need a database expert")
    rig.act("handover", "ilse", key, role="commander", to=rig.person("rosa"), note=NOTE)
    rig.act("accept", "rosa", key, role="commander")
    rig.drain()
    return key


def test_who_accepts_a_handover_gets_the_note_and_what_is_open(rig):
    handed_over(rig)

    [brief] = [m for m in rig.direct("rosa") if "is yours now" in m.text]

    shown = [
        f">{NOTE}",
        "• A1 <@U02EVA>: look at the queue",
        "• <@U03ROB> is called",
        "• Temporary fix TF1: retries are off",
    ]
    assert [line for line in shown if line not in brief.text] == []
    assert "• Update to responders by" in brief.text
    assert "You are commander of INC-2026-0001" in brief.text
    assert "<@U01ILSE> leaves you this" in brief.text


def test_a_note_of_a_handover_that_is_redacted_leaves_the_direct_message_too(rig):
    key = handed_over(rig)
    [offered] = rig.entries(key, "handover_offered")

    rig.act("redact", "ilse", key, ref=f"E{offered.n}", reason="it names a customer")
    rig.after(seconds=2)

    [brief] = [m for m in rig.direct("rosa") if "is yours now" in m.text]
    assert NOTE not in str(brief)
    assert "[redacted]" in brief.text


def test_what_is_missing_before_closing_is_handed_over_too(rig):
    key = rig.declare(impact=2, urgency=2)
    rig.act("take", "ilse", key, role="commander")
    rig.act("restored", "ilse", key, text="payments go through again")
    rig.act("resolve", "ilse", key, how="fix", text="restarted the payment service on all four hosts")
    rig.act("handover", "ilse", key, role="commander", to=rig.person("rosa"), note=NOTE)
    rig.act("accept", "rosa", key, role="commander")
    rig.drain()

    [brief] = [m for m in rig.direct("rosa") if "is yours now" in m.text]
    assert "• To do before closing: " in brief.text
