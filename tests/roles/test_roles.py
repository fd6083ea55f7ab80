"""Roles on their own: spans and gaps, authority, taking, handing over, whom to call next."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import pytest

from roles.authority import may
from roles.escalation_policy import levels, levels_after, levels_left
from roles.person_ids import MUSTER, PersonId, cli_person, is_claimed, slack_person, slack_user
from roles.role_assignment import is_idle, refusal_to_take
from roles.role_handover import giver, is_note_enough
from roles.role_intervals import Window, earliest_start, gaps, holders_at, roles_of
from roles.role_names import SINGLE, Role, read_role
from tests.support.clock import T

ADA, BEN, CHI = (PersonId(name) for name in ("ada", "ben", "chi"))


class Span(NamedTuple):
    role: Role
    who: PersonId
    since: datetime
    until: datetime | None


def span(since, until, who=ADA, role=Role.COMMANDER):
    return Span(role, who, T(since), None if until is None else T(until))


def test_an_interval_holds_from_its_start_and_no_longer_at_its_end():
    held = [span(1, 5), span(5, None, BEN)]
    at = {minute: holders_at(held, Role.COMMANDER, T(minute)) for minute in (0, 1, 4.9, 5)}
    assert at == {0: (), 1: (ADA,), 4.9: (ADA,), 5: (BEN,)}


def test_a_person_holds_only_roles_without_an_end():
    held = [span(1, 5), span(2, None, ADA, Role.SCRIBE), span(2, None, BEN, Role.SME)]
    assert roles_of(held, ADA) == {Role.SCRIBE}


@pytest.mark.parametrize(
    ("held", "window", "found"),
    [
        ([], (0, 10), [(0, 10)]),
        ([(0, None)], (0, 10), []),
        ([(0, 4), (6, None)], (0, 10), [(4, 6)]),
        ([(2, 4)], (0, 10), [(0, 2), (4, 10)]),
        ([(0, 4)], (0, None), [(4, None)]),
        ([(0, 12)], (0, 10), []),
        ([(12, 15)], (0, 10), [(0, 10)]),
        ([(0, 8), (3, 5)], (0, 10), [(8, 10)]),
        ([(-5, -2)], (0, 3), [(0, 3)]),
        ([], (5, 5), []),
    ],
)
def test_gaps_are_what_no_interval_covers(held, window, found):
    until = None if window[1] is None else T(window[1])
    spans = [span(*one) for one in held]
    assert gaps(spans, [Window(T(window[0]), until)]) == [
        Window(T(since), None if end is None else T(end)) for since, end in found
    ]


def test_a_new_interval_begins_no_earlier_than_the_last_one_ended():
    assert earliest_start([span(1, 5)], T(3)) == T(5)
    assert earliest_start([span(1, 5)], T(7)) == T(7)


def test_authority_comes_from_a_group_or_a_role_and_from_nothing_else():
    allowed = ("commander", "closer")
    assert may(allowed, groups={"closer"}, holds=())
    assert may(allowed, groups=(), holds={Role.COMMANDER})
    assert not may(allowed, groups={"responder"}, holds={Role.SCRIBE})
    assert not may((), groups={"responder"}, holds={Role.COMMANDER})


@pytest.mark.parametrize("role", Role)
def test_only_single_roles_are_taken_once(role):
    assert refusal_to_take(role, ADA, ()) is None
    assert refusal_to_take(role, ADA, (ADA,)) == "role_theirs"
    assert refusal_to_take(role, ADA, (BEN,)) == ("role_taken" if role in SINGLE else None)


@pytest.mark.parametrize(
    ("since", "seen", "idle"),
    [(0, None, True), (0.1, None, False), (-60, 0, True), (-60, 0.1, False), (-60, None, True)],
)
def test_a_holder_is_idle_after_the_whole_time_without_a_sign(since, seen, idle):
    last = None if seen is None else T(seen)
    assert is_idle(since=T(since), last_seen=last, at=T(10), idle=timedelta(minutes=10)) is idle


def test_an_offer_comes_from_the_first_holder():
    assert (giver((ADA, BEN), BEN), giver((ADA, BEN), CHI)) == (BEN, ADA)
    assert giver((), ADA) is None


@pytest.mark.parametrize(("note", "enough"), [("x" * 20, True), ("x" * 19, False), (" " * 40, False)])
def test_a_handover_note_says_enough_from_twenty_characters_on(note, enough):
    assert is_note_enough(note) is enough


def test_no_person_is_paged_twice():
    assert levels_left((ADA, BEN, ADA, CHI), {BEN}) == (ADA, CHI)


def test_who_is_below_a_person_is_paged_next_and_everybody_after_an_outsider():
    assert levels_after((ADA, BEN, CHI), BEN) == (CHI,)
    assert levels_after((ADA, BEN), CHI) == (ADA, BEN)


def test_levels_are_people_in_their_order():
    assert levels("T1", ("U2", "S0GROUP", "U1", "U2")) == tuple(slack_person("T1", user) for user in ("U2", "U1", "U2"))


@pytest.mark.parametrize(
    ("word", "role"),
    [("IC", Role.COMMANDER), ("comms", Role.COMMS_LEAD), ("tech lead", Role.TECH_LEAD), (" Scribe ", Role.SCRIBE)],
)
def test_roles_are_read_as_people_type_them(word, role):
    assert read_role(word) == role


def test_an_unknown_role_is_none():
    assert read_role("captain") is None


def test_people_are_named_by_what_vouches_for_them():
    assert slack_user(slack_person("T1", "U2")) == "U2"
    assert slack_user(MUSTER) is None
    assert is_claimed(cli_person("root", "db1"))
    assert not is_claimed(slack_person("T1", "U2"))
