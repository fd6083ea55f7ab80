"""Changes of shifts in Slack: whom they concern gets a direct message, and all that asks who is on call follows."""

from __future__ import annotations

import pytest

from bot.slack.surfaces.home_tab import home_context
from incident.entry import workspace_chain
from tests.support.block_kit import pressed
from tests.support.shift_bench import rig_on_call

WEEK = 7 * 24 * 60


@pytest.fixture
def rig(sqlite_store):
    with rig_on_call(sqlite_store) as rig:
        yield rig


def last(rig, name):
    return rig.direct(name)[-1]


def test_who_covers_and_who_is_covered_learn_of_it_and_who_arranged_it_does_not(rig):
    rig.act("shift", "rob", change="cover", who=rig.person("ilse"), instead_of=rig.person("eva"))
    rig.drain()

    assert last(rig, "ilse").text.startswith("*You are on call for payments from ")
    assert "in place of" in last(rig, "ilse").text
    assert "is on call in your place for payments" in last(rig, "eva").text
    assert rig.direct("rob") == []


def test_a_declared_incident_pages_and_invites_who_took_the_shift(rig):
    rig.act("shift", "rosa", change="take")
    rig.drain()
    assert "took your shift on payments until" in last(rig, "eva").text

    key = rig.declare()
    rig.drain()

    [call] = rig.incident(key).escalations
    assert (call.person, rig.person("eva") in call.ladder) == (rig.person("rosa"), True)
    assert rig.users["rosa"] in rig.channel(key).members
    assert rig.users["eva"] not in rig.channel(key).members


def test_the_home_tab_shows_the_shift_that_a_person_covers(rig):
    rig.act("shift", "eva", change="cover", who=rig.person("ilse"))

    def shifts(name):
        read = rig.store.recorder.read
        return read(lambda reader: home_context(reader, rig.team, rig.person(name), rig.policy, rig.clock.now())).shifts

    assert [one.is_now for one in shifts("ilse")] == [True]
    assert [one.is_now for one in shifts("eva")] == [False]


def test_a_swap_is_answered_by_its_buttons_and_its_message_says_how(rig):
    rig.act("shift", "rosa", change="swap", who=rig.person("eva"))
    rig.drain()
    offer = last(rig, "eva")
    assert offer.text.startswith(f"<@{rig.users['eva']}> ")
    assert "offers you a swap on payments" in offer.text
    accept = pressed(offer)["Accept"]
    assert accept[0].startswith("verb:shift")

    rig.act("shift", "eva", **accept[1]["f"])
    rig.drain()

    edited = next(one for one in rig.direct("eva") if one.ts == offer.ts)
    assert edited.text.startswith(":white_check_mark: You swapped with ")
    assert "Accept" not in pressed(edited)
    assert "accepted your swap on payments" in last(rig, "rosa").text


@pytest.mark.parametrize(
    ("change", "by", "edited", "answer"),
    [
        ("decline", "eva", "You declined the swap", "declined your swap"),
        ("withdraw", "rosa", "withdrew the swap", None),
    ],
)
def test_a_swap_that_comes_to_nothing_is_settled_in_its_message(rig, change, by, edited, answer):
    rig.act("shift", "rosa", change="swap", who=rig.person("eva"))
    rig.drain()

    rig.act("shift", by, change=change)
    rig.drain()

    [message] = rig.direct("eva")
    assert edited in message.text
    assert pressed(message) == {}
    assert [answer in one.text for one in rig.direct("rosa")] == ([True] if answer else [])


def test_a_swap_lapses_by_itself_and_both_learn_of_it(rig):
    rig.act("shift", "rosa", change="swap", who=rig.person("eva"))
    rig.drain()

    rig.after(minutes=WEEK)

    [message] = rig.direct("eva")
    assert "lapsed without an answer" in message.text
    assert "did not answer your swap on payments in time" in last(rig, "rosa").text


def test_a_change_that_is_undone_reaches_whom_it_concerned(rig):
    rig.act("shift", "rosa", change="take")
    rig.act("shift", "eva", change="undo")
    rig.drain()

    assert "took back a change of shifts on payments" in last(rig, "rosa").text


def test_a_message_that_slack_refuses_is_recorded(rig):
    rig.act("shift", "eva", change="cover", who=rig.person("ilse"))
    rig.sandbox.workspace.people[rig.users["ilse"]].deleted = True
    rig.drain()

    [lost] = rig.entries(workspace_chain(rig.team), "place_lost")
    assert (lost.fact.who, lost.fact.what) == (rig.person("ilse"), "shift_change")
