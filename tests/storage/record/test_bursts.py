"""A busy channel: hundreds of messages as fast as they come, with commands between them. All arrive, once, in order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from incident.entries.conversation import MessagePosted, Noted
from incident.entry import IncidentKey
from incident.ports import UnitOfWork
from storage.maintenance.verification import verify
from storage.store import Store
from tests.support.recorded_team import ADA, CHANNEL, draft, long_script, record, step, ts


def test_every_message_of_a_burst_is_recorded_once_and_commands_get_through(store: Store) -> None:
    key = record(store, lambda number: long_script(number)[:5])

    def capture(n: int) -> None:
        # Every tenth message is delivered twice, as Slack does after a slow acknowledgement.
        ident = n - 1 if n % 10 == 9 else n
        fact = MessagePosted(channel=CHANNEL, ts=ts(ident), author=ADA, text=f"message {ident} 🔥")
        store.recorder.transact(lambda unit: once(unit, key, fact), first=False)

    def command(n: int) -> None:
        store.recorder.transact(lambda unit: step(unit, key, draft(Noted(text=f"note {n}"))))

    with ThreadPoolExecutor(32) as pool:
        jobs = [pool.submit(capture, n) for n in range(300)] + [pool.submit(command, n) for n in range(20)]
        for job in jobs:
            job.result()

    read = store.recorder.read(lambda reader: reader.entries(key, after=5))
    texts = [e.fact.text for e in read if isinstance(e.fact, MessagePosted)]
    assert [e.n for e in read] == list(range(6, 6 + 290))
    assert len(texts) == len(set(texts)) == 270
    assert sum(isinstance(e.fact, Noted) for e in read) == 20
    assert not verify(store).is_tampered


def once(unit: UnitOfWork, key: IncidentKey, fact: MessagePosted) -> None:
    """Record a message unless it is on the record."""
    before = unit.load(key)
    if before is not None and unit.claim(key, [f"{fact.channel}/{fact.ts}"]):
        step(unit, key, draft(fact))
