"""`subscribe`: a person's own choice is stored for them alone, and no entry says so."""

from __future__ import annotations

import pytest

from commands.core.request import Actor, Place
from commands.subscribe import Subscribe
from incident.entry import workspace_chain
from incident.model.subscription import Subscription
from incident.refusal import Code
from incident.states import Priority
from roles.accounts import Account
from roles.person_ids import PersonId
from tests.support.command_bench import TEAM, CommandBench, who


def chosen(desk: CommandBench, by: str = "rob") -> Subscription | None:
    return desk.memory.state.subscriptions.get((TEAM, who(by)))


def test_priorities_and_services_are_stored_and_repeated(desk: CommandBench) -> None:
    desk.do("subscribe", priorities=["P2", "P1"], services=["checkout"])

    assert chosen(desk) == Subscription(
        person=who("rob"), since=desk.at, priorities=(Priority.P1, Priority.P2), services=("checkout",)
    )
    assert "*P1 and P2 on checkout*" in desk.answer()
    assert "`/incident subscribe off`" in desk.answer()


def test_no_choice_is_an_entry(room: CommandBench) -> None:
    before = dict(room.memory.state.chains)

    room.do("subscribe", kind="on", priorities=["P1"])
    room.do("subscribe", kind="off", place=Place())

    assert room.memory.state.chains == before
    assert workspace_chain(TEAM) not in room.memory.state.chains


def test_the_last_choice_replaces_the_one_before_and_off_ends_it(desk: CommandBench) -> None:
    desk.do("subscribe", services=["checkout"])
    desk.do("subscribe", kind="on")
    assert chosen(desk) == Subscription(person=who("rob"), since=desk.at)
    assert "*every priority on every service*" in desk.answer()

    desk.do("subscribe", kind="off")
    assert chosen(desk) is None
    assert "no direct messages" in desk.answer()


@pytest.mark.parametrize("kind", ["digest", "off"])
def test_what_a_digest_or_nothing_does_not_take_is_named(desk: CommandBench, kind: str) -> None:
    desk.do("subscribe", kind=kind, priorities=["P1"], services=["checkout"])

    stored = chosen(desk)
    assert stored is None or (stored.digest, stored.priorities, stored.services) == (True, (), ())
    assert "Not used: P1, checkout." in desk.answer()


def test_the_answer_says_when_the_digest_comes(desk: CommandBench) -> None:
    desk.do("subscribe", kind="digest")

    assert "each day at 09:00 (UTC)" in desk.answer()


def test_the_form_opens_with_the_present_choice(desk: CommandBench) -> None:
    assert desk.memory.read(lambda reader: Subscribe.present_choice(TEAM, who("rob"), reader)) == {}

    desk.do("subscribe", priorities=["P1"], services=["checkout"])

    found = desk.memory.read(lambda reader: Subscribe.present_choice(TEAM, who("rob"), reader))
    assert found == {"kind": "on", "priorities": ["P1"], "services": ["checkout"]}
    assert desk.memory.read(lambda reader: Subscribe.present_choice(TEAM, who("eva"), reader)) == {}


def test_nothing_chosen_changes_nothing(desk: CommandBench) -> None:
    desk.do("subscribe", kind="digest")

    refused = desk.do("subscribe")

    assert (refused.code, refused.fields) == (Code.MISSING_FIELDS, ("kind",))
    assert "choose what you get" in desk.answer()
    assert chosen(desk) is not None


def test_an_unknown_service_is_refused(desk: CommandBench) -> None:
    refused = desk.do("subscribe", services=["checkout", "chekcout"])

    assert (refused.code, refused.fields) == (Code.UNKNOWN_SERVICE, ("services",))
    assert chosen(desk) is None


def test_guests_externals_and_who_is_not_in_slack_cannot_subscribe(desk: CommandBench) -> None:
    guest = Actor(id=who("guest"), account=Account.GUEST)
    external = Actor(id=PersonId("slack:T2:UX"), account=Account.EXTERNAL)
    terminal = Actor(id=PersonId("cli:rob@desk"))

    refused = [desk.do("subscribe", kind="on", actor=one).reason for one in (guest, external, terminal)]

    assert refused == ["guest", "account_external", "subscribe_where"]
    assert desk.memory.state.subscriptions == {}


def test_the_home_tab_is_drawn_again(desk: CommandBench) -> None:
    desk.do("subscribe", kind="on")

    assert [(job.kind, job.person) for job in desk.memory.queued()] == [("home", who("rob"))]
