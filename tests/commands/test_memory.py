"""The in-memory record keeps the promises of the SQL one: the same story gives the same record on each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from commands.core.capture import Capture, capture
from commands.core.request import Actor, Place, Request
from commands.core.run import note_outcome, run, tick
from incident.entries.conversation import MessageEdited, MessagePosted, Noted
from incident.entries.delivery import ChannelMade
from incident.entry import EntryPoint, IncidentKey, NewEntry, Source, workspace_chain
from incident.jobs import Job, JobKind
from incident.memory_store import MemoryStore
from incident.ports import Outcome, Reader, Recorder, UnitOfWork
from storage.store import Store
from tests.support.clock import T
from tests.support.command_bench import CHANNEL, TEAM, who
from tests.support.open_incidents import open_incidents
from tests.support.policies import team_policy

TS = "1780999500.000100"
SOURCE = Source(surface=EntryPoint.EVENT, channel=CHANNEL, event="Ev1")
STORY: list[tuple[float, str, str, dict[str, Any]]] = [
    (1, "ack", "rob", {}),
    (2, "take", "ilse", {"role": "commander"}),
    (3, "take", "rob", {"role": "commander"}),
    (5, "assign", "ilse", {"role": "comms", "to": who("eva")}),
    (6, "priority", "ilse", {"impact": 1, "urgency": 1, "justification": "writes are locked for all"}),
    (9, "pin", "eva", {"ts": TS}),
    (70, "escalate", "ilse", {"reason": "🔥 the database is full"}),
    (90, "note", "rob", {"text": "still copying"}),
]


def act(recorder: Recorder, at: float, verb: str, by: str, fields: dict[str, Any], key: str = "") -> Outcome:
    request = Request(
        verb=verb,
        fields=fields,
        actor=Actor(id=who(by), groups=frozenset({"responder", "major_authority"})),
        team=TEAM,
        place=Place(channel=CHANNEL),
        source=SOURCE,
        key=key or f"{verb}-{at}",
        at=T(at),
    )
    return run(request, recorder=recorder, policy=team_policy(), policy_hash="0" * 64)


def tell(recorder: Recorder) -> IncidentKey:
    """Record the story; return the incident's key."""
    declared = act(recorder, 0, "declare", "rob", {"title": "Checkout errors", "service": "checkout"})
    assert declared.key is not None
    made = [ChannelMade(channel=CHANNEL, name="inc-1")]
    note_outcome(declared.key, made, job="make:1", recorder=recorder, policy=team_policy(), at=T(0))
    posted = MessagePosted(channel=CHANNEL, ts=TS, author=who("rob"), text="removing it now")
    edited = MessageEdited(channel=CHANNEL, ts=TS, edited_ts=f"{TS}1", author=who("rob"), text="removing it on db2")
    for fact, at in ((posted, 7.0), (posted, 7.5), (edited, 10.0)):
        captured = Capture(team=TEAM, fact=fact, by=who("rob"), occurred_at=T(at), source=SOURCE)
        capture(captured, recorder=recorder, policy=team_policy(), at=T(at))
    for at, verb, by, fields in STORY:
        act(recorder, at, verb, by, fields)
        act(recorder, at, verb, by, fields)
    tick(declared.key, recorder=recorder, policy=team_policy(), at=T(100))
    return declared.key


def remembered(recorder: Recorder, key: IncidentKey) -> dict[str, Any]:
    """Return everything a recorder knows of the story, without the key that differs."""

    def read(reader: Reader) -> dict[str, Any]:
        row = reader.peek(key)
        assert row is not None
        return {
            "entries": [e.model_dump(exclude={"key"}) for e in reader.entries(key)],
            "kinds": [e.n for e in reader.entries(key, kinds=("noted", "refused"), after=5)],
            "row": row.model_dump(exclude={"key"}),
            "message": [e.n for e in reader.message(key, CHANNEL, TS)],
            "found": reader.find(TEAM, channel=CHANNEL) == reader.find(TEAM, number="INC-2026-0001") == key,
            "absent": (reader.find(TEAM, channel="C9"), reader.find("T2", channel=CHANNEL), reader.find(TEAM)),
            "open": [incident.number for incident in open_incidents(reader, TEAM)],
            "elsewhere": len(reader.entries(workspace_chain(TEAM))),
        }

    return recorder.read(read)


def test_the_same_story_gives_the_same_record(store: Store) -> None:
    memory = MemoryStore()

    in_memory = remembered(memory, tell(memory))
    in_sql = remembered(store.recorder, tell(store.recorder))

    assert in_memory == in_sql
    assert len(in_memory["entries"]) > 20
    assert in_memory["found"]


def test_a_failed_transaction_leaves_nothing_on_either(store: Store) -> None:
    def fail(unit: UnitOfWork) -> None:
        key, _ = unit.new_incident(TEAM, T(0))
        unit.append(key, [NewEntry(fact=Noted(text="x"), by=who("rob"), occurred_at=T(0), source=SOURCE)], T(0))
        raise LookupError("gone")

    for recorder in (MemoryStore(), store.recorder):
        with pytest.raises(LookupError, match="gone"):
            recorder.transact(fail)

        assert act(recorder, 0, "declare", "rob", {"title": "x", "service": "checkout"}).number == "INC-2026-0001"


def test_a_job_wanted_again_has_one_row_and_runs_at_the_sooner_time(store: Store) -> None:
    memory = MemoryStore()
    key = tell(memory)
    soon, later = T(0) + timedelta(seconds=5), T(0) + timedelta(seconds=9)

    for kind, first, second, runs in (
        (JobKind.CARD, soon, later, soon),
        (JobKind.CARD, later, soon, soon),
        (JobKind.TIMER, soon, later, later),
    ):
        name = f"{kind}:{first}"
        jobs = [Job(kind=kind, key=name, incident=key, run_at=at) for at in (first, second)]
        for job in jobs:
            memory.transact(lambda unit, job=job: unit.enqueue([job], T(0)))  # type: ignore[misc]
            store.recorder.transact(lambda unit, job=job: unit.enqueue([job], T(0)))  # type: ignore[misc]

        assert memory.run_at(name) == runs
        assert store.jobs.next_run_at() is not None

    claimed = {one.job.key: one for one in store.jobs.claim(later, "test", 50, 60)}
    assert {f"{JobKind.CARD}:{soon}", f"{JobKind.CARD}:{later}", f"{JobKind.TIMER}:{soon}"} <= set(claimed)


def test_a_change_while_a_job_is_served_wants_it_once_more() -> None:
    memory = MemoryStore()
    key = tell(memory)
    card = Job(kind=JobKind.CARD, key="card", incident=key)
    memory.transact(lambda unit: unit.enqueue([card], T(0)))
    served = memory.claim("card")
    memory.transact(lambda unit: unit.enqueue([card], T(1)))

    assert memory.complete("card", served) is False
    assert memory.complete("card", memory.claim("card")) is True
    assert "card" not in {job.key for job in memory.queued()}


def test_a_transaction_inside_a_transaction_raises_an_error() -> None:
    memory = MemoryStore()

    with pytest.raises(RuntimeError, match="inside a transaction"):
        memory.transact(lambda _: memory.transact(lambda unit: unit.remembered("x")))


def test_words_are_forgotten_only_when_an_entry_says_so() -> None:
    memory = MemoryStore()
    key = tell(memory)

    with pytest.raises(ValueError, match="records its redaction"):
        memory.transact(lambda unit: unit.delete_text(key, [1]))
