"""The contract of every recorder: the one in memory, and the two on a database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from incident.entries.conversation import MessagePosted, Noted
from incident.entries.delivery import ChannelMade
from incident.entry import IncidentKey, NewEntry, workspace_chain
from incident.fold.fold import fold
from incident.frozen import REDACTED
from incident.jobs import Job, JobKind
from incident.memory_store import MemoryStore
from incident.ports import Outcome, Recorder, UnitOfWork
from incident.record.message_history import HELD_AFTER
from tests.support.open_incidents import open_incidents
from tests.support.recorded_team import (
    ADA,
    CHANNEL,
    RECORD_START,
    TEAM,
    at,
    draft,
    drill_script,
    long_script,
    record,
    step,
    ts,
    void_script,
)


@dataclass(frozen=True)
class Place:
    """Somewhere to record."""

    recorder: Recorder


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def place(request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.param == "memory":
        yield Place(MemoryStore())
        return
    from storage.store import open_store

    url = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    with open_store(url, team=TEAM) as store:
        yield store


def test_entries_are_numbered_from_one_without_a_gap(place: Place) -> None:
    key = record(place, long_script)

    read = place.recorder.read(lambda reader: reader.entries(key))

    assert [entry.n for entry in read] == list(range(1, len(long_script("")) + 1))
    assert {entry.key for entry in read} == {key}


def test_the_projection_equals_the_fold_of_the_entries(place: Place) -> None:
    for script in (void_script, drill_script):
        key = record(place, script)

        peeked, entries = place.recorder.read(lambda reader, key=key: (reader.peek(key), reader.entries(key)))

        assert peeked == fold(entries)
        assert place.recorder.transact(lambda unit, key=key: unit.load(key)) == peeked


def test_redacted_entries_keep_their_facts_and_lose_their_text(place: Place) -> None:
    key = record(place, long_script)

    redacted = [entry for entry in place.recorder.read(lambda reader: reader.entries(key)) if entry.redacted]

    assert [entry.fact.text for entry in redacted] == [REDACTED] * 3
    assert {entry.fact.ts for entry in redacted} == {ts(10)}


def test_text_is_only_deleted_when_an_entry_names_it(place: Place) -> None:
    key = record(place, void_script)

    with pytest.raises(Exception, match=r"[wW]ords|text is only deleted"):
        place.recorder.transact(lambda unit: unit.delete_text(key, [1]))

    assert not place.recorder.read(lambda reader: reader.entries(key))[0].redacted


def test_a_message_gives_the_same_entries_everywhere(place: Place) -> None:
    key = record(place, long_script)

    about, other, both, none = (
        place.recorder.read(lambda reader, given=given: reader.message(key, CHANNEL, *given))
        for given in ([ts(10)], [ts(12)], [ts(12), ts(10), ts(12)], [])
    )

    kinds = ["message_posted", "message_pinned", "message_edited", "pin_removed", "masked", "redacted"]
    assert [entry.fact.kind for entry in about] == kinds
    assert other
    assert both == tuple(sorted((*about, *other), key=lambda entry: entry.n))
    assert none == ()


def test_the_incidents_that_hold_a_message_are_named_oldest_first_those_declared_long_after_it_not(
    place: Place,
) -> None:
    held = MessagePosted(channel="C0LOBBY", ts=ts(-600), author=ADA, text="down?")
    old = MessagePosted(channel="C0LOBBY", ts=ts(-600 - int(HELD_AFTER.total_seconds())), author=ADA, text="down?")

    def talked_of(number: str) -> list[NewEntry]:
        return [*void_script(number)[:1], draft(held), draft(old)]

    keys = [record(place, talked_of), record(place, void_script), record(place, talked_of)]

    def holders(channel: str, when: str) -> Sequence[IncidentKey]:
        return place.recorder.read(lambda reader: reader.holders(TEAM, channel, when))

    assert sorted(holders("C0LOBBY", held.ts)) == sorted([keys[0], keys[2]])
    assert list(holders("C0LOBBY", held.ts)) == sorted(holders("C0LOBBY", held.ts))
    assert holders("C0LOBBY", old.ts) == ()
    assert holders("C0OTHER", held.ts) == holders("C0LOBBY", "no ts") == ()


def test_recorded_at_is_never_before_the_last_entry(place: Place) -> None:
    key = record(place, lambda number: void_script(number)[:1])
    for minutes in (5, 2):
        place.recorder.transact(lambda unit, m=minutes: unit.append(key, [draft(Noted(text="n"), minutes=m)], at(m)))

    read = place.recorder.read(lambda reader: reader.entries(key, after=1))

    assert [(entry.occurred_at, entry.recorded_at) for entry in read] == [(at(5), at(5)), (at(2), at(5))]


def test_a_failed_work_leaves_nothing(place: Place) -> None:
    def fail(unit: UnitOfWork) -> None:
        key, number = unit.new_incident(TEAM, RECORD_START)
        step(unit, key, void_script(number)[0])
        unit.remember("Ev1", Outcome(verb="declare", key=key, at=RECORD_START))
        unit.claim(key, ["C/1"])
        unit.enqueue([Job(kind=JobKind.SAY, key="say", incident=key)], RECORD_START)
        raise LookupError

    with pytest.raises(LookupError):
        place.recorder.transact(fail)

    assert place.recorder.transact(lambda unit: unit.remembered("Ev1")) is None
    assert place.recorder.transact(lambda unit: unit.new_incident(TEAM, RECORD_START)[1]) == "INC-2026-0001"
    assert place.recorder.read(lambda reader: open_incidents(reader, TEAM)) == []


def test_incidents_are_found_and_listed_while_they_are_open(place: Place) -> None:
    keys = [record(place, script) for script in (long_script, void_script, drill_script)]

    def find(**by: str) -> IncidentKey | None:
        return place.recorder.read(lambda reader: reader.find(TEAM, **by))

    assert find(number="INC-2026-0003") == keys[2]
    assert find(channel=CHANNEL) == keys[0]
    assert find(number="INC-2026-0009") is None
    assert find() is None
    assert [i.key for i in place.recorder.read(lambda reader: open_incidents(reader, TEAM))] == [keys[0]]


def test_a_void_incident_is_not_found_by_the_channel_that_it_had_adopted(place: Place) -> None:
    def adopting(number: str) -> list[NewEntry]:
        first, *rest = void_script(number)
        whole = first.fact.model_copy(update={"adopted_channel": "C09TALK"})
        return [draft(whole), draft(ChannelMade(channel="C09TALK", name="talk", adopted=True)), *rest]

    def find(**by: str) -> IncidentKey | None:
        return place.recorder.read(lambda reader: reader.find(TEAM, **by))

    is_open = record(place, lambda number: adopting(number)[:2])
    found = find(channel="C09TALK")
    is_void = record(place, adopting)

    assert (found, find(channel="C09TALK"), find(adopted="C09TALK")) == (is_open, is_open, is_void)


def test_a_natural_key_and_an_outcome_are_stored_once(place: Place) -> None:
    key = workspace_chain(TEAM)
    outcome = Outcome(verb="note", at=RECORD_START)

    claims = [place.recorder.transact(lambda unit, k=k: unit.claim(key, k)) for k in (["C/1"], ["C/1", "C/2"], [])]
    place.recorder.transact(lambda unit: unit.remember("Ev1", outcome))

    assert claims == [{"C/1"}, {"C/2"}, set()]
    assert place.recorder.transact(lambda unit: unit.remembered("Ev1")) == outcome


def test_a_capture_is_as_durable_as_a_command(place: Place) -> None:
    chain = workspace_chain(TEAM)

    place.recorder.transact(lambda unit: unit.append(chain, [draft(Noted(text="n"))], RECORD_START), first=False)

    assert len(place.recorder.read(lambda reader: reader.entries(chain))) == 1
