"""Lists of open incidents are read page by page, and give on every recorder what a search of all incidents gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, delete, select, update

from incident.entry import IncidentKey
from incident.memory_store import MemoryStore
from incident.model.components import Escalation, Interval, Review, StateItem
from incident.model.incident import Incident
from incident.model.incident_search import IncidentSearch
from incident.model.slack_references import LastActivity, Mask, SlackPlaces
from incident.ports import MOST_COUNTED, Reader, Recorder
from incident.rules.open_list import concerned, position
from incident.rules.visibility import is_called, may_see
from incident.states import Priority, State
from roles.person_ids import MUSTER, PersonId
from roles.role_names import Role
from storage.database import schema
from storage.maintenance.projection_rebuild import rebuild
from storage.maintenance.verification import verify
from storage.store import Store, open_store
from storage.tables import CONCERNED, INCIDENT
from tests.support.clock import T
from tests.support.handmade_incidents import EVA, ILSE, ROB, ROSA, an_incident
from tests.support.recorded_team import TEAM, drill_script, long_script, record, void_script

PRIORITIES = (Priority.P3, Priority.P1, Priority.P5)


def incidents() -> list[Incident]:
    """Return forty incidents: restricted and not, open and over, drills, with and without a channel, of two services."""
    return [one_of_forty(n) for n in range(40)]


def called(person: PersonId) -> Escalation:
    return Escalation(n=4, at=T(0), how="functional", to="x", person=person, by=ROB, reason="help", answer_by=T(5))


def one_of_forty(n: int) -> Incident:
    state = State.CLOSED if n % 5 == 4 else State.ACTIVE
    at = T(n // 2)
    return an_incident(
        state,
        priority=PRIORITIES[n % 3],
        key=IncidentKey(TEAM, f"01J{n:04}"),
        number=f"INC-2025-{n:04}",
        restricted=n % 4 == 1,
        drill=n % 7 == 6,
        service=("checkout", "wiki")[n % 2],
        service_owner=None,
        reporter=(ROB, EVA)[n % 8 == 1],
        roles=(Interval(role=Role.COMMANDER, who=ILSE, since=at),) if n % 6 == 0 else (),
        last_seen=(LastActivity(who=ROSA, at=at),) if n % 9 == 1 else (),
        review=Review(owner=EVA, at=T(n)) if n % 5 == 4 else None,
        masks=(Mask(n=3, channel="C1", ts="1.1", entries=(), by=ROB, at=at),) if n in (2, 4, 13) else (),
        escalations=(called(ILSE),) if n in (5, 17) else (),
        adopted=f"C{n}" if n % 10 == 3 else None,
        places=SlackPlaces(channel=None if n % 10 == 3 else f"C{n}"),
        states=(StateItem(at=at, old=None, new=State.LOGGED, by=ROB), StateItem(at=at, old=None, new=state, by=ROB)),
        times={"logged_at": at, "detected_at": at},
    )


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def recorder(request: pytest.FixtureRequest) -> Iterator[Recorder]:
    if request.param == "memory":
        yield filled(MemoryStore())
        return
    with open_store(request.getfixturevalue(f"{request.param.removesuffix('ql')}_url"), team=TEAM) as store:
        yield filled(store.recorder)


def filled(recorder: Any) -> Any:
    for one in incidents():
        recorder.transact(lambda unit, one=one: unit.project(one))
    return recorder


def found(person: PersonId) -> list[Incident]:
    seen = [one for one in incidents() if not one.is_over and may_see(one, person)]
    return sorted(seen, key=position)


def pages(reader: Reader, person: PersonId, limit: int) -> list[IncidentKey]:
    keys: list[IncidentKey] = []
    called = len([one for one in incidents() if is_called(one, person) and not may_see(one, person)])
    while True:
        page = reader.open_page(TEAM, person, after=keys[-1] if keys else None, limit=limit)
        keys += [one.key for one in page.incidents]
        assert 0 <= page.more - (len(found(person)) - len(keys)) <= called
        if not page.more:
            return keys


def test_lists_are_what_a_search_of_all_incidents_finds(recorder: Recorder) -> None:
    def check(reader: Reader) -> None:
        for person in (MUSTER, ROB, EVA, ILSE, ROSA):
            seen = found(person)
            assert pages(reader, person, 7) == [one.key for one in seen]
            called = [one for one in incidents() if not one.is_over and is_called(one, person)]
            own = sorted((one for one in {*seen, *called} if person in concerned(one)), key=position)
            assert list(reader.own_incidents(TEAM, person, limit=99)) == own
            masked = sorted({*own, *(one for one in seen if one.masks)}, key=position)
            assert list(reader.own_incidents(TEAM, person, with_masks=True, limit=99)) == masked
            assert list(reader.own_incidents(TEAM, person, limit=2)) == own[:2]
        open_ones = [
            one for one in incidents() if one.places.channel and (not one.is_over or one.states[-1].at >= T(10))
        ]
        for person in (EVA, ILSE):
            over = [one for one in incidents() if one.is_over and one.review and one.review.at >= T(12)]
            left = [one.key for one in over if person == EVA and may_see(one, person)]
            assert [one.key for one in reader.over_incidents(TEAM, person, since=T(12))] == left
            assert [one.key for one in reader.over_incidents(TEAM, person, since=T(12), limit=2)] == left[:2]
        newest = [one.key for one in reversed(open_ones)]
        assert [one.key for one in reader.in_channels(TEAM, ended_since=T(10), limit=99)] == newest
        rest = reader.in_channels(TEAM, ended_since=T(10), after=newest[4], limit=6)
        assert [one.key for one in rest] == newest[5:11]

    recorder.read(check)


def test_a_search_finds_the_newest_first_whatever_the_page(recorder: Recorder) -> None:
    def place(one: Incident, *, by_end: bool) -> tuple[Any, str]:
        return (one.states[-1].at if by_end else one.times.logged_at), one.key.id

    def check(reader: Reader) -> None:
        kinds = product(
            (True, False, None), (None, "wiki"), ((), (Priority.P1,), (Priority.P1, Priority.P5)), (None, T(7))
        )
        for is_over, service, priorities, since in kinds:
            search = IncidentSearch(is_over=is_over, service=service, priorities=priorities, since=since)
            right = [
                one
                for one in incidents()
                if is_over in (None, one.is_over)
                and service in (None, one.service)
                and (not priorities or one.priority in priorities)
                and (since is None or place(one, by_end=bool(is_over))[0] >= since)
            ]
            right.sort(key=lambda one: place(one, by_end=bool(is_over)), reverse=True)
            got: list[Incident] = []
            while page := reader.newest(TEAM, search, after=got[-1].key if got else None, limit=3):
                got += page
            assert [one.key for one in got] == [one.key for one in right]

    recorder.read(check)


def test_a_possible_duplicate_is_the_first_open_one_of_the_service(recorder: Recorder) -> None:
    def first(service: str, minutes: float, *, drill: bool) -> list[str]:
        ones = recorder.read(lambda reader: reader.open_of_service(TEAM, service, T(minutes), drill=drill))
        return [one.number for one in ones]

    assert first("checkout", 0, drill=False) == ["INC-2025-0000", "INC-2025-0002"]
    assert first("checkout", 2, drill=False) == ["INC-2025-0008", "INC-2025-0010"]
    assert first("wiki", 2, drill=False) == ["INC-2025-0007", "INC-2025-0011"]
    assert first("wiki", 0, drill=True) == ["INC-2025-0027"]
    assert first("nothing", 0, drill=False) == []


def test_an_incident_is_found_by_the_channel_that_it_adopts(recorder: Recorder) -> None:
    assert recorder.read(lambda reader: reader.find(TEAM, adopted="C13")) == IncidentKey(TEAM, "01J0013")
    assert recorder.read(lambda reader: reader.find(TEAM, adopted="C14")) is None


def test_an_incident_that_changes_moves_and_one_that_ends_concerns_no_one(recorder: Recorder) -> None:
    key = IncidentKey(TEAM, "01J0006")

    def keys(person: PersonId) -> list[IncidentKey]:
        return [one.key for one in recorder.read(lambda reader: reader.own_incidents(TEAM, person, limit=99))]

    def change(**changes: Any) -> None:
        def work(unit: Any) -> None:
            before = unit.load(key)
            unit.project(before.model_copy(update=changes))

        recorder.transact(work)

    assert key in keys(ILSE)
    change(roles=(Interval(role=Role.COMMANDER, who=EVA, since=T(1)),), drill=False, priorities=())
    assert key not in keys(ILSE)
    assert keys(EVA)[-1] == key
    change(state=State.CLOSED)
    assert key not in keys(EVA)
    assert key not in keys(ROB)


def test_more_than_can_be_counted_in_a_moment_are_not_counted(sqlite_store: Store) -> None:
    template = one_of_forty(0)

    def work(unit: Any) -> None:
        for n in range(MOST_COUNTED + 30):
            unit.project(template.model_copy(update={"key": IncidentKey(TEAM, f"01K{n:05}"), "number": f"N{n}"}))

    sqlite_store.recorder.transact(work)

    assert sqlite_store.recorder.read(lambda reader: reader.open_page(TEAM, ROB, limit=10)).more == MOST_COUNTED


def stored(connection: Connection) -> tuple[Sequence[Any], Sequence[Any]]:
    summary = select(INCIDENT.c.incident, INCIDENT.c.title, INCIDENT.c.position, INCIDENT.c.masked)
    ended = summary.add_columns(INCIDENT.c.adopted, INCIDENT.c.ended_at).order_by(INCIDENT.c.incident)
    people = select(CONCERNED).order_by(CONCERNED.c.incident, CONCERNED.c.person)
    return connection.execute(ended).all(), connection.execute(people).all()


def test_the_migration_fills_what_lists_need_from_the_folded_incidents(store: Store) -> None:
    filled(store.recorder)
    for script in (long_script, drill_script, void_script):
        record(store, script)
    scripts = store.transactions.read(lambda c: ScriptDirectory.from_config(schema.alembic_config(c)))
    migrations = [scripts.get_revision(number).module for number in ("0006", "0016")]
    before = store.transactions.read(stored)

    def fill(connection: Connection) -> None:
        connection.execute(delete(CONCERNED))
        empty = {"title": "", "position": "", "masked": False, "adopted": None, "ended_at": None}
        connection.execute(update(INCIDENT).values(empty))
        for migration in migrations:
            migration._fill(connection)

    store.transactions.write(fill)

    assert store.transactions.read(stored) == before
    assert len(before[0]) == 43
    assert len(before[1]) > 40


def test_people_that_are_missing_are_found_by_verify_and_restored_by_rebuild(store: Store) -> None:
    key = record(store, long_script)
    store.transactions.write(lambda connection: connection.execute(delete(CONCERNED)).rowcount)

    assert [problem.kind for problem in verify(store).problems] == ["rebuild"]
    assert rebuild(store) == (key,)
    assert verify(store).is_sound
