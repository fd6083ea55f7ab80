"""What people subscribed to: one choice each, apart for each team, and erased with the person."""

from __future__ import annotations

from incident.model.subscription import Subscription
from incident.ports import Person
from incident.states import Priority
from roles.person_ids import PersonId
from storage.store import Store
from tests.support.clock import T0

ADA, BEN = PersonId("slack:T1:UADA"), PersonId("slack:T1:UBEN")
CHOSEN = Subscription(person=ADA, since=T0, priorities=(Priority.P1,), services=("a, b", 'c "d"'))


def subscribe(store: Store, person: PersonId, chosen: Subscription | None, team: str = "T1") -> None:
    store.recorder.transact(lambda unit: unit.subscribe(team, person, chosen))


def stored(store: Store, person: PersonId | None = None) -> tuple[Subscription, ...]:
    return tuple(store.recorder.read(lambda reader: reader.subscriptions("T1", person)))


def test_the_last_choice_of_a_person_counts(store: Store) -> None:
    subscribe(store, ADA, Subscription(person=ADA, since=T0, digest=True))
    subscribe(store, BEN, Subscription(person=BEN, since=T0))
    subscribe(store, ADA, CHOSEN)

    assert stored(store, ADA) == (CHOSEN,)
    assert [one.person for one in stored(store)] == [ADA, BEN]

    subscribe(store, BEN, None)
    assert stored(store) == (CHOSEN,)


def test_another_team_does_not_see_it(store: Store) -> None:
    subscribe(store, ADA, CHOSEN, team="T2")

    assert stored(store) == ()


def test_an_erased_person_has_no_choice(store: Store) -> None:
    store.directory.put([Person(id=ADA, name="Ada")], T0)
    subscribe(store, ADA, CHOSEN)

    assert store.directory.erase(ADA)

    assert stored(store) == ()


def test_a_choice_is_erased_also_of_who_is_in_no_directory(store: Store) -> None:
    subscribe(store, ADA, CHOSEN)

    assert store.directory.erase(ADA)

    assert stored(store) == ()
