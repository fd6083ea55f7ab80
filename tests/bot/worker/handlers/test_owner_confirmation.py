"""The service owner is reached where they are, confirms that the service is back, and is asked no more."""

from __future__ import annotations

from roles.person_ids import PersonId
from tests.support.block_kit import pressed


def restored(rig):
    key = rig.declare()
    rig.act("take", "ilse", key, role="commander")
    rig.after(minutes=10)
    rig.act("restored", "ilse", key, text="payments go through again")
    rig.after(seconds=5)
    return key


def home_of(rig, name: str) -> str:
    return str(rig.sandbox.workspace.homes[rig.users[name]].__dict__)


def test_an_owner_outside_the_channel_confirms_by_direct_message_and_the_prompt_ends(rig):
    key = restored(rig)
    assert rig.person("rob") not in rig.incident(key).members

    [asked] = [m for m in rig.direct("rob") if "Is checkout back?" in m.text]
    assert f"<#{rig.channel(key).id}>" in asked.text
    assert pressed(asked)["Confirm"][1]["f"] == {"criterion": "service_owner_confirmed"}
    assert {"Confirm", "It is not back"} <= pressed(asked).keys()

    rig.act("validate", "rob", key, criterion="service_owner_confirmed", evidence="paid with three cards")
    rig.after(seconds=5)

    [settled] = [m for m in rig.direct("rob") if m.ts == asked.ts]
    assert settled.text.startswith(":white_check_mark: <@U03ROB> confirmed")
    assert not pressed(settled)
    before = len(rig.entries(key, "prompt_due"))
    rig.after(minutes=200)
    assert not [e for e in rig.entries(key, "prompt_due")[before:] if e.fact.ask == "confirmation"]


def test_home_of_the_owner_shows_the_confirmation_until_it_is_given(rig):
    key = restored(rig)
    waiting = home_of(rig, "rob")

    rig.act("validate", "rob", key, criterion="service_owner_confirmed", evidence="paid with three cards")
    rig.after(seconds=5)

    assert "Confirm that the service is back" in waiting
    assert "Confirm that the service is back" not in home_of(rig, "rob")


def test_who_may_close_is_asked_too_once_the_owner_has_not_answered(rig):
    key = restored(rig)

    rig.after(minutes=rig.policy.closure_repeat_minutes + 1)

    last = [e.fact for e in rig.entries(key, "prompt_due") if e.fact.ask == "confirmation"][-1]
    ilse: PersonId = rig.person("ilse")
    assert last.asked == (rig.person("rob"), ilse)
    assert any("has not answered: ask them another way" in str(m.blocks) for m in rig.messages(key))
