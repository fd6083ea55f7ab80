"""Readers show no masked word on any database; the record keeps each, and only a bare reader gives it."""

from __future__ import annotations

import pytest

from incident.entries.conversation import ActionOpened, Masked, MaskLifted, MessagePosted
from incident.entry import IncidentKey
from incident.fold.fold import fold
from incident.ports import UnitOfWork
from incident.states import State
from storage.maintenance.verification import verify
from storage.store import Store
from tests.support.open_incidents import open_incidents
from tests.support.recorded_team import ADA, BEN, CHANNEL, RECORD_START, SECRET, TEAM, declared, draft, step, ts


@pytest.fixture
def key(store: Store) -> IncidentKey:
    """Record an incident in which a secret was posted, made an action, and masked."""

    def begin(unit: UnitOfWork) -> IncidentKey:
        new, number = unit.new_incident(TEAM, RECORD_START)
        step(unit, new, draft(declared(number)))
        step(unit, new, draft(MessagePosted(channel=CHANNEL, ts=ts(1), author=ADA, text=SECRET)))
        step(unit, new, draft(ActionOpened(id="A1", text=SECRET, assignee=BEN, channel=CHANNEL, ts=ts(1))))
        step(unit, new, draft(Masked(channel=CHANNEL, ts=ts(1), entries=(2, 3), reason="A password"), by=BEN))
        return new

    return store.recorder.transact(begin)


def test_no_reader_shows_a_masked_word_and_a_bare_one_does(store: Store, key: IncidentKey) -> None:
    def shown(reader):
        entries = (*reader.entries(key), *reader.message(key, CHANNEL, ts(1)))
        incidents = (reader.peek(key), *open_incidents(reader, TEAM))
        return "".join(e.fact.model_dump_json() for e in entries) + "".join(i.model_dump_json() for i in incidents)

    assert SECRET not in store.recorder.read(shown)
    assert SECRET not in store.recorder.transact(shown)
    assert store.recorder.read(lambda reader: shown(reader.unmasked())).count(SECRET) == 2 + 2 + 1 + 1


def test_a_transaction_reads_masked_text_unmasked(store: Store, key: IncidentKey) -> None:
    loaded = store.recorder.transact(lambda unit: unit.load(key))

    assert loaded is not None
    assert loaded.actions[0].text == SECRET
    assert loaded == fold(store.recorder.read(lambda reader: reader.unmasked().entries(key)))
    assert store.recorder.read(lambda reader: reader.unmasked().peek(key)) == loaded


def test_a_masked_record_is_sound_and_complete(store: Store, key: IncidentKey) -> None:
    assert verify(store).is_sound
    assert not any(entry.redacted for entry in store.recorder.read(lambda reader: reader.entries(key)))


def test_a_lifted_mask_shows_every_word_again(store: Store, key: IncidentKey) -> None:
    store.recorder.transact(lambda unit: step(unit, key, draft(MaskLifted(channel=CHANNEL, ts=ts(1), entries=(2, 3)))))

    incident = store.recorder.read(lambda reader: reader.peek(key))

    assert incident is not None
    assert (incident.actions[0].text, incident.masks, incident.state) == (SECRET, (), State.LOGGED)
    assert [e.fact.text for e in store.recorder.read(lambda r: r.entries(key, kinds=("message_posted",)))] == [SECRET]
