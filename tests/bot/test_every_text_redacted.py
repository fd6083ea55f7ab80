"""Whatever text an entry holds is redacted by its number, found by the model: a new fact with text is covered unlisted.

A real record on each database; after it no table, file, backup or export has a word of it, and the record still verifies.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from commands.core.request import Actor, Place, Request
from commands.core.run import run
from incident.entries import KINDS
from incident.entries.conversation import Masked, MaskLifted, Redacted
from incident.entries.delivery import ChannelMade
from incident.entry import Entry, EntryPoint, IncidentKey, NewEntry, Source
from incident.fold.fold import fold
from incident.frozen import text_fields
from incident.model.incident import Incident
from incident.ports import Outcome
from incident.record import masked_view
from storage.maintenance.backup import back_up
from storage.maintenance.verification import verify
from storage.store import Store
from tests.support.entry_chains import but_for_words
from tests.support.export_office import SHIPPED, Office, verified
from tests.support.outside_facts import outside_script
from tests.support.policies import ONE_TARGET_POLICY
from tests.support.recorded_team import ADA, TEAM, at, draft, drill_script, long_script, record, void_script

TABLES = ("entry", "body", "incident", "seen", "draft", "job")
SCRIPTS = (long_script, void_script, drill_script, outside_script)
WORD = "xyzzy"


def in_words(drafts: list[NewEntry]) -> list[NewEntry]:
    """Return entries in which every text is a word of its own, and nothing is redacted yet."""
    changed = []
    for n, one in enumerate(drafts, start=1):
        emptied = {"entries": ()} if isinstance(one.fact, Redacted) else {}
        words = {name: f"{drafts[0].fact.number}-{n}-{WORD}-{name}" for name in text_fields(type(one.fact))}
        changed.append(one.model_copy(update={"fact": one.fact.model_copy(update={**emptied, **words})}))
    return changed


def redact(store: Store, number: str, n: int) -> Outcome:
    request = Request(
        verb="redact",
        fields={"ref": f"E{n}", "reason": "it names a customer"},
        actor=Actor(id=ADA, groups=frozenset({"privacy"})),
        team=TEAM,
        place=Place(number=number),
        source=Source(surface=EntryPoint.COMMAND),
        key=f"redact:{number}:{n}",
        at=at(300),
    )
    return run(request, recorder=store.recorder, policy=ONE_TARGET_POLICY, policy_hash="0" * 64)


def entries_of(store: Store, key: IncidentKey) -> list[Entry]:
    return list(store.recorder.read(lambda reader: reader.unmasked().entries(key)))


def entry_of(store: Store, key: IncidentKey, n: int) -> Entry:
    (entry,) = store.recorder.read(lambda reader: reader.unmasked().entries(key, after=n - 1, until=n))
    return entry


def redact_each(store: Store, key: IncidentKey, number: str, kinds: set[str]) -> None:
    """Redact the first entry of each kind with text by its number, but for the kinds that were; add them to those."""
    for n in range(1, len(entries_of(store, key)) + 1):
        entry = entry_of(store, key, n)
        if masked_view.has_text(entry) and entry.fact.kind not in kinds:
            assert entry.redacted or redact(store, number, n).code is None, entry
            kinds.add(entry.fact.kind)


def rows(store: Store) -> str:
    def everything(connection: Connection) -> str:
        return "".join(str(connection.exec_driver_sql(f"SELECT * FROM {name}").all()) for name in TABLES)

    return store.transactions.read(everything)


def facts_of(incident: Incident) -> dict[str, object]:
    """Return the folded incident without words, and without the masks, which end with the text they hide."""
    return {**but_for_words(incident), "masks": ()}


def test_an_entry_of_every_kind_with_text_is_redacted_by_its_number(store: Store) -> None:
    redacted: set[str] = set()
    for script in SCRIPTS:
        key = record(store, lambda number, script=script: in_words(script(number)))
        before = fold(entries_of(store, key))
        redact_each(store, key, before.number, redacted)

        found = entries_of(store, key)
        assert facts_of(fold(found[: before.n])) == facts_of(before)
        stored = rows(store)
        gone = [entry.n for entry in found[: before.n] if entry.redacted]
        assert [n for n in gone if f"{before.number}-{n}-{WORD}" in stored] == []

    assert redacted == {kind for (kind, _), fact in KINDS.items() if text_fields(fact)}
    assert verify(store).is_sound


def test_a_redacted_text_is_in_no_database_file_no_later_backup_and_no_later_export(
    sqlite_store: Store, sqlite_url: str, tmp_path: Path
) -> None:
    office = Office(sqlite_store, tmp_path)
    office.in_force(SHIPPED, 0)
    made = draft(ChannelMade(channel="C1", name="inc-1"))
    key = record(sqlite_store, lambda number: in_words([*drill_script(number), made]))
    assert WORD in rows(sqlite_store)

    redact_each(sqlite_store, key, "INC-2026-0001", set())

    back_up(sqlite_store, sqlite_url, tmp_path / "backup.db")
    folder = office.export(key, 9)
    with sqlite_store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    files = [tmp_path / "backup.db", tmp_path / "muster.db", *(path for path in folder.rglob("*") if path.is_file())]
    assert [path.name for path in files if WORD.encode() in path.read_bytes()] == []
    assert verified(folder).returncode == 0


def test_an_export_shows_nothing_of_an_entry_that_is_masked_by_its_number(sqlite_store: Store, tmp_path: Path) -> None:
    office = Office(sqlite_store, tmp_path)
    office.in_force(SHIPPED, 0)
    key = record(sqlite_store, lambda number: in_words(drill_script(number)))
    office.note(key, Masked(entry=2, entries=(2,), reason="it names a customer"))

    folder = office.export(key, 10)

    hidden = f"INC-2026-0001-2-{WORD}-text"
    assert hidden not in "".join(path.read_text("utf-8") for path in folder.rglob("*.json*"))
    assert verified(folder).returncode == 0
    office.note(key, MaskLifted(entry=2, entries=(2,)))
    assert hidden in (office.export(key, 12) / "entries.jsonl").read_text("utf-8")
