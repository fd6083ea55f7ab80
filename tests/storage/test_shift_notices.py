"""Who gets no messages about their shifts: a choice apart for each team, which is erased with the person."""

from __future__ import annotations

from roles.person_ids import PersonId
from storage.store import Store

ADA = PersonId("slack:T1:UADA")


def choose(store: Store, *, on: bool, team: str = "T1") -> None:
    store.recorder.transact(lambda unit: unit.set_shift_notices(team, ADA, on=on))


def is_on(store: Store) -> bool:
    return store.recorder.read(lambda reader: reader.has_shift_notices("T1", ADA))


def test_everyone_gets_them_until_they_switch_them_off(store: Store) -> None:
    assert is_on(store)
    for _ in range(2):
        choose(store, on=False)
    assert not is_on(store)
    choose(store, on=True)
    assert is_on(store)


def test_another_team_s_choice_does_not_count(store: Store) -> None:
    choose(store, on=False, team="T2")

    assert is_on(store)


def test_the_choice_is_erased_with_the_person(store: Store) -> None:
    choose(store, on=False)

    assert store.directory.erase(ADA)

    assert is_on(store)
